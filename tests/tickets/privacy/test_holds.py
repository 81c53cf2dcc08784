from __future__ import annotations

from datetime import datetime, timedelta

import pytest

from aftersale.domain.clock import SHANGHAI
from aftersale.domain.states import ActionState
from aftersale.tickets.holds import HoldKind, holds
from aftersale.tickets.models import Action
from tests.tickets.privacy.desk import ENDED, FREE, LAST_DAY, make_buyer, make_shop, make_ticket, said

pytestmark = pytest.mark.django_db


def kinds(now: datetime, **fields: object) -> list[str]:
    ticket = make_ticket(make_buyer(make_shop()), "7100000000000000001", **fields)
    return [hold.kind.value for hold in holds(ticket, now)]


@pytest.mark.parametrize("now", [LAST_DAY - timedelta(days=1), LAST_DAY])
def test_until_the_end_of_the_third_year_limitation_and_records_hold(now: datetime) -> None:
    assert kinds(now) == ["limitation", "records"]


def test_the_day_after_nothing_holds() -> None:
    assert kinds(FREE) == []


def test_a_hold_says_law_day_and_words_in_both_languages() -> None:
    ticket = make_ticket(make_buyer(make_shop()))
    limitation, records = holds(ticket, LAST_DAY)
    assert (limitation.until, records.until) == (FREE, FREE)
    assert [cite.short for cite in (*limitation.citations, *records.citations)] == ["民法典188", "电商法31"]
    assert limitation.words.zh == "诉讼时效还没过，到 2026-06-10 为止"
    assert records.words.en == "the law asks to keep trade records until 2026-06-10"


@pytest.mark.parametrize(
    ("now", "held"),
    [
        # 2027-02-28 is a Sunday: the period of civil law ends on Monday, the duty to keep does not move.
        (datetime(2027, 2, 28, 23, 59, 59, tzinfo=SHANGHAI), ["limitation", "records"]),
        (datetime(2027, 3, 1, tzinfo=SHANGHAI), ["limitation"]),
        (datetime(2027, 3, 1, 23, 59, 59, tzinfo=SHANGHAI), ["limitation"]),
        (datetime(2027, 3, 2, tzinfo=SHANGHAI), []),
    ],
)
def test_what_ended_on_29_february_is_held_to_the_last_of_february_and_over_the_weekend(
    now: datetime, held: list[str]
) -> None:
    leap = datetime(2024, 2, 29, 23, 30, tzinfo=SHANGHAI)
    assert kinds(now, ended_at=leap, observed_at=leap) == held


def test_an_evening_in_shanghai_counts_as_the_day_there() -> None:
    late = datetime(2023, 6, 10, 16, tzinfo=SHANGHAI) + timedelta(hours=7, minutes=59)
    assert kinds(FREE - timedelta(seconds=1), ended_at=late) == ["limitation", "records"]
    assert late.astimezone(SHANGHAI).day == 10


@pytest.mark.parametrize("state", ["open", "evidence_due", "submitted"])
def test_an_open_dispute_holds_however_old_it_is(state: str) -> None:
    ticket = make_ticket(make_buyer(make_shop()), arbitration_state=state, observed=said())
    (dispute,) = holds(ticket, FREE)
    assert (dispute.kind, dispute.until) == (HoldKind.DISPUTE, None)
    assert dispute.citations[0].short == "电商法62"


@pytest.mark.parametrize(
    ("after", "held"),
    [
        (timedelta(days=6), True),
        (timedelta(days=7), True),
        (timedelta(days=8), False),
    ],
)
def test_a_judgement_holds_as_long_as_an_appeal_is_possible(after: timedelta, *, held: bool) -> None:
    judged = datetime(2023, 6, 12, tzinfo=SHANGHAI)
    found = kinds(judged + after, arbitration_state="lost", observed=said(judged_at=judged.isoformat()))
    assert ("reconsideration" in found) is held


def test_the_periods_run_from_the_judgement_where_it_came_after_the_end() -> None:
    later = (ENDED + timedelta(days=1)).isoformat()
    assert kinds(FREE, arbitration_state="won", observed=said(judged_at=later)) == ["limitation", "records"]


def test_an_open_ticket_holds_without_a_day() -> None:
    assert kinds(FREE, open=True, ended_at=None) == ["open"]


@pytest.mark.parametrize("state", ["intended", "sending", "unknown"])
def test_money_whose_outcome_is_not_known_holds(state: str) -> None:
    assert kinds(FREE, money_state=state) == ["money"]


@pytest.mark.parametrize(
    ("state", "held"), [(state, state not in {"done", "failed", "cancelled"}) for state in ActionState]
)
def test_an_action_without_an_outcome_holds(state: str, *, held: bool) -> None:
    ticket = make_ticket(make_buyer(make_shop()))
    Action.objects.create(
        ticket=ticket, shop=ticket.shop, key="k", verb="refund", intent_no=1, state=state,
        approved_at=ENDED, not_before=ENDED,
    )  # fmt: skip
    assert bool(holds(ticket, FREE)) is held


def test_a_buyer_is_held_by_each_of_the_tickets() -> None:
    buyer = make_buyer(make_shop())
    make_ticket(buyer)
    make_ticket(buyer, "7100000000000000002", open=True)
    assert {(hold.ticket_no[-1], hold.kind.value) for hold in holds(buyer, FREE)} == {("2", "open")}


def test_before_the_law_had_a_number_it_stays_and_says_so() -> None:
    ticket = make_ticket(make_buyer(make_shop()))
    early = datetime(2018, 12, 31, 12, tzinfo=SHANGHAI)
    found = {hold.kind.value: hold for hold in holds(ticket, early)}
    assert found["records"].until is None
    assert "records_keep_months" in found["records"].words.en
