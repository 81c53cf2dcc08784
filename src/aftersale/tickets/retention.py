"""Let personal values go when their time is over: in small steps, each one transaction, safe to repeat.

What is still there is the only memory: whoever dies half way leaves the rest to the next sweep, which also
finds what an old sheet brought back.
"""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from django.db import transaction
from django.db.models import Exists, Max, OuterRef, Q

from aftersale.domain.clock import day_of, moment_of, months_after, seconds_of, start_of
from aftersale.evidence.models import PersonalValue
from aftersale.shops.models import Shop
from aftersale.shops.rulebooks import judge_of
from aftersale.tickets.change import TICKET
from aftersale.tickets.erasure import (
    EXPIRED,
    blank_rows,
    forget,
    forget_buyers,
    overwriting,
    rows_that_mention,
)
from aftersale.tickets.forgotten import bring_back
from aftersale.tickets.holds import DISPUTED, LIMITATION, MONEY_OPEN, RECORDS, number_of
from aftersale.tickets.models import Buyer, Erasure, ParkedRow, Ticket
from aftersale.tickets.personal import erased, with_something

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime

_BATCH = 200
COUNTS = ("requested", "expired", "held", "again", "rows", "values", "buyers")


def retain(now: datetime, limit: int) -> dict[str, int]:
    """Erase what is due, at most `limit` of each kind; gives counts by COUNTS.

    `requested`: tickets that buyers asked to be erased and nothing holds any more. `expired`: those that
    ended longer ago than their shop keeps values, past every hold; `held`: those looked at that must wait.
    `again`: those of a request whose values an old sheet brought back. `rows`: raw rows of sheets.
    `values`: those beside events of other things than tickets. `buyers`: those without a ticket.
    """
    counts = Counter(dict.fromkeys(COUNTS, 0))
    with overwriting():
        for ticket_id in _requested(now, limit):
            counts["held" if forget(ticket_id, now, None) is None else "requested"] += 1
        for ticket_id in _came_back(limit):
            counts["again"] += bool(forget(ticket_id, now, None))
        for shop in Shop.objects.order_by("pk"):
            _expire(shop, now, limit, counts)
        counts["rows"] += _forget_rows(None, _kept_by_default(), now, limit)
        counts["buyers"] += _forget_lone_buyers(now, limit)
    return dict(counts)


def reapply_erasures(now: datetime) -> int:
    """Erase again what a restored backup brought back, by the list of erasures; gives how many tickets.

    What had been erased goes whatever state the backup shows; what had been asked for is due again, and the
    next sweep looks at its holds. Run it after every restore; running it again changes nothing.
    """
    bring_back()
    done = 0
    with overwriting():
        for shop in Shop.objects.order_by("pk"):
            numbers = _numbers_brought_back(shop.pk)
            blank_rows(list(rows_that_mention(shop.pk, numbers)))
            done += sum(bool(forget(pk, now, None, anyway=True)) for pk in _erased_with_something(shop.pk))
        _forget_lone_buyers(now, None)
    return done


def _erased_with_something(shop_id: int) -> list[int]:
    tickets = Ticket.objects.filter(Exists(erased()), shop_id=shop_id)
    return list(with_something(tickets).order_by("pk").values_list("pk", flat=True))


def _numbers_brought_back(shop_id: int) -> frozenset[str]:
    rows = Erasure.objects.filter(shop_id=shop_id, erased_at__isnull=False)
    return frozenset(rows.values_list("ticket_no", flat=True))


def _requested(now: datetime, limit: int) -> list[int]:
    """Find tickets that are to be looked at; a request whose ticket is gone is looked at no more."""
    due = Erasure.objects.filter(next_at__lte=now).order_by("next_at", "pk")
    found: list[int] = []
    for row in due[:limit]:
        ticket_id = (
            Ticket.objects.filter(shop_id=row.shop_id, ticket_no=row.ticket_no).values_list("pk").first()
        )
        found += ticket_id or ()
    return found


def _came_back(limit: int) -> list[int]:
    tickets = Ticket.objects.filter(Exists(erased().exclude(why=EXPIRED)), open=False)
    return list(with_something(tickets).order_by("pk").values_list("pk", flat=True)[:limit])


def _expire(shop: Shop, now: datetime, limit: int, counts: Counter[str]) -> None:
    done = 0
    for ticket_id in _over(shop, now):
        gone = forget(ticket_id, now, None)
        counts["held"] += gone is None
        counts["expired"] += bool(gone)
        done += bool(gone)
        if done >= limit:
            break
    counts["rows"] += _forget_rows(shop, shop.retain_days, now, limit)
    counts["values"] += _forget_values(shop, now, limit)


def _before(now: datetime, days: int) -> datetime:
    """Give the moment before which something ended that was to be kept for so many whole days since."""
    return moment_of(start_of(day_of(seconds_of(now)) - days))


def _over(shop: Shop, now: datetime) -> Iterator[int]:
    """Give closed tickets whose time is over, the oldest first; what surely holds one is left out here."""
    tickets = Ticket.objects.filter(shop=shop, open=False, ended_at__lt=_cut(shop, now))
    tickets = tickets.exclude(arbitration_state__in=DISPUTED).exclude(money_state__in=MONEY_OPEN)
    waiting, last = with_something(tickets).order_by("ended_at", "pk"), None
    while True:
        page = waiting if last is None else waiting.filter(_after(*last))
        found = list(page.values_list("ended_at", "pk")[:_BATCH])
        yield from (pk for _, pk in found)
        if len(found) < _BATCH:
            return
        last = found[-1]


def _after(ended_at: datetime | None, pk: int) -> Q:
    return Q(ended_at__gt=ended_at) | Q(ended_at=ended_at, pk__gt=pk)


def _cut(shop: Shop, now: datetime) -> datetime:
    """Give the moment before which a ticket must have ended: by the shop's days and by the law's months."""
    book, cuts = judge_of(shop.pk, now).rulebook, [_before(now, shop.retain_days)]
    for period in (LIMITATION, RECORDS):
        given = number_of(book, period.parameter, shop.platform, now)
        if given is not None:
            # A day later than the law's last: the exact end is asked of each ticket.
            cuts.append(moment_of(start_of(months_after(day_of(seconds_of(now)), -given.value) + 1)))
    return min(cuts)


def _kept_by_default() -> int:
    """Give the days for what belongs to no shop: as long as the shop that keeps longest."""
    longest = Shop.objects.aggregate(days=Max("retain_days"))["days"]
    return int(longest) if longest is not None else 0


def _forget_rows(shop: Shop | None, days: int, now: datetime, limit: int) -> int:
    rows = ParkedRow.objects.filter(shop=shop, batch__created_at__lt=_before(now, days))
    ids = list(rows.exclude(cells="", value="").order_by("pk").values_list("pk", flat=True)[:limit])
    return blank_rows(ids)


def _forget_values(shop: Shop, now: datetime, limit: int) -> int:
    """Delete values beside events of imports, parcels and people, when they are old enough."""
    old = PersonalValue.objects.filter(event__shop=shop, event__at__lt=_cut(shop, now))
    ids = list(old.exclude(event__subject_kind=TICKET).order_by("pk").values_list("pk", flat=True)[:limit])
    with transaction.atomic():
        return PersonalValue.objects.filter(pk__in=ids).delete()[0]


def _forget_lone_buyers(now: datetime, limit: int | None) -> int:
    lone = Buyer.objects.filter(~Exists(Ticket.objects.filter(buyer=OuterRef("pk"))), erased_at=None)
    return forget_buyers(list(lone.order_by("pk").values_list("pk", flat=True)[:limit]), now)
