"""List what changed: day by day, page by page, oldest change first, each ticket read in full."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from aftersale.channels.base import Notice, Observed
from aftersale.channels.interface import Page
from aftersale.channels.kuaishou import codes
from aftersale.channels.kuaishou.answer import data_of
from aftersale.channels.kuaishou.contract import LIST
from aftersale.channels.kuaishou.looking import case_of, detail_of, trust
from aftersale.channels.kuaishou.notices import Case, needed_id, parked, take
from aftersale.channels.kuaishou.values import Odd, Told, millis
from aftersale.domain.errors import Rejected, Unavailable
from aftersale.texts import Text

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from datetime import datetime, timedelta

    from aftersale.channels.base import Hands, Parked


@dataclass(frozen=True, slots=True)
class Window:
    """Hold one span that a list call may ask for."""

    begin: datetime
    end: datetime


def windows(since: datetime, until: datetime, span: timedelta) -> Iterator[Window]:
    """Cut [since, until) into spans that the platform takes."""
    begin = since
    while begin < until:
        end = min(begin + span, until)
        yield Window(begin, end)
        begin = end


def pages(window: Window, hands: Hands) -> Iterator[Page]:
    """Give the pages of one window; the last one makes the window complete. Raises ChannelError."""
    cursor, seen = "", {""}
    for count in range(1, _MOST_PAGES + 1):
        told = data_of(hands.ask(LIST, _asked(window, cursor, count)))
        entries, cursor = _entries(told), told.text("pcursor")
        last = cursor == codes.NO_MORE or not (cursor or entries)
        yield _page(entries, window.end if last else _so_far(entries, window), hands)
        if last:
            return
        if cursor in seen:
            break
        seen.add(cursor)
    raise _unending()


_MOST_PAGES = 10_000


def _asked(window: Window, cursor: str, count: int) -> Mapping[str, object]:
    return {
        "beginTime": millis(window.begin),
        "endTime": millis(window.end),
        "type": codes.ALL_TICKETS,
        "queryType": codes.BY_CHANGE,
        "sort": codes.OLDEST_FIRST,
        "pageSize": codes.PAGE_SIZE,
        "currentPage": count,
        "pcursor": cursor,
        "option": {"needExchange": True},
    }


def _entries(told: Told) -> list[object]:
    """Give the entries of a page; one of the platform's own programs knows them by another name."""
    for name in ("refundOrderInfoList", "dataList"):
        entries = told.fields.get(name)
        if isinstance(entries, list):
            return entries
    return []


def _so_far(entries: list[object], window: Window) -> datetime:
    """Say until when all is known after a page: its last change if it is in order, else nothing yet."""
    try:
        changes = [entry.at("updateTime") for entry in map(_told, entries)]
    except Odd:
        return window.begin
    known = [at for at in changes if at is not None]
    ordered = known == sorted(known) and len(known) == len(changes)
    return max(window.begin, known[-1]) if known and ordered else window.begin


def _told(entry: object) -> Told:
    return Told(entry if isinstance(entry, dict) else {})


def _page(entries: list[object], complete_until: datetime, hands: Hands) -> Page:
    notices: list[Notice] = []
    left: list[Parked] = []
    for row, entry in enumerate(entries, start=1):
        found = _take(_told(entry), Observed(LIST, row), hands)
        if isinstance(found, Notice):
            notices.append(found)
        else:
            left.append(found)
    return Page(tuple(notices), tuple(left), complete_until)


def _take(entry: Told, observed: Observed, hands: Hands) -> Notice | Parked:
    """Read one listed ticket in full; where its detail is refused, the list's own words have to do."""
    try:
        ticket_no = needed_id(entry, "refundId")
        try:
            entry = Told({**entry.fields, **detail_of(ticket_no, hands).fields})
        except Rejected:
            trust(ticket_no, "refundId")
            return take(Case(entry, None, observed))
        return take(case_of(entry, observed, hands))
    except Odd as odd:
        return parked(entry, observed, odd)


def _unending() -> Unavailable:
    return Unavailable(
        "channel.list_unending",
        Text(zh="平台的列表翻不到底。", en="The platform's list does not come to an end."),
        Text(zh="稍后会再试。", en="It is tried again later."),
    )
