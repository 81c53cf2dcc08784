"""See that what a trainee proposes is carried out by the reviewer, once, or comes back with a word."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from aftersale.domain.roles import Role
from aftersale.shops.rulebooks import judge_of
from aftersale.tickets.act import Intent, accept, propose
from aftersale.tickets.change import Overtaken
from aftersale.tickets.handling import TaskEnded
from aftersale.tickets.models import Action, Note, Task, Ticket
from aftersale.tickets.refusal import ActionPending
from aftersale.tickets.review import NotAReview, approve, give_back
from tests.tickets.acting.desk import Desk, fresh, kinds, refund
from tests.tickets.bulk.desk import colleague
from tests.tickets.taking.notices import ASKED, NOW, took
from tests.tickets.taking.notices import shop as sheet_shop

if TYPE_CHECKING:
    from pathlib import Path

    from aftersale.shops.models import Person

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("desk")]


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    return Desk.at(tmp_path)


@pytest.fixture
def ticket() -> Ticket:
    took(sheet_shop(), [ASKED])
    return Ticket.objects.get()


@pytest.fixture
def trainee(ticket: Ticket) -> Person:
    return colleague("阿雯", Role.TRAINEE, ticket.shop)


@pytest.fixture
def lead(ticket: Ticket) -> Person:
    return colleague("周敏", Role.LEAD, ticket.shop)


def proposed(ticket: Ticket, by: Person, intent: Intent | None = None) -> Task:
    ticket = fresh(ticket)
    made = propose(ticket, by, intent or refund(), NOW, ticket.sequence)
    return Task.objects.get(pk=made.pk)


def passed(task: Task, by: Person, sequence: int | None = None) -> Action:
    assert task.ticket
    seen = fresh(task.ticket).sequence if sequence is None else sequence
    return approve(task, by, NOW, seen, judge_of(task.shop_id, NOW), delay_s=10)


def test_the_reviewer_carries_out_what_was_proposed_and_the_review_ends(
    ticket: Ticket, trainee: Person, lead: Person
) -> None:
    task = proposed(ticket, trainee)
    action = passed(task, lead)
    task.refresh_from_db()
    assert (action.approved_by, action.amount_fen) == (lead, 12900)
    assert (task.outcome, task.done_by) == ("decided", lead)
    assert kinds(ticket)[-3:] == ["proposed", "action_intended", "task_done"]


def test_who_decides_on_the_ticket_itself_ends_the_review_too(
    ticket: Ticket, trainee: Person, lead: Person
) -> None:
    task = proposed(ticket, trainee)
    seen = fresh(ticket)
    accept(seen, lead, Intent("refund", 12900), NOW, seen.sequence)
    task.refresh_from_db()
    assert (task.outcome, task.done_by) == ("decided", lead)
    assert kinds(ticket)[-2:] == ["action_intended", "task_done"]


def test_a_refusal_is_carried_out_with_its_reason_and_clause(
    ticket: Ticket, trainee: Person, lead: Person
) -> None:
    said = {"reason": "已发货", "citation": "消法25", "text": "您好", "evidence": ["面单"]}
    action = passed(proposed(ticket, trainee, Intent("refuse", params=said)), lead)
    assert (action.verb, action.params["reason"], action.params["evidence"]) == ("refuse", "已发货", ["面单"])
    assert action.approved_by == lead


def test_nobody_reviews_what_they_proposed(ticket: Ticket, lead: Person) -> None:
    with pytest.raises(NotAReview):
        passed(proposed(ticket, lead), lead)
    assert Action.objects.count() == 0


def test_what_the_reviewer_did_not_see_is_not_approved(ticket: Ticket, trainee: Person, lead: Person) -> None:
    task = proposed(ticket, trainee)
    with pytest.raises(Overtaken):
        passed(task, lead, fresh(ticket).sequence - 1)
    task.refresh_from_db()
    assert (task.done_at, Action.objects.count()) == (None, 0)


def test_a_review_passes_once(ticket: Ticket, trainee: Person, lead: Person) -> None:
    task = proposed(ticket, trainee)
    passed(task, lead)
    with pytest.raises((ActionPending, TaskEnded)):
        passed(task, lead)
    assert Action.objects.count() == 1


def test_what_is_given_back_asks_the_proposer_to_look_again(
    ticket: Ticket, trainee: Person, lead: Person
) -> None:
    task = proposed(ticket, trainee)
    back = give_back(task, lead, "先问开箱视频", NOW)
    task.refresh_from_db()
    assert (task.outcome, back.kind, back.assignee) == ("returned", "returned", trainee)
    assert (Note.objects.get().text, Action.objects.count()) == ("先问开箱视频", 0)
    with pytest.raises(TaskEnded):
        give_back(Task.objects.get(pk=task.pk), lead, "", NOW)


def test_only_a_review_can_be_reviewed(ticket: Ticket, lead: Person) -> None:
    other = Task.objects.create(shop=ticket.shop, ticket=ticket, kind="confirm", created_at=NOW)
    with pytest.raises(NotAReview):
        passed(other, lead)
