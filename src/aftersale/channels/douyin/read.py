"""Read one ticket as it stands now, with its order."""

from __future__ import annotations

from typing import TYPE_CHECKING

from aftersale.channels.base import Observed
from aftersale.channels.douyin.answer import ask, unreadable
from aftersale.channels.douyin.notice import notice_of
from aftersale.channels.douyin.order import read_order
from aftersale.channels.douyin.reading import from_detail
from aftersale.channels.douyin.said import DETAIL
from aftersale.channels.douyin.services import is_service, read_service
from aftersale.channels.douyin.shape import Misread
from aftersale.texts import Text

if TYPE_CHECKING:
    from aftersale.channels.base import Hands, Notice
    from aftersale.channels.douyin.said import Said
    from aftersale.domain.errors import ChannelError


def read(ticket_no: str, hands: Hands) -> Notice | None:
    """Tell how a ticket stands; None where the platform does not know it. Raises ChannelError."""
    if is_service(ticket_no):
        try:
            return read_service(ticket_no, hands)
        except Misread as fault:
            raise _misread(fault) from fault
    said = read_said(ticket_no, hands)
    if said is None:
        return None
    order = read_order(said.order_no, [line.line_no for line in said.lines], hands)
    return notice_of(said, order, Observed(DETAIL, 1))


def read_said(ticket_no: str, hands: Hands) -> Said | None:
    """Read the detail of a ticket; another ticket than was asked for is no answer."""
    params = {"after_sale_id": ticket_no, "need_operation_record": True}
    data = ask(hands, DETAIL, params).data
    if not data.at("process_info").at("after_sale_info"):
        return None
    try:
        said = from_detail(data)
    except Misread as fault:
        raise _misread(fault) from fault
    if said.ticket_no != ticket_no:
        raise _misread(Misread("told_rounded", "after_sale_id", said.ticket_no))
    return said


def _misread(fault: Misread) -> ChannelError:
    why = Text(
        zh=f"平台给的“{fault.field}”读不懂：{fault.value}",
        en=f"{fault.field} of the platform's answer cannot be read: {fault.value}",
    )
    return unreadable(writes=False, why=why)
