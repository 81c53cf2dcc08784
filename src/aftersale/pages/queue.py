"""Show the queue: earliest deadline first, tabs by whose turn it is, filters that live in the address."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

from django.http import HttpResponseRedirect
from django.urls import reverse

from aftersale.channels.verbs import PAYS
from aftersale.domain.roles import Permission
from aftersale.domain.value_words import VALUE_WORDS, word_of
from aftersale.domain.vocabulary import PLATFORMS, REASONS
from aftersale.pages.asked import WHO, Asked, asked_of
from aftersale.pages.door import Ask, page, shown
from aftersale.pages.freshness import known_up_to, read_up_to
from aftersale.pages.promised import Promised, promised_between
from aftersale.pages.rows import around, doable_of
from aftersale.pages.views import Chip, Wanted, chips_of, counting, wanted_of
from aftersale.pages.words import claims, dues, flags, moneys, stages, value
from aftersale.shops.models import Person
from aftersale.shops.permissions import alone
from aftersale.tickets.holders import holding
from aftersale.tickets.queries import counters, queue_page, read_cursor, rows_of
from aftersale.tickets.search import NEWEST, by_beginning, by_number, by_text, candidates
from aftersale.tickets.tabs import OURS, TAB_WORDS, Tab
from aftersale.tickets.verbs import verb_of
from aftersale.web.environment import lang
from aftersale.web.environment import say as _

if TYPE_CHECKING:
    from collections.abc import Sequence

    from django.http import HttpResponse

    from aftersale.tickets.queries import Cursor, Page, Row

ROWS, FOUND = 50, 50
_TABS = ("ours", *OURS, Tab.UNDER_WAY, Tab.BUYER, Tab.PLATFORM, "missing", Tab.AUTO)
_OTHERS = ("waiting", "open", "done")


@dataclass(frozen=True, slots=True)
class TabShown:
    """Hold one tab: its words, address and number of tickets."""

    code: str
    name: str
    address: str
    count: int
    here: bool


@dataclass(frozen=True, slots=True)
class Counted:
    """Hold all numbers around the queue, counted in one query."""

    total: int
    tabs: Sequence[TabShown]
    whose: Sequence[TabShown]
    soon: TabShown
    over: TabShown
    chips: Sequence[Chip] = ()


@page
def queue(ask: Ask) -> HttpResponse:
    """Show one page of the queue."""
    asked, seen = asked_of(ask), ask.caller.seen_shops()
    shops, filters = asked.shops(seen), asked.filters(ask.person.pk, ask.now)
    after = read_cursor(ask.said("cursor")) if ask.said("cursor") else None
    found = queue_page(shops, filters, after, ROWS)
    rows = {
        "asked": asked,
        "rows": found.rows,
        "next_cursor": found.next_cursor,
        "promised": _promised(ask, asked, found, after),
        **around(ask, found.rows),
    }
    if ask.part and after:
        return shown(ask, "_rows.html", bulk=_bulk(ask, found.rows, ()), **rows)
    return shown(ask, "queue.html", **rows, **_frame(ask, asked, seen, found.rows))


def _frame(ask: Ask, asked: Asked, seen: tuple[int, ...], rows: Sequence[Row]) -> dict[str, Any]:
    """Collect what stands around the rows."""
    counted, people = counted_of(ask, asked, seen, wanted_of(ask)), _people(ask)
    return {
        "counted": counted,
        "tabs": counted.tabs,
        "total": counted.total,
        "bulk": _bulk(ask, rows, people),
        "chips": counted.chips,
        "choices": _choices(ask, seen, people),
        "may_approve": ask.caller.shops(Permission.APPROVE),
    }


@dataclass(frozen=True, slots=True)
class Choice:
    """Hold one filter of the form: its name in the address, its words, and what can be chosen."""

    name: str
    words: str
    options: Sequence[tuple[str, str]]


def _choices(ask: Ask, seen: tuple[int, ...], people: Sequence[tuple[int, str]]) -> list[Choice]:
    """List the filters that choose from a few; one with nothing to choose from is left out."""
    shops = sorted((place.shop.name, place.shop) for place in ask.caller.places if place.shop.pk in seen)
    here = {shop.platform for _name, shop in shops}
    channels = [(code, word_of(VALUE_WORDS, code, lang())) for code in PLATFORMS if code in here]
    reasons = [("sensitive", _("sensitive: counterfeit, unsafe, late, fraud"))]
    whose = (
        [] if alone(ask.caller.places) else [("0", _("nobody")), *((str(pk), name) for pk, name in people)]
    )
    found = [
        Choice("shop", _("Shop"), [(str(shop.pk), name) for name, shop in shops]),
        Choice("channel", _("Platform"), channels),
        Choice("claim", _("Claim"), claims()),
        Choice("stage", _("State"), stages()),
        Choice("reason", _("Reason"), [*reasons, *((code, value(code)) for code in REASONS)]),
        Choice("due", _("Time left"), dues()),
        Choice("person", _("Who takes care"), whose),
        Choice("flag", _("Flag"), flags()),
        Choice("money", _("Refund"), moneys()),
    ]
    few = {"shop", "channel", "person"}
    return [each for each in found if each.name not in few or len(each.options) > 1]


@dataclass(frozen=True, slots=True)
class BulkShown:
    """Hold what the bar below the queue offers; `doable` are tickets that can be done at one press."""

    doable: frozenset[int]
    paying: frozenset[int]
    people: Sequence[tuple[int, str]]


def _bulk(ask: Ask, rows: Sequence[Row], people: Sequence[tuple[int, str]]) -> BulkShown:
    doable = doable_of(rows, ask.caller.shops(Permission.APPROVE))
    paying = frozenset(row.id for row in doable if verb_of(row.step) in PAYS)
    return BulkShown(frozenset(row.id for row in doable), paying, people)


def _people(ask: Ask) -> list[tuple[int, str]]:
    """List whom tickets can be handed to, where the person may hand them over."""
    shops = ask.caller.shops(Permission.ASSIGN)
    if not shops:
        return []
    there = Person.objects.filter(holding(shops)).order_by("name", "username")
    return [(each.pk, str(each)) for each in there]


def _promised(ask: Ask, asked: Asked, found: Page, after: Cursor | None) -> Promised:
    """Read the promises whose end falls into a page of what the shop has to do."""
    if asked.tab != "ours" or asked.who == "free" or asked.is_narrow():
        return Promised([])
    last = found.rows[-1].queue_at if found.next_cursor else None
    mine = ask.person.pk if asked.who == "mine" else None
    shops = ask.caller.seen_shops()
    return promised_between(shops, mine, after.queue_at if after else None, last)


def counted_of(ask: Ask, asked: Asked, seen: tuple[int, ...], views: Sequence[Wanted] = ()) -> Counted:
    """Count tabs, whose, what runs out and views in one query; all but the views follow the filters."""
    base = _plain(asked)
    wanted = [
        *(("tab", code) for code in dict.fromkeys((*map(str, _TABS), asked.tab))),
        *(("who", who) for who in WHO),
        ("due", "1"),
        ("due", "over"),
    ]
    asks = [Asked(**{**base, **_near(name, code), name: code}) for name, code in wanted]
    shops = asked.shops(seen)
    own = [(shops, each.filters(ask.person.pk, ask.now)) for each in asks]
    numbers = counters([*own, *counting(ask, views)])
    found = [
        TabShown(code, _name(code), each.address(), number, getattr(asked, name) == code)
        for (name, code), each, number in zip(wanted, asks, numbers, strict=False)
    ]
    tabs = [each for each in found[: -len(WHO) - 2] if each.code in _TABS]
    total = next((each.count for each in found if each.code == asked.tab), 0)
    chips = chips_of(ask, views, numbers[len(own) :], asked.address())
    return Counted(total, tabs, found[-len(WHO) - 2 : -2], found[-2], found[-1], chips)


def _near(name: str, code: str) -> dict[str, str]:
    """Say what else an address asks for: whose tickets they are is not asked with a person's name."""
    return {"person": ""} if name == "who" and code != "all" else {}


