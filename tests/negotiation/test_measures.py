"""How soon a first offer is made, and how weak a figure of few talks is."""

from __future__ import annotations

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from aftersale.negotiation.measures import FEW, _nine_of_ten

HOURS = st.lists(st.integers(0, 200), min_size=1, max_size=60)


@given(HOURS)
def test_nine_of_ten_is_said_of_enough_talks_alone_and_lies_among_them(hours: list[int]) -> None:
    waits = [timedelta(hours=each) for each in hours]
    most = _nine_of_ten(waits)
    assert (most is None) == (len(waits) < FEW)
    if most is not None:
        assert min(waits) <= most <= max(waits)
        assert sum(wait <= most for wait in waits) >= 0.9 * len(waits) - 1


@pytest.mark.parametrize(("count", "said"), [(FEW - 1, False), (FEW, True)])
def test_the_ninth_of_ten_begins_with_enough_talks(count: int, *, said: bool) -> None:
    assert (_nine_of_ten([timedelta(hours=1)] * count) is not None) is said
