"""Tell 抖店 to whom personal values of orders were shown: it asks for that of each look and each download."""

from __future__ import annotations

from typing import TYPE_CHECKING

from aftersale.channels.douyin.answer import LOOK_AND_DECIDE, ask
from aftersale.channels.douyin.codes import ORDER_SEEN, OperationType
from aftersale.channels.interface import Shown
from aftersale.domain.clock import seconds_of
from aftersale.domain.errors import Rejected
from aftersale.texts import Text

if TYPE_CHECKING:
    from collections.abc import Mapping

    from aftersale.channels.base import Hands
    from aftersale.channels.interface import Disclosed

REPORT = "security.batchReportOrderSecurityEvent"
MOST = 20
"""Events of one call: how many it takes no source says."""

_OPERATIONS: Mapping[Shown, OperationType] = {
    Shown.VIEWED: OperationType.VIEW_ORDER,
    Shown.DOWNLOADED: OperationType.DOWNLOAD_ORDER,
}
_RECEIVER, _PHONE, _ADDRESS = "encrypt_post_receiver", "encrypt_post_tel", "encrypt_detail"
# The names under which an order of the platform holds the values.
_FIELDS: Mapping[str, tuple[str, ...]] = {
    "receiver": (_RECEIVER,),
    "phone": (_PHONE,),
    "address": (_ADDRESS,),
    "contact": (_RECEIVER, _PHONE, _ADDRESS),
    "remark": ("seller_words",),
}


def report(shop_id: str, disclosed: tuple[Disclosed, ...], hands: Hands) -> None:
    """Report each as an event of its own, some in one call; raises ChannelError.

    An event keeps its id, so a lost answer is simply asked for again, as with a read; and it is due for
    values that were opened in a dry run, too.
    """
    for start in range(0, len(disclosed), MOST):
        events = [_event(shop_id, each) for each in disclosed[start : start + MOST]]
        answer = ask(hands, REPORT, {"event_type": ORDER_SEEN, "events": events})
        error = answer.data.at("CustomError")
        if error.code("ErrNo"):
            raise _not_taken(f"{error.text('ErrMsg')}（{error.code('ErrNo')}）")


def _event(shop_id: str, told: Disclosed) -> dict[str, object]:
    names = [name for what in told.what for name in _FIELDS.get(what, ())]
    return {
        "event_id": told.key,
        "account_id": told.account,
        "account_type": "main_account" if told.main else "sub_account",
        "order_related_shop_id": shop_id,
        "order_ids": [told.order_no],
        "operation_type": int(_OPERATIONS[told.how]),
        "operate_time": str(seconds_of(told.at)),
        "url": told.path,
        "ip": told.address,
        "identify_info_list": [{"name": name, "encrypted": False} for name in names],
        "referer": told.referer,
    }


def _not_taken(words: str) -> Rejected:
    return Rejected(
        "channel.not_taken",
        Text(zh=f"平台没有收下上报：{words}", en=f"The platform did not take the report: {words}"),
        LOOK_AND_DECIDE,
        platform_code="report",
    )
