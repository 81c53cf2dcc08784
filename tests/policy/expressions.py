"""Draw expressions of the language with the right types, and values for their names, unknowns among them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from aftersale.domain.clock import make_calendar, months_after
from aftersale.policy.expression import And, Arith, Call, Case, Compare, Const, Expr, In, Is, Name, Not, Or
from aftersale.policy.python_source import PythonSource

if TYPE_CHECKING:
    from collections.abc import Mapping
    from random import Random

# `sure` and the like are never unknown; the others may be.
BOOLEANS = ("maybe", "perhaps", "sure")
NUMBERS = ("count", "price", "size")
TIMES = ("sent", "seen", "asked")
TEXTS = ("reason", "kind", "shop")
NEVER_NULL = frozenset({"sure", "size", "asked", "shop"})
NAMES = (*BOOLEANS, *NUMBERS, *TIMES, *TEXTS, "service_tags")
NULLABLE = frozenset(NAMES) - NEVER_NULL
ORDERS = ("=", "<>", "<", "<=", ">", ">=")
WORDS = ("red", "blue", "it's")
TAGS = ("fast_refund", "price_protect")
NEW_YEAR_2025, LENGTH = 1_735_689_600, 31_000_000
_CALENDAR = make_calendar()


def draw_value(rng: Random, name: str) -> Any:  # noqa: ANN401  # a value of any type
    if name in NULLABLE and rng.random() < 0.35:
        return None
    if name in BOOLEANS:
        return rng.random() < 0.5
    if name in TIMES:
        return NEW_YEAR_2025 + rng.choice((0, 86_400, rng.randrange(LENGTH)))
    if name == "service_tags":
        return frozenset(rng.sample(TAGS, rng.randint(0, 2)))
    return rng.choice(WORDS) if name in TEXTS else rng.randint(-3, 3)


def draw_values(rng: Random) -> dict[str, Any]:
    return {name: draw_value(rng, name) for name in NAMES}


def answered(rng: Random, values: Mapping[str, Any]) -> dict[str, Any]:
    """Answer what is unknown, and nothing else."""
    sure = draw_values(rng)
    while any(value is None for value in sure.values()):
        sure |= {name: draw_value(rng, name) for name, value in sure.items() if value is None}
    return {name: sure[name] if value is None else value for name, value in values.items()}


@dataclass(frozen=True)
class Draw:
    """Draw expressions, each level of nesting nearer to its leaves."""

    rng: Random

    def many(self, kind: str, depth: int, least: int = 2) -> tuple[Expr, ...]:
        return tuple(getattr(self, kind)(depth - 1) for _ in range(self.rng.randint(least, 3)))

    def condition(self, depth: int = 3) -> Expr:  # noqa: PLR0911  # one line a kind of node
        choices = (
            ["name", "text", "tag"] if depth <= 0 else ["name", "numbers", "times", "days", "text", "tag"]
        )
        choices += ["and", "or", "not", "is", "case", "among", "and", "or", "is"] if depth > 0 else []
        match self.rng.choice(choices):
            case "name":
                return self.rng.choice((Name(self.rng.choice(BOOLEANS)), Name("maybe"), Const(value=True)))
            case "numbers":
                return Compare(self.rng.choice(ORDERS), self.amount(depth - 1), self.amount(depth - 1))
            case "times":
                return Compare(self.rng.choice(ORDERS), self.instant(depth - 1), self.instant(depth - 1))
            case "days":
                return Compare(self.rng.choice(ORDERS), self.day(), self.day())
            case "tag":
                return Call("has_tag", (Const(self.rng.choice(TAGS)),))
            case "text":
                return self._of_text()
        return self._joined(depth)

    def _of_text(self) -> Expr:
        name, word = Name(self.rng.choice(TEXTS)), self.rng.choice(WORDS)
        if self.rng.random() < 0.5:
            return Compare(self.rng.choice(("=", "<>")), name, Const(word))
        return In(name, (word, self.rng.choice(WORDS)), self.rng.random() < 0.5)

    def _joined(self, depth: int) -> Expr:
        match self.rng.randrange(7):
            case 0 | 1:
                return And(self.many("condition", depth))
            case 2 | 3:
                return Or(self.many("condition", depth))
            case 4:
                return Not(self.condition(depth - 1))
            case 5:
                return Is(self.condition(depth - 1), self.rng.random() < 0.5, self.rng.random() < 0.5)
        if self.rng.random() < 0.5:
            return In(self.amount(depth - 1), (0, -1, 2), self.rng.random() < 0.5)
        return Case(self._branches("condition", depth), self.condition(depth - 1))

    def _branches(self, kind: str, depth: int) -> tuple[tuple[Expr, Expr], ...]:
        values = self.many(kind, depth, 1)
        return tuple((self.condition(depth - 1), value) for value in values)

    def amount(self, depth: int = 3) -> Expr:
        match self.rng.randrange(6) if depth > 0 else 0:
            case 0 | 1:
                return self.rng.choice((Name(self.rng.choice(NUMBERS)), Const(self.rng.randint(-3, 3))))
            case 2:
                return Arith(self.rng.choice("+-*"), self.amount(depth - 1), self.amount(depth - 1))
            case 3:
                return Call(
                    self.rng.choice(("least", "greatest")), (self.amount(depth - 1), self.amount(depth - 1))
                )
            case 4:
                return Case(self._branches("amount", depth), self.amount(depth - 1))
        return Arith("-", self.instant(0), self.instant(depth - 1))

    def instant(self, depth: int = 3) -> Expr:
        match self.rng.randrange(4) if depth > 0 else 0:
            case 0 | 1:
                return Name(self.rng.choice(TIMES))
            case 2:
                length = Call(self.rng.choice(("hours", "days")), (self.amount(0),))
                return Arith(self.rng.choice("+-"), self.instant(0), length)
        return Call("start_of", (self.day(),))

    def day(self) -> Expr:
        day: Expr = Call("day_of", (Name(self.rng.choice(TIMES)),))
        match self.rng.randrange(5):
            case 0:
                return Call("last_day", (day,))
            case 1:
                return Call("months_after", (day, Const(self.rng.choice((1, 6, 11)))))
            case 2:
                return Arith(self.rng.choice("+-"), day, self.amount(0))
            case 3:
                return Call("last_day", (Arith("+", day, Const(7)),))
        return day


def written(node: Expr) -> str:  # noqa: C901, PLR0911  # a match over the kinds of node is one table
    """Write an expression as a person would, with every bracket."""
    match node:
        case Const(value=bool(value)):
            return str(value).lower()
        case Const(value=str(value)):
            return "'" + value.replace("'", "''") + "'"
        case Const(value=value):
            return str(value)
        case Name(name=name):
            return name
        case Compare(op=op, left=left, right=right) | Arith(op=op, left=left, right=right):
            return f"({written(left)} {op} {written(right)})"
        case In(item=item, values=values, negated=negated):
            listed = ", ".join(written(Const(value)) for value in values)
            return f"({written(item)} {'not in' if negated else 'in'} ({listed}))"
        case And(parts=parts) | Or(parts=parts):
            word = " and " if isinstance(node, And) else " or "
            return "(" + word.join(written(part) for part in parts) + ")"
        case Not(part=part):
            return f"(not {written(part)})"
        case Is(part=part, truth=truth, negated=negated):
            return f"({written(part)} is {'not ' if negated else ''}{str(truth).lower()})"
        case Case(branches=branches, otherwise=otherwise):
            arms = " ".join(f"when {written(test)} then {written(value)}" for test, value in branches)
            return f"(case {arms} else {written(otherwise)} end)"
        case Call(name=name, args=args):
            return f"{name}({', '.join(written(arg) for arg in args)})"


def source(*, strict: bool = False) -> PythonSource:
    return PythonSource(NULLABLE, frozenset(BOOLEANS), strict)


def run(text: str, values: Mapping[str, Any]) -> Any:  # noqa: ANN401  # a value of any type
    """Run generated Python over values."""
    calendar = {"rolled": _CALENDAR.rolled.get, "months_after": months_after}
    return eval(text, calendar | dict(values))  # noqa: S307  # text rendered by the program under test
