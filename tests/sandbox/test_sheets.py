from __future__ import annotations

import csv
import json
from datetime import datetime
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from python_calamine import CalamineWorkbook

from aftersale.domain.clock import SHANGHAI
from aftersale.sandbox import headers, sheets
from aftersale.sandbox.demo import SEED, write_demo
from aftersale.sandbox.world import make_world

if TYPE_CHECKING:
    from collections.abc import Callable

    from aftersale.sandbox.model import Shop, World

    Writer = Callable[[World, Shop, Path], int]

NOW = datetime(2026, 6, 10, 9, tzinfo=SHANGHAI)
WORLD = make_world(7, NOW)
PLATFORM = json.loads(Path(__file__).with_name("platform_headers.json").read_text(encoding="utf-8"))
WRITERS: list[tuple[Writer, str, str, str]] = [
    (sheets.write_douyin_after_sales, "home", "utf-8-sig", "订单备注"),
    (sheets.write_douyin_orders, "home", "gb18030", "商家备注"),
    (sheets.write_kuaishou_after_sales, "source_ks", "gb18030", "商家备注"),
    (sheets.write_kuaishou_orders, "source_ks", "gb18030", "订单备注"),
]


def read(path: Path, encoding: str) -> list[dict[str, str]]:
    with path.open(encoding=encoding, newline="") as file:
        return list(csv.DictReader(file))


def douyin(tmp_path: Path, key: str = "home") -> list[dict[str, str]]:
    path = tmp_path / "sheet.csv"
    sheets.write_douyin_after_sales(WORLD, WORLD.shop(key), path)
    return read(path, "utf-8-sig")


def kuaishou(tmp_path: Path, key: str = "source_ks") -> list[dict[str, str]]:
    path = tmp_path / "sheet.csv"
    sheets.write_kuaishou_after_sales(WORLD, WORLD.shop(key), path)
    return read(path, "gb18030")


def test_the_columns_are_those_of_the_platforms() -> None:
    assert list(headers.DOUYIN_AFTER_SALES) == PLATFORM["douyin_after_sales"]
    assert list(headers.DOUYIN_ORDERS) == PLATFORM["douyin_orders"]
    assert list(headers.KUAISHOU_ORDERS) == PLATFORM["kuaishou_orders"]
    assert set(headers.KUAISHOU_AFTER_SALES) - {"商家备注"} == set(PLATFORM["kuaishou_after_sales_known"])


@pytest.mark.parametrize(("write", "key", "encoding", "remark"), WRITERS)
def test_a_sheet_has_its_header_its_encoding_and_says_that_it_is_a_demo(
    tmp_path: Path, write: Writer, key: str, encoding: str, remark: str
) -> None:
    path = tmp_path / "sheet.csv"
    count = write(WORLD, WORLD.shop(key), path)
    rows = read(path, encoding)
    assert len(rows) == count > 60
    assert all(None not in row and None not in row.values() for row in rows)
    assert {row[remark] for row in rows} == {"演示数据"}
    assert path.read_bytes().startswith(b"\xef\xbb\xbf") == (encoding == "utf-8-sig")


@pytest.mark.parametrize("suffix", ["csv", "xlsx"])
@pytest.mark.parametrize(("write", "key"), [(write, key) for write, key, _, _ in WRITERS])
def test_the_same_seed_writes_the_same_bytes(tmp_path: Path, write: Writer, key: str, suffix: str) -> None:
    digests = set()
    for name in ("one", "two"):
        world = make_world(7, NOW, tickets=200)
        path = tmp_path / f"{name}.{suffix}"
        write(world, world.shop(key), path)
        digests.add(sha256(path.read_bytes()).hexdigest())
    assert len(digests) == 1


@pytest.mark.parametrize("field", [name for name in headers.DOUYIN_AFTER_SALES if name.endswith("单号")])
def test_a_douyin_id_stands_behind_a_tab(tmp_path: Path, field: str) -> None:
    values = {row[field] for row in douyin(tmp_path)}
    assert values
    assert all(value == "-" or value.startswith("\t") for value in values)


def test_a_douyin_ticket_number_has_19_digits(tmp_path: Path) -> None:
    numbers = [row["售后单号"].strip() for row in douyin(tmp_path)]
    assert all(number.isdigit() and len(number) == 19 for number in numbers)
    assert len(set(numbers)) == len(numbers)


def test_douyin_writes_a_dash_where_nothing_is(tmp_path: Path) -> None:
    rows = douyin(tmp_path)
    assert all(value for row in rows for value in row.values())
    assert {row["售后完结时间"] for row in rows if row["售后状态"] == "待商家处理"} == {"-"}


