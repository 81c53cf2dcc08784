"""What is in stock decides which ways a ticket has, and the page says what the register knows of it."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from aftersale.api.costs import costs_of
from aftersale.domain.clock import SHANGHAI
from aftersale.domain.roles import Role
from aftersale.pages.reply_values import ground_of, options_for
from aftersale.shops.models import Product, Stock
from aftersale.shops.models.stock import StockSource
from aftersale.shops.stock import Count, count
from aftersale.tickets.fact_answers import answer as say_fact
from aftersale.tickets.models import Ticket
from tests.api.desk import answer, caller, now
from tests.pages.desk import words_of
from tests.tickets.taking.notices import APPLIED, ASKED, took

if TYPE_CHECKING:
    from aftersale.shops.models import Person, Shop
    from tests.pages.desk import Visitor

pytestmark = pytest.mark.django_db


def opened(by: Visitor, ticket: Ticket) -> str:
    return words_of(by.get("costs", ticket.pk, part=True, open="1"))


def counted(ticket: Ticket, pieces: int, days: int = 0) -> Stock:
    article = Product.objects.create(shop=ticket.shop, article_no=ticket.article_no, changed_at=now())
    day = (now() - timedelta(days=days)).astimezone(SHANGHAI).date()
    count(article, Count(pieces, day, StockSource.SHEET))
    return Stock.objects.get(product=article)


def wants_exchange(shop: Shop) -> Ticket:
    """Take in a ticket that asks for an exchange, which may always be given."""
    facts = {
        **ASKED.facts,
        "apply_type": "exchange",
        "reason": "wrong_item",
        "shipped": True,
        "paid_at": APPLIED - timedelta(days=5),
        "shipped_at": APPLIED - timedelta(days=4),
        "signed_at": APPLIED - timedelta(days=2),
    }
    took(shop, [replace(ASKED, claim="换货", facts=facts)])
    return Ticket.objects.get(shop=shop)


def test_without_a_count_goods_are_taken_to_be_there_and_that_is_said(agent: Visitor, shop: Shop) -> None:
    ticket = wants_exchange(shop)
    said = opened(agent, ticket)
    assert "这件商品没登记库存，按有货算" in said
    assert "exchange" in {each.way.name for each in costs_of(ticket, now()).ways}  # type: ignore[union-attr]


def test_what_is_out_of_stock_is_not_offered_and_says_why(agent: Visitor, shop: Shop) -> None:
    ticket = wants_exchange(shop)
    counted(ticket, 0, days=8)
    said = opened(agent, ticket)
    assert "没货，办不了：换货" in said
    assert "库存还有 0 件（登记 0 件，售后单占用 0 件；商品信息表" in said
    assert "这个库存数是 8 天前的，可能变了（过 7 天算旧：默认估计，没有实测）" in said
    assert "按有货算" not in said
    found = costs_of(ticket, now())
    assert found
    assert found.short == ("exchange",)
    assert "exchange" not in {each.way.name for each in found.ways}


def test_what_is_out_of_stock_is_not_prepared_for_the_buyer(agent: Visitor, shop: Shop) -> None:
    ticket = wants_exchange(shop)
    say_fact(ticket, "wrong_item", value=True, person_id=agent.person.pk, now=now())
    ticket.refresh_from_db()
    stock = counted(ticket, 1)
    assert "exchange" in {each.way for each in options_for(ground_of(ticket, now()))}
    Stock.objects.filter(pk=stock.pk).update(taken=1)
    ways = [each.way for each in options_for(ground_of(ticket, now()))]
    assert ways
    assert "exchange" not in ways


def test_from_when_on_a_count_is_old_is_a_figure_of_the_shop(
    lead: Visitor, agent: Visitor, shop: Shop
) -> None:
    ticket = wants_exchange(shop)
    counted(ticket, 2, days=8)
    form = {"name": "stock_days", "value": "10", "since": "2026-01-01", "source": "每周盘点"}
    lead.post("settings_costs_figure", shop.pk, **form)
    said = opened(agent, ticket)
    assert "库存还有 2 件" in said
    assert "天前的" not in said
    assert "10 天" in words_of(lead.get("settings_costs_shop", shop.pk))


def test_the_last_piece_is_not_promised_twice_and_the_form_says_what_to_do(
    agent: Visitor, shop: Shop
) -> None:
    ticket = wants_exchange(shop)
    counted(ticket, 0)
    refused = agent.post(
        "approve", ticket.pk, part=True, verb="agree_exchange", sequence=str(ticket.sequence)
    )
    assert refused.status_code == 422
    assert "登记的库存已经没有了" in words_of(refused)
    assert "改库存" in words_of(refused)


def test_a_program_reads_the_stock_and_what_it_leaves_out(people: dict[Role, Person], shop: Shop) -> None:
    ticket = wants_exchange(shop)
    counted(ticket, 0)
    told = answer(caller(people[Role.AGENT]).get(f"/tickets/{ticket.pk}/costs"))
    assert told["out_of_stock"] == ["exchange"]
    assert (told["stock"]["left"], told["stock"]["origin"], told["stock"]["old"]) == (0, "sheet", False)
