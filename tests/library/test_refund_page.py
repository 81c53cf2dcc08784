"""Hold the public refund page: complete, self-contained, dated, lawful."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import date
from html.parser import HTMLParser
from typing import TYPE_CHECKING

import pytest
from jinja2 import UndefinedError
from typer.testing import CliRunner

from aftersale.cli import app
from aftersale.domain.errors import RulebookInvalid
from aftersale.library.refund_page import RefundPage
from aftersale.library.scenes import EXCEPTIONS, PARTS
from aftersale.library.shop_card import VOID, ShopCard, shop_card
from aftersale.library.shop_folder import start
from aftersale.shops.rule_files import load_rulebook, shop_texts
from aftersale.texts import Lang, Text
from aftersale.web.report import page

if TYPE_CHECKING:
    from pathlib import Path

TODAY = date(2026, 6, 10)
BOOK = load_rulebook()
BOTH = ShopCard(name="云杉小屋", contact="在线客服 9:00-23:00", intro="不满意请先找我们。")


def html_on(on: date = TODAY, card: ShopCard = BOTH, lang: Lang = "zh") -> str:
    """Write the page of a shop without rules of its own."""
    return RefundPage(BOOK, card, on, lang).html()


class Reader(HTMLParser):
    """Collect tags, their attributes and the text of a page."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.open: list[str] = []
        self.attributes: list[tuple[str, str | None]] = []
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.attributes += attrs
        if tag != "meta":
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag


def test_the_page_stands_alone_and_is_well_formed() -> None:
    read = Reader(html_on().replace("<!doctype html>", ""))
    assert read.open == []
    assert not {"script", "link", "img", "iframe"} & set(read.tags)
    assert not {"src", "href", "onclick"} & {name for name, _ in read.attributes}
    assert "url(" not in html_on()


def test_the_page_serves_phones_print_and_dark_screens() -> None:
    html = html_on()
    for part in ("width=device-width", "@media print", "prefers-color-scheme: dark", '<html lang="zh-Hans">'):
        assert part in html


def test_the_page_says_when_how_what_to_prepare_freight_time_and_contact() -> None:
    html = html_on()
    for part in (
        "云杉小屋退款退货说明",
        "不满意请先找我们。",
        "在订单里点“申请售后”",
        "抖店：48 小时内",
        "快手：未发货 24 小时内；已发货退款 36 小时内；退货换货 48 小时内",
        "签收七天内，商品完好",
        "退货运费",
        "退货单号、寄出前照片",
        "在线客服 9:00-23:00",
        "12315",
    ):
        assert part in html


def test_every_case_tells_what_the_buyer_gets_and_by_which_clause() -> None:
    html = html_on()
    cards = re.findall(r'<article class="card">(.*?)</article>', html, flags=re.DOTALL)
    titles = [scene.title.zh for part in PARTS for scene in part.scenes] + [
        scene.title.zh for scene in EXCEPTIONS
    ]
    assert len(cards) >= len(titles)
    assert all(title in html for title in titles)
    assert all("怎么处理" in card and "《" in card for card in cards)


def test_no_case_is_left_to_bargaining() -> None:
    assert "与您商量解决" not in html_on()


@pytest.mark.parametrize(("on", "word"), [(date(2025, 5, 5), "仅退款"), (date(2025, 5, 6), "退款")])
def test_what_a_buyer_applies_for_is_called_as_on_that_day(on: date, word: str) -> None:
    assert f"<strong>{word}</strong>" in html_on(on)


def test_the_page_carries_the_day_of_its_version_and_the_fingerprint_of_its_rules() -> None:
    assert "2026-06-10 版" in html_on()
    assert BOOK.digest[:12] in html_on()


def test_a_shop_of_one_platform_reads_nothing_of_the_other() -> None:
    html = html_on(card=ShopCard(name="阿桃的杯子铺", platforms=("douyin",)))
    assert "48 小时内" in html
    assert "快手" not in html


def test_what_a_shop_says_of_itself_is_escaped() -> None:
    html = html_on(card=ShopCard(name="<b>店</b>", contact="<script>alert(1)</script>"))
    assert "<script" not in html
    assert "&lt;b&gt;店" in html


def test_a_shop_without_a_card_gets_a_page_too() -> None:
    assert "本店退款退货说明" in html_on(card=ShopCard())


def test_the_page_speaks_english_where_asked() -> None:
    html = html_on(lang="en")
    assert '<html lang="en">' in html
    assert "return and full refund" in html


def test_nothing_on_the_page_is_void_by_consumer_law() -> None:
    assert [phrase for phrase in VOID if phrase in html_on()] == []


def test_what_the_shop_adds_is_promised_with_its_amount(tmp_path: Path) -> None:
    start(tmp_path, TODAY)
    html = RefundPage(load_rulebook(tmp_path), shop_card(shop_texts(tmp_path)), TODAY, "zh").html()
    assert "本店另外承诺" in html
    assert "退款不用寄回的金额上限：¥20.00" in html
    assert "《本店售后政策》" in html
    assert "本店另外承诺" not in html_on()


def test_what_a_shop_takes_back_all_the_same_is_no_exception(tmp_path: Path) -> None:
    start(tmp_path, TODAY)
    rules = (tmp_path / "rules.yaml").read_text(encoding="utf-8")
    generous = re.sub(
        r"when: >-\n(?: {6}.+\n)+", "when: reason = 'no_reason' and custom_made\n", rules, count=1
    )
    (tmp_path / "rules.yaml").write_text(generous, encoding="utf-8")
    html = RefundPage(load_rulebook(tmp_path), BOTH, TODAY, "zh").html()
    assert [scene.title.zh in html for scene in EXCEPTIONS] == [False, True, True]


def test_a_shop_rule_with_a_void_note_makes_no_page() -> None:
    rules = list(BOOK.rules)
    rules[0] = replace(rules[0], layer="shop", note=Text(zh="特价商品不退", en="no refunds"))
    with pytest.raises(RulebookInvalid, match=r"shop\.void_clause"):
        RefundPage(replace(BOOK, rules=tuple(rules)), BOTH, TODAY, "zh")


def test_the_command_writes_the_page_where_it_is_told(tmp_path: Path) -> None:
    file = tmp_path / "退款 说明.html"
    result = CliRunner().invoke(app, ["rules", "public", "--html", str(file)])
    assert result.exit_code == 0
    assert file.read_text(encoding="utf-8").startswith("<!doctype html>")


def test_a_template_that_lacks_a_value_is_an_error() -> None:
    with pytest.raises(UndefinedError):
        page("title", "refund_page.html")
