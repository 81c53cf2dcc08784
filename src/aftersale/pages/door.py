"""Let people in: who looks, at what time, in which shops; refusals become words on the page."""

from __future__ import annotations

from dataclasses import dataclass
from functools import wraps
from typing import TYPE_CHECKING, Any, Concatenate, ParamSpec, cast

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.shortcuts import render
from django.urls import reverse

from aftersale.api.access import Caller
from aftersale.api.faults import NotHere
from aftersale.connections.playing import may_play
from aftersale.domain.errors import AftersaleError
from aftersale.domain.roles import Permission
from aftersale.jobs.clock import desk_clock
from aftersale.pages.bands import Band, bands_of, endings_of
from aftersale.pages.warehouse import NotOfTheWarehouse, in_warehouse, keep_to_the_bench
from aftersale.shops.permissions import NotAllowed, alone, places_for
from aftersale.tickets.change import Overtaken
from aftersale.web.environment import lang
from aftersale.web.environment import say as _

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from datetime import datetime

    from django.http import HttpRequest, HttpResponse

    from aftersale.shops.models import Person

P = ParamSpec("P")


@dataclass(frozen=True, slots=True)
class Ask:
    """Hold one request of a person: `now` was read once."""

    request: HttpRequest
    caller: Caller

    @property
    def now(self) -> datetime:
        """Give the time of the request."""
        return self.caller.now

    @property
    def person(self) -> Person:
        """Give who asks."""
        return self.caller.person

    @property
    def part(self) -> bool:
        """Tell whether the script asks for a part of a page."""
        return self.request.headers.get("HX-Request") == "true"

    def said(self, name: str) -> str:
        """Give what was sent under a name, without blanks around it."""
        source = self.request.POST if self.request.method == "POST" else self.request.GET
        return source.get(name, "").strip()

    def all_said(self, name: str) -> list[str]:
        """Give everything that was sent under a name."""
        source = self.request.POST if self.request.method == "POST" else self.request.GET
        return source.getlist(name)

    def tell(self, text: str) -> None:
        """Say something on the next page."""
        messages.info(self.request, text)


@dataclass(frozen=True, slots=True)
class Area:
    """Name one area of the desk in the navigation; `counter` is the address that tells what waits there."""

    code: str
    url: str
    name: str
    counter: str = ""


@dataclass(frozen=True, slots=True)
class Seat:
    """Hold what every page shows around its own content.

    `sandbox`: all that it reaches is the sandbox of this machine. `first`: the address of the page to come
    back to.
    """

    person: str
    areas: Sequence[Area]
    demo: bool
    sandbox: bool
    first: str
    bands: Sequence[Band]
    messages: Sequence[str]


# By area: the permissions of which one is enough to be offered it.
_AREAS: Mapping[str, frozenset[Permission]] = {
    "home": frozenset({Permission.VIEW}),
    "queue": frozenset({Permission.VIEW}),
    "talks": frozenset({Permission.PROPOSE}),
    "disputes": frozenset({Permission.DISPUTE}),
    "tasks": frozenset({Permission.VIEW}),
    # Who confirms what the bench found good has to find it.
    "bench": frozenset({Permission.RECEIVE, Permission.APPROVE}),
    "stops": frozenset({Permission.RECEIVE}),
    "imports": frozenset({Permission.IMPORT}),
    "articles": frozenset({Permission.IMPORT}),
    "finance": frozenset({Permission.SEE_MONEY}),
    "handover": frozenset({Permission.ANSWER}),
    "automation": frozenset({Permission.MANAGE_SHOP}),
    "rules": frozenset({Permission.VIEW}),
    "settings": frozenset({Permission.MANAGE_SHOP}),
}
# What a warehouse works with, and what one person has no use for.
_OF_THE_WAREHOUSE = ("bench", "stops", "tasks")
_COUNTERS = {"stops": "stops_count", "tasks": "tasks_count"}
_OF_A_TEAM = frozenset({"handover"})


