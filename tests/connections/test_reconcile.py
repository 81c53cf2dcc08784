"""See that what differs from the platform is found at night, listed, and healed by reading it."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from aftersale.connections.models import Difference, Link, Reconciliation
from aftersale.connections.reconcile import reconcile, reconcile_due
from aftersale.domain.errors import Unavailable
from aftersale.shops.models.shop import ConnectionState
from aftersale.tickets.models import ParkedRow, Ticket
from tests.connections.desk import number

if TYPE_CHECKING:
    from tests.connections.desk import Desk

pytestmark = pytest.mark.django_db
NIGHT = {"hours": 18}


def differences() -> list[tuple[str, str, bool]]:
    rows = Difference.objects.order_by("ticket_no")
    return [(row.ticket_no, row.kind, row.healed_at is not None) for row in rows]


def test_what_differs_is_listed_and_healed(connected: Desk) -> None:
    for count in (1, 2, 3):
        connected.book.change(number(count))
    connected.poll()
    connected.clock.on(**NIGHT)
    connected.book.change(number(1), "paid", 12900)
    connected.book.change(number(4))
    # Polling believes to know all that: nothing of it would ever be asked for again.
    Link.objects.update(complete_until=connected.clock() + timedelta(minutes=1))
    connected.clock.on(minutes=1)
    assert reconcile_due(connected.clock) == 1
    assert differences() == [(number(1), "state", True), (number(4), "not_here", True)]
    assert (connected.status(1), connected.status(4)) == ("paid", "asked")
    run = Reconciliation.objects.get()
    assert (run.theirs, run.ours) == ({"open": 3, "ended": 1}, {"open": 3, "ended": 0})
    assert "reconciled" in connected.events()


def test_an_open_ticket_that_the_list_does_not_show_is_read(connected: Desk) -> None:
    for count in (1, 2):
        connected.book.change(number(count))
    connected.poll()
    connected.clock.on(days=20)
    del connected.book.tickets[number(2)]
    connected.book.tickets[number(1)] |= {"status": "closed_there"}
    assert reconcile_due(connected.clock) == 1
    assert differences() == [(number(1), "state", True), (number(2), "not_there", False)]
    assert Ticket.objects.get(ticket_no=number(2)).open


def test_a_shop_is_compared_once_a_night_and_not_by_day(connected: Desk) -> None:
    connected.clock.on(hours=14.5)
    assert reconcile_due(connected.clock) == 0, "it is half past midnight in Shanghai"
    connected.clock.on(hours=3)
    assert reconcile_due(connected.clock) == 1
    connected.clock.on(hours=3)
    assert reconcile_due(connected.clock) == 0
    connected.clock.on(days=1)
    assert reconcile_due(connected.clock) == 1
    assert differences() == []


def test_a_comparison_that_broke_off_is_begun_anew(connected: Desk) -> None:
    connected.book.change(number(1))
    connected.clock.on(**NIGHT)
    connected.book.faults["list"] = [503] * 3
    with pytest.raises(Unavailable):
        reconcile(connected.link, connected.clock)
    assert reconcile_due(connected.clock) == 0, "its lease holds"
    connected.clock.on(minutes=11)
    assert reconcile_due(connected.clock) == 1
    assert Reconciliation.objects.get().ended_at is not None


def test_a_ticket_that_could_not_be_read_is_named(connected: Desk) -> None:
    connected.book.change(number(1))
    connected.poll()
    connected.clock.on(days=20)
    connected.book.faults["read"] = [503] * 3
    assert reconcile_due(connected.clock) == 1
    assert differences() == [(number(1), "unread", False)]


def test_a_shop_that_is_shut_out_is_not_compared(connected: Desk) -> None:
    connected.clock.on(**NIGHT)
    connected.book.revoked = True
    assert reconcile_due(connected.clock) == 0
    assert connected.state == ConnectionState.UNAUTHORISED
    assert reconcile_due(connected.clock) == 0


def test_what_the_list_shows_and_nobody_can_read_is_parked_at_night_too(connected: Desk) -> None:
    connected.book.change(number(1))
    connected.poll()
    connected.book.change(number(2), "odd")
    Link.objects.update(complete_until=connected.clock() + timedelta(minutes=1))
    connected.clock.on(**NIGHT)
    assert reconcile_due(connected.clock) == 1
    assert [row.value for row in ParkedRow.objects.filter(state="parked")] == [number(2)]
    assert not Ticket.objects.filter(ticket_no=number(2)).exists()
