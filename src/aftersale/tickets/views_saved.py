"""Keep the filters of a queue that people come back to."""

from __future__ import annotations

from dataclasses import asdict
from datetime import datetime
from typing import TYPE_CHECKING, Any

from django.db import transaction
from django.db.models import Max, Q

from aftersale.domain.errors import AftersaleError
from aftersale.shops.models import Membership
from aftersale.texts import Text
from aftersale.tickets.models import SavedView
from aftersale.tickets.models.ticket import Lane
from aftersale.tickets.queries import Filters, counters
from aftersale.tickets.tabs import LANE_OF, Tab

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from django.db.models import QuerySet

    from aftersale.shops.models import Person

MOST_COUNTED = 20
_SHOPS, _ASKED = "shops", "asked"


class ViewInvalid(AftersaleError):
    """Refuse a view without a name."""

    def __init__(self) -> None:
        super().__init__(
            "view.name",
            Text(zh="视图要有名字，最多 64 个字。", en="A view needs a name of at most 64 characters."),
            Text(zh="起个一看就懂的名字，如“破损件”。", en="Give it a name that says what is in it."),
        )


def keep(person: Person, name: str, asked: Mapping[str, str], *, shared: bool) -> SavedView:
    """Keep an address of the queue as a view, after the person's others; raises ViewInvalid.

    The address is kept as it stands: who is meant by "mine" and until when "within an hour" reaches depends
    on who looks, and when. What does not depend on that stands beside it as a filter for programs.
    """
    last = SavedView.objects.filter(person=person).aggregate(last=Max("position"))["last"]
    return SavedView.objects.create(
        person=person,
        name=_named(name),
        filters={**_lasting(asked), _ASKED: dict(asked)},
        shared=shared,
        position=0 if last is None else min(last + 1, _LAST),
    )


_LAST, _LONGEST = 32_767, 64
# What an address says, under the name that a filter has for it; the rest depends on who looks and when.
_SAME = {"reason": "reason", "claim": "apply_type", "article": "article_no"}


def _lasting(asked: Mapping[str, str]) -> dict[str, Any]:
    found: dict[str, Any] = {_SAME[name]: value for name, value in asked.items() if name in _SAME and value}
    tab = asked.get("tab", "")
    if tab in set(Tab):
        found |= {"tab": tab, "lane": LANE_OF[Tab(tab)].value}
    elif tab in set(Lane):
        found["lane"] = tab
    return found


def _named(name: str) -> str:
    if not name.strip() or len(name) > _LONGEST or "\0" in name:
        raise ViewInvalid
    return name.strip()


def asked_by(view: SavedView) -> Mapping[str, str] | None:
    """Give the address that a view keeps; None for one that a program made."""
    asked = view.filters.get(_ASKED)
    return asked if isinstance(asked, dict) else None


def rename(view: SavedView, name: str, *, shared: bool) -> None:
    """Change the name of a view, and who sees it; raises ViewInvalid."""
    view.name, view.shared = _named(name), shared
    view.save(update_fields=["name", "shared"])


def move(view: SavedView, by: int) -> None:
    """Put a view before (-1) or after (+1) its neighbour among the person's own."""
    with transaction.atomic():
        own = list(SavedView.objects.filter(person_id=view.person_id).order_by("position", "id"))
        place = next(number for number, each in enumerate(own) if each.pk == view.pk)
        other = max(0, min(place + by, len(own) - 1))
        own.insert(other, own.pop(place))
        for number, each in enumerate(own):
            each.position = number
        SavedView.objects.bulk_update(own, ["position"])


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
