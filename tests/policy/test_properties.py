"""Hold every decision to what must be so of all of them."""

from __future__ import annotations

from random import Random
from typing import TYPE_CHECKING

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from aftersale.domain.fact_table import FACTS
from aftersale.domain.vocabulary import FREIGHT_PAYERS, LIABILITIES, Silence
from aftersale.policy.decide import Judge
from aftersale.policy.explain import to_ask, to_describe, to_inspect, trace, what_would_change
from aftersale.policy.load import load
from aftersale.policy.rulebook import ASK
from aftersale.shops.rule_files import packaged_texts
from tests.policy.books import book, judge
from tests.policy.completions import completion
from tests.policy.decided import decided, some
from tests.policy.reference import hits
from tests.policy.tickets import streamed, tickets, wild

if TYPE_CHECKING:
    from collections.abc import Callable

    from aftersale.domain.facts import Facts
    from aftersale.policy.decision import Decision

FEW, SOME = 800, 2_500
SECOND = Judge(book())
PAYERS = {*FREIGHT_PAYERS, "insurer_then_buyer", "insurer_then_merchant"}


def outcome(decision: Decision) -> tuple[object, ...]:
    """Say all of a decision but the time of it."""
    verdict = decision.verdict
    return (
        *(
            verdict.hits,
            verdict.main.id,
            verdict.preferred,
            verdict.remedies,
            verdict.liability,
            verdict.freight,
        ),
        *(verdict.needs_person, decision.amount_fen, decision.payable_fen, decision.punitive_fen),
        frozenset(decision.due),
    )


def hit_ids(decision: Decision) -> tuple[str, ...]:
    return tuple(book().rules[rank].id for rank in decision.verdict.hits)


@given(facts=tickets())
@settings(max_examples=400)
def test_every_ticket_gets_a_whole_decision(facts: Facts) -> None:
    decision = judge().decide(facts)
    verdict = decision.verdict
    assert verdict.preferred in {*verdict.remedies, *verdict.main.remedies}
    assert {verdict.preferred, *verdict.remedies} <= set(book().remedies)
    assert verdict.liability in LIABILITIES
    assert verdict.freight in PAYERS
    assert verdict.citations
    assert decision.digest == book().digest
    assert all(due.source in {"platform", "rule", "statute"} for due in decision.due)
    assert (decision.payable_fen is not None) <= verdict.pays


@given(facts=tickets())
@settings(max_examples=100)
def test_every_decision_can_be_explained(facts: Facts) -> None:
    decision = judge().decide(facts)
    traced = trace(judge(), decision)
    assert tuple(item.rule for item in traced) == book().rules
    changes = what_would_change(judge(), decision)
    assert len(to_ask(decision, changes)) <= 3
    assert {*to_ask(decision, changes), *to_inspect(decision, changes), *to_describe(changes)} <= set(changes)


@pytest.mark.parametrize("facts_of", [wild, streamed])
def test_the_rules_that_fire_are_those_that_a_slow_reading_finds(
    facts_of: Callable[[int, int], tuple[Facts, ...]],
) -> None:
    for facts in facts_of(11, FEW):
        assert hit_ids(judge().decide(facts)) == hits(book(), facts)


def test_a_refund_is_never_negative_nor_above_what_was_paid_and_not_yet_refunded() -> None:
    for decision in decided():
        paid, refunded = decision.facts["paid_fen"], decision.facts["refunded_fen"]
        for amount in (decision.amount_fen, decision.payable_fen):
            if amount is not None:
                assert isinstance(paid, int)
                assert isinstance(refunded, int)
                assert 0 <= amount <= paid - refunded


def test_a_refund_never_exceeds_what_was_asked() -> None:
    for decision in decided():
        asked = decision.facts["requested_refund_fen"]
        if decision.amount_fen is not None and isinstance(asked, int):
            assert decision.amount_fen <= max(asked, 0)


def test_a_proposed_rejection_stays_one_however_the_unknowns_are_answered() -> None:
    rng = Random(4)  # a search that repeats, not a secret
    refused = [
        decision
        for decision in decided()
        if decision.facts.unknown and decision.verdict.preferred == "reject"
    ]
    assert len(refused) > 100
    for decision in refused:
        for _ in range(12):
            answered = completion(decision.facts, rng)
            assert judge().decide(answered).verdict.preferred == "reject", decision.facts.unknown


def test_an_unknown_never_ends_in_a_refusal_or_in_less_where_a_better_rule_is_open() -> None:
    rank = book().rank_of
    looked = 0
    for decision in some(6_000):
        facts, verdict = decision.facts, decision.verdict
        if not facts.unknown or verdict.preferred == "ask":
            continue
        less = verdict.preferred == "reject" or (
            rank(verdict.preferred) >= 30 and book().remedies[verdict.preferred].pays != "refund"
        )
        codes = judge().trace(facts)[: verdict.main_rank]
        still_open = [
            book().rules[place] for place, code in enumerate(codes) if code is not None and code >= 1000
        ]
        better = [
            rule
            for rule in still_open
            if not rule.is_guard
            and rank(rule.remedies[0]) > rank(verdict.preferred)
            and (verdict.preferred == "reject" or book().remedies[rule.remedies[0]].pays == "refund")
        ]
        looked += bool(still_open)
        assert not (less and better), (verdict.main.id, [rule.id for rule in better])
    assert looked > 50


