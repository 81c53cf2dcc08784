"""Bring pictures of the desk into 抖店's material centre, and give the addresses that it shows them at.

The platform fetches each picture from the address that it is given, and looks at it before it shows it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from aftersale.channels.douyin.answer import LOOK_AND_DECIDE, ask
from aftersale.channels.douyin.codes import Audit, known
from aftersale.domain.errors import Rejected, Unavailable, Unreadable
from aftersale.texts import Text

if TYPE_CHECKING:
    from collections.abc import Sequence

    from aftersale.channels.base import Hands

UPLOAD, DETAIL = "material.uploadImageSync", "material.queryMaterialDetail"
ROOT, LONGEST_NAME = "0", 50
_AGAIN = Text(zh="系统会稍后再试。", en="The desk tries again later.")


def uploaded(pictures: Sequence[str], name: str, hands: Hands) -> list[str]:
    """Give the platform's addresses of pictures, in their order; raises ChannelError.

    Whatever fails here, nothing was said about the ticket: an upload that nobody answered is made again.
    """
    return [_one(url, f"{name}-{number}"[-LONGEST_NAME:], hands) for number, url in enumerate(pictures, 1)]


def _one(url: str, name: str, hands: Hands) -> str:
    params = {"folder_id": ROOT, "url": url, "material_name": name}
    try:
        said = ask(hands, UPLOAD, params, writes=True).data
    except Unreadable as fault:
        raise Unavailable(fault.code, fault.message, _AGAIN) from fault
    number = said.text("material_id")
    if not number:
        raise _not_yet()
    return _looked(number, name, hands)


def _looked(number: str, name: str, hands: Hands) -> str:
    info = ask(hands, DETAIL, {"material_id": number}).data.at("material_info")
    audit, shown = known(Audit, info.code("audit_status")), info.text("byte_url")
    if audit is Audit.REFUSED:
        raise _refused(name, info.text("audit_reject_desc"))
    if audit is not Audit.PASSED or not shown:
        raise _not_yet()
    return shown


def _not_yet() -> Unavailable:
    said = Text(zh="平台还在审核图片。", en="The platform still looks at the pictures.")
    return Unavailable("channel.picture_in_review", said, _AGAIN)


def _refused(name: str, why: str) -> Rejected:
    said = Text(
        zh=f"平台没有通过图片 {name}：{why or '没有说原因'}",
        en=f"The platform refused picture {name}: {why or 'no reason told'}",
    )
    return Rejected("channel.picture_refused", said, LOOK_AND_DECIDE, platform_code="material")
