"""The traps of a sheet, one test each."""

from __future__ import annotations

import csv
from datetime import date, datetime
from typing import TYPE_CHECKING

import pytest
import xlsxwriter

from aftersale.channels.base import SheetRefused
from aftersale.channels.spreadsheet import read, read_rows
from aftersale.domain.clock import SHANGHAI
from tests.channels import sheets
from tests.channels.sheets import DOUYIN_TICKETS, douyin_csv, lay, ticket, write_csv, write_xlsx

if TYPE_CHECKING:
    from pathlib import Path

    from aftersale.channels.base import Notice, Parked, Reading

APPLIED = datetime(2025, 6, 3, 10, 15, tzinfo=SHANGHAI)


def one(reading: Reading) -> Notice:
    assert reading.parked == ()
    assert reading.rows == len(reading.notices) == 1
    return reading.notices[0]


def only_parked(reading: Reading) -> Parked:
    assert reading.notices == ()
    assert reading.rows == len(reading.parked) == 1
    return reading.parked[0]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "gbk", "utf-16"])
def test_a_sheet_is_read_in_the_encoding_it_has(tmp_path: Path, encoding: str) -> None:
    notice = one(read([douyin_csv(tmp_path / "售后 单.csv", ticket(), encoding=encoding)]))
    assert (notice.article, notice.status) == ("双层玻璃杯", "待商家处理")


def test_text_in_no_encoding_is_refused(tmp_path: Path) -> None:
    sheet = tmp_path / "a.csv"
    sheet.write_bytes("售后单号,订单号".encode("gb18030") + b"\xff\xff\n")
    with pytest.raises(SheetRefused) as refusal:
        read([sheet])
    assert refusal.value.code == "sheet.encoding"


def test_tab_can_stand_between_columns_and_before_ids(tmp_path: Path) -> None:
    sheet = tmp_path / "a.csv"
    with sheet.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file, delimiter="\t").writerows(lay(DOUYIN_TICKETS, [ticket()]))
    assert one(read([sheet])).ticket_no == ticket()["售后单号"]
    tabbed = douyin_csv(tmp_path / "b.csv", ticket(售后单号="\t7100000100017897123"))
    assert one(read([tabbed])).ticket_no == "7100000100017897123"


@pytest.mark.parametrize("wrap", ['="{}"', "'{}", '"{}"', "\u00a0{}", "\ufeff{}"])
def test_an_id_is_unwrapped(tmp_path: Path, wrap: str) -> None:
    number = "7100000100017897123"
    assert (
        one(read([douyin_csv(tmp_path / "a.csv", ticket(售后单号=wrap.format(number)))])).ticket_no == number
    )


def test_empty_marks_say_nothing(tmp_path: Path) -> None:
    row = ticket(售后原因="-", 商家编码="--", 门店名称="—", 自动处理截止时间="/")
    notice = one(read([douyin_csv(tmp_path / "a.csv", row)]))
    assert (notice.shop, notice.reason) == (None, "")
    assert notice.article_no == notice.product_id
    assert "status_deadline" not in notice.facts
    assert "reason" in notice.unknown


def test_amounts_carry_signs_and_commas(tmp_path: Path) -> None:
    row = {"应付金额（元）": "￥1,299.90", "退商品金额（元）": "¥1,200.00"}
    facts = one(read([douyin_csv(tmp_path / "a.csv", ticket(1, **row))])).facts
    assert (facts["paid_fen"], facts["requested_refund_fen"]) == (129990, 120000)


@pytest.mark.parametrize("saved", ["2025/6/3 10:15", "2025/06/03 10:15:00", "45811.4270833333"])
def test_dates_saved_by_excel_in_text_are_read(tmp_path: Path, saved: str) -> None:
    notice = one(read([douyin_csv(tmp_path / "a.csv", ticket(售后申请时间=saved))]))
    assert notice.facts["applied_at"] == APPLIED


def test_dates_that_a_workbook_holds_as_dates_are_read(tmp_path: Path) -> None:
    titles = ["售后单号", "订单号", "商品单号", "售后类型", "售后状态", "售后申请时间", "自动处理截止时间"]
    with xlsxwriter.Workbook(str(tmp_path / "a.xlsx")) as book:
        page, stamp = book.add_worksheet(), book.add_format({"num_format": "yyyy/m/d h:mm"})
        page.write_row(0, 0, titles)
        page.write_row(1, 0, ["7100000100017897123", "6905364880001789781", "-", "仅退款", "待商家处理"])
        page.write_datetime(1, 5, APPLIED.replace(tzinfo=None), stamp)
        page.write_datetime(1, 6, date(2025, 6, 5), stamp)
    facts = one(read([tmp_path / "a.xlsx"])).facts
    assert facts["applied_at"] == APPLIED
    assert facts["status_deadline"] == datetime(2025, 6, 5, tzinfo=SHANGHAI)


