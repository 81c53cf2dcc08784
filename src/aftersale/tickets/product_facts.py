"""Look up what the shop's product register says of an article."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from django.db.models import Q

from aftersale.shops.models import Product

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

_NOTHING: Mapping[str, object] = {}


class Articles:
    """Find facts by 商家编码, else by 商品ID where only one article has it."""

    def __init__(self, products: Iterable[Product]) -> None:
        known = list(products)
        counted = Counter(product.product_id for product in known if product.product_id)
        self._by_no = {product.article_no: product.facts for product in known if product.article_no}
        self._by_product = {
            product.product_id: product.facts for product in known if counted[product.product_id] == 1
        }

    def facts(self, article_no: str | None, product_id: str | None) -> Mapping[str, object]:
        """Give what is known; a ticket without 商家编码 may carry the 商品ID in its place."""
        number = article_no or ""
        found = self._by_no.get(number) or self._by_product.get(product_id or "")
        return found or self._by_product.get(number) or _NOTHING


def articles_of(shop_id: int) -> Articles:
    """Load the whole register of a shop, for many tickets."""
    return Articles(Product.objects.filter(shop_id=shop_id))


def articles_for(shop_id: int, article_no: str, product_id: str) -> Articles:
    """Load what concerns one article."""
    numbers = {number for number in (article_no, product_id) if number}
    named = Q(article_no__in=numbers) | Q(product_id__in=numbers)
    return Articles(Product.objects.filter(named, shop_id=shop_id))
