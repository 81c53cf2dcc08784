"""Hold the solver to what happens: a condition that some ticket makes true must be possible."""

from __future__ import annotations

from random import Random

import pytest

from aftersale.policy.expression import Not
from aftersale.policy.parse import parse
from aftersale.policy.solver import Solver
from aftersale.policy.variant import ENUMS_WITH_UNKNOWN, make_variant
from tests.policy.books import book
from tests.policy.test_bulk import condition, python_answers, streamed, with_holes

NOW = 1_780_000_000


def solver() -> Solver:
    return Solver(make_variant(book(), "douyin", NOW))


@pytest.mark.parametrize("seed", range(4))
def test_what_a_ticket_makes_true_is_possible_and_what_it_makes_false_can_be_denied(seed: int) -> None:
    rng = Random(seed)
    asked, some = solver(), with_holes(streamed(seed, 80), rng, ENUMS_WITH_UNKNOWN)
    for expr in [condition(rng, 4) for _ in range(40)]:
        answers = python_answers(expr, some)
        if True in answers:
            assert asked.possible([expr])
        if False in answers:
            assert asked.possible([Not(expr)])
        if None in answers:
            assert asked.possible([], [expr, Not(expr)])


@pytest.mark.parametrize(
    "text",
    [
        "shipped and not shipped",
        "not true",
        "reason = 'damaged' and reason not in ('damaged', 'missing_item')",
        "has_tag('fast_refund') and not has_tag('fast_refund')",
        "signed is false and signed_at > paid_at",
        "paid_fen < 0",
        "least(paid_fen, 5) > 5",
        "greatest(paid_fen, 5) < 5",
        "start_of(day_of(applied_at)) > applied_at",
        "last_day(day_of(applied_at)) < day_of(applied_at)",
        "last_day(day_of(applied_at)) - day_of(applied_at) > 10",
        "months_after(day_of(applied_at), 1) < day_of(applied_at)",
        "applied_at + hours(48) < applied_at + days(2)",
        "case when shipped then received else not shipped end and shipped and not received",
        "not (case when shipped then received else shipped end) and shipped and received",
        "case when shipped then 1 else 2 end > 2",
        "(received is true) is false and received",
        "received is not true and received",
    ],
)
def test_what_cannot_be_is_called_impossible(text: str) -> None:
    assert not solver().possible([parse(text)])
