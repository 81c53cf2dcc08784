from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
import xlsxwriter
from hypothesis import given
from hypothesis import strategies as st

from aftersale.channels.base import SheetRefused
from aftersale.channels.receipts import Line, Parcel, read_receipts
from aftersale.channels.receipts.words import read_count, read_weight
from aftersale.channels.spreadsheet.cells import Unreadable
from aftersale.domain.clock import SHANGHAI

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

HEADER = "退货物流单号,商家编码,良品数,不良数,重量(kg),备注,到货时间"


def write(folder: Path, *rows: str, header: str = HEADER, encoding: str = "utf-8-sig") -> Path:
    path = folder / "仓库.csv"
    path.write_bytes("\r\n".join([header, *rows]).encode(encoding))
    return path


def one(folder: Path, *rows: str, header: str = HEADER, encoding: str = "utf-8-sig") -> Parcel:
    reading = read_receipts(write(folder, *rows, header=header, encoding=encoding))
    assert not reading.parked
    (parcel,) = reading.parcels
    return parcel


def test_the_rows_of_one_waybill_are_one_parcel(tmp_path: Path) -> None:
    parcel = one(
        tmp_path,
        "SF1,CUP-350-BL,1,0,1.38,湿了,2026-06-10 14:05",
        "sf1,DRS-M,0,2,,,",
        "SF1,CUP-350-BL,1,1,1.38,,",
    )
    assert parcel.waybill == "SF1"
    assert parcel.lines == (Line("CUP-350-BL", 2, 1), Line("DRS-M", 0, 2))
    assert (parcel.weight_g, parcel.remark, parcel.rows) == (1380, "湿了", (2, 3, 4))
    assert parcel.arrived_at is not None
    assert parcel.arrived_at.astimezone(SHANGHAI).isoformat() == "2026-06-10T14:05:00+08:00"


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-8", "gb18030", "utf-16"])
def test_every_encoding_of_a_warehouse_is_read(tmp_path: Path, encoding: str) -> None:
    assert one(tmp_path, "SF1,杯子-蓝,1,0,,破了,", encoding=encoding).remark == "破了"


@pytest.mark.parametrize("cell", ["\t780000000000012345", '="780000000000012345"', "'780000000000012345"])
def test_what_a_spreadsheet_puts_around_a_waybill_comes_off(tmp_path: Path, cell: str) -> None:
    quoted = '"' + cell.replace('"', '""') + '"'
    assert one(tmp_path, f"{quoted},A,1,0,,,").waybill == "780000000000012345"


@pytest.mark.parametrize(
    ("header", "weight", "grams"),
    [
        ("重量(kg)", "1.38", 1380),
        ("重量（KG）", "1.38", 1380),
        ("重量(g)", "120", 120),
        ("重量", "120g", 120),
        ("重量", "0.12千克", 120),
        ("重量", "2斤", 1000),
        ("重量(kg)", "120g", 120),
        ("重量(kg)", "0.0005", 1),
        ("重量(kg)", "0.0004", 0),
        ("重量", "-", None),
    ],
)
def test_a_weight_is_read_in_the_unit_that_is_written(
    tmp_path: Path, header: str, weight: str, grams: int | None
) -> None:
    named = f"快递单号,货号,完好数量,破损数量,{header}"
    assert one(tmp_path, f"SF1,A,1,0,{weight}", header=named).weight_g == grams


@pytest.mark.parametrize(
    "header",
    [
        "退货单号,货号,良品",
        "快递单号,SKU编码,完好数",
        "退货快递单号,商品编码,不良品数",
        "仓库六月,,\n,,\n运单号,货号,良品数量",
    ],
)
def test_headers_are_known_by_many_names_and_below_title_lines(tmp_path: Path, header: str) -> None:
    assert one(tmp_path, "SF1,A,1", header=header).waybill == "SF1"


def test_of_two_numbers_the_waybill_goes_before_the_warehouses_own(tmp_path: Path) -> None:
    assert one(tmp_path, "TH-1,SF1,1", header="退货单号,退货物流单号,良品数").waybill == "SF1"


def test_a_workbook_is_read_as_well(tmp_path: Path) -> None:
    path = tmp_path / "仓库.xlsx"
    with xlsxwriter.Workbook(str(path)) as book:
        sheet = book.add_worksheet("退货")
        sheet.write_row(0, 0, HEADER.split(","))
        sheet.write_row(1, 0, ["SF1", "A", 2, 0, 1.38, "好"])
        book.add_worksheet("说明").write_row(0, 0, ["随便"])
    (parcel,) = read_receipts(path).parcels
    assert (parcel.lines, parcel.weight_g) == ((Line("A", 2, 0),), 1380)


