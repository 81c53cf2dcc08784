"""Compare how often something happened before an action and after it, and say how much that is worth."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

from aftersale.texts import Text

if TYPE_CHECKING:
    from collections.abc import Mapping

SPAN_DAYS = 30
"""So many days before the action and after it are compared."""

FEW, LEAST = 10, 100
"""Fewer cases in both spans together, or fewer tickets in one of them, compare nothing."""

# Nineteen times in twenty, chance alone stays within twice its own spread.
_SQUARED = 4


class Worth(StrEnum):
    """Say what a comparison is worth."""

    EARLY = "early"
    FEW = "few"
    CHANCE = "chance"
    LESS = "less"
    MORE = "more"


WORTH_WORDS: Mapping[Worth, Text] = {
    Worth.EARLY: Text(
        zh="行动后还不满 30 天，现在下不了结论。",
        en="Less than 30 days have passed; it is too early to tell.",
    ),
    Worth.FEW: Text(
        zh="数量太少，看不出有没有变化。", en="There are too few of them to tell whether anything changed."
    ),
    Worth.CHANCE: Text(
        zh="差别在偶然波动之内，看不出有没有效果。",
        en="The difference is within what chance does; no effect shows.",
    ),
    Worth.LESS: Text(
        zh="比行动前少，超出偶然波动；也可能因为季节、活动或别的改动，不能证明是行动起的作用。",
        en="Fewer than before, beyond chance; season, campaigns or other changes may be why: it is no proof.",
    ),
    Worth.MORE: Text(
        zh="比行动前多，超出偶然波动；行动可能没有用，也可能另有原因。",
        en="More than before, beyond chance; the action may not help, or something else is at work.",
    ),
}


@dataclass(frozen=True, slots=True)
class Span:
    """Hold how many of all tickets of a span were of the kind in question."""

    cases: int
    tickets: int

    @property
    def per_thousand(self) -> int | None:
        """Give the rate in thousandths, rounded; None where there was no ticket."""
        return (self.cases * 2_000 + self.tickets) // (2 * self.tickets) if self.tickets else None


@dataclass(frozen=True, slots=True)
class BeforeAfter:
    """Hold both spans, and how many whole days of the second one have passed."""

    before: Span
    after: Span
    days: int

    @property
    def worth(self) -> Worth:
        """Say what the comparison is worth.

        >>> BeforeAfter(Span(40, 400), Span(10, 400), 30).worth.value
        'less'
        >>> BeforeAfter(Span(3, 400), Span(1, 400), 30).worth.value
        'few'
        """
        if self.days < SPAN_DAYS:
            return Worth.EARLY
        before, after = self.before, self.after
        if before.cases + after.cases < FEW or min(before.tickets, after.tickets) < LEAST:
            return Worth.FEW
        if not _beyond_chance(before, after):
            return Worth.CHANCE
        fewer = after.cases * before.tickets < before.cases * after.tickets
        return Worth.LESS if fewer else Worth.MORE


def _beyond_chance(one: Span, other: Span) -> bool:
    """Tell whether two shares differ by more than twice the spread of one common share, in whole numbers."""
    tickets, cases = one.tickets + other.tickets, one.cases + other.cases
    apart = one.cases * other.tickets - other.cases * one.tickets
    return apart**2 * tickets > _SQUARED * cases * (tickets - cases) * one.tickets * other.tickets
