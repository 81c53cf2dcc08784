"""Find the tickets of a parcel, and tell each what the warehouse saw.

A parcel belongs to every ticket of its waybill whose article lies in it: buyers put the goods of two
applications into one box. Where no ticket of the waybill has an article of the parcel, it belongs to all of
them, and each shows what does not fit. Without a ticket it is nobody's until somebody claims it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from django.db import transaction

from aftersale.domain.errors import FactsInvalid
from aftersale.domain.states import Goods
from aftersale.evidence.journal import Entry, Subject, record
from aftersale.returns.classes import facts_from, odd_of
from aftersale.returns.counted import as_data
from aftersale.returns.dues import Dues, with_article
from aftersale.returns.models import Match, MatchedBy
from aftersale.tickets.models import Ticket
from aftersale.tickets.warehouse import Sighting, tell

if TYPE_CHECKING:
    from collections.abc import Collection
    from datetime import datetime

    from django.db.models import QuerySet

    from aftersale.returns.counted import Counted
    from aftersale.returns.models import Parcel

PARCEL = "parcel"
RECEIVED, RECOUNTED = "goods_received", "goods_recounted"
IN_CASES = (str.upper, str.lower, str)


class Found(NamedTuple):
    """Hold tickets and how they were found."""

    by: str
    tickets: list[Ticket]


def subject_of(parcel: Parcel) -> Subject:
    """Name a parcel as the journal knows it."""
    return Subject(parcel.shop_id, PARCEL, parcel.pk, parcel.waybill)


def find(parcel: Parcel, told: Counted) -> Found:
    """Find tickets for a parcel, by waybill, else by the order number that came with it.

    A pair that was matched before stays as people left it.
    """
    known = set(Match.objects.filter(parcel=parcel).values_list("ticket_id", flat=True))
    mine = Ticket.objects.select_related("shop").filter(shop_id=parcel.shop_id).order_by("pk")
    waybills = {case(told.waybill) for case in IN_CASES}
    of_waybill = list(mine.filter(return_waybill__in=waybills))
    if of_waybill:
        fitting = with_article(parcel.shop_id, told, of_waybill) or of_waybill
        return Found(MatchedBy.WAYBILL, [each for each in fitting if each.pk not in known])
    if not told.order_no or parcel.matched_by != MatchedBy.NOBODY:
        return Found(MatchedBy.NOBODY, [])
    # A ticket that waits for another waybill waits for another parcel.
    of_order = mine.filter(order_no=told.order_no, return_waybill="").exclude(pk__in=known)
    return Found(MatchedBy.ORDER, _the_one(parcel.shop_id, told, list(of_order)))


def _the_one(shop_id: int, told: Counted, tickets: list[Ticket]) -> list[Ticket]:
    """Give the only ticket that it can be: of several the open one, else the open one of its article."""
    still_open = [each for each in tickets if each.open]
    choices = (tickets, still_open, with_article(shop_id, told, still_open))
    return next((some for some in choices if len(some) == 1), [])


def link(parcel: Parcel, told: Counted, found: Found, person_id: int, now: datetime) -> list[Ticket]:
    """Match a parcel to tickets, inside the caller's transaction; give those that took it.

    A ticket whose facts would contradict one another leaves the parcel to a person. Raises Overtaken.
    """
    dues = Dues(parcel.shop_id, told, found.tickets)
    taken = []
    for ticket in found.tickets:
        match = Match(parcel=parcel, ticket=ticket, by=found.by, person_id=person_id, at=now)
        match.goods_before = ticket.goods_state
        try:
            with transaction.atomic():
                _tell(match, told, dues, RECEIVED, now)
        except FactsInvalid:
            continue
        data = {"ticket_no": ticket.ticket_no, "by": found.by, "classes": match.classes}
        record(subject_of(parcel), Entry("matched", now, person_id, data))
        taken.append(ticket)
    if taken:
        mark(parcel)
    return taken


def recount(parcel: Parcel, told: Counted, person_id: int, now: datetime) -> list[Ticket]:
    """Tell the tickets of a parcel what it holds by a new count. Raises FactsInvalid or Overtaken."""
    matches = list(live(parcel).select_related("ticket__shop"))
    dues = Dues(parcel.shop_id, told, [match.ticket for match in matches])
    for match in matches:
        match.parcel, match.person_id = parcel, person_id
        _tell(match, told, dues, RECOUNTED, now)
    return [match.ticket for match in matches]


def _tell(match: Match, told: Counted, dues: Dues, kind: str, now: datetime) -> None:
    """Tell a ticket what is in the parcel, and keep with the match what it was told."""
    due = dues.of(match.ticket)
    odd = odd_of(told, due)
    held = tuple(dict.fromkeys((*held_of(match.ticket, match), *(each.value for each in odd))))
    data = {"parcel": match.parcel_id, "by": match.by, "classes": list(odd), **as_data(told)}
    seen = Sighting(
        kind=kind,
        person_id=match.person_id,
        goods=_goods(told, held),
        facts=facts_from(told, due, odd, match.parcel.arrived_at),
        replaces=match.answers,
        data=data,
        held=held,
    )
    match.answers = tell(match.ticket, seen, now)
    match.classes = [each.value for each in odd]
    match.save()


def _goods(told: Counted, held: Collection[str]) -> Goods:
    """Tell where goods are: whoever counted good pieces and found nothing odd has looked at them."""
    return Goods.INSPECTED if not held and any(line.good for line in told.lines) else Goods.BACK


def held_of(ticket: Ticket, beside: Match | None = None) -> tuple[str, ...]:
    """Name what is odd about the parcels of a ticket, those of one match left out."""
    found = Match.objects.filter(ticket=ticket, ended_at=None).order_by("pk").values_list("pk", "classes")
    left_out = beside.pk if beside else None
    return tuple(dict.fromkeys(code for pk, classes in found if pk != left_out for code in classes))


def live(parcel: Parcel) -> QuerySet[Match]:
    """Give the matches of a parcel that hold, the oldest first."""
    return Match.objects.filter(parcel=parcel, ended_at=None).order_by("pk")


def mark(parcel: Parcel) -> None:
    """Write on the parcel how it was matched: as its oldest match says, empty where it has none."""
    first = live(parcel).first()
    by = first.by if first else MatchedBy.NOBODY.value
    if parcel.matched_by != by:
        parcel.matched_by = by
        parcel.save(update_fields=["matched_by"])
