"""Keep the differences of a shop up to date: found, changed, gone; none is ever removed."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import transaction
from django.db.models import Q

from aftersale.domain.money_legs import LegKind, sign_of
from aftersale.finance.comparing import compare
from aftersale.finance.legs import SHEET, Leg, add, locked_book
from aftersale.finance.matching import Cause
from aftersale.finance.models import Book, Difference, FundRow
from aftersale.finance.sides import some_of
from aftersale.tickets.models import Ticket

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from datetime import datetime

    from aftersale.finance.comparing import Compared, Differs
    from aftersale.finance.matching import Side

_AT_ONCE = 500
_TOLD = (
    "cause",
    "kind",
    "ticket_id",
    "order_no",
    "ticket_no",
    "leg_id",
    "row_id",
    "our_fen",
    "our_day",
    "our_month",
    "platform_fen",
    "platform_day",
    "platform_month",
)


def reconcile(shop_id: int, now: datetime, whole: str = "") -> int:
    """Compare, book what only the platform can tell, and store the differences; gives how many are open.

    `whole` is a month that the sheets cover to its end: then every leg of it has to be there. Comparing takes
    its time and holds up no writer; what is added meanwhile is seen the next time.
    """
    book = Book.objects.get_or_create(shop_id=shop_id)[0]
    found = compare(book, whole)
    with transaction.atomic():
        locked = locked_book(shop_id)
        if locked.open_from != book.open_from:
            found = compare(locked, whole)
        _book(shop_id, found.to_book)
        return _store(shop_id, found, now)


def _book(shop_id: int, row_ids: Sequence[int]) -> None:
    """Book movements that follow from nothing the desk knows: deductions, compensations, fees and so on."""
    for start in range(0, len(row_ids), _AT_ONCE):
        rows = FundRow.objects.filter(pk__in=row_ids[start : start + _AT_ONCE])
        some = list(rows.order_by("id"))
        tickets = ticket_ids(shop_id, [row.ticket_no for row in some])
        add(shop_id, [leg_of(row, tickets.get(row.ticket_no)) for row in some])


def leg_of(row: FundRow, ticket_id: int | None = None) -> Leg:
    """Give the leg that a movement is; what goes the other way than its kind takes money back."""
    kind = LegKind(row.kind)
    return Leg(kind, sign_of(kind) * row.fen, row.at, f"{SHEET}{row.key}", row.order_no, ticket_id)


def ticket_ids(shop_id: int, numbers: Iterable[str]) -> dict[str, int]:
    """Find tickets of a shop by number."""
    found = Ticket.objects.filter(shop_id=shop_id, ticket_no__in={each for each in numbers if each})
    return dict(found.values_list("ticket_no", "id"))


def _store(shop_id: int, found: Compared, now: datetime) -> int:
    known = _known(shop_id, found)
    tickets = _tickets(shop_id, found.differences)
    fresh, changed = [], []
    for each in found.differences:
        values = _values(each, tickets)
        before = known.pop(each.key, None)
        if before is None:
            fresh.append(Difference(shop_id=shop_id, key=each.key, found_at=now, **values))
        elif before.ended_at or any(getattr(before, name) != value for name, value in values.items()):
            changed.append(_changed(before, values))
    Difference.objects.bulk_create(fresh, batch_size=_AT_ONCE)
    fields = [
        *(name.removesuffix("_id") for name in _TOLD),
        "ended_at",
        "explained_at",
        "explained_by",
        "event",
    ]
    Difference.objects.bulk_update(changed, fields, batch_size=_AT_ONCE)
    gone = [each.pk for each in known.values() if each.ended_at is None and _looked_at(each, found)]
    for start in range(0, len(gone), _AT_ONCE):
        Difference.objects.filter(pk__in=gone[start : start + _AT_ONCE]).update(ended_at=now)
    return len(found.differences)


def _known(shop_id: int, found: Compared) -> dict[str, Difference]:
    """Give what is on record of open months, of outcomes not known, and of all that was found, by key."""
    rows = Difference.objects.filter(shop_id=shop_id)
    seen = Q(our_month__gte=found.since) | Q(platform_month__gte=found.since)
    known = {each.key: each for each in rows.filter(seen | Q(cause=Cause.UNKNOWN_OPEN, ended_at=None))}
    for some in some_of(found.seen):
        known |= {each.key: each for each in rows.filter(pk__in=some)}
    for keys in some_of({each.key for each in found.differences} - known.keys()):
        known |= {each.key: each for each in rows.filter(key__in=keys)}
    return known


def _changed(difference: Difference, values: Mapping[str, object]) -> Difference:
    """Bring a difference up to date; what was explained was another one."""
    if any(getattr(difference, name) != values[name] for name in ("cause", "our_fen", "platform_fen")):
        difference.explained_at = difference.explained_by = difference.event = None
    difference.ended_at = None
    for name, value in values.items():
        setattr(difference, name, value)
    return difference


def _looked_at(difference: Difference, found: Compared) -> bool:
    """Tell whether both sides were looked at, so that what was not found is gone."""
    if difference.cause == Cause.UNKNOWN_OPEN or difference.pk in found.seen:
        return True
    months = [month for month in (difference.our_month, difference.platform_month) if month]
    return min(months) >= found.since


def _tickets(shop_id: int, found: Sequence[Differs]) -> dict[str, int]:
    """Find the tickets that differences speak of, by number."""
    numbers = sorted({side.ticket_no for each in found for side in (each.ours, each.theirs) if side})
    tickets: dict[str, int] = {}
    for start in range(0, len(numbers), _AT_ONCE):
        tickets |= ticket_ids(shop_id, numbers[start : start + _AT_ONCE])
    return tickets


def _values(each: Differs, tickets: Mapping[str, int]) -> dict[str, object]:
    sides = [side for side in (each.ours, each.theirs) if side]
    ticket_no = next((side.ticket_no for side in sides if side.ticket_no), "")
    return {
        "cause": each.cause.value,
        "kind": str(each.kind),
        "ticket_id": tickets.get(ticket_no),
        "order_no": next((side.order_no for side in sides if side.order_no), ""),
        "ticket_no": ticket_no,
        "leg_id": each.ours.id if each.ours else None,
        "row_id": each.theirs.id if each.theirs else None,
        **_side("our", each.ours),
        **_side("platform", each.theirs),
    }


def _side(whose: str, side: Side | None) -> dict[str, object]:
    told = (side.fen, side.day, side.month) if side else (0, "", "")
    return dict(zip((f"{whose}_fen", f"{whose}_day", f"{whose}_month"), told, strict=True))
