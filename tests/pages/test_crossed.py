"""See that articles are counted by reason, and that each number opens what it counts."""

from __future__ import annotations

import io
import re
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
from django.urls import reverse
from python_calamine import CalamineWorkbook

from aftersale.domain.states import Money
from aftersale.insight.behind import since
from aftersale.insight.crossed import crossed
from tests.api.desk import make_ticket, now
from tests.pages.desk import text_of, words_of

if TYPE_CHECKING:
    from aftersale.shops.models import Shop
    from tests.pages.desk import Visitor

pytestmark = pytest.mark.django_db


def fill(shop: Shop) -> None:
    """Three of the cup, two of them broken and one paid; one of the pot with no reason told; one older."""
    recent = {"applied_at": now() - timedelta(hours=1)}
    cup = {"article_no": "CUP-350", "article": "双层玻璃杯", **recent}
    make_ticket(shop, 1, reason="damaged", **cup)
    make_ticket(shop, 2, reason="damaged", money_state=Money.PAID, amount_fen=12_900, **cup)
    make_ticket(shop, 3, reason="no_reason", **cup)
    make_ticket(shop, 4, article_no="POT-12", reason="", **recent)
    make_ticket(
        shop, 5, article_no="CUP-350", reason="damaged", applied_at=now() - timedelta(days=10, hours=1)
    )


def test_articles_are_counted_by_reason_most_first(shop: Shop) -> None:
    fill(shop)
    found = crossed([shop.pk], now(), 7)
    assert found.reasons == ("damaged", "no_reason", "")
    cup, pot = found.rows
    assert (cup.article_no, cup.tickets, dict(cup.by_reason)) == (
        "CUP-350",
        3,
        {"damaged": 2, "no_reason": 1},
    )
    assert (cup.paid_fen, cup.before) == (12_900, 1)
    assert (pot.article_no, dict(pot.by_reason), pot.before) == ("POT-12", {"": 1}, 0)
    assert (found.tickets, found.paid_fen) == (4, 12_900)


@pytest.mark.parametrize(("seconds", "counted"), [(-1, 0), (0, 1), (1, 1)])
def test_a_span_begins_at_midnight_in_shanghai(shop: Shop, seconds: int, counted: int) -> None:
    applied = since(now(), 7) + timedelta(seconds=seconds)
    make_ticket(shop, 1, article_no="CUP-350", applied_at=applied)
    assert crossed([shop.pk], now(), 7).tickets == counted


def test_reasons_beyond_the_columns_share_the_last_one(shop: Shop) -> None:
    for number in range(1, 12):
        make_ticket(shop, number, article_no="A", reason=f"r{number}", applied_at=now())
    found = crossed([shop.pk], now(), 7)
    assert len(found.reasons) == 9
    assert found.rows[0].by_reason[""] == 3


def test_another_shop_s_tickets_are_not_counted(agent: Visitor, elsewhere: Shop) -> None:
    fill(elsewhere)
    assert "这段时间没有售后申请" in words_of(agent.get("crossed"))


def test_each_number_opens_the_tickets_it_counts(agent: Visitor, shop: Shop) -> None:
    fill(shop)
    text = text_of(agent.client.get(reverse("crossed"), {"days": "30"}))
    cells = re.findall(r'<a href="([^"]*behind/pair[^"]*)">(\d+)</a>', text)
    assert [number for _address, number in cells] == ["4", "3", "1", "1"]
    for address, number in cells:
        opened = text_of(agent.client.get(address.replace("&amp;", "&")))
        assert opened.count('id="row-') == int(number)


def test_a_spoiled_address_opens_nothing(agent: Visitor) -> None:
    for key in ("x", "x:y:z"):
        assert agent.client.get(reverse("home_behind", args=["pair"]), {"key": key}).status_code == 404


def test_the_sheet_keeps_article_codes_as_text_and_holds_every_article(agent: Visitor, shop: Shop) -> None:
    for number in range(1, 33):
        make_ticket(
            shop, number, article_no=f"=1+{number:019d}", reason="damaged", applied_at=now(), amount_fen=100
        )
    assert "共 32 个" in words_of(agent.get("crossed"))
    made = agent.client.get(reverse("crossed_sheet"), {"days": "7"})
    rows = CalamineWorkbook.from_filelike(io.BytesIO(made.content)).get_sheet_by_index(0).to_python()
    assert rows[0][:3] == ["商家编码", "售后单", "上一段"]
    assert len(rows) == 33
    assert rows[1][0] == f"=1+{1:019d}"
