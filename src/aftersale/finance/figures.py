"""Add a month up: our legs, the platform's movements, and what the differences between them explain."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

from django.db.models import Count, Q, Sum

from aftersale.channels.funds import SheetKind
from aftersale.domain.money_legs import NATURES, LegKind, sign_of
from aftersale.finance.models import Difference, FundRow, MoneyLeg
from aftersale.finance.sides import COMPARED, family_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from django.db.models import QuerySet

_ORDER = {kind.value: number for number, kind in enumerate(LegKind)}
# What sellers get for goods is compared of its own; it is none of the money around tickets.
_DAILY = COMPARED - {LegKind.SETTLED}


class Line(NamedTuple):
    """Hold the legs of one kind that one party bears: how many, and fen in the sense of the kind."""

    kind: str
    liability: str
    number: int
    fen: int

    @property
    def effect_fen(self) -> int:
        """Give what they did to the shop's money."""
        return sign_of(self.kind) * self.fen


class Told(NamedTuple):
    """Hold the movements of one kind as the platform told them; fen signed, no kind where nobody named it."""

    kind: str
    number: int
    fen: int


class Day(NamedTuple):
    """Hold what both sides say of one day; fen signed."""

    day: str
    our_fen: int
    platform_fen: int


@dataclass(frozen=True, slots=True)
class Tie:
    """Hold both sums of one kind in a month and what the named differences explain; fen signed.

    `rest_fen` is what is left: 0 once the platform's sheets cover the month.
    """

    kind: str
    our_fen: int
    platform_fen: int
    named_fen: int

    @property
    def rest_fen(self) -> int:
        """Give what no difference explains."""
        return self.platform_fen - self.our_fen - self.named_fen


class Delta(NamedTuple):
    """Hold by how much one difference moves the sums of a month."""

    kind: str
    fen: int


def lines_of(shop_id: int, month: str) -> list[Line]:
    """Sum the legs booked in a month by kind and by who bears them."""
    legs = MoneyLeg.objects.filter(shop_id=shop_id, month=month).order_by()
    found = legs.values_list("kind", "liability").annotate(number=Count("id"), sum=Sum("fen"))
    return sorted((Line(*row) for row in found), key=lambda line: (_ORDER[line.kind], line.liability))


def told_of(shop_id: int, month: str) -> list[Told]:
    """Sum the platform's movements booked in a month by kind; a settlement's own lines stand as our side."""
    rows = _movements(shop_id).filter(month=month).order_by()
    found = rows.values_list("kind").annotate(number=Count("id"), sum=Sum("fen"))
    return sorted((Told(*row) for row in found), key=lambda told: _ORDER.get(told.kind, len(_ORDER)))


def _movements(shop_id: int) -> QuerySet[FundRow]:
    rows = FundRow.objects.filter(shop_id=shop_id)
    return rows.exclude(sheet_kind=SheetKind.SETTLEMENT, kind=LegKind.SETTLED)


def days_of(shop_id: int, month: str) -> list[Day]:
    """Give what both sides say of each day of a month, of the kinds that both tell of."""
    kinds = [*_DAILY, LegKind.REVERSED]
    legs = MoneyLeg.objects.filter(shop_id=shop_id, month=month, kind__in=kinds)
    rows = _movements(shop_id).filter(month=month, kind__in=_DAILY)
    ours: dict[str, int] = {}
    for day, kind, fen in _by_day(legs):
        ours[day] = ours.get(day, 0) + sign_of(kind) * fen
    theirs: dict[str, int] = {}
    for day, _kind, fen in _by_day(rows):
        theirs[day] = theirs.get(day, 0) + fen
    return [Day(day, ours.get(day, 0), theirs.get(day, 0)) for day in sorted({*ours, *theirs})]


def _by_day(rows: QuerySet[MoneyLeg] | QuerySet[FundRow]) -> list[tuple[str, str, int]]:
    return list(rows.order_by().values_list("day", "kind").annotate(sum=Sum("fen")))


def open_differences(shop_id: int, month: str) -> QuerySet[Difference]:
    """Give the differences that stand in a month on either side, as they are now."""
    of_month = Q(our_month=month) | Q(platform_month=month)
    return Difference.objects.filter(of_month, shop_id=shop_id, ended_at=None).order_by("cause", "id")


def deltas(found: Iterable[Difference], month: str) -> list[Delta]:
    """Say what each difference does to the sums of a month."""
    return [
        Delta(
            each.kind,
            (each.platform_fen if each.platform_month == month else 0)
            - (each.our_fen if each.our_month == month else 0),
        )
        for each in found
    ]


def ties(lines: Sequence[Line], told: Sequence[Told], named: Iterable[Delta]) -> list[Tie]:
    """Hold both sides of each kind against one another."""
    ours, theirs, explained = (dict[str, int]() for _ in range(3))
    for line in lines:
        if family_of(line.kind) in COMPARED:
            _add(ours, family_of(line.kind), line.effect_fen)
    for each in told:
        if each.kind in COMPARED or not each.kind:
            _add(theirs, each.kind, each.fen)
    for delta in named:
        _add(explained, delta.kind, delta.fen)
    kinds = sorted({*ours, *theirs}, key=lambda kind: _ORDER.get(kind, len(_ORDER)))
    return [
        Tie(kind, ours.get(kind, 0), theirs.get(kind, 0), explained.get(kind, 0))
        for kind in kinds
        if _both(kind, ours, theirs)
    ]


def _add(sums: dict[str, int], kind: str, fen: int) -> None:
    sums[kind] = sums.get(kind, 0) + fen


def _both(kind: str, ours: Mapping[str, int], theirs: Mapping[str, int]) -> bool:
    """Tell whether a kind is compared: settled proceeds only where both exports were read."""
    return kind != LegKind.SETTLED or (kind in ours and kind in theirs)


def months_of(shop_id: int) -> list[str]:
    """Give the months in which anything is booked, the newest first."""
    legs = MoneyLeg.objects.filter(shop_id=shop_id).order_by().values_list("month", flat=True).distinct()
    rows = FundRow.objects.filter(shop_id=shop_id).order_by().values_list("month", flat=True).distinct()
    return sorted({*legs, *rows}, reverse=True)


def net_of(lines: Iterable[Line]) -> int:
    """Sum what the legs of tickets did to the shop's money; settled proceeds and withdrawals are left out."""
    left_out = {LegKind.SETTLED, LegKind.WITHDRAWN}
    return sum(line.effect_fen for line in lines if line.kind not in left_out)


def is_memo(kind: str) -> bool:
    """Tell whether a kind moves no money: it says what was asked, decided, sent or is due."""
    return NATURES[LegKind(kind)].sign == 0
