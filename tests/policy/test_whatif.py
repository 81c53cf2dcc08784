"""Compare rulebooks over the same tickets."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

import duckdb
import pytest

from aftersale.domain.facts import parse_facts
from aftersale.policy.bulk import store
from aftersale.policy.decide import Judge
from aftersale.policy.load import load
from aftersale.policy.whatif import LARGEST, Comparison, compare
from aftersale.shops.rule_files import packaged_texts
from tests.policy.books import book
from tests.policy.test_bulk import streamed

if TYPE_CHECKING:
    from aftersale.domain.facts import Facts
    from aftersale.policy.rulebook import Rulebook


@cache
def tickets() -> tuple[tuple[str, Facts], ...]:
    return tuple(streamed(5, 3_000))


@cache
def with_a_shorter_clock() -> Rulebook:
    texts = packaged_texts()
    clocks = texts["platforms/parameters.yaml"].replace("value: 48", "value: 24")
    return load(texts | {"platforms/parameters.yaml": clocks})


def compared(before: Rulebook, after: Rulebook) -> Comparison:
    with duckdb.connect() as connection:
        store(connection, "facts", tickets())
        return compare(connection, before, after, "facts")


def paid(judge: Judge, facts: Facts) -> tuple[str, str, int]:
    decision = judge.decide(facts)
    return decision.verdict.main.id, decision.verdict.preferred, decision.payable_fen or 0


@pytest.fixture(scope="module")
def shorter() -> Comparison:
    return compared(book(), with_a_shorter_clock())


def test_the_same_rulebook_treats_everybody_as_before() -> None:
    outcome = compared(book(), book())
    assert outcome.changed == 0
    assert outcome.same == outcome.tickets == len(tickets())
    assert outcome.largest == ()
    assert outcome.payable_before_fen == outcome.payable_after_fen
    assert sum(group.tickets for group in outcome.staying) == len(tickets())


def test_who_is_treated_differently_is_who_is_decided_differently(shorter: Comparison) -> None:
    judges = Judge(book()), Judge(with_a_shorter_clock())
    changed = [facts for _, facts in tickets() if paid(judges[0], facts) != paid(judges[1], facts)]
    assert shorter.changed == len(changed) > 0
    assert shorter.payable_before_fen == sum(paid(judges[0], facts)[2] for _, facts in tickets())
    assert shorter.payable_after_fen == sum(paid(judges[1], facts)[2] for _, facts in tickets())


def test_groups_add_up_to_the_changed_tickets_and_their_money(shorter: Comparison) -> None:
    gain = shorter.payable_after_fen - shorter.payable_before_fen
    for groups in (shorter.by_rule, shorter.by_remedy, shorter.by_reason):
        assert sum(group.tickets for group in groups) == shorter.changed
        assert sum(group.gain_fen for group in groups) == gain


def test_the_largest_changes_come_first_with_both_decisions(shorter: Comparison) -> None:
    gains = [abs(example.gain_fen) for example in shorter.largest]
    assert len(gains) == LARGEST
    assert gains == sorted(gains, reverse=True)
    for example in shorter.largest:
        before, after = example.before.payable_fen or 0, example.after.payable_fen or 0
        assert after - before == example.gain_fen


def test_each_ticket_is_judged_at_its_own_time_of_decision() -> None:
    base = {"platform": "douyin", "apply_type": "refund_only", "reason": "no_reason", "paid_fen": 100}
    base |= {"applied_at": "2025-06-10T10:00:00+08:00"}
    early = parse_facts(base | {"now": "2025-06-11T09:00:00+08:00"})
    late = parse_facts(base | {"now": "2025-06-11T11:00:00+08:00"})
    with duckdb.connect() as connection:
        store(connection, "facts", [("early", early), ("late", late)])
        outcome = compare(connection, book(), with_a_shorter_clock(), "facts")
    assert [example.ticket for example in outcome.largest] == ["late"]
