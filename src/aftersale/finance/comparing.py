"""Compare the ledger of a shop with what its platform tells, and say where they differ and why."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, replace
from itertools import chain
from typing import TYPE_CHECKING, NamedTuple

from django.db.models import Max, Min, Q

from aftersale.channels.verbs import PAYS
from aftersale.domain.money_legs import BY_PLATFORM, LegKind
from aftersale.domain.states import ActionState
from aftersale.finance.carried import kept, left
from aftersale.finance.matching import Cause, Pair, Side, pair
from aftersale.finance.models import FundRow, MoneyLeg
from aftersale.finance.sides import COMPARED, ours, theirs
from aftersale.tickets.models import Action

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from aftersale.finance.models import Book

_OPEN = (ActionState.UNKNOWN, ActionState.HANDED_OVER, ActionState.SENDING)


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
    """Hold where both sides differ, and which of the platform's movements are to be booked as they stand.

    `seen` are the differences of months before `since` that were looked at again.
    """

    since: str
    differences: list[Differs]
    to_book: list[int]
    seen: set[int]


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


def compare(book: Book, whole: str = "") -> Compared:
    """Compare what is open, with what closed months left; `whole` is a month that sheets cover to its end."""
    since, covered = book.open_from, _Covered(*_span(book.shop_id), book.open_from, whole)
    if not covered.ever:
        return Compared(since, list(_with_unknown(book.shop_id, ())), [], set())
    open_months = Q(month__gte=since)
    both = _Both(ours(book.shop_id, open_months), theirs(book.shop_id, open_months))
    paired, seen = _paired(book.shop_id, since, both)
    found: list[Differs] = []
    to_book: list[int] = []
    for kind, each in paired:
        # A movement of a closed month was booked or paired when that was closed.
        if _told_by_platform(kind, each) and each.theirs and each.theirs.month >= since:
            to_book.append(each.theirs.id)
        elif each.cause is not Cause.ONLY_OURS or (each.ours and covered.holds(each.ours)):
            found.append(Differs(each.cause, kind, each.ours, each.theirs))
    found += [Differs(Cause.UNNAMED, "", None, side) for side in both.theirs[""]]
    return Compared(since, list(_with_unknown(book.shop_id, found)), to_book, seen)


def _told_by_platform(kind: str, each: Pair) -> bool:
    return each.cause is Cause.ONLY_PLATFORM and kind in BY_PLATFORM


def _span(shop_id: int) -> tuple[str, str]:
    """Give the first and the last day that the sheets read so far tell of."""
    span = FundRow.objects.filter(shop_id=shop_id).aggregate(first=Min("day"), last=Max("day"))
    return span["first"] or "", span["last"] or ""


class _Both(NamedTuple):
    """Hold both sides of the open months by kind."""

    ours: dict[str, list[Side]]
    theirs: dict[str, list[Side]]


def _paired(shop_id: int, since: str, both: _Both) -> tuple[list[tuple[str, Pair]], set[int]]:
    """Pair what is open, then the rest of it with what closed months left; gives what it saw of those."""
    mended = _mended(both)
    stands = kept(shop_id, since, mended.values())
    done, rest = list(stands.pairs), _Both({}, {})
    for kind in COMPARED:
        one, other = _compared(kind, both.ours[kind], both.theirs[kind])
        one = [side for side in one if side.id not in stands.legs]
        other = [side for side in other if side.id not in stands.rows]
        pairs = list(pair((side for side in one if side.id not in mended), other))
        done += [(kind, each) for each in pairs if each.ours and each.theirs]
        rest.ours[kind] = [each.ours for each in pairs if each.ours and not each.theirs]
        rest.ours[kind] += [side for side in one if side.id in mended]
        rest.theirs[kind] = [each.theirs for each in pairs if each.theirs and not each.ours]
    before = left(shop_id, since, chain(*rest.ours.values()), chain(*rest.theirs.values()))
    for kind in COMPARED:
        one = before.ours.get(kind, []) + rest.ours[kind]
        other = before.theirs.get(kind, []) + rest.theirs[kind]
        done += [(kind, each) for each in pair(one, other)]
    return done, stands.seen | before.seen


def _mended(both: _Both) -> dict[int, Side]:
    """Give the corrections of closed legs: they belong to those before they belong to anything else."""
    sides = list(chain(*both.ours.values()))
    there = {side.id for side in sides}
    return {side.id: side for side in sides if side.root and side.root not in there}


def _compared(kind: str, one: list[Side], other: list[Side]) -> tuple[list[Side], list[Side]]:
    """Give what is compared of one kind; settled proceeds only in months of which both exports were read."""
    if kind != LegKind.SETTLED:
        return one, other
    both = {side.month for side in one} & {side.month for side in other}
    return [side for side in one if side.month in both], [side for side in other if side.month in both]


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
