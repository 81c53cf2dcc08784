"""Rewrite an expression so that an unknown stays unknown: what is then true stays true under every answer."""

from __future__ import annotations

from functools import reduce

from aftersale.policy.expression import And, Arith, Call, Case, Compare, Const, Expr, In, Is, Name, Not, Or


def strict(node: Expr) -> Expr:
    """Take IS [NOT] TRUE/FALSE as plain truth, and let an unknown branch of CASE make the whole unknown."""
    match node:
        case Const() | Name():
            return node
        case Is(part=part, truth=truth, negated=negated):
            return strict(part) if truth is not negated else Not(strict(part))
        case Not(part=part):
            return Not(strict(part))
        case And(parts=parts):
            return And(tuple(strict(part) for part in parts))
        case Or(parts=parts):
            return Or(tuple(strict(part) for part in parts))
        case In(item=item, values=values, negated=negated):
            return In(strict(item), values, negated)
        case Compare(op=op, left=left, right=right):
            return Compare(op, strict(left), strict(right))
        case Arith(op=op, left=left, right=right):
            return Arith(op, strict(left), strict(right))
        case Call(name=name, args=args):
            return Call(name, tuple(strict(arg) for arg in args))
        case Case(branches=branches, otherwise=otherwise):
            return reduce(_settled_branch, reversed(branches), strict(otherwise))


def _settled_branch(rest: Expr, branch: tuple[Expr, Expr]) -> Expr:
    condition, value = strict(branch[0]), strict(branch[1])
    return Case(((condition, value), (Not(condition), rest)), Const(None))
