from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from aftersale.evidence.models import Event
from aftersale.tickets.alarms import (
    CLASSES,
    AlarmOver,
    AlarmTaken,
    Cause,
    end_alarm,
    escalate,
    raise_alarm,
    ring_due,
    take_over,
)
from aftersale.tickets.models import Alarm, Outbox, Ticket
from aftersale.tickets.notify import ALARM_WORDS, send_due
from tests.tickets.clocks.desk import (
    DAY,
    HOUR,
    MINUTE,
    NOW,
    Post,
    lead_of,
    on_duty,
    person_of,
    shop_of,
    ticket_of,
)

if TYPE_CHECKING:
    from aftersale.shops.models import Shop

pytestmark = pytest.mark.django_db
URGENT = [kind for kind, ring in CLASSES.items() if ring.urgent]


@pytest.fixture
def shop() -> Shop:
    return shop_of()


@pytest.fixture
def ticket(shop: Shop) -> Ticket:
    return ticket_of(shop)


def cause_of(ticket: Ticket, kind: str = "unknown_outcome") -> Cause:
    return Cause(kind, f"{kind}:{ticket.pk}", ticket.shop, ticket)


def test_four_classes_pass_quiet_hours_and_each_has_words() -> None:
    assert set(URGENT) == {"evidence", "money", "unauthorised", "unknown_outcome"}
    assert set(CLASSES) == set(ALARM_WORDS)


def test_one_cause_rings_once(ticket: Ticket) -> None:
    first = raise_alarm(cause_of(ticket), NOW)
    second = raise_alarm(cause_of(ticket), NOW + MINUTE)
    assert (first.pk, second.rung) == (second.pk, 2)


def test_a_cause_that_comes_back_rings_again(ticket: Ticket) -> None:
    first = raise_alarm(cause_of(ticket), NOW)
    assert end_alarm(first.key, NOW)
    assert not end_alarm(first.key, NOW)
    assert raise_alarm(cause_of(ticket), NOW).pk != first.pk


@pytest.mark.parametrize("kind", URGENT)
def test_an_urgent_alarm_is_repeated_until_somebody_takes_over(ticket: Ticket, kind: str) -> None:
    agent, post, ring = on_duty(ticket.shop, quiet_from=0, quiet_until=1_439), Post(), CLASSES[kind]
    assert ring.again is not None
    alarm = raise_alarm(cause_of(ticket, kind), NOW)
    send_due(NOW, 10, post)
    assert ring_due(NOW + (ring.again * MINUTE) - MINUTE, 10).again == 0
    assert ring_due(NOW + ring.again * MINUTE, 10).again == 1
    send_due(NOW + ring.again * MINUTE, 10, post)
    assert len(post.to(agent)) == 2
    take_over(alarm, agent, NOW + ring.again * MINUTE)
    assert ring_due(NOW + (2 * ring.again) * MINUTE, 10).again == 0


@pytest.mark.parametrize("kind", URGENT)
def test_what_nobody_takes_over_goes_to_the_lead(ticket: Ticket, kind: str) -> None:
    on_duty(ticket.shop)
    lead, post, ring = lead_of(ticket.shop), Post(), CLASSES[kind]
    assert ring.lead is not None
    raise_alarm(cause_of(ticket, kind), NOW)
    Alarm.objects.update(next_at=NOW + ring.lead * MINUTE)
    assert ring_due(NOW + ring.lead * MINUTE, 10).escalated == 1
    send_due(NOW + ring.lead * MINUTE, 10, post)
    assert len(post.to(lead)) == 1
    assert Alarm.objects.get().state == "escalated"
    assert Event.objects.get().kind == "alarm_escalated"


def test_the_lead_is_asked_again_until_somebody_has_it(ticket: Ticket) -> None:
    lead, post = lead_of(ticket.shop), Post()
    alarm = raise_alarm(cause_of(ticket, "money"), NOW)
    escalate(alarm, NOW)
    assert ring_due(NOW + 29 * MINUTE, 10).again == 0
    assert ring_due(NOW + 30 * MINUTE, 10).again == 1
    send_due(NOW + 30 * MINUTE, 10, post)
    take_over(alarm, lead, NOW + 31 * MINUTE)
    assert ring_due(NOW + 59 * MINUTE, 10).again == 0


def test_the_first_has_it_and_the_second_is_told_who(ticket: Ticket) -> None:
    first, second = person_of("小李"), person_of("小张")
    alarm = raise_alarm(cause_of(ticket), NOW)
    stale = Alarm.objects.get()
    assert take_over(alarm, first, NOW).taken_by == first
    with pytest.raises(AlarmTaken) as refusal:
        take_over(stale, second, NOW)
    assert "小李" in refusal.value.message.zh
    assert refusal.value.code == "alarm.taken"
    assert Event.objects.filter(kind="alarm_taken").count() == 1


