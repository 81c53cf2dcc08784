"""Know what tickets wait for, by the product register of their shop."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db.models import Q

from aftersale.returns.classes import Due, lines_for, piece_weight
from aftersale.shops.models import Product

if TYPE_CHECKING:
    from collections.abc import Iterable

    from aftersale.returns.counted import Counted
    from aftersale.tickets.models import Ticket


def _numbers(each: Product | Ticket) -> set[str]:
    return {each.article_no, each.product_id} - {""}


class Dues:
    """Hold by which numbers articles are called, and what a piece of each weighs; one query."""

    def __init__(self, shop_id: int, told: Counted, tickets: Iterable[Ticket]) -> None:
        named = {line.article_no for line in told.lines if line.article_no}
        for ticket in tickets:
            named |= _numbers(ticket)
        rows = Product.objects.filter(Q(article_no__in=named) | Q(product_id__in=named), shop_id=shop_id)
        self._products = list(rows)
        self._weights: dict[str, int] = {}
        for product in self._products:
            grams = piece_weight(product.cells)
            if grams is not None:
                self._weights |= dict.fromkeys(_numbers(product), grams)

    def of(self, ticket: Ticket) -> Due:
        """Say what a ticket waits for: its own numbers, and what else the register calls that article."""
        key = ticket.article_no or ticket.product_id
        same = [product for product in self._products if key and key in _numbers(product)]
        return Due(frozenset(_numbers(ticket).union(*map(_numbers, same))), self._weights)


def with_article(shop_id: int, told: Counted, tickets: list[Ticket]) -> list[Ticket]:
    """Keep the tickets of whose article something lies in the parcel."""
    dues = Dues(shop_id, told, tickets)
    return [each for each in tickets if any(line.good + line.bad for line in lines_for(told, dues.of(each)))]
