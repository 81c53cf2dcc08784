"""Show how shops are connected to their platforms, and lead the owner through connecting one."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.db import IntegrityError
from django.http import HttpResponse
from django.urls import reverse
from django.utils.crypto import constant_time_compare
from django.views.decorators.http import require_POST

from aftersale.api.faults import NotHere
from aftersale.connections import connecting, pace
from aftersale.connections.connecting import By, ConnectRefused, Step, step_of
from aftersale.connections.models import Difference, Link, Reconciliation
from aftersale.connections.permissions import AREAS
from aftersale.connections.platforms import OWN_USE
from aftersale.connections.reporting import unreported
from aftersale.connections.standing import days_left
from aftersale.domain.roles import Permission
from aftersale.evidence.shop_journal import ChangedMeanwhile
from aftersale.jobs.clock import desk_clock
from aftersale.pages import connections_steps as steps
from aftersale.pages.door import Ask, page, shown
from aftersale.pages.settings import ended, parts_of, sees_shops
from aftersale.pages.words import connection_words, difference_words
from aftersale.shops.models import Shop
from aftersale.shops.models.shop import ConnectionState
from aftersale.shops.permissions import NotAllowed
from aftersale.web.environment import lang
from aftersale.web.environment import say as _

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from django.http import HttpRequest

_STATES = "connect_states"
_LIVE = frozenset({Step.FILL, Step.PUSH})
_DIFFERENCES = 50


@dataclass(frozen=True, slots=True)
class Line:
    """Hold one shop of the list: how it stands, since when, and how many days its authorisation lasts."""

    shop: Shop
    link: Link | None
    state: str
    words: str
    since: datetime | None
    days: int | None


@page
def connections(ask: Ask) -> HttpResponse:
    """List the shops with the state of their connections."""
    if not sees_shops(ask):
        raise NotAllowed(Permission.MANAGE_SHOP)
    mine = Shop.objects.filter(pk__in=ask.caller.shops(Permission.MANAGE_SHOP)).order_by("name")
    lines = [line_of(shop, ask.now) for shop in mine.select_related("connection", "link")]
    parts = parts_of(ask, "settings_connections")
    failing = unreported(line.shop.pk for line in lines)
    connects = ask.caller.shops(Permission.CONNECT)
    around: dict[str, Any] = {"lines": lines, "unreported": failing, "connects": connects}
    return shown(ask, "settings_connections.html", parts=parts, **around)


def line_of(shop: Shop, now: datetime) -> Line:
    """Say how a shop stands with its platform; it comes with its connection and link."""
    connection, link = getattr(shop, "connection", None), getattr(shop, "link", None)
    state = connection.state if connection else ConnectionState.NONE.value
    words = connection_words(state) if connection else _("no interface")
    stands = link is not None and link.access_until is not None and state == ConnectionState.CONNECTED
    return Line(
        shop,
        link,
        state,
        words,
        connection.since if connection else None,
        days_left(link, now) if link and stands else None,
    )


@page
def connection(ask: Ask, shop_id: int) -> HttpResponse:
    """Show how one shop is connected and, to who may, the next step of connecting it."""
    line = _line(ask, shop_id)
    step = step_of(line.link, line.state)
    may = shop_id in ask.caller.shops(Permission.CONNECT)
    run = Reconciliation.objects.filter(shop_id=shop_id).exclude(ended_at=None).order_by("-day").first()
    return shown(
        ask,
        "settings_connection.html",
        parts=parts_of(ask, "settings_connections"),
        line=line,
        step=step,
        steps=[] if line.link and line.link.filled_at and step != Step.PUSH else steps.guide(step, line.link),
        may=may,
        secrets=steps.secrets_of(line.shop, line.link),
        authorise_at=_authorise_at(ask, line) if may and _can_ask(line) else "",
        run=run,
        differences=_differences(run),
        difference_words=difference_words,
        own_use=line.shop.platform in OWN_USE,
        outgoing=settings.OUTGOING_ADDRESS,
        pace=pace,
        permissions=permissions_of(line.link),
        unreported=unreported([shop_id]).get(shop_id),
        usual=settings.POLL_SECONDS,
        **_around(ask, line, step),
    )


def permissions_of(link: Link | None) -> list[tuple[str, bool | None, str]]:
    """Say of each area whether it could be read (None: not tried yet), and what to do where not."""
    known = link.permissions if link else {}
    return [(words.of(lang()), known.get(area), what.of(lang())) for area, (words, what) in AREAS.items()]


def _around(ask: Ask, line: Line, step: Step) -> dict[str, Any]:
    """Give what the part that is looked at again and again shows, too."""
    path = line.link.push_path if line.link else ""
    return {
        "progress": steps.progress_of(line.link, ask.now),
        "going": step in _LIVE,
        "push_at": _own(ask.request, reverse("push", args=[line.shop.platform, path])) if path else "",
        "within": steps.is_within(ask.request.get_host()) and not settings.PUBLIC_URL,
    }


def _differences(run: Reconciliation | None) -> Sequence[Difference]:
    return list(run.differences.order_by("healed_at", "ticket_no")[:_DIFFERENCES]) if run else []


def _line(ask: Ask, shop_id: int, need: Permission = Permission.MANAGE_SHOP) -> Line:
    ask.caller.let(need, shop_id)
    return line_of(Shop.objects.select_related("connection", "link").get(pk=shop_id), ask.now)


def _can_ask(line: Line) -> bool:
    return line.link is not None and bool(line.link.app_key)


def _own(request: HttpRequest, path: str) -> str:
    """Give the address of a page of this desk as it is seen from outside."""
    return f"{settings.PUBLIC_URL}{path}" if settings.PUBLIC_URL else request.build_absolute_uri(path)


def _authorise_at(ask: Ask, line: Line) -> str:
    """Give the platform's page on which the owner says yes; only this browser knows the state sent along."""
    states = ask.request.session.setdefault(_STATES, {})
    key = str(line.shop.pk)
    if key not in states:
        states[key] = secrets.token_urlsafe(24)
        ask.request.session.modified = True
    if line.link is None:
        raise NotHere
    back = _own(ask.request, reverse("settings_authorised"))
    return connecting.authorisation_url(line.link, f"{key}.{states[key]}", back)


