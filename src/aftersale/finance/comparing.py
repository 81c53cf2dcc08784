"""Compare the ledger of a shop with what its platform tells, and say where they differ and why."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, NamedTuple

from django.db.models import Max, Min

from aftersale.channels.funds import SheetKind
from aftersale.channels.verbs import PAYS
from aftersale.domain.money_legs import BY_PLATFORM, LegKind, next_month, sign_of
from aftersale.domain.states import ActionState
from aftersale.finance.legs import BORNE
from aftersale.finance.matching import Cause, Pair, Side, pair
from aftersale.finance.models import FundRow, MoneyLeg
from aftersale.tickets.models import Action

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from aftersale.finance.models import Book

COMPARED = frozenset({LegKind.PAID, LegKind.SMALL_PAYOUT, LegKind.SETTLED, *BY_PLATFORM})
"""Kinds of which both sides tell; a refund that was taken back counts as a refund less."""

_OPEN = (ActionState.UNKNOWN, ActionState.HANDED_OVER, ActionState.SENDING)
# Both sides of one payment may stand in months apart.
_MONTHS_BACK = -2


@dataclass(frozen=True, slots=True)
class Differs:
    """Hold one place where both sides differ."""

    cause: Cause
    kind: str
    ours: Side | None
    theirs: Side | None

    @property
    def key(self) -> str:
        """Name it so that it is known again: by our leg, else by the platform's movement."""
        if self.ours:
            return f"leg:{self.ours.id}"
        return f"row:{self.theirs.id}" if self.theirs else ""


class Compared(NamedTuple):
    """Hold where both sides differ, and which of the platform's movements are to be booked as they stand."""

    since: str
    differences: list[Differs]
    to_book: list[int]


class _Covered(NamedTuple):
    """Say for which days a missing movement means something: those that sheets cover, and closed months."""

    first: str
    last: str
    closed_before: str
    whole: str

    @property
    def ever(self) -> bool:
        """Tell whether there is anything to compare with: before the first sheet there is not."""
        return bool(self.last or self.closed_before or self.whole)

    def holds(self, side: Side) -> bool:
        """Tell whether the platform should have told of a leg by now."""
        if side.month < self.closed_before or side.month == self.whole:
            return True
        return bool(self.last) and self.first <= side.day <= self.last


def family_of(kind: str) -> str:
    """Give the kind under which a leg is compared."""
    return LegKind.PAID if kind == LegKind.REVERSED else kind


def compare(book: Book, whole: str = "") -> Compared:
    """Compare what is open and two months before it; `whole` is a month that sheets cover to its end."""
    since, covered = _since(book), _Covered(*_span(book.shop_id), book.open_from, whole)
    if not covered.ever:
        return Compared(since, list(_with_unknown(book.shop_id, ())), [])
    ours, theirs = _ours(book.shop_id, since), _theirs(book.shop_id, since)
    found: list[Differs] = []
    to_book: list[int] = []
    for kind in COMPARED:
        for each in _pairs(kind, ours[kind], theirs[kind]):
            if each.cause is Cause.ONLY_PLATFORM and kind in BY_PLATFORM and each.theirs:
                to_book.append(each.theirs.id)
            elif each.cause is not Cause.ONLY_OURS or (each.ours and covered.holds(each.ours)):
                found.append(Differs(each.cause, kind, each.ours, each.theirs))
    found += [Differs(Cause.UNNAMED, "", None, side) for side in theirs[""]]
    return Compared(since, list(_with_unknown(book.shop_id, found)), to_book)


def _since(book: Book) -> str:
    first = book.open_from or _first_month(book.shop_id)
    return next_month(first, _MONTHS_BACK) if first else ""


def _first_month(shop_id: int) -> str:
    """Find the first month with anything in it, empty where there is nothing."""
    found = [
        model.objects.filter(shop_id=shop_id).aggregate(first=Min("month"))["first"]
        for model in (MoneyLeg, FundRow)
    ]
    return min((month for month in found if month), default="")


