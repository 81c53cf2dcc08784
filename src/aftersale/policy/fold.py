"""Simplify an expression once some of its names are settled."""

from __future__ import annotations

import operator
from typing import TYPE_CHECKING

from aftersale.policy.expression import And, Arith, Call, Case, Compare, Const, Expr, In, Is, Name, Not, Or

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

Literal = bool | int | str | None

_COMPARE: dict[str, Callable[[object, object], bool]] = {
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
    return Const(value=part.value is False) if isinstance(part, Const) and part.value is not None else Not(part)


def _compare(op: str, left: Expr, right: Expr) -> Expr:
    if isinstance(left, Const) and isinstance(right, Const) and None not in (left.value, right.value):
        return Const(_COMPARE[op](left.value, right.value))
    return Compare(op, left, right)


def _in(item: Expr, node: In) -> Expr:
    if isinstance(item, Const) and item.value is not None:
        return Const((item.value in node.values) is not node.negated)
    return In(item, node.values, node.negated)


def _is(part: Expr, node: Is) -> Expr:
    if isinstance(part, Const):
        return Const((part.value is node.truth) is not node.negated)
    return Is(part, node.truth, node.negated)


def _case(branches: list[tuple[Expr, Expr]], otherwise: Expr) -> Expr:
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
    match node:
        case Const():
            return node
        case Name(name=name):
            return Const(settled[name]) if name in settled else node
        case And(parts=parts):
            return all_of(fold(part, settled) for part in parts)
        case Or(parts=parts):
            return any_of(fold(part, settled) for part in parts)
        case Not(part=part):
            return _not(fold(part, settled))
        case Is(part=part):
            return _is(fold(part, settled), node)
        case In(item=item):
            return _in(fold(item, settled), node)
        case Compare(op=op, left=left, right=right):
            return _compare(op, fold(left, settled), fold(right, settled))
        case Arith(op=op, left=left, right=right):
            return Arith(op, fold(left, settled), fold(right, settled))
        case Call(name=name, args=args):
            return Call(name, tuple(fold(arg, settled) for arg in args))
        case Case(branches=branches, otherwise=otherwise):
            folded = [(fold(condition, settled), fold(value, settled)) for condition, value in branches]
            return _case(folded, fold(otherwise, settled))


def rename(node: Expr, names: Mapping[str, str]) -> Expr:
    """Replace names by other names."""
    match node:
        case Const():
            return node
        case Name(name=name):
            return Name(names.get(name, name))
        case And(parts=parts):
            return And(tuple(rename(part, names) for part in parts))
        case Or(parts=parts):
            return Or(tuple(rename(part, names) for part in parts))
        case Not(part=part):
            return Not(rename(part, names))
        case Is(part=part, truth=truth, negated=negated):
            return Is(rename(part, names), truth, negated)
        case In(item=item, values=values, negated=negated):
            return In(rename(item, names), values, negated)
        case Compare(op=op, left=left, right=right):
            return Compare(op, rename(left, names), rename(right, names))
        case Arith(op=op, left=left, right=right):
            return Arith(op, rename(left, names), rename(right, names))
        case Call(name=name, args=args):
            return Call(name, tuple(rename(arg, names) for arg in args))
        case Case(branches=branches, otherwise=otherwise):
            renamed = tuple((rename(condition, names), rename(value, names)) for condition, value in branches)
            return Case(renamed, rename(otherwise, names))
