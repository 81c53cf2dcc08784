"""Define the syntax tree of conditions, derived facts and amounts: small, typed, three-valued.

NULL means unknown and nothing else. `and`, `or`, `not` and comparisons are Kleene's; IS [NOT] TRUE and
IS [NOT] FALSE carry the burden of proof. Integers only: fen, days, points, epoch seconds.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import StrEnum
from typing import TYPE_CHECKING, assert_never

if TYPE_CHECKING:
    from collections.abc import Callable


Literal = bool | int | str | None


class Type(StrEnum):
    """Name the types a value can have; times and days do not mix with plain numbers."""

    BOOL = "bool"
    TIME = "time"
    DAY = "day"
    NUMBER = "number"
    TEXT = "text"
    TAGS = "tags"


@dataclass(frozen=True, slots=True)
class Const:
    """Stand for a literal; None is a parameter outside its dates, no text can write it."""

    value: Literal


@dataclass(frozen=True, slots=True)
class Name:
    """Stand for a fact, a derived fact or a parameter."""

    name: str


@dataclass(frozen=True, slots=True)
class Compare:
    """Compare two values: one of = <> < <= > >=."""

    op: str
    left: Expr
    right: Expr


@dataclass(frozen=True, slots=True)
class In:
    """Ask whether a value is one of a list of literals."""

    item: Expr
    values: tuple[bool | int | str, ...]
    negated: bool = False


@dataclass(frozen=True, slots=True)
class And:
    """Ask that all parts are true."""

    parts: tuple[Expr, ...]


@dataclass(frozen=True, slots=True)
class Or:
    """Ask that some part is true."""

    parts: tuple[Expr, ...]


@dataclass(frozen=True, slots=True)
class Not:
    """Turn true to false, false to true; unknown stays unknown."""

    part: Expr


@dataclass(frozen=True, slots=True)
class Is:
    """Ask IS [NOT] TRUE or FALSE: never unknown itself."""

    part: Expr
    truth: bool
    negated: bool = False


@dataclass(frozen=True, slots=True)
class Arith:
    """Add, subtract or multiply."""

    op: str
    left: Expr
    right: Expr


@dataclass(frozen=True, slots=True)
class Case:
    """Take the value of the first branch whose condition is true, else the last."""

    branches: tuple[tuple[Expr, Expr], ...]
    otherwise: Expr


@dataclass(frozen=True, slots=True)
class Call:
    """Apply one of the few functions of the language."""

    name: str
    args: tuple[Expr, ...]


Expr = Const | Name | Compare | In | And | Or | Not | Is | Arith | Case | Call


def children(node: Expr) -> tuple[Expr, ...]:
    """List the direct parts of a node."""
    match node:
        case Const() | Name():
            return ()
        case In(item=part) | Not(part=part) | Is(part=part):
            return (part,)
        case Compare(left=left, right=right) | Arith(left=left, right=right):
            return (left, right)
        case And(parts=parts) | Or(parts=parts) | Call(args=parts):
            return parts
        case Case(branches=branches, otherwise=otherwise):
            return (*(part for branch in branches for part in branch), otherwise)
        case _ as never:
            assert_never(never)


def rebuild(node: Expr, change: Callable[[Expr], Expr]) -> Expr:
    """Copy a node with each of its direct parts changed."""
    match node:
        case Const() | Name():
            return node
        case In(item=item):
            return replace(node, item=change(item))
        case Not(part=part) | Is(part=part):
            return replace(node, part=change(part))
        case Compare(left=left, right=right) | Arith(left=left, right=right):
            return replace(node, left=change(left), right=change(right))
        case And(parts=parts) | Or(parts=parts):
            return replace(node, parts=tuple(change(part) for part in parts))
        case Call(args=args):
            return replace(node, args=tuple(change(arg) for arg in args))
        case Case(branches=branches, otherwise=otherwise):
            changed = tuple((change(condition), change(value)) for condition, value in branches)
            return Case(changed, change(otherwise))
        case _ as never:
            assert_never(never)


def names_in(node: Expr) -> frozenset[str]:
    """Collect the facts, derived facts and parameters that an expression mentions."""
    if isinstance(node, Name):
        return frozenset({node.name})
    if isinstance(node, Call) and node.name == "has_tag":
        return frozenset({"service_tags"})
    return frozenset[str]().union(*(names_in(part) for part in children(node)))


def conjuncts(node: Expr) -> tuple[Expr, ...]:
    """Split a condition into the parts that must all be true."""
    if isinstance(node, And):
        return tuple(leaf for part in node.parts for leaf in conjuncts(part))
    return (node,)