def _span(shop_id: int) -> tuple[str, str]:
    """Give the first and the last day that the sheets read so far tell of."""
    span = FundRow.objects.filter(shop_id=shop_id).aggregate(first=Min("day"), last=Max("day"))
    return span["first"] or "", span["last"] or ""


def _ours(shop_id: int, since: str) -> Mapping[str, list[Side]]:
    kinds = [*COMPARED, LegKind.REVERSED]
    legs = MoneyLeg.objects.filter(shop_id=shop_id, month__gte=since, kind__in=kinds).order_by("at", "id")
    legs = legs.exclude(kind=LegKind.PAID, source__contains=f":{BORNE}:")
    sides: dict[str, list[Side]] = defaultdict(list)
    fields = ("id", "kind", "fen", "day", "month", "order_no", "ticket__ticket_no")
    for pk, kind, fen, day, month, order_no, ticket_no in legs.values_list(*fields).iterator():
        side = Side(pk, sign_of(kind) * fen, day, month, ticket_no or "", order_no)
        sides[family_of(kind)].append(side)
    return sides


def _theirs(shop_id: int, since: str) -> Mapping[str, list[Side]]:
    """Give what the platform tells by kind; what a settlement settles is our side of the fund export."""
    rows = FundRow.objects.filter(shop_id=shop_id, month__gte=since).order_by("at", "id")
    rows = rows.exclude(sheet_kind=SheetKind.SETTLEMENT, kind=LegKind.SETTLED)
    sides: dict[str, list[Side]] = defaultdict(list)
    fields = ("id", "kind", "fen", "day", "month", "ticket_no", "order_no", "sheet_kind")
    for pk, kind, fen, day, month, ticket_no, order_no, sheet in rows.values_list(*fields).iterator():
        settles = sheet == SheetKind.SETTLEMENT
        sides[kind].append(Side(pk, fen, day, month, ticket_no, order_no, settles))
    return sides


def _pairs(kind: str, ours: Sequence[Side], theirs: Sequence[Side]) -> Iterable[Pair]:
    """Pair one kind; settled proceeds only in months of which both exports were read."""
    if kind != LegKind.SETTLED:
        return pair(ours, theirs)
    both = {side.month for side in ours} & {side.month for side in theirs}
    return pair((s for s in ours if s.month in both), (s for s in theirs if s.month in both))


def _with_unknown(shop_id: int, found: Iterable[Differs]) -> Iterator[Differs]:
    """Name what hangs on an outcome that nobody knows yet; what the platform shows of it stands beside it."""
    waiting = list(_waiting(shop_id))
    by_number: dict[tuple[str, int], list[Side]] = defaultdict(list)
    for side in waiting:
        by_number[side.ticket_no, side.fen].append(side)
    shown: set[int] = set()
    for each in found:
        theirs = each.theirs
        fits = by_number.get((theirs.ticket_no, theirs.fen)) if theirs and not each.ours else None
        if fits:
            ours = fits.pop()
            shown.add(ours.id)
            yield Differs(Cause.UNKNOWN_OPEN, each.kind, replace(ours, fen=0), theirs)
        else:
            yield each
    for side in waiting:
        if side.id not in shown:
            yield Differs(Cause.UNKNOWN_OPEN, LegKind.PAID, replace(side, fen=0), None)


def _waiting(shop_id: int) -> Iterator[Side]:
    """Give what was sent and has no outcome, as if it had been paid."""
    actions = Action.objects.filter(shop_id=shop_id, verb__in=PAYS, state__in=_OPEN)
    fen_of = {f"action:{key}:sent": -(fen or 0) for key, fen in actions.values_list("key", "amount_fen")}
    legs = MoneyLeg.objects.filter(shop_id=shop_id, source__in=fen_of).order_by("id")
    fields = ("id", "source", "day", "month", "order_no", "ticket__ticket_no")
    for pk, source, day, month, order_no, ticket_no in legs.values_list(*fields):
        yield Side(pk, fen_of[source], day, month, ticket_no or "", order_no)
