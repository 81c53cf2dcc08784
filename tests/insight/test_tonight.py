from __future__ import annotations

from datetime import timedelta
from itertools import count
from typing import TYPE_CHECKING

import pytest

from aftersale.domain.roles import Role
from aftersale.insight.behind import NUMBERS, tickets_behind
from aftersale.insight.tonight import FEW, midnight_after, tonight
from aftersale.shops.models import Duty, Person, Shop
from aftersale.tickets.models import Action, Presence, Ticket
from tests.api.desk import make_person, make_shop, make_ticket
from tests.tickets.taking.notices import NOW

if TYPE_CHECKING:
    from datetime import datetime

pytestmark = pytest.mark.django_db
_NUMBERS = count(1)


def acted(shop: Shop, person: Person | None, at: datetime, tickets: int = 1, **said: object) -> None:
    """Let a person act on some tickets at one time; they have ended since."""
    for _ in range(tickets):
        number = next(_NUMBERS) + 500
        ticket = make_ticket(shop, number, lane="done", open=False)
        fields = {"verb": "refund", "intent_no": 1, "not_before": at, **said}
        Action.objects.create(
            ticket=ticket, shop=shop, key=str(number), approved_by=person, approved_at=at, **fields
        )


def waiting(shop: Shop, hours: float, holder: Person | None = None) -> Ticket:
    at = NOW + timedelta(hours=hours)
    return make_ticket(shop, next(_NUMBERS), lane="ours", queue_at=at, due_at=at, assignee=holder)


@pytest.fixture
def shop() -> Shop:
    return make_shop("山茶小店")


@pytest.fixture
def wang(shop: Shop) -> Person:
    return make_person("wang", Role.AGENT, shop)


def test_the_pace_of_a_person_is_their_tickets_by_the_open_hours_since(shop: Shop, wang: Person) -> None:
    for hour in range(1, 3):
        acted(shop, wang, NOW - timedelta(hours=hour), FEW)
    (worker,) = tonight([shop.pk], NOW).workers
    assert worker.seconds_each == 2 * 3_600 // (2 * FEW)
    assert not worker.weak


def test_a_busy_hour_of_days_ago_is_no_pace_for_a_day(shop: Shop, wang: Person) -> None:
    Shop.objects.filter(pk=shop.pk).update(hours={"mon": [["09:00", "19:00"]], "tue": [["09:00", "19:00"]]})
    monday = NOW - timedelta(days=2)
    acted(shop, wang, monday, 10)
    seen = tonight([shop.pk], NOW)
    assert (seen.per_hour, seen.workers[0].seconds_each) == (0.5, 2 * 3_600)
    Duty.objects.create(shop=shop, person=wang, starts_at=monday, ends_at=monday + timedelta(hours=5))
    assert tonight([shop.pk], NOW).per_hour == 2


def test_nobodys_ticket_is_missed_where_only_those_are_left_who_never_act(shop: Shop, wang: Person) -> None:
    li, boss = make_person("li", Role.AGENT, shop), make_person("boss", Role.OWNER, shop)
    acted(shop, boss, NOW - timedelta(hours=1))
    Presence.objects.create(person=boss, state="off", since=NOW)
    ticket = waiting(shop, 5)
    seen = tonight([shop.pk], NOW)
    assert (seen.free, [due.ticket for due in seen.seen.missed]) == (1, [ticket.pk])
    assert {move.to for move in seen.seen.moves} <= {li.pk, wang.pk}
    Duty.objects.create(shop=shop, person=li, starts_at=NOW, ends_at=NOW + timedelta(hours=8))
    assert tonight([shop.pk], NOW).seen.missed == ()


def test_what_has_run_out_already_is_counted(shop: Shop) -> None:
    waiting(shop, -1)
    waiting(shop, 1)
    seen = tonight([shop.pk], NOW)
    assert (seen.overdue, seen.due) == (1, 1)


def test_who_owns_everything_and_acts_counts_beside_the_people_of_the_shop(shop: Shop, wang: Person) -> None:
    boss = Person.objects.create(username="boss", is_superuser=True)
    acted(shop, boss, NOW - timedelta(hours=1))
    there = {worker.person: worker.there for worker in tonight([shop.pk], NOW).workers}
    assert there == {boss.pk: True, wang.pk: False}


