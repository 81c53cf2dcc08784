"""Say which open tickets will run out at the pace at which people work, and who could still take them.

The forecast is plain on purpose. Tickets are taken in the order in which they run out. Each costs its
person the seconds that a ticket cost them lately, and only working time counts; a ticket of nobody goes to
whoever of those at work has most time to spare. What cannot be finished before it runs out will be missed.
"""

from __future__ import annotations

from bisect import bisect_left
from dataclasses import dataclass, field
from itertools import chain
from operator import attrgetter, itemgetter
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from datetime import datetime

_AT = attrgetter("at", "ticket")


@dataclass(frozen=True, slots=True)
class Due:
    """Hold one open ticket: its shop, when it runs out, who has it (None: nobody)."""

    ticket: int
    shop: int
    at: datetime
    holder: int | None


@dataclass(frozen=True, slots=True)
class Worker:
    """Hold one person: the shops they may act in, seconds a ticket costs, and when they work from now on.

    `spans` do not overlap; `weak` says that the pace rests on few tickets or on those of others. Who is not
    `there` takes no ticket of nobody by themselves, but one may be handed to them.
    """

    person: int
    shops: frozenset[int]
    seconds_each: int
    spans: tuple[tuple[datetime, datetime], ...]
    weak: bool = False
    there: bool = True

    def tickets_until(self, at: datetime) -> int:
        """Count the tickets that can be finished before a time."""
        seconds = sum(max(0, int((min(end, at) - start).total_seconds())) for start, end in self.spans)
        return seconds // self.seconds_each


@dataclass(frozen=True, slots=True)
class Move:
    """Hand one ticket to a person who can still finish it."""

    due: Due
    to: int


@dataclass(slots=True)
class _Desk:
    """Hold what a person finishes in time, by when each runs out, and how many they can finish by then."""

    worker: Worker
    kept: list[Due] = field(default_factory=list)
    able: list[int] = field(default_factory=list)

    def spare(self, due: Due) -> int:
        """Count how many more could be finished by then without anything that was kept being late."""
        place = self._place(due)
        now = self.worker.tickets_until(due.at) - place
        return min(chain([now], (able - number for number, able in enumerate(self.able[place:], place + 1))))

    def keep(self, due: Due) -> None:
        """Take a ticket."""
        place = self._place(due)
        self.kept.insert(place, due)
        self.able.insert(place, self.worker.tickets_until(due.at))

    def _place(self, due: Due) -> int:
        return bisect_left(self.kept, _AT(due), key=_AT)


@dataclass(frozen=True, slots=True)
class Forecast:
    """Hold what will be missed, and who could take which of it; `stays` are those that nobody can."""

    missed: tuple[Due, ...]
    moves: tuple[Move, ...]

    @property
    def stays(self) -> int:
        """Count what would be missed all the same."""
        return len(self.missed) - len(self.moves)

    def missed_of(self, person: int | None) -> int:
        """Count what one person will miss."""
        return sum(due.holder == person for due in self.missed)


def forecast(workers: Sequence[Worker], dues: Iterable[Due]) -> Forecast:
    """Work tickets off on paper, what runs out first before all else; what is missed goes to who has time."""
    desks = {worker.person: _Desk(worker) for worker in workers}
    listed = sorted(dues, key=_AT)
    own = [due for due in listed if due.holder is not None and not _kept_by_holder(due, desks)]
    there = [desk for desk in desks.values() if desk.worker.there]
    free = [due for due in listed if due.holder is None and _take(due, there) is None]
    missed = sorted([*own, *free], key=_AT)
    return Forecast(tuple(missed), tuple(_moves(missed, desks)))


def _kept_by_holder(due: Due, desks: dict[int, _Desk]) -> bool:
    holder = desks.get(due.holder or 0)
    return holder is not None and _take(due, [holder]) is not None


def _take(due: Due, desks: Iterable[_Desk]) -> _Desk | None:
    """Give a ticket to whoever of some can spare most; None where nobody can."""
    able = [(desk.spare(due), desk) for desk in desks if due.shop in desk.worker.shops]
    spare, best = max(able, key=itemgetter(0), default=(0, None))
    if best is None or spare < 1:
        return None
    best.keep(due)
    return best


def _moves(missed: Iterable[Due], desks: dict[int, _Desk]) -> Iterable[Move]:
    for due in missed:
        others = [desk for person, desk in desks.items() if person != due.holder]
        taken = _take(due, others)
        if taken is not None:
            yield Move(due, taken.worker.person)
