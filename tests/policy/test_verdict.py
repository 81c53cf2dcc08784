"""From the rules that fired to what is proposed: overrides, liability, freight, choice, citations, person."""

from __future__ import annotations

from datetime import datetime
from itertools import combinations
from typing import TYPE_CHECKING, Any

import pytest

from aftersale.domain.clock import seconds_of
from aftersale.policy.verdict import Verdicts
from tests.policy.books import book, judge
from tests.policy.cases import Case, every_case

if TYPE_CHECKING:
    from aftersale.policy.decision import Decision, Verdict

VERDICTS = Verdicts(book())
RANK = {rule.id: rank for rank, rule in enumerate(book().rules)}
# The order in which a guard takes the place of the preferred remedy, strongest first.
STRONGEST_FIRST = ("T02", "T06", "T04", "T03", "G06", "G05", "A04", "T05", "A03", "T07")
JUNE_2025 = 1_748_736_000


def verdict(*ids: str, apply_type: str = "return_refund", applied_at: int = JUNE_2025) -> Verdict:
    return VERDICTS.of(apply_type, sorted(RANK[name] for name in (*ids, "X01")), applied_at)


def case(sentence: str) -> Case:
    return next(case for case in every_case() if case.name == sentence)


def decided(sentence: str, **changes: Any) -> Decision:  # noqa: ANN401  # any fact
    return judge().decide(case(sentence).changed(changes))


@pytest.mark.parametrize(("stronger", "weaker"), list(combinations(STRONGEST_FIRST, 2)))
def test_the_stronger_of_two_guards_says_what_comes_first(stronger: str, weaker: str) -> None:
    found = verdict("N01", stronger, weaker)
    assert found.preferred == book().rule(stronger).remedies[0]
    assert found.main.id == "N01"
    assert found.remedies[0] == "return_refund"


@pytest.mark.parametrize("guard", STRONGEST_FIRST)
def test_no_guard_overrides_a_refund_already_made(guard: str) -> None:
    assert verdict("G03", "N01", guard).preferred == "close"


@pytest.mark.parametrize("guard", sorted(rule.id for rule in book().rules if rule.is_guard))
def test_only_three_guards_move_liability(guard: str) -> None:
    moved = {"G05": "undetermined", "A04": "merchant", "T02": "none"}
    assert verdict("Q10", guard).liability == moved.get(guard, "none")
    assert verdict("Q01", guard).liability == moved.get(guard, "merchant")


@pytest.mark.parametrize(
    ("clock", "liability"), [("T02", "none"), ("T03", "merchant"), ("T04", "merchant"), ("T06", "merchant")]
)
def test_a_hold_ends_when_a_clock_has_run_out_over_it(clock: str, liability: str) -> None:
    found = verdict("Q01", "G05", clock)
    assert (found.liability, found.freight) == (liability, "merchant")
    assert verdict("Q01", "G05").liability == verdict("Q01", "G05").freight == "undetermined"


@pytest.mark.parametrize(
    ("guards", "payer"),
    [
        ((), "buyer"),
        (("N14",), "merchant"),
        (("N13",), "insurer_then_buyer"),
        (("N13", "N14"), "insurer_then_merchant"),
        (("A03", "N14"), "merchant"),
        (("G05", "A03", "N14"), "undetermined"),
        (("G05", "N13"), "undetermined"),
        (("T02", "T05", "A04"), "buyer"),
    ],
)
def test_who_pays_the_way_back(guards: tuple[str, ...], payer: str) -> None:
    assert verdict("N01", *guards).freight == payer


@pytest.mark.parametrize(
    ("apply_type", "main", "preferred"),
    [
        ("exchange", "Q03", "exchange"),
        ("repair", "Q01", "repair"),
        ("reship", "L04", "reship_missing"),
        ("reship", "L08", "reship"),
        ("return_refund", "Q03", "repair"),
        ("exchange", "N01", "return_refund"),
        ("exchange", "L04", "reship_missing"),
    ],
)
def test_the_buyer_chooses_among_what_the_rule_offers(apply_type: str, main: str, preferred: str) -> None:
    assert verdict(main, apply_type=apply_type).preferred == preferred


def test_a_guard_comes_before_the_choice_of_the_buyer() -> None:
    assert verdict("Q01", "T03", apply_type="repair").preferred == "refund_now"


def test_a_claim_of_an_unknown_kind_gets_the_first_remedy() -> None:
    ranks = sorted((RANK["Q03"], RANK["X01"]))
    assert VERDICTS.of(None, ranks, JUNE_2025).preferred == "repair"


