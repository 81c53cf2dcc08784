"""Read the five conditions, the seven factors and the five tests of liability from what is known."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from aftersale.policy.disputes.conditions import LEVEL_WORDS, Level, conditions_of, level_of
from aftersale.policy.disputes.factors import (
    LEAN_WORDS,
    LEAST_CASES,
    SIDE_WORDS,
    Factor,
    Lean,
    Past,
    Side,
    expected,
    factors_of,
    lean_of,
)
from aftersale.policy.disputes.liability import IDS, liability_of
from aftersale.policy.disputes.scene import REJECT, Scene

if TYPE_CHECKING:
    from collections.abc import Mapping

CLEAN: Mapping[str, object] = {
    "merchant_violation_level": "none",
    "fraud_by_merchant": "none",
    "banned_goods": False,
    "rejected": False,
    "merchant_response": "none",
    "apply_count": 1,
    "quality_proven": "no",
    "wrong_item": False,
    "missing_item": False,
    "damaged_on_arrival": False,
    "promise_broken": False,
    "reason": "no_reason",
}


def scene(facts: Mapping[str, object] | None = None, **more: object) -> Scene:
    return Scene({**CLEAN, **(facts or {})}, late=more.pop("late", False), **more)  # type: ignore[arg-type]  # by name


def met(of: Scene) -> dict[str, bool | None]:
    return {each.id: each.met for each in conditions_of(of)}


def test_nothing_is_met_where_all_is_well() -> None:
    found = conditions_of(scene())
    assert set(met(scene()).values()) == {False}
    assert level_of(found) is Level.NONE


@pytest.mark.parametrize(
    ("facts", "more", "name"),
    [
        ({"merchant_violation_level": "serious"}, {}, "violation"),
        ({"fraud_by_merchant": "proven"}, {}, "violation"),
        ({"banned_goods": True}, {}, "violation"),
        ({"rejected": True}, {"proposal": "return_refund"}, "groundless"),
        ({}, {"late": True}, "late"),
        ({"apply_count": 2}, {}, "no_agreement"),
        ({"quality_proven": "yes"}, {}, "proven"),
        ({"wrong_item": True}, {}, "proven"),
    ],
)
def test_each_condition_is_met_by_what_it_names(
    facts: Mapping[str, object], more: Mapping[str, object], name: str
) -> None:
    found = scene(facts, **more)
    assert met(found)[name] is True
    assert level_of(conditions_of(found)) is Level.SOME


def test_a_refusal_that_the_rules_bear_is_not_without_ground() -> None:
    refused = scene({"rejected": True, "merchant_response": "rejected"}, proposal=REJECT)
    assert met(refused)["groundless"] is False
    assert met(refused)["no_agreement"] is True


def test_several_conditions_are_many() -> None:
    assert level_of(conditions_of(scene({"rejected": True}, proposal="refund_now", late=True))) is Level.MANY


def test_what_nobody_knows_is_no_answer() -> None:
    nothing = Scene(late=None, theirs=1)
    assert met(nothing) == {
        "violation": None,
        "groundless": False,
        "late": None,
        "no_agreement": None,
        "proven": None,
    }
    assert met(Scene({"merchant_response": "rejected"}))["groundless"] is None


def side(of: Scene, name: str) -> tuple[Side, bool]:
    factor = next(each for each in factors_of(of) if each.id == name)
    return factor.side, factor.gap is not None


@pytest.mark.parametrize(
    ("of", "name", "wanted"),
    [
        (scene(ours=2, wanted=2), "evidence", (Side.SHOP, False)),
        (scene(ours=2, wanted=2, theirs=1), "evidence", (Side.OPEN, False)),
        (scene(ours=1, wanted=2, theirs=1), "evidence", (Side.BUYER, True)),
        (scene(ours=1, wanted=2), "evidence", (Side.OPEN, True)),
        (scene(), "evidence", (Side.OPEN, True)),
        (scene(), "goods", (Side.SHOP, False)),
        (scene({"quality_proven": "yes"}), "goods", (Side.BUYER, False)),
        (scene({"quality_proven": "unknown"}), "goods", (Side.OPEN, True)),
        (scene({"promise_broken": True}), "promise", (Side.BUYER, False)),
        (scene({"promise_broken": None}), "promise", (Side.OPEN, True)),
        (scene(proposal=REJECT, layers=frozenset({"law"})), "law", (Side.SHOP, False)),
        (scene(proposal="refund_now", layers=frozenset({"law"})), "law", (Side.BUYER, False)),
        (scene(proposal=REJECT, layers=frozenset({"law"})), "platform", (Side.OPEN, True)),
        (scene(judged=4, lost=1), "shop", (Side.SHOP, False)),
        (scene(judged=4, lost=3), "shop", (Side.BUYER, False)),
        (scene(), "shop", (Side.OPEN, True)),
        (scene({"merchant_violation_level": "serious"}), "shop", (Side.BUYER, False)),
        (scene({"buyer_fraud": "proven"}), "buyer", (Side.SHOP, False)),
        (scene({"buyer_fraud": "suspected"}), "buyer", (Side.OPEN, False)),
    ],
)
def test_each_factor_speaks_for_a_side_or_names_its_gap(
    of: Scene, name: str, wanted: tuple[Side, bool]
) -> None:
    assert side(of, name) == wanted


def factors(ours: int, theirs: int) -> list[Factor]:
    sides = [Side.SHOP] * ours + [Side.BUYER] * theirs
    return [Factor(str(number), SIDE_WORDS[each], each) for number, each in enumerate(sides)]


@pytest.mark.parametrize(
    ("ours", "theirs", "lean"),
    [(3, 1, Lean.GOOD), (2, 1, Lean.OPEN), (0, 0, Lean.OPEN), (1, 2, Lean.OPEN), (1, 3, Lean.BAD)],
)
def test_two_more_on_one_side_are_clear(ours: int, theirs: int, lean: Lean) -> None:
    assert lean_of(factors(ours, theirs)) is lean


def past(count: int) -> list[Past]:
    """Give cases that all leaned to the shop, of which every fourth was lost."""
    return [Past(Lean.GOOD, won=number % 4 != 0) for number in range(count)]


def test_there_is_no_number_before_the_thirtieth_case() -> None:
    assert expected(Lean.GOOD, past(LEAST_CASES - 1)).won_bp is None
    assert expected(Lean.GOOD, past(LEAST_CASES)).won_bp == 22 * 10_000 // 30
    assert expected(Lean.GOOD, past(LEAST_CASES + 1)).cases == LEAST_CASES + 1


def test_a_lean_that_was_rare_gets_no_number_from_the_others() -> None:
    assert expected(Lean.BAD, past(LEAST_CASES)).won_bp is None


def test_how_often_it_was_right_is_measured_over_clear_leans() -> None:
    found = expected(Lean.GOOD, [*past(4), Past(Lean.BAD, won=False), Past(Lean.OPEN, won=True)])
    assert (found.right, found.told, found.right_bp) == (4, 5, 8_000)
    assert expected(Lean.OPEN, [Past(Lean.OPEN, won=True)]).right_bp is None


def test_every_code_has_words() -> None:
    assert (set(LEVEL_WORDS), set(SIDE_WORDS), set(LEAN_WORDS)) == (set(Level), set(Side), set(Lean))


def answers(of: Scene) -> dict[str, bool | None]:
    return {each.id: each.answer for each in liability_of(of, {})}


@pytest.mark.parametrize(
    ("facts", "more", "name"),
    [
        ({"merchant_violation_level": "minor"}, {}, "rule"),
        ({"promise_broken": True}, {}, "promise"),
        ({"fraud_by_merchant": "proven"}, {}, "fraud"),
        ({"reason": "not_as_described", "quality_proven": "yes"}, {}, "false_words"),
        ({}, {"late": True}, "delay"),
    ],
)
def test_each_test_of_liability_is_answered_by_facts(
    facts: Mapping[str, object], more: Mapping[str, object], name: str
) -> None:
    assert answers(scene())[name] is False
    assert answers(scene(facts, **more))[name] is True


def test_a_claim_alone_proves_nothing() -> None:
    assert answers(scene({"fraud_by_merchant": "alleged"}))["fraud"] is None
    assert answers(scene({"reason": "counterfeit", "quality_proven": "unknown"}))["false_words"] is None
    assert answers(scene({"merchant_violation_level": None}))["rule"] is None


def test_a_persons_answer_stands_before_that_of_the_facts() -> None:
    said: dict[str, dict[str, object]] = {
        "promise": {"answer": True, "item": "m1"},
        "fraud": {"answer": None},
    }
    found = {each.id: each for each in liability_of(scene(), said)}
    assert tuple(found) == IDS
    assert (found["promise"].answer, found["promise"].by_person, found["promise"].item) == (True, True, "m1")
    assert not found["fraud"].by_person