@page
def live(ask: Ask, shop_id: int) -> HttpResponse:
    """Show again what moves by itself; the whole page is asked for again when the next step has come."""
    line = _line(ask, shop_id)
    step = step_of(line.link, line.state)
    if ask.said("step") not in {"", step}:
        return HttpResponse(headers={"HX-Refresh": "true"})
    return shown(ask, "_settings_connection_live.html", line=line, step=step, **_around(ask, line, step))


@page
def authorised(ask: Ask) -> HttpResponse:
    """Take the code with which a platform sends the owner back, if it was asked for in this browser."""
    shop_id = _asked_for(ask, ask.request.GET.get("state", ""))
    link = _link(ask, shop_id)
    connecting.authorise(link, ask.request.GET.get("code", "").strip(), _by(ask))
    return ended(ask, _("Authorised. The tickets are being read."), "settings_connection", shop_id)


def _asked_for(ask: Ask, said: str) -> int:
    """Give the shop for which this browser asked, once; raises ConnectRefused."""
    key, _dot, token = said.partition(".")
    states = ask.request.session.get(_STATES, {})
    known = states.get(key, "")
    if not known or not constant_time_compare(known, token) or not ask.request.GET.get("code"):
        raise ConnectRefused("connect.code")
    del states[key]
    ask.request.session.modified = True
    return int(key)


@require_POST
@page
def change(ask: Ask, shop_id: int, what: str) -> HttpResponse:
    """Take one step of connecting a shop; only who may connect it does."""
    ask.caller.let(Permission.CONNECT, shop_id)
    flow = steps.FLOWS.get(what)
    if flow is None:
        raise NotHere
    shop = Shop.objects.select_related("connection", "link").get(pk=shop_id)
    try:
        flow(ask, shop, _by(ask))
    except IntegrityError:
        raise ChangedMeanwhile from None
    return ended(ask, _("Saved."), "settings_connection", shop_id)


def _link(ask: Ask, shop_id: int) -> Link:
    ask.caller.let(Permission.CONNECT, shop_id)
    found = Link.objects.select_related("shop").filter(shop_id=shop_id).first()
    if found is None:
        raise NotHere
    return found


def _by(ask: Ask) -> By:
    return By(ask.person.pk, desk_clock)
