"""With a buyer goes what people wrote of them; what the shop learned, codes, numbers and hashes stay."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from aftersale.disputes import finding, handling, register, reviewing
from aftersale.disputes.following import follow
from aftersale.disputes.handling import Ruling
from aftersale.disputes.models import Case, Complaint, Review, Submission
from aftersale.disputes.register import Measure
from aftersale.disputes.reviewing import Lesson
from aftersale.evidence.models import Event
from aftersale.tickets.erasure import forget
from aftersale.tickets.models import Ticket
from aftersale.tickets.personal import with_something
from tests.disputes.conftest import ticket_of
from tests.disputes.test_submitting import LATER, connected, ready, submit

if TYPE_CHECKING:
    from aftersale.shops.models import Person, Shop

pytestmark = pytest.mark.django_db
NAME = "王小明"


def test_with_a_buyer_goes_what_was_written_of_the_dispute(own_shop: Shop, agent: Person) -> None:
    connected(own_shop)
    case = ready(own_shop, agent)
    submit(case, agent)
    handling.rule(case, Ruling("buyer", "merchant", f"{NAME}有理"), agent, LATER)
    lesson = Lesson("delay", "service", f"{NAME}好", f"{NAME}坏", f"{NAME}办", f"{NAME}懂，电话 13900000000")
    reviewing.review(Case.objects.get(), lesson, agent, LATER)
    complaint = register.complain(ticket_of(case), f"{NAME}骂人", agent, LATER)
    register.answered(complaint, f"{NAME}已处理", LATER)
    penalty = register.add(own_shop.pk, Measure("warning", 0, LATER.date(), NAME), case, agent, LATER)
    assert finding.search([own_shop.pk], NAME)

    found = forget(case.ticket_id, LATER, agent.pk, anyway=True)

    assert found is not None
    assert {"Case.opinion", "Review.lesson", "Complaint.text", "Submission.text"} <= set(found)
    follow(LATER)
    after, review = Case.objects.get(), Review.objects.get()
    assert (after.summary, after.statement, after.opinion) == ("", "", "")
    assert (review.good, review.bad, review.action) == ("买家好", "买家坏", "买家办")
    assert review.lesson == "买家懂，电话 139****0000"
    assert (review.cause, review.root, after.favours) == ("delay", "service", "buyer")
    assert Submission.objects.get().text == ""
    assert Complaint.objects.values_list("text", "answer").get() == ("", "")
    penalty.refresh_from_db()
    assert penalty.note == ""
    assert finding.search([own_shop.pk], NAME) == []
    assert finding.search([own_shop.pk], "家懂") == [after]


def test_an_erased_ticket_whose_lesson_stays_is_not_looked_at_again(own_shop: Shop, agent: Person) -> None:
    connected(own_shop)
    case = ready(own_shop, agent)
    handling.rule(case, Ruling("buyer", "merchant"), agent, LATER)
    reviewing.review(Case.objects.get(), Lesson("delay", "service", *"好坏办懂"), agent, LATER)
    forget(case.ticket_id, LATER, agent.pk, anyway=True)
    assert not with_something(Ticket.objects.all()).exists()
    assert forget(case.ticket_id, LATER, agent.pk, anyway=True) == {}
    assert finding.search([own_shop.pk], "") == [Case.objects.get()]


def test_no_event_tells_where_the_pictures_can_be_fetched(own_shop: Shop, agent: Person) -> None:
    connected(own_shop)
    submit(ready(own_shop, agent), agent)
    told = Event.objects.filter(kind="beside").get()
    assert "desk.example.com" not in bytes(told.payload).decode()
