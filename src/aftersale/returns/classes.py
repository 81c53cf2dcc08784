"""Compare what came back with what ought to come back, and say what that tells the judge: never a verdict."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

from aftersale.channels.receipts.words import read_weight, unit_of
from aftersale.channels.spreadsheet.cells import Unreadable
from aftersale.channels.spreadsheet.columns import plain_title
from aftersale.texts import Text

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime

    from aftersale.returns.counted import Counted, CountedLine


class Odd(StrEnum):
    """Name what is odd about a parcel; each is shown to a person, none decides anything."""

    EMPTY = "empty"
    LIGHT = "light"
    SHORT = "short"
    OTHER_ARTICLE = "other_article"
    BAD_PIECES = "bad_pieces"


ODD_WORDS: dict[Odd, Text] = {
    Odd.EMPTY: Text(zh="空包", en="nothing in it"),
    Odd.LIGHT: Text(zh="重量明显偏轻", en="far too light"),
    Odd.SHORT: Text(zh="件数不足", en="pieces missing"),
    Odd.OTHER_ARTICLE: Text(zh="不是这件商品", en="another article"),
    Odd.BAD_PIECES: Text(zh="有不良品", en="bad pieces"),
}

# What does not fit the ticket leaves open what came back; bad pieces are the right goods in a bad state.
_DOES_NOT_FIT = frozenset({Odd.EMPTY, Odd.LIGHT, Odd.SHORT, Odd.OTHER_ARTICLE})
_LEAST_SHARE_PERCENT = 50
# Who counts a piece as good would sell it again. What only shows when it is switched on stays a question.
_GOOD: Mapping[str, bool] = {
    "resalable": True,
    "accessories_complete": True,
    "soiled_damaged": False,
    "tags_removed": False,
    "hygiene_seal_broken": False,
    "used_beyond_inspection": False,
}
_WEIGHT_TITLES = ("重量", "毛重", "净重", "发货重量", "weight")


@dataclass(frozen=True, slots=True)
class Due:
    """Say what a ticket waits for: the numbers of its article, and grams a piece by article where known."""

    numbers: frozenset[str]
    weights: Mapping[str, int]


def piece_weight(cells: Mapping[str, str]) -> int | None:
    """Read grams a piece from a row of the product register; None where it names no weight or no unit.

    >>> piece_weight({"商品名称": "杯子", "发货重量(kg)": "1.38"})
    1380
    """
    for title, text in cells.items():
        plain = plain_title(title)
        if not plain.startswith(_WEIGHT_TITLES):
            continue
        try:
            grams = read_weight(text, unit_of(title))
        except Unreadable:
            continue
        if grams:
            return grams
    return None


def lines_for(told: Counted, due: Due) -> tuple[CountedLine, ...]:
    """Give the lines that may be of a ticket's article; where one side names no article, all of them."""
    if not due.numbers:
        return told.lines
    return tuple(line for line in told.lines if not line.article_no or line.article_no in due.numbers)


def odd_of(told: Counted, due: Due) -> tuple[Odd, ...]:
    """List what is odd about a parcel from one ticket's point of view."""
    mine = lines_for(told, due)
    pieces = sum(line.good + line.bad for line in mine)
    checks = {
        Odd.EMPTY: bool(told.lines) and told.pieces == 0,
        Odd.LIGHT: _is_light(told, due.weights),
        Odd.SHORT: any(line.expected is not None and line.good + line.bad < line.expected for line in mine),
        Odd.OTHER_ARTICLE: told.pieces > 0 and pieces == 0,
        Odd.BAD_PIECES: any(line.bad for line in mine),
    }
    return tuple(odd for odd, holds in checks.items() if holds)


def _is_light(told: Counted, weights: Mapping[str, int]) -> bool:
    """Tell whether the scale says less than half of what the counted pieces weigh."""
    if told.weight_g is None or not told.pieces:
        return False
    named = [line for line in told.lines if line.good + line.bad]
    if any(line.article_no not in weights for line in named):
        return False
    ought = sum(weights[line.article_no] * (line.good + line.bad) for line in named)
    return told.weight_g * 100 < ought * _LEAST_SHARE_PERCENT


def facts_from(told: Counted, due: Due, odd: Sequence[Odd], arrived_at: datetime) -> dict[str, object]:
    """Say what the judge may know: that goods came, and how they are where that was counted and fits.

    None stands for what nobody knows: it makes a question of it.
    """
    facts: dict[str, object] = {"goods_back": True, "return_received_at": arrived_at.isoformat()}
    if _DOES_NOT_FIT.intersection(odd):
        return {**facts, "return_mismatch": None}
    mine = lines_for(told, due)
    if Odd.BAD_PIECES in odd:
        return {**facts, "resalable": False}
    return {**facts, **_GOOD} if any(line.good for line in mine) else facts
