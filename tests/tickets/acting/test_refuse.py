"""See that a refusal is a person's, rests on a decision, and keeps the whole trace."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from aftersale.domain.states import ActionState, Decision
from aftersale.evidence.models import PersonalValue
from aftersale.policy.explain import trace
from aftersale.shops.rulebooks import judge_of
from aftersale.tickets.act import refuse
from aftersale.tickets.change import Overtaken
from aftersale.tickets.judging import Verdicts, decision_fields, facts_from, facts_of
from aftersale.tickets.models import StoredDecision
from aftersale.tickets.refusal import DecisionMissing, Refusal, trace_of
from aftersale.tickets.shared import Sharing
from tests.channels.scripted import notice
from tests.tickets.acting.desk import (
    NOW,
    Desk,
    chain_is_whole,
    fresh,
    kinds,
    make_line,
    make_person,
    make_shop,
)
from tests.tickets.acting.desk import make_ticket as make

if TYPE_CHECKING:
    from pathlib import Path

    from aftersale.policy.decide import Judge
    from aftersale.shops.models import Person
    from aftersale.tickets.models import Ticket

pytestmark = pytest.mark.django_db

REFUSAL = Refusal("22", "消费者权益保护法 25", "商品已影响二次销售", ("photo-1",))


@pytest.fixture
def ticket(tmp_path: Path) -> Ticket:
    Desk.at(tmp_path)
    line = make_line(make_shop())
    return make(line.shop, line)


@pytest.fixture
def person() -> Person:
    return make_person()


@pytest.fixture
def judge(ticket: Ticket) -> Judge:
    return judge_of(ticket.shop_id, NOW)


def decide(ticket: Ticket, judge: Judge) -> StoredDecision:
    said = replace(
        notice(ticket.ticket_no, 0),
        facts={
            "platform": "douyin",
            "apply_type": "return_refund",
            "reason": "no_reason",
            "applied_at": NOW,
            "paid_fen": 12900,
        },
    )
    decision, sharing = judge.decide(facts_of(said, {}, {}, NOW)), Sharing()
    fields = decision_fields(decision, Verdicts(), sharing, NOW)
    sharing.keep()
    return StoredDecision.objects.create(ticket=ticket, **fields)


def test_a_refusal_keeps_the_trace_of_every_rule(ticket: Ticket, person: Person, judge: Judge) -> None:
    stored = decide(ticket, judge)
    refuse(ticket, person, REFUSAL, NOW, 0, judge)
    stored.refresh_from_db()
    kept = trace_of(stored)
    assert len(kept) == len(judge.rulebook.rules)
    facts_again = judge.decide(facts_from(stored.facts))
    assert [(row["rule"], row["outcome"]) for row in kept] == [
        (each.rule.id, each.outcome) for each in trace(judge, facts_again)
    ]


def test_a_refusal_is_sent_with_reason_and_clause(ticket: Ticket, person: Person, judge: Judge) -> None:
    decide(ticket, judge)
    action = refuse(ticket, person, REFUSAL, NOW, 0, judge)
    assert (action.verb, action.state, action.approved_by) == ("refuse", ActionState.INTENDED, person)
    assert action.params["citation"] == "消费者权益保护法 25"
    assert (fresh(ticket).decision_state, kinds(ticket)) == (Decision.REFUSED, ["refused"])
    assert PersonalValue.objects.get().value == "商品已影响二次销售"
    assert chain_is_whole(ticket)


def test_nothing_is_refused_without_a_decision(ticket: Ticket, person: Person, judge: Judge) -> None:
    with pytest.raises(DecisionMissing):
        refuse(ticket, person, REFUSAL, NOW, 0, judge)
    assert kinds(ticket) == []


def test_a_decision_of_another_rulebook_explains_nothing(
    ticket: Ticket, person: Person, judge: Judge
) -> None:
    decide(ticket, judge)
    StoredDecision.objects.update(rulebook_digest="0" * 64)
    with pytest.raises(DecisionMissing):
        refuse(ticket, person, REFUSAL, NOW, 0, judge)


def test_a_second_click_refuses_nothing_twice(ticket: Ticket, person: Person, judge: Judge) -> None:
    decide(ticket, judge)
    again = fresh(ticket)
    refuse(ticket, person, REFUSAL, NOW, 0, judge)
    with pytest.raises(Overtaken):
        refuse(again, person, REFUSAL, NOW, 0, judge)