def test_what_cannot_be_done_until_midnight_is_foretold_and_named(shop: Shop, wang: Person) -> None:
    acted(shop, wang, NOW - timedelta(hours=1), 2)
    tickets = [waiting(shop, 1, wang) for _ in range(4)]
    waiting(shop, 30, wang)
    seen = tonight([shop.pk], NOW)
    assert (seen.due, seen.handled, seen.weak) == (4, 2, True)
    assert [due.ticket for due in seen.seen.missed] == [each.pk for each in tickets[2:]]
    behind = tickets_behind("tonight", str(wang.pk), [shop.pk], NOW)
    assert behind is not None
    assert list(behind) == tickets[2:]


def test_without_anything_handled_nothing_is_foretold(shop: Shop, wang: Person) -> None:
    waiting(shop, 1, wang)
    seen = tonight([shop.pk], NOW)
    assert (seen.due, seen.handled, seen.seen.missed) == (1, 0, ())


def test_what_the_platform_or_a_rule_did_is_no_pace_of_anybody(shop: Shop, wang: Person) -> None:
    acted(shop, None, NOW - timedelta(hours=1), 3)
    acted(shop, wang, NOW - timedelta(hours=1), state="cancelled")
    acted(shop, wang, NOW - timedelta(days=8))
    assert tonight([shop.pk], NOW).handled == 0


def test_planned_duty_goes_before_the_hours_of_the_shop(shop: Shop, wang: Person) -> None:
    Shop.objects.filter(pk=shop.pk).update(hours={"mon": [], "wed": [["09:00", "18:00"]]})
    acted(shop, wang, NOW - timedelta(hours=1))
    (by_hours,) = tonight([shop.pk], NOW).workers
    assert by_hours.spans == ((NOW, NOW + timedelta(hours=9)),)
    starts = NOW + timedelta(hours=5)
    Duty.objects.create(shop=shop, person=wang, starts_at=starts, ends_at=NOW + timedelta(days=1))
    (by_duty,) = tonight([shop.pk], NOW).workers
    assert by_duty.spans == ((starts, midnight_after(NOW)),)


def test_who_is_off_is_counted_on_for_nothing(shop: Shop, wang: Person) -> None:
    acted(shop, wang, NOW - timedelta(hours=1))
    li = make_person("li", Role.AGENT, shop)
    Presence.objects.create(person=wang, state="off", since=NOW)
    ticket = waiting(shop, 5, wang)
    seen = tonight([shop.pk], NOW)
    assert [worker.person for worker in seen.workers] == [li.pk]
    assert [(move.due.ticket, move.to) for move in seen.seen.moves] == [(ticket.pk, li.pk)]


def test_one_who_owns_everything_works_where_nobody_else_does(shop: Shop) -> None:
    boss = Person.objects.create(username="boss", is_superuser=True)
    acted(shop, boss, NOW - timedelta(hours=1))
    (worker,) = tonight([shop.pk], NOW).workers
    assert (worker.person, worker.shops) == (boss.pk, frozenset({shop.pk}))


def test_tickets_of_other_shops_are_none_of_its_business(shop: Shop, wang: Person) -> None:
    elsewhere = make_shop("别家小店")
    acted(elsewhere, wang, NOW - timedelta(hours=1))
    waiting(elsewhere, 1)
    seen = tonight([shop.pk], NOW)
    assert (seen.due, seen.handled) == (0, 0)


@pytest.mark.parametrize("key", ["", "x", "2026-13-45", "9" * 40, "no_reason"])
@pytest.mark.parametrize("what", NUMBERS)
def test_a_number_asked_for_by_anything_answers_or_is_not_there(what: str, key: str, shop: Shop) -> None:
    found = tickets_behind(what, key, [shop.pk], NOW)
    assert found is None or list(found) == []


def test_there_is_no_such_number(shop: Shop) -> None:
    assert tickets_behind("weather", "", [shop.pk], NOW) is None
