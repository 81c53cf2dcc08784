"""List what changed, window by window and page by page, and lose nothing on the way."""

from __future__ import annotations

import json
from dataclasses import dataclass, field, replace
from datetime import timedelta
from itertools import pairwise
from typing import TYPE_CHECKING

import pytest

from aftersale.channels.kuaishou import Kuaishou, contract
from aftersale.channels.kuaishou.channel import LIMITS
from aftersale.channels.kuaishou.values import millis
from aftersale.domain.errors import Unavailable
from tests.channels.kuaishou.platform import AT, Fields, Platform, refusing, ticket, well

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from aftersale.channels.interface import Page

HOUR = timedelta(hours=1)


@dataclass
class Listed(Platform):
    """Keep many tickets, and give them two a page by the time of their change."""

    tickets: list[Fields] = field(default_factory=list)
    windows: list[Fields] = field(default_factory=list)
    size: int = 2

    def ask(self, method: str, params: Mapping[str, object], *, writes: bool = False) -> bytes:
        if method == contract.LIST:
            return self._page(dict(params))
        if method == contract.DETAIL and method not in self.answers:
            found = [each for each in self.tickets if each["refundId"] == params["refundId"]]
            return well(found[0]) if found else refusing(300011, "not found")
        return super().ask(method, params, writes=writes)

    def _page(self, asked: Fields) -> bytes:
        self.windows.append(asked)
        begin, end = asked["beginTime"], asked["endTime"]
        inside = [each for each in self.tickets if begin <= each["updateTime"] < end]  # type: ignore[operator]
        first = int(str(asked["pcursor"] or "0"))
        more = first + self.size < len(inside)
        cursor = str(first + self.size) if more else "nomore"
        return well({"pcursor": cursor, "refundOrderInfoList": inside[first : first + self.size]})


def changed(number: int, at: datetime) -> Fields:
    return ticket(refundId=2_200_000_000_000 + number, oid=2_300_000_000_000 + number, updateTime=millis(at))


def listed(platform: Platform, since: datetime, until: datetime) -> list[Page]:
    return list(Kuaishou().list_changed(since, until, platform))


def numbers(pages: list[Page]) -> list[str]:
    return [notice.ticket_no for page in pages for notice in page.notices]


def test_every_change_is_given_oldest_first_over_days_and_pages() -> None:
    since = AT - timedelta(days=3)
    tickets = [changed(number, since + number * 5 * HOUR) for number in range(14)]
    platform = Listed(tickets=tickets)
    pages = listed(platform, since, AT)
    assert numbers(pages) == [str(each["refundId"]) for each in tickets]
    assert [page.parked for page in pages] == [()] * len(pages)
    ends = [page.complete_until for page in pages]
    assert ends == sorted(ends)
    assert ends[-1] == AT
    assert all(notice.facts["paid_fen"] == 12_900 for page in pages for notice in page.notices)


def test_no_window_is_longer_than_a_day_and_none_is_left_out() -> None:
    platform = Listed()
    since = AT - timedelta(days=2, hours=5)
    listed(platform, since, AT)
    spans = [(each["beginTime"], each["endTime"]) for each in platform.windows]
    assert (spans[0][0], spans[-1][1]) == (millis(since), millis(AT))
    assert all(one[1] == two[0] for one, two in pairwise(spans))
    assert all(int(str(end)) - int(str(begin)) <= 86_400_000 for begin, end in spans)


def test_a_shop_can_be_given_shorter_windows() -> None:
    platform = Listed()
    channel = Kuaishou(limits=replace(LIMITS, window=6 * HOUR))
    list(channel.list_changed(AT - timedelta(days=1), AT, platform))
    assert len(platform.windows) == 4


def test_nothing_is_asked_that_lies_beyond_ninety_days() -> None:
    platform = Listed()
    listed(platform, AT - timedelta(days=400), AT)
    assert millis(AT - timedelta(days=90)) <= int(str(platform.windows[0]["beginTime"]))
    assert len(platform.windows) == 90


def test_each_page_is_asked_by_change_oldest_first_with_exchanges() -> None:
    platform = Listed(tickets=[changed(number, AT - HOUR) for number in range(5)])
    listed(platform, AT - 2 * HOUR, AT)
    asked = {"type": 9, "queryType": 2, "sort": 2, "pageSize": 100, "option": {"needExchange": True}}
    assert all(asked.items() <= each.items() for each in platform.windows)
    assert [each["pcursor"] for each in platform.windows] == ["", "2", "4"]
    assert [each["currentPage"] for each in platform.windows] == [1, 2, 3]


def test_an_empty_window_is_one_empty_page() -> None:
    assert [(page.notices, page.complete_until) for page in listed(Listed(), AT - HOUR, AT)] == [((), AT)]
    assert listed(Listed(), AT, AT) == []


def test_what_was_told_stays_when_a_later_page_fails() -> None:
    tickets = [changed(number, AT - 3 * HOUR + number * HOUR / 2) for number in range(4)]
    platform = Listed(tickets=tickets)
    pages = Kuaishou().list_changed(AT - 4 * HOUR, AT, platform)
    first = next(pages)
    platform.answers[contract.DETAIL] = b"<html>502</html>"
    with pytest.raises(Unavailable):
        next(pages)
    assert len(first.notices) == 2
    assert first.complete_until == AT - 2.5 * HOUR


