"""Read one cell: an id, an amount, a time, a word. What cannot be read is refused and never guessed."""

from __future__ import annotations

import math
import re
import unicodedata
from datetime import date, datetime, time, timedelta
from functools import lru_cache
from typing import TYPE_CHECKING, TypeAlias

from aftersale.domain.clock import SHANGHAI

if TYPE_CHECKING:
    from collections.abc import Iterable

Cell: TypeAlias = str | int | float | bool | date | time | datetime | timedelta

EMPTY = frozenset({"", "-", "--", "—", "——", "－", "–", "/", "\\", "null", "NULL", "None", "nan", "N/A"})
ERRORS = frozenset({"#N/A", "#REF!", "#VALUE!", "#NAME?", "#DIV/0!", "#NUM!", "#NULL!", "#SPILL!", "#####"})

# What exports and spreadsheet programs put around a value: blanks of all kinds, TAB, BOM, zero-width marks.
_AROUND = " \t\r\n\v\f\x00\u00a0\u3000\u200b\u200c\u200d\u2060\ufeff"
_WRAPPED = re.compile(r'="(.*)"', re.DOTALL)
_OPENERS = frozenset("='\"’‘＝")
_NUMBER_LIKE = re.compile(r"[+-]?\d+(\.\d+)?[eE][+-]?\d+|[+-]?\d+\.\d+|[+-]\d+")
_WHOLE = re.compile(r"(\d{1,15})\.0+")
_ID = re.compile(r"[0-9A-Za-z][0-9A-Za-z_\-]{1,63}")
_AMOUNT = re.compile(r"(\d{1,3}(?:,\d{3})+|\d{1,12})(?:\.(\d{1,2})0*)?")
_CLOCK = r"(?:[T ]*(\d{1,2}):(\d{1,2})(?::(\d{1,2})(?:\.\d+)?)?)?"
_DATE = re.compile(
    r"(\d{4})([-/.]|年)(\d{1,2})(?:[-/.]|月)(\d{1,2})日?" + _CLOCK + r"\s*(Z|[+-]\d{2}:?\d{2})?"
)
_SERIAL = re.compile(r"\d{5}(?:\.\d+)?")
_SERIAL_ORIGIN = datetime(1899, 12, 30, tzinfo=SHANGHAI)

EXACT_DIGITS = 15
_SURELY_ROUNDED = 4
_ENOUGH_BITS = 9.9
# Words come back in every row and are read once; what people write does not.
_LONGEST_WORD = 64
_BITS_PER_DIGIT = math.log2(10)


class Odd(str):
    """Hold a formula or error of a workbook as it is written there, with what readers of values see."""

    __slots__ = ("seen",)
    seen: Cell

    @classmethod
    def of(cls, written: str, seen: Cell) -> Odd:
        """Keep both; where the workbook holds no value, `seen` is the empty text."""
        odd = cls(written)
        odd.seen = seen
        return odd


class Unreadable(Exception):
    """Refuse one cell with the code of the reason and the value as it stands there."""

    def __init__(self, code: str, value: str) -> None:
        super().__init__(code)
        self.code = code
        self.value = value


def text_of(cell: Cell) -> str:
    """Write a cell of a workbook as text; a number keeps the 15 digits that are true and no more.

    >>> text_of(22960.0), text_of(6.925012345678e18), text_of(0.1 + 0.2)
    ('22960', '6.925012345678e+18', '0.3')
    """
    if isinstance(cell, str):
        return cell
    if isinstance(cell, bool):
        return "TRUE" if cell else "FALSE"
    if isinstance(cell, float):
        return format(cell, ".15g")
    if isinstance(cell, int):
        return str(cell) if abs(cell) < 10**EXACT_DIGITS else format(float(cell), ".15e")
    if isinstance(cell, datetime):
        # A serial number misses a full second by some microseconds.
        return str((cell + timedelta(microseconds=500_000)).replace(microsecond=0))
    return str(cell)


def clean(raw: str) -> str:
    r"""Take off what surrounds a value; empty marks become the empty text, formulas and errors are refused.

    >>> clean('\t6917'), clean('="6917"'), clean("'6917"), clean(' - ')
    ('6917', '6917', '6917', '')
    """
    text = raw.strip(_AROUND)
    if text and text[0] in _OPENERS:
        text = _unwrap(text)
    elif text and text[0] == "#" and text in ERRORS:
        raise Unreadable("sheet_error", text)
    return "" if text in EMPTY else text


def _unwrap(text: str) -> str:
    wrapped = _WRAPPED.fullmatch(text)
    if wrapped:
        return clean(wrapped[1].replace('""', '"'))
    if text[0] in "=＝":
        raise Unreadable("formula", text)
    if len(text) > 1 and text[0] == text[-1] == '"':
        return clean(text[1:-1])
    return text.strip("'’‘").strip(_AROUND) if text[0] != '"' else text


def _is_guarded(raw: str) -> bool:
    """Tell whether the value is marked as text, so that no spreadsheet program has rounded it."""
    return raw[:1] in {"\t", "="} or raw.lstrip(_AROUND)[:1] in {"'", "="} or "\t" in raw


def _has_empty_tail(digits: str) -> bool:
    return len(digits) > EXACT_DIGITS and not digits[EXACT_DIGITS:].strip("0")


def _doubt(digits: str) -> float:
    """Measure in bits how unlikely it is that an id looks rounded by chance; 0 means that it does not."""
    if _has_empty_tail(digits):
        return (len(digits) - EXACT_DIGITS) * _BITS_PER_DIGIT
    whole = float(digits)
    return math.log2(math.ulp(whole)) if math.ulp(whole) > 1 and int(whole) == int(digits) else 0.0


