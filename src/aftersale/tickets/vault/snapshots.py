"""Keep what the desk knows of order, tracking and payment at a moment, as a file like any other."""

from __future__ import annotations

from typing import TYPE_CHECKING

from aftersale.domain.clock import moment_of
from aftersale.evidence.canonical import canonical
from aftersale.evidence.pieces import Giver, PieceType
from aftersale.tickets.judging import facts_from
from aftersale.tickets.vault.adding import Told, add_written
from aftersale.tickets.vault.gather import newest_decision

if TYPE_CHECKING:
    from collections.abc import Mapping

    from aftersale.tickets.models import EvidenceLink, Ticket
    from aftersale.tickets.vault.adding import Hand

_ABOUT: Mapping[PieceType, tuple[str, ...]] = {
    PieceType.ORDER: ("applied_at", "reason", "apply_type", "requested_refund_fen"),
    PieceType.PAYMENT: ("paid_at", "paid_fen", "order_paid_fen", "order_refunded_fen"),
    PieceType.TRACKING: (
        "shipped_at", "first_scan_at", "signed_at", "sign_proof", "carrier", "return_waybill_at",
        "return_received_at",
    ),
}  # fmt: skip


def take(ticket: Ticket, hand: Hand) -> list[EvidenceLink]:
    """Keep order, payment and tracking as they are known now; nothing personal stands in them."""
    return [
        add_written(ticket, canonical(_state(ticket, type_, hand)), _told(type_, hand), hand)
        for type_ in _ABOUT
    ]


def _told(type_: PieceType, hand: Hand) -> Told:
    return Told(Giver.DESK, type=type_, taken_at=hand.now)


def _state(ticket: Ticket, type_: PieceType, hand: Hand) -> dict[str, object]:
    """Write what is known, times in ISO 8601, money in fen; what is not known is left out."""
    stored = newest_decision(ticket, hand.now)
    facts = facts_from(stored.facts) if stored else None
    known = {name: _written(name, facts[name]) for name in _ABOUT[type_]} if facts else {}
    return {
        "what": str(type_),
        "ticket": ticket.ticket_no,
        "order": ticket.order_no,
        "platform": ticket.shop.platform,
        "status": ticket.status,
        "observed_at": ticket.observed_at.isoformat(),
        "as_of": hand.now.isoformat(),
        "known": {name: value for name, value in known.items() if value is not None},
    }


def _written(name: str, value: object) -> object:
    if name.endswith("_at") and isinstance(value, int):
        return moment_of(value).isoformat()
    return value if isinstance(value, str | int) else None
