from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import pytest

from aftersale.sandbox.scale import facts_stream
from tests.insight.runs import generous_where, run, ticket, write_lines, write_sheets
from tests.policy.books import book

if TYPE_CHECKING:
    from pathlib import Path

    from aftersale.texts import Lang

STREAM: list[dict[str, Any]] = list(facts_stream(31, 300))


def page(folder: Path, *tickets: Path, when: str = "received", lang: Lang = "zh") -> str:
    target = folder / "报告 1.html"
    found = run(*tickets, after=generous_where(when), html=target, lang=lang)
    assert str(target) in found.screen.replace("\n", "")
    return target.read_text(encoding="utf-8")


@pytest.fixture
def lines(tmp_path: Path) -> Path:
    return write_lines(tmp_path / "s.jsonl", STREAM)


def test_the_page_needs_nothing_from_outside_and_no_script(tmp_path: Path, lines: Path) -> None:
    html = page(tmp_path, lines)
    assert not re.search(r"https?:|//[a-z]|<script|<link|<img|src=|url\(|@import", html)
    assert html.count("<svg") > 10


def test_the_page_speaks_the_language_asked_for(tmp_path: Path, lines: Path) -> None:
    chinese, english = page(tmp_path, lines), page(tmp_path, lines, lang="en")
    assert '<html lang="zh-Hans">' in chinese
    assert "SHOP-77 这些商品直接退款" in chinese
    assert '<html lang="en">' in english
    assert "SHOP-77 Refund these at once" in english
    assert not re.search(
        r"[一-鿿]", re.sub(r"<li>By:.*?</li>|<style>.*?</style>", "", english, flags=re.DOTALL)
    )


def test_bars_are_as_long_as_their_share(tmp_path: Path) -> None:
    tickets = [ticket(1), ticket(2), ticket(3, reason="damaged"), ticket(4, apply_type="repair")]
    html = page(tmp_path, write_lines(tmp_path / "t.jsonl", tickets))
    by_reason = html[html.index("按原因") : html.index("按商品")]
    assert re.findall(r'class="then" width="([\d.]+)%"', by_reason) == ["100.0", "50.0"]


def test_a_text_of_a_file_is_never_taken_for_markup(tmp_path: Path) -> None:
    tickets = [ticket(1, article_no="<b>&'\""), "<i>no json"]
    html = page(tmp_path, write_lines(tmp_path / "t.jsonl", tickets))
    assert "&lt;b&gt;&amp;" in html
    assert "<b>&" not in html


def test_the_page_of_equal_rulebooks_says_that_nothing_changes(tmp_path: Path, lines: Path) -> None:
    target = tmp_path / "same.html"
    run(lines, after=book(), html=target)
    html = target.read_text(encoding="utf-8")
    assert "两套规则对这些单子的处理完全一样" in html
    assert "按规则" not in html
    assert "不变的" in html


def test_the_page_of_an_export_names_no_buyer_and_says_that_the_data_is_generated(tmp_path: Path) -> None:
    paths = write_sheets(tmp_path)
    html = page(tmp_path, *paths)
    assert "演示数据，全部虚构" in html
    header, *rows = [line.split(",") for line in paths[1].read_text(encoding="gb18030").splitlines()]
    private = [
        at for at, title in enumerate(header) if re.search("收件人|手机|详细地址|街道|买家|昵称", title)
    ]
    assert private
    values = {row[at].strip() for row in rows for at in private if len(row) == len(header)}
    assert not [value for value in values if len(value) > 2 and value in html]


def test_json_and_page_can_be_asked_for_together(tmp_path: Path, lines: Path) -> None:
    target = tmp_path / "both.html"
    found = run(lines, after=generous_where("received"), as_json=True, html=target)
    assert found.json["tickets"] == len(STREAM)
    assert found.screen == ""
    assert target.read_text(encoding="utf-8").startswith("<!doctype html>")
