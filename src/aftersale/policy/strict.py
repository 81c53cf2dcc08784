"""Rewrite an expression so that an unknown stays unknown: what is then true stays true under every answer."""

from __future__ import annotations

from functools import reduce

from aftersale.policy.expression import Case, Const, Expr, Is, Not, rebuild


def strict(node: Expr) -> Expr:
    """Take IS [NOT] TRUE/FALSE as plain truth, and let an unknown branch of CASE make the whole unknown."""
    if isinstance(node, Is):
        part = strict(node.part)
        return part if node.truth is not node.negated else Not(part)
    if isinstance(node, Case):
        return reduce(_settled_branch, reversed(node.branches), strict(node.otherwise))
    return rebuild(node, strict)


def _settled_branch(rest: Expr, branch: tuple[Expr, Expr]) -> Expr:
    condition, value = strict(branch[0]), strict(branch[1])
    return Case(((condition, value), (Not(condition), rest)), Const(None))
