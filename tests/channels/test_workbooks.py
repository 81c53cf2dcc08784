from __future__ import annotations

import re
import zipfile
from datetime import datetime
from typing import TYPE_CHECKING

import pytest
import xlsxwriter
from python_calamine import CalamineWorkbook

from aftersale.channels.base import SheetRefused
from aftersale.channels.spreadsheet import Limits, read
from aftersale.channels.spreadsheet.workbook import open_workbook
from tests.channels.sheets import DOUYIN_ORDERS, DOUYIN_TICKETS, lay, order, ticket, write_csv, write_xlsx

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from aftersale.channels.spreadsheet.cells import Cell

LINES = lay(DOUYIN_TICKETS, [ticket(1), ticket(2)])
TICKET_NO = ticket(1)["售后单号"]


def refused(path: Path, limits: Limits | None = None) -> SheetRefused:
    with pytest.raises(SheetRefused) as refusal:
        read([path], limits=limits)
    assert refusal.value.message.zh
    assert refusal.value.next_step.en
    return refusal.value


def rewrite(path: Path, part: str, old: bytes, new: bytes) -> Path:
    with zipfile.ZipFile(path) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    assert old in parts[part]
    parts[part] = parts[part].replace(old, new)
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in parts.items():
            archive.writestr(name, content)
    return path


def test_a_workbook_is_read_whatever_its_name_ends_in(tmp_path: Path) -> None:
    for name in ("售后 单.xlsx", "售后.csv", "export"):
        reading = read([write_xlsx(tmp_path / name, LINES)])
        assert [notice.observed.row for notice in reading.notices] == [2, 3]
        assert reading.notices[0].observed.sheet == f"{name} / Sheet1"


def test_rows_and_columns_count_as_the_program_shows_them(tmp_path: Path) -> None:
    shifted = [[], [], *[["", "", *line] for line in LINES]]
    reading = read([write_xlsx(tmp_path / "a.xlsx", shifted)])
    assert [notice.observed.row for notice in reading.notices] == [4, 5]


def test_tickets_and_orders_may_be_sheets_of_one_workbook(tmp_path: Path) -> None:
    with xlsxwriter.Workbook(str(tmp_path / "a.xlsx")) as book:
        for name, lines in (
            ("售后", LINES),
            ("订单", lay(DOUYIN_ORDERS, [order(1)])),
            ("透视表", [["a", "b"]]),
            ("空", []),
        ):
            page = book.add_worksheet(name)
            for row, line in enumerate(lines):
                page.write_row(row, 0, line)
    reading = read([tmp_path / "a.xlsx"])
    assert (len(reading.notices), reading.orders_joined) == (2, 1)
    assert reading.skipped == ("a.xlsx / 透视表", "a.xlsx / 空")


