"""Whatever is typed on cases becomes a number, or a word why not; days are those of Shanghai."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import TYPE_CHECKING

import pytest
from django.urls import reverse

from aftersale.disputes.models import DisputeSetting, Penalty
from aftersale.domain.money_legs import LegKind
from aftersale.domain.roles import Role
from aftersale.finance.models import MoneyLeg
from aftersale.pages import door
from aftersale.shops.models import Membership
from tests.api.desk import make_shop
from tests.pages.desk import queries
from tests.pages.test_disputes import case, job

if TYPE_CHECKING:
    from collections.abc import Callable

    from aftersale.disputes.models import Case
    from aftersale.shops.models import Shop
    from tests.pages.desk import Visitor

pytestmark = pytest.mark.django_db
__all__ = ["case", "job"]
LONG, ENDLESS = "9" * 40, "9" * 5_000


@pytest.mark.parametrize(
    ("page", "typed"),
    [
        ("dispute_submit", {"sure": "1", "pack": ENDLESS}),
        ("dispute_appeal", {"do": "submitted", "pack": LONG}),
        ("dispute_penalty", {"kind": "points_a", "amount": "--5"}),
        ("dispute_penalty", {"kind": "points_a", "amount": LONG}),
    ],
)
def test_a_number_that_is_none_is_refused_in_words(
    agent: Visitor, case: Case, page: str, typed: dict[str, str]
) -> None:
    assert agent.post(page, case.pk, **typed).status_code == 422


@pytest.mark.parametrize("said", ["²", LONG, ENDLESS])
def test_an_unknown_complaint_is_a_new_one(agent: Visitor, case: Case, said: str) -> None:
    assert agent.post("complaint", case.ticket_id, complaint=said, text="威胁").status_code == 302


@pytest.mark.parametrize("said", ["9" * 12, ENDLESS, "²"])
def test_orders_beyond_all_measure_are_not_known(lead: Visitor, shop: Shop, said: str) -> None:
    assert lead.post("dispute_setting", shop.pk, minutes_before="60", orders=said).status_code == 302
    assert DisputeSetting.objects.get().orders is None


@pytest.mark.parametrize(
    ("hour", "minute", "day"),
    [(15, 59, date(2025, 12, 31)), (16, 0, date(2026, 1, 1)), (23, 0, date(2026, 1, 1))],
)
def test_a_measure_without_a_day_is_of_todays_day_in_shanghai(
    agent: Visitor, case: Case, monkeypatch: pytest.MonkeyPatch, hour: int, minute: int, day: date
) -> None:
    monkeypatch.setattr(door, "desk_clock", lambda: datetime(2025, 12, 31, hour, minute, tzinfo=UTC))
    assert agent.post("dispute_penalty", case.pk, kind="points_a", amount="3").status_code == 302
    assert Penalty.objects.get().on == day


@pytest.mark.parametrize("page", ["disputes", "penalties"])
def test_more_shops_cost_no_more_queries(lead: Visitor, page: str) -> None:
    before = queries(lead, reverse(page))
    for number in range(3):
        Membership.objects.create(person=lead.person, shop=make_shop(f"分店{number}"), role=Role.LEAD)
    assert queries(lead, reverse(page)) == before
    assert before <= 15


def test_a_case_reads_each_thing_once(lead: Visitor, case: Case) -> None:
    assert queries(lead, reverse("dispute", args=[case.pk])) <= 15


def test_who_books_money_books_what_the_platform_took_and_nobody_else(
    as_role: Callable[[Role], Visitor], case: Case
) -> None:
    said = {"amount": "12.50", "once": "x"}
    assert as_role(Role.LEAD).post("dispute_deduct", case.pk, **said).status_code == 403
    finance = as_role(Role.FINANCE)
    assert [finance.post("dispute_deduct", case.pk, **said).status_code for _ in range(2)] == [302, 302]
    assert MoneyLeg.objects.filter(kind=LegKind.DEDUCTED).count() == 1
