from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from aftersale.domain.clock import SHANGHAI, moment_of, seconds_of
from aftersale.domain.service_hours import (
    ALWAYS,
    LOOK_AHEAD_DAYS,
    ServiceHours,
    Span,
    Week,
    add_working,
    due_with_pauses,
    is_open,
    opens_next,
    working_seconds,
)

DESK = (Span(9 * 60, 12 * 60), Span(13 * 60, 18 * 60))
OFFICE = ServiceHours(Week(DESK, DESK, DESK, DESK, DESK))
# Two shifts that overlap, the later of them past midnight.
SHIFTS = (Span(14 * 60, 23 * 60), Span(22 * 60, 2 * 60))
LATE = ServiceHours(Week(*[SHIFTS] * 7))
NEVER = ServiceHours(Week())

MOMENTS = st.integers(1_700_000_000, 1_900_000_000).map(moment_of)
SPANS = st.builds(
    lambda start, length: Span(start, (start + length) % 1440), st.integers(0, 1439), st.integers(1, 1439)
)
DAYS = st.lists(SPANS, max_size=3).map(tuple)
WEEKS = st.builds(Week, DAYS, DAYS, DAYS, DAYS, DAYS, DAYS, DAYS)
EXCEPTIONS = st.dictionaries(st.dates(date(2023, 11, 1), date(2030, 4, 1)), DAYS, max_size=3)
HOURS = st.builds(ServiceHours, WEEKS, EXCEPTIONS)
MINUTES = st.integers(0, 3_000)


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=SHANGHAI)


# 2026-06-08 is a Monday.
@pytest.mark.parametrize(
    ("moment", "opened"),
    [
        ("2026-06-08T08:59", False),
        ("2026-06-08T08:59:59", False),
        ("2026-06-08T09:00", True),
        ("2026-06-08T09:01", True),
        ("2026-06-08T11:59:59", True),
        ("2026-06-08T12:00", False),
        ("2026-06-08T12:59:59", False),
        ("2026-06-08T13:00", True),
        ("2026-06-08T17:59:59", True),
        ("2026-06-08T18:00", False),
        ("2026-06-09T00:00", False),
        ("2026-06-13T10:00", False),
    ],
)
def test_a_span_holds_its_first_second_and_not_its_last(moment: str, *, opened: bool) -> None:
    assert is_open(OFFICE, at(moment)) is opened


@pytest.mark.parametrize(
    ("moment", "opens"),
    [
        ("2026-06-08T08:59", "2026-06-08T09:00"),
        ("2026-06-08T09:00", "2026-06-08T09:00"),
        ("2026-06-08T09:01", "2026-06-08T09:01"),
        ("2026-06-08T12:00", "2026-06-08T13:00"),
        ("2026-06-09T00:00", "2026-06-09T09:00"),
        ("2026-06-12T18:00", "2026-06-15T09:00"),
        ("2026-06-13T23:59", "2026-06-15T09:00"),
    ],
)
def test_a_reminder_at_midnight_at_lunch_or_on_a_weekend_waits_for_the_desk(moment: str, opens: str) -> None:
    assert opens_next(OFFICE, at(moment)) == at(opens)


@pytest.mark.parametrize(
    ("start", "minutes", "due"),
    [
        ("2026-06-08T08:59", 30, "2026-06-08T09:30"),
        ("2026-06-08T09:00", 30, "2026-06-08T09:30"),
        ("2026-06-08T09:01", 30, "2026-06-08T09:31"),
        ("2026-06-08T11:45", 30, "2026-06-08T13:15"),
        ("2026-06-08T11:30", 30, "2026-06-08T12:00"),
        ("2026-06-08T12:10", 30, "2026-06-08T13:30"),
        ("2026-06-08T17:50", 30, "2026-06-09T09:20"),
        ("2026-06-12T17:50", 30, "2026-06-15T09:20"),
        ("2026-06-13T03:00", 0, "2026-06-13T03:00"),
        ("2024-02-28T17:30", 60, "2024-02-29T09:30"),
        ("2024-02-29T17:30", 60, "2024-03-01T09:30"),
        ("2025-02-28T17:30", 60, "2025-03-03T09:30"),
        ("2025-12-31T17:30", 60, "2026-01-01T09:30"),
    ],
)
def test_a_target_counts_working_minutes_only(start: str, minutes: int, due: str) -> None:
    assert add_working(OFFICE, at(start), minutes) == at(due)


@pytest.mark.parametrize(
    ("moment", "opened"),
    [
        ("2026-06-08T13:59", False),
        ("2026-06-08T22:30", True),
        ("2026-06-08T23:30", True),
        ("2026-06-09T00:00", True),
        ("2026-06-09T01:59:59", True),
        ("2026-06-09T02:00", False),
    ],
)
def test_a_shift_runs_past_midnight(moment: str, *, opened: bool) -> None:
    assert is_open(LATE, at(moment)) is opened


def test_time_that_two_shifts_share_counts_once() -> None:
    assert working_seconds(LATE, at("2026-06-08T14:00"), at("2026-06-09T14:00")) == 12 * 3600
    assert add_working(LATE, at("2026-06-08T22:00"), 180) == at("2026-06-09T01:00")
    assert add_working(LATE, at("2026-06-09T01:00"), 120) == at("2026-06-09T15:00")


