"""Read a condition written as an SQL predicate; refuse everything that is not on the short list."""

from __future__ import annotations

from functools import reduce
from typing import TYPE_CHECKING, cast

import sqlglot
from sqlglot import exp
from sqlglot.errors import ParseError, TokenError

from aftersale.policy.expression import And, Arith, Call, Case, Compare, Const, Expr, In, Is, Name, Not, Or

if TYPE_CHECKING:
    from collections.abc import Callable

DIALECT = "duckdb"


class Refused(Exception):
    """Refuse a piece of text that the language does not have; `piece` is that text."""

    def __init__(self, reason: str, piece: str) -> None:
        super().__init__(f"{reason}: {piece}")
        self.reason = reason
        self.piece = piece


_COMPARISONS: dict[type[exp.Expression], str] = {
    exp.EQ: "=",
    exp.NEQ: "<>",
    exp.LT: "<",
    exp.LTE: "<=",
    exp.GT: ">",
    exp.GTE: ">=",
}
_ARITHMETIC: dict[type[exp.Expression], str] = {exp.Add: "+", exp.Sub: "-", exp.Mul: "*"}
FUNCTIONS: dict[str, int] = {
    "least": 2,
    "greatest": 2,
    "has_tag": 1,
    "hours": 1,
    "days": 1,
    "day_of": 1,
    "start_of": 1,
    "last_day": 1,
    "months_after": 2,
}


def _literal(node: exp.Expression) -> bool | int | str:
    if isinstance(node, exp.Boolean):
        return bool(node.this)
    if isinstance(node, exp.Literal) and node.is_string:
        return str(node.this)
    if isinstance(node, exp.Literal) and str(node.this).isdigit():
        return int(str(node.this))
    if isinstance(node, exp.Neg):
        value = _literal(node.this)
        if isinstance(value, int) and not isinstance(value, bool):
            return -value
    raise Refused("only whole numbers, texts, true and false are literals", node.sql(DIALECT))


def _constant(node: exp.Expression) -> Expr:
    return Const(_literal(node))


def _column(node: exp.Expression) -> Expr:
    if node.args.get("table"):
        raise Refused("a fact has a plain name", node.sql(DIALECT))
    return Name(node.name)


def _flat(node: exp.Expression) -> tuple[Expr, ...]:
    return tuple(convert(cast("exp.Expression", part)) for part in node.flatten())


def _in(node: exp.Expression) -> Expr:
    if not node.expressions:
        raise Refused("IN takes a list of literals", node.sql(DIALECT))
    return In(convert(node.this), tuple(_literal(value) for value in node.expressions))


def _not(node: exp.Expression) -> Expr:
    inner = convert(node.this)
    if isinstance(inner, In):
        return In(inner.item, inner.values, negated=not inner.negated)
    if isinstance(inner, Is):
        return Is(inner.part, inner.truth, negated=not inner.negated)
    return Not(inner)


def _is(node: exp.Expression) -> Expr:
    target = node.expression
    negated = isinstance(target, exp.Not)
    target = target.this if negated else target
    if not isinstance(target, exp.Boolean):
        raise Refused("IS takes TRUE or FALSE only, NULL is not in the language", node.sql(DIALECT))
    return Is(convert(node.this), bool(target.this), negated)


def _case(node: exp.Expression) -> Expr:
    if node.this is not None or node.args.get("default") is None:
        raise Refused("CASE takes WHEN conditions and needs ELSE", node.sql(DIALECT))
    branches = tuple((convert(branch.this), convert(branch.args["true"])) for branch in node.args["ifs"])
    return Case(branches, convert(node.args["default"]))


def _call(name: str, args: list[exp.Expression]) -> Expr:
    if name not in FUNCTIONS or len(args) < FUNCTIONS[name]:
        raise Refused("there is no such function", f"{name}/{len(args)}")
    parts = tuple(convert(arg) for arg in args)
    if name in {"least", "greatest"}:
        return reduce(lambda left, right: Call(name, (left, right)), parts)
    if len(parts) != FUNCTIONS[name]:
        raise Refused("wrong number of arguments", f"{name}/{len(parts)}")
    return Call(name, parts)


def _extreme(name: str) -> Callable[[exp.Expression], Expr]:
    return lambda node: _call(name, [node.this, *node.expressions])


_CONVERT: dict[type[exp.Expression], Callable[[exp.Expression], Expr]] = {
    exp.Literal: _constant,
    exp.Boolean: _constant,
    exp.Neg: _constant,
    exp.Column: _column,
    exp.Paren: lambda node: convert(node.this),
    exp.And: lambda node: And(_flat(node)),
    exp.Or: lambda node: Or(_flat(node)),
    exp.Not: _not,
    exp.In: _in,
    exp.Is: _is,
    exp.Case: _case,
    exp.Least: _extreme("least"),
    exp.Greatest: _extreme("greatest"),
    exp.LastDay: lambda node: _call("last_day", [node.this, *filter(None, [node.args.get("unit")])]),
    exp.Anonymous: lambda node: _call(str(node.this).lower(), list(node.expressions)),
}


def convert(node: exp.Expression) -> Expr:
    """Turn one node of the SQL tree into ours, or refuse it."""
    kind = type(node)
    if kind in _CONVERT:
        return _CONVERT[kind](node)
    if kind in _COMPARISONS:
        return Compare(_COMPARISONS[kind], convert(node.this), convert(node.expression))
    if kind in _ARITHMETIC:
        return Arith(_ARITHMETIC[kind], convert(node.this), convert(node.expression))
    raise Refused("this is not in the language", node.sql(DIALECT))


def parse(text: str) -> Expr:
    """Read one expression; raises Refused with the piece that is not allowed.

    >>> parse("reason = 'no_reason' and received is not false").parts[1]
    Is(part=Name(name='received'), truth=False, negated=True)
    """
    try:
        tree = cast("exp.Expression", sqlglot.parse_one(text, dialect=DIALECT))
    except (ParseError, TokenError) as error:
        raise Refused("this is not a predicate", str(error).splitlines()[0]) from None
    return convert(tree)
