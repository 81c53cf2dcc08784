"""See that an approval reserves, writes down and wakes up in one step, once, and can be taken back."""

from __future__ import annotations

import json
from datetime import timedelta
from hashlib import sha256
from typing import TYPE_CHECKING

import pytest
from django_tasks_db.models import DBTaskResult

from aftersale.channels.verbs import VERB_WORDS, Verb
from aftersale.domain.errors import AftersaleError, MoveRefused
from aftersale.domain.states import ActionState, Decision, Money
from aftersale.evidence.models import Event
from aftersale.tickets.act import Intent, accept, cancel, propose
from aftersale.tickets.change import Overtaken
from aftersale.tickets.ledger import OverPaid
from aftersale.tickets.models import Action, Task
from aftersale.tickets.perform import due_actions
from aftersale.tickets.refusal import ActionPending, FreightOpen, IntentInvalid, NotAutomatic, TicketEnded
from aftersale.tickets.verbs import verb_of
from tests.tickets.acting.desk import (
    NOW,
    PAID,
    Desk,
    approve,
    chain_is_whole,
    fresh,
    kinds,
    later,
    make_line,
    make_person,
    make_shop,
    make_ticket,
    refund,
    reread,
    reserved,
)
from tests.tickets.bulk.desk import allow

if TYPE_CHECKING:
    from pathlib import Path

    from aftersale.shops.models import Person
    from aftersale.tickets.models import OrderLine, Ticket

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("desk")]


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    return Desk.at(tmp_path)


@pytest.fixture
def person() -> Person:
    return make_person()


@pytest.fixture
def line() -> OrderLine:
    return make_line(make_shop())


@pytest.fixture
def ticket(line: OrderLine) -> Ticket:
    return make_ticket(line.shop, line)


def test_an_approval_is_one_action_one_event_one_job(ticket: Ticket, line: OrderLine, person: Person) -> None:
    action = accept(ticket, person, refund(), NOW, ticket.sequence)
    assert (action.state, action.amount_fen, action.approved_by) == (ActionState.INTENDED, PAID, person)
    assert kinds(ticket) == ["action_intended"]
    assert [fresh(ticket).decision_state, fresh(ticket).money_state] == [Decision.ACCEPTED, Money.INTENDED]
    assert reserved(line) == PAID
    assert DBTaskResult.objects.get().args_kwargs["args"] == ["action.perform", action.pk]
    assert chain_is_whole(ticket)


def test_the_key_derives_from_shop_ticket_verb_and_intent_number(ticket: Ticket, person: Person) -> None:
    action = approve(ticket, person)
    text = f'["{ticket.shop_id}","{ticket.ticket_no}","refund",1]'
    assert action.key == sha256(text.encode()).hexdigest()


def test_a_double_click_is_overtaken_and_reserves_once(
    ticket: Ticket, line: OrderLine, person: Person
) -> None:
    seen, again = ticket.sequence, fresh(ticket)
    accept(ticket, person, refund(), NOW, seen)
    with pytest.raises(Overtaken):
        accept(again, person, refund(), NOW, seen)
    assert Action.objects.count() == 1
    assert reserved(line) == PAID


def test_two_different_approvals_cannot_both_hold_money(ticket: Ticket, person: Person) -> None:
    approve(ticket, person, refund(5000))
    with pytest.raises(ActionPending):
        approve(ticket, person, refund(6000))
    assert Action.objects.count() == 1


def test_two_tickets_of_one_line_cannot_promise_more_than_was_paid(
    ticket: Ticket, line: OrderLine, person: Person
) -> None:
    other = make_ticket(line.shop, line, "7123450000000000679")
    approve(ticket, person, refund(PAID - 100))
    with pytest.raises(OverPaid) as refused:
        approve(other, person, refund(101))
    assert refused.value.left_fen == 100
    assert "¥1.00" in refused.value.message.zh
    assert fresh(other).sequence == 0
    approve(other, person, refund(100))
    assert reserved(line) == PAID


def test_what_is_refused_leaves_nothing_behind(ticket: Ticket, line: OrderLine, person: Person) -> None:
    with pytest.raises(OverPaid):
        approve(ticket, person, refund(PAID + 1))
    assert (Action.objects.count(), DBTaskResult.objects.count(), kinds(ticket)) == (0, 0, [])
    assert reserved(line) == 0


@pytest.mark.parametrize(
    ("intent", "code"),
    [
        (Intent("dance"), "action.no_such_verb"),
        (Intent("refuse"), "action.refusal"),
        (Intent("refund"), "action.amount_missing"),
        (Intent("refund", 0), "action.amount_missing"),
        (Intent("refund", -1), "action.amount_missing"),
        (Intent("agree_return", 100), "action.amount_unwanted"),
        (Intent("agree_return", delay_s=-1), "action.delay"),
    ],
)
def test_an_intent_that_is_not_whole_is_refused(
    ticket: Ticket, person: Person, intent: Intent, code: str
) -> None:
    with pytest.raises(IntentInvalid) as refused:
        approve(ticket, person, intent)
    assert refused.value.code == code


def test_a_ticket_that_the_platform_closed_takes_no_action(line: OrderLine, person: Person) -> None:
    with pytest.raises(TicketEnded):
        approve(make_ticket(line.shop, line, open=False), person)


def test_an_agreement_without_money_reserves_none(ticket: Ticket, line: OrderLine, person: Person) -> None:
    action = approve(ticket, person, Intent("agree_return"))
    assert (action.amount_fen, reserved(line), fresh(ticket).money_state) == (None, 0, Money.NONE)