def test_a_shift_of_the_night_before_that_reaches_into_a_shift_of_today_counts_once() -> None:
    hours = ServiceHours(Week(mon=(Span(20 * 60, 6 * 60),), tue=(Span(5 * 60, 8 * 60),)))
    assert working_seconds(hours, at("2026-06-08T00:00"), at("2026-06-10T00:00")) == 12 * 3600


def test_a_span_may_end_at_midnight_in_either_writing() -> None:
    for end in (0, 1440):
        hours = ServiceHours(Week(mon=(Span(22 * 60, end),)))
        assert is_open(hours, at("2026-06-08T23:59:59"))
        assert not is_open(hours, at("2026-06-09T00:00"))


def test_a_holiday_closes_a_day_and_an_extra_day_opens_one() -> None:
    hours = ServiceHours(
        OFFICE.week,
        {date(2026, 10, 1): (), date(2026, 10, 2): (), date(2026, 10, 10): (Span(10 * 60, 11 * 60),)},
    )
    assert not is_open(hours, at("2026-10-01T10:00"))
    assert opens_next(hours, at("2026-09-30T18:00")) == at("2026-10-05T09:00")
    assert add_working(hours, at("2026-10-09T17:30"), 60) == at("2026-10-10T10:30")
    assert add_working(hours, at("2026-10-09T17:30"), 120) == at("2026-10-12T09:30")


def test_the_night_before_a_holiday_is_worked_to_its_end() -> None:
    hours = ServiceHours(LATE.week, {date(2026, 10, 1): ()})
    assert is_open(hours, at("2026-10-01T01:59"))
    assert opens_next(hours, at("2026-10-01T02:00")) == at("2026-10-02T14:00")


def test_the_hours_of_29_february_are_those_of_its_weekday_unless_it_is_an_exception() -> None:
    assert is_open(OFFICE, at("2024-02-29T10:00"))
    leap = ServiceHours(OFFICE.week, {date(2024, 2, 29): ()})
    assert opens_next(leap, at("2024-02-28T18:00")) == at("2024-03-01T09:00")


def test_hours_are_those_of_shanghai_whatever_zone_a_time_is_written_in() -> None:
    nine = datetime(2026, 6, 8, 1, 0, tzinfo=UTC)
    assert is_open(OFFICE, nine)
    assert not is_open(OFFICE, nine - timedelta(microseconds=1))
    assert add_working(OFFICE, nine, 60) == at("2026-06-08T10:00")


def test_a_shop_without_spans_never_opens_and_one_that_is_always_open_says_so() -> None:
    midnight = at("2026-06-13T00:00")
    assert not is_open(NEVER, midnight)
    assert opens_next(NEVER, midnight) is None
    assert add_working(NEVER, midnight, 1) is None
    assert is_open(ALWAYS, midnight)
    assert opens_next(ALWAYS, midnight) == midnight


def test_only_so_many_days_are_looked_ahead() -> None:
    start = at("2026-06-08T12:00")
    far = start.date() + timedelta(days=LOOK_AHEAD_DAYS)
    assert opens_next(ServiceHours(Week(), {far: DESK}), start) is not None
    assert opens_next(ServiceHours(Week(), {far + timedelta(days=1): DESK}), start) is None
    assert add_working(ServiceHours(Week(), {far: DESK}), start, 481) is None


def test_a_negative_target_is_refused() -> None:
    with pytest.raises(ValueError, match="never negative"):
        add_working(ALWAYS, at("2026-06-08T12:00"), -1)


@pytest.mark.parametrize(("start", "end"), [(-1, 5), (1440, 5), (0, 1441), (0, -1), (540, 540)])
def test_a_span_that_no_day_has_is_refused(start: int, end: int) -> None:
    with pytest.raises(ValueError, match="a span starts"):
        Span(start, end)


def test_a_pause_pauses() -> None:
    start = at("2026-06-08T09:00")
    pause = (at("2026-06-08T09:20"), at("2026-06-08T10:20"))
    assert due_with_pauses(OFFICE, start, 30, [pause]) == at("2026-06-08T10:30")
    assert working_seconds(OFFICE, start, at("2026-06-08T10:30"), [pause]) == 30 * 60


def test_a_pause_over_closed_hours_costs_nothing() -> None:
    pause = (at("2026-06-08T18:00"), at("2026-06-09T09:00"))
    assert due_with_pauses(OFFICE, at("2026-06-08T17:50"), 30, [pause]) == at("2026-06-09T09:20")


def test_pauses_may_overlap_touch_come_in_any_order_and_begin_before_the_start() -> None:
    pauses = [
        (at("2026-06-08T10:30"), at("2026-06-08T10:40")),
        (at("2026-06-08T08:00"), at("2026-06-08T09:30")),
        (at("2026-06-08T09:10"), at("2026-06-08T10:00")),
        (at("2026-06-08T10:00"), at("2026-06-08T10:10")),
        (at("2026-06-08T10:45"), at("2026-06-08T10:42")),  # it ends before it begins and stops nothing
    ]
    assert due_with_pauses(OFFICE, at("2026-06-08T09:00"), 30, pauses) == at("2026-06-08T10:50")


