from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from aftersale.policy.disputes.score import Effect, left_a, left_b, percent


def test_one_more_lost_dispute_raises_the_rate() -> None:
    effect = Effect(2, 12_000)
    assert (effect.before, effect.after) == (166, 250)
    assert (percent(166), percent(250)) == ("0.016%", "0.025%")


@pytest.mark.parametrize("orders", [None, 0])
def test_without_orders_there_is_no_rate(orders: int | None) -> None:
    assert (Effect(2, orders).before, Effect(2, orders).after) == (None, None)


@given(st.integers(0, 10**6), st.integers(1, 10**9))
def test_the_rate_never_falls_by_losing(liable: int, orders: int) -> None:
    effect = Effect(liable, orders)
    assert effect.before is not None
    assert effect.after is not None
    assert effect.before <= effect.after


@pytest.mark.parametrize(("points", "left"), [(0, 12), (11, 1), (12, 12), (13, 11)])
def test_each_twelve_points_of_a_bring_a_measure(points: int, left: int) -> None:
    assert left_a(points) == left


@pytest.mark.parametrize(("points", "left"), [(0, 4), (3, 1), (4, 4), (8, 4), (11, 1), (12, 0), (20, 0)])
def test_points_of_b_bring_measures_at_four_eight_and_twelve(points: int, left: int) -> None:
    assert left_b(points) == left
