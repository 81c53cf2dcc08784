"""Carry over what closed months left: pairs that stand, and sides that have not found another yet.

What agreed in a closed month is done with. Everything else of it is a difference on record, so that an open
month is compared without reading the closed ones again, and nothing that was paired once is booked again.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, NamedTuple

from django.db.models import Q

from aftersale.finance.matching import Cause, Side, shared
from aftersale.finance.models import Difference
from aftersale.finance.sides import legs_named, rows_named

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from django.db.models import QuerySet

    from aftersale.finance.matching import Pair

_PAIRED = (Cause.AMOUNT, Cause.OTHER_DAY, Cause.AT_SETTLEMENT)


class _Stands(NamedTuple):
    """Hold one pair on record: the difference, its leg and movement, and the part of that that is its."""

    pk: int
    leg_id: int
    row_id: int
    fen: int


@dataclass(slots=True)
class Kept:
    """Hold the pairs that a closed month has a part in; their sides look for no other."""

    pairs: list[tuple[str, Pair]] = field(default_factory=list)
    legs: set[int] = field(default_factory=set)
    rows: set[int] = field(default_factory=set)
    seen: set[int] = field(default_factory=set)


def kept(shop_id: int, since: str, mended: Iterable[Side]) -> Kept:
    """Give the pairs that stand, with the corrections of their legs; `mended` are those of closed legs."""
    corrections: dict[int, list[Side]] = defaultdict(list)
    for side in mended:
        corrections[side.root].append(side)
    found = _standing(shop_id, since, list(corrections))
    legs = legs_named(shop_id, (each.leg_id for each in found))
    rows = rows_named(shop_id, (each.row_id for each in found))
    parts = Counter[int]()
    for each in found:
        parts[each.row_id] += each.fen
    result = Kept(rows=set(rows), seen={each.pk for each in found})
    for row_id, members in _members(found, legs, corrections).items():
        kind, row = rows[row_id]
        part = replace(row, fen=parts[row_id])
        result.legs |= set(members)
        pairs = shared([members[pk] for pk in sorted(members)], part)
        result.pairs += [(kind, differs) for differs in pairs]
    return result


def _members(
    found: Sequence[_Stands], legs: Mapping[int, tuple[str, Side]], corrections: Mapping[int, list[Side]]
) -> dict[int, dict[int, Side]]:
    """Give the legs of each movement; a new correction joins the last of its family, which has the rest."""
    members: dict[int, dict[int, Side]] = defaultdict(dict)
    row_of: dict[int, int] = {}
    for each in sorted(found, key=lambda one: one.leg_id):
        leg = legs[each.leg_id][1]
        members[each.row_id][leg.id] = leg
        row_of[leg.family] = each.row_id
    for root in corrections.keys() & row_of.keys():
        members[row_of[root]] |= {side.id: side for side in corrections[root] if side.id not in legs}
    return members


def _standing(shop_id: int, since: str, roots: Sequence[int]) -> list[_Stands]:
    """Find the pairs of each movement that has one across the last close, or one corrected since."""
    pairs = _on_record(shop_id).filter(cause__in=_PAIRED, leg__isnull=False, row__isnull=False)
    across = Q(our_month__lt=since, platform_month__gte=since)
    across |= Q(our_month__gte=since, platform_month__lt=since)
    touched = pairs.filter(across | Q(leg__in=roots) | Q(leg__corrects__in=roots))
    whole = pairs.filter(row__in=touched.order_by().values("row"))
    return [_Stands(*each) for each in whole.values_list("id", "leg_id", "row_id", "platform_fen")]


def _on_record(shop_id: int) -> QuerySet[Difference]:
    return Difference.objects.filter(shop_id=shop_id, ended_at=None).order_by("id")


@dataclass(slots=True)
class Left:
    """Hold by kind the sides of closed months that nothing was found for, and their differences."""

    ours: Mapping[str, list[Side]]
    theirs: Mapping[str, list[Side]]
    seen: set[int]


def left(shop_id: int, since: str, ours: Iterable[Side], theirs: Iterable[Side]) -> Left:
    """Give what closed months left that could belong to some of our sides or of theirs, by number."""
    lone = _on_record(shop_id).filter(cause=Cause.ONLY_OURS, our_month__lt=since)
    legs = dict(_numbered(lone, "leg_id", theirs))
    beside = Q(cause=Cause.ONLY_PLATFORM) | Q(cause=Cause.UNKNOWN_OPEN, row__isnull=False)
    lone = _on_record(shop_id).filter(beside, platform_month__lt=since)
    rows = dict(_numbered(lone, "row_id", ours))
    # What is shown beside an unknown outcome has to be there for it each time.
    unknown = lone.filter(cause=Cause.UNKNOWN_OPEN).values_list("row_id", "id")
    rows |= {row_id: pk for row_id, pk in unknown if row_id}
    sides = legs_named(shop_id, legs), rows_named(shop_id, rows)
    seen = {*legs.values(), *rows.values()}
    return Left(_by_kind(sides[0].values()), _by_kind(sides[1].values()), seen)


def _numbered(lone: QuerySet[Difference], name: str, sides: Iterable[Side]) -> Iterator[tuple[int, int]]:
    """Give the sides and differences on record that have a number of some sides."""
    numbers = {number for side in sides for number in (side.ticket_no, side.order_no)} - {""}
    if not numbers:
        return
    for pk, side_id, *own in lone.values_list("id", name, "ticket_no", "order_no").iterator():
        if not numbers.isdisjoint(own):
            yield side_id, pk


def _by_kind(sides: Iterable[tuple[str, Side]]) -> dict[str, list[Side]]:
    found: dict[str, list[Side]] = defaultdict(list)
    for kind, side in sides:
        found[kind].append(side)
    return found
