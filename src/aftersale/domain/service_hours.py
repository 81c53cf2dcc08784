"""Count the working time of a shop towards its own service targets.

A span belongs to the day on which it begins, in Shanghai, and may run past midnight. A day among the
exceptions has its own spans in place of those of the week; none means that it is closed. The night
before a closed day is worked to its end. Where spans overlap, their time counts once.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from datetime import date
from itertools import chain
from typing import TYPE_CHECKING, NamedTuple, TypeAlias

from aftersale.domain.clock import DAY, date_of, day_of, moment_of, seconds_of, start_of
from aftersale.domain.errors import AftersaleError
from aftersale.texts import Text

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence
    from datetime import datetime

MINUTE = 60
HOUR_MINUTES = 60
DAY_MINUTES = DAY // MINUTE
# A shop that does not open for so long has no hours that a target could be counted in.
LOOK_AHEAD_DAYS = 400
# The end of a pause that nobody has ended yet.
_OPEN_END = 1 << 62
_TIME_OF_DAY = re.compile(r"([01][0-9]|2[0-3]):([0-5][0-9])|24:00")


@dataclass(frozen=True, slots=True, order=True)
class Span:
    """Hold one stretch of work in minutes of the day: [start, end); an end before the start is tomorrow's."""

    start: int
    end: int

    def __post_init__(self) -> None:
        if not (0 <= self.start < DAY_MINUTES and 0 <= self.end <= DAY_MINUTES and self.start != self.end):
            raise ValueError("a span starts at 0 to 1439, ends at 0 to 1440, and not where it starts")

    @property
    def length(self) -> int:
        """Count its minutes."""
        return self.end - self.start + (DAY_MINUTES if self.end < self.start else 0)


Spans: TypeAlias = tuple[Span, ...]
Pause: TypeAlias = tuple["datetime", "datetime | None"]
_Interval: TypeAlias = tuple[int, int]


class Week(NamedTuple):
    """Hold the spans that begin on each day of the week."""

    mon: Spans = ()
    tue: Spans = ()
    wed: Spans = ()
    thu: Spans = ()
    fri: Spans = ()
    sat: Spans = ()
    sun: Spans = ()


@dataclass(frozen=True, slots=True)
class ServiceHours:
    """Hold when a shop works; without any span it never does, and ALWAYS is the shop that always does."""

    week: Week
    exceptions: Mapping[date, Spans] = field(default_factory=dict)

    def on(self, day: date) -> Spans:
        """Give the spans that begin on a day."""
        return self.exceptions.get(day, self.week[day.weekday()])


ALWAYS = ServiceHours(Week(*[(Span(0, DAY_MINUTES),)] * 7))


def is_open(hours: ServiceHours, at: datetime) -> bool:
    """Tell whether the shop works at a time."""
    second = seconds_of(at)
    return any(begin <= second for begin, _ in _open_from(hours, second, day_of(second)))


def opens_next(hours: ServiceHours, at: datetime) -> datetime | None:
    """Give the first time from `at` on at which the shop works: `at` itself while it does; None if never."""
    second = seconds_of(at)
    found = next(_open_from(hours, second, day_of(second) + LOOK_AHEAD_DAYS), None)
    return None if found is None else moment_of(found[0])


def add_working(hours: ServiceHours, start: datetime, minutes: int) -> datetime | None:
    """Give the first time at which so many working minutes have passed; None if 400 days do not hold them."""
    return due_with_pauses(hours, start, minutes, ())


def due_with_pauses(
    hours: ServiceHours, start: datetime, minutes: int, pauses: Sequence[Pause]
) -> datetime | None:
    """Give the first time at which so many working minutes have passed outside the pauses.

    None where a pause without an end came first: while the other side must act, nothing falls due. What was
    due before that pause began stays due. The 400 days are counted from the last end of a pause.
    """
    if minutes < 0:
        raise ValueError("a target is never negative")
    since, left, stops = seconds_of(start), minutes * MINUTE, _stops(pauses)
    if left == 0:
        return moment_of(since)
    latest = max([since, *(until for _, until in stops if until != _OPEN_END)])
    for begin, end in _counted(hours, since, day_of(latest) + LOOK_AHEAD_DAYS, stops):
        if left <= end - begin:
            return moment_of(begin + left)
        left -= end - begin
    return None


def working_seconds(hours: ServiceHours, start: datetime, end: datetime, pauses: Sequence[Pause] = ()) -> int:
    """Count the working seconds in [start, end) outside the pauses; none where the end comes first."""
    last = seconds_of(end)
    counted = _counted(hours, seconds_of(start), day_of(last), _stops(pauses))
    return sum(max(0, min(until, last) - begin) for begin, until in counted)


def _stops(pauses: Sequence[Pause]) -> list[_Interval]:
    """Order the pauses; one that ends before it begins stops nothing."""
    seconds = [(seconds_of(a), _OPEN_END if b is None else seconds_of(b)) for a, b in pauses]
    return sorted(each for each in seconds if each[0] < each[1])


def _counted(
    hours: ServiceHours, since: int, last_day: int, stops: Sequence[_Interval]
) -> Iterator[_Interval]:
    return chain.from_iterable(_without(stops, each) for each in _open_from(hours, since, last_day))


def _open_from(hours: ServiceHours, since: int, last_day: int) -> Iterator[_Interval]:
    """Give the working time from `since` on, in order, each second once."""
    days = range(day_of(since) - 1, last_day + 1)
    for begin, end in chain.from_iterable(_begun_on(hours, day) for day in days):
        if end > since:
            yield max(begin, since), end
            since = end