def _names() -> dict[str, str]:
    return {
        "home": _("Home"),
        "queue": _("Queue"),
        "talks": _("Negotiation"),
        "disputes": _("Disputes"),
        "tasks": _("To do"),
        "bench": _("Returns bench"),
        "stops": _("Stop list"),
        "imports": _("Import"),
        "finance": _("Finance"),
        "articles": _("Articles"),
        "handover": _("Duty"),
        "automation": _("Automation"),
        "rules": _("Rules"),
        "settings": _("Settings"),
    }


_STATUS: dict[type[AftersaleError], int] = {
    NotHere: 404,
    NotAllowed: 403,
    NotOfTheWarehouse: 403,
    Overtaken: 409,
}
_REFUSED = 422


def page(
    view: Callable[Concatenate[Ask, P], HttpResponse],
) -> Callable[Concatenate[HttpRequest, P], HttpResponse]:
    """Make a page of a view: signed in, the clock read once, refusals said in words with what to do."""

    @wraps(view)
    def opened(request: HttpRequest, /, *args: P.args, **kwargs: P.kwargs) -> HttpResponse:
        person = cast("Person", request.user)
        ask = Ask(request, Caller(person, desk_clock(), read=places_for(request)))
        try:
            keep_to_the_bench(ask.caller, getattr(request.resolver_match, "url_name", None) or "")
            return view(ask, *args, **kwargs)
        except AftersaleError as refusal:
            return refused(ask, refusal)

    return cast("Callable[Concatenate[HttpRequest, P], HttpResponse]", login_required(opened))


def refused(ask: Ask, refusal: AftersaleError) -> HttpResponse:
    """Say a refusal where the person looks: in the part that was asked for, or on a page of its own."""
    status = next((code for kind, code in _STATUS.items() if isinstance(refusal, kind)), _REFUSED)
    said = {"message": refusal.message.of(lang()), "next_step": refusal.next_step.of(lang())}
    template = "_refused.html" if ask.part else "refused.html"
    return shown(ask, template, status=status, code=refusal.code, **said)


def shown(ask: Ask, template: str, *, status: int = 200, **values: Any) -> HttpResponse:  # noqa: ANN401  # what a template takes
    """Fill a template; a whole page gets the seat around it, a part does not.

    `alone`: nobody else works here, so that whose a ticket is and who has to agree are not spoken of.
    """
    whole = not template.startswith("_")
    around = {"now": ask.now, "ask": ask, "alone": alone(ask.caller.places)}
    context = {**values, **around, "seat": seat_of(ask) if whole else None}
    response = render(ask.request, template, context, status=status)
    # A browser counts down by the time of the desk, which on a demo is that of its sandbox.
    response["Desk-Now"] = ask.now.isoformat()
    return response


def seat_of(ask: Ask) -> Seat:
    """Collect what stands around every page."""
    seen = ask.caller.seen_shops()
    shops = [place.shop for place in ask.caller.places if place.shop.pk in seen]
    return Seat(
        str(ask.person),
        _areas(ask),
        any(shop.demo for shop in shops),
        may_play(),
        reverse("bench" if in_warehouse(ask.caller) else "home"),
        [
            *bands_of(shops, ask.caller.shops(Permission.CONNECT), ask.now),
            *(endings_of(shops, ask.now) if _begins_the_day(ask) else []),
        ],
        [str(each) for each in messages.get_messages(ask.request)],
    )


def _begins_the_day(ask: Ask) -> bool:
    """Tell whether this is a page that is looked at first: what ends in days is said there."""
    found = ask.request.resolver_match
    return found is not None and found.url_name in {"home", "settings_connections"}


def _areas(ask: Ask) -> list[Area]:
    """Offer the areas in which the person has something to do."""
    names, codes = _names(), _OF_THE_WAREHOUSE if in_warehouse(ask.caller) else tuple(_AREAS)
    offered = [code for code in codes if any(map(ask.caller.shops, _AREAS[code]))]
    return [
        Area(code, _address(ask, code), names[code], reverse(_COUNTERS[code]) if code in _COUNTERS else "")
        for code in offered
        if not (code in _OF_A_TEAM and alone(ask.caller.places))
    ]


def _address(ask: Ask, code: str) -> str:
    """Give the address of an area; who books no parcels goes to those that wait for the refund."""
    books = code != "bench" or ask.caller.shops(Permission.RECEIVE)
    return reverse(code if books else "bench_good")
