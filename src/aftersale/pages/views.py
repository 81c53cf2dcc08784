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
    from collections.abc import Mapping, Sequence

    from django.http import HttpResponse

    from aftersale.tickets.queries import Filters

_MOVES = {"up": -1, "down": 1}
_LONGEST = 64


@dataclass(frozen=True, slots=True)
class Chip:
    """Hold a view as it stands above the queue: its name, address and number of tickets.

    One that every desk has is no saved view.
    """

    name: str
    address: str
    count: int | None
    here: bool
    view: SavedView | None = None
    own: bool = False


@dataclass(frozen=True, slots=True)
class Wanted:
    """Hold one view before it is counted."""

    name: str
    asked: Asked
    view: SavedView | None = None


def _standing() -> list[Wanted]:
    """Name the views that every desk has: what is answered first, and what money waits for."""
    return [
        Wanted(_("Sensitive reasons"), Asked(reason="sensitive")),
        Wanted(_("Refund failed"), Asked(tab="open", money="failed")),
        Wanted(_("Outcome to be confirmed"), Asked(tab="open", money="unknown")),
    ]


def wanted_of(ask: Ask) -> list[Wanted]:
    """List the standing views and those a person sees; what programs made has no address."""
    seen = ask.caller.seen_shops()
    kept = views_for(ask.person, seen).select_related("person")
    saved = [(view, views_saved.asked_by(view)) for view in kept]
    return [
        *_standing(),
        *(Wanted(view.name, of_stored(asked), view) for view, asked in saved if asked is not None),
    ]


def counting(ask: Ask, wanted: Sequence[Wanted]) -> list[tuple[tuple[int, ...], Filters]]:
    """Say what has to be counted for the first views; the later ones have no number."""
    seen = ask.caller.seen_shops()
    first = wanted[: len(_standing()) + MOST_COUNTED]
    return [(each.asked.shops(seen), each.asked.filters(ask.person.pk, ask.now)) for each in first]


def chips_of(ask: Ask, wanted: Sequence[Wanted], numbers: Sequence[int], here: str = "") -> list[Chip]:
    """Make chips of counted views; a standing one that holds nothing is left out, unless one looks at it."""
    counted: list[int | None] = [*numbers, *[None] * (len(wanted) - len(numbers))]
    found = [
        Chip(
            each.name,
            each.asked.address(),
            number,
            each.asked.address() == here,
            each.view,
            each.view is not None and each.view.person_id == ask.person.pk,
        )
        for each, number in zip(wanted, counted, strict=True)
    ]
    return [chip for chip in found if chip.view or chip.count or chip.here]


@page
def views(ask: Ask) -> HttpResponse:
    """List saved views; when sent, keep the filter of the address under a name."""
    if ask.request.method == "POST":
        asked = _asked(ask.said("query"))
        views_saved.keep(ask.person, ask.said("name"), _stored(asked), shared=bool(ask.said("shared")))
        ask.tell(_("Kept as a view."))
        return HttpResponseRedirect(f"{reverse('queue')}?{asked.address()}")
    saved = [each for each in wanted_of(ask) if each.view]
    numbers = counters(counting(ask, saved))
    return shown(ask, "views.html", chips=chips_of(ask, saved, numbers))


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
