"""A piece is held within the stock that was counted, once a ticket, and is there again when given back."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, date, datetime
from functools import partial
from typing import TYPE_CHECKING

import pytest
from django.db import IntegrityError, connection, connections, transaction

from aftersale.shops import stock as flows
from aftersale.shops.models import Product, Stock, StockHeld
from aftersale.shops.models.stock import StockSource
from aftersale.shops.register import ArticleRow, store_register
from aftersale.shops.stock import Count, StockGone
from tests.api.desk import make_shop

if TYPE_CHECKING:
    from aftersale.shops.models import Shop

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 5, 10, 4, tzinfo=UTC)
SAID = Count(2, date(2026, 5, 10), StockSource.PAGE)


@pytest.fixture
def shop() -> Shop:
    return make_shop("有货店")


@pytest.fixture
def cup(shop: Shop) -> Product:
    return Product.objects.create(shop=shop, article_no="CUP", product_id="31", changed_at=NOW)


def counted(product: Product, said: Count = SAID) -> Stock:
    flows.count(product, said)
    return Stock.objects.get(product=product)


def left(product: Product) -> int:
    return Stock.objects.get(product=product).left


def test_no_more_pieces_are_held_than_there_are_and_one_ticket_holds_one(cup: Product) -> None:
    stock = counted(cup)
    assert flows.hold(stock, 1, 11, NOW)
    assert flows.hold(stock, 1, 12, NOW) is None
    assert flows.hold(stock, 2, 13, NOW)
    with pytest.raises(StockGone) as gone:
        flows.hold(stock, 3, 14, NOW)
    assert "2026-05-10 登记 2 件，占用 2 件" in gone.value.message.zh
    assert (left(cup), StockHeld.objects.count()) == (0, 2)


def test_what_is_given_back_is_there_again_once(cup: Product) -> None:
    held = flows.hold(counted(cup), 1, 11, NOW)
    assert held
    assert flows.give_back(held, NOW)
    assert not flows.give_back(held, NOW)
    assert left(cup) == 2


def test_a_piece_that_was_held_before_a_new_count_changes_nothing_of_it(cup: Product) -> None:
    held = flows.hold(counted(cup), 1, 11, NOW)
    assert held
    counted(cup, replace(SAID, pieces=5))
    flows.give_back(held, NOW)
    assert left(cup) == 5
    flows.count(cup, None)
    again = counted(cup, replace(SAID, pieces=1))
    assert again.counting > held.counting


def test_the_database_itself_holds_no_piece_beyond_the_stock(cup: Product) -> None:
    stock = counted(cup)
    with pytest.raises(IntegrityError), transaction.atomic():
        Stock.objects.filter(pk=stock.pk).update(taken=3)


def test_the_stock_of_a_ticket_is_found_by_the_number_that_it_has(shop: Shop, cup: Product) -> None:
    stock = counted(cup)
    assert flows.stock_of(shop.pk, "CUP", "") == stock
    assert flows.stock_of(shop.pk, "", "31") == stock
    assert flows.stock_of(shop.pk, "31", "") == stock
    assert flows.stock_of(shop.pk, "MUG", "") is None
    Product.objects.create(shop=shop, article_no="MUG", product_id="31", changed_at=NOW)
    assert flows.stock_of(shop.pk, "CUP", "31") == stock
    assert flows.stock_of(shop.pk, "", "31") is None


def test_the_same_sheet_once_more_and_an_older_one_change_no_count(shop: Shop, cup: Product) -> None:
    said = ArticleRow("CUP", "31", stock=4, stock_day=date(2026, 5, 9))
    assert store_register(shop, [said], NOW).changed == 1
    flows.hold(Stock.objects.get(), 1, 11, NOW)
    older = replace(said, stock=9, stock_day=date(2026, 5, 8))
    for row in (said, older):
        assert store_register(shop, [row], NOW).unchanged == 1
    assert left(cup) == 3
    counts = store_register(shop, [replace(said, stock_day=None)], NOW)
    assert counts.changes[0].after["stock_day"] == "2026-05-10"
    assert left(cup) == 4


@pytest.mark.django_db(transaction=True)
def test_of_many_at_once_only_as_many_hold_a_piece_as_there_are() -> None:
    cup = Product.objects.create(shop=make_shop("抢着换"), article_no="CUP", changed_at=NOW)
    stock = counted(cup)
    # A database in memory belongs to one connection; there the tickets take turns.
    if connection.vendor == "postgresql":
        with ThreadPoolExecutor(6) as pool:
            held = sum(pool.map(partial(_elsewhere, stock), range(12)))
    else:
        held = sum(_held(stock, ticket) for ticket in range(12))
    assert (held, left(cup), StockHeld.objects.count()) == (2, 0, 2)


def _elsewhere(stock: Stock, ticket: int) -> bool:
    try:
        return _held(stock, ticket)
    finally:
        connections.close_all()


def _held(stock: Stock, ticket: int) -> bool:
    try:
        return flows.hold(Stock.objects.get(pk=stock.pk), ticket, ticket, NOW) is not None
    except StockGone:
        return False
