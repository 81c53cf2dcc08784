"""What a platform says of a dispute becomes a case with its clock and its ruling."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from aftersale.disputes.following import follow
from aftersale.disputes.models import Case
from aftersale.disputes.noting import appeal_window, evidence_window
from aftersale.domain.disputes import Stage
from aftersale.policy.disputes.windows import Source
from aftersale.tickets.models import Alarm
from tests.disputes.conftest import DUE, NUMBER, again, opened, says, ticket_of
from tests.pages.desk import kinds
from tests.tickets.taking.notices import ASKED, NOW, took

if TYPE_CHECKING:
    from aftersale.shops.models import Shop

pytestmark = pytest.mark.django_db


def test_a_dispute_arrives_with_its_clock_and_rings(own_shop: Shop) -> None:
    case = opened(own_shop)
    assert (case.number, case.stage, case.due_at, case.due_source) == (NUMBER, "evidence", DUE, "platform")
    assert case.wants == "请上传照片"
    assert Alarm.objects.filter(ticket=case.ticket, kind="evidence", over_at=None).exists()
    assert "dispute_opened" in kinds(ticket_of(case))


def test_the_same_word_again_is_nothing(own_shop: Shop) -> None:
    case = opened(own_shop)
    before = kinds(ticket_of(case))
    follow(NOW + timedelta(minutes=1))
    follow(NOW + timedelta(minutes=2))
    assert kinds(ticket_of(case)) == before
    assert Case.objects.count() == 1


def test_a_ticket_without_a_dispute_has_no_case(own_shop: Shop) -> None:
    took(own_shop, [ASKED])
    follow(NOW)
    assert not Case.objects.exists()


def test_without_a_word_of_the_platform_the_rulebook_counts(own_shop: Shop) -> None:
    says(own_shop, 0, "evidence_due")
    follow(NOW)
    case = Case.objects.get()
    assert case.due_source in {Source.RULEBOOK, Source.PLATFORM}
    assert case.due_at is not None


def test_a_clock_that_the_platform_moves_moves(own_shop: Shop) -> None:
    case = opened(own_shop)
    says(own_shop, 1, "evidence_due", due_at=DUE + timedelta(hours=3))
    case = again(case, NOW + timedelta(hours=1))
    assert case.due_at == DUE + timedelta(hours=3)
    window = evidence_window(case)
    assert window is not None
    assert window.source is Source.PLATFORM


def test_a_ruling_for_the_buyer_is_noted_and_carried_out_by_the_money(own_shop: Shop) -> None:
    case = opened(own_shop)
    says(own_shop, 21, "lost", ended=True, favours="buyer", blamed="merchant", opinion="凭证不足")
    case = again(case, NOW + timedelta(hours=21))
    assert (case.stage, case.favours, case.blamed, case.known_by) == (
        "carried_out", "buyer", "merchant", "platform",
    )  # fmt: skip
    assert case.opinion == "凭证不足"
    assert ticket_of(case).blamed == "merchant"
    assert ticket_of(case).arbitration_state == "lost"
    window = appeal_window(case)
    assert window is not None
    assert window.at == int((NOW + timedelta(hours=21, days=7)).timestamp())


def test_a_ruling_for_the_shop_is_carried_out_by_the_end(own_shop: Shop) -> None:
    case = opened(own_shop)
    says(own_shop, 3, "submitted", pictures=4)
    assert again(case, NOW + timedelta(hours=3)).stage == Stage.REVIEW
    says(own_shop, 5, "won", ended=True, favours="merchant", blamed="buyer")
    assert again(case, NOW + timedelta(hours=5)).stage == Stage.CARRIED_OUT


def test_a_buyer_who_withdraws_ends_the_case(own_shop: Shop) -> None:
    case = opened(own_shop)
    says(own_shop, 2, "closed")
    case = again(case, NOW + timedelta(hours=2))
    assert (case.stage, case.ended_at, case.favours) == ("withdrawn", NOW + timedelta(hours=2), "")


def test_a_second_dispute_is_a_case_of_its_own(own_shop: Shop) -> None:
    case = opened(own_shop)
    says(own_shop, 2, "closed")
    again(case, NOW + timedelta(hours=2))
    says(own_shop, 9, "evidence_due", number=f"{ASKED.ticket_no}_002", due_at=DUE + timedelta(hours=9))
    follow(NOW + timedelta(hours=9))
    assert [each.stage for each in Case.objects.order_by("pk")] == ["withdrawn", "evidence"]