def test_open_douyin_tickets_have_a_deadline_after_now_and_final_ones_none(tmp_path: Path) -> None:
    for row in douyin(tmp_path):
        final = row["售后状态"] in {"同意退款，退款成功", "售后关闭", "换货成功", "补寄成功"}
        assert (row["自动处理截止时间"] == "-") == final
        assert final or row["自动处理截止时间"] > "2026-06-10 09:00:00"


def test_kuaishou_money_has_a_yen_sign_and_thousands_commas(tmp_path: Path) -> None:
    amounts = {row["退款金额"] for row in kuaishou(tmp_path)}
    assert all(amount.startswith("¥") for amount in amounts)
    path = tmp_path / "orders.csv"
    sheets.write_kuaishou_orders(make_world(7, NOW, tickets=5000), WORLD.shop("home_ks"), path)
    assert any("," in row["实付款"] for row in read(path, "gb18030"))


def test_the_sheet_shop_has_61_rows_of_which_two_were_spoilt_in_excel(tmp_path: Path) -> None:
    rows = kuaishou(tmp_path)
    assert len(rows) == 61
    assert sum("E+15" in row["售后单号"] for row in rows) == 1
    assert sum(row["售后申请时间"] == "2025-13-45 08:00:00" for row in rows) == 1


def test_a_shop_with_an_api_has_no_spoilt_row(tmp_path: Path) -> None:
    rows = kuaishou(tmp_path, "home_ks")
    assert all(row["售后单号"].isdigit() and row["售后申请时间"].startswith("2026-0") for row in rows)


def test_a_workbook_keeps_ids_as_text(tmp_path: Path) -> None:
    path = tmp_path / "sheet.xlsx"
    shop = WORLD.shop("home_ks")
    sheets.write_kuaishou_after_sales(WORLD, shop, path)
    header, *rows = CalamineWorkbook.from_path(path).get_sheet_by_index(0).to_python()
    assert header == list(headers.KUAISHOU_AFTER_SALES)
    assert {row[0] for row in rows} == {ticket.ticket_no for ticket in WORLD.tickets_of(shop)}


def test_no_sheet_shows_the_truth(tmp_path: Path) -> None:
    stories = [ticket.truth.story for ticket in WORLD.tickets if ticket.truth.story]
    for write, key, encoding, _ in WRITERS:
        path = tmp_path / "sheet.csv"
        write(WORLD, WORLD.shop(key), path)
        text = path.read_text(encoding=encoding)
        assert not any(one in text for one in stories)


def test_receivers_are_masked_in_every_order_sheet(tmp_path: Path) -> None:
    path = tmp_path / "orders.csv"
    sheets.write_douyin_orders(WORLD, WORLD.shop("home"), path)
    assert all(row["收件人"].startswith("##") for row in read(path, "gb18030"))


def test_every_line_with_a_gift_names_it(tmp_path: Path) -> None:
    path = tmp_path / "orders.csv"
    sheets.write_douyin_orders(WORLD, WORLD.shop("home"), path)
    gifts = [row for row in read(path, "gb18030") if "赠品" in row["选购商品"]]
    assert gifts
    assert {row["订单应付金额"] for row in gifts} == {"0.00"}


def test_the_register_names_every_article_once(tmp_path: Path) -> None:
    path = tmp_path / "articles.csv"
    sheets.write_articles(WORLD, path)
    rows = read(path, "utf-8-sig")
    assert [row["商家编码"] for row in rows] == [article.article_no for article in WORLD.articles]
    assert list(rows[0]) == list(headers.REGISTER)
    assert all(row["批次备注"].startswith("演示数据") for row in rows)
    weights = {row["商家编码"]: row["发货重量(g)"] for row in rows}
    assert weights == {article.article_no: str(article.weight_g) for article in WORLD.articles}


def test_the_demo_writes_two_sheets_a_shop_and_a_register(tmp_path: Path) -> None:
    register, written = write_demo(tmp_path / "demo", SEED, NOW)
    assert [one.shop.name for one in written][-1] == "阿桃的杯子铺(演示)"
    assert sum(one.tickets for one in written) == 912 + 8 + 23
    sheets_written = {path for one in written for path in (one.after_sales, one.orders)}
    assert {path for path in (tmp_path / "demo").rglob("*") if path.is_file()} == {register, *sheets_written}
    assert all("演示数据" in path.name for path in sheets_written)
    assert register.name == "articles.csv"


def test_a_flag_stands_in_the_order_sheets_of_both_platforms(tmp_path: Path) -> None:
    for write, key in ((sheets.write_douyin_orders, "home"), (sheets.write_kuaishou_orders, "home_ks")):
        path = tmp_path / f"{key}.csv"
        write(WORLD, WORLD.shop(key), path)
        with path.open(encoding="gb18030", newline="") as file:
            colours = {row["旗帜颜色"] for row in csv.DictReader(file)}
        assert {"红"} < colours
