from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from aftersale.tickets.alarms import Cause, clock_key, raise_alarm
from aftersale.tickets.deadlines import earliest, end_of_rows, reset
from aftersale.tickets.models import Alarm, Deadline, Ticket
from tests.tickets.clocks.desk import (
    DAY,
    HOUR,
    MINUTE,
    NOW,
    OFFICE,
    at,
    clock_of,
    new_row,
    row_of,
    shop_of,
    ticket_of,
)

if TYPE_CHECKING:
    from pytest_django import DjangoAssertNumQueries

    from aftersale.shops.models import Shop

pytestmark = pytest.mark.django_db
SECOND = timedelta(seconds=1)


@pytest.fixture
def shop() -> Shop:
    return shop_of()


@pytest.fixture
def ticket(shop: Shop) -> Ticket:
    return ticket_of(shop)


def test_a_new_clock_waits_for_its_first_warning(ticket: Ticket) -> None:
    row = new_row(ticket, clock_of(NOW + DAY), NOW)
    assert (Deadline.objects.count(), row.state, row.next_at) == (0, "running", NOW + 20 * HOUR)


@pytest.mark.parametrize(
    ("due", "state"), [(NOW - SECOND, "history"), (NOW, "history"), (NOW + SECOND, "running")]
)
def test_a_clock_already_past_when_first_seen_is_history(ticket: Ticket, due: object, state: str) -> None:
    row = new_row(ticket, clock_of(due), NOW)  # type: ignore[arg-type]
    assert (row.state, row.next_at is None) == (state, state == "history")


def test_the_shops_own_warnings_are_kept(ticket: Ticket) -> None:
    ticket.shop.warn_minutes = [30]
    row = new_row(ticket, clock_of(NOW + DAY), NOW)
    assert row.next_at == NOW + DAY - 30 * MINUTE


def test_nobody_is_warned_of_the_buyers_clock(ticket: Ticket) -> None:
    row = new_row(ticket, clock_of(NOW + DAY, side="buyer", kind="ship_back_by"), NOW)
    assert row.next_at == NOW + DAY


def test_a_target_is_paused_from_the_start_while_the_buyer_must_act(ticket: Ticket) -> None:
    row = new_row(ticket, clock_of(NOW + DAY, source="service", paused=True), NOW)
    assert (row.state, row.next_at, row.paused_at) == ("paused", None, NOW)


def test_the_countdown_is_the_same_in_the_list_and_on_the_ticket(ticket: Ticket) -> None:
    wanted = [
        clock_of(NOW + DAY),
        clock_of(NOW + HOUR, source="service", kind="first_response"),
        clock_of(NOW + MINUTE, side="buyer", kind="ship_back_by"),
    ]
    rows = reset(ticket, wanted, NOW)
    assert earliest(wanted, NOW) == end_of_rows(rows, NOW) == (NOW + HOUR, "first_response")
    assert [row.due_at for row in Deadline.objects.order_by("pk")] == [each.due_at for each in wanted]


def test_what_still_runs_as_before_is_not_written_again(ticket: Ticket) -> None:
    before = row_of(ticket, clock_of(NOW + DAY), NOW)
    Deadline.objects.update(step=2)
    (after,) = reset(ticket, [clock_of(NOW + DAY)], NOW + HOUR)
    assert (after.pk, after.step) == (before.pk, 2)
    assert Deadline.objects.get().next_at == before.next_at


def test_another_time_of_the_platform_moves_the_clock_and_its_warnings(ticket: Ticket) -> None:
    row_of(ticket, clock_of(NOW + 2 * HOUR), NOW)
    reset(ticket, [clock_of(NOW + 2 * DAY)], NOW + HOUR)
    row = Deadline.objects.get()
    assert (row.due_at, row.next_at, row.state) == (NOW + 2 * DAY, NOW + 2 * DAY - 4 * HOUR, "running")


def test_the_platforms_time_replaces_the_one_by_rule(ticket: Ticket) -> None:
    row_of(ticket, clock_of(NOW + DAY, source="rulebook"), NOW)
    reset(ticket, [clock_of(NOW + DAY - SECOND)], NOW)
    row = Deadline.objects.get()
    assert (row.source, row.due_at) == ("platform", NOW + DAY - SECOND)


def test_a_time_that_is_past_when_the_platform_first_tells_it_is_history(ticket: Ticket) -> None:
    row_of(ticket, clock_of(NOW + DAY, source="rulebook"), NOW)
    reset(ticket, [clock_of(NOW - HOUR)], NOW)
    assert Deadline.objects.get().state == "history"


def test_a_clock_that_was_stopped_in_time_is_met(ticket: Ticket) -> None:
    row_of(ticket, clock_of(NOW + HOUR), NOW)
    assert reset(ticket, [], NOW + MINUTE) == []
    row = Deadline.objects.get()
    assert (row.state, row.ended_at, row.next_at) == ("met", NOW, None)


