"""Pair what the ledger says with what the platform says: by ticket, by order, then by amount and day.

Values in, a value out. What agrees to the fen and the day leaves no trace; everything else is a pair with the
reason why it is one, and the sums of both sides differ by exactly what the pairs show.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence


class Cause(StrEnum):
    """Name why both sides differ."""

    ONLY_OURS = "only_ours"
    ONLY_PLATFORM = "only_platform"
    AMOUNT = "amount"
    OTHER_DAY = "other_day"
    AT_SETTLEMENT = "at_settlement"
    UNKNOWN_OPEN = "unknown_open"
    UNNAMED = "unnamed"


@dataclass(frozen=True, slots=True)
class Side:
    """Hold one leg or one movement: signed fen, the Shanghai day, the month it is booked in, its numbers.

    `settles` marks what the platform tells only when the order is settled, `root` the leg that one corrects;
    `key` is that of the movement, and of the leg that was booked from it.
    """

    id: int
    fen: int
    day: str
    month: str
    ticket_no: str
    order_no: str
    settles: bool = False
    root: int = 0
    key: str = ""

    @property
    def family(self) -> int:
        """Name the leg with which it counts: the one that it corrects, else itself."""
        return self.root or self.id

    def agrees(self, other: Side) -> bool:
        """Tell whether both say the same, to the fen and the day."""
        return (self.fen, self.day, self.month) == (other.fen, other.day, other.month)


@dataclass(frozen=True, slots=True)
class Pair:
    """Hold two sides that differ, or the one that has no other."""

    ours: Side | None
    theirs: Side | None

    @property
    def cause(self) -> Cause:
        """Tell why it is a pair."""
        if self.ours is None or self.theirs is None:
            return Cause.ONLY_PLATFORM if self.ours is None else Cause.ONLY_OURS
        if self.ours.fen != self.theirs.fen:
            return Cause.AMOUNT
        return Cause.AT_SETTLEMENT if self.theirs.settles else Cause.OTHER_DAY


def pair(ours: Iterable[Side], theirs: Iterable[Side]) -> Iterator[Pair]:
    """Pair both sides of one kind of money; what agrees is left out, everything else comes once.

    A leg counts with its corrections: then each of them comes with its own part of the movement.
    """
    families: dict[int, list[Side]] = defaultdict(list)
    for side in ours:
        families[side.family].append(side)
    for each in _paired([_whole(legs) for legs in families.values()], theirs):
        legs = families[each.ours.family] if each.ours else []
        if len(legs) < 2:  # noqa: PLR2004 - alone
            yield each
        elif each.theirs:
            yield from shared(legs, each.theirs)
        else:
            yield from (Pair(leg, None) for leg in legs)


def _whole(legs: Sequence[Side]) -> Side:
    """Give a leg as its corrections left it; one that stands in several months agrees with no single day."""
    if len(legs) == 1:
        return legs[0]
    one_month = len({(leg.day, leg.month) for leg in legs}) == 1
    return replace(legs[0], fen=sum(leg.fen for leg in legs), day=legs[0].day if one_month else "")


def shared(legs: Sequence[Side], row: Side) -> Iterator[Pair]:
    """Give each leg its own part of a movement and the last one the rest; what agrees is left out."""
    rest = row.fen
    for number, leg in enumerate(legs, 1):
        part = replace(row, fen=rest if number == len(legs) else leg.fen)
        rest -= part.fen
        if not part.fen:
            yield Pair(leg, None)
        elif not leg.agrees(part):
            yield Pair(leg, part)


def _paired(ours: list[Side], theirs: Iterable[Side]) -> Iterator[Pair]:
    pairs, rest = _booked(_Rest(ours, list(theirs)))
    yield from pairs
    for stage in _STAGES:
        pairs, rest = _numbered(rest, stage)
        yield from pairs
    rest = _by_amount(rest)
    yield from (Pair(side, None) for side in rest.ours)
    yield from (Pair(None, side) for side in rest.theirs)


class _Rest(NamedTuple):
    """Hold the sides that have not found one another."""

    ours: list[Side]
    theirs: list[Side]


def _booked(rest: _Rest) -> tuple[list[Pair], _Rest]:
    """Pair what was booked from a movement with that movement, whatever numbers it has."""
    rows = {side.key: side for side in rest.theirs if side.key}
    found = [Pair(side, rows.pop(side.key)) for side in rest.ours if side.key in rows]
    taken = {id(side) for each in found for side in (each.ours, each.theirs)}
    after = _Rest(*([side for side in sides if id(side) not in taken] for sides in rest))
    return [each for each in found if each.ours and each.theirs and not each.ours.agrees(each.theirs)], after


class _Stage(NamedTuple):
    """Give the number by which each side is looked for, empty where it takes no part."""

    ours: Callable[[Side], str]
    theirs: Callable[[Side], str]


def _ticket(side: Side) -> str:
    return side.ticket_no


def _order(side: Side) -> str:
    return side.order_no


def _order_alone(side: Side) -> str:
    return "" if side.ticket_no else side.order_no


# Two that name different tickets of one order are never the same money.
_STAGES = (_Stage(_ticket, _ticket), _Stage(_order, _order_alone), _Stage(_order_alone, _order))


def _numbered(rest: _Rest, stage: _Stage) -> tuple[list[Pair], _Rest]:
    """Pair what has the same number; gives the pairs that differ and what found no other side."""
    groups: dict[str, _Rest] = defaultdict(lambda: _Rest([], []))
    after, pairs = _Rest([], []), list[Pair]()
    for number, sides, alone, at in (
        (stage.ours, rest.ours, after.ours, 0),
        (stage.theirs, rest.theirs, after.theirs, 1),
    ):
        for side in sides:
            (groups[number(side)][at] if number(side) else alone).append(side)
    for group in groups.values():
        found, left = _grouped(group)
        pairs += found
        after.ours.extend(left.ours)
        after.theirs.extend(left.theirs)
    return pairs, after


def _grouped(group: _Rest) -> tuple[list[Pair], _Rest]:
    """Pair the sides of one number: what agrees, then the same amount, then one with one."""
    if not group.ours or not group.theirs:
        return [], group
    _agreed, group = _equal(group, lambda side: (side.day, side.month, side.fen))
    moved, group = _equal(group, lambda side: side.fen)
    if _sums_agree(group):
        return moved, _Rest([], [])
    if len(group.ours) == len(group.theirs) == 1:
        return [*moved, Pair(group.ours[0], group.theirs[0])], _Rest([], [])
    return moved, group


def _equal(group: _Rest, said: Callable[[Side], object]) -> tuple[list[Pair], _Rest]:
    """Take the sides together that say the same, the earlier ones first."""
    waiting: dict[object, list[Side]] = defaultdict(list)
    for side in reversed(group.theirs):
        waiting[said(side)].append(side)
    pairs, ours = [], []
    for side in group.ours:
        found = waiting[said(side)].pop() if waiting[said(side)] else None
        if found is None:
            ours.append(side)
        else:
            pairs.append(Pair(side, found))
    taken = {each.theirs.id for each in pairs if each.theirs}
    return pairs, _Rest(ours, [side for side in group.theirs if side.id not in taken])


def _sums_agree(group: _Rest) -> bool:
    """Tell whether one day's legs of a number are the platform's movements of that day, split otherwise."""
    days = {(side.day, side.month) for sides in group for side in sides}
    return len(days) == 1 and sum(s.fen for s in group.ours) == sum(s.fen for s in group.theirs)


def _by_amount(rest: _Rest) -> _Rest:
    """Match what names neither ticket nor order by amount and day, where no other could be meant."""
    groups: dict[object, _Rest] = defaultdict(lambda: _Rest([], []))
    for side in rest.ours:
        groups[side.day, side.month, side.fen].ours.append(side)
    for side in rest.theirs:
        if not side.ticket_no and not side.order_no:
            groups[side.day, side.month, side.fen].theirs.append(side)
    matched = {
        id(side)
        for group in groups.values()
        if len(group.ours) == len(group.theirs)
        for sides in group
        for side in sides
    }
    return _Rest(*([side for side in sides if id(side) not in matched] for sides in rest))
