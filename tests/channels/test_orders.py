from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from aftersale.channels.base import Reading, SheetRefused
from aftersale.channels.spreadsheet import read
from tests.channels.sheets import (
    DOUYIN_ORDERS,
    DOUYIN_TICKETS,
    KUAISHOU_ORDERS,
    KUAISHOU_TICKETS,
    Row,
    douyin_csv,
    kuaishou_order,
    kuaishou_ticket,
    lay,
    order,
    orders_csv,
    ticket,
    write_csv,
)

if TYPE_CHECKING:
    from pathlib import Path


def joined(tmp_path: Path, tickets: list[Row], orders: list[Row]) -> Reading:
    reading = read([douyin_csv(tmp_path / "售后.csv", *tickets), orders_csv(tmp_path / "订单.csv", *orders)])
    assert reading.rows == len(reading.notices) + len(reading.parked)
    assert reading.orders == reading.orders_joined + reading.orders_unused + len(reading.orders_parked)
    return reading


def joined_on_kuaishou(tmp_path: Path, tickets: list[Row], orders: list[Row]) -> Reading:
    paths = [
        write_csv(tmp_path / "售后.csv", lay(KUAISHOU_TICKETS, tickets)),
        write_csv(tmp_path / "订单.csv", lay(KUAISHOU_ORDERS, orders)),
    ]
    return read(paths)


def test_a_ticket_is_joined_to_its_line_by_the_line_number(tmp_path: Path) -> None:
    reading = joined(
        tmp_path, [ticket(1), ticket(2)], [order(2, 商品规格="二"), order(1, 商品规格="一"), order(3)]
    )
    assert [notice.facts["sku"] for notice in reading.notices] == ["一", "二"]
    assert (reading.orders, reading.orders_joined, reading.orders_unused) == (3, 2, 1)


def test_what_was_paid_for_the_order_is_the_sum_of_its_lines(tmp_path: Path) -> None:
    reading = joined(
        tmp_path,
        [ticket(1)],
        [order(1), order(2, 订单应付金额="71.00"), order(3, 主订单编号="6905364880001780999")],
    )
    assert reading.notices[0].facts["order_paid_fen"] == 20000


@pytest.mark.parametrize(
    "orders",
    [
        [order(1), order(2, 订单应付金额="很多")],
        [order(1), order(2, 订单应付金额="-")],
        [order(1), order(2, 主订单编号="6905364880001780999")],
    ],
)
def test_an_order_that_may_not_be_whole_has_no_sum(tmp_path: Path, orders: list[Row]) -> None:
    reading = joined(tmp_path, [ticket(1), ticket(2)], orders)
    assert "order_paid_fen" not in reading.notices[0].facts


def test_an_order_line_that_cannot_be_read_is_parked_apart_from_the_tickets(tmp_path: Path) -> None:
    reading = joined(
        tmp_path,
        [ticket(1)],
        [order(1, 发货时间="昨天"), order(2, 子订单编号="6.9E+18"), order(3, 主订单编号="-")],
    )
    assert reading.parked == ()
    assert [parked.code for parked in reading.orders_parked] == ["bad_time", "digits_lost", "missing"]
    assert "promised_ship_at" in reading.notices[0].unknown


def test_the_same_order_line_twice_counts_once(tmp_path: Path) -> None:
    reading = joined(tmp_path, [ticket(1)], [order(1, 订单应付金额="1.00"), order(1)])
    assert [(parked.code, parked.row, parked.params["other"]) for parked in reading.orders_parked] == [
        ("order_again", 2, "3")
    ]
    assert reading.notices[0].facts["order_paid_fen"] == 12900


def test_a_line_of_another_order_is_not_joined(tmp_path: Path) -> None:
    reading = joined(tmp_path, [ticket(1)], [order(1, 主订单编号="6905364880001780999")])
    assert [parked.code for parked in reading.orders_parked] == ["order_mismatch"]
    assert "paid_at" not in reading.notices[0].facts