def test_a_compensation_is_no_part_of_what_was_paid(ticket: Ticket, line: OrderLine, person: Person) -> None:
    action = approve(ticket, person, Intent("compensate", PAID * 10))
    assert (action.amount_fen, reserved(line), fresh(ticket).money_state) == (PAID * 10, 0, Money.NONE)


def test_a_rule_may_do_what_the_shop_allowed_and_no_more(line: OrderLine) -> None:
    allow(line.shop, "refund_full_unshipped")
    ticket = make_ticket(line.shop, line)
    with pytest.raises(NotAutomatic):
        accept(ticket, None, Intent("agree_return"), NOW, 0)
    action = accept(ticket, None, refund(), NOW, 0)
    assert action.approved_by is None


def test_a_rule_never_approves_what_nobody_proposed(line: OrderLine) -> None:
    allow(line.shop, "refund_full_unshipped")
    ticket = make_ticket(line.shop, line, decision_state=Decision.ASKED)
    with pytest.raises(MoveRefused):
        accept(ticket, None, refund(), NOW, 0)
    assert reserved(line) == 0


def test_new_money_is_a_new_intent_with_a_new_approval(
    ticket: Ticket, line: OrderLine, person: Person, desk: Desk
) -> None:
    first = approve(ticket, person, refund(5000))
    desk.perform(first)
    second = approve(ticket, person, refund(7900))
    assert (second.intent_no, second.key != first.key) == (2, True)
    assert fresh(ticket).money_state == Money.INTENDED
    assert reserved(line) == PAID


def test_a_proposal_asks_a_colleague_and_holds_nothing(
    ticket: Ticket, line: OrderLine, person: Person
) -> None:
    task = propose(ticket, person, Intent("refuse", params={"reason": "22"}), NOW, 0)
    assert (task.kind, task.params["verb"], task.params["by"]) == ("review", "refuse", person.pk)
    assert (kinds(ticket), reserved(line), Action.objects.count()) == (["proposed"], 0, 0)
    assert fresh(ticket).decision_state == Decision.PROPOSED


def test_an_intent_can_be_taken_back_until_it_is_sent(
    ticket: Ticket, line: OrderLine, person: Person, desk: Desk
) -> None:
    action = cancel(approve(ticket, person, refund(delay_s=30)), person, later(seconds=10))
    assert (action.state, reserved(line), action.reserved_fen) == (ActionState.CANCELLED, 0, 0)
    assert [fresh(ticket).decision_state, fresh(ticket).money_state] == [Decision.PROPOSED, Money.NONE]
    assert desk.perform(action, later(minutes=5)) is None
    assert desk.platform.effects == []
    assert chain_is_whole(ticket)


def test_what_was_sent_cannot_be_taken_back(ticket: Ticket, person: Person, desk: Desk) -> None:
    action = approve(ticket, person)
    desk.perform(action)
    with pytest.raises(MoveRefused):
        cancel(action, person, later(seconds=1))
    assert reread(action).state == ActionState.DONE


@pytest.mark.parametrize(("seconds", "sent"), [(29, 0), (30, 1), (31, 1)])
def test_nothing_is_sent_before_the_time_to_cancel_is_over(
    ticket: Ticket, person: Person, desk: Desk, seconds: int, sent: int
) -> None:
    action = approve(ticket, person, refund(delay_s=30))
    moment = later(seconds=seconds)
    assert len(due_actions(moment)) == sent
    desk.perform(action, moment)
    assert len(desk.platform.effects) == sent
    assert DBTaskResult.objects.get().run_after == NOW + timedelta(seconds=30)


def test_every_step_that_ends_on_the_platform_has_a_verb_that_the_desk_knows() -> None:
    assert verb_of("inspect_then_refund") == "refund_received"
    assert verb_of("reject") == "refuse"
    assert verb_of("negotiate") is None


def test_every_refusal_says_what_to_do_next(ticket: Ticket, person: Person) -> None:
    refused: list[AftersaleError] = []
    for intent in (Intent("dance"), refund(PAID + 1)):
        with pytest.raises(AftersaleError) as caught:
            approve(ticket, person, intent)
        refused.append(caught.value)
    assert all(each.next_step.zh and each.next_step.en for each in refused)


def test_review_tasks_are_due_when_the_ticket_is(line: OrderLine, person: Person) -> None:
    ticket = make_ticket(line.shop, line, due_at=later(hours=3))
    propose(ticket, person, refund(), NOW, 0)
    assert Task.objects.get().due_at == later(hours=3)


def test_what_a_proposal_says_to_the_buyer_stands_in_no_event_in_clear(
    ticket: Ticket, person: Person
) -> None:
    propose(ticket, person, Intent("refuse", params={"text": "王小明 朝阳路1号"}), NOW, 0)
    event = Event.objects.get(kind="proposed")
    assert "朝阳路".encode() not in bytes(event.payload)
    assert event.personal.get().value == "王小明 朝阳路1号"


def test_who_leaves_claimed_freight_open_is_told_what_to_press_and_a_program_what_to_send(
    person: Person,
) -> None:
    ticket = make_ticket(make_shop(), stage="receive", apply_type="return_refund", goods_state="inspected")
    ticket.observed = json.dumps({**json.loads(ticket.observed), "freight_fen": 800})
    ticket.save(update_fields=["observed"])
    with pytest.raises(FreightOpen) as refused:
        accept(ticket, person, Intent("refund_received", PAID), NOW, 0)
    said = refused.value
    assert VERB_WORDS[Verb.REFUND_RECEIVED].zh in said.next_step.zh
    pressed = (said.message, said.next_step)
    assert not [each for text in pressed for each in (text.zh, text.en) if "_fen" in each or "params" in each]
    assert "return_freight_fen 填 800" in said.for_programs.zh
    assert "return_freight_fen 800" in said.for_programs.en
