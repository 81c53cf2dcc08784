"""Read a condition aloud: every part that must hold, in words."""

from __future__ import annotations

from typing import TYPE_CHECKING

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
    conjuncts,
    names_in,
)

if TYPE_CHECKING:
    from aftersale.library.words import Words


def condition_in_words(condition: Expr, words: Words) -> tuple[str, ...]:
    """Say each part that must be true, in the order of the rule."""
    reader = _Reader(words)
    return tuple(reader.say(part) for part in conjuncts(condition))


class _Reader:
    def __init__(self, words: Words) -> None:
        self._words = words
        self.translate = words.translate
        _ = self.translate
        self._plain = {
            "=": _("{left} is {right}"),
            "<>": _("{left} is not {right}"),
            "<": _("{left} < {right}"),
            "<=": _("{left} ≤ {right}"),
            ">": _("{left} > {right}"),
            ">=": _("{left} ≥ {right}"),
        }
        self._calls = {
            "least": _("the smaller of {0} and {1}"),
            "greatest": _("the greater of {0} and {1}"),
            "hours": _("{0} (hours)"),
            "days": _("{0} (days)"),
            "day_of": _("the day of {0}"),
            "start_of": _("00:00 of {0}"),
            "last_day": _("{0}, moved on if a rest day"),
            "months_after": _("{0} plus {1} months"),
            "has_tag": _("the order carries the tag {0}"),
        }

    def say(self, node: Expr) -> str:
        """Say one part."""
        _ = self.translate
        match node:
            case And(parts=parts) | Or(parts=parts):
                word = _(" and ") if isinstance(node, And) else _(" or ")
                return "(" + word.join(self.say(part) for part in parts) + ")"
            case Not(part=part):
                return _("not: {part}").format(part=self.say(part))
            case Is(part=part, truth=truth, negated=negated):
                return self._proof(truth=truth, negated=negated).format(part=self.say(part))
            case In() | Compare():
                return self._test(node)
        return self._value(node)

    def _test(self, node: In | Compare) -> str:
        _ = self.translate
        if isinstance(node, Compare):
            right = self._right(node.left, node.right)
            return self._plain[node.op].format(left=self.say(node.left), right=right)
        pattern = _("{item} is none of {values}") if node.negated else _("{item} is one of {values}")
        listed = self._words.comma.join(self._literal(value) for value in node.values)
        return pattern.format(item=self.say(node.item), values=listed)

    def _proof(self, *, truth: bool, negated: bool) -> str:
        _ = self.translate
        if negated:
            return _("not established: {part}") if truth else _("not disproved: {part}")
        return _("established: {part}") if truth else _("disproved: {part}")

    def _value(self, node: Expr) -> str:
        _ = self.translate
        match node:
            case Name(name=name):
                return self._words.name(name)
            case Const(value=value):
                return self._literal(value)
            case Arith(op=op, left=left, right=right):
                return f"{self.say(left)} {op} {self.say(right)}"
            case Call(name=name, args=args):
                return self._calls[name].format(*(self.say(arg) for arg in args))
            case Case(branches=branches, otherwise=otherwise):
                arms = [
                    _("{value} if {condition}").format(value=self.say(v), condition=self.say(c))
                    for c, v in branches
                ]
                return self._words.comma.join([*arms, _("else {value}").format(value=self.say(otherwise))])
        raise TypeError(node)

    def _right(self, left: Expr, right: Expr) -> str:
        """Say money as money where the other side is an amount."""
        of = next(iter(names_in(left)), "")
        if isinstance(right, Const) and isinstance(right.value, int) and not isinstance(right.value, bool):
            return self._words.value(of, right.value) if of.endswith("_fen") else str(right.value)
        return self.say(right)

    def _literal(self, value: bool | int | str | None) -> str:  # noqa: FBT001  # a literal of the language
        return self._words.value("", value)
