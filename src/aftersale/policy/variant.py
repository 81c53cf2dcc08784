"""Prepare a rulebook for one platform and one span of dates: parameters settled, rules outside dropped."""

from __future__ import annotations

from bisect import bisect_right
from dataclasses import dataclass
from typing import TYPE_CHECKING

from aftersale.domain.fact_table import FACTS
from aftersale.domain.facts import NEVER_UNKNOWN
from aftersale.domain.vocabulary import PLATFORMS, Kind
from aftersale.policy.expression import Compare, Const, Expr, Name, Type, names_in
from aftersale.policy.fold import FALSE, all_of, fold
from aftersale.policy.python_source import PythonSource
from aftersale.policy.rulebook import ALWAYS_FROM, ALWAYS_UNTIL, bound

if TYPE_CHECKING:
    from collections.abc import Mapping

    from aftersale.policy.rulebook import Derived, Rule, Rulebook

NEVER_NULL = NEVER_UNKNOWN
ENUMS_WITH_UNKNOWN = frozenset(spec.name for spec in FACTS.values() if spec.never_null)
BOOLEANS = frozenset(spec.name for spec in FACTS.values() if spec.kind is Kind.BOOL)
_ANCHOR = {"applied": "applied_at", "paid": "paid_at", "now": "now"}


def epochs(rulebook: Rulebook) -> tuple[int, ...]:
    """List the seconds at which a rule or a parameter anchored to the application begins or ends."""
    spans = [rule.effective for rule in rulebook.rules if rule.anchor == "applied"]
    spans += [value.effective for item in rulebook.parameters.values() for value in item.values]
    return tuple(sorted({bound(on, 0) for span in spans for on in span if on}))


def window(rule: Rule) -> Expr:
    """Write the dates of a rule as a condition on its anchor."""
    anchor = Name(_ANCHOR[rule.anchor])
    start, until = bound(rule.effective[0], ALWAYS_FROM), bound(rule.effective[1], ALWAYS_UNTIL)
    limits = []
    if start != ALWAYS_FROM:
        limits.append(Compare(">=", anchor, Const(start)))
    if until != ALWAYS_UNTIL:
        limits.append(Compare("<", anchor, Const(until)))
    return all_of(limits)


def on_platform(rule: Rule) -> Expr:
    """Write the platform of a rule as a condition."""
    return all_of([] if rule.platform == "any" else [Compare("=", Name("platform"), Const(rule.platform))])


def settled_parameters(rulebook: Rulebook, platform: str, second: int) -> dict[str, int | None]:
    """Give the value of every parameter for a platform at a time, None outside its dates."""
    values = {name: item.value_for(platform, second) for name, item in rulebook.parameters.items()}
    return {name: value.value if value else None for name, value in values.items()}


@dataclass(frozen=True, slots=True)
class Variant:
    """Hold the rules of one platform and span of dates; `conditions` go by rank, FALSE where dropped."""

    rulebook: Rulebook
    platform: str
    second: int
    settled: Mapping[str, str | int | None]
    conditions: tuple[Expr, ...]
    derived: tuple[tuple[Derived, Expr], ...]

    def folded(self, expr: Expr) -> Expr:
        """Settle platform and parameters in an expression."""
        return fold(expr, self.settled)

    def source(self, *, strict: bool = False) -> PythonSource:
        """Give a renderer that knows which names may be unknown."""
        nullable = set(FACTS) - NEVER_NULL - (set() if strict else ENUMS_WITH_UNKNOWN)
        booleans = set(BOOLEANS) | {item.name for item, _ in self.derived if item.type is Type.BOOL}
        for item, expr in self.derived:
            if PythonSource(frozenset(nullable), frozenset(booleans), strict).may_be_null(expr):
                nullable.add(item.name)
        return PythonSource(frozenset(nullable | {"amount"}), frozenset(booleans), strict)


def make_variant(rulebook: Rulebook, platform: str, second: int) -> Variant:
    """Settle a rulebook for one platform at one time."""
    settled: dict[str, str | int | None] = {"platform": platform}
    settled |= settled_parameters(rulebook, platform, second)
    at = settled | {"applied_at": second}
    conditions = tuple(_condition(rule, settled, at) for rule in rulebook.rules)
    derived = tuple((item, fold(item.expr, settled)) for item in rulebook.derived)
    return Variant(rulebook, platform, second, settled, conditions, derived)


def _condition(rule: Rule, settled: dict[str, str | int | None], at: dict[str, str | int | None]) -> Expr:
    dates = window(rule)
    dates = fold(dates, at) if rule.anchor == "applied" else dates
    whole = all_of([fold(on_platform(rule), settled), dates])
    return FALSE if whole == FALSE else all_of([whole, fold(rule.when, settled)])


class Variants:
    """Find the variant of a ticket; each is made once."""

    def __init__(self, rulebook: Rulebook) -> None:
        self.bounds = epochs(rulebook)
        self._rulebook = rulebook

    def key(self, platform: str, applied_at: int) -> tuple[str, int]:
        """Name the variant for a platform and a time of application."""
        return platform, bisect_right(self.bounds, applied_at)

    def make(self, key: tuple[str, int]) -> Variant:
        """Make the variant of a key."""
        platform, number = key
        return make_variant(self._rulebook, platform, self.bounds[number - 1] if number else ALWAYS_FROM)

    def every_key(self) -> list[tuple[str, int]]:
        """List the keys of all variants."""
        return [(platform, number) for platform in PLATFORMS for number in range(len(self.bounds) + 1)]


def needed(exprs: list[Expr], derived: tuple[tuple[Derived, Expr], ...]) -> set[str]:
    """Collect all names that expressions need, also through derived facts."""
    wanted = set[str]().union(*(names_in(expr) for expr in exprs))
    for item, expr in reversed(derived):
        if item.name in wanted:
            wanted |= names_in(expr)
    return wanted