@pytest.mark.parametrize("lost", ["7.10000E+18", "7100000100017890000"])
@pytest.mark.parametrize("column", ["售后单号", "订单号", "商品单号", "商品ID"])
def test_an_id_rounded_by_excel_is_parked_and_never_guessed(tmp_path: Path, lost: str, column: str) -> None:
    parked = only_parked(read([douyin_csv(tmp_path / "a.csv", ticket(1, **{column: lost}))]))
    assert (parked.code, parked.row, parked.column, parked.value) == ("digits_lost", 2, column, lost)
    assert "第 2 行" in parked.message.zh


def test_a_column_of_rounded_ids_is_parked_row_by_row(tmp_path: Path) -> None:
    rows = [sheets.kuaishou_ticket(number, 售后单号=f"24000000000{number:04d}0") for number in range(1, 9)]
    sheet = write_csv(tmp_path / "a.csv", lay(sheets.KUAISHOU_TICKETS, rows))
    reading = read([sheet])
    assert {parked.code for parked in reading.parked} == {"digits_lost"}
    assert reading.rows == len(reading.parked) == 8


def test_numbers_of_a_workbook_in_a_column_of_ids_are_parked_if_they_are_long(tmp_path: Path) -> None:
    lines: list[list[object]] = [list(line) for line in lay(DOUYIN_TICKETS, [ticket(1), ticket(2)])]
    lines[1][0], lines[2][0] = 7100000100017897123, 7100000100017
    reading = read([write_xlsx(tmp_path / "a.xlsx", lines)])
    assert [notice.ticket_no for notice in reading.notices] == ["7100000100017"]
    assert [parked.code for parked in reading.parked] == ["digits_lost"]


@pytest.mark.parametrize("write", [write_csv, write_xlsx])
def test_a_formula_in_a_used_cell_is_parked(tmp_path: Path, write: object) -> None:
    assert callable(write)
    lines = lay(DOUYIN_TICKETS, [ticket(1, **{"退商品金额（元）": "=B2*2"})])
    parked = only_parked(read([write(tmp_path / "a.sheet", lines)]))
    assert (parked.code, parked.column, parked.value) == ("formula", "退商品金额（元）", "=B2*2")


@pytest.mark.parametrize("column", ["用户售后说明", "协商记录"])
def test_a_formula_in_a_cell_nobody_reads_disturbs_nothing(tmp_path: Path, column: str) -> None:
    one(read([douyin_csv(tmp_path / "a.csv", ticket(**{column: "=1+1"}))]))


@pytest.mark.parametrize("write", [write_csv, write_xlsx])
@pytest.mark.parametrize("column", ["商品名称", "商品规格", "操作人", "订单备注", "售后备注"])
@pytest.mark.parametrize("text", ["=顾客说不急", "＝1+1", "#N/A"])
def test_what_a_person_wrote_is_text_however_it_begins(
    tmp_path: Path, write: object, column: str, text: str
) -> None:
    assert callable(write)
    header = [*DOUYIN_TICKETS, *({column} - set(DOUYIN_TICKETS))]
    one(read([write(tmp_path / "a.sheet", lay(header, [ticket(1, **{column: text})]))]))


def test_a_remark_and_a_product_name_keep_their_sign(tmp_path: Path) -> None:
    header = [*DOUYIN_TICKETS, *({"商家备注"} - set(DOUYIN_TICKETS))]
    row = ticket(1, 商品名称="=特价=杯", 商家备注="=顾客说不急")
    notice = one(read([write_csv(tmp_path / "a.csv", lay(header, [row]))]))
    assert (notice.article, notice.remark) == ("=特价=杯", "=顾客说不急")


@pytest.mark.parametrize(
    "column", ["售后单号", "订单号", "商品ID", "售后申请时间", "售后状态", "售后原因", "售后类型", "商家编码"]
)
def test_a_formula_where_a_rule_looks_still_parks_the_row(tmp_path: Path, column: str) -> None:
    parked = only_parked(read([douyin_csv(tmp_path / "a.csv", ticket(**{column: "=A1"}))]))
    assert (parked.code, parked.column) == ("formula", column)


def test_a_sheet_named_twice_is_read_once(tmp_path: Path) -> None:
    sheet = douyin_csv(tmp_path / "a.csv", ticket())
    one(read([sheet, tmp_path / "." / "a.csv"]))


