"""Whether what was done after a case helped is counted by days, for many lessons in one query."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from aftersale.disputes import handling, reviewing
from aftersale.disputes.effect import effects_of
from aftersale.disputes.handling import Ruling
from aftersale.disputes.models import Case, Review
from aftersale.tickets.models import Ticket
from tests.api.desk import make_ticket
from tests.disputes.conftest import NOW, opened
from tests.disputes.test_after import LESSON

if TYPE_CHECKING:
    from pytest_django import DjangoAssertNumQueries

    from aftersale.shops.models import Person, Shop

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)


def taught(of: Shop, person: Person) -> Review:
    case = opened(of)
    handling.rule(case, Ruling("buyer", "merchant"), person, NOW)
    return reviewing.review(Case.objects.get(), LESSON, person, NOW)


def applied(
    of: Shop, number: int, days: float, reason: str = "no_reason", article: str = "CUP-350-BL"
) -> None:
    made = make_ticket(of, number)
    Ticket.objects.filter(pk=made.pk).update(applied_at=NOW + days * DAY, reason=reason, article_no=article)


def test_tickets_of_article_and_reason_are_counted_before_and_after_by_all_of_the_shop(
    own_shop: Shop, agent: Person, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    review = taught(own_shop, agent)
    Ticket.objects.update(applied_at=NOW - 90 * DAY)
    assert effects_of([review], NOW) == {}
    reviewing.done(review, NOW)
    for number, days in enumerate([-31, -30, -29.9, -0.1, 0, 1, 29.9, 30], 1):
        applied(own_shop, number, days)
    applied(own_shop, 20, -1, reason="quality_defect")
    applied(own_shop, 21, 2, article="POT-12L")
    review = Review.objects.select_related("case__ticket").get()
    with django_assert_num_queries(1):
        found = effects_of([review], NOW + 40 * DAY)[review.case_id]
    assert (found.before.cases, found.before.tickets) == (3, 4)
    assert (found.after.cases, found.after.tickets) == (3, 4)
    assert (found.days, found.worth.value) == (30, "few")


def test_while_the_days_after_run_only_those_are_counted_and_it_is_too_early(
    own_shop: Shop, agent: Person
) -> None:
    review = taught(own_shop, agent)
    reviewing.done(review, NOW)
    applied(own_shop, 1, 3)
    applied(own_shop, 2, 9)
    review = Review.objects.select_related("case__ticket").get()
    found = effects_of([review], NOW + 5 * DAY)[review.case_id]
    assert (found.after.cases, found.days, found.worth.value) == (1, 5, "early")
