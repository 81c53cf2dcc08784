from __future__ import annotations

import pytest

from aftersale.tickets.pace import FEWEST, FIRST, MOST, Pace


def paced(*seconds: float) -> int:
    """Give the size after batches that took so long."""
    ticks = iter([moment for taken in seconds for moment in (0.0, taken)])
    pace = Pace(lambda: next(ticks))
    for _ in seconds:
        with pace:
            pass
    return pace.rows


def test_a_slow_batch_is_followed_by_a_small_one_and_never_by_none() -> None:
    assert paced(1.5) == FEWEST
    assert paced(*[9.0] * 5) == FEWEST


def test_a_quick_batch_is_followed_by_one_of_twice_its_size_up_to_the_most() -> None:
    assert paced(0.0) == 2 * FIRST
    assert paced(*[0.01] * 9) == MOST


def test_a_batch_that_failed_counts_as_well() -> None:
    ticks = iter([0.0, 0.3])
    pace = Pace(lambda: next(ticks))
    with pytest.raises(KeyError), pace:
        raise KeyError
    assert pace.rows == FIRST // 2
