"""Render expressions as plain SQL, with the same three-valued meaning as the Python source."""

from __future__ import annotations

from typing import TYPE_CHECKING, assert_never

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
    Literal,
    Name,
    Not,
    Or,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence


# LEAST and GREATEST skip NULL in most engines; here an unknown part makes an unknown whole.
_CALLS: dict[str, Callable[[str, str], str]] = {
    "least": lambda a, b: f"(CASE WHEN {a} <= {b} THEN {a} WHEN {a} > {b} THEN {b} END)",
    "greatest": lambda a, b: f"(CASE WHEN {a} >= {b} THEN {a} WHEN {a} < {b} THEN {b} END)",
    "has_tag": lambda a, _: f"list_contains(service_tags, {a})",
    "hours": lambda a, _: f"({a} * 3600)",
    "days": lambda a, _: f"({a} * {DAY})",
    "day_of": lambda a, _: f"(({a} + {SHANGHAI_OFFSET}) // {DAY})",
    "start_of": lambda a, _: f"({a} * {DAY} - {SHANGHAI_OFFSET})",
    "last_day": lambda a, _: f"last_day_of({a})",
    "months_after": lambda a, b: f"months_after({a}, {b})",
}


def literal(value: Literal) -> str:
    """Write a literal; a quote inside a text is doubled."""
    if value is None:
        return "NULL"
    if isinstance(value, bool):
        return "TRUE" if value else "FALSE"
    return str(value) if isinstance(value, int) else "'" + value.replace("'", "''") + "'"


def render(node: Expr) -> str:
    """Write an expression as SQL over columns of the same names."""
    match node:
        case Const(value=value):
            return literal(value)
        case Name(name=name):
            return f'"{name}"'
        case Compare(op=op, left=left, right=right):
            return f"({render(left)} {op} {render(right)})"
        case Arith(op=op, left=left, right=right):
            return f"({render(left)} {op} {render(right)})"
        case In(item=item, values=values, negated=negated):
            listed = ", ".join(literal(value) for value in values)
            return f"({render(item)} {'NOT IN' if negated else 'IN'} ({listed}))"
        case And(parts=parts):
            return _joined(" AND ", parts)
        case Or(parts=parts):
            return _joined(" OR ", parts)
        case Not(part=part):
            return f"(NOT {render(part)})"
        case Is(part=part, truth=truth, negated=negated):
            return f"({render(part)} IS {'NOT ' if negated else ''}{literal(truth)})"
        case Case(branches=branches, otherwise=otherwise):
            arms = " ".join(f"WHEN {render(condition)} THEN {render(value)}" for condition, value in branches)
            return f"(CASE {arms} ELSE {render(otherwise)} END)"
        case Call(name=name, args=args):
            return _CALLS[name](render(args[0]), render(args[-1]))
        case _ as never:
            assert_never(never)


def _joined(word: str, parts: Sequence[Expr]) -> str:
    return "(" + word.join(render(part) for part in parts) + ")"
