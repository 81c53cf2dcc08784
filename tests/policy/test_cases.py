from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING, Any

import pytest

from aftersale.domain.fact_table import COMPANION_OF
from aftersale.domain.facts import parse_facts
from aftersale.domain.vocabulary import PLATFORMS
from aftersale.policy.expression import Name, conjuncts, names_in
from aftersale.policy.limits import untested_limits
from tests.policy.books import book, judge
from tests.policy.cases import Case, differences, every_case, labelled, seen, written_files
from tests.policy.reference import fires, in_force, meaning_of

if TYPE_CHECKING:
    from aftersale.policy.expression import Expr
    from aftersale.policy.rulebook import Rule

CASES = every_case()
RULE_CASES = [
    (case, written["of"])
    for file, content in written_files().items()
    if file.startswith("rules_")
    for written in content["cases"]
    for case in CASES
    if case.name == written["case"] and case.file == file
]
COMPARED = {
    *("guards", "guards_absent", "alternatives", "deadlines", "sources", "rule", "preferred", "remedies"),
    *(
        "liability",
        "freight",
        "mode",
        "amount_fen",
        "payable_fen",
        "punitive_fen",
        "needs_person",
        "stable_until",
    ),
}


def sentence(case: Case) -> str:
    return f"{case.file}: {case.name}"


def of_what() -> set[tuple[str, str]]:
    """Pair what a limit or case is about with the platform of its ticket."""
    pairs = set()
    for content in written_files().values():
        named = [(written["limit"], str(written["of"])) for written in content.get("limits", ())]
        named += [
            (written["case"], str(written["of"])) for written in content.get("cases", ()) if "of" in written
        ]
        for name, about in named:
            pairs |= {(about, case.raw["platform"]) for case in CASES if case.name.startswith(name)}
    return pairs


def names_used(platform: str) -> frozenset[str]:
    """Collect the names that rules, derived facts, amounts and clocks read on one platform."""
    rulebook = book()
    steps = (*rulebook.amount, *rulebook.punitive)
    maybe: list[Expr | None] = [expr for step in steps for expr in (step.expr, step.when)]
    maybe += [expr for clock in rulebook.deadlines for expr in (clock.at, clock.when, clock.platform_when)]
    read = [rule.when for rule in rulebook.rules if rule.platform in {"any", platform}]
    read += [item.expr for item in rulebook.derived] + [expr for expr in maybe if expr is not None]
    return frozenset[str]().union(*map(names_in, read))


@pytest.mark.parametrize("case", CASES, ids=sentence)
def test_a_case_is_decided_as_it_expects(case: Case) -> None:
    assert differences(judge().decide(case.facts), case.expected) == {}


def test_no_two_cases_say_the_same_sentence() -> None:
    names = [sentence(case) for case in CASES]
    assert sorted(names) == sorted(set(names))


def test_every_expectation_of_a_case_is_compared() -> None:
    assert {name for case in CASES for name in case.expected} <= COMPARED


@pytest.mark.parametrize("name", sorted(COMPARED - {"sources"}))
def test_a_wrong_expectation_is_noticed(name: str) -> None:
    wrong: dict[str, Any] = {
        "guards": ["G01"],
        "guards_absent": ["N13"],
        "alternatives": ["Q01"],
        "deadlines": {"respond_by": None},
    }
    case = next(case for case in CASES if case.expected.get("guards") == ["N13"])
    assert differences(judge().decide(case.facts), {name: wrong.get(name, "otherwise")}) != {}


def test_a_wrong_source_of_a_clock_is_noticed() -> None:
    assert differences(judge().decide(CASES[0].facts), {"sources": {"respond_by": "somebody"}}) != {}


@pytest.mark.parametrize(("case", "rule_id"), RULE_CASES, ids=[rule for _, rule in RULE_CASES])
def test_each_rule_decides_its_case_or_speaks_in_it(case: Case, rule_id: str) -> None:
    verdict = judge().decide(case.facts).verdict
    spoke = {rule.id for rule in verdict.guards} if book().rule(rule_id).is_guard else {verdict.main.id}
    assert rule_id in spoke


def test_no_rule_is_without_its_case() -> None:
    assert sorted(rule for _, rule in RULE_CASES) == sorted(rule.id for rule in book().rules)


def failing_leaves(rule: Rule, case: Case, change: dict[str, Any]) -> list[str]:
    """Name the parts of a rule that are not true after one change; being out of force counts as one."""
    meaning = meaning_of(book(), case.changed(change))
    failing = [str(part) for part in conjuncts(rule.when) if meaning.of(part) is not True]
    return failing if in_force(rule, meaning) else [*failing, "in force"]


