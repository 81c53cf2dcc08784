"""Read which reasons the platform takes for refusing one ticket; the codes differ from ticket to ticket."""

from __future__ import annotations

from typing import TYPE_CHECKING

from aftersale.channels.douyin.answer import ask
from aftersale.channels.douyin.codes import YES
from aftersale.channels.interface import RejectReason

if TYPE_CHECKING:
    from aftersale.channels.base import Hands

REASONS = "afterSale.rejectReasonCodeList"


def reject_reasons(ticket_no: str, hands: Hands) -> tuple[RejectReason, ...]:
    """Give the reasons; none for goods not shipped, and once the ticket was answered or has run out."""
    rows = ask(hands, REASONS, {"aftersale_id": int(ticket_no)}).data.each("items")
    return tuple(
        RejectReason(
            code=str(row.code("reject_reason_code")),
            words=row.text("reason"),
            needs_text=True,
            needs_evidence=row.text("evidence_need") == YES,
            hint=row.text("evidence_description"),
        )
        for row in rows
        if row.code("reject_reason_code") is not None
    )