@pytest.mark.parametrize(
    ("row", "column", "code"),
    [
        (",A,1,0,,,", "退货物流单号", "missing"),
        ("SF1,A,,,,,", "良品数", "missing"),
        ("6.9E+17,A,1,0,,,", "退货物流单号", "digits_lost"),
        ("SF1,A,一,0,,,", "良品数", "bad_count"),
        ("SF1,A,1.5,0,,,", "良品数", "bad_count"),
        ("SF1,A,-1,0,,,", "良品数", "bad_count"),
        ("SF1,A,100001,0,,,", "良品数", "bad_count"),
        ("SF1,A,1,0,重,,", "重量(kg)", "bad_weight"),
        ("SF1,A,1,0,99999,,", "重量(kg)", "bad_weight"),
        ("SF1,A,1,0,,,2025-13-45", "到货时间", "bad_time"),
        ("SF1,A,=1+1,0,,,", "良品数", "formula"),
    ],
)
def test_a_row_that_cannot_be_read_is_parked_with_its_place(
    tmp_path: Path, row: str, column: str, code: str
) -> None:
    reading = read_receipts(write(tmp_path, row))
    (parked,) = reading.parked
    assert (reading.rows, reading.parcels) == (1, ())
    assert (parked.row, parked.column, parked.code) == (2, column, code)
    assert "2" in parked.message.zh
    assert dict(parked.cells)["商家编码"] == "A"


def test_a_weight_without_a_unit_is_never_guessed(tmp_path: Path) -> None:
    reading = read_receipts(write(tmp_path, "SF1,1,1.38", header="快递单号,良品数,重量"))
    assert [each.code for each in reading.parked] == ["weight_unit"]


def test_a_parcel_of_which_one_row_cannot_be_read_waits_as_a_whole(tmp_path: Path) -> None:
    reading = read_receipts(write(tmp_path, "SF1,A,1,0,,,", "SF1,B,x,0,,,", "SF2,A,1,0,,,"))
    assert [parcel.waybill for parcel in reading.parcels] == ["SF2"]
    assert {(each.row, each.code) for each in reading.parked} == {(3, "bad_count"), (2, "parcel_partly")}


def test_rows_that_contradict_one_another_about_their_parcel_are_parked(tmp_path: Path) -> None:
    reading = read_receipts(write(tmp_path, "SF1,A,1,0,1.0,,", "SF1,B,1,0,2.0,,"))
    assert not reading.parcels
    assert {(each.code, each.column) for each in reading.parked} == {("parcel_differs", "重量(kg)")}


@pytest.mark.parametrize("header", ["快递单号,收件人", "商家编码,良品数", "随便"])
def test_a_sheet_that_counts_nothing_is_refused(tmp_path: Path, header: str) -> None:
    with pytest.raises(SheetRefused) as refusal:
        read_receipts(write(tmp_path, "1,2", header=header))
    assert refusal.value.code == "receipts.no_header"


CELLS = st.sampled_from(["SF1", "SF2", "", "1", "0", "x", "1.5", "2026-06-10", "#N/A", "=A1", "-"])


@given(rows=st.lists(st.lists(CELLS, min_size=7, max_size=7), max_size=12))
def test_every_row_is_taken_or_parked_once(
    tmp_path_factory: pytest.TempPathFactory, rows: Sequence[Sequence[str]]
) -> None:
    path = write(tmp_path_factory.mktemp("sheet"), *(",".join(cells) for cells in rows))
    reading = read_receipts(path)
    taken = [row for parcel in reading.parcels for row in parcel.rows]
    parked = [each.row for each in reading.parked]
    filled = [number for number, cells in enumerate(rows, 2) if any(cells)]
    assert sorted(taken + parked) == filled
    assert reading.rows == len(filled)


@given(count=st.integers(0, 100_000))
def test_counts_are_read_as_written(count: int) -> None:
    assert read_count(str(count)) == read_count(f"{count}.0") == read_count(f" {count}件") == count


@given(grams=st.integers(0, 10_000_000))
def test_grams_and_kilograms_are_the_same_weight(grams: int) -> None:
    assert read_weight(f"{grams // 1000}.{grams % 1000:03}", "kg") == read_weight(f"{grams}g", "kg") == grams


def test_more_than_ten_tons_is_no_parcel() -> None:
    with pytest.raises(Unreadable):
        read_weight("10000001", "g")
