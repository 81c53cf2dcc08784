"""Say who is at the desk, and hand everything a person has over to a colleague in one go."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.db import transaction
from django.db.models import Count, Q

from aftersale.domain.errors import AftersaleError
from aftersale.evidence.journal import Entry, Subject, record
from aftersale.evidence.shop_journal import together
from aftersale.shops.models import Person
from aftersale.shops.permissions import shops_with
from aftersale.texts import Text
from aftersale.tickets import handling
from aftersale.tickets.holders import HOLDS
from aftersale.tickets.models import Presence, Ticket
from aftersale.tickets.models.presence import Here
from aftersale.tickets.models.ticket import Lane

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence
    from datetime import datetime

    from django.db.models import QuerySet


class NothingToHandOver(AftersaleError):
    """Refuse to hand over where there is nothing."""

    def __init__(self) -> None:
        super().__init__(
            "handover.nothing",
            Text(zh="没有要交的售后单。", en="There is nothing to hand over."),
            Text(zh="可以直接设为离岗。", en="You may just say that you are off."),
        )


@dataclass(frozen=True, slots=True)
class HandedOver:
    """Count what was handed over, and what stayed because the colleague does not work in that shop."""

    tickets: int
    stayed: int


@dataclass(frozen=True, slots=True)
class Colleague:
    """Hold a colleague: how the person stands, and how much is open with them."""

    person: Person
    state: str
    open: int


def open_of(person: Person) -> QuerySet[Ticket]:
    """Give the open tickets a person takes care of."""
    return Ticket.objects.filter(assignee=person, open=True).exclude(lane=Lane.DONE).order_by("pk")


def hand_over(
    person: Person, to: Person | None, shops: Collection[int], note: str, now: datetime
) -> HandedOver:
    """Hand every open ticket of a person to a colleague, or to nobody: all in one transaction, an event each.

    `shops` are those in which the colleague may work; the tickets of others stay. A note goes on each.
    Raises NothingToHandOver.
    """
    with transaction.atomic():
        mine = list(open_of(person).select_related("shop").select_for_update(of=("self",)))
        given = [ticket for ticket in mine if to is None or ticket.shop_id in shops]
        if not given:
            raise NothingToHandOver
        for ticket in given:
            handling.assign(ticket, to, person, now)
            if note:
                handling.add_note(ticket, person, note, now)
    return HandedOver(len(given), len(mine) - len(given))


def stand(person: Person, state: Here, now: datetime) -> Presence:
    """Say how a person stands; the journal of each shop of theirs tells of a change."""
    with together():
        row, _new = Presence.objects.get_or_create(person=person, defaults={"state": Here.ON, "since": now})
        before = row.state
        if before == state:
            return row
        row.state, row.since = state, now
        row.save(update_fields=["state", "since"])
        data = {"person": str(person.pk), "before": before, "after": str(state)}
        for shop in shops_with(person).order_by("pk").values_list("pk", flat=True):
            record(Subject(shop, "shop", shop, str(shop)), Entry("presence", now, person.pk, data))
    return row


def state_of(person: Person) -> Presence | None:
    """Give how a person stands, None where they never said."""
    return Presence.objects.filter(person=person).first()


def colleagues_of(person: Person, shops: Sequence[int]) -> list[Colleague]:
    """List who may work on tickets of some shops beside a person, those on duty and with the least first."""
    there = Person.objects.filter(is_active=True, memberships__shop__in=shops, memberships__role__in=HOLDS)
    there = there.exclude(pk=person.pk).distinct().select_related("presence")
    load = dict(
        Ticket.objects.filter(shop__in=shops, open=True)
        .exclude(Q(assignee=None) | Q(lane=Lane.DONE))
        .order_by()
        .values_list("assignee_id")
        .annotate(number=Count("id"))
    )
    found = [Colleague(each, _said(each), load.get(each.pk, 0)) for each in there]
    order = [Here.ON, Here.BREAK, Here.OFF]
    return sorted(found, key=lambda each: (order.index(Here(each.state)), each.open, str(each.person)))


def _said(person: Person) -> str:
    presence = getattr(person, "presence", None)
    return Here.ON.value if presence is None else presence.state
