"""Read from the desk what tonight's forecast needs: open tickets, who is there, how fast they were lately."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from django.db.models import Q

from aftersale.domain.clock import SHANGHAI
from aftersale.domain.roles import MAY, Permission, Role
from aftersale.domain.service_hours import working_seconds
from aftersale.domain.states import ActionState
from aftersale.insight.forecast import Due, Forecast, Worker, forecast
from aftersale.shops.models import Duty, Membership, Person, Shop
from aftersale.tickets.clocks import hours_of
from aftersale.tickets.models import Action, Presence, Ticket
from aftersale.tickets.models.presence import Here
from aftersale.tickets.models.ticket import Lane

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping, Sequence

SPAN = timedelta(days=7)
"""So far back the pace is looked for."""

FEW = 10
"""A person with fewer tickets in that time is taken to be as fast as the others."""

MOST = 1_500
"""So many tickets are looked at, those that run out first."""

_HOUR_S = 3_600
_STEP = timedelta(minutes=15)


@dataclass(frozen=True, slots=True)
class Tonight:
    """Hold the forecast until midnight in Shanghai.

    `handled` tickets were the basis; none means that nobody's pace is known and nothing is foretold. `weak`
    says that it rests on few of them. `per_hour` is the pace of one person in an hour of duty or of an open
    shop. `due` counts what runs out until then, `free` what of it is nobody's, `overdue` what has run out
    already; `whole` tells that all of it was looked at.
    """

    until: datetime
    overdue: int
    due: int
    free: int
    handled: int
    per_hour: float
    weak: bool
    whole: bool
    seen: Forecast
    workers: tuple[Worker, ...]


def midnight_after(now: datetime) -> datetime:
    """Give the next midnight in Shanghai."""
    there = now.astimezone(SHANGHAI)
    return there.replace(hour=0, minute=0, second=0, microsecond=0) + timedelta(days=1)


def tonight(shops: Collection[int], now: datetime) -> Tonight:
    """Foretell what some shops will miss until midnight at the pace of the last week."""
    until = midnight_after(now)
    dues = _dues(shops, now, until)
    paces = _paces(shops, now)
    handled, seconds = (sum(each) for each in zip(*paces.values(), strict=True)) if paces else (0, 1)
    workers = _workers(shops, paces, now, until) if handled else ()
    seen = forecast(workers, dues[:MOST]) if workers else Forecast((), ())
    return Tonight(
        until=until,
        overdue=Ticket.objects.filter(shop__in=shops, lane=Lane.OURS, queue_at__lt=now).count(),
        due=len(dues),
        free=sum(due.holder is None for due in dues),
        handled=handled if workers else 0,
        per_hour=handled * _HOUR_S / seconds,
        weak=handled < FEW or any(worker.weak for worker in workers),
        whole=len(dues) <= MOST,
        seen=seen,
        workers=workers,
    )


def _dues(shops: Collection[int], now: datetime, until: datetime) -> list[Due]:
    ours = Ticket.objects.filter(shop__in=shops, lane=Lane.OURS, queue_at__gte=now, queue_at__lt=until)
    rows = ours.order_by("queue_at", "pk").values_list("pk", "shop_id", "queue_at", "assignee_id")
    return [Due(*row) for row in rows[: MOST + 1]]


def _paces(shops: Collection[int], now: datetime) -> Mapping[int, tuple[int, int]]:
    """Count by person the tickets they acted on lately, and the seconds of work since the first of them.

    Work is counted as that to come is, so that a busy quarter of an hour is no pace for a whole day.
    """
    lately = Action.objects.filter(shop__in=shops, approved_at__gte=now - SPAN, approved_at__lte=now)
    acted = lately.exclude(Q(approved_by=None) | Q(state=ActionState.CANCELLED))
    tickets, since = defaultdict[int, set[int]](set), dict[int, datetime]()
    for person, ticket, at in acted.values_list("approved_by_id", "ticket_id", "approved_at"):
        if person is not None:
            tickets[person].add(ticket)
            since[person] = min(at, since.get(person, at))
    worked = _Worked(shops, now)
    return {person: (len(tickets[person]), worked(person, since[person])) for person in tickets}


class _Worked:
    """Count the seconds that people have worked: as duty was planned, else in the hours of the shops."""

    def __init__(self, shops: Collection[int], now: datetime) -> None:
        self._now = now
        self._hours = [hours_of(shop) for shop in Shop.objects.filter(pk__in=shops)]
        planned = Duty.objects.filter(shop__in=shops, starts_at__lt=now, ends_at__gt=now - SPAN)
        self._duty = defaultdict[int, list[tuple[datetime, datetime]]](list)
        for person, starts_at, ends_at in planned.values_list("person_id", "starts_at", "ends_at"):
            self._duty[person].append((starts_at, min(ends_at, now)))

    def __call__(self, person: int, since: datetime) -> int:
        """Count what lies between a time and now, an hour at least."""
        duty = _joined([(max(start, since), end) for start, end in self._duty[person]])
        planned = sum(int((end - start).total_seconds()) for start, end in duty)
        # Shops of one person are open at much the same hours: the longest stands for all.
        opened = (working_seconds(hours, since, self._now) for hours in self._hours)
        return max(_HOUR_S, planned or max(opened, default=0))


def _workers(
    shops: Collection[int], paces: Mapping[int, tuple[int, int]], now: datetime, until: datetime
) -> tuple[Worker, ...]:
    """Collect who may act and is not off; a person of whom little is known works as the others do."""
    usual = _seconds(sum(each for each, _ in paces.values()), sum(each for _, each in paces.values()))
    spans, made = _Spans(shops, now, until), list[Worker]()
    for person, theirs in sorted(_people(shops, paces).items()):
        tickets, seconds = paces.get(person, (0, 0))
        few = tickets < FEW
        each = usual if few else _seconds(tickets, seconds)
        there = tickets > 0 or spans.planned(person)
        made.append(Worker(person, theirs, each, spans(person, theirs), weak=few, there=there))
    return tuple(made)


def _seconds(tickets: int, seconds: int) -> int:
    """Give the seconds that a ticket takes; at least one."""
    return max(1, seconds // tickets)


def _people(shops: Collection[int], acted: Collection[int]) -> Mapping[int, frozenset[int]]:
    """Give by person the shops in which they may approve; who said that they are off is left out."""
    roles = [role.value for role in Role if Permission.APPROVE in MAY[role]]
    off = Presence.objects.filter(state=Here.OFF).values("person")
    found = defaultdict[int, set[int]](set)
    there = Membership.objects.filter(shop__in=shops, role__in=roles, person__is_active=True)
    for person, shop in there.exclude(person__in=off).values_list("person_id", "shop_id"):
        found[person].add(shop)
    for boss in Person.objects.filter(is_superuser=True, is_active=True).exclude(pk__in=off):
        # Who owns everything works where nobody else does, and everywhere once they do.
        alone = set(shops) - set().union(*found.values())
        if alone or boss.pk in acted:
            found[boss.pk] |= set(shops) if boss.pk in acted else alone
    return {person: frozenset(theirs) for person, theirs in found.items()}


class _Spans:
    """Say when people work until a time: as duty is planned, else in the hours of their shops."""

    def __init__(self, shops: Collection[int], now: datetime, until: datetime) -> None:
        self._now, self._until = now, until
        self._shops = {shop.pk: shop for shop in Shop.objects.filter(pk__in=shops)}
        planned = Duty.objects.filter(shop__in=shops, starts_at__lt=until, ends_at__gt=now)
        self._duty = defaultdict[int, list[tuple[datetime, datetime]]](list)
        for person, starts_at, ends_at in planned.values_list("person_id", "starts_at", "ends_at"):
            self._duty[person].append((max(starts_at, now), min(ends_at, until)))
        self._open: dict[int, tuple[tuple[datetime, datetime], ...]] = {}

    def __call__(self, person: int, shops: Iterable[int]) -> tuple[tuple[datetime, datetime], ...]:
        if person in self._duty:
            return _joined(self._duty[person])
        return _joined([span for shop in shops for span in self._hours(shop)])

    def planned(self, person: int) -> bool:
        """Tell whether duty of a person is planned until then."""
        return person in self._duty

    def _hours(self, shop: int) -> tuple[tuple[datetime, datetime], ...]:
        """Give the spans in which a shop is open, in steps of a quarter of an hour."""
        if shop not in self._open:
            hours, at, found = hours_of(self._shops[shop]), self._now, list[tuple[datetime, datetime]]()
            while at < self._until:
                then = min(at + _STEP, self._until)
                seconds = working_seconds(hours, at, then)
                if seconds:
                    found.append((at, at + timedelta(seconds=seconds)))
                at = then
            self._open[shop] = tuple(found)
        return self._open[shop]


def _joined(spans: Sequence[tuple[datetime, datetime]]) -> tuple[tuple[datetime, datetime], ...]:
    """Put spans together that meet."""
    found = list[tuple[datetime, datetime]]()
    for start, end in sorted(spans):
        if found and start <= found[-1][1]:
            found[-1] = (found[-1][0], max(found[-1][1], end))
        elif start < end:
            found.append((start, end))
    return tuple(found)
