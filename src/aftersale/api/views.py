"""Answer calls about saved views, and count what is in them."""

from dataclasses import dataclass
from typing import Annotated, Any

from django.http import HttpResponse
from ninja import Router
from pydantic import Field, StringConstraints

from aftersale.api.access import Call
from aftersale.api.answer import answered
from aftersale.api.faults import NotHere
from aftersale.api.once import Done, once
from aftersale.api.shapes import InPath, QueueFilters, Taken, says
from aftersale.tickets.models import SavedView
from aftersale.tickets.views_saved import MOST_COUNTED, count_views, stored_filters, views_for

router = Router(tags=["views"])


@dataclass(frozen=True, slots=True)
class View:
    """Hold a saved view."""

    id: int
    name: str
    filters: dict[str, Any]
    shared: bool
    own: bool
    position: int


@dataclass(frozen=True, slots=True)
class Views:
    """Hold the views a person sees, the first hundred."""

    views: list[View]


@dataclass(frozen=True, slots=True)
class Counted:
    """Hold the number of tickets in a view."""

    id: int
    count: int


@dataclass(frozen=True, slots=True)
class Counters:
    """Hold the numbers of the first views."""

    counters: list[Counted]


@dataclass(frozen=True, slots=True)
class Gone:
    """Name what was deleted."""

    id: int


class ViewIn(Taken):
    """Keep a filter under a name."""

    name: Annotated[str, StringConstraints(min_length=1, max_length=64, pattern=r"^[^\x00]*$")]
    filters: QueueFilters
    shared: bool = False
    position: Annotated[int, Field(ge=0, le=1_000)] = 0


_MOST = 100


def _view(each: SavedView, request: Call) -> View:
    own = each.person_id == request.auth.person.pk
    return View(each.pk, each.name, dict(each.filters), each.shared, own, each.position)


@router.get("", response=says(Views))
def views(request: Call) -> HttpResponse:
    """Read the saved views of the caller, and those that colleagues share."""
    found = views_for(request.auth.person, request.auth.seen_shops())[:_MOST]
    return answered(Views([_view(each, request) for each in found]))


@router.get("/counters", response=says(Counters))
def counters(request: Call) -> HttpResponse:
    """Count the tickets of the first 20 views, in one query."""
    shops = request.auth.seen_shops()
    found = list(views_for(request.auth.person, shops)[:MOST_COUNTED])
    counted = count_views(found, shops)
    return answered(Counters([Counted(view, number) for view, number in counted.items()]))


@router.post("", response=says(View, 201))
def add(request: Call, body: ViewIn) -> HttpResponse:
    """Keep a view."""

    def work() -> Done:
        request.auth.seen_shops()
        made = SavedView.objects.create(person=request.auth.person, **_fields(body))
        return Done(_view(made, request), 201)

    return once(request, work)


@router.put("/{view_id}", response=says(View))
def change(request: Call, view_id: InPath, body: ViewIn) -> HttpResponse:
    """Change an own view."""

    def work() -> Done:
        found = _own(request, view_id)
        for name, value in _fields(body).items():
            setattr(found, name, value)
        found.save()
        return Done(_view(found, request))

    return once(request, work)


@router.delete("/{view_id}", response=says(Gone))
def remove(request: Call, view_id: InPath) -> HttpResponse:
    """Delete an own view."""

    def work() -> Done:
        _own(request, view_id).delete()
        return Done(Gone(view_id))

    return once(request, work)


def _own(request: Call, view_id: int) -> SavedView:
    request.auth.seen_shops()
    found = SavedView.objects.filter(pk=view_id, person=request.auth.person).first()
    if found is None:
        raise NotHere
    return found


def _fields(body: ViewIn) -> dict[str, Any]:
    filters = stored_filters(body.filters.filters(), body.filters.shop)
    return {"name": body.name, "filters": filters, "shared": body.shared, "position": body.position}