def test_a_zip_bomb_is_refused_before_it_is_unpacked(tmp_path: Path) -> None:
    bomb = write_xlsx(tmp_path / "bomb.xlsx", LINES)
    with zipfile.ZipFile(bomb, "a", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/worksheets/sheet2.xml", bytes(40 << 20))
    assert bomb.stat().st_size < 200_000
    assert refused(bomb).code == "sheet.too_big"


def test_a_workbook_larger_than_the_limit_is_refused(tmp_path: Path) -> None:
    sheet = write_xlsx(tmp_path / "a.xlsx", LINES)
    assert refused(sheet, Limits(max_unpacked_bytes=1000)).code == "sheet.too_big"
    assert len(read([sheet], limits=Limits(max_unpacked_bytes=10**6)).notices) == 2


def test_a_directory_that_lies_about_sizes_is_found_out(tmp_path: Path) -> None:
    sheet = write_xlsx(tmp_path / "a.xlsx", LINES)
    raw = sheet.read_bytes()
    with zipfile.ZipFile(sheet) as archive:
        size = archive.getinfo("xl/worksheets/sheet1.xml").file_size
    place = raw.rindex(size.to_bytes(4, "little"))
    sheet.write_bytes(raw[:place] + (10).to_bytes(4, "little") + raw[place + 4 :])
    assert refused(sheet).code == "sheet.broken"


def test_a_cell_at_the_far_end_of_an_empty_sheet_is_refused(tmp_path: Path) -> None:
    with xlsxwriter.Workbook(str(tmp_path / "a.xlsx")) as book:
        page = book.add_worksheet()
        for row, line in enumerate(LINES):
            page.write_row(row, 0, line)
        page.write_string(1_048_575, 16_383, "x")
    refusal = refused(tmp_path / "a.xlsx")
    assert refusal.code == "sheet.too_wide"
    assert "1,048,576" in refusal.message.zh


def test_a_real_formula_is_parked_though_a_value_stands_beside_it(tmp_path: Path) -> None:
    sheet, column = tmp_path / "a.xlsx", DOUYIN_TICKETS.index("退商品金额（元）")
    with xlsxwriter.Workbook(str(sheet), {"strings_to_formulas": False}) as book:
        page = book.add_worksheet()
        for row, line in enumerate(LINES):
            page.write_row(row, 0, line)
        page.write_formula(1, column, "=SUM(A1:A3)", value=0)
        page.write_formula(2, 0, f'="{TICKET_NO}"', value=TICKET_NO)
    reading = read([sheet])
    assert [(parked.code, parked.value, parked.row) for parked in reading.parked] == [
        ("formula", "=SUM(A1:A3)", 2)
    ]
    assert [notice.ticket_no for notice in reading.notices] == [TICKET_NO]


@pytest.mark.parametrize(("value", "said"), [("双层玻璃杯", "双层玻璃杯"), ("", "=VLOOKUP(A2,B:C,2)")])
def test_a_real_formula_in_a_text_shows_its_value_or_itself(tmp_path: Path, value: str, said: str) -> None:
    sheet = tmp_path / "a.xlsx"
    with xlsxwriter.Workbook(str(sheet), {"strings_to_formulas": False}) as book:
        page = book.add_worksheet()
        for row, line in enumerate(LINES):
            page.write_row(row, 0, line)
        page.write_formula(1, DOUYIN_TICKETS.index("商品名称"), "=VLOOKUP(A2,B:C,2)", value=value)
    reading = read([sheet])
    assert reading.parked == ()
    assert reading.notices[0].article == said


def test_an_error_in_a_cell_is_parked_though_readers_show_it_empty(tmp_path: Path) -> None:
    sheet = write_xlsx(tmp_path / "a.xlsx", [LINES[0], [*LINES[1][:19], "占位", *LINES[1][20:]]])
    with zipfile.ZipFile(sheet) as archive:
        strings = archive.read("xl/sharedStrings.xml").decode()
    place = strings.split("<si>").index("<t>占位</t></si>") - 1
    rewrite(
        sheet,
        "xl/worksheets/sheet1.xml",
        f'<c r="T2" t="s"><v>{place}</v></c>'.encode(),
        b'<c r="T2" t="e"><v>#REF!</v></c>',
    )
    (parked,) = read([sheet]).parked
    assert (parked.code, parked.column, parked.value) == ("sheet_error", "售后原因", "#REF!")


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"PK\x03\x04 no archive", "sheet.broken"),
        (b"\xd0\xcf\x11\xe0 an old workbook", "sheet.old_workbook"),
        (b"", "sheet.empty"),
        (b"\n\n,,,\n", "sheet.empty"),
        (b"hello\nworld\n", "sheet.unknown_header"),
    ],
)
def test_a_file_of_another_kind_is_refused_by_what_it_is(tmp_path: Path, content: bytes, code: str) -> None:
    path = tmp_path / "a.xlsx"
    path.write_bytes(content)
    assert refused(path).code == code


def test_an_archive_of_something_else_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "a.xlsx"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("a.csv", "售后单号")
    assert refused(path).code == "sheet.broken"


def test_a_file_that_is_not_there_is_refused(tmp_path: Path) -> None:
    assert refused(tmp_path / "没有.csv").code == "sheet.not_found"


