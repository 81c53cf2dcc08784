from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from aftersale.domain.clock import SHANGHAI, moment_of, seconds_of
from aftersale.domain.quiet import NEVER_QUIET, Quiet, is_quiet, quiet_ends

NIGHT = Quiet(22 * 60, 7 * 60)
LUNCH = Quiet(12 * 60, 13 * 60)
MINUTES = st.integers(0, 1439)
MOMENTS = st.integers(0, 4_000_000_000).map(moment_of)


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=SHANGHAI)


@pytest.mark.parametrize(
    ("moment", "quiet"),
    [
        ("2026-06-10T21:59:59", False),
        ("2026-06-10T22:00:00", True),
        ("2026-06-10T23:59:59", True),
        ("2026-06-11T00:00:00", True),
        ("2026-06-11T06:59:59", True),
        ("2026-06-11T07:00:00", False),
    ],
)
def test_a_night_is_quiet_on_both_sides_of_midnight(moment: str, *, quiet: bool) -> None:
    assert is_quiet(NIGHT, at(moment)) is quiet


@pytest.mark.parametrize(
    ("moment", "ends"),
    [
        ("2026-06-10T22:00:01", "2026-06-11T07:00:00"),
        ("2026-06-11T00:00:00", "2026-06-11T07:00:00"),
        ("2026-06-11T06:59:59", "2026-06-11T07:00:00"),
        ("2026-06-11T07:00:00", "2026-06-11T07:00:00"),
        ("2026-06-11T12:34:56", "2026-06-11T12:34:56"),
        ("2024-02-28T23:00:00", "2024-02-29T07:00:00"),
        ("2025-12-31T23:00:00", "2026-01-01T07:00:00"),
    ],
)
def test_a_reminder_waits_until_the_night_is_over(moment: str, ends: str) -> None:
    assert quiet_ends(NIGHT, at(moment)) == at(ends)


def test_a_stretch_within_the_day_is_quiet_on_that_day_only() -> None:
    assert [is_quiet(LUNCH, at(f"2026-06-10T{hour}")) for hour in ("11:59", "12:00", "12:59", "13:00")] == [
        False,
        True,
        True,
        False,
    ]
    assert quiet_ends(LUNCH, at("2026-06-10T12:30")) == at("2026-06-10T13:00")


def test_quiet_hours_are_those_of_shanghai_whatever_zone_a_time_is_written_in() -> None:
    assert is_quiet(NIGHT, datetime(2026, 6, 10, 14, 0, tzinfo=UTC))
    assert not is_quiet(NIGHT, datetime(2026, 6, 10, 22 - 8, 0, tzinfo=UTC) - timedelta(seconds=1))


@given(minute=MINUTES, moment=MOMENTS)
def test_equal_ends_leave_no_hour_quiet(minute: int, moment: datetime) -> None:
    assert not is_quiet(Quiet(minute, minute), moment)
    assert quiet_ends(NEVER_QUIET, moment) == moment


@given(begin=MINUTES, end=MINUTES, moment=MOMENTS)
def test_quiet_is_over_when_it_ends_and_not_a_second_before(begin: int, end: int, moment: datetime) -> None:
    quiet = Quiet(begin, end)
    over = quiet_ends(quiet, moment)
    assert not is_quiet(quiet, over)
    assert (over > moment) == is_quiet(quiet, moment)
    assert over - moment <= timedelta(days=1)
    assert over == moment or is_quiet(quiet, moment_of(seconds_of(over) - 1))


@pytest.mark.parametrize(("begin", "end"), [(-1, 0), (0, 1440), (1440, 0), (0, -1)])
def test_a_minute_that_no_day_has_is_refused(begin: int, end: int) -> None:
    with pytest.raises(ValueError, match="less than 1440"):
        Quiet(begin, end)
