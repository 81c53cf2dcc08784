"""Draw the charts of the home page: each bar and point carries the address of the tickets it counts."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import TYPE_CHECKING, NamedTuple
from urllib.parse import urlencode

from django.db.models import Count, Value
from django.urls import reverse

from aftersale.domain.clock import SHANGHAI
from aftersale.domain.state_words import state_word
from aftersale.domain.states import Arbitration, Machine
from aftersale.insight.behind import lately
from aftersale.pages.words import value
from aftersale.shops.models import Shop
from aftersale.tickets.models import Ticket
from aftersale.tickets.models.ticket import Lane
from aftersale.web.environment import lang
from aftersale.web.environment import say as _

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Sequence

    from aftersale.insight.lately import DayCount

_MOST, _HOURS, _HOUR_S = 8, 24, 3_600


class Point(NamedTuple):
    """Hold one bar or point: its name, its number, the address of what it counts."""

    name: str
    number: int
    address: str


def behind(what: str, key: str = "") -> str:
    """Give the address of the tickets behind a number."""
    return f"{reverse('home_behind', args=[what])}{'?' + urlencode({'key': key}) if key else ''}"


def _chart(
    code: str, title: str, kind: str, points: Sequence[Point], said: Sequence[str] = ()
) -> dict[str, object]:
    """Write a chart; `said` are the numbers in words, where they are not counts."""
    told = {
        "title": title,
        "kind": kind,
        "names": [point.name for point in points],
        "series": [{"name": title, "values": [point.number for point in points]}],
        "links": [point.address for point in points],
    }
    rows = [(*point, said[place] if said else str(point.number)) for place, point in enumerate(points)]
    return {"code": code, "title": title, "rows": rows, "json": json.dumps(told, ensure_ascii=False)}


def charts_of(
    shops: Collection[int], now: datetime, days: Sequence[DayCount], of_shop: Callable[[int], str]
) -> list[dict[str, object]]:
    """Draw everything; `days` are counted already, `of_shop` gives the address of a shop's queue."""
    drawn = [_hours(shops, now), _refunds(days), _reasons(shops, now), _articles(shops, now)]
    drawn += [_days(days), *([_shops(shops, of_shop)] if len(shops) > 1 else []), _disputes(shops)]
    return drawn


def _hours(shops: Collection[int], now: datetime) -> dict[str, object]:
    """Count what runs out in each of the next hours of the clock; the first is what is left of this one."""
    first = int(now.timestamp()) // _HOUR_S * _HOUR_S
    starts = [first + hour * _HOUR_S for hour in range(_HOURS)]
    begins = [now, *(datetime.fromtimestamp(each, UTC) for each in starts[1:])]
    ends = [*begins[1:], datetime.fromtimestamp(starts[-1] + _HOUR_S, UTC)]
    ours = Ticket.objects.filter(shop__in=shops, lane=Lane.OURS).order_by()
    # One select an hour, as for the days: a shop with a million tickets has many that run out today.
    hours = [
        ours.filter(queue_at__gte=begin, queue_at__lt=end)
        .values(number=Value(start))
        .annotate(count=Count("id"))
        for start, begin, end in zip(starts, begins, ends, strict=True)
    ]
    found = {row["number"]: row["count"] for row in hours[0].union(*hours[1:], all=True)}
    points = [
        Point(
            f"{datetime.fromtimestamp(each, SHANGHAI):%H}:00", found.get(each, 0), behind("hour", str(each))
        )
        for each in starts
    ]
    return _chart("hours", _("Runs out in the next 24 hours"), "columns", points)


def _top(shops: Collection[int], now: datetime, field: str) -> Iterable[tuple[str, int]]:
    rows = lately(shops, now).exclude(**{field: ""}).order_by().values_list(field)
    return list(rows.annotate(number=Count("id")).order_by("-number", field)[:_MOST])


def _reasons(shops: Collection[int], now: datetime) -> dict[str, object]:
    rows = _top(shops, now, "reason")
    points = [Point(value(code), number, behind("reason", code)) for code, number in rows]
    return _chart("reasons", _("Reasons, 30 days"), "bars", points)


def _articles(shops: Collection[int], now: datetime) -> dict[str, object]:
    rows = _top(shops, now, "article_no")
    points = [Point(code, number, behind("article", code)) for code, number in rows]
    return _chart("articles", _("Articles with most tickets, 30 days"), "bars", points)


def _days(days: Sequence[DayCount]) -> dict[str, object]:
    points = [Point(f"{each.day:%m-%d}", each.tickets, behind("day", each.day.isoformat())) for each in days]
    return _chart("days", _("Tickets a day, 30 days"), "line", points)


def _refunds(days: Sequence[DayCount]) -> dict[str, object]:
    """Draw refunds in whole yuan by the day of the application."""
    points = [
        Point(f"{each.day:%m-%d}", each.paid_fen // 100, behind("refunded", each.day.isoformat()))
        for each in days
    ]
    said = [f"¥{point.number:,}" for point in points]
    return _chart("refunds", _("Refunded in yuan, by day of application"), "line", points, said)


def _shops(shops: Collection[int], of_shop: Callable[[int], str]) -> dict[str, object]:
    rows = Ticket.objects.filter(shop__in=shops, lane=Lane.OURS).order_by().values_list("shop_id")
    found = dict(rows.annotate(number=Count("id")))
    names = Shop.objects.filter(pk__in=shops).values_list("pk", "name")
    listed = sorted(names, key=lambda each: (-found.get(each[0], 0), each[1]))
    points = [Point(name, found.get(pk, 0), of_shop(pk)) for pk, name in listed]
    return _chart("shops", _("For us to do, by shop"), "bars", points)


def _disputes(shops: Collection[int]) -> dict[str, object]:
    # The states by name, as none of them is what almost every ticket has.
    states = [state for state in Arbitration if state != Arbitration.NONE]
    disputed = Ticket.objects.filter(shop__in=shops, arbitration_state__in=states).order_by()
    found = dict(disputed.values_list("arbitration_state").annotate(number=Count("id")))
    points = [
        Point(
            state_word(Machine.ARBITRATION, state).of(lang()), found.get(state, 0), behind("dispute", state)
        )
        for state in states
    ]
    return _chart("disputes", _("Disputes, by how they stand"), "bars", points)
