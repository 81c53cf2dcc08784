"""Keep how often replies were copied, and how often their talks ended with an agreement."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from django.db.models import F

from aftersale.negotiation.models import ReplyCount

if TYPE_CHECKING:
    from aftersale.negotiation.models import Negotiation, ReplyUse


def count_up(used: ReplyUse, uses: int, worked: int) -> None:
    """Add to the counts of one reply; whoever calls holds the ticket."""
    kept, _ = ReplyCount.objects.get_or_create(shop_id=used.shop_id, code=used.code)
    ReplyCount.objects.filter(pk=kept.pk).update(uses=F("uses") + uses, worked=F("worked") + worked)


def count_agreed(talk: Negotiation) -> None:
    """Count every reply that was copied for a talk as one that worked; it has just been agreed."""
    codes = Counter(used.code for used in talk.uses.select_related("version"))
    # In one order, so that two talks of a shop that end at once do not wait for one another.
    for code, times in sorted(codes.items()):
        ReplyCount.objects.filter(shop_id=talk.shop_id, code=code).update(worked=F("worked") + times)
