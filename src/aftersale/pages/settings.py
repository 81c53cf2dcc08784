"""Lead through the settings: which parts a person sees, and how a form of them ends."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.http import HttpResponse, HttpResponseRedirect
from django.urls import reverse

from aftersale.domain.roles import Permission
from aftersale.pages.door import Ask, page, shown
from aftersale.shops.settings import may_add_shops
from aftersale.web.environment import say as _

if TYPE_CHECKING:
    from collections.abc import Sequence


@dataclass(frozen=True, slots=True)
class Part:
    """Name one part of the settings; `here` marks the one that is shown."""

    url: str
    name: str
    here: bool


def parts_of(ask: Ask, here: str) -> Sequence[Part]:
    """Give the parts that a person has something to do in."""
    offered = (
        ("settings_shops", _("Shops"), sees_shops(ask)),
        ("settings_connections", _("Connections"), sees_shops(ask)),
        ("settings_costs", _("Costs and goodwill"), bool(ask.caller.shops(Permission.MANAGE_SHOP))),
        ("settings_people", _("People"), sees_people(ask)),
        ("settings_drafting", _("Drafts of replies"), bool(ask.caller.shops(Permission.MANAGE_SHOP))),
        ("settings_messages", _("Duty and reminders"), True),
        ("me", _("My own"), True),
    )
    return [Part(reverse(code), name, code == here) for code, name, seen in offered if seen]


def sees_shops(ask: Ask) -> bool:
    """Tell whether a person changes any shop, or adds one."""
    return bool(ask.caller.shops(Permission.MANAGE_SHOP)) or may_add_shops(ask.person)


def sees_people(ask: Ask) -> bool:
    """Tell whether a person manages people anywhere."""
    return bool(ask.caller.shops(Permission.MANAGE_PEOPLE))


def ended(ask: Ask, said: str, name: str, *parts: object) -> HttpResponse:
    """Say what was done and show the page anew."""
    ask.tell(said)
    return led(ask, name, *parts)


def led(ask: Ask, name: str, *parts: object) -> HttpResponse:
    """Lead to a page after a form was sent: the script follows a header, a browser a redirect."""
    address = reverse(name, args=parts)
    return HttpResponse(headers={"HX-Redirect": address}) if ask.part else HttpResponseRedirect(address)


@dataclass(frozen=True, slots=True)
class Secret:
    """Hold what is shown this once: of whom, what it is, what to do with it, and where to go on."""

    title: str
    secret: str
    hint: str
    back: str


def shown_once(ask: Ask, secret: Secret) -> HttpResponse:
    """Show a secret that is kept nowhere: beside its form, or on a page of its own."""
    if ask.part:
        return shown(ask, "_settings_secret.html", secret=secret)
    return shown(ask, "settings_secret.html", secret=secret)


@page
def settings(ask: Ask) -> HttpResponse:
    """Lead to the first part that a person has something to do in."""
    return HttpResponseRedirect(parts_of(ask, "")[0].url)
