"""Name what runs out before a shop without an interface is usually read again."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from aftersale.domain.clock import SHANGHAI
from aftersale.shops.models import Shop
from aftersale.shops.models.shop import ConnectionState
from aftersale.tickets.models import Import, Ticket
from aftersale.tickets.models.ticket import Lane

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Sequence

_BACK = timedelta(days=14)
_AT_LEAST = 2
_MOST = 50
_SLOT = 30
_DAY = 24 * 60


@dataclass(frozen=True, slots=True)
class Expiring:
    """Hold the tickets of a shop that run out before its next sheet, which is an estimate.

    `basis` counts the imports that it was estimated from. `tickets` are the first ones, `total` counts all.
    """

    shop: Shop
    next_at: datetime
    basis: int
    total: int
    tickets: Sequence[Ticket]


def expiring_before(shops: Collection[int], now: datetime) -> list[Expiring]:
    """Look at each shop that lives on sheets and has been read often enough to have a habit."""
    by_sheet = Shop.objects.filter(pk__in=shops).exclude(connection__state=ConnectionState.CONNECTED)
    read = _read_lately(shops, now)
    asked = by_sheet.filter(pk__in=read).order_by("name") if read else ()
    return [found for shop in asked if (found := _expiring(shop, read[shop.pk], now))]


def _read_lately(shops: Collection[int], now: datetime) -> dict[int, list[datetime]]:
    """Give the times of the imports of the last days, by shop; one query for however many shops."""
    done = Import.objects.filter(shop__in=shops, kind="tickets", state="done", created_at__gte=now - _BACK)
    times: dict[int, list[datetime]] = {}
    for shop, at in done.order_by("created_at").values_list("shop_id", "created_at"):
        times.setdefault(shop, []).append(at)
    return times


def _expiring(shop: Shop, times: Sequence[datetime], now: datetime) -> Expiring | None:
    next_at = next_usual(times, now)
    if next_at is None:
        return None
    ours = Ticket.objects.filter(shop=shop, lane=Lane.OURS, queue_at__gte=now, queue_at__lt=next_at)
    total = ours.count()
    first = list(ours.order_by("queue_at", "pk")[:_MOST])
    return Expiring(shop, next_at, len(times), total, first) if total else None


def next_usual(times: Iterable[datetime], now: datetime) -> datetime | None:
    """Estimate when the next sheet comes: the next half hour of the day at which two or more came before.

    Without such a habit it comes as long after the last as the last came after the one before; with a single
    import nobody knows.

    >>> from datetime import UTC, datetime
    >>> days = [datetime(2026, 6, day, 1, 5, tzinfo=UTC) for day in (8, 9)]
    >>> next_usual(days, datetime(2026, 6, 9, 12, tzinfo=UTC)).isoformat()
    '2026-06-10T09:00:00+08:00'
    """
    listed = sorted(times)
    slots = [_slot(each) for each in listed]
    usual = sorted({each for each in slots if slots.count(each) >= _AT_LEAST})
    there = now.astimezone(SHANGHAI)
    midnight = there.replace(hour=0, minute=0, second=0, microsecond=0)
    for each in (*usual, *(slot + _DAY for slot in usual)):
        at = midnight + timedelta(minutes=each)
        if at > there:
            return at
    if len(listed) < _AT_LEAST:
        return None
    return max(listed[-1] + (listed[-1] - listed[-2]), now)


def _slot(at: datetime) -> int:
    there = at.astimezone(SHANGHAI)
    return (there.hour * 60 + there.minute) // _SLOT * _SLOT
