"""Keep the filters of a queue that people come back to."""

from __future__ import annotations

from dataclasses import asdict
from datetime import datetime
from typing import TYPE_CHECKING, Any

from django.db.models import Q

from aftersale.shops.models import Membership
from aftersale.tickets.models import SavedView
from aftersale.tickets.queries import Filters, counters

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from django.db.models import QuerySet

    from aftersale.shops.models import Person

MOST_COUNTED = 20
_SHOPS = "shops"


def filters_of(view: SavedView) -> Filters:
    """Read the filter of a view; a name that is no filter any more is left out."""
    return filters_from(view.filters)


def filters_from(stored: Mapping[str, Any]) -> Filters:
    """Read a stored filter."""
    known = {name: stored[name] for name in Filters.__dataclass_fields__ if stored.get(name) is not None}
    due = known.get("due_before")
    if isinstance(due, str):
        known["due_before"] = datetime.fromisoformat(due)
    return Filters(**known)


def stored_filters(filters: Filters, shops: Sequence[int]) -> dict[str, Any]:
    """Write a filter with its shops (none: every shop of whoever looks) for the database."""
    said = {name: value for name, value in asdict(filters).items() if value is not None}
    if filters.due_before is not None:
        said["due_before"] = filters.due_before.isoformat()
    return said | ({_SHOPS: list(shops)} if shops else {})


def shops_of(view: SavedView, shops: Sequence[int]) -> tuple[int, ...]:
    """Give those of a person's shops that a view looks at."""
    named = view.filters.get(_SHOPS) or shops
    return tuple(shop for shop in shops if shop in named)


def views_for(person: Person, shops: Sequence[int]) -> QuerySet[SavedView]:
    """Find the views a person sees: own ones, and those that colleagues of the same shops share."""
    colleagues = Membership.objects.filter(shop__in=shops).values("person")
    shared = Q(shared=True) & (Q(person__in=colleagues) | Q(person__is_superuser=True))
    return SavedView.objects.filter(Q(person=person) | shared).order_by("position", "id")


def count_views(views: Sequence[SavedView], shops: Sequence[int]) -> dict[int, int]:
    """Count the tickets of each view in one query, by the id of the view."""
    asked = [(shops_of(view, shops), filters_of(view)) for view in views[:MOST_COUNTED]]
    return dict(zip((view.pk for view in views), counters(asked), strict=False))