def _plain(asked: Asked) -> dict[str, str]:
    return {name: getattr(asked, name) for name in Asked.__dataclass_fields__}


def _name(code: str) -> str:
    if code in set(Tab):
        return TAB_WORDS[Tab(code)].of(lang())
    said = {
        "ours": _("For us to do"),
        "missing": _("No longer pending there: check"),
        "all": _("All"),
        "mine": _("Mine"),
        "free": _("Nobody's"),
        "1": _("within 1 h"),
        "over": _("overdue"),
    }
    return said.get(code, code)


@page
def counters_part(ask: Ask) -> HttpResponse:
    """Give the tabs alone, so that their numbers stay true while the page is open."""
    asked = asked_of(ask)
    counted = counted_of(ask, asked, ask.caller.seen_shops())
    return shown(ask, "_tabs.html", tabs=counted.tabs, counted=counted, asked=asked)


@page
def read_part(ask: Ask) -> HttpResponse:
    """Say how old the data are; the page asks again while it is open."""
    asked = asked_of(ask)
    shops = asked.shops(ask.caller.seen_shops())
    return shown(ask, "_read.html", read=read_up_to(shops), known=known_up_to(shops), asked=asked)


@page
def search(ask: Ask) -> HttpResponse:
    """Find tickets by number, waybill, phone or goods; a number that fits one opens it."""
    asked, before = ask.said("q")[:_LONGEST], _before(ask.said("cursor"))
    exact, found = _found(ask.caller.seen_shops(), asked, before)
    if len(found) == 1 and exact and before == NEWEST:
        return HttpResponseRedirect(reverse("ticket", args=[found[0]]))
    rows = rows_of(found[:FOUND])
    return shown(
        ask,
        "_rows.html" if ask.part and before != NEWEST else "search.html",
        q=asked,
        rows=rows,
        next_cursor=str(found[FOUND - 1]) if len(found) > FOUND else None,
        later=before != NEWEST,
        asked=Asked(),
        address=urlencode({"q": asked}),
        **around(ask, rows),
    )


def _found(shops: Sequence[int], asked: str, before: int) -> tuple[bool, list[int]]:
    """Find one ticket more than a page shows, and tell whether a number was met exactly.

    What found nothing on the first page finds nothing on a later one, so all pages tell of the same words.
    """
    words = candidates(asked)
    exact = next((found for each in words if (found := by_number(shops, each, FOUND + 1, before))), [])
    if exact:
        return True, exact
    for look in (by_beginning, by_text):
        some = next((some for each in words if (some := look(shops, each, FOUND + 1, before))), [])
        if some:
            return False, some
    return False, []


def _before(said: str) -> int:
    number = int(said) if said.isascii() and said.isdigit() and len(said) <= _DIGITS else 0
    return number or NEWEST


_LONGEST, _DIGITS = 500, 18
