"""Say how old the data are of shops whose tickets come as sheets."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.db.models import Count, Max

from aftersale.shops.models.shop import ConnectionState
from aftersale.tickets.models import Import
from aftersale.tickets.models.intake import ImportState

if TYPE_CHECKING:
    from collections.abc import Collection
    from datetime import datetime


@dataclass(frozen=True, slots=True)
class ReadUpTo:
    """Hold the newest import of one shop and its number."""

    shop: str
    at: datetime
    number: int


def read_up_to(shops: Collection[int]) -> list[ReadUpTo]:
    """Give the newest import of each shop that has any, the oldest first; one query."""
    done = Import.objects.filter(shop__in=shops, kind="tickets", state=ImportState.DONE)
    done = done.exclude(shop__connection__state=ConnectionState.CONNECTED)
    newest = done.order_by().values_list("shop__name").annotate(at=Max("ended_at"), number=Count("id"))
    return sorted((ReadUpTo(*row) for row in newest if row[1]), key=lambda each: each.at)
