"""Show and change what a shop has set: name, hours, warnings, own targets, retention."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.db.models import Q
from django.views.decorators.http import require_POST

from aftersale.api.faults import NotHere
from aftersale.connections.parked import POLL
from aftersale.connections.stop_calls import set_address
from aftersale.domain.roles import Permission
from aftersale.domain.service_hours import Week
from aftersale.evidence.models import Event
from aftersale.evidence.shop_journal import SHOP, journal_shop, together
from aftersale.pages.door import Ask, page, shown
from aftersale.pages.settings import ended, parts_of, sees_shops
from aftersale.pages.words import connection_words
from aftersale.shops import settings as flows
from aftersale.shops.models import Person, Shop
from aftersale.shops.models.shop import ConnectionState, Platform
from aftersale.shops.permissions import NotAllowed, alone
from aftersale.tickets.clocks import DEFAULT_WARNINGS, SERVICE_KINDS
from aftersale.tickets.consequences import clock_word
from aftersale.tickets.models import Import
from aftersale.tickets.vault.heads_out import FILE, last_of, set_target
from aftersale.web.environment import lang
from aftersale.web.environment import say as _

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from datetime import datetime

    from django.http import HttpResponse

    from aftersale.shops.settings import ShopChange

_LATEST = 12


@dataclass(frozen=True, slots=True)
class Standing:
    """Hold how a shop stands: its connection, and how old what is known of it is; 0: not by a sheet."""

    shop: Shop
    state: str
    read_at: datetime | None
    number: int


@dataclass(frozen=True, slots=True)
class Latest:
    """Hold one change of a shop as it is listed."""

    at: datetime
    who: str
    what: str


@page
def shops(ask: Ask) -> HttpResponse:
    """List the shops that a person changes; whoever owns all of them adds one."""
    if not sees_shops(ask):
        raise NotAllowed(Permission.MANAGE_SHOP)
    if ask.request.method == "POST":
        return _add(ask)
    mine = Shop.objects.filter(pk__in=ask.caller.shops(Permission.MANAGE_SHOP)).order_by("name")
    return shown(
        ask,
        "settings_shops.html",
        parts=parts_of(ask, "settings_shops"),
        standings=[standing_of(shop) for shop in mine.select_related("connection")],
        platforms=Platform.choices,
        may_add=flows.may_add_shops(ask.person),
        demo=Shop.objects.filter(demo=True).exists(),
    )


def _add(ask: Ask) -> HttpResponse:
    made = add(ask)
    return ended(ask, _("{shop} was added.").format(shop=made.name), "settings_shop", made.pk)


def add(ask: Ask) -> Shop:
    """Add the shop that a form names."""
    with together():
        change = flows.add_shop(ask.said("name"), ask.said("platform"), ask.person, ask.now)
        journal_shop(change, ask.person.pk, ask.now)
    return change.shop


def standing_of(shop: Shop) -> Standing:
    """Say how a shop is connected, and when it was read last."""
    done = Import.objects.filter(shop=shop, state="done").exclude(kind=POLL)
    newest = done.order_by("-id").values_list("ended_at", flat=True).first()
    connection = getattr(shop, "connection", None)
    state = connection_words(connection.state) if connection else _("no interface")
    if connection and connection.state == ConnectionState.CONNECTED and connection.read_at:
        return Standing(shop, state, connection.read_at, 0)
    return Standing(shop, state, newest, done.count())


@page
def shop(ask: Ask, shop_id: int) -> HttpResponse:
    """Show what a shop has set, each in a form of its own."""
    found = _shop(ask, shop_id)
    week, days = flows.text_of_hours(found.hours)
    head, heads_out = last_of(found)
    names = _day_names()
    return shown(
        ask,
        "settings_shop.html",
        parts=parts_of(ask, "settings_shops"),
        shop=found,
        standing=standing_of(found),
        week=[(day, names[day], week[day]) for day in Week._fields],
        days=days,
        always=not found.hours,
        usual=" ".join(map(str, DEFAULT_WARNINGS)),
        targets=[
            (kind, clock_word(kind).of(lang()), found.service_minutes.get(kind, "")) for kind in SERVICE_KINDS
        ],
        may_limit=found.pk in ask.caller.shops(Permission.MANAGE_PEOPLE),
        limits=_limits(found, by_oneself=alone(ask.caller.places)),
        latest=_latest(found),
        head=head,
        heads_out=heads_out,
        heads_file=FILE,
    )


def _shop(ask: Ask, shop_id: int) -> Shop:
    ask.caller.let(Permission.MANAGE_SHOP, shop_id)
    return Shop.objects.select_related("connection").get(pk=shop_id)


def _limits(found: Shop, *, by_oneself: bool) -> list[tuple[str, str, str]]:
    """Name each limit with its amount in yuan; nobody alone has a second to ask."""
    words = {
        "four_eyes_fen": _("Above this, two people agree"),
        "day_cap_fen": _("At most a day, the whole shop"),
        "person_cap_fen": _("At most a day, by one person"),
    }
    shown_ones = [name for name in flows.LIMITS if not (by_oneself and name == "four_eyes_fen")]
    return [(name, words[name], _typed(getattr(found, name))) for name in shown_ones]


def _typed(fen: int | None) -> str:
    """Write an amount as it is typed."""
    return "" if fen is None else f"{fen // 100}.{fen % 100:02}".removesuffix(".00")


def _day_names() -> dict[str, str]:
    return {
        "mon": _("Monday"),
        "tue": _("Tuesday"),
        "wed": _("Wednesday"),
        "thu": _("Thursday"),
        "fri": _("Friday"),
        "sat": _("Saturday"),
        "sun": _("Sunday"),
    }


@require_POST
@page
def change(ask: Ask, shop_id: int, what: str) -> HttpResponse:
    """Change one setting of a shop, with an event in its journal."""
    found, flow = _shop(ask, shop_id), _FLOWS.get(what)
    if flow is None:
        raise NotHere
    with together():
        journal_shop(flow(ask, found), ask.person.pk, ask.now)
    return ended(ask, _("Saved."), "settings_shop", shop_id)


def _name(ask: Ask, found: Shop) -> ShopChange:
    reading = Q(shop=found) | Q(shop=None)
    going = Import.objects.filter(reading, state__in=["waiting", "running"])
    return flows.rename(found, ask.said("name"), reading=going.exists())


def _hours(ask: Ask, found: Shop) -> ShopChange:
    week = {day: ask.said(day) for day in Week._fields}
    if ask.said("same"):
        week = dict.fromkeys(week, week["mon"])
    return flows.set_hours(found, week, ask.said("days"))


def _set_limits(ask: Ask, found: Shop) -> ShopChange:
    """Set the limits; whom they hold, leads too, does not move them."""
    ask.caller.let(Permission.MANAGE_PEOPLE, found.pk)
    said = {name: ask.said(name) for name in flows.LIMITS if name in ask.request.POST}
    return flows.set_limits(found, said)


_FLOWS: Mapping[str, Callable[[Ask, Shop], ShopChange]] = {
    "name": _name,
    "hours": _hours,
    "warnings": lambda ask, found: flows.set_warnings(found, ask.said("minutes")),
    "targets": lambda ask, found: flows.set_targets(
        found, {kind: ask.said(kind) for kind in SERVICE_KINDS}, SERVICE_KINDS
    ),
    "limits": _set_limits,
    "heads": lambda ask, found: set_target(found, ask.said("url")),
    "stops": lambda ask, found: set_address(found, ask.said("url")),
    "retention": lambda ask, found: flows.set_retention(found, ask.said("days")),
}


def _kinds() -> dict[str, str]:
    return {
        "shop_added": _("shop added"),
        "shop_name": _("shop renamed"),
        "shop_hours": _("business hours changed"),
        "shop_warn_minutes": _("warnings changed"),
        "shop_service_minutes": _("own targets changed"),
        "shop_limits": _("limits on money changed"),
        "shop_stop_url": _("address for orders to stop changed"),
        "shop_heads_out": _("address for the signed log changed"),
        "shop_retain_days": _("retention changed"),
        "shop_cost_figure": _("figure for costs set"),
        "shop_cost_weights": _("weights of remedies changed"),
        "shop_goodwill_kept": _("goodwill added"),
        "shop_goodwill_ended": _("goodwill ended"),
        "shop_duty_planned": _("duty planned"),
        "shop_duty_removed": _("duty taken off"),
        "shop_connection": _("connection changed"),
        "shop_connection_mode": _("how news arrive chosen"),
        "shop_connection_keys": _("keys of the app entered"),
        "shop_connection_grant": _("authorised on the platform"),
        "shop_connection_dry_run": _("dry run begun or ended"),
        "poll_gap": _("gap in the list closed by reading"),
        "reconciled": _("compared with the platform"),
        "held": _("put on hold until read again"),
        "hold_ended": _("hold ended"),
        "person_added": _("person added: {name}"),
        "person_role": _("role changed: {name}"),
        "person_password": _("password reset: {name}"),
        "person_second_factor": _("two-step sign-in reset: {name}"),
        "person_active": _("access ended or given again: {name}"),
        "person_token": _("token made: {name}"),
        "person_token_revoked": _("token ended: {name}"),
        "person_quiet_hours": _("quiet hours changed: {name}"),
        "person_lang": _("language changed: {name}"),
        "person_target_added": _("reminder address added: {name}"),
        "person_target_removed": _("reminder address removed: {name}"),
    }


def _latest(found: Shop) -> Sequence[Latest]:
    """List the newest changes of a shop and its people."""
    rows = list(Event.objects.filter(subject_kind=SHOP, subject_id=found.pk).order_by("-sequence")[:_LATEST])
    about = [_about(row) for row in rows]
    ids = [row.actor for row in rows if row.actor] + [int(each) for each in about if each.isdigit()]
    people = {str(person.pk): str(person) for person in Person.objects.filter(pk__in=ids)}
    kinds, nobody, somebody = _kinds(), _("command"), _("somebody")
    return [
        Latest(
            row.at,
            people.get(str(row.actor), nobody),
            kinds.get(row.kind, row.kind).format(name=people.get(whom, somebody)),
        )
        for row, whom in zip(rows, about, strict=True)
    ]


def _about(event: Event) -> str:
    """Give the id of the person that an event is about, empty where it is about none."""
    said = json.loads(bytes(event.payload)).get("data", {})
    return str(said.get("person", ""))
