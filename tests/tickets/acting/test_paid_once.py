"""See that the same money is not given back twice, whatever sheets say late, otherwise or not at all."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from aftersale.channels.base import Turn
from aftersale.domain.states import ActionState, Decision, Money
from aftersale.tickets.act import Intent, accept, cancel, propose
from aftersale.tickets.confirm import confirm
from aftersale.tickets.ledger import OverPaid, left_of
from aftersale.tickets.models import Action, OrderLine
from aftersale.tickets.refusal import PaidBefore, RefundUnderWay
from tests.tickets.acting.desk import Desk, fresh, kinds, make_person, refund, reread
from tests.tickets.bulk.desk import allow
from tests.tickets.taking.notices import APPLIED, ASKED, NOW, origin, refunded, shop, the_ticket, took

if TYPE_CHECKING:
    from datetime import datetime
    from pathlib import Path

    from aftersale.channels.base import Notice
    from aftersale.shops.models import Person, Shop
    from aftersale.tickets.models import Ticket

pytestmark = pytest.mark.django_db

HOUR = timedelta(hours=1)
STEPS = {"refund": "refund_full_unshipped", "compensate": "compensation"}
"""The step that each verb carries out."""
PAYING = replace(
    ASKED,
    status="退款中",
    turn=Turn.PLATFORM,
    facts={**ASKED.facts, "merchant_response": "agreed"},
    newest_at=NOW,
)
LATE = replace(ASKED, reason="质量问题", newest_at=APPLIED + HOUR)
"""Still pending, and older than what the desk did at NOW."""


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    return Desk.at(tmp_path)


@pytest.fixture
def person() -> Person:
    return make_person()


@pytest.fixture
def of(desk: Desk) -> Shop:
    assert desk.rung.heard == []
    made = shop()
    made.channel = "manual"
    made.save()
    for step in STEPS.values():
        allow(made, step)
    return made


def seen(of: Shop, notice: Notice, hours: int = 1) -> Ticket:
    """Take a sheet of some hours later in."""
    took(of, [notice], origin(as_of=NOW + hours * HOUR, now=NOW + hours * HOUR))
    return the_ticket(notice.ticket_no)


def decided(ticket: Ticket, by: Person | None, intent: Intent, now: datetime = NOW) -> Action:
    return accept(fresh(ticket), by, intent, now, fresh(ticket).sequence)


def paid(desk: Desk, action: Action, person: Person, now: datetime = NOW) -> None:
    assert desk.perform(action, now) == ActionState.HANDED_OVER
    confirm(action, person, ActionState.DONE, now)


def held(ticket: Ticket) -> int:
    line = fresh(ticket).line
    assert line
    return line.reserved_fen


@pytest.mark.parametrize(("first", "then"), [(None, "L1"), ("L1", None), ("L1", "L2")])
def test_a_refund_stays_counted_when_a_sheet_names_the_line_otherwise(
    desk: Desk, of: Shop, person: Person, first: str | None, then: str | None
) -> None:
    ticket = seen(of, replace(ASKED, line_no=first), 0)
    paid(desk, decided(ticket, person, refund(12900)), person)
    ticket = seen(of, replace(LATE, line_no=then))
    assert (held(ticket), left_of(ticket), OrderLine.objects.count()) == (12900, 0, 1)
    with pytest.raises(OverPaid):
        decided(ticket, person, refund(1), NOW + HOUR)


def test_what_is_taken_back_after_the_line_was_named_is_free_once(of: Shop, person: Person) -> None:
    action = decided(seen(of, replace(ASKED, line_no=None), 0), person, refund(12900))
    ticket = seen(of, replace(LATE, line_no="L1"))
    cancel(action, person, NOW + HOUR)
    assert (held(ticket), left_of(ticket)) == (0, 12900)


def test_what_was_paid_becomes_known_on_the_first_line_though_the_sheet_names_another(of: Shop) -> None:
    facts = {name: value for name, value in ASKED.facts.items() if name != "paid_fen"}
    ticket = seen(of, replace(ASKED, line_no=None, facts=facts), 0)
    assert left_of(ticket) is None
    assert left_of(seen(of, replace(LATE, line_no="L1"))) == 12900


@pytest.mark.parametrize("verb", ["refund", "compensate"])
def test_no_rule_pays_again_because_a_sheet_lags(desk: Desk, of: Shop, person: Person, verb: str) -> None:
    ticket = seen(of, ASKED, 0)
    tickets = type(ticket).objects.filter(pk=ticket.pk)
    tickets.update(step=STEPS[verb])
    paid(desk, decided(ticket, None, Intent(verb, 4000)), person)
    seen(of, LATE)
    # Even where the ticket stands as it did before.
    tickets.update(decision_state=Decision.PROPOSED, step=STEPS[verb])
    with pytest.raises(PaidBefore):
        decided(ticket, None, Intent(verb, 4000), NOW + HOUR)
    assert Action.objects.count() == 1


def test_a_rule_may_pay_where_what_was_meant_before_came_to_nothing(of: Shop, person: Person) -> None:
    ticket = seen(of, ASKED, 0)
    cancel(decided(ticket, None, refund(4000)), person, NOW)
    assert decided(ticket, None, refund(4000)).state == ActionState.INTENDED


@pytest.mark.parametrize(
    ("after", "state"),
    [(-HOUR, Decision.ACCEPTED), (timedelta(0), Decision.PROPOSED), (HOUR, Decision.PROPOSED)],
)
def test_only_a_later_word_of_the_platform_undoes_what_was_done(
    desk: Desk, of: Shop, person: Person, after: timedelta, state: str
) -> None:
    ticket = seen(of, ASKED, 0)
    paid(desk, decided(ticket, person, refund(4000)), person)
    ticket = seen(of, replace(LATE, newest_at=NOW + after), 2)
    assert (ticket.decision_state, ticket.contradicted) == (state, "decision:accepted>proposed")


def test_a_closed_ticket_whose_refund_has_no_amount_holds_what_was_asked_for(
    of: Shop, person: Person
) -> None:
    closed = refunded()
    facts = {name: value for name, value in closed.facts.items() if name != "refunded_fen"}
    closed = replace(closed, facts=facts, unknown=frozenset({"refunded_fen"}))
    other = replace(ASKED, ticket_no="7100000000000000002")
    took(of, [closed, other])
    ticket = the_ticket(other.ticket_no)
    assert held(ticket) == 12900
    with pytest.raises(OverPaid):
        decided(ticket, person, refund(1))


def test_a_refund_the_platform_is_making_takes_the_place_of_ours(
    desk: Desk, of: Shop, person: Person
) -> None:
    ticket = seen(of, ASKED, 0)
    action = decided(ticket, person, refund(12900, delay_s=7200))
    ticket = seen(of, PAYING)
    assert (reread(action).state, ticket.money_state, held(ticket)) == (ActionState.CANCELLED, Money.NONE, 0)
    assert desk.perform(action, NOW + 3 * HOUR) is None


def test_nobody_starts_a_refund_that_the_platform_is_making(of: Shop, person: Person) -> None:
    ticket = seen(of, PAYING, 0)
    with pytest.raises(RefundUnderWay):
        decided(ticket, person, refund(12900))
    with pytest.raises(RefundUnderWay):
        propose(ticket, person, refund(12900), NOW, ticket.sequence)
    assert decided(ticket, person, Intent("compensate", 500)).state == ActionState.INTENDED


def test_a_refund_is_not_sent_once_the_ticket_shows_that_the_platform_pays(
    desk: Desk, of: Shop, person: Person
) -> None:
    ticket = seen(of, ASKED, 0)
    action = decided(ticket, person, refund(12900))
    type(ticket).objects.filter(pk=ticket.pk).update(stage="paying")
    assert desk.perform(action) is None
    assert (reread(action).state, held(ticket)) == (ActionState.CANCELLED, 0)
    assert kinds(ticket)[-1] == "action_under_way"


def test_a_refund_from_before_the_desk_and_one_of_ours_add_up(desk: Desk, of: Shop, person: Person) -> None:
    ticket = seen(of, replace(ASKED, facts={**ASKED.facts, "refunded_fen": 3000}), 0)
    assert held(ticket) == 3000
    paid(desk, decided(ticket, person, refund(5000)), person)
    later = replace(LATE, facts={**ASKED.facts, "refunded_fen": 8000})
    ticket = seen(of, later)
    assert held(ticket) == 8000
    rows = Action.objects.filter(ticket=ticket).order_by("id").values_list("verb", "reserved_fen", "state")
    assert list(rows) == [("outside", 3000, "done"), ("refund", 5000, "done")]
    assert len(set(Action.objects.values_list("key", flat=True))) == 2
