"""Tell whether rules can hold at all, and together: by z3 where it is installed, else by plain parts."""

from __future__ import annotations

from functools import lru_cache
from importlib.util import find_spec
from typing import TYPE_CHECKING

from aftersale.domain.vocabulary import PLATFORMS
from aftersale.policy.expression import Compare, Const, Expr, In, Name, Not, conjuncts
from aftersale.policy.fold import FALSE
from aftersale.policy.rulebook import ALWAYS_FROM, ALWAYS_UNTIL, bound
from aftersale.policy.variant import make_variant

if TYPE_CHECKING:
    from aftersale.policy.rulebook import Rule, Rulebook
    from aftersale.policy.solver import Solver
    from aftersale.policy.variant import Variant

HAS_SOLVER = find_spec("z3") is not None


class Disjoint:
    """Answer questions about the rules of one rulebook; variants are prepared once."""

    def __init__(self, rulebook: Rulebook) -> None:
        self._book = rulebook
        self._rank = {rule.id: rank for rank, rule in enumerate(rulebook.rules)}
        self._variant = lru_cache(maxsize=None)(self._make)
        self._solver = lru_cache(maxsize=None)(self._make_solver)

    def never_holds(self, rule: Rule) -> bool:
        """Tell whether no ticket at all makes a rule true."""
        return not self.may_hold((rule,))

    def may_both_hold(self, one: Rule, other: Rule) -> bool:
        """Tell whether some ticket makes both rules true."""
        return self.may_hold((one, other))

    def always_taken(self, rule: Rule, higher: tuple[Rule, ...]) -> bool:
        """Tell whether higher rules take every case of a rule."""
        return not self.may_hold((rule,), without=higher)

    def may_hold(self, rules: tuple[Rule, ...], without: tuple[Rule, ...] = ()) -> bool:
        """Tell whether some ticket makes all of `rules` true and none of `without`; in doubt, yes."""
        return any(
            self._possible(self._variant(platform, second), rules, without)
            for platform in PLATFORMS
            for second in self._times(rules)
        )

    def _make(self, platform: str, second: int) -> Variant:
        return make_variant(self._book, platform, second)

    def _make_solver(self, platform: str, second: int) -> Solver:
        from aftersale.policy.solver import Solver  # noqa: PLC0415  # z3 is an extra

        return Solver(self._variant(platform, second))

    def _times(self, rules: tuple[Rule, ...]) -> list[int]:
        """Pick the first and the last second at which all these rules are in force."""
        spans = [rule.effective for rule in rules if rule.anchor == "applied"]
        start = max((bound(since, ALWAYS_FROM) for since, _ in spans), default=ALWAYS_FROM)
        until = min((bound(to, ALWAYS_UNTIL) for _, to in spans), default=ALWAYS_UNTIL)
        return sorted({start, until - 1}) if start < until else []

    def _possible(self, variant: Variant, rules: tuple[Rule, ...], without: tuple[Rule, ...]) -> bool:
        wanted = [variant.conditions[self._rank[rule.id]] for rule in rules]
        if FALSE in wanted:
            return False
        avoided = [variant.conditions[self._rank[rule.id]] for rule in without]
        if not HAS_SOLVER:
            parts = [part for condition in wanted for part in conjuncts(condition)]
            return not _contradicts(parts) and not any(_is_covered(parts, condition) for condition in avoided)
        return self._solver(variant.platform, variant.second).possible(wanted, avoided)


def _asked(part: Expr) -> tuple[str, frozenset[object]] | None:
    match part:
        case Compare(op="=", left=Name(name=name), right=Const(value=value)):
            return name, frozenset({value})
        case In(item=Name(name=name), values=values, negated=False):
            return name, frozenset(values)
    return None


def _contradicts(parts: list[Expr]) -> bool:
    """Tell whether plain parts exclude one another: x and not x, or values that do not meet."""
    allowed: dict[str, frozenset[object]] = {}
    for part in parts:
        if isinstance(part, Not) and part.part in parts:
            return True
        if asked := _asked(part):
            name, values = asked
            allowed[name] = allowed.get(name, values) & values
    return frozenset() in allowed.values()


def _is_covered(parts: list[Expr], condition: Expr) -> bool:
    """Tell whether a condition asks for nothing beyond these parts."""
    return set(conjuncts(condition)) <= set(parts)
