"""Count the tickets of the last days by the day of application; one query that reads an index alone."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from django.db.models import Count, Q, Sum, Value

from aftersale.domain.clock import SHANGHAI
from aftersale.domain.states import Money
from aftersale.insight.behind import DAYS, since
from aftersale.tickets.models import Ticket
from aftersale.tickets.tabs import Tab

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping
    from datetime import date, datetime

    from django.db.models import QuerySet

_DAY, _MOMENT = timedelta(days=1), timedelta(microseconds=1)
_PAID, _AUTO = Q(money_state=Money.PAID), Q(tab=Tab.AUTO)


@dataclass(frozen=True, slots=True)
class DayCount:
    """Hold what was applied for on a Shanghai day: tickets, those refunded, those of the platform; in fen."""

    day: date
    tickets: int
    paid: int
    paid_fen: int
    platform: int
    platform_fen: int


def by_day(shops: Collection[int], now: datetime) -> list[DayCount]:
    """Count the last thirty days, oldest first, today the last; days without tickets are among them."""
    first = since(now)
    # One select a day: grouping by a day that is computed would read each row by a function. Each has one
    # beginning and one end: of two, a database may take the wider and read all days for each.
    days = [
        _applied(shops, first + _DAY * number, min(first + _DAY * (number + 1), now + _MOMENT))
        .order_by()
        .values(number=Value(number))
        .annotate(
            tickets=Count("id"),
            paid=Count("id", filter=_PAID),
            paid_fen=Sum("amount_fen", filter=_PAID),
            platform=Count("id", filter=_AUTO),
            platform_fen=Sum("amount_fen", filter=_AUTO & _PAID),
        )
        for number in range(DAYS)
    ]
    rows = {row["number"]: row for row in days[0].union(*days[1:], all=True)}
    nothing = Counter[str]()
    # Without a shop nothing is asked.
    return [
        _day((first + _DAY * number).astimezone(SHANGHAI).date(), rows.get(number, nothing))
        for number in range(DAYS)
    ]


def _applied(shops: Collection[int], begin: datetime, end: datetime) -> QuerySet[Ticket]:
    return Ticket.objects.filter(shop__in=shops, applied_at__gte=begin, applied_at__lt=end)


def _day(day: date, row: Mapping[str, Any]) -> DayCount:
    names = ("tickets", "paid", "paid_fen", "platform", "platform_fen")
    return DayCount(day, *(row[name] or 0 for name in names))