@pytest.mark.parametrize(
    ("observed", "state"), [(NOW - SECOND, "met"), (NOW, "missed"), (NOW + SECOND, "missed")]
)
def test_the_last_second_tells_met_from_missed(ticket: Ticket, observed: object, state: str) -> None:
    row_of(ticket, clock_of(NOW), NOW - DAY)
    ticket.observed_at = observed  # type: ignore[assignment]
    reset(ticket, [], NOW + DAY)
    assert Deadline.objects.get().state == state


def test_the_alarm_is_over_once_the_agent_has_answered(ticket: Ticket) -> None:
    row_of(ticket, clock_of(NOW + HOUR), NOW)
    alarm = raise_alarm(Cause("deadline", clock_key(ticket.pk, "respond_by"), ticket.shop, ticket), NOW)
    reset(ticket, [], NOW + MINUTE)
    assert Alarm.objects.get(pk=alarm.pk).over_at == NOW + MINUTE


def test_the_alarm_of_a_missed_clock_is_over_once_it_does_not_matter_any_more(ticket: Ticket) -> None:
    row_of(ticket, clock_of(NOW + HOUR), NOW)
    Deadline.objects.update(state="missed", next_at=None)
    raise_alarm(Cause("deadline", clock_key(ticket.pk, "respond_by"), ticket.shop, ticket), NOW)
    reset(ticket, [], NOW + DAY)
    assert Alarm.objects.get().state == "over"
    assert Deadline.objects.get().state == "missed"


def test_a_pause_stops_the_target_and_going_on_gives_back_what_was_left(ticket: Ticket) -> None:
    ticket.shop.hours = OFFICE
    start, due = at("2026-06-08 14:00"), at("2026-06-08 16:00")
    running = clock_of(due, source="service", kind="resolve", starts_at=start)
    paused = clock_of(due, source="service", kind="resolve", starts_at=start, paused=True)
    row_of(ticket, running, start)
    reset(ticket, [paused], at("2026-06-08 15:00"))
    row = Deadline.objects.get()
    assert (row.state, row.next_at) == ("paused", None)
    reset(ticket, [paused], at("2026-06-08 15:30"))
    reset(ticket, [running], at("2026-06-08 17:30"))
    row = Deadline.objects.get()
    assert (row.state, row.due_at) == ("running", at("2026-06-09 09:30"))
    assert row.next_at == at("2026-06-09 09:15")
    reset(ticket, [running], at("2026-06-08 17:35"))
    assert Deadline.objects.get().due_at == at("2026-06-09 09:30")


def test_a_target_whose_start_moved_begins_anew(ticket: Ticket) -> None:
    row_of(ticket, clock_of(NOW + HOUR, source="service", kind="inspect", starts_at=NOW), NOW)
    reset(ticket, [clock_of(NOW + DAY, source="service", kind="inspect", starts_at=NOW + HOUR)], NOW)
    assert Deadline.objects.get().due_at == NOW + DAY


def test_a_paused_target_that_is_wanted_no_more_is_met(ticket: Ticket) -> None:
    row_of(ticket, clock_of(NOW + HOUR, source="service", kind="resolve", paused=True), NOW)
    ticket.observed_at = NOW + DAY
    reset(ticket, [], NOW + DAY)
    assert Deadline.objects.get().state == "met"


def test_a_clock_that_was_met_runs_again_for_a_new_application(ticket: Ticket) -> None:
    row_of(ticket, clock_of(NOW + HOUR), NOW)
    reset(ticket, [], NOW)
    reset(ticket, [clock_of(NOW + DAY)], NOW)
    row = Deadline.objects.get()
    assert (row.state, row.due_at, row.ended_at) == ("running", NOW + DAY, None)


def test_a_missed_clock_stays_missed_until_the_platform_gives_another_time(ticket: Ticket) -> None:
    row_of(ticket, clock_of(NOW + HOUR), NOW)
    Deadline.objects.update(state="missed", next_at=None)
    (row,) = reset(ticket, [clock_of(NOW + HOUR)], NOW + 2 * HOUR)
    assert row.state == "missed"
    assert end_of_rows([row], NOW) == (NOW + HOUR, "respond_by")
    (row,) = reset(ticket, [clock_of(NOW + DAY)], NOW + 2 * HOUR)
    assert row.state == "running"


def test_a_clock_that_passes_to_the_buyer_warns_nobody(ticket: Ticket) -> None:
    row_of(ticket, clock_of(NOW + DAY), NOW)
    reset(ticket, [clock_of(NOW + DAY, side="buyer", consequence="not_said")], NOW)
    row = Deadline.objects.get()
    assert (row.side, row.consequence, row.next_at) == ("buyer", "not_said", NOW + DAY)


def test_history_that_changes_hands_stays_history(ticket: Ticket) -> None:
    row_of(ticket, clock_of(NOW - DAY), NOW)
    (row,) = reset(ticket, [clock_of(NOW - DAY, side="buyer")], NOW)
    assert (row.state, row.side, row.next_at) == ("history", "buyer", None)


def test_a_reset_takes_three_statements_where_nothing_changed(
    ticket: Ticket, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    row_of(ticket, clock_of(NOW + DAY), NOW)
    with django_assert_max_num_queries(3):
        reset(ticket, [clock_of(NOW + DAY)], NOW)
