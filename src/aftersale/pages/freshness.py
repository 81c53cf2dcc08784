"""Say how old the data are: by its interface until when a shop is known, else its newest import."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.db.models import Count, Max

from aftersale.connections.models import Link
from aftersale.shops.models.shop import ConnectionState
from aftersale.tickets.models import Import
from aftersale.tickets.models.intake import ImportState

if TYPE_CHECKING:
    from collections.abc import Collection
    from datetime import datetime

    from aftersale.pages.door import Ask


@dataclass(frozen=True, slots=True)
class ReadUpTo:
    """Hold until when a shop is known: by its interface, or by its newest import, whose number is given."""

    shop: str
    at: datetime
    number: int | None = None


def read_up_to(shops: Collection[int]) -> list[ReadUpTo]:
    """Give the newest import of each shop without an interface that has any, the oldest first; one query."""
    done = Import.objects.filter(shop__in=shops, kind="tickets", state=ImportState.DONE)
    done = done.exclude(shop__connection__state=ConnectionState.CONNECTED)
    newest = done.order_by().values_list("shop__name").annotate(at=Max("ended_at"), number=Count("id"))
    return sorted((ReadUpTo(*row) for row in newest if row[1]), key=lambda each: each.at)


def known_up_to(shops: Collection[int]) -> list[ReadUpTo]:
    """Give until when each connected shop is known, the oldest first; one query."""
    links = Link.objects.filter(shop__in=shops, shop__connection__state=ConnectionState.CONNECTED)
    known = links.exclude(complete_until=None).order_by("complete_until", "pk")
    rows = known.values_list("shop__name", "complete_until")
    return [ReadUpTo(name, at) for name, at in rows if at is not None]


def is_connected(ask: Ask, shop_id: int) -> bool:
    """Tell whether the platform's interface answers for a shop of the person; asks nothing anew."""
    return _state(ask, shop_id) == ConnectionState.CONNECTED


def is_shut_out(ask: Ask, shop_id: int) -> bool:
    """Tell whether the platform lets the desk in no more, so that nothing is sent; asks nothing anew."""
    return _state(ask, shop_id) == ConnectionState.UNAUTHORISED


def _state(ask: Ask, shop_id: int) -> str:
    shop = next((place.shop for place in ask.caller.places if place.shop.pk == shop_id), None)
    connection = getattr(shop, "connection", None)
    return connection.state if connection is not None else ConnectionState.NONE
