"""See that a person's tickets go to a colleague in one go, and that the journal tells of it."""

from __future__ import annotations

import json

import pytest

from aftersale.domain.roles import Role
from aftersale.evidence.models import Event
from aftersale.tickets.handover import (
    NothingToHandOver,
    colleagues_of,
    hand_over,
    open_of,
    stand,
    state_of,
)
from aftersale.tickets.models import Note
from aftersale.tickets.models.presence import Here
from tests.tickets.acting.desk import NOW, chain_is_whole, fresh, kinds, later, make_shop
from tests.tickets.bulk.desk import colleague, numbered

pytestmark = pytest.mark.django_db


def test_every_open_ticket_goes_over_with_the_note_and_an_event() -> None:
    shop = make_shop()
    wang, li = colleague("小王", Role.AGENT, shop), colleague("小李", Role.AGENT, shop)
    mine = [numbered(shop, number, assignee=wang) for number in range(3)]
    ended = numbered(shop, 9, assignee=wang, open=False, lane="done")
    done = hand_over(wang, li, {shop.pk}, "1 号答应今晚前回", NOW)
    assert (done.tickets, done.stayed) == (3, 0)
    assert {fresh(ticket).assignee for ticket in mine} == {li}
    assert [kinds(ticket) for ticket in mine] == [["assigned", "noted"]] * 3
    assert [chain_is_whole(ticket) for ticket in mine] == [True] * 3
    assert (fresh(ended).assignee, Note.objects.count()) == (wang, 3)


def test_tickets_of_a_shop_where_the_colleague_does_not_work_stay() -> None:
    here, there = make_shop(), make_shop("别家")
    wang, li = colleague("小王", Role.AGENT, here, there), colleague("小李", Role.AGENT, here)
    numbered(here, 1, assignee=wang)
    stays = numbered(there, 2, assignee=wang)
    done = hand_over(wang, li, {here.pk}, "", NOW)
    assert (done.tickets, done.stayed, list(open_of(wang))) == (1, 1, [stays])
    assert Note.objects.count() == 0


def test_tickets_may_go_back_to_those_that_wait_for_somebody() -> None:
    shop = make_shop()
    wang = colleague("小王", Role.AGENT, shop)
    ticket = numbered(shop, 1, assignee=wang)
    hand_over(wang, None, (), "", NOW)
    assert fresh(ticket).assignee is None


def test_where_there_is_nothing_nothing_is_handed_over() -> None:
    with pytest.raises(NothingToHandOver):
        hand_over(colleague("小王", Role.AGENT, make_shop()), None, (), "", NOW)


def test_how_a_person_stands_is_told_once_a_change_in_each_shop() -> None:
    shops = [make_shop(), make_shop("别家")]
    wang = colleague("小王", Role.AGENT, *shops)
    assert state_of(wang) is None
    stand(wang, Here.ON, NOW)
    stand(wang, Here.BREAK, later(hours=1))
    stand(wang, Here.BREAK, later(hours=2))
    row = state_of(wang)
    assert row
    assert (row.state, row.since) == (Here.BREAK, later(hours=1))
    told = [json.loads(bytes(event.payload))["data"] for event in Event.objects.filter(kind="presence")]
    assert told == [{"person": str(wang.pk), "before": "on", "after": "break"}] * 2


def test_who_is_on_duty_with_the_least_stands_first() -> None:
    shop = make_shop()
    wang, li = colleague("小王", Role.AGENT, shop), colleague("小李", Role.AGENT, shop)
    lead, off = colleague("周敏", Role.LEAD, shop), colleague("阿雯", Role.TRAINEE, shop)
    colleague("何姐", Role.FINANCE, shop)
    numbered(shop, 1, assignee=li)
    stand(off, Here.OFF, NOW)
    found = [(each.person, each.state, each.open) for each in colleagues_of(wang, [shop.pk])]
    assert found == [(lead, "on", 0), (li, "on", 1), (off, "off", 0)]
