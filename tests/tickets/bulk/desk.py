"""Set up a shop with people and tickets for work on many of them."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from aftersale.domain.roles import Permission, Role
from aftersale.jobs import door
from aftersale.shops.models import Membership, Person
from aftersale.shops.permissions import shops_with
from aftersale.tickets import batch
from aftersale.tickets.automatic import Terms, set_terms
from aftersale.tickets.batch import Wanted
from aftersale.tickets.batch_rows import Hand
from aftersale.tickets.models import Batch, OrderLine, Ticket
from aftersale.tickets.models.batch import BatchKind
from tests.tickets.acting.desk import NOW, PAID, make_ticket

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from aftersale.shops.models import Shop
    from aftersale.tickets.models import AutomationRule

HOUR = timedelta(hours=1)


def colleague(name: str, role: Role, *shops: Shop) -> Person:
    """Add a person with a role in shops."""
    person = Person.objects.create(username=name, name=name)
    Membership.objects.bulk_create(Membership(person=person, shop=shop, role=role) for shop in shops)
    return person


def numbered(shop: Shop, number: int, paid_fen: int | None = PAID, **fields: object) -> Ticket:
    """Add a ticket of an order of its own."""
    line = OrderLine.objects.create(shop=shop, order_no=f"69{number:017}", line_no="1", paid_fen=paid_fen)
    return make_ticket(shop, line, f"71{number:017}", **{"order_no": line.order_no, **fields})


def hand_of(person: Person, permission: Permission = Permission.APPROVE) -> Hand:
    """Say what a person may."""
    return Hand(frozenset(shops_with(person, permission).values_list("pk", flat=True)))


def planned(person: Person, tickets: Sequence[Ticket], now: datetime = NOW) -> Batch:
    """Plan to approve tickets."""
    wanted = Wanted(BatchKind.APPROVE, [ticket.pk for ticket in tickets], "tab=unshipped")
    return batch.plan(wanted, person, None, hand_of(person), now)


def told(made: Batch) -> list[tuple[str, str]]:
    """Give state and reason of every row of a batch."""
    return [(row.state, row.code) for row in made.rows.order_by("id")]


def allow(shop: Shop, step: str, cap_fen: int = 10**7, day_fen: int = 10**9) -> AutomationRule:
    """Let a step of a shop go out without a person."""
    lead = Person.objects.filter(username="lead").first() or colleague("lead", Role.LEAD, shop)
    return set_terms(shop, Terms(step, on=True, cap_fen=cap_fen, day_fen=day_fen), lead, NOW)


def jobs_asked() -> list[int]:
    """Hear which batches a job was asked for, instead of running it."""
    heard: list[int] = []
    door.register(batch.JOB, lambda pk, _now: heard.append(pk))
    return heard