def test_who_takes_over_stands_in_the_tickets_journal(ticket: Ticket) -> None:
    person = person_of("小李")
    take_over(raise_alarm(cause_of(ticket), NOW), person, NOW)
    event = Event.objects.get()
    assert (event.kind, event.actor, event.subject_kind, event.subject_id) == (
        "alarm_taken", person.pk, "ticket", ticket.pk,
    )  # fmt: skip


def test_an_alarm_of_the_shop_as_a_whole_has_a_chain_of_its_own(shop: Shop) -> None:
    alarm = raise_alarm(Cause("unauthorised", f"unauthorised:{shop.pk}", shop), NOW)
    take_over(alarm, person_of("小李"), NOW)
    with pytest.raises(AlarmTaken):
        take_over(alarm, person_of("小张"), NOW)
    event = Event.objects.get()
    assert (event.subject_kind, event.subject_id) == ("alarm", alarm.pk)


def test_nobody_takes_over_what_is_over(ticket: Ticket) -> None:
    alarm = raise_alarm(cause_of(ticket), NOW)
    end_alarm(alarm.key, NOW)
    with pytest.raises(AlarmOver):
        take_over(alarm, person_of("小李"), NOW)
    assert Event.objects.count() == 0


def test_a_ticket_that_was_changed_meanwhile_does_not_keep_anybody_from_taking_over(ticket: Ticket) -> None:
    alarm = raise_alarm(cause_of(ticket), NOW)
    take_over(alarm, person_of("小李"), NOW)
    escalate(Alarm.objects.get(), NOW)
    assert take_over(alarm, person_of("小张"), NOW).taken_by is not None
    kinds = list(Event.objects.order_by("sequence").values_list("kind", flat=True))
    assert kinds == ["alarm_taken", "alarm_escalated", "alarm_taken"]


def test_what_one_has_held_too_long_goes_to_the_lead(ticket: Ticket) -> None:
    agent, lead, post = on_duty(ticket.shop), lead_of(ticket.shop), Post()
    take_over(raise_alarm(cause_of(ticket), NOW), agent, NOW)
    assert ring_due(NOW + 59 * MINUTE, 10).escalated == 0
    assert ring_due(NOW + 60 * MINUTE, 10).escalated == 1
    send_due(NOW + HOUR, 10, post)
    assert len(post.to(lead)) == 1


def test_once_one_has_it_the_others_are_left_alone(ticket: Ticket) -> None:
    first, second, post = on_duty(ticket.shop), on_duty(ticket.shop), Post()
    alarm = raise_alarm(cause_of(ticket), NOW)
    take_over(alarm, first, NOW)
    done = send_due(NOW, 10, post)
    assert (post.to(second), done.dropped) == ([], 1)


def test_nothing_is_sent_of_an_alarm_that_is_over(ticket: Ticket) -> None:
    agent, post = on_duty(ticket.shop), Post()
    alarm = raise_alarm(cause_of(ticket), NOW)
    end_alarm(alarm.key, NOW)
    send_due(NOW, 10, post)
    assert (post.to(agent), Outbox.objects.count()) == ([], 0)


def test_with_nobody_on_duty_the_lead_hears_it_at_once(ticket: Ticket) -> None:
    lead, post = lead_of(ticket.shop), Post()
    raise_alarm(cause_of(ticket), NOW)
    send_due(NOW, 10, post)
    assert len(post.to(lead)) == 1


def test_with_nobody_on_duty_who_can_be_reached_the_lead_hears_it_too(ticket: Ticket) -> None:
    agent, lead, post = on_duty(ticket.shop), lead_of(ticket.shop), Post()
    agent.notify_targets.update(failed_at=NOW - DAY, failure="…")
    raise_alarm(cause_of(ticket), NOW)
    send_due(NOW, 10, post)
    assert (len(post.to(agent)), len(post.to(lead))) == (1, 1)


def test_an_alarm_that_reaches_nobody_is_counted(ticket: Ticket) -> None:
    raise_alarm(cause_of(ticket), NOW)
    assert ring_due(NOW + 10 * MINUTE, 10).unheard == 1


def test_one_alarm_that_fails_does_not_silence_the_others(shop: Shop) -> None:
    broken, sound = ticket_of(shop), ticket_of(shop)
    for each in (broken, sound):
        raise_alarm(cause_of(each), NOW)
    Alarm.objects.filter(ticket=broken).update(kind="of_another_version")
    done = ring_due(NOW + 10 * MINUTE, 10)
    assert (done.again, len(done.errors)) == (1, 1)
    assert Alarm.objects.get(ticket=broken).next_at == NOW + 10 * MINUTE + HOUR
