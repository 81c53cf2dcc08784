from __future__ import annotations

import doctest
from datetime import UTC, date, datetime, timedelta, timezone

import chinese_calendar
import pytest
from hypothesis import given
from hypothesis import strategies as st

from aftersale.domain import clock
from aftersale.domain.clock import (
    DAY,
    SHANGHAI,
    date_of,
    day_number,
    day_of,
    make_calendar,
    moment_of,
    months_after,
    seconds_of,
    start_of,
)

SECONDS = st.integers(-2_000_000_000, 4_000_000_000)
DAYS = st.dates(date(1990, 1, 1), date(2090, 1, 1))
CALENDAR = make_calendar()


def day(text: str) -> int:
    return day_number(date.fromisoformat(text))


def last(text: str) -> str:
    return date_of(CALENDAR.last_day(day(text))).isoformat()


def both(text: str) -> tuple[str, str]:
    early, late = CALENDAR.both_ends(day(text))
    return date_of(early).isoformat(), date_of(late).isoformat()


@given(second=SECONDS)
def test_a_time_survives_the_way_to_seconds_and_back(second: int) -> None:
    moment = moment_of(second)
    assert seconds_of(moment) == second
    assert moment.utcoffset() == timedelta(hours=8)
    assert day_of(second) == day_number(moment.date())


@given(second=SECONDS)
def test_a_day_begins_at_its_first_second(second: int) -> None:
    begin = start_of(day_of(second))
    assert begin <= second < begin + DAY
    assert moment_of(begin).time().isoformat() == "00:00:00"


@given(second=SECONDS, hours=st.integers(-14, 14))
def test_a_time_is_the_same_in_every_zone(second: int, hours: int) -> None:
    elsewhere = moment_of(second).astimezone(timezone(timedelta(hours=hours)))
    assert seconds_of(elsewhere) == second


def test_a_time_without_a_zone_is_refused() -> None:
    with pytest.raises(ValueError, match="without a zone"):
        seconds_of(datetime(2025, 6, 1))  # noqa: DTZ001  # that it has no zone is the point


def test_midnight_in_shanghai_is_four_in_the_afternoon_in_greenwich() -> None:
    before = datetime(2025, 6, 10, 15, 59, 59, tzinfo=UTC)
    assert date_of(day_of(seconds_of(before))) == date(2025, 6, 10)
    assert date_of(day_of(seconds_of(before) + 1)) == date(2025, 6, 11)


@given(on=DAYS, months=st.integers(0, 240))
def test_months_later_is_the_same_day_or_the_last_of_a_shorter_month(on: date, months: int) -> None:
    later = date_of(months_after(day_number(on), months))
    assert (later.year * 12 + later.month) - (on.year * 12 + on.month) == months
    assert later.day == on.day or (later.day < on.day and (later + timedelta(days=1)).day == 1)


@pytest.mark.parametrize(
    ("start", "months", "end"),
    [
        ("2025-08-31", 6, "2026-02-28"),
        ("2023-08-31", 6, "2024-02-29"),
        ("2024-02-29", 12, "2025-02-28"),
        ("2025-06-30", 6, "2025-12-30"),
        ("2025-12-31", 0, "2025-12-31"),
        ("2025-11-30", 1, "2025-12-30"),
        ("2025-12-31", 12, "2026-12-31"),
    ],
)
def test_calendar_months_are_counted_as_the_civil_code_does(start: str, months: int, end: str) -> None:
    assert date_of(months_after(day(start), months)).isoformat() == end


