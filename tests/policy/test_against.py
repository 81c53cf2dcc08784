"""What stands against a refusal."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from aftersale.domain.facts import facts_of_export, parse_facts
from aftersale.policy.against import against_refusal
from aftersale.policy.rulebook import REJECT
from tests.policy.books import judge
from tests.policy.cases import every_case

if TYPE_CHECKING:
    from aftersale.domain.facts import Facts
    from aftersale.policy.against import Against

ROW: dict[str, Any] = {
    "platform": "douyin",
    "apply_type": "return_refund",
    "reason": "no_reason",
    "applied_at": "2025-06-05T10:00:00+08:00",
    "paid_at": "2025-05-30T10:00:00+08:00",
    "shipped_at": "2025-05-31T10:00:00+08:00",
    "signed_at": "2025-06-03T10:00:00+08:00",
    "paid_fen": 12900,
}


def against(facts: Facts) -> dict[str, Against]:
    return {each.rule.id: each for each in against_refusal(judge(), judge().decide(facts))}


def test_the_seven_days_forbid_a_refusal_where_they_surely_hold() -> None:
    found = against(parse_facts(ROW))
    assert found["N01"].forbids
    assert found["N01"].remedy == "return_refund"


def test_a_right_that_hangs_on_an_unknown_is_shown_and_forbids_nothing() -> None:
    found = against(facts_of_export({name: value for name, value in ROW.items() if name != "signed_at"}))
    waiting = [each for each in found.values() if not each.certain]
    assert any("signed_at" in each.unknown for each in waiting)
    assert not any(each.forbids for each in waiting)


def test_what_a_shop_gives_beyond_the_law_forbids_nothing_and_the_fallback_says_nothing() -> None:
    for case in every_case():
        for each in against(case.facts).values():
            assert each.rule.group != "fallback"
            assert not (each.forbids and each.rule.layer == "shop")


def test_a_proposed_refusal_is_forbidden_by_no_rule_below_it() -> None:
    for case in every_case():
        decision = judge().decide(case.facts)
        if decision.verdict.preferred == REJECT:
            below = judge().rulebook.rules[decision.verdict.main_rank :]
            assert not {each.rule.id for each in against_refusal(judge(), decision)} & {r.id for r in below}
