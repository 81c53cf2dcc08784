"""Draw expressions of the language with the right types, and values for their names, unknowns among them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from hypothesis import strategies as st

from aftersale.domain.clock import make_calendar, months_after
from aftersale.policy.expression import And, Arith, Call, Case, Compare, Const, Expr, In, Is, Name, Not, Or
from aftersale.policy.python_source import PythonSource

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

# `sure` and the like are never unknown; the others may be.
BOOLEANS = ("maybe", "perhaps", "sure")
NUMBERS = ("count", "price", "size")
TIMES = ("sent", "seen", "asked")
TEXTS = ("reason", "kind", "shop")
NEVER_NULL = frozenset({"sure", "size", "asked", "shop"})
NAMES = (*BOOLEANS, *NUMBERS, *TIMES, *TEXTS, "service_tags")
NULLABLE = frozenset(NAMES) - NEVER_NULL
ORDERS = ("=", "<>", "<", "<=", ">", ">=")
MOMENTS = st.integers(1_735_689_600, 1_767_000_000)  # the year 2025
WORDS = ("red", "blue", "it's")
_CALENDAR = make_calendar(2025, 2027)


def _nullable(name: str, values: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    return values if name in NEVER_NULL else st.none() | values


VALUES: st.SearchStrategy[dict[str, Any]] = st.fixed_dictionaries(
    {name: _nullable(name, st.booleans()) for name in BOOLEANS}
    | {name: _nullable(name, st.integers(-3, 3)) for name in NUMBERS}
    | {name: _nullable(name, MOMENTS) for name in TIMES}
    | {name: _nullable(name, st.sampled_from(WORDS)) for name in TEXTS}
    | {"service_tags": st.none() | st.frozensets(st.sampled_from(("fast_refund", "price_protect")))},
)


def _names(names: tuple[str, ...]) -> st.SearchStrategy[Expr]:
    return st.sampled_from(names).map(Name)


def _pair(node: Callable[..., Expr], ops: tuple[str, ...], *parts: st.SearchStrategy[Expr]) -> Any:  # noqa: ANN401
    return st.builds(node, st.sampled_from(ops), *parts)


def _call(name: str, *args: st.SearchStrategy[Expr]) -> st.SearchStrategy[Expr]:
    return st.builds(Call, st.just(name), st.tuples(*args))


def _case(conditions: st.SearchStrategy[Expr], values: st.SearchStrategy[Expr]) -> st.SearchStrategy[Expr]:
    branches = st.lists(st.tuples(conditions, values), min_size=1, max_size=2).map(tuple)
    return st.builds(Case, branches, values)


CONDITIONS: st.SearchStrategy[Expr] = st.deferred(
    lambda: st.one_of(_names(BOOLEANS), st.booleans().map(Const), _COMPARED, _JOINED)
)
AMOUNTS: st.SearchStrategy[Expr] = st.deferred(
    lambda: st.one_of(_names(NUMBERS), st.integers(-3, 3).map(Const), _COUNTED)
)
INSTANTS: st.SearchStrategy[Expr] = st.deferred(
    lambda: _names(TIMES) | _pair(Arith, ("+", "-"), INSTANTS, _call("hours", AMOUNTS)) | _call("start_of", DAYS)
)
DAYS: st.SearchStrategy[Expr] = st.deferred(
    lambda: st.one_of(
        _call("day_of", _names(TIMES)),
        _call("last_day", _call("day_of", _names(TIMES))),
        _call("months_after", _call("day_of", _names(TIMES)), st.sampled_from((Const(1), Const(6)))),
        _pair(Arith, ("+", "-"), _call("day_of", _names(TIMES)), AMOUNTS),
    )
)
_LITERALS = st.lists(st.sampled_from(WORDS), min_size=1, max_size=3).map(tuple)
_COMPARED: st.SearchStrategy[Expr] = st.one_of(
    _pair(Compare, ORDERS, AMOUNTS, AMOUNTS),
    _pair(Compare, ORDERS, INSTANTS, INSTANTS),
    _pair(Compare, ORDERS, DAYS, DAYS),
    _pair(Compare, ("=", "<>"), _names(TEXTS), st.sampled_from(WORDS).map(Const)),
    _pair(Compare, ("=", "<>"), CONDITIONS, CONDITIONS),
    st.builds(In, _names(TEXTS), _LITERALS, st.booleans()),
    st.builds(In, AMOUNTS, st.sampled_from(((0,), (-1, 2))), st.booleans()),
    st.sampled_from(("fast_refund", "price_protect")).map(lambda tag: Call("has_tag", (Const(tag),))),
)
_PARTS = st.lists(CONDITIONS, min_size=2, max_size=3).map(tuple)
_JOINED: st.SearchStrategy[Expr] = st.one_of(
    st.builds(And, _PARTS),
    st.builds(Or, _PARTS),
    st.builds(Not, CONDITIONS),
    st.builds(Is, CONDITIONS, st.booleans(), st.booleans()),
    _case(CONDITIONS, CONDITIONS),
)
_COUNTED: st.SearchStrategy[Expr] = st.one_of(
    _pair(Arith, ("+", "-", "*"), AMOUNTS, AMOUNTS),
    _pair(Arith, ("-",), INSTANTS, INSTANTS),
    _pair(Call, ("least", "greatest"), st.tuples(AMOUNTS, AMOUNTS)),
    _call("days", AMOUNTS),
    _case(CONDITIONS, AMOUNTS),
)


def written(node: Expr) -> str:
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
        case And(parts=parts):
            return "(" + " and ".join(written(part) for part in parts) + ")"
        case Or(parts=parts):
            return "(" + " or ".join(written(part) for part in parts) + ")"
        case Not(part=part):
            return f"(not {written(part)})"
        case Is(part=part, truth=truth, negated=negated):
            return f"({written(part)} is {'not ' if negated else ''}{str(truth).lower()})"
        case Case(branches=branches, otherwise=otherwise):
            arms = " ".join(f"when {written(condition)} then {written(value)}" for condition, value in branches)
            return f"(case {arms} else {written(otherwise)} end)"
        case Call(name=name, args=args):
            return f"{name}({', '.join(written(arg) for arg in args)})"


def source(*, strict: bool = False) -> PythonSource:
    return PythonSource(NULLABLE, frozenset(BOOLEANS), strict)


def run(text: str, values: Mapping[str, Any]) -> Any:  # noqa: ANN401  # a value of any type
    """Run generated Python over values."""
    calendar = {"rolled": _CALENDAR.rolled.get, "months_after": months_after}
    return eval(text, calendar | dict(values))  # noqa: S307  # text rendered by the program under test
