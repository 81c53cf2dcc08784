"""Hold what judging the tickets of one shop needs, loaded once for many notices."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from django.db import connection

from aftersale.shops.rulebooks import judge_of, remember
from aftersale.tickets.judging import Verdicts
from aftersale.tickets.product_facts import articles_of
from aftersale.tickets.shared import Sharing

if TYPE_CHECKING:
    from datetime import datetime

    from aftersale.policy.decide import Judge
    from aftersale.shops.models import Shop
    from aftersale.tickets.product_facts import Articles


@dataclass(frozen=True, slots=True)
class Bench:
    """Hold a shop, its rulebook and register; `vendor` is the kind of database that the rows are for."""

    shop: Shop
    judge: Judge
    articles: Articles
    vendor: str
    verdicts: Verdicts = field(default_factory=Verdicts)
    sharing: Sharing = field(default_factory=Sharing)


def bench_for(shop: Shop, now: datetime) -> Bench:
    """Load rulebook and register of a shop, and keep the rulebook by its digest."""
    judge = judge_of(shop.pk, now)
    remember(judge, shop.pk, now)
    return Bench(shop, judge, articles_of(shop.pk), connection.vendor)
