"""Count days as the law in Shanghai counts them.

Inside the house a time is integer seconds since 1970 (UTC) and a day is an integer, the number of the
Shanghai calendar day: (seconds + 28800) div 86400. Windows are half-open: [start, end). The day of the
event is not counted, a period ends at 24:00 of its last day, and a last day that is a rest day moves to
the next working day (Civil Code 201-203).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta, timezone
from functools import lru_cache
from typing import TYPE_CHECKING

import chinese_calendar

if TYPE_CHECKING:
    from collections.abc import Mapping

SHANGHAI = timezone(timedelta(hours=8), "Asia/Shanghai")
SHANGHAI_OFFSET = 28_800
DAY = 86_400
EPOCH = date(1970, 1, 1)
SATURDAY = 5
# Consumer law gives the seven days since 2014; lunar holidays are tabled up to 2030.
FIRST_YEAR, LAST_YEAR = 2014, 2040

# Holidays of a year are announced in the November before it. Until then only the spans in which a
# rest day may fall are known: (month, day) to (month, day), for holidays fixed in the solar calendar.
_SOLAR_SPANS = (
    ((1, 1), (1, 3)),
    ((4, 3), (4, 7)),
    ((4, 29), (5, 5)),
    ((10, 1), (10, 8)),
    ((12, 30), (12, 31)),
)
# First day and longest span of the lunar holidays, from astronomical tables, for the years that follow.
_LUNAR_SPANS = {
    2027: (("02-05", 9), ("06-09", 3), ("09-15", 3)),
    2028: (("01-25", 9), ("05-28", 3), ("10-03", 8)),
    2029: (("02-12", 9), ("06-16", 3), ("09-22", 3)),
    2030: (("02-02", 9), ("06-05", 3), ("09-12", 3)),
}


def seconds_of(moment: datetime) -> int:
    """Turn an aware time into seconds since 1970; a naive time raises ValueError."""
    if moment.tzinfo is None:
        raise ValueError("a time without a zone says nothing")
    return int(moment.timestamp())


def moment_of(seconds: int) -> datetime:
    """Turn seconds since 1970 into an aware Shanghai time."""
    return datetime.fromtimestamp(seconds, tz=UTC).astimezone(SHANGHAI)


def day_of(seconds: int) -> int:
    """Count the days up to the Shanghai calendar day on which a time falls."""
    return (seconds + SHANGHAI_OFFSET) // DAY


def start_of(day: int) -> int:
    """Give the first second of a Shanghai day."""
    return day * DAY - SHANGHAI_OFFSET


def date_of(day: int) -> date:
    """Turn a day number into a date."""
    return EPOCH + timedelta(days=day)


def day_number(on: date) -> int:
    """Turn a date into a day number."""
    return (on - EPOCH).days


@lru_cache(maxsize=65_536)
def months_after(day: int, months: int) -> int:
    """Go so many calendar months on; a month without that day ends on its last (Civil Code 202).

    >>> date_of(months_after(day_number(date(2025, 8, 31)), 6)).isoformat()
    '2026-02-28'
    """
    on = date_of(day)
    year, month = divmod(on.year * 12 + on.month - 1 + months, 12)
    last = (date(year + (month + 1) // 12, (month + 1) % 12 + 1, 1) - timedelta(days=1)).day
    return day_number(date(year, month + 1, min(on.day, last)))


@dataclass(frozen=True, slots=True)
class Calendar:
    """Know which last days roll over.

    `rolled` maps a day that is (or may be) a rest day to the working day after it; `earliest` does so for the
    reading that is worst for the buyer. They differ only in years whose notice is not `published`: there
    the buyer is given the later end, and our own duty the earlier.
    """

    rolled: Mapping[int, int]
    earliest: Mapping[int, int]
    published: frozenset[int]
    first: int
    last: int

    def last_day(self, day: int) -> int:
        """Move a last day that is a rest day to the next working day, in doubt to the later one."""
        return self.rolled.get(day, day)

    def both_ends(self, day: int) -> tuple[int, int]:
        """Give the earliest and the latest day on which a period may end."""
        return self.earliest.get(day, day), self.rolled.get(day, day)

    def is_published(self, day: int) -> bool:
        """Tell whether the holidays of that day's year have been announced."""
        return date_of(day).year in self.published


def _possible_rest(on: date) -> bool:
    solar = any(start <= (on.month, on.day) <= end for start, end in _SOLAR_SPANS)
    lunar = any(
        timedelta(0) <= on - date.fromisoformat(f"{on.year}-{start}") < timedelta(days=length)
        for start, length in _LUNAR_SPANS.get(on.year, ())
    )
    return solar or lunar or on.weekday() >= SATURDAY


def _next_working(resting: set[int]) -> dict[int, int]:
    rolled: dict[int, int] = {}
    for day in sorted(resting, reverse=True):
        rolled[day] = rolled.get(day + 1, day + 1)
    return rolled


def _is_rest(on: date, notices: Mapping[date, bool]) -> bool | None:
    """Tell rest from work where it is announced; None where the year is not published."""
    if on in notices:
        return notices[on]
    if any(noticed.year == on.year for noticed in notices):
        return on.weekday() >= SATURDAY
    try:
        return bool(chinese_calendar.is_holiday(on))
    except NotImplementedError:
        return None


def make_calendar(notices: Mapping[date, bool] | None = None) -> Calendar:
    """Build the calendar from published holidays and the notices a shop has loaded (date → is a rest day)."""
    return _calendar(FIRST_YEAR, LAST_YEAR, tuple(sorted((notices or {}).items())))


@lru_cache(maxsize=16)
def _calendar(first: int, last: int, announced: tuple[tuple[date, bool], ...]) -> Calendar:
    notices = dict(announced)
    days = range(day_number(date(first, 1, 1)), day_number(date(last, 12, 31)) + 1)
    rest = {day: _is_rest(date_of(day), notices) for day in days}
    later = {day for day, known in rest.items() if known or (known is None and _possible_rest(date_of(day)))}
    surely = {day for day, known in rest.items() if known}
    published = frozenset(date_of(day).year for day, known in rest.items() if known is not None)
    return Calendar(_next_working(later), _next_working(surely), published, days.start, days.stop)