def looks_rounded(raws: Iterable[str]) -> bool:
    """Tell from a sample whether a spreadsheet program has rounded the whole column of ids.

    Excel leaves zeros after the 15th digit, other programs a number that a double holds exactly. One id may
    look so by chance; all of them do not.
    """
    long = [raw.strip(_AROUND) for raw in raws if not _is_guarded(raw)]
    doubts = [_doubt(digits) for digits in long if digits.isdecimal() and len(digits) > EXACT_DIGITS]
    return bool(doubts) and min(doubts) > 0 and sum(doubts) >= _ENOUGH_BITS


def read_id(raw: str, *, rounded_column: bool = False) -> str | None:
    """Read an id as text; one that lost digits is refused, never completed."""
    text = raw.strip(_AROUND)
    if text.isdecimal() and text.isascii() and (len(text) <= EXACT_DIGITS or raw[0] == "\t"):
        return text
    text = unicodedata.normalize("NFKC", clean(raw)).strip("'’‘")
    if not text:
        return None
    whole = _WHOLE.fullmatch(text)
    if whole:
        return whole[1]
    if _NUMBER_LIKE.fullmatch(text):
        raise Unreadable("digits_lost", text)
    if not _ID.fullmatch(text):
        raise Unreadable("not_an_id", text)
    if text.isdecimal() and not _is_guarded(raw) and _is_rounded(text, rounded_column=rounded_column):
        raise Unreadable("digits_lost", text)
    return text


def _is_rounded(digits: str, *, rounded_column: bool) -> bool:
    surely = _has_empty_tail(digits) and len(digits) - EXACT_DIGITS >= _SURELY_ROUNDED
    return surely or (rounded_column and _doubt(digits) > 0)


@lru_cache(maxsize=8_192)
def read_money(raw: str) -> int | None:
    """Read an amount in yuan as integer fen.

    >>> read_money("¥1,299.90"), read_money("-"), read_money("12元")
    (129990, None, 1200)
    """
    text = unicodedata.normalize("NFKC", clean(raw)).replace(" ", "")
    bare = text.removesuffix("元").removeprefix("RMB").removeprefix("CNY").replace("¥", "", 1)
    if bare in EMPTY:
        return None
    amount = _AMOUNT.fullmatch(bare)
    if amount:
        return int(amount[1].replace(",", "")) * 100 + int((amount[2] or "").ljust(2, "0"))
    negative = bare.startswith(("-", "−", "(")) and _AMOUNT.fullmatch(bare.strip("-−()"))
    raise Unreadable("money_negative" if negative else "bad_money", raw.strip(_AROUND))


@lru_cache(maxsize=8_192)
def read_time(raw: str) -> datetime | None:
    """Read a time as the exports, Excel or a person write it; without a zone it is Shanghai's.

    >>> read_time("2026/9/10 8:00").isoformat()
    '2026-09-10T08:00:00+08:00'
    """
    text = clean(raw)
    if not text:
        return None
    try:
        moment = _dated(text) or _serial(text)
    except (ValueError, OverflowError):
        moment = None
    if moment is None or not 2000 <= moment.year < 2100:  # noqa: PLR2004
        raise Unreadable("bad_time", text)
    return moment


def _dated(text: str) -> datetime | None:
    found = _DATE.fullmatch(unicodedata.normalize("NFKC", text))
    if not found:
        return None
    year, _, month, day, hour, minute, second, zone = found.groups()
    moment = datetime(  # noqa: DTZ001 - the zone follows
        int(year), int(month), int(day), int(hour or 0), int(minute or 0), int(second or 0)
    )
    if zone is None:
        return moment.replace(tzinfo=SHANGHAI)
    return datetime.fromisoformat(f"{moment.isoformat()}{zone}").astimezone(SHANGHAI)


def _serial(text: str) -> datetime | None:
    """Read the days since 1899-12-30 that a spreadsheet keeps behind a date."""
    if not _SERIAL.fullmatch(text):
        return None
    return _SERIAL_ORIGIN + timedelta(seconds=round(float(text) * 86_400))


def read_text(raw: str) -> str | None:
    """Read a text; an empty mark is None."""
    return _read_word(raw) if len(raw) <= _LONGEST_WORD else clean(raw) or None


def read_prose(cell: Cell) -> str | None:
    """Read what a person wrote, which no rule reads: what looks like a formula or an error is text as well.

    >>> read_prose("=顾客说不急"), read_prose(Odd.of("=A1&A2", "玻璃杯")), read_prose("-")
    ('=顾客说不急', '玻璃杯', None)
    """
    if isinstance(cell, Odd):
        cell = cell.seen if cell.seen != "" else str(cell)
    try:
        return read_text(text_of(cell))
    except Unreadable as fault:
        return fault.value


@lru_cache(maxsize=16_384)
def _read_word(raw: str) -> str | None:
    return clean(raw) or None


_YES = frozenset({"是", "Y", "y", "yes", "YES", "TRUE", "True", "true", "1", "有", "√"})
_NO = frozenset({"否", "N", "n", "no", "NO", "FALSE", "False", "false", "0", "无", "×"})


@lru_cache(maxsize=256)
def read_flag(raw: str) -> bool | None:
    """Read yes or no; any other word says neither."""
    text = clean(raw)
    return True if text in _YES else False if text in _NO else None
