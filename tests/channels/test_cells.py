from __future__ import annotations

import contextlib
from datetime import datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from aftersale.channels.spreadsheet.cells import (
    Unreadable,
    clean,
    looks_rounded,
    read_flag,
    read_id,
    read_money,
    read_text,
    read_time,
    text_of,
)
from aftersale.domain.clock import SHANGHAI

TRUE_ID = "6925012345678917123"
ROUNDED = "6925012345678910000"


@pytest.mark.parametrize(
    "raw",
    [
        TRUE_ID,
        f"\t{TRUE_ID}",
        f" {TRUE_ID}\u00a0",
        f"\ufeff{TRUE_ID}",
        f'="{TRUE_ID}"',
        f"'{TRUE_ID}",
        f"{TRUE_ID}'",
        f"’{TRUE_ID}",
        f'"{TRUE_ID}"',
        f'\t="{TRUE_ID}"',
        "６９２５０１２３４５６７８９１７１２３",
    ],
)
def test_an_id_is_read_as_text_however_it_is_wrapped(raw: str) -> None:
    assert read_id(raw) == TRUE_ID


@pytest.mark.parametrize(
    "raw", ["6.92501E+18", "6.925012345678e+18", "6925012345678917.0", ROUNDED, "12.5", "-7"]
)
def test_an_id_that_lost_digits_is_refused(raw: str) -> None:
    with pytest.raises(Unreadable) as refusal:
        read_id(raw)
    assert refusal.value.code == "digits_lost"


def test_zeros_at_the_end_are_believed_where_the_id_is_marked_as_text() -> None:
    assert read_id(f"\t{ROUNDED}") == ROUNDED
    assert read_id(f'="{ROUNDED}"') == ROUNDED
    assert read_id(f"'{ROUNDED}") == ROUNDED


def test_a_short_number_with_an_empty_fraction_keeps_its_digits() -> None:
    assert read_id("22960.0") == "22960"
    assert read_id("2300000000001.0") == "2300000000001"


@pytest.mark.parametrize("raw", ["", "-", "--", "—", " \t", "/"])
def test_an_empty_mark_is_no_id(raw: str) -> None:
    assert read_id(raw) is None


@pytest.mark.parametrize("raw", ["合计", "6925,012", "a b", "x" * 80])
def test_what_is_no_id_is_refused(raw: str) -> None:
    with pytest.raises(Unreadable) as refusal:
        read_id(raw)
    assert refusal.value.code == "not_an_id"


def test_a_column_in_which_excel_rounded_every_id_is_seen() -> None:
    assert looks_rounded(["2400000000000120", "2400000000000340", "2400000000000890"])
    assert looks_rounded(["692501234567891000"])
    assert not looks_rounded(["2400000000000120", "2400000000000340", "2400000000000891"])
    assert not looks_rounded(["\t692501234567891000"])
    assert not looks_rounded(["123456789012345"])
    assert not looks_rounded([])


def test_a_column_that_went_through_doubles_is_seen() -> None:
    through_double = [str(int(float(str(6_925_012_345_678_000_001 + step)))) for step in (0, 99_991, 777_777)]
    assert looks_rounded(through_double)
    with pytest.raises(Unreadable):
        read_id(through_double[0], rounded_column=True)


@pytest.mark.parametrize(
    ("raw", "fen"),
    [
        ("129.00", 12900),
        ("159", 15900),
        ("¥89.50", 8950),
        ("￥1,299.90", 129990),
        ("1，299.90元", 129990),
        ("¥ 12.5", 1250),
        ("0.3000", 30),
        ("-", None),
        ("", None),
        ("¥--", None),
    ],
)
def test_money_is_read_as_fen(raw: str, fen: int | None) -> None:
    assert read_money(raw) == fen


@pytest.mark.parametrize("raw", ["12.345", "1,29", "30.0%", "1e3", "abc", "12.5.1", "1.299,90"])
def test_an_amount_that_could_mean_two_things_is_refused(raw: str) -> None:
    with pytest.raises(Unreadable) as refusal:
        read_money(raw)
    assert refusal.value.code == "bad_money"


