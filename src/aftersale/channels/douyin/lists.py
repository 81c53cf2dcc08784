"""List what changed, oldest first, so that no row that moves meanwhile is missed.

Rows move to the end of the list as they change, and pages counted from the start of a list would skip others.
So the window begins anew at the last change that was seen, and page 0 of the rest is asked for. Only changes
of one and the same second are counted by pages, again and again until a pass was not disturbed.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from aftersale.channels.base import Notice, Observed, Parked
from aftersale.channels.douyin.answer import ask
from aftersale.channels.douyin.notice import notice_of
from aftersale.channels.douyin.reading import from_list
from aftersale.channels.douyin.said import LIST
from aftersale.channels.douyin.shape import Misread
from aftersale.channels.interface import Page
from aftersale.domain.clock import seconds_of
from aftersale.domain.errors import Unavailable
from aftersale.texts import Text

if TYPE_CHECKING:
    from collections.abc import Iterator

    from aftersale.channels.base import Hands
    from aftersale.channels.douyin.shape import Shape

REACH = timedelta(days=180)
SIZE = 100
DEEPEST = 50_000
_PASSES = 5
_AGAIN = Text(zh="系统会稍后再试。", en="The desk tries again later.")


@dataclass(slots=True)
class _Walk:
    """Hold how far a list was read: `start` in seconds, and the rows already told of that second."""

    start: int
    until: int
    told: set[tuple[str, int | None]] = field(default_factory=set)


def tickets_changed(since: datetime, until: datetime, hands: Hands) -> Iterator[Page]:
    """Give every ticket that changed in [since, until); what is older than six months cannot be listed."""
    walk = _Walk(seconds_of(max(since, hands.now - REACH)), seconds_of(until))
    while walk.start < walk.until:
        rows, more = _ask(walk.start, walk.until, 0, hands)
        times = _times(rows)
        if not more:
            yield _page(rows, walk, until)
            return
        if not times:
            raise _disturbed()
        if times[0] < times[-1]:
            yield _page(rows, walk, _moment(times[-1]))
            walk.start, walk.told = times[-1], {_mark(row) for row in rows if _second(row) == times[-1]}
        else:
            yield _page(_whole_second(times[0], hands), walk, _moment(times[0] + 1))
            walk.start, walk.told = times[0] + 1, set()


def _ask(start: int, until: int, page: int, hands: Hands) -> tuple[tuple[Shape, ...], bool]:
    params = {
        "update_start_time": start,
        "update_end_time": until,
        "order_by": ["update_time asc"],
        "page": page,
        "size": SIZE,
        "need_special_type": True,
    }
    data = ask(hands, LIST, params).data
    rows = data.list_of("items")
    more = data.fields.get("has_more", len(rows or ()) >= SIZE)
    if rows is None or not isinstance(more, bool):
        raise _disturbed()
    return rows, more


def _times(rows: tuple[Shape, ...]) -> list[int]:
    """Give the seconds of the rows; where they do not rise, nothing is known about what comes next."""
    told = [second for row in rows if (second := _second(row))]
    if told != sorted(told):
        raise _disturbed()
    return told


def _whole_second(second: int, hands: Hands) -> tuple[Shape, ...]:
    """Read every row of one second, again if rows moved while it was read."""
    for _ in range(_PASSES):
        rows, steady = _pass(second, hands)
        if steady:
            return rows
    raise _disturbed()


def _pass(second: int, hands: Hands) -> tuple[tuple[Shape, ...], bool]:
    rows: list[Shape] = []
    numbers: list[tuple[str, int | None]] = []
    for page in range(DEEPEST // SIZE):
        more_rows, more = _ask(second, second + 1, page, hands)
        rows += more_rows
        numbers += [_mark(row) for row in more_rows]
        if not more:
            first, still = _ask(second, second + 1, 0, hands)
            same = [_mark(row) for row in first] == numbers[: len(first)] and still == (page > 0)
            return tuple(rows), same and len(set(numbers)) == len(numbers)
    raise Unavailable(
        "channel.list_too_deep",
        Text(zh="同一秒内变化的售后单太多，列不完。", en="Too many tickets changed within one second."),
        _AGAIN,
    )


def _disturbed() -> Unavailable:
    return Unavailable(
        "channel.list_disturbed",
        Text(zh="平台给的售后列表前后对不上。", en="The platform's list of tickets does not hang together."),
        _AGAIN,
    )


def _page(rows: tuple[Shape, ...], walk: _Walk, complete: datetime) -> Page:
    """Read the rows that were not told yet."""
    fresh = [(number, row) for number, row in enumerate(rows, start=1) if _mark(row) not in walk.told]
    read = [read_row(row, number) for number, row in fresh]
    notices = tuple(each for each in read if isinstance(each, Notice))
    return Page(notices, tuple(each for each in read if isinstance(each, Parked)), complete)


def _mark(row: Shape) -> tuple[str, int | None]:
    return row.at("aftersale_info").text("aftersale_id"), _second(row)


def _second(row: Shape) -> int | None:
    return row.at("aftersale_info").code("update_time")


def read_row(row: Shape, number: int) -> Notice | Parked:
    """Read one row of the list, or say why it could not be taken."""
    try:
        return notice_of(from_list(row), None, Observed(LIST, number))
    except Misread as fault:
        told = row.at("aftersale_info").text("aftersale_id")
        value = f"{fault.value} ({told})" if told not in {"", fault.value} else fault.value
        return Parked(LIST, number, fault.field, value, fault.code)


def _moment(seconds: int) -> datetime:
    return datetime.fromtimestamp(seconds, tz=UTC)
