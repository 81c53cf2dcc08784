"""With a buyer goes what people wrote of the disputes; codes, numbers and hashes stay."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from aftersale.disputes import finding, handling, register, reviewing
from aftersale.disputes.handling import Ruling
from aftersale.disputes.models import Case, CaseText, Complaint, Review, Submission
from aftersale.disputes.register import Measure
from aftersale.disputes.reviewing import Lesson
from aftersale.evidence.models import Event
from aftersale.tickets.erasure import forget
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
    lesson = Lesson("delay", "service", f"{NAME}好", f"{NAME}坏", f"{NAME}办", f"{NAME}懂")
    reviewing.review(Case.objects.get(), lesson, agent, LATER)
    complaint = register.complain(ticket_of(case), f"{NAME}骂人", agent, LATER)
    register.answered(complaint, f"{NAME}已处理", LATER)
    penalty = register.add(own_shop.pk, Measure("warning", 0, LATER.date(), NAME), case, agent, LATER)
    assert finding.search([own_shop.pk], NAME)

    found = forget(case.ticket_id, LATER, agent.pk, anyway=True)

    assert found is not None
    assert {"Case.opinion", "Review.lesson", "Complaint.text", "Submission.text"} <= set(found)
    after, review = Case.objects.get(), Review.objects.get()
    assert (after.summary, after.statement, after.opinion) == ("", "", "")
    assert {review.good, review.bad, review.action, review.lesson} == {""}
    assert (review.cause, review.root, after.favours) == ("delay", "service", "buyer")
    assert Submission.objects.get().text == ""
    assert Complaint.objects.values_list("text", "answer").get() == ("", "")
    assert CaseText.objects.get().text == ""
    penalty.refresh_from_db()
    assert penalty.note == ""
    assert finding.search([own_shop.pk], NAME) == []


def test_no_event_tells_where_the_pictures_can_be_fetched(own_shop: Shop, agent: Person) -> None:
    connected(own_shop)
    submit(ready(own_shop, agent), agent)
    told = Event.objects.filter(kind="beside").get()
    assert "desk.example.com" not in bytes(told.payload).decode()