def test_nothing_changes_before_the_decision_says_so() -> None:
    rng = Random(5)  # a search that repeats, not a secret
    for decision in some(SOME):
        facts, now = decision.facts, decision.facts["now"]
        assert isinstance(now, int)
        until = decision.stable_until or now + 1_000 * 86_400
        assert until > now
        for later in {until - 1, rng.randrange(now, until)}:
            assert outcome(judge().decide(facts.with_values({"now": later}))) == outcome(decision)


def test_something_may_change_when_the_decision_says_so() -> None:
    turned = [
        outcome(judge().decide(decision.facts.with_values({"now": decision.stable_until})))
        != outcome(decision)
        for decision in some(FEW)
        if decision.stable_until
    ]
    assert sum(turned) > len(turned) // 10


def test_a_person_confirms_every_refusal_and_every_suspicion() -> None:
    for verdict in [decision.verdict for decision in decided()]:
        spoke = {verdict.main.id, *(rule.id for rule in verdict.guards)}
        if verdict.preferred in {"reject", "human_review", "hold_investigate", "claim_carrier"}:
            assert verdict.needs_person
        if spoke & {"G04", "G05", "G06", "G09"}:
            assert verdict.needs_person, verdict.preferred


def test_a_score_alone_changes_nothing_but_who_looks() -> None:
    for facts in [decision.facts for decision in some(SOME)]:
        low = judge().decide(facts.with_values({"buyer_risk_score": 0})).verdict
        high = judge().decide(facts.with_values({"buyer_risk_score": 10_000})).verdict
        assert (high.main, high.preferred, high.liability, high.freight) == (
            *(low.main, low.preferred, low.liability, low.freight),
        )
        assert high.needs_person


def _shuffled(rng: Random) -> dict[str, str]:
    """Turn the items of every file round, and give the files names that come in another order."""
    texts = {}
    for file, text in packaged_texts().items():
        content = yaml.safe_load(text)
        for section, items in content.items():
            if isinstance(items, list) and section not in {"amount", "punitive", "overrides"}:
                rng.shuffle(items)
        ordered = dict(rng.sample(sorted(content.items()), len(content)))
        texts[f"{rng.randrange(1000):03d}/{file}"] = yaml.safe_dump(
            ordered, allow_unicode=True, sort_keys=False
        )
    return texts


def test_the_order_of_rules_and_of_files_plays_no_part() -> None:
    rng = Random(6)  # a shuffle that repeats, not a secret
    for _ in range(2):
        other = Judge(load(_shuffled(rng)))
        assert [rule.id for rule in other.rulebook.rules] == [rule.id for rule in book().rules]
        for decision in some(FEW):
            assert outcome(other.decide(decision.facts)) == outcome(decision)


def test_an_answer_to_a_question_leads_where_it_says_or_leaves_it_open() -> None:
    rank_of = {rule.id: rank for rank, rule in enumerate(book().rules)}
    led = 0
    for decision in [decision for decision in some(SOME) if decision.facts.unknown]:
        facts = decision.facts
        for change in what_would_change(judge(), decision):
            if change.answer is None:
                continue
            then = judge().decide(facts.with_values({change.fact: change.answer}))
            # Under an override that stays, the change tells what the rule itself would grant.
            outcomes = {change.could_become, decision.verdict.preferred}
            # A rule that would still have to ask tells what it grants once asked.
            outcomes |= {ASK}
            there = then.verdict.main.id == change.rule and then.verdict.preferred in outcomes
            code = judge().trace(then.facts)[rank_of[change.rule]]
            assert there or (code is not None and code >= 1000), change
            led += there
    assert led > 100


def test_a_question_is_about_something_that_nobody_knows_and_that_matters() -> None:
    for decision in some(SOME):
        facts = decision.facts
        changes = what_would_change(judge(), decision)
        asked = to_ask(decision, changes)
        assert [change.gain for change in changes] == sorted(
            (change.gain for change in changes), reverse=True
        )
        for change in changes:
            assert change.fact in facts.unknown or facts[change.fact] == "unknown"
        for change in asked:
            assert FACTS[change.fact].silence is Silence.ASK
            assert FACTS[change.fact].stage <= facts.stage


@given(seed=st.integers(0, 500))
@settings(max_examples=20)
def test_the_same_facts_give_the_same_decision_again(seed: int) -> None:
    for facts in wild(seed, 20):
        assert judge().decide(facts) == SECOND.decide(facts)