def _begun_on(hours: ServiceHours, day: int) -> Iterator[_Interval]:
    for span in sorted(hours.on(date_of(day))):
        begin = start_of(day) + span.start * MINUTE
        yield begin, begin + span.length * MINUTE


def _without(stops: Iterable[_Interval], interval: _Interval) -> Iterator[_Interval]:
    begin, end = interval
    for stop, go_on in (*stops, (end, end)):
        if begin < min(stop, end):
            yield begin, min(stop, end)
        begin = max(begin, go_on)


def parse_hours(raw: Mapping[str, object]) -> ServiceHours:
    """Read stored hours; raise an error with the code hours.invalid that names all that is wrong.

    >>> parse_hours({"mon": [["09:00", "12:00"], ["13:00", "18:00"]], "closed": ["2026-10-01"]}).week.mon
    (Span(start=540, end=720), Span(start=780, end=1080))
    """
    faults = [
        _fault("hours", key, _ALLOWED_KEYS) for key in raw if key not in {*Week._fields, "closed", "open"}
    ]
    week = Week(**{day: _spans(day, raw.get(day, []), faults) for day in Week._fields})
    closed: dict[date, Spans] = dict.fromkeys(_dates("closed", raw.get("closed", []), faults), ())
    opened = _open_days(raw.get("open", {}), faults)
    faults += [_fault("open", on.isoformat(), _NOT_BOTH) for on in sorted(closed.keys() & opened)]
    if faults:
        raise _invalid(faults)
    return ServiceHours(week, {**closed, **opened})


def write_hours(hours: ServiceHours) -> dict[str, object]:
    """Write hours as JSON that `parse_hours` reads again."""
    days = sorted(hours.exceptions)
    return {
        **{day: _written(spans) for day, spans in hours.week._asdict().items()},
        "closed": [on.isoformat() for on in days if not hours.exceptions[on]],
        "open": {on.isoformat(): _written(spans) for on in days if (spans := hours.exceptions[on])},
    }


def _written(spans: Spans) -> list[list[str]]:
    return [
        ["{:02}:{:02}".format(*divmod(minute, HOUR_MINUTES)) for minute in (span.start, span.end)]
        for span in spans
    ]


_ALLOWED_KEYS = Text(
    zh="只能是 mon 到 sun、closed 或 open", en="only mon to sun, closed and open may stand here"
)
_NOT_BOTH = Text(zh="同一天不能既休息又营业", en="a day cannot be both closed and open")
_A_LIST = Text(zh="应是一个列表", en="must be a list")
_A_MAPPING = Text(zh="应按日期列出时段", en="must give spans by date")
_A_SPAN = Text(
    zh="应是一段时间，如 09:00 到 18:00，到午夜写 24:00，开始与结束不能相同",
    en="must be a span such as 09:00 to 18:00, to midnight 24:00, and not end where it starts",
)
_A_DATE = Text(zh="应是日期，如 2026-10-01", en="must be a date such as 2026-10-01")
_SOME_SPAN = Text(
    zh="至少要有一段营业时间，休息日请写在 closed", en="needs a span; a closed day goes to closed"
)


def _fault(path: str, raw: object, allowed: Text) -> Text:
    shown = "–".join(map(str, raw)) if isinstance(raw, list) else raw
    return Text(zh=f"{path}：“{shown}”{allowed.zh}", en=f"{path}: “{shown}” {allowed.en}")


def _invalid(faults: Sequence[Text]) -> AftersaleError:
    return AftersaleError(
        "hours.invalid",
        Text(zh="；".join(each.zh for each in faults), en="; ".join(each.en for each in faults)),
        Text(zh="改正这些时段后再保存。", en="Correct these hours and save again."),
    )


def _spans(path: str, raw: object, faults: list[Text]) -> Spans:
    if not isinstance(raw, list):
        faults.append(_fault(path, raw, _A_LIST))
        return ()
    spans = [_span(each) for each in raw]
    wrong = [each for each, span in zip(raw, spans, strict=True) if span is None]
    faults += [_fault(path, each, _A_SPAN) for each in wrong]
    return tuple(span for span in spans if span is not None)


def _span(raw: object) -> Span | None:
    if not isinstance(raw, list) or len(raw) != len(("start", "end")):
        return None
    start, end = map(_minute, raw)
    if start is None or end is None or start in {end, DAY_MINUTES}:
        return None
    return Span(start, end)


def _minute(raw: object) -> int | None:
    if not isinstance(raw, str) or not _TIME_OF_DAY.fullmatch(raw):
        return None
    hour, minute = map(int, raw.split(":"))
    return hour * HOUR_MINUTES + minute


def _dates(path: str, raw: object, faults: list[Text]) -> Iterator[date]:
    if not isinstance(raw, list):
        faults.append(_fault(path, raw, _A_LIST))
        return
    for each in raw:
        on = _date(each)
        if on is None:
            faults.append(_fault(path, each, _A_DATE))
        else:
            yield on


def _date(raw: object) -> date | None:
    try:
        on = date.fromisoformat(str(raw))
    except ValueError:
        return None
    return on if on.isoformat() == raw else None


def _open_days(raw: object, faults: list[Text]) -> dict[date, Spans]:
    if not isinstance(raw, dict):
        faults.append(_fault("open", raw, _A_MAPPING))
        return {}
    faults += [_fault("open", on, _SOME_SPAN) for on, spans in raw.items() if spans == []]
    return {on: _spans(f"open.{on}", raw[on.isoformat()], faults) for on in _dates("open", list(raw), faults)}
