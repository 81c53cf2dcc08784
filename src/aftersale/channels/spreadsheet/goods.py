"""Say how far the goods of a ticket have come: whether they left, and whether the buyer has them."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from aftersale.channels.spreadsheet import standing as stands
from aftersale.channels.spreadsheet import words
from aftersale.channels.spreadsheet.cells import Unreadable, read_time

if TYPE_CHECKING:
    from datetime import datetime

    from aftersale.channels.draft import Draft
    from aftersale.channels.spreadsheet.ticket import Ticket

_MOMENT = re.compile(r"\d{4}[-/]\d{1,2}[-/]\d{1,2} \d{1,2}:\d{2}(?::\d{2})?")
_GOODS_LEFT = frozenset({"return_refund", "exchange", "repair"})


def say_shipped(ticket: Ticket, claim: words.Claim | None, draft: Draft) -> bool | None:
    """Take down whether the goods have left: the after-sale sheet first, the order sheet for the time."""
    at = ticket.line.cells.shipped_at if ticket.line else None
    said, source = _said_shipped(ticket, claim)
    if said is False and at is not None and _is_stale(ticket, at):
        draft.hide("shipped_at", f"{source}写未发货，订单表有发货时间")
        return None
    draft.step(
        "shipped", happened=said, at=at if said else None, source="订单表·发货时间" if said and at else source
    )
    return said


def _is_stale(ticket: Ticket, shipped_at: datetime) -> bool:
    """Tell whether the order sheet contradicts 未发货; what left after a finished ticket does not."""
    found = stands.standing_of(ticket.origin.channel, ticket.cells.status or "")
    applied = ticket.cells.applied_at
    return found is None or found.open or (applied is not None and shipped_at <= applied)


def _said_shipped(ticket: Ticket, claim: words.Claim | None) -> tuple[bool | None, str]:
    """Give the first word about dispatch and its column; ('', None) where there is none."""
    cells, title, order = ticket.cells, ticket.origin.title, ticket.order
    if cells.ship_state:
        return stands.shipped_of(cells.ship_state), title("ship_state")
    if claim and claim.shipped is not None:
        return claim.shipped, title("claim")
    for word, source in (
        (cells.order_state, title("order_state")),
        (order.state if order else None, "订单表·订单状态"),
    ):
        said = stands.shipped_of(word) if word else None
        if said is not None:
            return said, source
    if ticket.line and "shipped_at" in ticket.line.columns:
        return ticket.line.cells.shipped_at is not None, "订单表·发货时间"
    if claim and claim.apply_type in _GOODS_LEFT:
        return True, f"{title('claim')}（要退回的货已发出）"
    return None, ""


def say_signed(ticket: Ticket, draft: Draft, *, shipped: bool | None, reason: str | None) -> None:
    """Climb down the ladder of sign-off: tracking, completed order, order status, the accepted reason."""
    if shipped is False:
        return
    if _tracked(ticket, draft, shipped=shipped):
        return
    word = _received_by_order(ticket)
    if word:
        draft.step("signed", happened=True, at=None, source=word)
    elif shipped and _accepted(draft.facts.get("apply_type"), reason):
        draft.step("signed", happened=True, at=None, source="平台受理的原因")
    else:
        draft.hide("signed_at")


def _accepted(apply_type: object, reason: str | None) -> bool:
    """Tell whether the platform let through a claim that only a buyer with the goods can make."""
    return reason not in words.DENIES_RECEIPT and (apply_type in _GOODS_LEFT or reason in words.NEEDS_RECEIPT)


def _tracked(ticket: Ticket, draft: Draft, *, shipped: bool | None) -> bool:
    cells, order = ticket.cells, ticket.order
    word = cells.tracking or (order.tracking if order else None)
    source = ticket.origin.title("tracking") if cells.tracking else "订单表·物流信息"
    state = stands.tracking_of(word) if word else None
    if word is None or state is None:
        if shipped:
            draft.hide("first_scan_at")
        return False
    draft.say("logistics_status", state, source)
    draft.step("scanned", happened=state != "none", at=None, source=source)
    draft.step(
        "signed",
        happened=state == "signed",
        at=_only_moment(word) if state == "signed" else None,
        source=source,
    )
    return True


def _only_moment(word: str) -> datetime | None:
    """Read the time of sign-off out of the carrier's message if it holds just one."""
    moments = _MOMENT.findall(word)
    try:
        return read_time(moments[0]) if len(moments) == 1 else None
    except Unreadable:
        return None


def _received_by_order(ticket: Ticket) -> str:
    order = ticket.order
    if order and order.finished_at:
        return "订单表·订单完成时间"
    if order and words.plain(order.state or "") in stands.ORDER_RECEIVED:
        return "订单表·订单状态"
    state = words.plain(ticket.cells.order_state or "")
    return ticket.origin.title("order_state") if state in stands.ORDER_RECEIVED else ""
