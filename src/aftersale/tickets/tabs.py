"""Sort tickets as agents do: whose turn it is, and within ours by what has to be done."""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING

from aftersale.channels.base import Turn
from aftersale.texts import Text
from aftersale.tickets.models.ticket import Lane
from aftersale.tickets.steps import Stage, is_service

if TYPE_CHECKING:
    from collections.abc import Mapping

    from aftersale.domain.facts import Facts
    from aftersale.tickets.steps import Seen


class Tab(StrEnum):
    """Name one tab of the queue; UNDER_WAY is what somebody does elsewhere just now."""

    UNSHIPPED = "unshipped"
    SHIPPED = "shipped"
    REVIEW = "review"
    RECEIVE = "receive"
    REPLACE = "replace"
    SERVICE = "service"
    EVIDENCE = "evidence"
    OTHER = "other"
    UNDER_WAY = "under_way"
    BUYER = "buyer"
    PLATFORM = "platform"
    AUTO = "auto"
    ENDED = "ended"


TAB_WORDS: Mapping[Tab, Text] = {
    Tab.UNSHIPPED: Text(zh="未发货退款", en="refund, not sent"),
    Tab.SHIPPED: Text(zh="已发货仅退款", en="refund only, sent"),
    Tab.REVIEW: Text(zh="退货待审核", en="return to review"),
    Tab.RECEIVE: Text(zh="退货待收货", en="return to receive"),
    Tab.REPLACE: Text(zh="换货补寄", en="exchange, send again"),
    Tab.SERVICE: Text(zh="平台服务单", en="platform request"),
    Tab.EVIDENCE: Text(zh="待举证", en="evidence due"),
    Tab.OTHER: Text(zh="其他", en="other"),
    Tab.UNDER_WAY: Text(zh="处理中", en="under way"),
    Tab.BUYER: Text(zh="等买家", en="waiting for the buyer"),
    Tab.PLATFORM: Text(zh="等平台", en="waiting for the platform"),
    Tab.AUTO: Text(zh="平台已自动处理", en="done by the platform"),
    Tab.ENDED: Text(zh="已结束", en="ended"),
}
STAGE_WORDS: Mapping[Stage, Text] = {
    Stage.DECIDE: Text(zh="待商家处理", en="for the shop to answer"),
    Stage.RETURN: Text(zh="待买家退货", en="for the buyer to send back"),
    Stage.RECEIVE: Text(zh="待商家收货", en="for the shop to receive"),
    Stage.SHIP: Text(zh="待商家发货", en="for the shop to send"),
    Stage.BUYER_RECEIVES: Text(zh="待买家收货", en="for the buyer to receive"),
    Stage.REJECTED: Text(zh="已拒绝", en="refused"),
    Stage.DISPUTE: Text(zh="平台介入", en="before the platform"),
    Stage.PAYING: Text(zh="平台退款中", en="being refunded"),
    Stage.OTHER: Text(zh="其他", en="other"),
    Stage.DONE: Text(zh="已结束", en="ended"),
}
OURS = (
    Tab.UNSHIPPED,
    Tab.SHIPPED,
    Tab.REVIEW,
    Tab.RECEIVE,
    Tab.REPLACE,
    Tab.SERVICE,
    Tab.EVIDENCE,
    Tab.OTHER,
)
"""The tabs of what the shop has to do, in the order in which they are shown."""
LANE_OF: Mapping[Tab, Lane] = {
    **dict.fromkeys(OURS, Lane.OURS),
    Tab.UNDER_WAY: Lane.WAITING,
    Tab.BUYER: Lane.WAITING,
    Tab.PLATFORM: Lane.WAITING,
    Tab.AUTO: Lane.DONE,
    Tab.ENDED: Lane.DONE,
}
_BY_STAGE = {Stage.DISPUTE: Tab.EVIDENCE, Stage.RECEIVE: Tab.RECEIVE, Stage.SHIP: Tab.REPLACE}
_BY_CLAIM = {
    "return_refund": Tab.REVIEW,
    "exchange": Tab.REPLACE,
    "repair": Tab.REPLACE,
    "reship": Tab.REPLACE,
}


def tab_of(seen: Seen, stage: Stage, facts: Facts) -> Tab:
    """Tell the tab of a ticket; it has exactly one."""
    if not seen.open:
        return Tab.AUTO if seen.turn is Turn.PLATFORM_DONE else Tab.ENDED
    if seen.turn is not Turn.MERCHANT:
        return Tab.BUYER if seen.turn is Turn.BUYER else Tab.PLATFORM
    if is_service(seen):
        return Tab.SERVICE
    if stage in _BY_STAGE:
        return _BY_STAGE[stage]
    if facts["apply_type"] == "refund_only":
        return Tab.SHIPPED if facts["shipped"] else Tab.UNSHIPPED
    return _BY_CLAIM.get(str(facts["apply_type"]), Tab.OTHER)