@pytest.mark.parametrize(
    ("on", "ends"),
    [
        ("2024-02-10", "2024-02-18"),  # Spring Festival, whose last day is followed by a working Sunday
        ("2024-02-18", "2024-02-18"),  # a Sunday made a working day
        ("2024-02-04", "2024-02-04"),  # another one, before the holiday
        ("2024-05-11", "2024-05-11"),  # a working Saturday after Labour Day
        ("2024-06-10", "2024-06-11"),  # Dragon Boat
        ("2024-10-01", "2024-10-08"),
        ("2024-10-12", "2024-10-12"),  # a working Saturday after National Day
        ("2025-01-26", "2025-01-26"),  # a working Sunday before Spring Festival
        ("2025-01-28", "2025-02-05"),
        ("2025-04-27", "2025-04-27"),  # a working Sunday before Labour Day
        ("2025-09-28", "2025-09-28"),  # a working Sunday before National Day
        ("2025-10-01", "2025-10-09"),  # National Day and Mid-Autumn together
        ("2025-10-11", "2025-10-11"),  # a working Saturday
        ("2025-10-12", "2025-10-13"),  # an ordinary Sunday
        ("2026-02-14", "2026-02-14"),  # a working Saturday before Spring Festival
        ("2026-02-28", "2026-02-28"),  # and one after it
        ("2026-02-17", "2026-02-24"),
        ("2025-06-10", "2025-06-10"),  # an ordinary Tuesday
        ("2025-06-14", "2025-06-16"),  # an ordinary Saturday
    ],
)
def test_a_last_day_that_is_a_rest_day_moves_to_the_next_working_day(on: str, ends: str) -> None:
    assert last(on) == ends
    assert both(on) == (ends, ends)


@given(on=st.dates(date(2014, 1, 1), date(2026, 12, 20)))
def test_in_published_years_the_end_is_the_first_working_day(on: date) -> None:
    end = date_of(CALENDAR.last_day(day_number(on)))
    walked = on
    while chinese_calendar.is_holiday(walked):
        walked += timedelta(days=1)
    assert end == walked
    assert CALENDAR.is_published(day_number(on))


@given(on=st.dates(date(2027, 1, 1), date(2030, 12, 20)))
def test_in_years_without_a_notice_the_buyer_gets_the_later_end(on: date) -> None:
    early, late = CALENDAR.both_ends(day_number(on))
    assert day_number(on) <= early <= late
    assert late == CALENDAR.last_day(day_number(on))
    assert late - day_number(on) <= 12
    assert not CALENDAR.is_published(day_number(on))


@pytest.mark.parametrize(
    ("on", "early", "late"),
    [
        (
            "2027-02-05",
            "2027-02-05",
            "2027-02-15",
        ),  # Spring Festival begins, at its longest, and a weekend follows
        ("2027-10-01", "2027-10-01", "2027-10-11"),
        ("2027-05-03", "2027-05-03", "2027-05-06"),
        ("2027-06-15", "2027-06-15", "2027-06-15"),  # nobody would make this a rest day
        ("2027-06-12", "2027-06-12", "2027-06-14"),  # a Saturday may be made a working day
    ],
)
def test_an_unpublished_year_has_two_ends(on: str, early: str, late: str) -> None:
    assert both(on) == (early, late)


def test_a_notice_that_a_shop_loads_settles_its_year() -> None:
    rest = {date(2027, 5, 1) + timedelta(days=number): True for number in range(5)}
    notices = {**rest, date(2027, 5, 8): False}
    calendar = make_calendar(notices=notices)
    assert calendar.is_published(day("2027-07-01"))
    assert calendar.both_ends(day("2027-05-03")) == (day("2027-05-06"), day("2027-05-06"))
    assert calendar.last_day(day("2027-05-08")) == day("2027-05-08")
    assert calendar.last_day(day("2027-05-15")) == day("2027-05-17")
    assert not calendar.is_published(day("2028-07-01"))


def test_the_calendar_tells_how_far_it_reaches() -> None:
    assert date_of(CALENDAR.first).year == min(CALENDAR.published)
    assert max(CALENDAR.published) == 2026
    assert date_of(CALENDAR.last - 1).isoformat() == "2040-12-31"


def test_the_examples_of_the_documentation_hold() -> None:
    assert doctest.testmod(clock).failed == 0
    assert moment_of(0).tzinfo == SHANGHAI
