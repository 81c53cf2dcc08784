"""Keep the product register of a shop: what is known of an article is said once and never lost silently."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING

from django.db import transaction

from aftersale.domain.clock import SHANGHAI
from aftersale.shops.models import Product
from aftersale.shops.models.stock import StockSource
from aftersale.shops.stock import Count, count_of_sheet

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from datetime import date, datetime

    from aftersale.shops.models import Shop

_BATCH = 500
_LONGEST_NO, _LONGEST_ID = 128, 64


@dataclass(frozen=True, slots=True)
class ArticleRow:
    """Hold what somebody says of one article; a value None takes away what was known.

    `cells` are texts by column, `facts` what they state (JSON values), `origins` the column of each fact.
    `stock` counts pieces as of `stock_day`, a day of Shanghai; None there: as of today. Without `stock` what
    was counted before holds.
    """

    article_no: str
    product_id: str
    cells: Mapping[str, str | None] = field(default_factory=dict)
    facts: Mapping[str, object] = field(default_factory=dict)
    origins: Mapping[str, str | None] = field(default_factory=dict)
    stock: int | None = None
    stock_day: date | None = None

    @property
    def numbers(self) -> tuple[str, ...]:
        """Name the article by each number that it has."""
        return tuple(filter(None, (self.article_no, self.product_id)))


class Stored(StrEnum):
    """Say what became of a row."""

    NEW = "new"
    CHANGED = "changed"
    UNCHANGED = "unchanged"
    PARKED = "parked"


@dataclass(frozen=True, slots=True)
class ArticleChange:
    """Tell what changed of one article, for the journal; `before` is empty for a new one."""

    product_id: int
    numbers: tuple[str, ...]
    before: Mapping[str, object]
    after: Mapping[str, object]


@dataclass(frozen=True, slots=True)
class Counts:
    """Count what became of rows, and tell the changes; new + changed + unchanged + parked are the rows."""

    new: int = 0
    changed: int = 0
    unchanged: int = 0
    parked: int = 0
    changes: tuple[ArticleChange, ...] = ()


class _Known:
    """Find articles that the register has: by both numbers, else by the one that both sides name."""

    def __init__(self, products: Iterable[Product]) -> None:
        self._exact: dict[tuple[str, str], Product] = {}
        self._by_no: dict[str, list[Product]] = defaultdict(list)
        for product in products:
            self.add(product)

    def add(self, product: Product) -> None:
        """Remember an article."""
        self._exact[product.article_no, product.product_id] = product
        if product.article_no:
            self._by_no[product.article_no].append(product)

    def find(self, row: ArticleRow) -> Product | None:
        """Find the article of a row; one known by 商家编码 alone is the same with its 商品ID beside it."""
        exact = self._exact.get((row.article_no, row.product_id))
        if exact:
            return exact
        same = self._by_no.get(row.article_no, [])
        half = [each for each in same if not (each.product_id and row.product_id)]
        return half[0] if len(half) == len(same) == 1 else None


def _merged(before: Mapping[str, object], said: Mapping[str, object]) -> dict[str, object]:
    """Lay what is said over what was known; only a None takes anything away."""
    return {name: value for name, value in {**before, **said}.items() if value is not None}


def _said(product: Product) -> dict[str, object]:
    return {
        "product_id": product.product_id,
        "cells": dict(product.cells),
        "facts": dict(product.facts),
        "origins": dict(product.origins),
    }


def _lay_over(product: Product, row: ArticleRow) -> None:
    product.product_id = row.product_id or product.product_id
    product.cells = _merged(product.cells, row.cells)
    product.facts = _merged(product.facts, row.facts)
    product.origins = _merged(product.origins, row.origins)


@dataclass(slots=True)
class _Storing:
    shop: Shop
    now: datetime
    known: _Known
    taken: set[int] = field(default_factory=set)
    changes: list[ArticleChange] = field(default_factory=list)
    counted: dict[Stored, int] = field(default_factory=lambda: dict.fromkeys(Stored, 0))

    def take(self, row: ArticleRow) -> None:
        self.counted[self._store(row)] += 1

    def _store(self, row: ArticleRow) -> Stored:
        if not row.numbers or len(row.article_no) > _LONGEST_NO or len(row.product_id) > _LONGEST_ID:
            return Stored.PARKED
        product = self.known.find(row)
        if product is None:
            return self._add(row)
        # A second row of an article, and one with a fault, which states nothing: what is known holds.
        if product.pk in self.taken or (product.facts and not row.facts and row.stock is None):
            return Stored.PARKED
        self.taken.add(product.pk)
        return self._change(product, row)

    def _add(self, row: ArticleRow) -> Stored:
        product = Product(shop=self.shop, article_no=row.article_no, changed_at=self.now)
        _lay_over(product, row)
        product.save(force_insert=True)
        self._keep(product, row, {}, self._counted(product, row))
        self.known.add(product)
        self.taken.add(product.pk)
        return Stored.NEW

    def _change(self, product: Product, row: ArticleRow) -> Stored:
        before = _said(product)
        _lay_over(product, row)
        stock = self._counted(product, row)
        if _said(product) == before and not stock:
            return Stored.UNCHANGED
        if _said(product) != before:
            product.changed_at = self.now
            product.save(update_fields=["product_id", "cells", "facts", "origins", "changed_at"])
        self._keep(product, row, before, stock)
        return Stored.CHANGED

    def _counted(self, product: Product, row: ArticleRow) -> Mapping[str, object]:
        """Take the stock that a row says, and give what of it is new."""
        if row.stock is None:
            return {}
        day = row.stock_day or self.now.astimezone(SHANGHAI).date()
        new = count_of_sheet(product, Count(row.stock, day, StockSource.SHEET))
        return {"stock": row.stock, "stock_day": day.isoformat()} if new else {}

    def _keep(
        self,
        product: Product,
        row: ArticleRow,
        before: Mapping[str, object],
        stock: Mapping[str, object],
    ) -> None:
        numbers = dict.fromkeys((product.article_no, product.product_id, *row.numbers))
        named = tuple(filter(None, numbers))
        self.changes.append(ArticleChange(product.pk, named, before, {**_said(product), **stock}))


@transaction.atomic
def store_register(shop: Shop, rows: Sequence[ArticleRow], now: datetime) -> Counts:
    """Bring the register up to date with rows, in one transaction; other articles stay as they are.

    What a row does not say stays known. Parked are rows without number, a second row of one article, and one
    that states nothing of an article that states something.
    """
    numbers = {row.article_no for row in rows}, {row.product_id for row in rows}
    storing = _Storing(shop, now, _Known(_locked(shop, *numbers)))
    for row in rows:
        storing.take(row)
    counted = {each.value: count for each, count in storing.counted.items()}
    return Counts(**counted, changes=tuple(storing.changes))


def _locked(shop: Shop, article_nos: set[str], product_ids: set[str]) -> Iterable[Product]:
    """Read the articles that rows may speak of, held until the end of the transaction."""
    found: dict[int, Product] = {}
    mine = Product.objects.select_for_update(no_key=True).filter(shop=shop).order_by("pk")
    for column, values in (("article_no", sorted(article_nos)), ("product_id", sorted(product_ids))):
        for start in range(0, len(values), _BATCH):
            some = [each for each in values[start : start + _BATCH] if each]
            found.update((each.pk, each) for each in mine.filter(**{f"{column}__in": some}))
    return found.values()
