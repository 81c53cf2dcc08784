"""Hand over at the end of a shift, say how one stands, and review what a trainee proposes."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from django.urls import reverse

from aftersale.domain.roles import Role
from aftersale.tickets.act import Intent, propose
from aftersale.tickets.models import Action, Note, Presence, Task, Ticket
from tests.api.desk import make_person, make_ticket, now
from tests.pages.desk import text_of, words_of
from tests.tickets.acting.desk import refund

if TYPE_CHECKING:
    from collections.abc import Callable

    from aftersale.shops.models import Person, Shop
    from tests.pages.desk import Visitor

pytestmark = pytest.mark.django_db


@pytest.fixture
def mine(agent: Visitor, shop: Shop) -> list[Ticket]:
    return [make_ticket(shop, number, assignee=agent.person) for number in (1, 2)]


@pytest.mark.parametrize("role", [role for role in Role if role is not Role.WAREHOUSE])
def test_everybody_opens_the_page_and_says_how_they_stand(
    role: Role, as_role: Callable[[Role], Visitor]
) -> None:
    visitor = as_role(role)
    assert visitor.get("handover").status_code == 200
    visitor.post("handover_stand", state="break")
    assert Presence.objects.get().state == "break"
    assert visitor.post("handover_stand", state="asleep").status_code == 422


def test_the_page_shows_what_is_open_and_who_could_take_it(agent: Visitor, mine: list[Ticket]) -> None:
    text = text_of(agent.get("handover"))
    assert all(ticket.ticket_no in text for ticket in mine)
    assert ">lead" in text
    assert ">finance" not in text


def test_all_goes_over_with_one_note_and_the_person_is_off(
    agent: Visitor, mine: list[Ticket], people: dict[Role, Person]
) -> None:
    response = agent.post("handover_give", to=people[Role.LEAD].pk, note="1 号先看", off="1")
    assert response.status_code == 302
    assert {Ticket.objects.get(pk=ticket.pk).assignee for ticket in mine} == {people[Role.LEAD]}
    assert (Note.objects.count(), Presence.objects.get().state) == (2, "off")


def test_tickets_go_back_to_nobody(agent: Visitor, mine: list[Ticket]) -> None:
    agent.post("handover_give", to="nobody", note="")
    assert {Ticket.objects.get(pk=ticket.pk).assignee for ticket in mine} == {None}
    assert not Presence.objects.exists()


def test_whom_nobody_chose_or_who_works_elsewhere_gets_nothing(
    agent: Visitor, mine: list[Ticket], elsewhere: Shop
) -> None:
    outsider = make_person("outsider", Role.AGENT, elsewhere)
    assert agent.post("handover_give", to="").status_code == 422
    assert agent.post("handover_give", to=outsider.pk).status_code == 404
    assert agent.post("handover_give", to=agent.person.pk).status_code == 404
    assert {Ticket.objects.get(pk=ticket.pk).assignee for ticket in mine} == {agent.person}


def test_where_nothing_is_open_the_page_says_so(agent: Visitor) -> None:
    assert agent.get("handover").status_code == 200
    assert agent.post("handover_give", to="nobody").status_code == 422


@pytest.fixture
def review(trainee: Visitor, ticket: Ticket) -> Task:
    propose(ticket, trainee.person, refund(), now(), ticket.sequence)
    return Task.objects.get()


def test_a_reviewer_passes_a_refund_with_a_key_and_a_look_at_the_amount(
    lead: Visitor, ticket: Ticket, review: Task
) -> None:
    page = lead.get("tasks")
    assert "trainee" in words_of(page)
    assert reverse("review_approve", args=[review.pk]) in text_of(page)
    sequence = Ticket.objects.get(pk=ticket.pk).sequence
    asked = lead.post("review_approve", review.pk, sequence=sequence)
    assert "¥129.00" in words_of(asked)
    assert not Action.objects.exists()
    again = lead.post("review_approve", review.pk, sequence=sequence, fen="12899")
    assert (again.status_code, Action.objects.count()) == (200, 0)
    assert lead.post("review_approve", review.pk, sequence=sequence, fen="12900").status_code == 302
    action = Action.objects.get()
    assert (action.approved_by, action.amount_fen) == (lead.person, 12900)
    review.refresh_from_db()
    assert review.outcome == "decided"


def test_a_reviewer_passes_what_moves_no_money_with_one_key(
    lead: Visitor, trainee: Visitor, ticket: Ticket
) -> None:
    propose(ticket, trainee.person, Intent("agree_return"), now(), ticket.sequence)
    sequence = Ticket.objects.get(pk=ticket.pk).sequence
    assert lead.post("review_approve", Task.objects.get().pk, sequence=sequence).status_code == 302
    assert Action.objects.get().verb == "agree_return"


def test_a_proposal_of_something_else_since_changed_is_not_passed(lead: Visitor, review: Task) -> None:
    assert lead.post("review_approve", review.pk, sequence="0", fen="12900").status_code == 409
    assert lead.post("review_approve", review.pk).status_code == 422
    assert not Action.objects.exists()


def test_a_proposal_comes_back_with_a_word(lead: Visitor, trainee: Visitor, review: Task) -> None:
    assert lead.post("review_return", review.pk, word=" ").status_code == 422
    lead.post("review_return", review.pk, word="先问开箱视频")
    assert Note.objects.get().text == "先问开箱视频"
    back = Task.objects.get(done_at=None)
    assert (back.kind, back.assignee) == ("returned", trainee.person)
    assert reverse("task_done", args=[back.pk]) in text_of(trainee.get("tasks", mine="1"))


@pytest.mark.parametrize("role", [Role.TRAINEE, Role.WAREHOUSE, Role.FINANCE, Role.READ_ONLY])
def test_who_may_not_approve_reviews_nothing(
    role: Role, as_role: Callable[[Role], Visitor], review: Task
) -> None:
    visitor = as_role(role)
    assert reverse("review_approve", args=[review.pk]) not in text_of(visitor.get("tasks"))
    assert visitor.post("review_approve", review.pk, sequence="2").status_code == 403
    assert visitor.post("review_return", review.pk, word="x").status_code == 403


def test_a_review_of_a_foreign_shop_is_not_there(stranger: Visitor, review: Task) -> None:
    assert stranger.post("review_approve", review.pk, sequence="2").status_code == 404
    assert stranger.post("review_return", review.pk, word="x").status_code == 404


def test_what_one_proposed_oneself_somebody_else_passes(lead: Visitor, ticket: Ticket) -> None:
    propose(ticket, lead.person, Intent("agree_return"), now(), ticket.sequence)
    task = Task.objects.get()
    assert reverse("review_approve", args=[task.pk]) not in text_of(lead.get("tasks"))
    sequence = Ticket.objects.get(pk=ticket.pk).sequence
    assert lead.post("review_approve", task.pk, sequence=sequence).status_code == 422
    assert not Action.objects.exists()
