"""Arrange many conditions as nested branches, so that a ticket meets only the rules that could concern it.

Rules that share a part (`reason = 'no_reason'`, `received`) stand under one test of that part; many values
of one fact become a binary search. Four hundred rules about other articles then cost a few comparisons.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING

from aftersale.policy.expression import Compare, Const, Expr, In, Name, conjuncts
from aftersale.policy.fold import FALSE, TRUE, fold

if TYPE_CHECKING:
    from collections.abc import Iterator

    from aftersale.policy.python_source import PythonSource

_MANY = 3


@dataclass(frozen=True, slots=True)
class Candidate:
    """Hold a rule by its rank with the parts of its condition that are still to be tested."""

    rank: int
    parts: tuple[Expr, ...]


def candidate(rank: int, condition: Expr) -> Candidate:
    """Split a condition into its parts."""
    return Candidate(rank, tuple(part for part in conjuncts(condition) if part != TRUE))


def _values_asked(part: Expr) -> tuple[str, tuple[str, ...]] | None:
    """Tell which texts of which fact a part asks for, None where it asks otherwise."""
    match part:
        case Compare(op="=", left=Name(name=name), right=Const(value=str(value))):
            return name, (value,)
        case In(item=Name(name=name), values=values, negated=False) if isinstance(values[0], str):
            return name, tuple(str(value) for value in values)
    return None


def _asked_of(rule: Candidate, name: str) -> tuple[str, ...] | None:
    for part in rule.parts:
        asked = _values_asked(part)
        if asked and asked[0] == name:
            return asked[1]
    return None


def _most_asked_fact(rules: list[Candidate]) -> str | None:
    counts = Counter(asked[0] for rule in rules for part in rule.parts if (asked := _values_asked(part)))
    name, count = counts.most_common(1)[0] if counts else ("", 0)
    values = {value for rule in rules for value in _asked_of(rule, name) or ()}
    return name if count >= _MANY and len(values) >= _MANY else None


def _settle(rule: Candidate, name: str, value: str) -> Candidate | None:
    parts = tuple(fold(part, {name: value}) for part in rule.parts)
    return None if FALSE in parts else Candidate(rule.rank, tuple(part for part in parts if part != TRUE))


class Branches:
    """Write candidates as nested Python branches that append the rank of each rule that fires."""

    def __init__(self, source: PythonSource) -> None:
        self._source = source

    def lines(self, rules: list[Candidate], depth: int) -> Iterator[str]:
        """Give the lines of source for these rules, indented `depth` times."""
        if fact := _most_asked_fact(rules):
            asking = [rule for rule in rules if _asked_of(rule, fact) is not None]
            yield from self._by_value(fact, asking, depth)
            yield from self.lines([rule for rule in rules if rule not in asking], depth)
            return
        yield from self._by_common_part(rules, depth)

    def _by_common_part(self, rules: list[Candidate], depth: int) -> Iterator[str]:
        counts = Counter(part for rule in rules for part in rule.parts)
        part, count = counts.most_common(1)[0] if counts else (TRUE, 0)
        if count == 1 or not counts:
            for rule in rules:
                yield from self._single(rule, depth)
            return
        having = [rule for rule in rules if part in rule.parts]
        yield f"{'    ' * depth}if {self._source.when_true(part)}:"
        rest = [
            Candidate(rule.rank, tuple(other for other in rule.parts if other != part)) for rule in having
        ]
        yield from self.lines(rest, depth + 1)
        yield from self.lines([rule for rule in rules if rule not in having], depth)

    def _single(self, rule: Candidate, depth: int) -> Iterator[str]:
        margin = "    " * depth
        if not rule.parts:
            yield f"{margin}hit({rule.rank})"
            return
        tests = " and ".join(self._source.when_true(part) for part in rule.parts)
        yield f"{margin}if {tests}:"
        yield f"{margin}    hit({rule.rank})"

    def _by_value(self, fact: str, rules: list[Candidate], depth: int) -> Iterator[str]:
        values = sorted({value for rule in rules for value in _asked_of(rule, fact) or ()})
        yield f"{'    ' * depth}if {fact} is not None:"
        yield from self._search(fact, values, rules, depth + 1)

    def _search(self, fact: str, values: list[str], rules: list[Candidate], depth: int) -> Iterator[str]:
        margin = "    " * depth
        if len(values) > _MANY:
            middle = len(values) // 2
            yield f"{margin}if {fact} < {values[middle]!r}:"
            yield from self._search(fact, values[:middle], rules, depth + 1)
            yield f"{margin}else:"
            yield from self._search(fact, values[middle:], rules, depth + 1)
            return
        for number, value in enumerate(values):
            yield f"{margin}{'el' if number else ''}if {fact} == {value!r}:"
            settled = [_settle(rule, fact, value) for rule in rules if value in (_asked_of(rule, fact) or ())]
            kept = [rule for rule in settled if rule]
            yield from self.lines(kept, depth + 1) if kept else (f"{'    ' * (depth + 1)}pass",)
