"""Hold the stored form of a shop's hours: what is read, what is written, what is refused."""

from __future__ import annotations

import doctest
import json
from datetime import date
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from aftersale.domain import service_hours
from aftersale.domain.errors import AftersaleError
from aftersale.domain.service_hours import ALWAYS, ServiceHours, Span, Week, parse_hours, write_hours

if TYPE_CHECKING:
    from collections.abc import Mapping

STORED = {
    "mon": [["09:00", "12:00"], ["13:00", "18:00"]],
    "fri": [["14:00", "23:00"], ["22:00", "02:00"]],
    "sun": [["00:00", "24:00"]],
    "closed": ["2026-10-01"],
    "open": {"2026-10-10": [["09:00", "18:00"]]},
}

SPANS = st.tuples(st.integers(0, 1439), st.integers(0, 1440)).filter(lambda each: each[0] != each[1])
DAYS = st.lists(SPANS.map(lambda each: Span(*each)), max_size=3).map(tuple)
HOURS = st.builds(
    ServiceHours,
    st.builds(Week, DAYS, DAYS, DAYS, DAYS, DAYS, DAYS, DAYS),
    st.dictionaries(st.dates(), DAYS, max_size=3),
)


def refused(raw: Mapping[str, object]) -> AftersaleError:
    with pytest.raises(AftersaleError) as error:
        parse_hours(raw)
    assert error.value.code == "hours.invalid"
    return error.value


def test_stored_hours_are_read() -> None:
    assert parse_hours(STORED) == ServiceHours(
        Week(
            mon=(Span(540, 720), Span(780, 1080)),
            fri=(Span(840, 1380), Span(1320, 120)),
            sun=(Span(0, 1440),),
        ),
        {date(2026, 10, 1): (), date(2026, 10, 10): (Span(540, 1080),)},
    )


def test_a_form_without_hours_is_a_shop_that_never_opens_not_one_that_always_does() -> None:
    assert parse_hours({}) == ServiceHours(Week())
    assert parse_hours(write_hours(ALWAYS)) == ALWAYS


def test_written_hours_say_every_day_and_order_the_exceptions() -> None:
    hours = ServiceHours(
        Week(tue=(Span(1320, 0), Span(0, 1440))), {date(2026, 10, 2): (), date(2026, 10, 1): ()}
    )
    assert write_hours(hours) == {
        "mon": [],
        "tue": [["22:00", "00:00"], ["00:00", "24:00"]],
        **{day: [] for day in ("wed", "thu", "fri", "sat", "sun")},
        "closed": ["2026-10-01", "2026-10-02"],
        "open": {},
    }


@given(hours=HOURS)
def test_hours_survive_the_way_through_json_and_back(hours: ServiceHours) -> None:
    assert parse_hours(json.loads(json.dumps(write_hours(hours)))) == hours


@pytest.mark.parametrize(
    ("raw", "named"),
    [
        ({"monday": []}, "monday"),
        ({"mon": "09:00-18:00"}, "09:00-18:00"),
        ({"mon": None}, "None"),
        ({"mon": ["09:00", "18:00"]}, "18:00"),
        ({"mon": [["09:00"]]}, "09:00"),
        ({"mon": [["9:00", "18:00"]]}, "9:00–18:00"),
        ({"mon": [["09:00", "25:00"]]}, "09:00–25:00"),
        ({"mon": [["09:00", "18:60"]]}, "09:00–18:60"),
        ({"mon": [["24:00", "18:00"]]}, "24:00–18:00"),
        ({"mon": [["09:00", "09:00"]]}, "09:00–09:00"),
        ({"mon": [[540, 720]]}, "540–720"),
        ({"closed": "2026-10-01"}, "2026-10-01"),
        ({"closed": ["2026-02-29"]}, "2026-02-29"),
        ({"closed": ["20261001"]}, "20261001"),
        ({"closed": [20261001]}, "20261001"),
        ({"open": [["09:00", "18:00"]]}, "open"),
        ({"open": {"2026-13-01": [["09:00", "18:00"]]}}, "2026-13-01"),
        ({"open": {"2026-10-10": []}}, "2026-10-10"),
        ({"open": {"2026-10-10": None}}, "open.2026-10-10"),
        ({"open": {"2026-10-10": [["09:00", "9"]]}}, "open.2026-10-10"),
        ({"closed": ["2026-10-10"], "open": {"2026-10-10": [["09:00", "18:00"]]}}, "2026-10-10"),
    ],
)
def test_what_cannot_be_hours_is_named(raw: dict[str, Any], named: str) -> None:
    error = refused(raw)
    assert named in error.message.zh
    assert named in error.message.en


def test_everything_that_is_wrong_is_named_at_once() -> None:
    error = refused(
        {
            "noon": [],
            "mon": [["09:00", "12:00"], ["13:00", "31:00"]],
            "tue": [["x", "y"]],
            "closed": ["tomorrow"],
            "open": {"2026-10-10": []},
        }
    )
    assert error.message.zh == (
        "hours：“noon”只能是 mon 到 sun、closed 或 open；"
        "mon：“13:00–31:00”应是一段时间，如 09:00 到 18:00，到午夜写 24:00，开始与结束不能相同；"
        "tue：“x–y”应是一段时间，如 09:00 到 18:00，到午夜写 24:00，开始与结束不能相同；"
        "closed：“tomorrow”应是日期，如 2026-10-01；"
        "open：“2026-10-10”至少要有一段营业时间，休息日请写在 closed"
    )
    assert error.message.en.count(";") >= 4
    assert error.next_step.zh


def test_the_example_of_the_documentation_holds() -> None:
    assert doctest.testmod(service_hours).failed == 0
