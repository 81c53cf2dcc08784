"""Keep the filters people come back to: save, name, share, order, delete."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING
from urllib.parse import parse_qsl

from django.http import HttpResponseRedirect
from django.urls import reverse
from django.views.decorators.http import require_POST

from aftersale.api.faults import NotHere
from aftersale.pages.asked import Asked, of_stored
from aftersale.pages.door import Ask, page, shown
from aftersale.tickets import views_saved
from aftersale.tickets.models import SavedView
from aftersale.tickets.queries import counters
from aftersale.tickets.views_saved import MOST_COUNTED, views_for
from aftersale.web.environment import say as _

if TYPE_CHECKING:
    from collections.abc import Mapping

    from django.http import HttpResponse

_MOVES = {"up": -1, "down": 1}
_LONGEST = 64


@dataclass(frozen=True, slots=True)
class Chip:
    """Hold a saved view as it stands above the queue: its name, address and number of tickets."""

    view: SavedView
    address: str
    count: int | None
    own: bool
    here: bool


def chips(ask: Ask, here: str = "") -> list[Chip]:
    """Count the first views of a person in one query; those that programs made have no address."""
    seen = ask.caller.seen_shops()
    kept = [
        (view, views_saved.asked_by(view)) for view in views_for(ask.person, seen).select_related("person")
    ]
    found = [(view, of_stored(asked)) for view, asked in kept if asked is not None]
    first = found[:MOST_COUNTED]
    counted = counters([(asked.shops(seen), asked.filters(ask.person.pk, ask.now)) for _view, asked in first])
    numbers: list[int | None] = [*counted, *[None] * (len(found) - len(first))]
    return [
        Chip(view, asked.address(), number, view.person_id == ask.person.pk, asked.address() == here)
        for (view, asked), number in zip(found, numbers, strict=True)
    ]


@page
def views(ask: Ask) -> HttpResponse:
    """List saved views; when sent, keep the filter of the address under a name."""
    if ask.request.method == "POST":
        asked = _asked(ask.said("query"))
        views_saved.keep(ask.person, ask.said("name"), _stored(asked), shared=bool(ask.said("shared")))
        ask.tell(_("Kept as a view."))
        return HttpResponseRedirect(f"{reverse('queue')}?{asked.address()}")
    return shown(ask, "views.html", chips=chips(ask))


def _asked(query: str) -> Asked:
    told = {name: value[:_LONGEST].replace("\0", "") for name, value in parse_qsl(query)}
    return of_stored(told)


def _stored(asked: Asked) -> Mapping[str, str]:
    return {name: getattr(asked, name) for name in Asked.__dataclass_fields__ if getattr(asked, name)}


@require_POST
@page
def change(ask: Ask, view_id: int) -> HttpResponse:
    """Rename, share, order or delete an own view."""
    view = SavedView.objects.filter(pk=view_id, person=ask.person).first()
    if view is None:
        raise NotHere
    do = ask.said("do")
    if do == "delete":
        view.delete()
    elif do in _MOVES:
        views_saved.move(view, _MOVES[do])
    else:
        views_saved.rename(view, ask.said("name"), shared=bool(ask.said("shared")))
    return HttpResponseRedirect(reverse("views"))