def test_csv_and_workbook_say_the_same(tmp_path: Path) -> None:
    paths = [write_csv(tmp_path / "a.csv", LINES), write_xlsx(tmp_path / "a.xlsx", LINES)]
    of_csv, of_book = (read([path]).notices for path in paths)
    assert [notice.facts for notice in of_csv] == [notice.facts for notice in of_book]


def test_a_formula_in_a_cell_without_a_place_is_refused(tmp_path: Path) -> None:
    with xlsxwriter.Workbook(str(tmp_path / "a.xlsx")) as book:
        page = book.add_worksheet()
        page.write_row(0, 0, LINES[0])
        page.write_formula(1, 0, "=A1")
    spoiled = rewrite(tmp_path / "a.xlsx", "xl/worksheets/sheet1.xml", b'<c r="A2">', b'<c s="0">')
    assert refused(spoiled).code == "sheet.broken"


def test_a_workbook_without_a_sheet_is_empty(tmp_path: Path) -> None:
    sheet = write_xlsx(tmp_path / "a.xlsx", LINES)
    rewrite(sheet, "xl/workbook.xml", b'<sheet name="Sheet1" sheetId="1" r:id="rId1"/>', b"")
    assert refused(sheet).code == "sheet.empty"


MANY = lay(DOUYIN_TICKETS, [ticket(n, 订单备注=f"<{n}> & 第 {n} 张" if n % 3 else "=1+1") for n in range(60)])


def _whole(path: Path) -> list[tuple[int, list[Cell]]]:
    with CalamineWorkbook.from_path(str(path)) as book:
        sheet = book.get_sheet_by_index(0)
    before: list[Cell] = [""] * (sheet.start or (0, 0))[1]
    return _said((row, [*before, *cells]) for row, cells in enumerate(sheet.iter_rows(), 1))


def _said(rows: Iterable[tuple[int, list[Cell]]]) -> list[tuple[int, list[Cell]]]:
    """Leave out what is empty: a block may be narrower than the sheet."""
    found = [
        (row, cells[: max((n for n, cell in enumerate(cells, 1) if cell != ""), default=0)])
        for row, cells in rows
    ]
    return [each for each in found if each[1]]


@pytest.mark.parametrize("size", [1, 700, 5_000, 1 << 20])
@pytest.mark.parametrize("inline", [False, True])
def test_a_sheet_read_block_by_block_says_what_it_says_whole(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, size: int, *, inline: bool
) -> None:
    path = tmp_path / "a.xlsx"
    with xlsxwriter.Workbook(str(path), {"constant_memory": inline, "strings_to_formulas": False}) as book:
        page, day = book.add_worksheet("售后 & 1"), book.add_format({"num_format": "yyyy-mm-dd hh:mm"})
        for row, line in enumerate(MANY, 2):
            page.write_row(row, 1, line)
            page.write_datetime(row, len(line) + 1, datetime(2026, 6, 10, 9, row % 60), day)  # noqa: DTZ001  # a cell's
    monkeypatch.setattr("aftersale.channels.spreadsheet.blocks._BLOCK_BYTES", size)
    monkeypatch.setattr("aftersale.channels.spreadsheet.blocks._TIMES_SHARED", 0)
    (sheet,) = open_workbook(path, Limits())
    assert _said(sheet.rows()) == _whole(path)
    assert list(sheet.rows()) == list(sheet.rows())


@pytest.mark.parametrize("size", [1, 700])
def test_rows_that_do_not_say_their_number_are_read_whole(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, size: int
) -> None:
    path = write_xlsx(tmp_path / "a.xlsx", MANY)
    part = "xl/worksheets/sheet1.xml"
    with zipfile.ZipFile(path) as archive:
        before, text = _whole(path), archive.read(part)
    rewrite(path, part, text, re.sub(rb'(<row) r="\d+"', rb"\1", text))
    monkeypatch.setattr("aftersale.channels.spreadsheet.blocks._BLOCK_BYTES", size)
    (sheet,) = open_workbook(path, Limits())
    assert _said(sheet.rows()) == before
