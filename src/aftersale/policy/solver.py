"""Ask z3 whether conditions can be true together; it comes with the extra `check`.

A fact that may be unknown is a pair of (known, value). Derived facts are unfolded; the calendar is only
known to move a day forward by at most ten.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, cast

import z3

from aftersale.domain.clock import DAY, SHANGHAI_OFFSET
from aftersale.domain.fact_table import COMPANION_OF, FACTS
from aftersale.domain.vocabulary import Kind
from aftersale.policy.expression import (
    And,
    Arith,
    Call,
    Case,
    Compare,
    Const,
    Expr,
    In,
    Is,
    Literal,
    Name,
    Not,
    Or,
    children,
)
from aftersale.policy.variant import ENUMS_WITH_UNKNOWN, NEVER_NULL

if TYPE_CHECKING:
    from collections.abc import Sequence

    from aftersale.policy.variant import Variant

_LONGEST_HOLIDAY = 10
_TIMEOUT_MS = 2_000
_COMPARE = {
    "=": lambda a, b: a == b,
    "<>": lambda a, b: a != b,
    "<": lambda a, b: a < b,
    "<=": lambda a, b: a <= b,
    ">": lambda a, b: a > b,
    ">=": lambda a, b: a >= b,
}
_ARITHMETIC = {"+": lambda a, b: a + b, "-": lambda a, b: a - b, "*": lambda a, b: a * b}


class Solver:
    """Translate the conditions of one variant and ask about them."""

    def __init__(self, variant: Variant) -> None:
        self._derived = {item.name: expr for item, expr in variant.derived}
        self._booleans = variant.source().booleans
        self._codes: dict[str, int] = {}
        self._known: dict[str, Any] = {}
        self._values: dict[str, Any] = {}
        self._facts: list[Any] = []
        self._translated: dict[Expr, Any] = {}
        self._unfolded: dict[str, tuple[Any, Any]] = {}
        self._rolled = z3.Function("last_day", z3.IntSort(), z3.IntSort())
        self._months = z3.Function("months_after", z3.IntSort(), z3.IntSort(), z3.IntSort())

    def possible(self, true: Sequence[Expr], not_true: Sequence[Expr] = ()) -> bool:
        """Tell whether some ticket makes all of `true` true and none of `not_true`; in doubt, yes."""
        asked = [self._whole(expr) for expr in true] + [z3.Not(self._whole(expr)) for expr in not_true]
        solver = z3.Solver()
        solver.set("timeout", _TIMEOUT_MS)
        solver.add(*asked, *self._facts, *self._companions())
        return bool(solver.check() != z3.unsat)

    def _whole(self, expr: Expr) -> Any:
        """Translate a whole condition once."""
        if expr not in self._translated:
            self._translated[expr] = self._true(expr)
        return self._translated[expr]

    def _companions(self) -> list[Any]:
        """Say that a thing that did not happen has no time."""
        return [
            z3.Implies(
                z3.And(self._known[companion], z3.Not(self._values[companion])), z3.Not(self._known[name])
            )
            for companion, name in COMPANION_OF.items()
            if companion in self._known and name in self._known
        ]

    def _code(self, text: str) -> int:
        return self._codes.setdefault(text, len(self._codes))

    def _fact(self, name: str) -> tuple[Any, Any]:
        """Give (known, value) of a fact, declared at first use with what its kind allows."""
        if name not in self._known:
            spec = FACTS[name]
            always = name in NEVER_NULL or name in ENUMS_WITH_UNKNOWN
            self._known[name] = z3.BoolVal(val=True) if always else z3.Bool(f"{name}?")
            self._values[name] = z3.Bool(name) if spec.kind is Kind.BOOL else z3.Int(name)
            if spec.kind is Kind.ENUM:
                self._facts.append(z3.Or([self._values[name] == self._code(value) for value in spec.values]))
            elif spec.kind in {Kind.FEN, Kind.COUNT, Kind.POINTS, Kind.TIME}:
                self._facts.append(self._values[name] >= 0)
        return self._known[name], self._values[name]

    def _name(self, name: str) -> tuple[Any, Any]:
        if name not in self._derived:
            return self._fact(name)
        if name not in self._unfolded:
            expr = self._derived[name]
            self._unfolded[name] = self._condition(expr) if name in self._booleans else self._value(expr)
        return self._unfolded[name]

    def _condition(self, expr: Expr) -> tuple[Any, Any]:
        true, false = self._true(expr), self._false(expr)
        return z3.Or(true, false), true

    def _true(self, node: Expr) -> Any:
        match node:
            case Const(value=value):
                return z3.BoolVal(val=value is True)
            case Name(name=name):
                known, value = self._name(name)
                return z3.And(known, value)
            case And(parts=parts):
                return z3.And([self._true(part) for part in parts])
            case Or(parts=parts):
                return z3.Or([self._true(part) for part in parts])
            case Not(part=part):
                return self._false(part)
            case Is(part=part, truth=truth, negated=negated):
                asked = self._true(part) if truth else self._false(part)
                return z3.Not(asked) if negated else asked
            case Call(name="has_tag", args=(Const(value=tag),)):
                return z3.And(z3.Bool("tags?"), z3.Bool(f"tag {tag}"))
            case Case(branches=branches, otherwise=otherwise):
                result = self._true(otherwise)
                for condition, branch in reversed(branches):
                    result = z3.If(self._true(condition), self._true(branch), result)
                return result
        return self._atom(node, wanted=True)

    def _false(self, node: Expr) -> Any:
        match node:
            case Const(value=value):
                return z3.BoolVal(val=value is False)
            case Name(name=name):
                known, value = self._name(name)
                return z3.And(known, z3.Not(value))
            case And(parts=parts):
                return z3.Or([self._false(part) for part in parts])
            case Or(parts=parts):
                return z3.And([self._false(part) for part in parts])
            case Not(part=part):
                return self._true(part)
            case Is():
                return z3.Not(self._true(node))
            case Call(name="has_tag", args=(Const(value=tag),)):
                return z3.And(z3.Bool("tags?"), z3.Not(z3.Bool(f"tag {tag}")))
            case Case(branches=branches, otherwise=otherwise):
                result = self._false(otherwise)
                for condition, branch in reversed(branches):
                    result = z3.If(self._true(condition), self._false(branch), result)
                return result
        return self._atom(node, wanted=False)

    def _atom(self, node: Expr, *, wanted: bool) -> Any:
        """Compare or look up: true or false only where both sides are known."""
        if isinstance(node, Compare):
            (known, left), (also, right) = self._value(node.left), self._value(node.right)
            holds = _COMPARE[node.op](left, right)
            return z3.And(known, also, holds if wanted else z3.Not(holds))
        lookup = cast("In", node)
        known, item = self._value(lookup.item)
        inside = z3.Or([item == self._literal(value) for value in lookup.values])
        return z3.And(known, inside if wanted is not lookup.negated else z3.Not(inside))

    def _literal(self, value: Literal) -> Any:
        return z3.IntVal(self._code(value) if isinstance(value, str) else value or 0)

    def _value(self, node: Expr) -> tuple[Any, Any]:
        match node:
            case Const(value=value):
                return z3.BoolVal(val=value is not None), self._literal(value)
            case Name(name=name):
                return self._name(name)
            case Arith(op=op, left=left, right=right):
                (known, a), (also, b) = self._value(left), self._value(right)
                return z3.And(known, also), _ARITHMETIC[op](a, b)
            case Case(branches=branches, otherwise=otherwise):
                known, result = self._value(otherwise)
                for condition, branch in reversed(branches):
                    holds, (also, taken) = self._true(condition), self._value(branch)
                    known, result = z3.If(holds, also, known), z3.If(holds, taken, result)
                return known, result
        parts = [self._value(arg) for arg in children(node)]
        call = self._call(cast("Call", node).name, [value for _, value in parts])
        return z3.And([known for known, _ in parts]), call

    def _call(self, name: str, args: list[Any]) -> Any:
        first, last = args[0], args[-1]
        match name:
            case "least":
                return z3.If(first <= last, first, last)
            case "greatest":
                return z3.If(first >= last, first, last)
            case "hours":
                return first * 3600
            case "days":
                return first * DAY
            case "day_of":
                return (first + SHANGHAI_OFFSET) / DAY
            case "start_of":
                return first * DAY - SHANGHAI_OFFSET
            case "last_day":
                moved = self._rolled(first)
                self._facts.append(z3.And(moved >= first, moved <= first + _LONGEST_HOLIDAY))
                return moved
        # months_after
        later = self._months(first, last)
        self._facts.append(later >= first)
        return later
