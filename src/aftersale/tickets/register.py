"""Keep the product register of a shop: the newest word on an article replaces what stood there."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.db import transaction

from aftersale.evidence.journal import Entry, Subject, record
from aftersale.shops.models import Product

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime

    from aftersale.channels.register.read import Article
    from aftersale.shops.models import Person


@dataclass(frozen=True, slots=True)
class Kept:
    """Count what came of articles."""

    new: int
    changed: int
    unchanged: int


def keep_articles(shop_id: int, articles: Iterable[Article], person: Person, now: datetime) -> Kept:
    """Store articles of a shop, one event for each that is new or says something else."""
    known = {(each.article_no, each.product_id): each for each in Product.objects.filter(shop_id=shop_id)}
    counts = {"new": 0, "changed": 0, "unchanged": 0}
    with transaction.atomic():
        for article in articles:
            counts[_keep(shop_id, known, article, person, now)] += 1
    return Kept(**counts)


def _keep(
    shop_id: int, known: dict[tuple[str, str], Product], article: Article, person: Person, now: datetime
) -> str:
    key = (article.article_no or "", article.product_id or "")
    said = {"cells": dict(article.cells), "facts": dict(article.facts), "origins": dict(article.origins)}
    product = known.get(key)
    if product and said == {name: getattr(product, name) for name in said}:
        return "unchanged"
    what = "changed" if product else "new"
    product = product or Product(shop_id=shop_id, article_no=key[0], product_id=key[1])
    product.cells, product.facts, product.origins = said["cells"], said["facts"], said["origins"]
    product.changed_at = now
    product.save()
    known[key] = product
    subject = Subject(shop_id, "product", product.pk, str(product))
    record(
        subject,
        Entry(f"product_{what}", now, person.pk, {"article_no": key[0], "product_id": key[1], **said}),
    )
    return what
