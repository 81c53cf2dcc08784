"""See that polling takes every change in, once, whatever stops it in between."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from aftersale.connections import polling
from aftersale.connections.models import Link
from aftersale.connections.polling import OVERLAP, poll_due
from aftersale.evidence.models import Event
from aftersale.shops.models import Connection
from aftersale.shops.models.shop import ConnectionState
from aftersale.tickets.models import Import, ParkedRow, Ticket
from tests.connections.desk import number
from tests.connections.interface import Scripted

if TYPE_CHECKING:
    from tests.connections.desk import Desk

pytestmark = pytest.mark.django_db


def test_a_shop_that_is_connected_is_filled_and_then_kept_up_to_date(desk: Desk) -> None:
    for count in range(1, 6):
        desk.book.change(number(count))
        desk.clock.on(minutes=1)
    desk.connect()
    assert desk.held
    link = desk.poll()
    assert desk.numbers() == [number(count) for count in range(1, 6)]
    assert (desk.state, desk.held) == (ConnectionState.CONNECTED, False)
    assert link.filled_at is not None
    assert link.taken_count == 5
    desk.clock.on(minutes=30)
    desk.book.change(number(3), "paid", 12900)
    desk.poll()
    assert (desk.status(3), desk.status(2)) == ("paid", "asked")
    assert Ticket.objects.get(ticket_no=number(3)).rank == 30


def test_the_same_changes_again_are_no_change(connected: Desk) -> None:
    connected.book.change(number(1))
    connected.poll()
    events = Event.objects.count()
    connected.poll()
    connected.poll(minutes=2)
    assert Event.objects.count() == events
    assert len(connected.book.named("list")) > 3


def test_each_poll_asks_again_for_what_was_listed_late(connected: Desk) -> None:
    known = connected.link.complete_until
    assert known
    connected.poll(minutes=30)
    assert connected.book.named("list")[-1]["since"] == (known - OVERLAP).timestamp()


def test_a_walk_that_breaks_off_goes_on_from_the_page_it_had_taken(connected: Desk) -> None:
    for count in range(1, 7):
        connected.clock.on(hours=1)
        connected.book.change(number(count))
    connected.clock.on(hours=1)
    # The third page of the walk cannot be read, and no try of it can.
    connected.book.before = lambda method: _cut_third(connected, method)
    connected.poll_once()
    assert connected.numbers() == [number(count) for count in range(1, 5)]
    link = connected.link
    assert link.failures == 1
    assert link.fault["code"] == "channel.no_answer"
    taken = link.complete_until
    connected.book.before = lambda _method: None
    calls = len(connected.book.named("list"))
    connected.poll(minutes=5)
    assert connected.numbers() == [number(count) for count in range(1, 7)]
    assert taken
    assert connected.book.named("list")[calls]["since"] == (taken - OVERLAP).timestamp()
    assert connected.link.fault == {}


def _cut_third(desk: Desk, method: str) -> None:
    if method == "list" and desk.book.named("list")[-1]["page"] == 1:
        desk.book.faults["list"] = ["cut"]


def test_a_shop_that_another_worker_polls_is_left_alone(connected: Desk) -> None:
    now = connected.clock.on(minutes=5)
    Link.objects.update(poll_lease=now + timedelta(minutes=1))
    calls = len(connected.book.calls)
    assert not connected.poll_once()
    assert len(connected.book.calls) == calls
    connected.clock.on(minutes=2)
    assert connected.poll_once()


def test_a_shop_that_asks_too_fast_only_takes_a_breath(connected: Desk) -> None:
    connected.book.change(number(1))
    connected.book.faults["list"] = [429] * 9
    connected.poll_once()
    assert connected.link.fault["code"] == "channel.busy"
    connected.book.faults["list"] = []
    connected.clock.on(seconds=5)
    assert poll_due(connected.clock) == 1
    assert (connected.status(1), connected.link.failures) == ("asked", 0)


def test_a_gap_that_no_list_reaches_is_closed_by_reading_what_was_open(connected: Desk) -> None:
    for count in (1, 2):
        connected.book.change(number(count))
    connected.poll()
    connected.clock.on(days=1)
    connected.book.change(number(1), "paid", 12900)
    connected.poll(days=100)
    assert (connected.status(1), connected.status(2)) == ("paid", "asked")
    assert "poll_gap" in connected.events()


def test_what_cannot_be_read_is_parked_once_and_let_go_when_it_can(connected: Desk) -> None:
    connected.book.change(number(1), "odd")
    connected.poll()
    connected.poll(minutes=1)
    row = ParkedRow.objects.get(shop=connected.shop)
    assert (row.state, row.value, row.batch.kind) == ("parked", number(1), "poll")
    assert Import.objects.get().counts["parked"] == 1
    connected.book.change(number(1))
    connected.poll()
    assert ParkedRow.objects.get().state == "taken"
    assert connected.status() == "asked"


def test_a_platform_that_is_down_is_asked_less_and_less_and_nothing_is_lost(connected: Desk) -> None:
    connected.book.faults["list"] = [503] * 6
    connected.poll()
    assert connected.link.failures == 1
    assert not connected.held
    assert connected.state == ConnectionState.CONNECTED
    connected.poll(seconds=30)
    assert connected.link.failures == 1, "not due yet"
    connected.poll(minutes=1)
    assert connected.link.failures == 2
    connected.book.change(number(1))
    connected.poll(minutes=1)
    assert connected.link.failures == 2, "not due yet"
    connected.poll(minutes=1)
    assert connected.numbers() == [number(1)]
    assert connected.link.failures == 0


def test_one_shop_that_fails_keeps_no_other_waiting(connected: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    polled: list[int] = []

    def failing(link_id: int, _clock: object) -> bool:
        polled.append(link_id)
        return True

    monkeypatch.setattr(polling, "poll", failing)
    connected.clock.on(minutes=2)
    assert polling.poll_due(connected.clock) == 1
    assert polled == [connected.link.pk]


def test_when_a_shop_was_read_last_stands_beside_its_state(connected: Desk) -> None:
    read = Connection.objects.get().read_at
    connected.poll(minutes=3)
    later = Connection.objects.get().read_at
    assert read
    assert later
    assert later > read


def test_where_a_list_says_little_open_tickets_are_read_one_by_one(
    connected: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Scripted, "lists_whole", False)
    connected.book.change(number(1))
    connected.book.change(number(2), "paid", 12900)
    connected.poll()
    assert [call["no"] for call in connected.book.named("read")] == [number(1)]
    assert connected.numbers() == [number(1), number(2)]
