"""See that pages, counts and counters say the same as looking at every ticket."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest

from aftersale.tickets.models import Ticket
from aftersale.tickets.queries import (
    NOBODY,
    Cursor,
    CursorInvalid,
    Filters,
    count,
    counters,
    queue_page,
    read_cursor,
    write_cursor,
)
from tests.tickets.acting.desk import NOW, make_person, make_shop, make_ticket

if TYPE_CHECKING:
    from aftersale.shops.models import Shop

pytestmark = pytest.mark.django_db


def many(shop: Shop, tickets: int) -> list[Ticket]:
    """Make tickets in all lanes, several of them due at the same second."""
    lanes = ("ours", "waiting", "missing", "done")
    return [
        make_ticket(
            shop,
            number=f"{shop.pk}{number:08}",
            lane=lanes[number % 4],
            reason=("damaged", "no_reason")[number % 2],
            amount_fen=number * 100,
            queue_at=NOW + timedelta(minutes=number * 7 % 5),
        )
        for number in range(tickets)
    ]


def walked(shops: list[int], filters: Filters, limit: int) -> list[int]:
    found, after = list[int](), None
    while True:
        page = queue_page(shops, filters, after, limit)
        found += [row.id for row in page.rows]
        if page.next_cursor is None:
            return found
        after = read_cursor(page.next_cursor)


@pytest.mark.parametrize("limit", [1, 3, 100])
def test_pages_join_to_the_whole_queue_without_gap_or_double(limit: int) -> None:
    one, two = make_shop("一店"), make_shop("二店")
    tickets = [*many(one, 12), *many(two, 12)]
    many(make_shop("三店"), 4)
    wanted = sorted(
        (each for each in tickets if each.lane != "done"), key=lambda each: (each.queue_at, each.pk)
    )
    assert walked([one.pk, two.pk], Filters(), limit) == [each.pk for each in wanted]
    assert count([one.pk, two.pk], Filters()) == len(wanted)


def test_each_filter_takes_what_it_names() -> None:
    shop, person = make_shop(), make_person()
    make_ticket(shop, number="other", lane="ours", queue_at=NOW + timedelta(days=9))
    named: dict[str, Any] = {
        "lane": "missing",
        "stage": "receive",
        "reason": "damaged",
        "apply_type": "exchange",
        "rule_id": "R1",
        "proposal": "reject",
        "needs_person": True,
        "article_no": "A-1",
    }
    one = make_ticket(shop, number="one", assignee=person, amount_fen=500, queue_at=NOW, **named)
    asked: list[dict[str, Any]] = [{name: value} for name, value in named.items()]
    asked += [
        {"assignee": person.pk},
        {"max_fen": 500},
        {"due_before": NOW + timedelta(seconds=1)},
        {"missing": True},
    ]
    for each in asked:
        filters = replace(Filters(), **each)
        assert [row.id for row in queue_page([shop.pk], filters, None, 10).rows] == [one.pk], each
        assert count([shop.pk], filters) == 1


def test_bounds_of_money_and_time_are_where_they_are_said_to_be() -> None:
    shop = make_shop()
    make_ticket(shop, amount_fen=500, queue_at=NOW)
    second = timedelta(seconds=1)
    for filters, wanted in (
        (Filters(min_fen=499), 1),
        (Filters(min_fen=500), 1),
        (Filters(min_fen=501), 0),
        (Filters(max_fen=499), 0),
        (Filters(max_fen=500), 1),
        (Filters(max_fen=501), 1),
        (Filters(due_before=NOW - second), 0),
        (Filters(due_before=NOW), 0),
        (Filters(due_before=NOW + second), 1),
    ):
        assert count([shop.pk], filters) == wanted, filters


def test_nobody_and_not_missing_are_asked_for_too() -> None:
    shop, person = make_shop(), make_person()
    free = make_ticket(shop, number="free")
    make_ticket(shop, number="taken", assignee=person)
    make_ticket(shop, number="gone", lane="missing", assignee=person)
    assert [row.id for row in queue_page([shop.pk], Filters(assignee=NOBODY), None, 9).rows] == [free.pk]
    assert count([shop.pk], Filters(missing=False)) == 2
    assert count([shop.pk], Filters(lane="ours", missing=True)) == 0


def test_counters_say_the_same_as_counts() -> None:
    shop = make_shop()
    many(shop, 20)
    asked = [
        Filters(),
        Filters(lane="done"),
        Filters(reason="damaged"),
        Filters(min_fen=900),
        Filters(missing=True),
    ]
    assert counters([([shop.pk], each) for each in asked]) == [count([shop.pk], each) for each in asked]
    assert counters([([], Filters())]) == [0]
    assert counters([]) == []


def test_a_person_without_shops_has_an_empty_queue() -> None:
    assert queue_page([], Filters(), None, 10).rows == ()


def test_more_shops_than_one_statement_joins_are_read_in_pieces() -> None:
    shop = make_shop()
    ticket = make_ticket(shop)
    shops = [shop.pk, *range(10_000, 10_300)]
    assert [row.id for row in queue_page(shops, Filters(), None, 10).rows] == [ticket.pk]


def test_a_cursor_is_read_back_and_no_other_text_is_one() -> None:
    place = Cursor(NOW, 7)
    assert read_cursor(write_cursor(place)) == place
    for text in ("", "x", write_cursor(place)[:-1], "W10:1:2"):
        with pytest.raises(CursorInvalid):
            read_cursor(text)


def test_a_page_of_the_queue_is_two_queries(django_assert_num_queries: object) -> None:
    shop = make_shop()
    many(shop, 8)
    with django_assert_num_queries(2):  # type: ignore[operator]
        queue_page([shop.pk], Filters(), None, 5)
    assert Ticket.objects.count() == 8
