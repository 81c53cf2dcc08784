"""Show the queue: earliest deadline first, tabs by whose turn it is, filters that live in the address."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.http import HttpResponseRedirect
from django.urls import reverse

from aftersale.channels.verbs import PAYS, Verb
from aftersale.domain.roles import Permission
from aftersale.domain.states import Goods
from aftersale.domain.vocabulary import REASONS
from aftersale.pages.asked import WHO, Asked, asked_of
from aftersale.pages.door import Ask, page, shown
from aftersale.pages.views import chips
from aftersale.pages.words import Speech, act_of, claims, dues, value
from aftersale.shops.models import Person, Shop
from aftersale.tickets.batch_rows import INSPECTION
from aftersale.tickets.models import Ticket
from aftersale.tickets.queries import count, counters, queue_page, read_cursor, rows_of
from aftersale.tickets.search import by_number, by_text
from aftersale.tickets.tabs import OURS, TAB_WORDS, Tab
from aftersale.tickets.verbs import verb_of
from aftersale.web.environment import lang
from aftersale.web.environment import say as _

if TYPE_CHECKING:
    from collections.abc import Sequence

    from django.http import HttpResponse

    from aftersale.tickets.queries import Filters, Row

ROWS, FOUND = 50, 50


@dataclass(frozen=True, slots=True)
class TabShown:
    """Hold one tab: its words, address and number of tickets."""

    code: str
    name: str
    address: str
    count: int
    here: bool


@page
def queue(ask: Ask) -> HttpResponse:
    """Show one page of the queue."""
    asked, seen = asked_of(ask), ask.caller.seen_shops()
    shops, filters = asked.shops(seen), asked.filters(ask.person.pk, ask.now)
    cursor = ask.said("cursor")
    found = queue_page(shops, filters, read_cursor(cursor) if cursor else None, ROWS)
    template = "_rows.html" if ask.part and cursor else "queue.html"
    around = _around(ask, asked, seen)
    return shown(
        ask,
        template,
        asked=asked,
        rows=found.rows,
        next_cursor=found.next_cursor,
        total=_total(around["tabs"], shops, filters),
        bulk=_bulk(ask, found.rows),
        chips=() if ask.part and cursor else chips(ask, asked.address()),
        **around,
    )


def _total(tabs: Sequence[TabShown], shops: Sequence[int], filters: Filters) -> int:
    """Give the number of the tab that is shown; one that has no tab of its own is counted."""
    here = [tab.count for tab in tabs if tab.here]
    return here[0] if here else count(shops, filters)


def _around(ask: Ask, asked: Asked, seen: tuple[int, ...]) -> dict[str, Any]:
    """Collect what the rows and the frame of the queue need beside them."""
    return {
        "tabs": tabs_of(ask, asked, seen),
        "whose": [(who, name, asked.address(who=who)) for who, name in zip(WHO, _whose(), strict=True)],
        "shops": list(Shop.objects.filter(pk__in=seen).order_by("name").values_list("pk", "name")),
        "claims": claims(),
        "reasons": [(code, value(code)) for code in REASONS],
        "dues": dues(),
        "speech": Speech(ask.now),
        "act_of": act_of,
        "value": value,
        "may_approve": ask.caller.shops(Permission.APPROVE),
        "may_assign": ask.caller.shops(Permission.ASSIGN),
    }


@dataclass(frozen=True, slots=True)
class BulkShown:
    """Hold what the bar below the queue offers; `doable` are tickets that can be done at one press."""

    doable: frozenset[int]
    paying: frozenset[int]
    people: Sequence[tuple[int, str]]


def _bulk(ask: Ask, rows: Sequence[Row]) -> BulkShown:
    may = ask.caller.shops(Permission.APPROVE)
    ready = [row for row in rows if row.lane == "ours" and row.shop_id in may and not row.needs_person]
    looked_at = [row.id for row in ready if row.step in INSPECTION]
    here = set(
        Ticket.objects.filter(pk__in=looked_at, goods_state=Goods.INSPECTED).values_list("pk", flat=True)
    )
    done = [row for row in ready if verb_of(row.step) not in {None, Verb.REFUSE}]
    doable = [row for row in done if row.step not in INSPECTION or row.id in here]
    paying = frozenset(row.id for row in doable if verb_of(row.step) in PAYS)
    return BulkShown(frozenset(row.id for row in doable), paying, _people(ask))


def _people(ask: Ask) -> list[tuple[int, str]]:
    """List whom tickets can be handed to, where the person may hand them over."""
    shops = ask.caller.shops(Permission.ASSIGN)
    there = (
        Person.objects.filter(memberships__shop__in=shops, is_active=True) if shops else Person.objects.none()
    )
    return [(each.pk, str(each)) for each in there.distinct().order_by("name", "username")]


def _whose() -> tuple[str, str, str]:
    return _("All"), _("Mine"), _("Nobody's")


def tabs_of(ask: Ask, asked: Asked, seen: tuple[int, ...]) -> list[TabShown]:
    """Count every tab in one query; the numbers follow the filters."""
    shops = asked.shops(seen)
    codes = ("ours", *OURS, Tab.BUYER, Tab.PLATFORM, "missing", Tab.AUTO)
    asks = [Asked(**{**_plain(asked), "tab": str(code)}) for code in codes]
    numbers = counters([(shops, each.filters(ask.person.pk, ask.now)) for each in asks])
    return [
        TabShown(each.tab, _name(each.tab), asked.address(tab=each.tab), number, each.tab == asked.tab)
        for each, number in zip(asks, numbers, strict=True)
    ]


def _plain(asked: Asked) -> dict[str, str]:
    return {name: getattr(asked, name) for name in Asked.__dataclass_fields__}


def _name(code: str) -> str:
    if code in set(Tab):
        return TAB_WORDS[Tab(code)].of(lang())
    return {"ours": _("For us to do"), "missing": _("No longer pending there: check")}[code]


@page
def counters_part(ask: Ask) -> HttpResponse:
    """Give the tabs alone, so that their numbers stay true while the page is open."""
    asked, seen = asked_of(ask), ask.caller.seen_shops()
    return shown(ask, "_tabs.html", tabs=tabs_of(ask, asked, seen), asked=asked)


@page
def search(ask: Ask) -> HttpResponse:
    """Find tickets by number, waybill, phone or goods; a number that fits one opens it."""
    asked, shops = ask.said("q")[:200], ask.caller.seen_shops()
    exact = by_number(shops, asked, FOUND)
    if len(exact) == 1:
        return HttpResponseRedirect(reverse("ticket", args=[exact[0]]))
    rows: Sequence[Row] = rows_of(exact or by_text(shops, asked, FOUND)) if asked else ()
    around: dict[str, Any] = {"speech": Speech(ask.now), "act_of": act_of, "value": value}
    may: dict[str, Any] = {"may_approve": ask.caller.shops(Permission.APPROVE), "may_assign": frozenset()}
    return shown(ask, "search.html", q=asked, rows=rows, next_cursor=None, asked=Asked(), **around, **may)