@pytest.mark.parametrize("raw", ["-12.50", "¥-12.50", "-¥12.50", "(12.50)"])
def test_a_negative_amount_is_called_by_its_name(raw: str) -> None:
    with pytest.raises(Unreadable) as refusal:
        read_money(raw)
    assert refusal.value.code == "money_negative"


@pytest.mark.parametrize(
    "raw",
    [
        "2026-09-10 08:00:00",
        "2026/9/10 8:00",
        "2026/09/10 8:00:00",
        "2026.9.10 08:00",
        "2026年9月10日 8:00",
        "2026-09-10T08:00:00+08:00",
        "2026-09-10T00:00:00Z",
        "46275.3333333333",
        "\t2026-09-10 08:00:00",
        "２０２６-09-10 08:00:00",
    ],
)
def test_a_time_is_read_however_it_was_saved(raw: str) -> None:
    assert read_time(raw) == datetime(2026, 9, 10, 8, tzinfo=SHANGHAI)


def test_a_day_without_an_hour_begins_at_midnight() -> None:
    assert read_time("2026/9/10") == datetime(2026, 9, 10, tzinfo=SHANGHAI)
    assert read_time("46275") == datetime(2026, 9, 10, tzinfo=SHANGHAI)


@pytest.mark.parametrize(
    "raw",
    ["2025-13-45", "9/10/2026 8:00", "昨天", "1999-01-01", "2026-09-10 25:00", "123", "99999999", "20260910"],
)
def test_what_is_no_time_is_refused(raw: str) -> None:
    with pytest.raises(Unreadable) as refusal:
        read_time(raw)
    assert refusal.value.code == "bad_time"


@pytest.mark.parametrize("raw", ["=SUM(A1:A3)", "=A1", "＝A1", "=1+1"])
def test_a_formula_is_refused_in_every_kind_of_cell(raw: str) -> None:
    for read in (read_id, read_money, read_time, read_text):
        with pytest.raises(Unreadable) as refusal:
            read(raw)
        assert refusal.value.code == "formula"


@pytest.mark.parametrize("raw", ["#N/A", "#REF!", "#DIV/0!"])
def test_the_error_of_a_spreadsheet_is_refused(raw: str) -> None:
    with pytest.raises(Unreadable) as refusal:
        read_text(raw)
    assert refusal.value.code == "sheet_error"


def test_yes_and_no_are_read_and_other_words_say_neither() -> None:
    assert [read_flag(raw) for raw in ("是", "否", "-", "也许", "TRUE", "0")] == [
        True,
        False,
        None,
        None,
        True,
        False,
    ]


def test_a_cell_of_a_workbook_keeps_only_digits_that_are_true() -> None:
    assert text_of(22960.0) == "22960"
    assert text_of(0.1 + 0.2) == "0.3"
    assert "e+18" in text_of(6.925012345678e18)
    assert "e+18" in text_of(6_925_012_345_678_000_001)
    assert text_of(5) == "5"
    assert text_of(True) == "TRUE"  # noqa: FBT003 - the cell is what is tested
    assert text_of(datetime(2026, 9, 10, 7, 59, 59, 999_990)) == "2026-09-10 08:00:00"  # noqa: DTZ001 - as a sheet has it
    with pytest.raises(Unreadable):
        read_time(text_of(timedelta(hours=8)))


@given(st.text())
def test_any_text_is_read_or_refused_and_nothing_else(raw: str) -> None:
    for read in (clean, read_id, read_money, read_time, read_text, read_flag):
        with contextlib.suppress(Unreadable):
            read(raw)


@given(st.integers(0, 10**12 - 1))
def test_every_amount_comes_back_to_the_fen(fen: int) -> None:
    assert read_money(f"¥{fen // 100:,}.{fen % 100:02d}") == fen


@given(st.datetimes(datetime(2000, 1, 1), datetime(2099, 12, 31)))  # noqa: DTZ001 - bounds as exports write them
def test_every_time_comes_back_to_the_second(moment: datetime) -> None:
    whole = moment.replace(microsecond=0)
    assert read_time(str(whole)) == whole.replace(tzinfo=SHANGHAI)