def test_an_article_is_joined_without_a_line_number_only_if_one_line_fits(tmp_path: Path) -> None:
    lines = [kuaishou_order(1, 商品ID="11111111111111", 商品规格="大"), kuaishou_order(1, 商品规格="小")]
    one_fits = joined_on_kuaishou(tmp_path, [kuaishou_ticket(1)], lines)
    assert one_fits.notices[0].facts["sku"] == "小"
    assert one_fits.orders_parked == ()
    two_fit = joined_on_kuaishou(tmp_path, [kuaishou_ticket(1, 商品ID="-")], lines)
    assert [parked.code for parked in two_fit.orders_parked] == ["order_ambiguous", "order_ambiguous"]
    assert two_fit.orders == two_fit.orders_joined + two_fit.orders_unused + len(two_fit.orders_parked)
    none_fits = joined_on_kuaishou(tmp_path, [kuaishou_ticket(1, 商品ID="22222222222222")], lines)
    assert (none_fits.orders_joined, none_fits.orders_unused) == (0, 2)


def test_orders_alone_are_no_tickets(tmp_path: Path) -> None:
    with pytest.raises(SheetRefused) as refusal:
        read([orders_csv(tmp_path / "订单.csv", order())])
    assert refusal.value.code == "sheet.no_tickets"
    with pytest.raises(SheetRefused):
        read([])


def test_the_newer_row_of_a_ticket_wins_and_the_other_is_parked(tmp_path: Path) -> None:
    older = ticket(1)
    newer = ticket(1, 售后状态="同意退款，退款成功", 售后完结时间="2025-06-04 10:00:00")
    for rows, parked_row in (([older, newer, ticket(2)], 2), ([newer, older, ticket(2)], 3)):
        reading = joined(tmp_path, rows, [])
        assert sorted(notice.status for notice in reading.notices) == ["同意退款，退款成功", "待商家处理"]
        assert [(parked.code, parked.row) for parked in reading.parked] == [("ticket_again", parked_row)]
        assert reading.newest_at is not None
        assert str(reading.newest_at).startswith("2025-06-04 10:00")


def test_of_two_equal_rows_the_later_one_counts(tmp_path: Path) -> None:
    one = douyin_csv(tmp_path / "一.csv", ticket(1))
    two = douyin_csv(tmp_path / "二.csv", ticket(1))
    reading = read([one, two])
    assert [notice.observed.sheet for notice in reading.notices] == ["二.csv"]
    assert "二.csv" in reading.parked[0].message.zh
    other_line = douyin_csv(tmp_path / "三.csv", ticket(1, 商品单号="6905364880099999725"))
    assert [parked.code for parked in read([one, other_line]).parked] == ["ticket_other_line"]


def test_sheets_of_several_shops_keep_the_shop_of_each_row(tmp_path: Path) -> None:
    titles = ["店铺", *DOUYIN_TICKETS]
    rows = [ticket(1, 店铺="云杉家居"), ticket(2, 店铺="云杉厨房"), ticket(3)]
    reading = read([write_csv(tmp_path / "合并.csv", lay(titles, rows))])
    assert [notice.shop for notice in reading.notices] == ["云杉家居", "云杉厨房", None]


def test_an_order_row_that_two_columns_contradict_is_parked_with_its_order(tmp_path: Path) -> None:
    lines = lay([*DOUYIN_ORDERS, "发货时间"], [order(1), order(2)])
    lines[2][-1] = "=A1"
    paths = [douyin_csv(tmp_path / "a.csv", ticket(1)), write_csv(tmp_path / "b.csv", [*lines, ["x"]])]
    reading = read(paths)
    assert [parked.code for parked in reading.orders_parked] == ["columns_differ", "row_width"]
    assert reading.orders_parked[0].params == {"other": "=A1", "order_no": order(2)["主订单编号"]}
    assert "order_paid_fen" not in reading.notices[0].facts
