"""Render expressions as Python source: one text that is true, one that is false, one value.

A condition is rendered twice because an unknown is neither: `when_true` is Python-true only where the
condition is TRUE, `when_false` only where it is FALSE. In strict mode IS [NOT] TRUE/FALSE and CASE do not
settle an unknown, so what comes out true stays true however the unknowns are answered.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, cast

from aftersale.domain.clock import DAY, SHANGHAI_OFFSET
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
    Name,
    Not,
    Or,
    children,
)

if TYPE_CHECKING:
    from collections.abc import Callable
    from collections.abc import Set as AbstractSet

_PYTHON_OP = {"=": "==", "<>": "!=", "<": "<", "<=": "<=", ">": ">", ">=": ">="}
_INVERSE_OP = {"=": "!=", "<>": "==", "<": ">=", "<=": ">", ">": "<=", ">=": "<"}
_CALLS: dict[str, Callable[[str, str], str]] = {
    "least": lambda first, last: f"({first} if {first} <= {last} else {last})",
    "greatest": lambda first, last: f"({first} if {first} >= {last} else {last})",
    "hours": lambda first, _: f"({first} * 3600)",
    "days": lambda first, _: f"({first} * {DAY})",
    "day_of": lambda first, _: f"(({first} + {SHANGHAI_OFFSET}) // {DAY})",
    "start_of": lambda first, _: f"({first} * {DAY} - {SHANGHAI_OFFSET})",
    "last_day": lambda first, _: f"rolled({first}, {first})",
    "months_after": lambda first, last: f"months_after({first}, {last})",
}
_BOOLEAN = (And, Or, Not, Is, Compare, In)


def _list(values: tuple[bool | int | str, ...]) -> str:
    return "{" + ", ".join(repr(value) for value in values) + "}"


@dataclass(frozen=True, slots=True)
class PythonSource:
    """Render for a given set of names that may be unknown; `booleans` names the boolean ones."""

    nullable: AbstractSet[str]
    booleans: AbstractSet[str]
    strict: bool = False

    def may_be_null(self, node: Expr) -> bool:
        """Tell whether an expression can come out unknown."""
        match node:
            case Name(name=name):
                return name in self.nullable
            case Const(value=value):
                return value is None
            case Is(part=part):
                return self.strict and self.may_be_null(part)
            case Case(branches=branches, otherwise=otherwise):
                values = [value for _, value in branches] + [otherwise]
                conditions = [condition for condition, _ in branches] if self.strict else []
                return any(self.may_be_null(part) for part in values + conditions)
        if isinstance(node, Call) and node.name == "has_tag":
            return "service_tags" in self.nullable
        return any(self.may_be_null(part) for part in children(node))

    def is_condition(self, node: Expr) -> bool:
        """Tell whether an expression is a condition rather than a value."""
        if isinstance(node, Case):
            return self.is_condition(node.otherwise)
        if isinstance(node, Name):
            return node.name in self.booleans
        if isinstance(node, Const):
            return isinstance(node.value, bool)
        return isinstance(node, _BOOLEAN) or (isinstance(node, Call) and node.name == "has_tag")

    def when_true(self, node: Expr) -> str:
        """Render a text that is Python-true only where the condition is TRUE."""
        match node:
            case Const(value=value):
                return repr(value)
            case Name(name=name):
                return name
            case And(parts=parts):
                return "(" + " and ".join(self.when_true(part) for part in parts) + ")"
            case Or(parts=parts):
                return "(" + " or ".join(self.when_true(part) for part in parts) + ")"
            case Not(part=part):
                return self.when_false(part)
            case Is():
                return self._is(node, wanted=True)
            case In(item=item, values=values, negated=negated):
                return self._membership(item, values, negated=negated)
            case Compare(op=op, left=left, right=right):
                return self._comparison(_PYTHON_OP[op], left, right)
            case Case():
                return self._case(node, wanted=True)
        return self._tagged(node, "in")

    def when_false(self, node: Expr) -> str:
        """Render a text that is Python-true only where the condition is FALSE."""
        match node:
            case Const(value=value):
                return repr(value is False)
            case Name(name=name):
                return f"{name} is False" if name in self.nullable else f"not {name}"
            case And(parts=parts):
                return "(" + " or ".join(self.when_false(part) for part in parts) + ")"
            case Or(parts=parts):
                return "(" + " and ".join(self.when_false(part) for part in parts) + ")"
            case Not(part=part):
                return self.when_true(part)
            case Is():
                return self._is(node, wanted=False)
            case In(item=item, values=values, negated=negated):
                return self._membership(item, values, negated=not negated)
            case Compare(op=op, left=left, right=right):
                return self._comparison(_INVERSE_OP[op], left, right)
            case Case():
                return self._case(node, wanted=False)
        return self._tagged(node, "not in")

    def _tagged(self, node: Expr, how: str) -> str:
        """Look for a service tag: what is no other kind of condition asks for one."""
        test = f"{self._plain(children(node)[0])} {how} service_tags"
        return f"(service_tags is not None and {test})" if "service_tags" in self.nullable else f"({test})"

    def value(self, node: Expr) -> str:
        """Render a text whose value is the expression's, None where it is unknown."""
        if self.is_condition(node):
            return self._three_valued(node)
        checks = self._known(node)
        plain = self._plain(node)
        return f"({plain} if {' and '.join(checks)} else None)" if checks else plain

    def _three_valued(self, node: Expr) -> str:
        if isinstance(node, Name):
            return node.name
        if not self.may_be_null(node):
            return f"(True if {self.when_true(node)} else False)"
        return f"(True if {self.when_true(node)} else False if {self.when_false(node)} else None)"

    def _is(self, node: Is, *, wanted: bool) -> str:
        """IS TRUE is when_true of its part; strictly, an unknown part stays unknown."""
        truth = node.truth is not node.negated
        if self.strict:
            return self.when_true(node.part) if truth is wanted else self.when_false(node.part)
        asked = self.when_true(node.part) if node.truth else self.when_false(node.part)
        return f"(not {asked})" if node.negated is wanted else f"({asked})"

    def _case(self, node: Case, *, wanted: bool) -> str:
        render = self.when_true if wanted else self.when_false
        text = render(node.otherwise)
        for condition, value in reversed(node.branches):
            skipped = self.when_false(condition) if self.strict else f"not {self.when_true(condition)}"
            text = f"(({self.when_true(condition)} and {render(value)}) or ({skipped} and {text}))"
        return text

    def _known(self, node: Expr) -> list[str]:
        """List the checks that the parts of a value are known."""
        match node:
            case Const(value=value):
                return ["False"] if value is None else []
            case Name(name=name):
                return [f"{name} is not None"] if name in self.nullable else []
            case Case():
                return [f"{self._plain(node)} is not None"] if self.may_be_null(node) else []
        checks = [check for part in children(node) for check in self._known(part)]
        return list(dict.fromkeys(checks))

    def _membership(self, item: Expr, values: tuple[bool | int | str, ...], *, negated: bool) -> str:
        if not negated:
            return f"{self.value(item)} in {_list(values)}"
        checks = self._known(item)
        return "(" + " and ".join([*checks, f"{self._plain(item)} not in {_list(values)}"]) + ")"

    def _comparison(self, op: str, left: Expr, right: Expr) -> str:
        plain = f"{self._plain(left)} {op} {self._plain(right)}"
        sides_are_simple = isinstance(left, Name) and isinstance(right, Const)
        checks = [] if op == "==" and sides_are_simple else [*self._known(left), *self._known(right)]
        return "(" + " and ".join([*dict.fromkeys(checks), plain]) + ")" if checks else f"({plain})"

    def _plain(self, node: Expr) -> str:
        """Render a value whose parts are known."""
        match node:
            case Const(value=value):
                return repr(value)
            case Name(name=name):
                return name
            case Arith(op=op, left=left, right=right):
                return f"({self._plain(left)} {op} {self._plain(right)})"
            case Case():
                return self._value_of_case(node)
        args = [self._plain(arg) for arg in children(node)]
        return _CALLS[cast("Call", node).name](args[0], args[-1])

    def _value_of_case(self, node: Case) -> str:
        text = self.value(node.otherwise)
        for condition, value in reversed(node.branches):
            unsettled = self.strict and self.may_be_null(condition)
            rest = f"({text} if {self.when_false(condition)} else None)" if unsettled else text
            text = f"({self.value(value)} if {self.when_true(condition)} else {rest})"
        return text
