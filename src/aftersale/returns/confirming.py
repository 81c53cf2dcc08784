"""Confirm many returns at once and pay them back: look first, then each ticket in its own transaction."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

from aftersale.channels.verbs import Verb
from aftersale.domain.errors import AftersaleError
from aftersale.domain.states import Goods
from aftersale.returns.lists import good
from aftersale.texts import Text
from aftersale.tickets.act import Intent, accept
from aftersale.tickets.models import Ticket

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence
    from datetime import datetime

    from aftersale.shops.models import Person
    from aftersale.tickets.models import Action

MOST = 500
_GONE = Text(
    zh="已经不在可确认的里面：有人处理过，或有了新情况。",
    en="No longer among those to confirm: somebody acted, or something changed.",
)
_NO_AMOUNT = Text(zh="不知道要退多少，请打开这张单处理。", en="The amount is not known; open the ticket.")


class Pick(NamedTuple):
    """Name a ticket as the person saw it."""

    ticket_id: int
    sequence: int


class Looked(NamedTuple):
    """Say what would become of one ticket; `why` where it would not go through."""

    ticket: Ticket
    why: Text | None
    paid_unknown: bool


@dataclass(frozen=True, slots=True)
class Preview:
    """Hold a dry run: what would be paid, and what would not."""

    rows: tuple[Looked, ...]

    @property
    def paying(self) -> tuple[Ticket, ...]:
        """Give the tickets that would be paid."""
        return tuple(each.ticket for each in self.rows if each.why is None)

    @property
    def fen(self) -> int:
        """Sum what would be paid."""
        return sum(ticket.amount_fen or 0 for ticket in self.paying)

    @property
    def unvouched(self) -> int:
        """Count those of which nobody knows what was paid: a person has to vouch for their amounts."""
        return sum(each.paid_unknown and each.why is None for each in self.rows)


class Result(NamedTuple):
    """Say what became of one ticket: an action, or why there is none."""

    ticket: Ticket
    action: Action | None
    why: Text | None


@dataclass(frozen=True, slots=True)
class By:
    """Say who confirms, when, with how many seconds to take it back; `vouched` for what was paid."""

    person: Person
    now: datetime
    delay_s: int = 0
    vouched: bool = False


def preview(shops: Collection[int], picks: Sequence[Pick]) -> Preview:
    """Say what confirming would do; nothing is written. Tickets of other shops are left out."""
    tickets = _tickets(shops, picks)
    ready = set(good(shops).filter(pk__in=tickets).values_list("pk", flat=True))
    picked = [(tickets[each.ticket_id], each) for each in picks if each.ticket_id in tickets]
    return Preview(tuple(_looked(ticket, pick, ready) for ticket, pick in picked))


def _tickets(shops: Collection[int], picks: Sequence[Pick]) -> dict[int, Ticket]:
    wanted = Ticket.objects.filter(pk__in=[each.ticket_id for each in picks[:MOST]], shop__in=shops)
    return {ticket.pk: ticket for ticket in wanted.select_related("shop", "line").order_by("queue_at", "pk")}


def _looked(ticket: Ticket, pick: Pick, ready: Collection[int]) -> Looked:
    unknown = ticket.line is None or ticket.line.paid_fen is None
    if ticket.pk not in ready or ticket.sequence != pick.sequence:
        return Looked(ticket, _GONE, unknown)
    return Looked(ticket, None if ticket.amount_fen else _NO_AMOUNT, unknown)


def confirm_all(shops: Collection[int], picks: Sequence[Pick], by: By) -> list[Result]:
    """Confirm and pay back what was picked, each on its own; one that fails says why, the others go on."""
    return [_confirmed(each, by) for each in preview(shops, picks).rows]


def _confirmed(looked: Looked, by: By) -> Result:
    if looked.why is not None:
        return Result(looked.ticket, None, looked.why)
    intent = Intent(
        Verb.REFUND_RECEIVED,
        looked.ticket.amount_fen,
        delay_s=by.delay_s,
        paid_unknown_accepted=by.vouched and looked.paid_unknown,
        inspected=looked.ticket.goods_state != Goods.INSPECTED,
    )
    try:
        action = accept(looked.ticket, by.person, intent, by.now, looked.ticket.sequence)
    except AftersaleError as refusal:
        return Result(looked.ticket, None, refusal.message)
    return Result(looked.ticket, action, None)
