"""Give a ticket a piece of goodwill, hand it over, take it back: each with one event in its chain."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import transaction

from aftersale.evidence.journal import Entry
from aftersale.shops import goodwill as flows
from aftersale.shops.goodwill import GoodwillRefused
from aftersale.shops.models import Goodwill, GoodwillGiven
from aftersale.tickets.change import change
from aftersale.tickets.outcome import lock

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from datetime import datetime

    from aftersale.shops.models import Person
    from aftersale.tickets.models import Ticket


@transaction.atomic
def give(ticket: Ticket, person: Person, goodwill_id: int, text: str, now: datetime) -> GoodwillGiven:
    """Hold one piece of the shop's goodwill for a ticket; raises GoodwillRefused, changing nothing."""
    lock(ticket)
    kept = Goodwill.objects.filter(pk=goodwill_id, shop_id=ticket.shop_id).first()
    if kept is None:
        raise GoodwillRefused("goodwill.gone")
    made = flows.hold(kept, ticket.pk, text, person, now)
    change(ticket, Entry("goodwill_given", now, person.pk, _named(made), {"text": text} if text else {}))
    return made


@transaction.atomic
def settle(ticket: Ticket, person: Person, given_id: int, what: str, now: datetime) -> GoodwillGiven:
    """Say what became of it: one of SETTLES; raises GoodwillRefused."""
    lock(ticket)
    rows = GoodwillGiven.objects.select_related("goodwill")
    given = rows.filter(pk=given_id, ticket_id=ticket.pk).first()
    if given is None or what not in SETTLES:
        raise GoodwillRefused("goodwill.settled")
    SETTLES[what](given, now)
    change(ticket, Entry(f"goodwill_{what}", now, person.pk, _named(given)))
    return given


SETTLES: Mapping[str, Callable[[GoodwillGiven, datetime], None]] = {
    "delivered": flows.deliver,
    "withdrawn": flows.withdraw,
    "used": flows.use,
}
"""What may become of goodwill that a ticket holds."""


def _named(given: GoodwillGiven) -> dict[str, object]:
    return {
        "goodwill": given.goodwill_id,
        "name": given.goodwill.name,
        "kind": given.goodwill.kind,
        "cost_fen": given.cost_fen,
    }
