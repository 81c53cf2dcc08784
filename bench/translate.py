"""Translate conditions of the rulebook into the languages of the peers, without changing what they mean.

A peer knows no third value, so a condition is written as our own generated Python is: true only where it is
TRUE, with a look at each name that may be unknown. JSONLogic comes first; zen's text is written from it.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

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
    from collections.abc import Sequence

    from aftersale.policy.python_source import PythonSource

Logic = Any  # JSON: a literal, or one operator with its operands
_OPERATOR = {"=": "==", "<>": "!=", "<": "<", "<=": "<=", ">": ">", ">=": ">="}
_INVERSE = {"=": "!=", "<>": "==", "<": ">=", "<=": ">", ">": "<=", ">=": "<"}


class NotCarried(Exception):
    """Say that a peer's language lacks a function of ours."""


class ToJsonLogic:
    """Write conditions as JSONLogic; `source` knows which names may be unknown and which are boolean."""

    def __init__(self, source: PythonSource) -> None:
        self._source = source

    def when(self, node: Expr, *, wanted: bool = True) -> Logic:  # noqa: PLR0911  # a node, a return
        """Write a test that holds only where the condition is TRUE, or only where it is FALSE."""
        match node:
            case Const(value=value):
                return value is wanted
            case Name(name=name):
                return self._flag(name, wanted=wanted)
            case And(parts=parts) | Or(parts=parts):
                together = isinstance(node, And) is wanted
                return {"and" if together else "or": [self.when(part, wanted=wanted) for part in parts]}
            case Not(part=part):
                return self.when(part, wanted=not wanted)
            case Is(part=part, truth=truth, negated=negated):
                asked = self.when(part, wanted=truth)
                return {"!": [asked]} if negated is wanted else asked
            case In(item=item, values=values, negated=negated):
                return self._membership(item, list(values), inside=negated is not wanted)
            case Compare(op=op, left=left, right=right):
                operator = (_OPERATOR if wanted else _INVERSE)[op]
                test = {operator: [self.value(left), self.value(right)]}
                bare = operator == "==" and isinstance(left, Name) and isinstance(right, Const)
                return test if bare else self._guarded([left, right], test)
            case Call(name="has_tag", args=(Const(value=tag),)):
                test = {"in": [tag, {"var": "service_tags"}]}
                return test if wanted else {"!": [test]}
        raise NotCarried(type(node).__name__)

    def value(self, node: Expr) -> Logic:
        """Write a value whose parts are known."""
        match node:
            case Const(value=value):
                return value
            case Name(name=name):
                return {"var": name}
            case Arith(op=op, left=left, right=right):
                return {op: [self.value(left), self.value(right)]}
            case Case(branches=branches, otherwise=otherwise):
                arms = [part for test, value in branches for part in (self.when(test), self.value(value))]
                return {"if": [*arms, self.value(otherwise)]}
            case Call(name=name, args=args):
                return self._call(name, [self.value(arg) for arg in args])
        raise NotCarried(type(node).__name__)

    def _flag(self, name: str, *, wanted: bool) -> Logic:
        if wanted:
            return {"var": name}
        return {"===": [{"var": name}, False]} if name in self._source.nullable else {"!": [{"var": name}]}

    def _membership(self, item: Expr, values: list[bool | int | str], *, inside: bool) -> Logic:
        test = {"in": [self.value(item), values]}
        return test if inside else self._guarded([item], {"!": [test]})

    def _guarded(self, sides: Sequence[Expr], test: Logic) -> Logic:
        unknown = dict.fromkeys(name for side in sides for name in self._may_be_unknown(side))
        if None in unknown:
            return False
        guards = [{"!==": [{"var": name}, None]} for name in unknown]
        return {"and": [*guards, test]} if guards else test

    def _may_be_unknown(self, node: Expr) -> list[str | None]:
        if isinstance(node, Const):
            return [None] if node.value is None else []
        if isinstance(node, Name):
            return [node.name] if node.name in self._source.nullable else []
        if isinstance(node, Case) and self._source.may_be_null(node):
            raise NotCarried("a choice that may be unknown")
        return [name for part in children(node) for name in self._may_be_unknown(part)]

    @staticmethod
    def _call(name: str, args: list[Logic]) -> Logic:
        match name:
            case "least" | "greatest":
                return {"min" if name == "least" else "max": args}
            case "hours":
                return {"*": [args[0], 3600]}
            case "days":
                return {"*": [args[0], DAY]}
            case "start_of":
                return {"-": [{"*": [args[0], DAY]}, SHANGHAI_OFFSET]}
        raise NotCarried(name)


class ToZen:
    """Write JSONLogic as an expression of zen, which refuses NULL wherever it expects true or false."""

    def __init__(self, source: PythonSource) -> None:
        self._maybe = source.nullable & source.booleans

    def text(self, logic: Logic) -> str:
        """Write one expression."""
        if not isinstance(logic, dict):
            return json.dumps(logic, ensure_ascii=False)
        ((operator, operands),) = logic.items()
        if operator == "var":
            return f"{operands} == true" if operands in self._maybe else str(operands)
        if operator in {"===", "!=="}:
            # A name compared strictly is compared as it stands.
            return f"({operands[0]['var']} {operator[:2]} {self.text(operands[1])})"
        return self._operation(operator, [self.text(part) for part in operands])

    @staticmethod
    def _operation(operator: str, parts: list[str]) -> str:
        match operator:
            case "!":
                return f"(not ({parts[0]}))"
            case "if":
                return _chained(parts)
            case "min" | "max":
                return f"{operator}([{', '.join(parts)}])"
        return "(" + f" {operator} ".join(parts) + ")"


def _chained(parts: list[str]) -> str:
    text = parts[-1]
    for test, value in reversed(list(zip(parts[:-1:2], parts[1:-1:2], strict=True))):
        text = f"({test} ? {value} : {text})"
    return text
