"""Nothing is dropped: whatever happens to a sheet, each of its rows is a notice or is parked."""

from __future__ import annotations

import csv
from io import StringIO
from typing import TYPE_CHECKING

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from aftersale.channels.base import Notice, SheetRefused
from aftersale.channels.spreadsheet import read, read_rows
from aftersale.domain.errors import FactsInvalid
from aftersale.domain.facts import facts_of_export
from tests.channels.sheets import DOUYIN_TICKETS, lay, order, orders_csv, ticket, write_csv, write_xlsx

if TYPE_CHECKING:
    from pathlib import Path

QUICK = settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
# Any text on one line: what a cell over several lines does has tests of its own.
WORDS = st.text(st.characters(exclude_characters="\r\n", codec="utf-8"), max_size=12)
NASTY = st.sampled_from(
    [
        "",
        "-",
        "7.1E+18",
        "=A1",
        "#N/A",
        "2025-13-45",
        "¥1,299.90",
        "-5",
        "合计",
        "其他",
        "退款成功",
        "\t71",
        '="7"',
        "'",
        '"',
    ]
)
CELLS = st.one_of(NASTY, WORDS)
CHANGES = st.lists(st.tuples(st.integers(1, 8), st.integers(0, len(DOUYIN_TICKETS) - 1), CELLS), max_size=40)
SHAPES = st.lists(st.tuples(st.integers(1, 8), st.integers(-4, 4)), max_size=4)


def spoil(changes: list[tuple[int, int, str]], shapes: list[tuple[int, int]]) -> list[list[str]]:
    lines = lay(DOUYIN_TICKETS, [ticket(number) for number in range(1, 9)])
    for row, column, value in changes:
        lines[row][column] = value
    for row, by in shapes:
        lines[row] = lines[row][:by] if by < 0 else [*lines[row], *["x"] * by]
    return lines


def count(lines: list[list[str]]) -> int:
    return sum(any(cell.replace("\ufeff", "").strip() for cell in line) for line in lines[1:])


@QUICK
@given(changes=CHANGES, shapes=SHAPES)
def test_every_row_of_a_mangled_csv_is_a_notice_or_parked(
    tmp_path: Path, changes: list[tuple[int, int, str]], shapes: list[tuple[int, int]]
) -> None:
    lines = spoil(changes, shapes)
    reading = read([write_csv(tmp_path / "a.csv", lines)])
    assert reading.rows == len(reading.notices) + len(reading.parked) == count(lines)
    assert len({notice.ticket_no for notice in reading.notices}) == len(reading.notices)
    for parked in reading.parked:
        assert 2 <= parked.row <= len(lines)
        assert parked.message.zh
        assert parked.message.en


@settings(QUICK, max_examples=15)
@given(changes=CHANGES)
def test_every_row_of_a_mangled_workbook_is_a_notice_or_parked(
    tmp_path: Path, changes: list[tuple[int, int, str]]
) -> None:
    lines = spoil([(row, column, value.replace("\x00", "")) for row, column, value in changes], [])
    reading = read([write_xlsx(tmp_path / "a.xlsx", lines)])
    assert reading.rows == len(reading.notices) + len(reading.parked) == count(lines)


@QUICK
@given(changes=CHANGES)
def test_what_is_taken_from_a_mangled_sheet_are_facts_the_domain_takes(
    tmp_path: Path, changes: list[tuple[int, int, str]]
) -> None:
    paths = [
        write_csv(tmp_path / "a.csv", spoil(changes, [])),
        orders_csv(tmp_path / "b.csv", *[order(number) for number in range(1, 9)]),
    ]
    for notice in read(paths).notices:
        try:
            facts_of_export(notice.facts, notice.unknown)
        except FactsInvalid as refusal:  # the findings say more than the traceback
            pytest.fail(str(refusal.findings))


@QUICK
@given(
    cuts=st.lists(st.tuples(st.integers(0, 3000), st.integers(0, 200)), max_size=4),
    inserts=st.lists(
        st.tuples(
            st.integers(0, 3000), st.sampled_from(['"', '""', "\n", "\r", ",", "\t", '="', '",', "\x00"])
        ),
        max_size=6,
    ),
)
def test_a_text_cut_and_stuffed_anywhere_is_accounted_for_or_refused(
    tmp_path: Path, cuts: list[tuple[int, int]], inserts: list[tuple[int, str]]
) -> None:
    text = StringIO(newline="")
    csv.writer(text).writerows(lay(DOUYIN_TICKETS, [ticket(number) for number in range(1, 9)]))
    raw = text.getvalue()
    for place, length in cuts:
        raw = raw[:place] + raw[place + length :]
    for place, mark in inserts:
        raw = raw[:place] + mark + raw[place:]
    sheet = tmp_path / "a.csv"
    sheet.write_bytes(raw.encode())
    try:
        reading = read([sheet])
    except SheetRefused as refusal:
        assert refusal.next_step.zh  # noqa: PT017 - both ends are good ends
    else:
        assert reading.rows == len(reading.notices) + len(reading.parked)


def test_rows_of_blanks_are_no_rows(tmp_path: Path) -> None:
    header, *lines = lay(DOUYIN_TICKETS, [ticket(1), ticket(2)])
    blank = [[], [""], [" ", "\u3000", "\ufeff"], [" "] * len(header)]
    reading = read([write_csv(tmp_path / "a.csv", [header, *blank, *lines, *blank])])
    assert (reading.rows, [notice.observed.row for notice in reading.notices]) == (2, [6, 7])


def test_rows_stream_as_notices_and_parked_in_the_order_of_the_sheet(tmp_path: Path) -> None:
    lines = spoil([(2, 0, "7.1E+18"), (3, 0, ticket(1)["售后单号"])], [])
    kinds = [isinstance(read, Notice) for read in read_rows([write_csv(tmp_path / "a.csv", lines)])]
    assert kinds == [True, False, *[True] * 6]
