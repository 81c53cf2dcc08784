"""Read single values of an answer: ids as text, times from milliseconds, amounts as fen; none is guessed."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

EXACT = 2**53 - 1
"""The largest whole number that survives a program which counts in doubles."""

_DIGITS = re.compile(r"[0-9]{1,19}")
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_YEARS = range(2000, 2100)
_MOST_FEN = 10**12
_SHOWN = 80


class Odd(Exception):
    """Refuse one value, with the code of the reason, the field it stands in and what stands there."""

    def __init__(self, code: str, field: str, value: object) -> None:
        super().__init__(code)
        self.code, self.field, self.value = code, field, str(value)[:_SHOWN]


def _whole(digits: str) -> int | str:
    number = int(digits)
    return number if abs(number) <= EXACT else digits


def parsed(text: str | bytes) -> object:
    """Read JSON; whole numbers that other programs would round come as text. Raises ValueError."""
    return json.loads(text, parse_int=_whole)


@dataclass(frozen=True, slots=True)
class Told:
    """Hold one object of an answer and read its fields; a field that is absent, null or 0 says nothing."""

    fields: Mapping[str, object]

    def part(self, name: str) -> Told:
        """Give an object inside, an empty one where there is none."""
        inner = self.fields.get(name)
        return Told(inner if isinstance(inner, dict) else {})

    def parts(self, name: str) -> tuple[Told, ...]:
        """Give the objects of a list inside."""
        inner = self.fields.get(name)
        return (
            tuple(Told(each) for each in inner if isinstance(each, dict)) if isinstance(inner, list) else ()
        )

    def text(self, name: str) -> str:
        """Read a text; numbers are written out, anything else is empty."""
        value = self.fields.get(name)
        return str(value).strip() if isinstance(value, str | int) and not isinstance(value, bool) else ""

    def flag(self, name: str) -> bool | None:
        """Read a yes or no."""
        value = self.fields.get(name)
        return value if isinstance(value, bool) else None

    def code(self, name: str) -> int | None:
        """Read a code; None where none stands. Raises Odd."""
        value = self.fields.get(name)
        if value is None or value == "":
            return None
        if isinstance(value, str) and _DIGITS.fullmatch(value):
            return int(value)
        if isinstance(value, bool) or not isinstance(value, int):
            raise Odd("told_unreadable", name, value)
        return value

    def fen(self, name: str) -> int | None:
        """Read an amount in fen; None where none stands. Raises Odd."""
        value = self.code(name)
        if value is not None and not 0 <= value <= _MOST_FEN:
            raise Odd("told_unreadable", name, value)
        return value

    def at(self, name: str) -> datetime | None:
        """Read a time in milliseconds as UTC; None where none stands. Raises Odd."""
        value = self.code(name)
        if not value:
            return None
        try:
            moment = _EPOCH + timedelta(milliseconds=value)
        except OverflowError:
            raise Odd("told_unreadable", name, value) from None
        if moment.year not in _YEARS:
            raise Odd("told_unreadable", name, value)
        return moment

    def id(self, name: str) -> str:
        """Read an id as text, empty where none stands. Raises Odd for one that lost digits or is none."""
        value = self.fields.get(name)
        if value is None or value in ("", 0, "0"):
            return ""
        if isinstance(value, float):
            raise Odd("told_rounded", name, value)
        digits = self.text(name)
        if not _DIGITS.fullmatch(digits):
            raise Odd("told_unreadable", name, value)
        if is_rounded(digits):
            raise Odd("told_rounded", name, digits)
        return digits


def is_rounded(digits: str) -> bool:
    """Tell whether a number is one that JavaScript writes after rounding: zeros in place of lost digits.

    >>> is_rounded("6931781998977357824"), is_rounded("6931781998977358000"), is_rounded("2200000000000")
    (False, True, False)
    """
    return int(digits) > EXACT and digits.endswith("0") and _as_javascript_writes(digits) == digits


def may_be_rounded(digits: str) -> bool:
    """Tell whether some program that counts in doubles may have written a number; by chance 1 in 1000.

    >>> may_be_rounded("6931781998977357824"), may_be_rounded("6931781998977357825")
    (True, False)
    """
    return int(digits) > EXACT and (int(float(digits)) == int(digits) or is_rounded(digits))


def _as_javascript_writes(digits: str) -> str:
    shortest = repr(float(digits)).split("e")[0].replace(".", "").rstrip("0")
    return shortest.ljust(len(digits), "0")


def millis(moment: datetime) -> int:
    """Write a time as the milliseconds of the platform."""
    return (moment - _EPOCH) // timedelta(milliseconds=1)
