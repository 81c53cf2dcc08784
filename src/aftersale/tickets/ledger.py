"""Keep the money of an order line: never promise, send or pay back more than the buyer paid.

What is intended, being sent, out of sight and paid is held together, over all tickets of the line. A ticket
whose line is not known answers for its own paid amount alone: then the amounts held by its actions are summed
while the ticket is locked.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec
from django.db.models import F, Sum

from aftersale.domain.errors import AftersaleError
from aftersale.domain.money import yuan
from aftersale.domain.states import ActionState
from aftersale.texts import Text
from aftersale.tickets.models import Action, OrderLine

if TYPE_CHECKING:
    from aftersale.tickets.models import Ticket


class _Said(msgspec.Struct):
    """Read of a notice what it says of money, and nothing else."""

    facts: dict[str, object]


_decode = msgspec.json.Decoder(_Said).decode


class OverPaid(AftersaleError):
    """Refuse to promise more than the buyer paid; `left_fen` is what may still be given back."""

    def __init__(self, left_fen: int) -> None:
        left = yuan(max(left_fen, 0))
        super().__init__(
            "ledger.over_paid",
            Text(
                zh=f"超过了最多可退的 {left}。",
                en=f"That is more than the {left} that may still be refunded.",
            ),
            Text(
                zh="请改小金额，或先核对这一单已经退过的钱。",
                en="Lower the amount, or check what has been refunded of this order already.",
            ),
        )
        self.left_fen = left_fen


class PaidUnknown(AftersaleError):
    """Refuse to promise money where nobody knows what the buyer paid, unless a person says so expressly."""

    def __init__(self) -> None:
        super().__init__(
            "ledger.paid_unknown",
            Text(zh="不知道买家实付多少，不能自动退款。", en="What the buyer paid is not known."),
            Text(
                zh="请导入订单表，或由有权限的人核对后确认这个金额。",
                en="Import the orders, or let a person who may check and confirm the amount.",
            ),
        )


def reserve(ticket: Ticket, fen: int, *, confirmed: bool = False) -> None:
    """Hold money for an action; the ticket is locked. Raises OverPaid or PaidUnknown.

    `confirmed`: a person vouches for the amount although what was paid is unknown.
    """
    if ticket.line_id is None:
        _check_own(ticket, fen, confirmed=confirmed)
        return
    line = OrderLine.objects.filter(pk=ticket.line_id)
    if line.filter(paid_fen__gte=F("reserved_fen") + fen).update(reserved_fen=F("reserved_fen") + fen):
        return
    paid, held = line.values_list("paid_fen", "reserved_fen").get()
    if paid is not None:
        raise OverPaid(paid - held)
    if not confirmed:
        raise PaidUnknown
    line.update(reserved_fen=F("reserved_fen") + fen)


def release(ticket: Ticket, fen: int) -> None:
    """Give money free that was held and surely will not be paid."""
    observe_paid(ticket.line_id, -fen)


def observe_paid(line_id: int | None, fen: int) -> None:
    """Count what the platform paid without us: it is a fact, even beyond what was paid."""
    if line_id is not None and fen:
        OrderLine.objects.filter(pk=line_id).update(reserved_fen=F("reserved_fen") + fen)


def adopt(ticket: Ticket, line_id: int | None) -> None:
    """Carry what a ticket holds over to its line, when that becomes known; the caller stores the line."""
    if ticket.line_id is None and line_id is not None:
        observe_paid(line_id, held_by(ticket))
        ticket.line_id = line_id


def held_by(ticket: Ticket) -> int:
    """Sum what the actions of a ticket hold or have paid."""
    found = Action.objects.filter(ticket_id=ticket.pk).aggregate(fen=Sum("reserved_fen"))
    return int(found["fen"] or 0)


def paid_by(ticket: Ticket) -> int:
    """Sum what has been paid on a ticket as far as is known.

    What the platform paid without us stands as an action too, so that nothing is counted twice or left out.
    """
    done = Action.objects.filter(ticket_id=ticket.pk, state=ActionState.DONE)
    return int(done.aggregate(fen=Sum("reserved_fen"))["fen"] or 0)


def left_of(ticket: Ticket) -> int | None:
    """Tell how much may still be given back, negative where more was; None where the paid sum is unknown."""
    if ticket.line_id is None:
        paid = _said(ticket, "paid_fen")
        return None if paid is None else paid - paid_by(ticket) - _promised(ticket)
    paid, held = OrderLine.objects.values_list("paid_fen", "reserved_fen").get(pk=ticket.line_id)
    return None if paid is None else paid - held


def _check_own(ticket: Ticket, fen: int, *, confirmed: bool) -> None:
    left = left_of(ticket)
    if left is None and not confirmed:
        raise PaidUnknown
    if left is not None and fen > left:
        raise OverPaid(left)


def _promised(ticket: Ticket) -> int:
    open_actions = Action.objects.filter(ticket_id=ticket.pk).exclude(state=ActionState.DONE)
    return int(open_actions.aggregate(fen=Sum("reserved_fen"))["fen"] or 0)


def _said(ticket: Ticket, fact: str) -> int | None:
    value = _decode(ticket.observed).facts.get(fact)
    return value if isinstance(value, int) else None
