"""Simplify an expression once some of its names are settled."""

from __future__ import annotations

import operator
from typing import TYPE_CHECKING, Any

from aftersale.policy.expression import (
    And,
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
    rebuild,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

_COMPARE: dict[str, Callable[[Any, Any], Any]] = {
    "=": operator.eq,
    "<>": operator.ne,
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
}
TRUE, FALSE = Const(value=True), Const(value=False)


def all_of(parts: Iterable[Expr]) -> Expr:
    """Join conditions with AND; no condition at all is true."""
    kept = [part for part in parts if part != TRUE]
    if FALSE in kept:
        return FALSE
    return And(tuple(kept)) if len(kept) > 1 else kept[0] if kept else TRUE


def any_of(parts: Iterable[Expr]) -> Expr:
    """Join conditions with OR; no condition at all is false."""
    kept = [part for part in parts if part != FALSE]
    if TRUE in kept:
        return TRUE
    return Or(tuple(kept)) if len(kept) > 1 else kept[0] if kept else FALSE


def _not(part: Expr) -> Expr:
    return (
        Const(value=part.value is False) if isinstance(part, Const) and part.value is not None else Not(part)
    )


def _compare(node: Compare) -> Expr:
    left, right = node.left, node.right
    if isinstance(left, Const) and isinstance(right, Const) and None not in (left.value, right.value):
        return Const(bool(_COMPARE[node.op](left.value, right.value)))
    return node


def _in(item: Expr, node: In) -> Expr:
    if isinstance(item, Const) and item.value is not None:
        return Const((item.value in node.values) is not node.negated)
    return node


def _is(part: Expr, node: Is) -> Expr:
    if isinstance(part, Const):
        return Const((part.value is node.truth) is not node.negated)
    return node


def _case(branches: tuple[tuple[Expr, Expr], ...], otherwise: Expr) -> Expr:
    kept: list[tuple[Expr, Expr]] = []
    for condition, value in branches:
        if condition == TRUE:
            return Case(tuple(kept), value) if kept else value
        if not (isinstance(condition, Const) and not condition.value):
            kept.append((condition, value))
    return Case(tuple(kept), otherwise) if kept else otherwise


def fold(node: Expr, settled: Mapping[str, Literal]) -> Expr:
    """Replace settled names by their values and compute what no longer depends on anything.

    >>> fold(Compare("=", Name("platform"), Const("douyin")), {"platform": "kuaishou"})
    Const(value=False)
    """
    if isinstance(node, Name):
        return Const(settled[node.name]) if node.name in settled else node
    return _simplified(rebuild(node, lambda part: fold(part, settled)))


def _simplified(node: Expr) -> Expr:
    """Compute a node whose parts are settled; what still depends on something stays."""
    match node:
        case And(parts=parts):
            return all_of(parts)
        case Or(parts=parts):
            return any_of(parts)
        case Not(part=part):
            return _not(part)
        case Is(part=part):
            return _is(part, node)
        case In(item=item):
            return _in(item, node)
        case Compare():
            return _compare(node)
        case Case(branches=branches, otherwise=otherwise):
            return _case(branches, otherwise)
    return node


def rename(node: Expr, names: Mapping[str, str]) -> Expr:
    """Replace names by other names."""
    if isinstance(node, Name):
        return Name(names.get(node.name, node.name))
    return rebuild(node, lambda part: rename(part, names))