@pytest.mark.parametrize(
    ("ids", "apply_type", "person"),
    [
        (("N01",), "return_refund", False),
        (("G04",), "return_refund", True),
        (("N01", "G05"), "return_refund", True),
        (("N01", "G06"), "return_refund", True),
        (("N01", "G09"), "return_refund", True),
        (("N01", "T03"), "return_refund", False),
        (("N01", "T03", "G09"), "return_refund", True),
        (("N09",), "return_refund", True),
        (("N03",), "return_refund", True),
        (("L21",), "refund_only", True),
        (("S04",), "return_refund", True),  # more than was asked, and the rule leaves it to the shop
        (("S04",), "refund_only", False),
        (("Q07",), "return_refund", False),  # more than was asked, but the law says so
    ],
)
def test_when_a_person_looks(ids: tuple[str, ...], apply_type: str, person: bool) -> None:  # noqa: FBT001  # expected
    assert verdict(*ids, apply_type=apply_type).needs_person is person


@pytest.mark.parametrize("rule", sorted(rule.id for rule in book().rules if not rule.is_guard))
def test_money_is_payable_where_the_preferred_remedy_pays_it(rule: str) -> None:
    found = verdict(rule)
    pays_nothing = {
        *(
            "reject",
            "negotiate",
            "request_evidence",
            "request_evidence_merchant",
            "repair",
            "exchange",
            "reship",
        ),
        *(
            "reship_missing",
            "service_compensation",
            "honour_promise",
            "human_review",
            "close",
            "claim_carrier",
        ),
        *(
            "late_ship_compensation",
            "fulfil_service",
            "privacy_incident",
            "extend_ship_back",
            "fix_address_24h",
        ),
    }
    assert found.pays is (found.preferred not in pays_nothing)


def test_what_is_at_stake_is_told_where_nothing_is_payable_yet() -> None:
    decision = decided("After the seven days, without a promise, a change of mind may be refused")
    assert (decision.amount_fen, decision.payable_fen) == (12900, None)


@pytest.mark.parametrize(
    ("at", "cited"),
    [("2024-06-30T23:59:59+08:00", False), ("2024-07-01T00:00:00+08:00", True)],
)
def test_a_clause_is_cited_from_the_day_it_took_effect(at: str, cited: bool) -> None:  # noqa: FBT001  # expected
    found = verdict("N05", applied_at=seconds_of(datetime.fromisoformat(at)))
    assert ("条例19" in [cite.short for cite in found.citations]) is cited


def test_every_rule_in_force_is_cited_once_and_the_main_rule_first() -> None:
    found = verdict("N01", "N10", "N13", "T03")
    shorts = [cite.short for cite in found.citations]
    assert len(shorts) == len(set(shorts))
    # One quotation may carry two rules; the first of them is kept as its source.
    assert found.citations[0].rule == "N01"
    assert {"N01", "N10", "N13", "T03"} == {cite.rule for cite in found.citations}
    assert set(found.evidence) >= set(book().rule("N01").evidence)


def test_what_fired_beside_the_main_rule_is_an_alternative() -> None:
    found = verdict("N01", "N16", "Q05", "G09")
    assert [rule.id for rule in found.alternatives] == ["Q05", "N16", "X01"]
    assert found.flags == ("G09",)


def test_the_same_rules_give_the_same_verdict_object() -> None:
    assert verdict("N01", "G09") is verdict("N01", "G09")
    assert verdict("N01", "G09") is not verdict("N01", "G09", apply_type="exchange")


def test_a_refusal_at_the_known_fault_of_the_merchant_becomes_a_review() -> None:
    decision = decided("A proven fraud by the buyer may be refused", wrong_item=True, buyer_risk_score=0.1)
    assert decision.verdict.main.id == "G04"
    assert (decision.verdict.preferred, decision.payable_fen) == ("human_review", None)
    assert decision.verdict.needs_person
    assert "reject" in decision.verdict.remedies


def test_a_refusal_that_an_answer_could_overturn_becomes_a_question() -> None:
    found = case("After the seven days, without a promise, a change of mind may be refused")
    facts = found.facts.with_values({"promise_no_reason_days": None})
    decision = judge().decide(type(facts)(facts.values, frozenset({"promise_no_reason_days"})))
    assert decision.verdict.preferred != "reject"


def test_a_clock_that_does_not_run_has_no_time() -> None:
    assert decided("A change of mind in time needs no reason").due_at("refund_by") is None
