"""Move what will be missed tonight to who still has time: who gets what first, then through bulk work."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING
from urllib.parse import urlencode

from django.http import HttpResponseRedirect
from django.urls import reverse

from aftersale.api.faults import NotHere
from aftersale.domain.roles import Permission
from aftersale.insight.tonight import tonight
from aftersale.pages.acting import Incomplete
from aftersale.pages.door import Ask, page, shown
from aftersale.shops.models import Person
from aftersale.shops.permissions import NotAllowed, shops_with
from aftersale.tickets import batch as flow
from aftersale.tickets.batch import NEEDS, Wanted
from aftersale.tickets.batch_rows import Hand
from aftersale.tickets.models import Batch
from aftersale.tickets.models.batch import BatchKind, BatchState, RowState
from aftersale.web.environment import say as _

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Sequence

    from django.http import HttpResponse

    from aftersale.insight.forecast import Move
    from aftersale.tickets.models import BatchRow

_MOST_BATCHES, _DIGITS = 60, 18


@dataclass(frozen=True, slots=True)
class Given:
    """Hold what one person would get, in the order in which it runs out."""

    batch: Batch
    rows: Sequence[BatchRow]


@page
def move(ask: Ask) -> HttpResponse:
    """Plan who gets what and show it; when that is sent, hand it over."""
    may = ask.caller.shops(Permission.ASSIGN)
    if not may:
        raise NotAllowed(Permission.ASSIGN)
    if ask.request.method != "POST":
        return _shown(ask)
    return _begun(ask) if ask.said("sure") else _planned(ask, may)


def _planned(ask: Ask, may: Collection[int]) -> HttpResponse:
    seen = tonight(ask.caller.seen_shops(), ask.now).seen
    moves = [each for each in seen.moves if each.due.shop in may]
    batches = [_plan(ask, person, tickets, may) for person, tickets in _by_person(moves)]
    query = urlencode([("batch", batch.pk) for batch in batches] + [("stays", len(seen.missed) - len(moves))])
    return HttpResponseRedirect(f"{reverse('home_move')}?{query}")


def _by_person(moves: Iterable[Move]) -> list[tuple[Person, list[int]]]:
    found = defaultdict[int, list[int]](list)
    for each in moves:
        found[each.to].append(each.due.ticket)
    people = Person.objects.in_bulk(list(found))
    return [(people[person], tickets) for person, tickets in found.items()]


def _plan(ask: Ask, to: Person, tickets: Sequence[int], may: Collection[int]) -> Batch:
    theirs = frozenset(shops_with(to, Permission.ANSWER).values_list("pk", flat=True))
    return flow.plan(Wanted(BatchKind.ASSIGN, tickets), ask.person, to, Hand(may, to.pk, theirs), ask.now)


def _mine(ask: Ask) -> list[Batch]:
    """Read the planned batches that an address names; those of others are not there."""
    said = [
        each for each in ask.all_said("batch") if each.isascii() and each.isdigit() and len(each) <= _DIGITS
    ]
    wanted = {int(each) for each in said[:_MOST_BATCHES]}
    mine = Batch.objects.filter(pk__in=wanted, person=ask.person, kind=BatchKind.ASSIGN)
    found = list(mine.select_related("to", "person").order_by("pk"))
    if len(found) != len(wanted):
        raise NotHere
    return found


def _shown(ask: Ask) -> HttpResponse:
    given = [
        Given(
            each,
            list(each.rows.filter(state=RowState.READY).select_related("ticket__shop", "ticket__assignee")),
        )
        for each in _mine(ask)
        if each.state == BatchState.PLANNED
    ]
    stays = ask.said("stays")
    count = sum(len(each.rows) for each in given)
    return shown(
        ask, "home_move.html", given=given, count=count, stays=int(stays) if stays.isdecimal() else 0
    )


def _begun(ask: Ask) -> HttpResponse:
    batches = _mine(ask)
    if not batches:
        raise Incomplete
    for each in batches:
        needed = set(each.rows.values_list("ticket__shop_id", flat=True))
        for shop in needed:
            ask.caller.let(NEEDS[BatchKind.ASSIGN], shop)
        flow.begin(each, ask.now)
    count = sum(each.rows.filter(state=RowState.DONE).count() for each in batches)
    ask.tell(_("Handed over: {count}.").format(count=count))
    return HttpResponseRedirect(reverse("home"))
