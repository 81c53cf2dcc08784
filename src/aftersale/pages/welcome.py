"""Lead an owner from an empty desk to the queue: the first shop, its first sheet, the first tickets."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.http import HttpResponse, HttpResponseRedirect
from django.urls import reverse

from aftersale.api.imports import LIMITS, kept
from aftersale.domain.roles import Permission
from aftersale.pages.acting import Incomplete
from aftersale.pages.door import Ask, page, shown
from aftersale.pages.imports import GOING
from aftersale.pages.settings import led
from aftersale.pages.settings_shop import add
from aftersale.pages.words import import_words
from aftersale.shops.models import Person, Shop
from aftersale.shops.models.shop import Platform
from aftersale.shops.settings import may_add_shops
from aftersale.tickets.imports import Given, start_import
from aftersale.tickets.models import Import, ParkedRow, Ticket
from aftersale.tickets.parking import cells_of
from aftersale.tickets.scope import Scope

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

_ROWS = 100
_NOTHING_CAME = ("refused", "cancelled")


@page
def welcome(ask: Ask) -> HttpResponse:
    """Show the step that comes next; it is read from what is there, so that one may leave and come back."""
    if ask.request.method == "POST":
        return _step(ask)
    shops = _shops(ask)
    if not ask.caller.seen_shops():
        return _without_shop(ask)
    if not shops or (not ask.said("again") and _has_tickets(ask)):
        return HttpResponseRedirect(reverse("queue"))
    made = Import.objects.filter(shop__in=[shop.pk for shop in shops]).order_by("-id").first()
    if made is None or made.state in _NOTHING_CAME or ask.said("again"):
        return shown(ask, "welcome_sheet.html", shops=shops, made=made)
    return shown(ask, "welcome_read.html", **_read(made))


def _has_tickets(ask: Ask) -> bool:
    return Ticket.objects.filter(shop__in=ask.caller.seen_shops()).exists()


def _shops(ask: Ask) -> list[Shop]:
    return list(Shop.objects.filter(pk__in=ask.caller.shops(Permission.IMPORT)).order_by("name"))


def _without_shop(ask: Ask) -> HttpResponse:
    """Begin with the first shop; who cannot add one is told whom to ask."""
    if may_add_shops(ask.person) and not Shop.objects.exists():
        return shown(ask, "welcome_shop.html", platforms=Platform.choices)
    owners = Person.objects.filter(is_superuser=True, is_active=True).order_by("pk")
    return shown(ask, "welcome_nobody.html", owners=[str(owner) for owner in owners])


def _read(made: Import) -> dict[str, Any]:
    rows = ParkedRow.objects.filter(batch=made, state="parked")
    return {
        "made": made,
        "parked": [(row, cells_of(row)) for row in rows.order_by("id")[:_ROWS]],
        "waiting": rows.count(),
        "missing": [],
        "going": GOING,
        "import_words": import_words,
    }


def _step(ask: Ask) -> HttpResponse:
    step = _STEPS.get(ask.said("step"))
    if step is None:
        raise Incomplete
    step(ask)
    return led(ask, "welcome")


def _sheet(ask: Ask) -> object:
    said, files = ask.said("shop"), ask.request.FILES.getlist("files")
    number = int(said) if said.isascii() and said.isdigit() else 0
    ask.caller.let(Permission.IMPORT, number)
    if not files:
        raise Incomplete
    with kept(list(files), LIMITS) as paths:
        return start_import(Given(paths, Shop.objects.get(pk=number), Scope()), ask.person.pk, ask.now)


_STEPS: Mapping[str, Callable[[Ask], object]] = {"shop": add, "sheet": _sheet}
