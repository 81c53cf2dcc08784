"""Hold the generated Python to a slow reading of the same tree."""

from __future__ import annotations

from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from aftersale.policy.expression import Expr, Name, rebuild
from aftersale.policy.fold import fold
from aftersale.policy.parse import parse
from tests.policy.expressions import (
    AMOUNTS,
    CONDITIONS,
    DAYS,
    INSTANTS,
    NULLABLE,
    VALUES,
    run,
    source,
    written,
)
from tests.policy.reference import Meaning

Values = dict[str, Any]
MANY = settings(max_examples=600)


def answers(values: Values) -> st.SearchStrategy[Values]:
    """Draw an answer for each unknown."""
    return VALUES.map(lambda drawn: {name: drawn[name] if value is None else value for name, value in values.items()})


@MANY
@given(expr=CONDITIONS, values=VALUES)
def test_a_condition_is_true_in_python_where_it_is_true(expr: Expr, values: Values) -> None:
    assert bool(run(source().when_true(expr), values)) is (Meaning(values).of(expr) is True)


@MANY
@given(expr=CONDITIONS, values=VALUES)
def test_a_condition_is_false_in_python_where_it_is_false(expr: Expr, values: Values) -> None:
    assert bool(run(source().when_false(expr), values)) is (Meaning(values).of(expr) is False)


@MANY
@given(expr=CONDITIONS | AMOUNTS | INSTANTS | DAYS, values=VALUES)
def test_a_value_in_python_is_the_value_or_none_where_it_is_unknown(expr: Expr, values: Values) -> None:
    assert run(source().value(expr), values) == Meaning(values).of(expr)


@MANY
@given(expr=CONDITIONS | AMOUNTS, values=VALUES)
def test_what_cannot_be_null_is_never_unknown(expr: Expr, values: Values) -> None:
    assert source().may_be_null(expr) or Meaning(values).of(expr) is not None


@MANY
@given(expr=CONDITIONS | AMOUNTS | DAYS, values=VALUES, settled=st.sets(st.sampled_from(sorted(NULLABLE - {"service_tags"}))))
def test_settling_names_keeps_the_meaning(expr: Expr, values: Values, settled: set[str]) -> None:
    folded = fold(expr, {name: values[name] for name in settled})
    assert Meaning(values).of(folded) == Meaning(values).of(expr)


@given(expr=CONDITIONS | AMOUNTS, values=VALUES)
def test_settling_every_name_leaves_none_of_them(expr: Expr, values: Values) -> None:
    def named(node: Expr) -> set[str]:
        found = {node.name} if isinstance(node, Name) else set()
        rebuild(node, lambda part: (found.update(named(part)), part)[1])
        return found

    folded = fold(expr, {name: value for name, value in values.items() if name != "service_tags"})
    assert named(folded) == set()


@MANY
@given(expr=CONDITIONS | AMOUNTS | INSTANTS, values=VALUES)
def test_an_expression_written_down_reads_as_what_it_means(expr: Expr, values: Values) -> None:
    assert Meaning(values).of(parse(written(expr))) == Meaning(values).of(expr)


@MANY
@given(data=st.data(), expr=CONDITIONS, values=VALUES)
def test_what_is_strictly_true_stays_true_under_every_answer(data: st.DataObject, expr: Expr, values: Values) -> None:
    answered = data.draw(answers(values))
    if run(source(strict=True).when_true(expr), values):
        assert Meaning(answered).of(expr) is True
    if run(source(strict=True).when_false(expr), values):
        assert Meaning(answered).of(expr) is False


@MANY
@given(data=st.data(), expr=CONDITIONS | AMOUNTS | DAYS, values=VALUES)
def test_a_strict_value_stays_that_value_under_every_answer(data: st.DataObject, expr: Expr, values: Values) -> None:
    answered = data.draw(answers(values))
    found = run(source(strict=True).value(expr), values)
    assert found is None or found == Meaning(answered).of(expr)


@MANY
@given(expr=CONDITIONS, values=VALUES)
def test_with_nothing_unknown_strictness_changes_nothing(expr: Expr, values: Values) -> None:
    known = {name: value for name, value in values.items() if value is not None}
    whole = {name: 1 if value is None else value for name, value in values.items()}
    if len(known) == len(values):
        assert run(source(strict=True).value(expr), whole) == run(source().value(expr), whole)
