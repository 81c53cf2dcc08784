"""Check that an expression compares like with like."""

from __future__ import annotations

from typing import TYPE_CHECKING, assert_never

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
    Type,
)
from aftersale.policy.sql_source import render

if TYPE_CHECKING:
    from collections.abc import Mapping


class Mistyped(Exception):
    """Refuse an expression whose parts do not fit; the message says which."""


# (operator, left, right) → result; what is not here cannot be added, subtracted or multiplied.
_ARITHMETIC = {
    ("+", Type.NUMBER, Type.NUMBER): Type.NUMBER,
    ("-", Type.NUMBER, Type.NUMBER): Type.NUMBER,
    ("*", Type.NUMBER, Type.NUMBER): Type.NUMBER,
    ("+", Type.TIME, Type.NUMBER): Type.TIME,
    ("-", Type.TIME, Type.NUMBER): Type.TIME,
    ("-", Type.TIME, Type.TIME): Type.NUMBER,
    ("+", Type.DAY, Type.NUMBER): Type.DAY,
    ("-", Type.DAY, Type.NUMBER): Type.DAY,
    ("-", Type.DAY, Type.DAY): Type.NUMBER,
}
_CALLS: dict[str, tuple[tuple[Type, ...], Type]] = {
    "hours": ((Type.NUMBER,), Type.NUMBER),
    "days": ((Type.NUMBER,), Type.NUMBER),
    "day_of": ((Type.TIME,), Type.DAY),
    "start_of": ((Type.DAY,), Type.TIME),
    "last_day": ((Type.DAY,), Type.DAY),
    "months_after": ((Type.DAY, Type.NUMBER), Type.DAY),
}
_ORDERED = frozenset({Type.NUMBER, Type.TIME, Type.DAY})


def _of_literal(value: bool | int | str) -> Type:  # noqa: FBT001  # a literal, not a switch
    if isinstance(value, bool):
        return Type.BOOL
    return Type.NUMBER if isinstance(value, int) else Type.TEXT


class Checker:
    """Find the type of an expression, given the type and, for enumerations, the values of each name."""

    def __init__(self, types: Mapping[str, Type], values: Mapping[str, tuple[str, ...]]) -> None:
        self._types = types
        self._values = values

    def type_of(self, node: Expr) -> Type:
        """Give the type of an expression; raises Mistyped where its parts do not fit."""
        match node:
            case Const(value=value):
                return Type.NUMBER if value is None else _of_literal(value)
            case Name(name=name):
                return self._of_name(name)
            case And(parts=parts) | Or(parts=parts):
                return self._all_bool(parts)
            case Not(part=part) | Is(part=part):
                return self._all_bool((part,))
            case Compare():
                return self._of_compare(node)
            case In():
                return self._of_in(node)
            case Arith(op=op, left=left, right=right):
                return self._of_arith(op, self.type_of(left), self.type_of(right))
            case Case(branches=branches, otherwise=otherwise):
                self._all_bool(tuple(condition for condition, _ in branches))
                return self._same([*(value for _, value in branches), otherwise])
            case Call():
                return self._of_call(node)
            case _ as never:
                assert_never(never)

    def _of_name(self, name: str) -> Type:
        if name not in self._types:
            raise Mistyped(f"there is no fact, derived fact or parameter {name}")
        return self._types[name]

    def _all_bool(self, parts: tuple[Expr, ...]) -> Type:
        for part in parts:
            if self.type_of(part) is not Type.BOOL:
                raise Mistyped(f"a condition is needed, not {render(part)}")
        return Type.BOOL

    def _same(self, parts: list[Expr]) -> Type:
        types = {self.type_of(part) for part in parts}
        if len(types) != 1:
            raise Mistyped(f"these do not mix: {', '.join(sorted(types))}")
        return types.pop()

    def _of_compare(self, node: Compare) -> Type:
        kind = self._same([node.left, node.right])
        if kind in {Type.BOOL, Type.TAGS}:
            raise Mistyped("a condition stands by itself, with and, or, not, is true")
        if node.op not in {"=", "<>"} and kind not in _ORDERED:
            raise Mistyped(f"{kind} has no order")
        for name, literal in ((node.left, node.right), (node.right, node.left)):
            self._known_values(name, (literal.value,) if isinstance(literal, Const) else ())
        return Type.BOOL

    def _of_in(self, node: In) -> Type:
        kinds = {_of_literal(value) for value in node.values}
        if kinds != {self.type_of(node.item)} or kinds & {Type.BOOL}:
            raise Mistyped(f"the list does not fit {render(node.item)}")
        self._known_values(node.item, node.values)
        return Type.BOOL

    def _known_values(self, name: Expr, literals: tuple[bool | int | str | None, ...]) -> None:
        allowed = self._values.get(name.name) if isinstance(name, Name) else None
        for literal in literals:
            if allowed and literal not in allowed:
                raise Mistyped(f"{literal!r} is not a value of {render(name)}")

    def _of_arith(self, op: str, left: Type, right: Type) -> Type:
        if (op, left, right) not in _ARITHMETIC:
            raise Mistyped(f"{left} {op} {right} has no meaning")
        return _ARITHMETIC[op, left, right]

    def _of_call(self, node: Call) -> Type:
        if node.name in {"least", "greatest"}:
            kind = self._same(list(node.args))
            if kind not in _ORDERED:
                raise Mistyped(f"{kind} has no order")
            return kind
        if node.name == "has_tag":
            return self._of_has_tag(node)
        wanted, result = _CALLS[node.name]
        if tuple(self.type_of(arg) for arg in node.args) != wanted:
            raise Mistyped(f"{node.name} takes {', '.join(wanted)}")
        return result

    def _of_has_tag(self, node: Call) -> Type:
        tag = node.args[0]
        if not isinstance(tag, Const) or tag.value not in self._values["service_tags"]:
            raise Mistyped(f"{render(tag)} is not a service tag")
        return Type.BOOL
