"""Count how soon shops make a first offer, and how buyers took talks: figures with how many they rest on."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from datetime import timedelta
from statistics import median, quantiles
from typing import TYPE_CHECKING

from django.db.models import Min, Q

from aftersale.negotiation.models import Felt, Negotiation, State
from aftersale.policy.talks.rounds import Act
from aftersale.policy.talks.terms import Side

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping
    from datetime import datetime

SPAN = timedelta(days=30)
FEW = 10
"""A ninth of ten is named from so many talks on; of fewer it would be one talk's story."""

_MOST = 10_000


@dataclass(frozen=True, slots=True)
class FirstOffers:
    """Hold how long buyers waited from applying to the first offer; `nine_of_ten` is None for few talks."""

    talks: int
    middle: timedelta | None
    nine_of_ten: timedelta | None


@dataclass(frozen=True, slots=True)
class Feelings:
    """Hold how many talks ended in the span, and how the buyer took those that somebody noted."""

    ended: int
    noted: int
    by_feeling: Mapping[str, int]


def first_offers(shops: Collection[int], now: datetime) -> FirstOffers:
    """Measure from the application to the shop's first offer, for the talks begun in thirty days."""
    first = Min(
        "offers__at",
        filter=Q(offers__side=Side.SHOP, offers__act=Act.OFFER, offers__taken_back_at=None),
    )
    begun = Negotiation.objects.filter(shop__in=shops, begun_at__gt=now - SPAN, begun_at__lte=now)
    rows = begun.annotate(first=first).exclude(first=None).order_by("-id")
    told = rows.values_list("first", "ticket__applied_at")[:_MOST]
    waits = [max(timedelta(0), said - asked) for said, asked in told]
    return FirstOffers(len(waits), median(waits) if waits else None, _nine_of_ten(waits))


def _nine_of_ten(waits: list[timedelta]) -> timedelta | None:
    if len(waits) < FEW:
        return None
    seconds = [wait.total_seconds() for wait in waits]
    return timedelta(seconds=quantiles(seconds, n=10, method="inclusive")[-1])


def feelings(shops: Collection[int], now: datetime) -> Feelings:
    """Count how buyers took the talks that ended in thirty days; what nobody noted is said to be so."""
    over = Negotiation.objects.filter(shop__in=shops, ended_at__gt=now - SPAN, ended_at__lte=now)
    found = Counter(over.exclude(state=State.OPEN).values_list("felt", flat=True))
    noted = {felt.value: found[felt.value] for felt in Felt}
    return Feelings(found.total(), sum(noted.values()), noted)
