"""Show the desk at a glance: who has what, what goes wrong by when, what comes back and why."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from statistics import median_low
from typing import TYPE_CHECKING

from django.db.models import Count, Min, Q, Sum
from django.db.models.functions import Coalesce
from django.http import HttpResponseRedirect
from django.urls import reverse

from aftersale.api.faults import NotHere
from aftersale.connections.models import Link
from aftersale.connections.parked import POLL
from aftersale.connections.playing import standing
from aftersale.connections.standing import days_left
from aftersale.domain.roles import Permission
from aftersale.domain.states import Arbitration
from aftersale.insight.behind import answered, by_machine, tickets_behind
from aftersale.insight.lately import by_day
from aftersale.insight.tonight import tonight
from aftersale.pages.asked import Asked
from aftersale.pages.door import Ask, page, shown
from aftersale.pages.freshness import known_up_to
from aftersale.pages.home_charts import behind, charts_of
from aftersale.pages.play import strip
from aftersale.pages.warehouse import in_warehouse
from aftersale.pages.words import Speech, value
from aftersale.shops.models import Person, Shop
from aftersale.shops.permissions import alone
from aftersale.tickets.models import Import, Ticket
from aftersale.tickets.models.ticket import Lane
from aftersale.tickets.next_import import expiring_before
from aftersale.tickets.queries import counters
from aftersale.web.environment import money
from aftersale.web.environment import say as _

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from django.http import HttpResponse

    from aftersale.insight.lately import DayCount
    from aftersale.insight.tonight import Tonight

_LISTED, _PEOPLE, _DISPUTES = 300, 20, 8
_OPEN_DISPUTES = (Arbitration.EVIDENCE_DUE, Arbitration.OPEN, Arbitration.SUBMITTED)


@dataclass(frozen=True, slots=True)
class Figure:
    """Hold one number that opens the tickets which make it up; `said` adds the money or time beside it."""

    name: str
    count: int
    address: str
    bad: bool = False
    said: str = ""


@dataclass(frozen=True, slots=True)
class Load:
    """Hold what one person has to do, how much of it runs out soon, and what they will miss tonight."""

    name: str
    open: int
    soon: int
    address: str
    soon_address: str
    missed: int
    missed_address: str


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
    seen, days = tonight(shops, ask.now), by_day(shops, ask.now)
    return shown(
        ask,
        "home.html",
        tonight=seen,
        tonight_address=behind("tonight"),
        may_move=bool(ask.caller.shops(Permission.ASSIGN)) and not alone(ask.caller.places),
        loads=[] if alone(ask.caller.places) else _loads(shops, ask.now, seen),
        figures=_figures(ask, shops),
        done=_done(shops, days, ask.now),
        disputes=_disputes(shops),
        charts=charts_of(shops, ask.now, days, lambda shop: _queue(Asked(shop=str(shop)))),
        read=_read(shops),
        authorised=_authorised(shops, ask.now),
        expiring=expiring_before(shops, ask.now),
        **strip(ask, standing()),
    )


def _queue(asked: Asked) -> str:
    return f"{reverse('queue')}?{asked.address()}"


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
    asks = [each for each in asks if each[1].who == "all" or not alone(ask.caller.places)]
    numbers = counters([(shops, asked.filters(ask.person.pk, ask.now)) for _name, asked, _bad in asks])
    return [
        Figure(name, number, _queue(asked), bad and number > 0)
        for (name, asked, bad), number in zip(asks, numbers, strict=True)
    ]


def _done(shops: Sequence[int], days: Sequence[DayCount], now: datetime) -> list[Figure]:
    """Count what was done without a person, how soon the shop answered, and what was paid back."""
    machine = by_machine(shops, now).aggregate(tickets=Count("ticket", distinct=True), fen=Sum("amount_fen"))
    responses = _first_responses(shops, now)
    return [
        Figure(
            _("decided by rules here, 30 days"),
            machine["tickets"],
            behind("machine"),
            said=money(machine["fen"] or 0),
        ),
        Figure(
            _("done by the platform itself, 30 days"),
            sum(each.platform for each in days),
            behind("platform"),
            said=money(sum(each.platform_fen for each in days)),
        ),
        Figure(
            _("refunded, 30 days"),
            sum(each.paid for each in days),
            behind("refunded"),
            said=money(sum(each.paid_fen for each in days)),
        ),
        Figure(
            _("first answered here, 7 days"),
            len(responses),
            behind("answered"),
            said=_("half of them within {time}").format(time=_lasted(median_low(responses)))
            if responses
            else "",
        ),
    ]


def _first_responses(shops: Sequence[int], now: datetime) -> list[int]:
    """Give the seconds from each application to the first thing that was approved on it here."""
    rows = answered(shops, now).order_by().values_list("ticket_id", "ticket__applied_at")
    firsts = rows.annotate(first=Min("approved_at"))
    return [max(0, int((first - applied).total_seconds())) for _ticket, applied, first in firsts]


def _lasted(seconds: int) -> str:
    hours, rest = divmod(seconds, 3_600)
    return _("{hours} h {minutes} min").format(hours=hours, minutes=rest // 60)


def _loads(shops: Sequence[int], now: datetime, seen: Tonight) -> list[Load]:
    """Count what everybody has to do, most first, who has nothing too; nobody's share is a line itself."""
    shares = _shares(shops, now)
    held = {person: number for person, number, _soon in shares}
    soon = {person: number for person, _number, number in shares}
    idle: dict[int | None, int] = {worker.person: 0 for worker in seen.workers}
    rows = sorted((idle | held).items(), key=lambda row: -row[1])
    people = Person.objects.in_bulk([person for person, _number in rows if person])
    names = {pk: str(person) for pk, person in people.items()}
    return [
        _load(names.get(person or 0) or _("nobody"), (person, number, soon.get(person, 0)), seen)
        for person, number in rows[:_PEOPLE]
    ]


