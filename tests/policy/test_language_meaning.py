"""Hold the generated Python to a slow reading of the same tree."""

from __future__ import annotations

from random import Random
from typing import TYPE_CHECKING, Any

from hypothesis import given, settings
from hypothesis import strategies as st

from aftersale.policy.expression import Expr, names_in
from aftersale.policy.fold import fold
from aftersale.policy.parse import parse
from aftersale.policy.strict import strict
from tests.policy.expressions import NAMES, NULLABLE, Draw, answered, draw_values, run, source, written
from tests.policy.reference import Meaning

if TYPE_CHECKING:
    from collections.abc import Iterator

SEEDS = st.integers(0, 2**32)
MANY = settings(max_examples=100)
EACH = 25


def drawn(seed: int, *kinds: str) -> Iterator[tuple[Expr, dict[str, Any], Random]]:
    """Draw expressions with values; a failure names the expression as it is written."""
    rng = Random(seed)  # a seed, not a secret
    for number in range(EACH):
        kind = kinds[number % len(kinds)]
        yield Draw(rng).day() if kind == "day" else getattr(Draw(rng), kind)(3), draw_values(rng), rng


@MANY
@given(seed=SEEDS)
def test_a_condition_is_true_or_false_in_python_where_it_is(seed: int) -> None:
    for expr, values, _ in drawn(seed, "condition"):
        truth = Meaning(values).of(expr)
        assert bool(run(source().when_true(expr), values)) is (truth is True), (written(expr), values)
        assert bool(run(source().when_false(expr), values)) is (truth is False), (written(expr), values)


@MANY
@given(seed=SEEDS)
def test_a_value_in_python_is_the_value_or_none_where_it_is_unknown(seed: int) -> None:
    for expr, values, _ in drawn(seed, "condition", "amount", "instant", "day"):
        found = run(source().value(expr), values)
        assert found == Meaning(values).of(expr), (written(expr), values)
        assert found is not None or source().may_be_null(expr), written(expr)


@MANY
@given(seed=SEEDS)
def test_settling_names_keeps_the_meaning(seed: int) -> None:
    for expr, values, rng in drawn(seed, "condition", "amount", "day"):
        settled = {name: values[name] for name in NULLABLE - {"service_tags"} if rng.random() < 0.5}
        folded = fold(expr, settled)
        assert Meaning(values).of(folded) == Meaning(values).of(expr), (written(expr), settled)
        assert names_in(folded) & settled.keys() == frozenset()


@MANY
@given(seed=SEEDS)
def test_an_expression_written_down_reads_as_what_it_means(seed: int) -> None:
    for expr, values, _ in drawn(seed, "condition", "amount", "instant", "day"):
        assert Meaning(values).of(parse(written(expr))) == Meaning(values).of(expr), written(expr)


@MANY
@given(seed=SEEDS)
def test_what_is_strictly_so_stays_so_under_every_answer(seed: int) -> None:
    for expr, values, rng in drawn(seed, "condition", "amount", "instant", "day"):
        found = run(source(strict=True).value(expr), values)
        answer = answered(rng, values)
        assert found is None or found == Meaning(answer).of(expr), (written(expr), values, answer)


@MANY
@given(seed=SEEDS)
def test_what_is_strictly_true_or_false_stays_so_under_every_answer(seed: int) -> None:
    for expr, values, rng in drawn(seed, "condition"):
        answer = answered(rng, values)
        truth = Meaning(answer).of(expr)
        assert not run(source(strict=True).when_true(expr), values) or truth is True, (written(expr), answer)
        assert not run(source(strict=True).when_false(expr), values) or truth is False, (
            written(expr),
            answer,
        )


@MANY
@given(seed=SEEDS)
def test_an_expression_made_strict_says_nothing_that_an_answer_could_overturn(seed: int) -> None:
    for expr, values, rng in drawn(seed, "condition", "amount"):
        found = Meaning(values).of(strict(expr))
        answer = answered(rng, values)
        assert found is None or found == Meaning(answer).of(expr), (written(expr), values, answer)
        assert Meaning(answer).of(strict(expr)) == Meaning(answer).of(expr), written(expr)


@MANY
@given(seed=SEEDS)
def test_with_nothing_unknown_strictness_changes_nothing(seed: int) -> None:
    for expr, values, rng in drawn(seed, "condition", "amount", "instant", "day"):
        known = answered(rng, values)
        assert run(source(strict=True).value(expr), known) == Meaning(known).of(expr), written(expr)


def test_every_name_and_every_node_is_drawn() -> None:
    rng = Random(1)  # a seed, not a secret
    seen: set[str] = set()
    names: set[str] = set()
    for _ in range(500):
        expr = Draw(rng).condition()
        names |= names_in(expr)
        seen |= {type(expr).__name__, written(expr).split("(")[0].strip()}
    assert names == set(NAMES)
    assert {"And", "Or", "Not", "Is", "In", "Compare", "Case", "Call"} <= seen
