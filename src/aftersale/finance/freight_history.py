"""Sum up what returns have cost a shop in freight, by its own ledger."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from django.db.models import Count, Sum

from aftersale.domain.money_legs import LegKind, month_text
from aftersale.finance.models import MoneyLeg

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

NEWEST, SPAN = 2_000, timedelta(days=365)
"""How many of the newest legs are summed, and how far back."""


def return_freight(shop_id: int, now: datetime) -> Mapping[str, tuple[int, int]]:
    """Give the fen and the number of tickets whose way back was paid; one taken back whole is no case."""
    since = month_text(now - SPAN)
    legs = MoneyLeg.objects.filter(shop_id=shop_id, month__gte=since, kind=LegKind.RETURN_FREIGHT)
    newest = legs.exclude(ticket=None).order_by("-pk").values("pk")[:NEWEST]
    paid = MoneyLeg.objects.filter(pk__in=newest).values("ticket").annotate(sum=Sum("fen")).filter(sum__gt=0)
    told = paid.aggregate(total=Sum("sum"), cases=Count("ticket"))
    return {"return_freight_fen": (told["total"] or 0, told["cases"])}
