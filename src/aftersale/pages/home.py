"""Show the desk at a glance: what runs out when, who has how much, what comes back and why."""

from __future__ import annotations

import json
from collections import Counter
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

from django.db.models import Count, Sum
from django.db.models.functions import TruncDate
from django.http import HttpResponseRedirect
from django.urls import reverse

from aftersale.domain.clock import SHANGHAI
from aftersale.pages.asked import Asked
from aftersale.pages.door import Ask, in_warehouse, page, shown
from aftersale.pages.words import value
from aftersale.shops.models import Shop
from aftersale.tickets.models import Import, Ticket
from aftersale.tickets.models.ticket import Lane
from aftersale.tickets.queries import counters
from aftersale.web.environment import say as _

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from django.db.models import QuerySet
    from django.http import HttpResponse

_DAYS, _MOST, _HOURS = 30, 8, 24


@dataclass(frozen=True, slots=True)
class Figure:
    """Hold one number that opens the tickets which make it up."""

    name: str
    count: int
    address: str
    bad: bool = False


@dataclass(frozen=True, slots=True)
class Load:
    """Hold what one person has to do, and how much of it runs out today."""

    name: str
    open: int
    soon: int
    address: str


@page
def start(ask: Ask) -> HttpResponse:
    """Lead to the queue, or where it is empty to what comes first; a warehouse to its bench."""
    shops = ask.caller.seen_shops()
    if in_warehouse(ask.caller):
        return HttpResponseRedirect(reverse("bench"))
    empty = not Ticket.objects.filter(shop__in=shops).exists()
    first = "welcome" if not shops or ask.person.is_superuser else "imports"
    return HttpResponseRedirect(reverse(first if empty else "queue"))


@page
def home(ask: Ask) -> HttpResponse:
    """Show the home page."""
    shops = ask.caller.seen_shops()
    recent = Ticket.objects.filter(shop__in=shops, applied_at__gte=ask.now - timedelta(days=_DAYS))
    return shown(
        ask,
        "home.html",
        figures=_figures(ask, shops),
        loads=_loads(shops, ask.now),
        charts=[_hours(shops, ask.now), _reasons(recent), _days(recent, ask.now), _articles(recent)],
        money_fen=recent.filter(money_state="paid").aggregate(sum=Sum("amount_fen"))["sum"] or 0,
        read=_read(shops),
    )


def _figures(ask: Ask, shops: tuple[int, ...]) -> list[Figure]:
    asks = [
        (_("overdue"), Asked(due="over"), True),
        (_("within 1 h"), Asked(due="1"), True),
        (_("within 4 h"), Asked(due="4"), False),
        (_("within 24 h"), Asked(due="24"), False),
        (_("for us to do"), Asked(), False),
        (_("nobody's"), Asked(who="free"), False),
        (_("waiting for others"), Asked(tab="waiting"), False),
        (_("to be checked"), Asked(tab="missing"), False),
    ]
    numbers = counters([(shops, asked.filters(ask.person.pk, ask.now)) for _name, asked, _bad in asks])
    queue = reverse("queue")
    return [
        Figure(name, number, f"{queue}?{asked.address()}", bad and number > 0)
        for (name, asked, bad), number in zip(asks, numbers, strict=True)
    ]


def _loads(shops: Sequence[int], now: datetime) -> list[Load]:
    """Count what everybody has to do, most first; nobody's share is a line of its own."""
    ours = Ticket.objects.filter(shop__in=shops, lane=Lane.OURS)
    soon = Counter(dict(_by_person(ours.filter(queue_at__lt=now + timedelta(hours=4)))))
    rows = sorted(_by_person(ours), key=lambda row: -row[1])
    names: dict[int | None, str] = dict(
        ours.order_by().values_list("assignee_id", "assignee__name").distinct()
    )
    queue = reverse("queue")
    return [
        Load(
            names.get(person) or _("nobody"),
            number,
            soon[person],
            f"{queue}?{Asked(person=str(person) if person else '0').address()}",
        )
        for person, number in rows[:20]
    ]


def _by_person(tickets: QuerySet[Ticket]) -> list[tuple[int | None, int]]:
    return list(tickets.order_by().values_list("assignee_id").annotate(number=Count("id")))


def _chart(
    code: str, title: str, kind: str, rows: Sequence[tuple[str, int]], links: Sequence[str] = ()
) -> dict[str, object]:
    told = {
        "title": title,
        "kind": kind,
        "names": [name for name, _number in rows],
        "series": [{"name": title, "values": [number for _name, number in rows]}],
        "links": list(links),
    }
    return {"code": code, "title": title, "rows": rows, "json": json.dumps(told, ensure_ascii=False)}


def _hours(shops: Sequence[int], now: datetime) -> dict[str, object]:
    """Count what runs out in each of the next hours."""
    ours = Ticket.objects.filter(shop__in=shops, lane=Lane.OURS)
    until = ours.filter(queue_at__gte=now, queue_at__lt=now + timedelta(hours=_HOURS))
    found = Counter(
        int((due - now).total_seconds() // 3600) for due in until.values_list("queue_at", flat=True)
    )
    there = now.astimezone(SHANGHAI)
    names = [f"{there + timedelta(hours=hour):%H}:00" for hour in range(_HOURS)]
    return _chart(
        "hours",
        _("Runs out in the next 24 hours"),
        "columns",
        list(zip(names, (found[h] for h in range(_HOURS)), strict=True)),
    )


def _reasons(tickets: QuerySet[Ticket]) -> dict[str, object]:
    rows = (
        tickets.exclude(reason="")
        .order_by()
        .values_list("reason")
        .annotate(number=Count("id"))
        .order_by("-number")[:_MOST]
    )
    found = list(rows)
    links = [f"{reverse('queue')}?{Asked(reason=code).address()}" for code, _number in found]
    return _chart(
        "reasons", _("Reasons, 30 days"), "bars", [(value(code), number) for code, number in found], links
    )


def _articles(tickets: QuerySet[Ticket]) -> dict[str, object]:
    rows = (
        tickets.exclude(article_no="")
        .order_by()
        .values_list("article_no")
        .annotate(number=Count("id"))
        .order_by("-number")[:_MOST]
    )
    found = list(rows)
    links = [f"{reverse('queue')}?{Asked(article=code).address()}" for code, _number in found]
    return _chart("articles", _("Articles with most tickets, 30 days"), "bars", found, links)


def _days(tickets: QuerySet[Ticket], now: datetime) -> dict[str, object]:
    by_day = tickets.order_by().annotate(day=TruncDate("applied_at", tzinfo=SHANGHAI)).values_list("day")
    found = dict(by_day.annotate(number=Count("id")))
    today = now.astimezone(SHANGHAI).date()
    days = [today - timedelta(days=back) for back in range(_DAYS - 1, -1, -1)]
    return _chart(
        "days", _("Tickets a day, 30 days"), "line", [(f"{day:%m-%d}", found.get(day, 0)) for day in days]
    )


def _read(shops: Sequence[int]) -> list[tuple[str, datetime | None, int]]:
    """Say of every shop how old its data are: time of the last import and how many there were."""
    last: dict[int, tuple[datetime | None, int]] = {}
    for shop, ended in (
        Import.objects.filter(shop__in=shops, state="done").order_by("id").values_list("shop_id", "ended_at")
    ):
        last[shop] = (ended, last.get(shop, (None, 0))[1] + 1)
    names = Shop.objects.filter(pk__in=shops).order_by("name").values_list("pk", "name")
    return [(name, *last.get(pk, (None, 0))) for pk, name in names]
