"""List what changed against a list that moves while it is read, in pages, windows and one crowded second."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from aftersale.channels.douyin import Douyin
from aftersale.channels.douyin.lists import DEEPEST, SIZE
from aftersale.domain.errors import Unavailable
from tests.channels.douyin.platform import no, ok
from tests.channels.douyin.samples import AT, listed

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from aftersale.channels.interface import Page

START = int(AT.timestamp()) - 86_400
SINCE, UNTIL = datetime.fromtimestamp(START, tz=UTC), AT


@dataclass
class Listing:
    """Hold tickets by number with the second of their last change; `meanwhile` happens after each page."""

    tickets: dict[str, int]
    meanwhile: Callable[[Listing], None] = lambda _: None
    now: datetime = AT
    platform: str = "douyin"
    asked: list[Mapping[str, Any]] = field(default_factory=list)
    bodies: list[bytes] = field(default_factory=list)

    def ask(self, method: str, params: Mapping[str, Any], *, writes: bool = False) -> bytes:
        assert not writes
        if method == "order.getServiceList":
            return ok({"list": [], "total": 0})
        self.asked.append(params)
        if self.bodies:
            return self.bodies.pop(0)
        body = self._page(params)
        self.meanwhile(self)
        return body

    def _page(self, params: Mapping[str, Any]) -> bytes:
        assert params["order_by"] == ["update_time asc"]
        assert params["size"] <= 100
        assert params["page"] * params["size"] <= DEEPEST
        inside = [
            (at, number)
            for number, at in self.tickets.items()
            if params["update_start_time"] <= at < params["update_end_time"]
        ]
        first = params["page"] * params["size"]
        shown = sorted(inside)[first : first + params["size"]]
        items = [listed(aftersale_id=number, update_time=at) for at, number in shown]
        return ok({"items": items, "has_more": first + params["size"] < len(inside), "total": len(inside)})


def number(index: int) -> str:
    return str(7_123_450_000_000_000_679 + index * 7)


def pages(listing: Listing) -> list[Page]:
    return list(Douyin().list_changed(SINCE, UNTIL, listing))


def told(found: list[Page]) -> list[tuple[str, str]]:
    return [(notice.ticket_no, notice.version) for page in found for notice in page.notices]


def test_every_ticket_is_told_once_oldest_change_first() -> None:
    listing = Listing({number(i): START + i // 3 for i in range(350)})
    found = told(pages(listing))
    assert len(found) == len(set(found)) == 350
    assert [int(at) for _, at in found] == sorted(int(at) for _, at in found)
    assert all(params["page"] == 0 for params in listing.asked)


def test_the_last_page_is_complete_until_the_end_of_the_window() -> None:
    found = pages(Listing({number(i): START + i for i in range(250)}))
    assert [page.complete_until for page in found] == sorted(page.complete_until for page in found)
    assert found[-1].complete_until == UNTIL
    assert found[0].complete_until == datetime.fromtimestamp(START + SIZE - 1, tz=UTC)


def test_an_empty_window_is_one_empty_page() -> None:
    assert [(page.notices, page.complete_until) for page in pages(Listing({}))] == [((), UNTIL)]


def test_a_row_that_moves_while_the_list_is_read_takes_no_other_with_it() -> None:
    def moves(listing: Listing) -> None:
        oldest = min(listing.tickets, key=listing.tickets.__getitem__)
        listing.tickets[oldest] = int(UNTIL.timestamp()) - 1

    listing = Listing({number(i): START + i for i in range(500)}, moves)
    assert {ticket_no for ticket_no, _ in told(pages(listing))} == {number(i) for i in range(500)}


def test_more_changes_in_one_second_than_a_page_holds_are_all_told() -> None:
    crowded = {number(i): START + 5 for i in range(230)}
    listing = Listing({**crowded, number(900): START + 1, number(901): START + 6})
    found = told(pages(listing))
    assert len(found) == len(set(found)) == 232


def test_a_crowded_second_that_loses_rows_while_it_is_read_is_read_again() -> None:
    left = [3]

    def leaves(listing: Listing) -> None:
        if left[0] and len(listing.asked) > 1:
            left[0] -= 1
            oldest = min(listing.tickets)
            listing.tickets[oldest] = START + 50

    numbers = {number(i): START for i in range(230)}
    listing = Listing(numbers, leaves)
    assert {ticket_no for ticket_no, _ in told(pages(listing))} == {number(i) for i in range(230)}


def test_a_list_deeper_than_fifty_thousand_is_walked_in_narrower_windows() -> None:
    @dataclass
    class Deep(Listing):
        def _page(self, params: Mapping[str, Any]) -> bytes:
            assert params["page"] == 0
            start = params["update_start_time"]
            rows = [
                {"aftersale_info": {"aftersale_id": number(start), "update_time": start + i}}
                for i in range(100)
            ]
            return ok({"items": rows, "has_more": start + 100 < params["update_end_time"]})

    walk = Douyin().list_changed(SINCE, UNTIL, Deep({}))
    ends = [page.complete_until for page in walk]
    assert len(ends) > 800
    assert ends[-1] == UNTIL


@settings(max_examples=40, deadline=None)
@given(
    st.lists(st.integers(0, 40), max_size=420), st.lists(st.tuples(st.integers(0, 419), st.integers(0, 80)))
)
def test_whatever_moves_nothing_is_missed(seconds: list[int], moves: list[tuple[int, int]]) -> None:
    waiting = list(moves)

    def move(listing: Listing) -> None:
        if waiting:
            which, by = waiting.pop()
            if number(which) in listing.tickets:
                listing.tickets[number(which)] = max(listing.tickets.values()) + by

    listing = Listing({number(i): START + second for i, second in enumerate(seconds)}, move)
    found = {ticket_no for ticket_no, _ in told(pages(listing))}
    assert found == {number(i) for i in range(len(seconds))}


def test_what_is_older_than_the_platform_lists_is_not_asked_for() -> None:
    listing = Listing({})
    list(Douyin().list_changed(UNTIL - timedelta(days=400), UNTIL, listing))
    assert listing.asked[0]["update_start_time"] == int((AT - Douyin().limits.reach).timestamp())


def test_what_was_told_stays_told_when_a_later_page_fails() -> None:
    listing = Listing({number(i): START + i for i in range(250)})
    walk = Douyin().list_changed(SINCE, UNTIL, listing)
    first = next(walk)
    listing.bodies = [no(60000, "isv.traffic-limited")]
    with pytest.raises(Unavailable):
        next(walk)
    assert len(first.notices) == SIZE
    again = Listing(listing.tickets)
    rest = told(list(Douyin().list_changed(first.complete_until, UNTIL, again)))
    assert {*told([first]), *rest} == {(number(i), str(START + i)) for i in range(250)}


@pytest.mark.parametrize(
    "body",
    [
        b"<html>",
        ok({"items": "none", "has_more": False}),
        ok({"items": [], "has_more": True}),
        ok({"items": [], "has_more": "yes"}),
        ok({"items": [listed(update_time=START + 9), listed(update_time=START)], "has_more": False}),
    ],
)
def test_a_list_that_does_not_hang_together_is_asked_for_again_later(body: bytes) -> None:
    with pytest.raises(Unavailable):
        pages(Listing({}, bodies=[body]))


def test_a_row_that_cannot_be_read_is_parked_and_stops_no_other() -> None:
    rows = [listed(), listed(aftersale_id="AS-1"), listed(aftersale_id=number(3))]
    found = pages(Listing({}, bodies=[ok({"items": rows, "has_more": False, "total": 3})]))
    assert len(found[0].notices) == 2
    assert [(parked.row, parked.code) for parked in found[0].parked] == [(2, "not_an_id")]
    assert json.loads(json.dumps(found[0].parked[0].value)).startswith("AS-1")