def test_titles_of_a_report_may_stand_above_the_header(tmp_path: Path) -> None:
    above = [["售后报表"], ["店铺"], ["制表人"], ["说明"], ["日期"], ["页"]]
    one(read([write_xlsx(tmp_path / "a.xlsx", [*above, *lay(DOUYIN_TICKETS, [ticket()])])]))


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"售后申请时间": "2025-13-45"}, "bad_time"),
        ({"售后申请时间": "-"}, "missing"),
        ({"订单号": "-"}, "missing"),
        ({"售后状态": ""}, "missing"),
        ({"售后单号": "合计"}, "not_a_ticket"),
        ({"售后单号": "说明：每行一单"}, "not_a_ticket"),
        ({"售后单号": "71 00"}, "not_an_id"),
        ({"应付金额（元）": "很多"}, "bad_money"),
        ({"退商品金额（元）": "-12.00"}, "money_negative"),
        ({"售后原因": "#N/A"}, "sheet_error"),
    ],
)
def test_what_cannot_be_taken_is_parked_with_its_reason(
    tmp_path: Path, change: dict[str, str], code: str
) -> None:
    parked = only_parked(read([douyin_csv(tmp_path / "a.csv", ticket(1, **change))]))
    assert parked.code == code
    assert (parked.sheet, parked.row, parked.column) == ("a.csv", 2, next(iter(change)))
    assert parked.explained(lambda message: message) == parked.message.en
    assert "{" not in parked.message.zh + parked.message.en


def test_a_shifted_row_is_parked(tmp_path: Path) -> None:
    header, row = lay(DOUYIN_TICKETS, [ticket()])
    for spoiled in (row[:-1], [*row, "x"], row[:1]):
        parked = only_parked(read([write_csv(tmp_path / "a.csv", [header, spoiled])]))
        assert (parked.code, parked.params["cells"]) == ("row_width", str(len(spoiled)))


def test_commas_that_excel_adds_or_drops_behind_a_block_of_rows_are_no_shift(tmp_path: Path) -> None:
    header, *rows = lay(DOUYIN_TICKETS, [ticket(number) for number in range(1, 25)], empty="")
    dropped = [row[:-1] for row in rows[:16]]
    assert len(read([write_csv(tmp_path / "a.csv", [header, *dropped, *rows[16:]])]).notices) == 24
    added = [[*line, "", ""] for line in (header, *rows)]
    assert len(read([write_csv(tmp_path / "b.csv", added)]).notices) == 24


def test_two_columns_of_one_title_that_differ_are_parked(tmp_path: Path) -> None:
    titles = [*DOUYIN_TICKETS, "售后状态"]
    agree, differ = lay(titles, [ticket(1), ticket(2)])[1:]
    differ[-1] = "售后关闭"
    reading = read([write_csv(tmp_path / "a.csv", [titles, agree, differ])])
    assert [parked.params["other"] for parked in reading.parked] == ["售后关闭"]
    assert len(reading.notices) == 1


def test_a_remark_may_hold_quotes_commas_and_line_ends(tmp_path: Path) -> None:
    remark = '客户说 "坏了", 请看\n第二行\r\n第三行'
    rows = [ticket(1, 售后备注=remark), ticket(2)]
    reading = read([douyin_csv(tmp_path / "a.csv", *rows)])
    assert [notice.remark for notice in reading.notices] == [remark, None]
    assert [notice.observed.row for notice in reading.notices] == [2, 3]


@pytest.mark.parametrize("column", ["商品名称", "门店名称", "售后单号"])
def test_a_quote_that_never_closes_swallows_no_row(tmp_path: Path, column: str) -> None:
    lines = [",".join(line) for line in lay(DOUYIN_TICKETS, [ticket(number) for number in range(1, 8)])]
    cells = lines[2].split(",")
    cells[DOUYIN_TICKETS.index(column)] = '"破'
    sheet = tmp_path / "a.csv"
    sheet.write_text("\n".join([*lines[:2], ",".join(cells), *lines[3:]]), encoding="utf-8")
    reading = read([sheet])
    assert reading.rows == 7
    assert len(reading.notices) >= 6


def test_rows_stream_and_the_memory_stays_flat(tmp_path: Path) -> None:
    sheet, many = tmp_path / "a.csv", 20_000
    header, row = lay(DOUYIN_TICKETS, [ticket()])
    with sheet.open("w", encoding="utf-8-sig", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(header)
        writer.writerows([f"\t71{number:017d}", *row[1:]] for number in range(many))
    rows = read_rows([sheet])
    assert iter(rows) is rows
    assert sum(1 for _ in rows) == many


def test_a_cell_of_any_length_is_read(tmp_path: Path) -> None:
    notice = one(read([douyin_csv(tmp_path / "a.csv", ticket(售后备注='"' + "长" * 200_000))]))
    assert notice.remark is not None
    assert len(notice.remark) >= 200_000
