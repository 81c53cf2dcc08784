"""See that all workers together keep to what the platform grants one app."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from aftersale.connections.models import Quota
from aftersale.connections.quota import wait_for_turn
from aftersale.domain.errors import Unavailable

NOW = datetime(2026, 6, 10, 2, tzinfo=UTC)


@pytest.mark.django_db
def test_a_few_calls_go_at_once_and_the_others_are_spread() -> None:
    waits: list[float] = []
    for _ in range(8):
        wait_for_turn("a", 10, lambda: NOW, waits.append)
    assert waits == pytest.approx([0.125, 0.25, 0.375, 0.5, 0.625])


@pytest.mark.django_db
@given(gaps=st.lists(st.integers(0, 1_500), min_size=1, max_size=40), most=st.integers(1, 12))
def test_no_second_holds_more_calls_than_the_platform_grants(gaps: list[int], most: int) -> None:
    Quota.objects.all().delete()
    told, made = NOW, [NOW]
    made.clear()
    for gap in gaps:
        told += timedelta(milliseconds=gap)
        waited: list[float] = [0.0]
        try:
            wait_for_turn("a", most, lambda at=told: at, waited.append)  # type: ignore[misc]
        except Unavailable:
            continue
        made.append(told + timedelta(seconds=waited[-1]))
    assert all(sum(at <= other < at + timedelta(seconds=1) for other in made) <= most for at in made)


@pytest.mark.django_db
def test_who_would_wait_too_long_books_nothing() -> None:
    for _ in range(9):
        wait_for_turn("a", 3, lambda: NOW, lambda _s: None)
    booked = Quota.objects.get().next_us
    with pytest.raises(Unavailable):
        wait_for_turn("a", 3, lambda: NOW, lambda _s: None)
    assert Quota.objects.get().next_us == booked
    wait_for_turn("b", 3, lambda: NOW, lambda _s: None)
    wait_for_turn("a", 3, lambda: NOW + timedelta(seconds=2), lambda _s: None)


@pytest.mark.django_db
def test_a_clock_that_was_set_back_blocks_nobody() -> None:
    for _ in range(9):
        wait_for_turn("a", 3, lambda: NOW, lambda _s: None)
    wait_for_turn("a", 3, lambda: NOW - timedelta(days=1), lambda _s: None)


@pytest.mark.django_db
def test_what_the_booking_itself_took_is_not_waited_for_again() -> None:
    waits: list[float] = []
    for _ in range(4):
        wait_for_turn("a", 10, lambda: NOW, waits.append)
    told = iter([NOW, NOW + timedelta(seconds=0.1)])
    wait_for_turn("a", 10, lambda: next(told), waits.append)
    told = iter([NOW, NOW + timedelta(seconds=0.5)])
    wait_for_turn("a", 10, lambda: next(told), waits.append)
    assert waits == pytest.approx([0.125, 0.15])
