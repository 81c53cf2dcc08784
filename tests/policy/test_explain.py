"""Why each rule did or did not fire, and what would change the outcome."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from aftersale.domain.facts import facts_of_export, parse_facts
from aftersale.policy.explain import (
    Traced,
    to_ask,
    to_describe,
    to_inspect,
    trace,
    unannounced_year,
    what_would_change,
)
from tests.policy.books import book, judge
from tests.policy.cases import every_case
from tests.policy.tickets import streamed, wild

if TYPE_CHECKING:
    from aftersale.domain.facts import Facts
    from aftersale.policy.explain import Change

ROW: dict[str, Any] = {
    "platform": "douyin",
    "apply_type": "return_refund",
    "reason": "quality_defect",
    "applied_at": "2025-06-05T10:00:00+08:00",
    "paid_at": "2025-05-30T10:00:00+08:00",
    "shipped_at": "2025-05-31T10:00:00+08:00",
    "signed_at": "2025-06-03T10:00:00+08:00",
    "paid_fen": 12900,
}


def traced(facts: Facts) -> dict[str, Traced]:
    return {item.rule.id: item for item in trace(judge(), judge().decide(facts))}


def changes(facts: Facts) -> dict[str, Change]:
    return {change.fact: change for change in what_would_change(judge(), judge().decide(facts))}


def facts_of(sentence: str) -> Facts:
    return next(case.facts for case in every_case() if case.name == sentence)


def test_a_trace_tells_hit_failed_unknown_and_out_of_force() -> None:
    facts = facts_of("A change of mind in time needs no reason")
    found = traced(facts)
    assert found["N01"].outcome == "hit"
    assert (found["N09"].outcome, found["N09"].part, found["N09"].values) == (
        "failed",
        "(NOT nr_open)",
        {"nr_open": True},
    )
    assert (found["A05"].outcome, found["A05"].part) == ("out_of_force", "")
    doubtful = traced(parse_facts({**ROW, "reason": "no_reason"}, ["perishable"]))
    assert doubtful["N02b"].outcome == "unknown"
    assert doubtful["N02b"].values == {"excluded_by_law": None}


def test_a_trace_marks_what_nobody_alleges() -> None:
    found = traced(facts_of_export(ROW))
    assert (found["G06"].outcome, found["G06"].unalleged) == ("failed", ("extortion",))
    assert found["L03"].unalleged == ("wrong_item",)


def test_a_trace_says_the_values_that_its_part_reads() -> None:
    for facts in (*wild(96, 100), *streamed(96, 80)):
        derived = judge().derived(facts)
        for item in trace(judge(), judge().decide(facts)):
            for name, value in item.values.items():
                assert value == (derived[name] if name in derived else facts[name])
                assert name in item.part
            assert bool(item.part) is (item.outcome in {"failed", "unknown"})
            assert set(item.unalleged) <= facts.unalleged


def test_nothing_unknown_leaves_nothing_to_ask() -> None:
    for facts in streamed(97, 300):
        if not facts.unknown and not {
            facts["quality_proven"],
            facts["sign_proof"],
            facts["return_mismatch"],
        } & {"unknown"}:
            assert changes(facts) == {}


def test_an_unproven_defect_is_the_question_that_matters() -> None:
    facts = facts_of_export(ROW | {"category": "apparel", "defect_disclosed": False, "perishable": False})
    asked = to_ask(judge().decide(facts), tuple(changes(facts).values()))
    assert asked[0].fact == "quality_proven"
    assert (asked[0].answer, asked[0].rule, asked[0].could_become) == ("yes", "Q01", "return_refund")


def test_the_condition_of_goods_is_looked_at_when_they_are_back_and_not_asked_before() -> None:
    facts = facts_of_export(ROW | {"reason": "no_reason", "category": "apparel"})
    decision = judge().decide(facts)
    found = tuple(changes(facts).values())
    inspected = {change.fact for change in to_inspect(decision, found)}
    assert {"tags_removed", "soiled_damaged", "used_beyond_inspection", "accessories_complete"} <= inspected
    assert not inspected & {change.fact for change in to_ask(decision, found)}


def test_a_question_about_the_article_goes_to_the_register() -> None:
    facts = facts_of_export(ROW | {"reason": "no_reason"})
    asked = {change.fact for change in to_describe(tuple(changes(facts).values()))}
    assert {"perishable", "custom_made"} <= asked


def test_a_combination_of_unknowns_names_the_first_of_them() -> None:
    unknown = ["perishable", "class_marked_and_confirmed"]
    late = ROW | {"reason": "no_reason", "quality_proven": "no", "applied_at": "2025-06-23T10:00:00+08:00"}
    found = changes(parse_facts(late, unknown))
    assert found
    assert {change.fact for change in found.values()} <= set(unknown)


def test_a_rule_that_waits_for_nothing_anybody_can_answer_is_no_question() -> None:
    facts = parse_facts(
        {
            "platform": "kuaishou",
            "apply_type": "refund_only",
            "reason": "no_reason",
            "applied_at": "2025-06-05T10:00:00+08:00",
            "paid_fen": 9900,
            "service_tags": ["fast_refund"],
        },
    )
    assert traced(facts)["A06"].outcome == "unknown"
    assert changes(facts) == {}


def test_where_the_reason_is_unknown_what_only_a_reason_alleges_is_no_question_yet() -> None:
    facts = facts_of_export({key: value for key, value in ROW.items() if key != "reason"}, ["reason"])
    asked = to_ask(judge().decide(facts), what_would_change(judge(), judge().decide(facts)))
    assert not {change.fact for change in asked} & {"wrong_item", "quality_proven", "overcharge_fen"}


@pytest.mark.parametrize(
    ("signed", "year"),
    [("2026-12-20T10:00:00+08:00", None), ("2026-12-28T10:00:00+08:00", 2027), (None, None)],
)
def test_a_year_without_announced_holidays_is_named_where_the_seven_days_end_in_it(
    signed: str | None, year: int | None
) -> None:
    facts: dict[str, Any] = {"platform": "douyin", "apply_type": "return_refund", "reason": "no_reason"}
    facts |= {"applied_at": "2026-12-29T10:00:00+08:00", "signed_at": signed}
    assert unannounced_year(book(), judge().decide(parse_facts(facts))) == year