def test_pages_out_of_order_promise_nothing() -> None:
    tickets = [changed(1, AT - HOUR), changed(2, AT - 2 * HOUR), changed(3, AT - HOUR)]
    first = listed(Listed(tickets=tickets), AT - 3 * HOUR, AT)[0]
    assert first.complete_until == AT - 3 * HOUR


def test_a_page_with_a_time_that_cannot_be_read_promises_nothing() -> None:
    body = well({"pcursor": "next", "refundOrderInfoList": [ticket(updateTime="soon"), ticket()]})
    first = next(Kuaishou().list_changed(AT - HOUR, AT, Platform(answers={contract.LIST: body})))
    assert first.complete_until == AT - HOUR


def test_a_list_under_its_other_name_is_read() -> None:
    body = well({"pcursor": "nomore", "dataList": [ticket()]})
    platform = Platform(answers={contract.LIST: body})
    assert numbers(listed(platform, AT - HOUR, AT)) == ["7123450000000000678"]


def test_a_list_that_ends_without_a_word_ends() -> None:
    platform = Platform(answers={contract.LIST: well({"refundOrderInfoList": []})})
    assert [page.complete_until for page in listed(platform, AT - HOUR, AT)] == [AT]


@pytest.mark.parametrize("cursor", ["again", ""])
def test_a_cursor_that_goes_in_circles_is_left(cursor: str) -> None:
    body = well({"pcursor": cursor, "refundOrderInfoList": [ticket()]})
    with pytest.raises(Unavailable) as fault:
        listed(Platform(answers={contract.LIST: body}), AT - HOUR, AT)
    assert fault.value.code == "channel.list_unending"


@pytest.mark.parametrize(
    ("entry", "code", "column"),
    [
        ("text", "told_missing", "售后单号"),
        ({"oid": 1}, "told_missing", "售后单号"),
        ({"refundId": 7123450000000001000}, "told_rounded", "售后单号"),
        ({"refundId": 7.1e18}, "told_rounded", "售后单号"),
    ],
    ids=str,
)
def test_an_entry_that_cannot_be_read_is_parked_and_stops_no_other(
    entry: object, code: str, column: str
) -> None:
    body = well({"pcursor": "nomore", "refundOrderInfoList": [entry, ticket()]})
    (page,) = listed(Platform(answers={contract.LIST: body}), AT - HOUR, AT)
    assert [(each.code, each.column, each.row) for each in page.parked] == [(code, column, 1)]
    assert page.parked[0].message.zh
    assert len(page.notices) == 1


def test_a_detail_about_another_ticket_is_parked() -> None:
    answers = {
        contract.LIST: well({"pcursor": "nomore", "refundOrderInfoList": [ticket()]}),
        contract.DETAIL: well(ticket(refundId=2200000000001)),
    }
    (page,) = listed(Platform(answers=answers), AT - HOUR, AT)
    assert [(each.code, each.value) for each in page.parked] == [("told_unreadable", "2200000000001")]


def test_a_ticket_whose_detail_is_kept_back_is_told_from_the_list() -> None:
    answers = {
        contract.LIST: well({"pcursor": "nomore", "refundOrderInfoList": [ticket(), ticket(refundId=5)]}),
        contract.DETAIL: refusing(300011, "not found"),
    }
    (page,) = listed(Platform(answers=answers), AT - HOUR, AT)
    assert [notice.ticket_no for notice in page.notices] == ["7123450000000000678", "5"]
    assert "paid_fen" in page.notices[0].unknown


@pytest.mark.parametrize(("field", "asked"), [("refundId", contract.DETAIL), ("oid", contract.ORDER)])
def test_a_number_that_may_be_rounded_and_leads_nowhere_is_parked(field: str, asked: str) -> None:
    platform = Platform(shown=ticket(**{field: 7123450000000001024}))
    platform.answers[contract.LIST] = well({"pcursor": "nomore", "refundOrderInfoList": [platform.shown]})
    platform.answers[asked] = refusing(300011, "not found")
    (page,) = listed(platform, AT - HOUR, AT)
    assert [(each.code, each.value) for each in page.parked] == [("told_rounded", "7123450000000001024")]
    del platform.answers[asked]
    assert [len(each.notices) for each in listed(platform, AT - HOUR, AT)] == [1]


def test_an_order_number_that_lost_digits_parks_its_ticket() -> None:
    platform = Platform(shown=ticket(oid=6920000000000001000))
    platform.answers[contract.LIST] = well({"pcursor": "nomore", "refundOrderInfoList": [platform.shown]})
    (page,) = listed(platform, AT - HOUR, AT)
    assert [(each.code, each.column) for each in page.parked] == [("told_rounded", "订单号")]
    assert ("售后单号", "7123450000000000678") in page.parked[0].cells


def test_an_order_that_cannot_be_read_yet_is_waited_for() -> None:
    platform = Platform(answers={contract.ORDER: json.dumps({"result": 1, "data": None}).encode()})
    platform.answers[contract.LIST] = well({"pcursor": "nomore", "refundOrderInfoList": [ticket()]})
    with pytest.raises(Unavailable):
        listed(platform, AT - HOUR, AT)
