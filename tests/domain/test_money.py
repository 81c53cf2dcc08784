from __future__ import annotations

import doctest

import pytest
from hypothesis import given
from hypothesis import strategies as st

from aftersale.domain import money
from aftersale.domain.money import allocate, yuan

WEIGHTS = st.lists(st.integers(0, 10**7), min_size=1, max_size=12)
AMOUNTS = st.integers(-(10**9), 10**9)


@given(total=AMOUNTS, weights=WEIGHTS)
def test_an_allocation_loses_nothing(total: int, weights: list[int]) -> None:
    parts = allocate(total, weights)
    assert sum(parts) == total
    assert len(parts) == len(weights)


@given(total=AMOUNTS, weights=WEIGHTS)
def test_no_line_is_more_than_a_fen_away_from_its_share(total: int, weights: list[int]) -> None:
    whole = sum(weights)
    if whole:
        for part, weight in zip(allocate(total, weights), weights, strict=True):
            assert abs(part * whole - total * weight) < whole


@given(total=AMOUNTS, weights=WEIGHTS)
def test_a_refund_is_split_as_the_payment_was(total: int, weights: list[int]) -> None:
    assert allocate(-total, weights) == tuple(-part for part in allocate(total, weights))


@given(total=st.integers(0, 10**9), weights=WEIGHTS)
def test_a_line_with_the_larger_remainder_never_gets_less(total: int, weights: list[int]) -> None:
    whole = sum(weights)
    extra = (
        [
            part - total * weight // whole
            for part, weight in zip(allocate(total, weights), weights, strict=True)
        ]
        if whole
        else []
    )
    remainders = [total * weight % whole for weight in weights] if whole else []
    for one, other in [
        (a, b) for a in range(len(extra)) for b in range(len(extra)) if remainders[a] > remainders[b]
    ]:
        assert extra[one] >= extra[other]


def test_equal_remainders_go_to_the_later_line() -> None:
    assert allocate(100, [1, 1, 1]) == (33, 33, 34)
    assert allocate(1, [5, 5]) == (0, 1)


def test_without_any_weight_the_last_line_takes_it_all() -> None:
    assert allocate(500, [0, 0, 0]) == (0, 0, 500)
    assert allocate(-500, [0, 0]) == (0, -500)


@pytest.mark.parametrize("weights", [[], [1, -1]])
def test_lines_that_cannot_be_weighed_are_refused(weights: list[int]) -> None:
    with pytest.raises(ValueError, match="weights must be given"):
        allocate(100, weights)


@given(fen=AMOUNTS)
def test_yuan_say_every_fen(fen: int) -> None:
    digits = yuan(fen).replace("¥", "").replace(",", "").replace(".", "")
    assert int(digits) == fen


@pytest.mark.parametrize(
    ("fen", "text"), [(0, "¥0.00"), (5, "¥0.05"), (-5, "-¥0.05"), (123_456_789, "¥1,234,567.89")]
)
def test_yuan_are_written_for_a_person(fen: int, text: str) -> None:
    assert yuan(fen) == text


def test_the_examples_of_the_documentation_hold() -> None:
    assert doctest.testmod(money).failed == 0
