"""Add legs to the ledger: the only way in, and there is no way to change or remove one."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.db import transaction

from aftersale.domain.money_legs import LIABILITY_OF, LegKind, day_text
from aftersale.finance.models import Book, MoneyLeg
from aftersale.tickets.bulk import insert

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from datetime import datetime

BORNE = "borne"
"""What the source of a leg names that says who bears a payment since a ruling: the platform tells of none."""

SHEET = "sheet:"
"""What the source of a leg begins with that was booked from a movement: the key of that follows."""

_AT_ONCE = 500


@dataclass(frozen=True, slots=True)
class Leg:
    """Hold a leg that is to be added; without a liability it gets that of its kind."""

    kind: LegKind
    fen: int
    at: datetime
    source: str
    order_no: str = ""
    ticket_id: int | None = None
    liability: str = ""
    corrects_id: int | None = None
    person_id: int | None = None
    event_id: int | None = None


def locked_book(shop_id: int) -> Book:
    """Read the book of a shop and keep others from adding or closing until the transaction ends."""
    Book.objects.get_or_create(shop_id=shop_id)
    return Book.objects.select_for_update().get(shop_id=shop_id)


def booked(book: Book, at: datetime) -> tuple[str, str]:
    """Give the day on which something happened, and the month in which it is booked."""
    day = day_text(at)
    return day, max(day[:7], book.open_from)


@transaction.atomic
def add(shop_id: int, legs: Iterable[Leg]) -> int:
    """Add what is not there yet, and give how many; a source that has its leg already adds nothing."""
    fresh = {leg.source: leg for leg in legs}
    if not fresh:
        return 0
    book = locked_book(shop_id)
    for known in _known(shop_id, list(fresh)):
        del fresh[known]
    return insert(MoneyLeg, [_row(book, leg) for leg in fresh.values()])


def _known(shop_id: int, sources: Sequence[str]) -> list[str]:
    found: list[str] = []
    for start in range(0, len(sources), _AT_ONCE):
        some = MoneyLeg.objects.filter(shop_id=shop_id, source__in=sources[start : start + _AT_ONCE])
        found += some.values_list("source", flat=True)
    return found


def _row(book: Book, leg: Leg) -> dict[str, object]:
    day, month = booked(book, leg.at)
    return {
        "shop_id": book.shop_id,
        "ticket_id": leg.ticket_id,
        "order_no": leg.order_no,
        "kind": leg.kind.value,
        "fen": leg.fen,
        "liability": leg.liability or LIABILITY_OF.get(leg.kind, "none"),
        "at": leg.at,
        "day": day,
        "month": month,
        "source": leg.source,
        "corrects_id": leg.corrects_id,
        "person_id": leg.person_id,
        "event_id": leg.event_id,
    }
