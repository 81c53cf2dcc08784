"""Count how much of what came back to a shop was fit for sale."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db.models import Sum

from aftersale.returns.models import Parcel, ParcelLine

if TYPE_CHECKING:
    from collections.abc import Mapping

NEWEST = 2_000
"""How many of the newest parcels are counted."""


def soundness(shop_id: int) -> Mapping[str, tuple[int, int]]:
    """Count good pieces and all pieces of the newest parcels; one query along an index."""
    newest = Parcel.objects.filter(shop_id=shop_id).order_by("-pk").values("pk")[:NEWEST]
    told = ParcelLine.objects.filter(parcel__in=newest).aggregate(good=Sum("good"), bad=Sum("bad"))
    good, bad = told["good"] or 0, told["bad"] or 0
    return {"sound_bp": (good, good + bad)}
