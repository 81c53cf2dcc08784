"""See that all workers together keep to what the platform grants one app."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from aftersale.connections.models import Quota
from aftersale.connections.quota import wait_for_turn
from aftersale.domain.errors import Unavailable

NOW = datetime(2026, 6, 10, 2, tzinfo=UTC)


@pytest.mark.django_db
def test_a_second_of_calls_goes_at_once_and_then_they_are_spread() -> None:
    waits: list[float] = []
    for _ in range(15):
        wait_for_turn("a", 10, lambda: NOW, waits.append)
    assert waits == pytest.approx([0.1, 0.2, 0.3, 0.4, 0.5])


@pytest.mark.django_db
def test_who_would_wait_too_long_books_nothing() -> None:
    for _ in range(12):
        wait_for_turn("a", 3, lambda: NOW, lambda _s: None)
    booked = Quota.objects.get().next_us
    with pytest.raises(Unavailable):
        wait_for_turn("a", 3, lambda: NOW, lambda _s: None)
    assert Quota.objects.get().next_us == booked
    wait_for_turn("b", 3, lambda: NOW, lambda _s: None)
    wait_for_turn("a", 3, lambda: NOW + timedelta(seconds=2), lambda _s: None)


@pytest.mark.django_db
def test_a_clock_that_was_set_back_blocks_nobody() -> None:
    for _ in range(12):
        wait_for_turn("a", 3, lambda: NOW, lambda _s: None)
    wait_for_turn("a", 3, lambda: NOW - timedelta(days=1), lambda _s: None)
