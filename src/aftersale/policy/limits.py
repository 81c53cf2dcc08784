"""Find limits that no case tries out: the day before, the day itself, the day after."""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

from aftersale.domain.clock import DAY
from aftersale.domain.errors import Finding
from aftersale.domain.fact_table import FACTS
from aftersale.policy.expression import Compare, Const, Expr, Type, children
from aftersale.policy.generate import compiled
from aftersale.policy.sql_source import render
from aftersale.policy.typing import Checker
from aftersale.policy.variant import Variants, needed
from aftersale.texts import Text

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from aftersale.domain.facts import Facts
    from aftersale.policy.rulebook import Rulebook
    from aftersale.policy.variant import Variant

_ORDERED = frozenset({"<", "<=", ">", ">="})
_SIDES = {-1: ("before", "之前"), 0: ("on", "当时"), 1: ("after", "之后")}


def limits_in(node: Expr) -> Iterator[Compare]:
    """Give every ordered comparison in an expression."""
    if isinstance(node, Compare) and node.op in _ORDERED:
        yield node
    for part in children(node):
        yield from limits_in(part)


def _difference(variant: Variant, limit: Compare) -> str:
    """Write a function that tells how far the left side lies beyond the right, None where unknown."""
    source = variant.source()
    left, right = variant.folded(limit.left), variant.folded(limit.right)
    wanted = needed([left, right], variant.derived)
    names = ", ".join(name if name in wanted else "_" for name in FACTS)
    lines = ["def difference(values):", f"    ({names},) = values"]
    lines += [
        f"    {item.name} = {source.value(expr)}" for item, expr in variant.derived if item.name in wanted
    ]
    lines += [f"    left, right = {source.value(left)}, {source.value(right)}"]
    return "\n".join([*lines, "    return None if left is None or right is None else left - right"])


class _Tried:
    """Try one limit on all cases, each under its own variant."""

    def __init__(self, rulebook: Rulebook, cases: Sequence[Facts]) -> None:
        self._variants = Variants(rulebook)
        self._rolled = rulebook.calendar.rolled.get
        self._made: dict[tuple[str, int], Variant] = {}
        self._by_key: dict[tuple[str, int], list[Facts]] = {}
        for facts in cases:
            key = self._variants.key(cast("str", facts["platform"]), cast("int", facts["applied_at"]))
            self._by_key.setdefault(key, []).append(facts)

    def sides(self, limit: Compare, near: int) -> set[int]:
        """Collect on which sides of a limit, and near it, the cases lie."""
        found: set[int] = set()
        for key, cases in self._by_key.items():
            variant = self._made.setdefault(key, self._variants.make(key))
            difference = compiled(_difference(variant, limit), "difference", rolled=self._rolled)
            distances = [cast("int | None", difference(facts.values)) for facts in cases]
            found |= {(far > 0) - (far < 0) for far in distances if far is not None and abs(far) <= near}
        return found


def _reachable(limit: Compare) -> set[int]:
    """List the sides on which a case can lie: no amount or count lies below zero."""
    return set(_SIDES) - ({-1} if limit.right == Const(0) else set())


def untested_limits(rulebook: Rulebook, cases: Sequence[Facts], limits_of: str) -> Iterator[Finding]:
    """Find limits without a case before, on and after: times within a day, numbers by one."""
    tried = _Tried(rulebook, cases)
    checker = Checker(rulebook.types, {})
    places: list[tuple[str, Expr]] = [
        (f"{rule.file} {rule.id}", rule.when) for rule in rulebook.rules if rule.file.startswith(limits_of)
    ]
    places += [(item.name, item.expr) for item in rulebook.derived] if not limits_of else []
    for where, expr in places:
        for limit in limits_in(expr):
            near = DAY if checker.type_of(limit.left) is Type.TIME else 1
            missing = sorted(_reachable(limit) - tried.sides(limit, near))
            if missing:
                text = render(limit).replace('"', "")
                en = f"no case lies {', '.join(_SIDES[side][0] for side in missing)} this limit"
                zh = f"这个界限缺少用例：{'、'.join(_SIDES[side][1] for side in missing)}"
                yield Finding("rulebook.untested", where, text, Text(zh=zh, en=en))
