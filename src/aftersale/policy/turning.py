"""Find the instants at which a comparison with the clock turns."""

from __future__ import annotations

from typing import TYPE_CHECKING

from aftersale.policy.expression import Arith, Compare, Const, Expr, Name, children, names_in

if TYPE_CHECKING:
    from collections.abc import Iterator

NOW = "now"
_MIRROR = {"<": ">", "<=": ">=", ">": "<", ">=": "<="}


class ClockMisused(Exception):
    """Refuse a use of `now` other than `now` against an expression without it."""


def _turn(op: str, other: Expr) -> Expr:
    """Give the first second at which `now op other` changes: at the bound itself or one second after."""
    return other if op in {">=", "<"} else Arith("+", other, Const(1))


def turning_points(node: Expr) -> Iterator[Expr]:
    """Give the expressions at whose value a comparison with `now` turns; raises ClockMisused."""
    if isinstance(node, Name) and node.name == NOW:
        raise ClockMisused("compare now with a time: now >= …")
    if isinstance(node, Compare) and NOW in names_in(node):
        left, right, op = node.left, node.right, node.op
        if isinstance(right, Name) and right.name == NOW and op in _MIRROR:
            left, right, op = right, left, _MIRROR[op]
        if not (isinstance(left, Name) and left.name == NOW and op in _MIRROR) or NOW in names_in(right):
            raise ClockMisused("compare now with a time: now >= …")
        yield _turn(op, right)
        return
    for part in children(node):
        yield from turning_points(part)