def _load(name: str, row: tuple[int | None, int, int], seen: Tonight) -> Load:
    person, number, soon = row
    asked, key = Asked(person=str(person or 0)), str(person or 0)
    address, soon_address = _queue(asked), f"{reverse('queue')}?{asked.address(due='4')}"
    return Load(
        name, number, soon, address, soon_address, seen.seen.missed_of(person), behind("tonight", key)
    )


def _shares(shops: Sequence[int], now: datetime) -> list[tuple[int | None, int, int]]:
    """Count by person what is for them to do, and what of it runs out within four hours."""
    ours = Ticket.objects.filter(shop__in=shops, lane=Lane.OURS).order_by()
    # By an expression, so that the queue's own index is read and not that of all tickets of a person.
    held = ours.annotate(holder=Coalesce("assignee_id", 0)).values_list("holder")
    soon = Count("id", filter=Q(queue_at__lt=now + timedelta(hours=4)))
    return [(holder or None, *numbers) for holder, *numbers in held.annotate(number=Count("id"), soon=soon)]


def _disputes(shops: Sequence[int]) -> list[Ticket]:
    """List open disputes by the end of their window."""
    found = Ticket.objects.filter(shop__in=shops, arbitration_state__in=_OPEN_DISPUTES)
    return list(found.select_related("shop").order_by("queue_at", "pk")[:_DISPUTES])


def _read(shops: Sequence[int]) -> list[tuple[str, datetime | None, int | None]]:
    """Say of every shop how old its data are: time of the last import and how many there were.

    Of a connected shop the time until which it is known, with no number.
    """
    known = {each.shop: each.at for each in known_up_to(shops)}
    last: dict[int, tuple[datetime | None, int]] = {}
    done = Import.objects.filter(shop__in=shops, state="done").exclude(kind=POLL)
    for shop, ended in done.order_by("id").values_list("shop_id", "ended_at"):
        last[shop] = (ended, last.get(shop, (None, 0))[1] + 1)
    names = Shop.objects.filter(pk__in=shops).order_by("name").values_list("pk", "name")
    return [
        (name, known[name], None) if name in known else (name, *last.get(pk, (None, 0))) for pk, name in names
    ]


def _authorised(shops: Sequence[int], now: datetime) -> list[tuple[str, datetime | None, int | None]]:
    """Say of every shop with an authorisation until when its list is known and how many days are left."""
    links = Link.objects.filter(shop__in=shops).exclude(access_until=None).select_related("shop")
    return [
        (link.shop.name, link.complete_until, days_left(link, now)) for link in links.order_by("shop__name")
    ]


@page
def home_behind(ask: Ask, what: str) -> HttpResponse:
    """List the tickets behind a number of the home page."""
    found = tickets_behind(what, ask.said("key")[:128], ask.caller.seen_shops(), ask.now)
    if found is None:
        raise NotHere
    return shown(
        ask,
        "home_behind.html",
        title=_titles()[what],
        key=_said_key(what, ask.said("key")[:128]),
        rows=list(found.select_related("shop", "assignee")[:_LISTED]),
        total=found.count(),
        value=value,
        speech=Speech(ask.now),
    )


def _said_key(what: str, key: str) -> str:
    """Say which of the bars was pressed."""
    if what == "pair":
        _days, reason, article_no = key.split(":", 2)
        return " · ".join(filter(None, (article_no, reason and value(reason))))
    return value(key) if what == "reason" else key if what in {"day", "article", "refunded"} else ""


def _titles() -> dict[str, str]:
    return {
        "tonight": _("Will be missed tonight at this pace"),
        "hour": _("Runs out in this hour"),
        "day": _("Tickets of 30 days"),
        "reason": _("Tickets of 30 days by reason"),
        "article": _("Tickets of 30 days by article"),
        "pair": _("Tickets of an article by reason"),
        "refunded": _("Refunded, applied for in 30 days"),
        "machine": _("Decided by rules here, 30 days"),
        "platform": _("Done by the platform itself, 30 days"),
        "answered": _("Answered here, applied for in 7 days"),
        "dispute": _("Disputes"),
    }
