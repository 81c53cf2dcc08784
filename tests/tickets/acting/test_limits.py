"""See that a shop's own limits on money hold: two people above an amount, so much a day."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from aftersale.domain.roles import Role
from aftersale.shops.models import Membership, Person, Shop
from aftersale.shops.rulebooks import judge_of
from aftersale.tickets.act import Intent, cancel, propose
from aftersale.tickets.limits import DayCapReached, SecondPersonNeeded
from aftersale.tickets.models import Action
from aftersale.tickets.review import approve as pass_review
from tests.tickets.acting.desk import (
    NOW,
    PAID,
    approve,
    fresh,
    later,
    make_line,
    make_ticket,
    refund,
)

if TYPE_CHECKING:
    from aftersale.tickets.models import Ticket

pytestmark = pytest.mark.django_db


def person(shop: Shop, name: str) -> Person:
    made = Person.objects.create(username=name, name=name)
    Membership.objects.create(person=made, shop=shop, role=Role.AGENT)
    return made


def more(shop: Shop, count: int) -> list[Ticket]:
    lines = [make_line(shop, line_no=str(10 + n)) for n in range(count)]
    return [make_ticket(shop, line, number=f"71{n:017}") for n, line in enumerate(lines)]


def limit(shop: Shop, **fields: int) -> None:
    Shop.objects.filter(pk=shop.pk).update(**fields)


def test_what_is_above_the_limit_needs_a_second_person(shop: Shop, ticket: Ticket) -> None:
    wang, zhou = person(shop, "wang"), person(shop, "zhou")
    limit(shop, four_eyes_fen=PAID - 1)
    with pytest.raises(SecondPersonNeeded):
        approve(ticket, wang)
    assert not Action.objects.exists()
    ticket = fresh(ticket)
    task = propose(ticket, wang, refund(), NOW, ticket.sequence)
    action = pass_review(task, zhou, NOW, fresh(ticket).sequence, judge_of(shop.pk, NOW))
    assert (action.approved_by, action.amount_fen) == (zhou, PAID)


def test_the_limit_itself_needs_one_person(shop: Shop, ticket: Ticket) -> None:
    wang, _zhou = person(shop, "wang"), person(shop, "zhou")
    limit(shop, four_eyes_fen=PAID)
    assert approve(ticket, wang).amount_fen == PAID


def test_who_works_alone_waits_for_nobody(shop: Shop, ticket: Ticket) -> None:
    limit(shop, four_eyes_fen=1)
    assert approve(ticket, person(shop, "atao")).amount_fen == PAID


def test_what_moves_no_money_needs_no_second_person(shop: Shop, ticket: Ticket) -> None:
    wang, _zhou = person(shop, "wang"), person(shop, "zhou")
    limit(shop, four_eyes_fen=1, day_cap_fen=1, person_cap_fen=1)
    assert approve(ticket, wang, Intent("agree_return")).amount_fen is None


def test_a_shop_pays_no_more_in_a_day_than_it_allows_itself(shop: Shop) -> None:
    wang, zhou = person(shop, "wang"), person(shop, "zhou")
    limit(shop, day_cap_fen=2 * PAID)
    first, second, third = more(shop, 3)
    approve(first, wang)
    approve(second, zhou)
    with pytest.raises(DayCapReached) as refused:
        approve(third, wang)
    assert refused.value.code == "limit.shop_day"
    assert "¥0.00" in refused.value.message.zh


def test_one_person_pays_no_more_in_a_day_than_the_shop_allows_one(shop: Shop) -> None:
    wang, zhou = person(shop, "wang"), person(shop, "zhou")
    limit(shop, person_cap_fen=PAID)
    first, second, third = more(shop, 3)
    approve(first, wang)
    with pytest.raises(DayCapReached) as refused:
        approve(second, wang)
    assert refused.value.code == "limit.person_day"
    assert approve(third, zhou).amount_fen == PAID


def test_a_new_day_begins_at_midnight_in_shanghai(shop: Shop) -> None:
    wang = person(shop, "wang")
    limit(shop, day_cap_fen=PAID)
    first, second = more(shop, 2)
    approve(first, wang, now=NOW)
    # 10:00 in Shanghai; the day ends 14 hours later.
    with pytest.raises(DayCapReached):
        approve(second, wang, now=later(hours=13, minutes=59, seconds=59))
    assert approve(second, wang, now=later(hours=14)).amount_fen == PAID


def test_what_was_taken_back_is_free_again(shop: Shop) -> None:
    wang = person(shop, "wang")
    limit(shop, day_cap_fen=PAID)
    first, second = more(shop, 2)
    cancel(approve(first, wang), wang, NOW)
    assert approve(second, wang).amount_fen == PAID