def test_nothing_falls_due_while_the_other_side_has_not_acted() -> None:
    start, asked = at("2026-06-08T09:00"), at("2026-06-08T09:10")
    assert due_with_pauses(OFFICE, start, 30, [(asked, None)]) is None


def test_what_was_due_before_a_pause_began_stays_due() -> None:
    start = at("2026-06-08T09:00")
    for asked in ("2026-06-08T09:30", "2026-06-08T09:31"):
        assert due_with_pauses(OFFICE, start, 30, [(at(asked), None)]) == at("2026-06-08T09:30")


def test_a_pause_longer_than_the_look_ahead_only_moves_the_target() -> None:
    start = at("2026-06-08T09:00")
    back = at("2028-06-05T09:00")
    assert due_with_pauses(OFFICE, start, 30, [(start, back)]) == at("2028-06-05T09:30")


def worked(hours: ServiceHours, minute: datetime) -> bool:
    """Look up one minute as a person would, in the spans of the day and of the day before."""
    now = minute.hour * 60 + minute.minute
    today = any(
        span.start <= now and (now < span.end or span.end < span.start) for span in hours.on(minute.date())
    )
    return today or any(now < span.end < span.start for span in hours.on(minute.date() - timedelta(days=1)))


@given(hours=HOURS, start=MOMENTS, minutes=st.integers(0, 2_000))
def test_working_time_is_the_sum_of_the_minutes_that_are_open(
    hours: ServiceHours, start: datetime, minutes: int
) -> None:
    first = start.replace(second=0)
    each = [first + timedelta(minutes=number) for number in range(minutes)]
    counted = [worked(hours, minute) for minute in each]
    assert working_seconds(hours, first, first + timedelta(minutes=minutes)) == 60 * sum(counted)
    assert [is_open(hours, minute) for minute in each[::60]] == counted[::60]


@given(hours=HOURS, start=MOMENTS, minutes=MINUTES)
def test_what_is_added_is_counted_again(hours: ServiceHours, start: datetime, minutes: int) -> None:
    due = add_working(hours, start, minutes)
    if due is None:
        end = start + timedelta(days=LOOK_AHEAD_DAYS)
        assert working_seconds(hours, start, end) < minutes * 60
    else:
        assert working_seconds(hours, start, due) == minutes * 60
        assert minutes == 0 or is_open(hours, moment_of(seconds_of(due) - 1))


@given(hours=HOURS, start=MOMENTS, minutes=MINUTES, more=st.integers(1, 600), later=st.integers(0, 90_000))
def test_more_minutes_and_a_later_start_never_fall_due_earlier(
    hours: ServiceHours, start: datetime, minutes: int, more: int, later: int
) -> None:
    due = add_working(hours, start, minutes)
    longer = add_working(hours, start, minutes + more)
    started_later = add_working(hours, start + timedelta(seconds=later), minutes)
    assert longer is None or (due is not None and due < longer)
    assert due is None or started_later is None or due <= started_later


@given(start=MOMENTS, minutes=MINUTES)
def test_a_shop_that_is_always_open_counts_every_minute_of_every_season(
    start: datetime, minutes: int
) -> None:
    assert add_working(ALWAYS, start, minutes) == start + timedelta(minutes=minutes)


@given(hours=HOURS, moment=MOMENTS)
def test_the_next_opening_is_open_and_nothing_before_it_is(hours: ServiceHours, moment: datetime) -> None:
    opens = opens_next(hours, moment)
    assert (opens == moment) == is_open(hours, moment)
    if opens is not None:
        assert is_open(hours, opens)
        assert working_seconds(hours, moment, opens) == 0


@given(
    hours=HOURS,
    start=MOMENTS,
    minutes=MINUTES,
    pauses=st.lists(st.tuples(st.integers(-5_000, 50_000), st.integers(-100, 50_000)), max_size=4),
)
def test_paused_time_never_counts(
    hours: ServiceHours, start: datetime, minutes: int, pauses: list[tuple[int, int]]
) -> None:
    stops = [(start + timedelta(minutes=a), start + timedelta(minutes=a + b)) for a, b in pauses]
    due = due_with_pauses(hours, start, minutes, stops)
    unpaused = add_working(hours, start, minutes)
    if due is not None:
        assert unpaused is None or unpaused <= due
        assert working_seconds(hours, start, due, stops) == minutes * 60


@given(hours=HOURS, one=MOMENTS, span=st.integers(0, 200_000), more=st.integers(0, 200_000))
def test_working_time_adds_up_and_none_is_worked_backwards(
    hours: ServiceHours, one: datetime, span: int, more: int
) -> None:
    two = one + timedelta(seconds=span)
    three = two + timedelta(seconds=more)
    parts = working_seconds(hours, one, two) + working_seconds(hours, two, three)
    assert working_seconds(hours, one, three) == parts
    assert working_seconds(hours, two, one) == 0
