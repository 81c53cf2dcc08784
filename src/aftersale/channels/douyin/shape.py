"""Read fields of JSON objects leniently in form and strictly in content: nothing is completed or rounded."""

from __future__ import annotations

import json
import math
from datetime import UTC, datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from aftersale.channels.spreadsheet.cells import Unreadable as BadCell
from aftersale.channels.spreadsheet.cells import read_time

if TYPE_CHECKING:
    from collections.abc import Iterable

_EXACT_DIGITS = 15
_BITS_PER_DIGIT = math.log2(10)
_ENOUGH_BITS = 9.9
_FIRST_SECOND, _LAST_SECOND = 946_684_800, 4_102_444_800
_LONGEST_ID = 24


class Misread(Exception):
    """Refuse one field with the code of the reason (channels.parking), its name and what stands there."""

    def __init__(self, code: str, field: str, value: str) -> None:
        super().__init__(code)
        self.code, self.field, self.value = code, field, value


def parsed(text: bytes | str) -> object:
    """Read JSON; numbers longer than 15 digits are ids and stay text. None for what is no JSON."""
    try:
        return json.loads(text, parse_int=_whole, parse_float=str, parse_constant=str)
    except (ValueError, RecursionError):
        return None


def _whole(digits: str) -> int | str:
    return int(digits) if len(digits) <= _EXACT_DIGITS else digits


class Shape:
    """Give the fields of one JSON object; what is missing, or no object at all, is simply not said."""

    __slots__ = ("fields",)

    def __init__(self, value: object) -> None:
        self.fields: dict[str, Any] = value if isinstance(value, dict) else {}

    def __bool__(self) -> bool:
        return bool(self.fields)

    def at(self, name: str) -> Shape:
        """Give an object inside."""
        return Shape(self.fields.get(name))

    def each(self, name: str) -> tuple[Shape, ...]:
        """Give the objects of a list inside."""
        value = self.fields.get(name)
        return tuple(Shape(each) for each in value) if isinstance(value, list) else ()

    def list_of(self, name: str) -> tuple[Shape, ...] | None:
        """Give the objects of a list that must be one: none where it is missing, None where it is no list."""
        value = self.fields.get(name)
        return self.each(name) if value is None or isinstance(value, list) else None

    def texts(self, name: str) -> tuple[str, ...]:
        """Give the texts of a list inside."""
        value = self.fields.get(name)
        return (
            tuple(each for each in value if isinstance(each, str) and each) if isinstance(value, list) else ()
        )

    def codes(self, name: str) -> tuple[int, ...]:
        """Give the whole numbers of a list inside."""
        value = self.fields.get(name)
        return tuple(each for each in value if type(each) is int) if isinstance(value, list) else ()

    def text(self, name: str) -> str:
        """Give a text as it stands, a number as text, else the empty text."""
        value = self.fields.get(name)
        return str(value).strip() if isinstance(value, str) or type(value) is int else ""

    def code(self, name: str) -> int | None:
        """Give a code, which some of the platform's fields write as text; None where none stands there."""
        value = self.fields.get(name)
        if type(value) is int:
            return value
        said = value.strip() if isinstance(value, str) else ""
        return int(said) if said.isascii() and said.removeprefix("-").isdecimal() else None

    def id(self, name: str) -> str:
        """Give an id as text, empty where none stands there (0 stands for none); raises Misread."""
        said = self.text(name) or str(self.fields.get(name) or "")
        if said in {"", "0"}:
            return ""
        if not (said.isascii() and said.isdecimal() and len(said) <= _LONGEST_ID):
            raise Misread("told_rounded" if _is_number(said) else "not_an_id", name, said)
        return said

    def fen(self, name: str) -> int | None:
        """Give an amount in fen; raises Misread for anything but a whole number that is not negative."""
        value = self.fields.get(name)
        if value is None or value == "":
            return None
        amount = self.code(name)
        if amount is None or amount < 0:
            raise Misread("bad_money" if amount is None else "money_negative", name, str(value))
        return amount

    def moment(self, name: str) -> datetime | None:
        """Give a time: seconds since 1970, or a text of Shanghai or with its zone; raises Misread."""
        value = self.fields.get(name)
        seconds = self.code(name)
        if value in {None, "", 0, "0"} or seconds == 0:
            return None
        if seconds is not None and _FIRST_SECOND <= seconds < _LAST_SECOND:
            return datetime.fromtimestamp(seconds, tz=UTC)
        try:
            found = read_time(value) if isinstance(value, str) and seconds is None else None
        except BadCell:
            found = None
        if found is None:
            raise Misread("bad_time", name, str(value))
        return found.astimezone(UTC)


def _is_number(said: str) -> bool:
    try:
        float(said)
    except ValueError:
        return False
    return True


def looks_rounded(ids: Iterable[str]) -> bool:
    """Tell whether ids of one answer went through a program that keeps 53 bits of a number, as JavaScript.

    One id may look so by chance, which this measures in bits; all of them do not.

    >>> looks_rounded(["6959800000297566000"]), looks_rounded(["6959800000297566494"])
    (True, False)
    """
    doubts = [_doubt(each) for each in set(ids) if each.isdecimal() and len(each) > _EXACT_DIGITS]
    return bool(doubts) and min(doubts) > 0 and sum(doubts) >= _ENOUGH_BITS


def _doubt(digits: str) -> float:
    whole, nearest = int(digits), float(digits)
    shortest = int(Decimal(repr(nearest)))
    zeros = len(digits) - len(digits.rstrip("0"))
    written = zeros * _BITS_PER_DIGIT if shortest == whole else 0.0
    held = math.log2(math.ulp(nearest)) if int(nearest) == whole and math.ulp(nearest) > 1 else 0.0
    return max(written, held)