@pytest.mark.parametrize(
    ("case", "rule_id"),
    [pair for pair in RULE_CASES if pair[1] != "X01"],
    ids=[rule for _, rule in RULE_CASES if rule != "X01"],
)
def test_a_rule_falls_silent_when_one_leaf_of_it_fails(case: Case, rule_id: str) -> None:
    rule = book().rule(rule_id)
    assert fires(rule, meaning_of(book(), case.facts))
    assert case.apart
    for change in case.apart:
        assert len(failing_leaves(rule, case, change)) == 1, change
        hit = {book().rules[rank].id for rank in judge().decide(case.changed(change)).verdict.hits}
        assert rule_id not in hit, change


@pytest.mark.parametrize("platform", PLATFORMS)
def test_every_parameter_that_decides_has_cases_around_its_limit(platform: str) -> None:
    used = names_used(platform)
    about = {name for name, on in of_what() if on == platform}
    everywhere = {name for name, _ in of_what()}
    bare = [
        name
        for name, parameter in book().parameters.items()
        for value in parameter.values
        if name in used
        and value.platform in {"any", platform}
        and name not in (everywhere if value.platform == "any" else about)
    ]
    assert bare == []


@pytest.mark.parametrize(
    ("case", "rule_id"),
    [pair for pair in RULE_CASES if pair[1] != "X01"],
    ids=[rule for _, rule in RULE_CASES if rule != "X01"],
)
def test_each_leaf_of_a_rule_has_a_change_under_which_it_alone_fails(case: Case, rule_id: str) -> None:
    rule = book().rule(rule_id)
    tried = {leaf for change in case.apart for leaf in failing_leaves(rule, case, change)}
    # Where a thing did not happen its time is unknown too: such a guard never fails alone.
    guarded = {
        str(leaf) for leaf in conjuncts(rule.when) if isinstance(leaf, Name) and leaf.name in COMPANION_OF
    }
    assert {str(leaf) for leaf in conjuncts(rule.when)} - guarded - tried == set()


def test_every_date_at_which_a_rule_begins_or_ends_has_cases_around_it() -> None:
    dates = {str(on) for rule in book().rules for on in rule.effective if on}
    assert dates - {about for about, _ in of_what()} == set()


def test_each_limit_of_the_rulebook_has_cases_before_it_on_it_and_after_it() -> None:
    tickets = [case.facts for case in CASES]
    bare = [
        (finding.path, finding.value, finding.message.en)
        for finding in untested_limits(book(), tickets, "")
        # No amount that limits stand on can be less than nothing.
        if finding.message.en != "no case lies before this limit" or " 0)" not in finding.value
    ]
    assert bare == []


@pytest.mark.parametrize("case", [case for case in CASES if "limits" in case.file], ids=sentence)
def test_a_case_at_a_limit_differs_from_its_neighbours_in_one_fact(case: Case) -> None:
    stem, _, moment = case.name.rpartition(": ")
    neighbours = [other for other in CASES if other.name.startswith(stem) and other.file == case.file]
    for other in neighbours if moment in {"before", "at", "after"} else []:
        keys = {name for name in case.raw | other.raw if case.raw.get(name) != other.raw.get(name)}
        assert len(keys) <= 1


def test_what_a_person_labelled_is_what_is_decided(subtests: pytest.Subtests) -> None:
    for case in labelled():
        with subtests.test(case["id"]):
            expected = {
                name: value
                for name, value in case["expected"].items()
                if name in case["hand_labelled"] and name in COMPARED
            }
            expected["deadlines"] = {
                name.removeprefix("deadlines."): case["expected"]["deadlines"][
                    name.removeprefix("deadlines.")
                ]
                for name in case["hand_labelled"]
                if name.startswith("deadlines.")
            }
            decision = judge().decide(parse_facts(case["facts"], case.get("unknown", ())))
            assert differences(decision, expected) == {}


def test_our_cases_say_what_the_labels_say(subtests: pytest.Subtests) -> None:
    ours = {
        written["label"]: next(case for case in CASES if case.name == written["case"])
        for written in written_files()["labelled.yaml"]["cases"]
    }
    for case in labelled():
        with subtests.test(case["id"]):
            assert ours[case["id"]].facts == parse_facts(case["facts"])
            labels = [name for name in case["hand_labelled"] if name in seen(judge().decide(CASES[0].facts))]
            assert {name: ours[case["id"]].expected[name] for name in labels} == {
                name: case["expected"][name] for name in labels
            }


def test_a_decision_does_not_change_the_facts_it_was_made_from() -> None:
    facts = CASES[0].facts
    before = dataclasses.replace(facts)
    assert judge().decide(facts).facts is facts
    assert facts == before
