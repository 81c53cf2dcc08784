"""What follows from the facts of a ticket: intact goods, fault, quality, goods unfit to travel."""

from __future__ import annotations

from itertools import product
from typing import Any

import pytest

from aftersale.domain.facts import parse_facts
from aftersale.domain.vocabulary import CATEGORIES, REASONS
from tests.policy.books import book, judge

TICKET: dict[str, Any] = {
    "platform": "douyin",
    "apply_type": "return_refund",
    "reason": "no_reason",
    "applied_at": "2025-06-05T10:00:00+08:00",
    "signed_at": "2025-06-03T10:00:00+08:00",
    "paid_fen": 12900,
}
SEALED = {"food", "health_food", "cosmetics", "medical_device", "contraceptive", "intimate_apparel"}
DEVICES = {"electronics", "software"}
TAGGED = {"apparel", "intimate_apparel", "shoes_bags", "toys", "home_textile", "household"}
# What spoils goods, and in which classes.
SPOILS: list[tuple[str, bool, set[str]]] = [
    ("accessories_complete", False, set(CATEGORIES)),
    ("soiled_damaged", True, set(CATEGORIES)),
    ("used_beyond_inspection", True, set(CATEGORIES)),
    ("hygiene_seal_broken", True, SEALED),
    ("repaired_modified", True, DEVICES),
    ("activated", True, DEVICES),
    ("personal_data_left", True, DEVICES),
    ("tags_removed", True, TAGGED),
    ("pkg_opened", True, set()),
]
QUALITY = {
    *("quality_defect", "not_as_described", "function_failure"),
    *("false_advertising", "counterfeit", "safety_hazard"),
}


def derived(name: str, unknown: tuple[str, ...] = (), **facts: Any) -> object:  # noqa: ANN401  # any fact
    return judge().derived(parse_facts(TICKET | facts, unknown))[name]


@pytest.mark.parametrize(("category", "spoiling"), list(product(CATEGORIES, SPOILS)))
def test_goods_are_intact_by_the_standard_of_their_class(
    category: str, spoiling: tuple[str, bool, set[str]]
) -> None:
    name, value, classes = spoiling
    spoilt: dict[str, Any] = {name: value}
    assert derived("intact", category=category) is True
    assert derived("intact", category=category, **spoilt) is (category not in classes)


@pytest.mark.parametrize("category", CATEGORIES)
def test_some_goods_are_unfit_to_travel_back(category: str) -> None:
    alive = category in {"fresh", "plants_flowers", "live_pets"}
    assert derived("unreturnable", category=category) is alive
    assert derived("unreturnable", category=category, hygiene_seal_broken=True) is (
        alive or category in SEALED
    )
    assert derived("unreturnable", category=category, perishable=True) is True


@pytest.mark.parametrize("reason", REASONS)
def test_a_claim_is_one_of_quality_by_its_reason_or_by_a_defect_proven_otherwise(reason: str) -> None:
    by_reason = reason in QUALITY
    assert derived("quality_reason", reason=reason) is by_reason
    assert derived("quality_reason", reason=reason, quality_proven="yes") is True
    for delivery in ("wrong_item", "missing_item", "damaged_on_arrival"):
        explained: dict[str, Any] = {delivery: True, "quality_proven": "yes"}
        assert derived("quality_reason", reason=reason, **explained) is by_reason


@pytest.mark.parametrize(
    ("facts", "fault"),
    [
        ({}, False),
        ({"quality_proven": "yes"}, True),
        ({"quality_proven": "yes", "defect_disclosed": True}, False),
        ({"quality_proven": "no", "reason": "quality_defect"}, False),
        ({"reason": "quality_defect"}, False),
        ({"wrong_item": True}, True),
        ({"missing_item": True}, True),
        ({"damaged_on_arrival": True}, True),
        ({"damaged_on_arrival": True, "carrier_chosen_by": "buyer"}, False),
        ({"fraud_by_merchant": "proven"}, True),
        ({"fraud_by_merchant": "alleged"}, False),
        ({"promise_broken": True, "service_poor": True, "service_delay": True}, False),
    ],
)
def test_the_merchant_is_at_fault_for_goods_delivery_and_fraud_and_for_nothing_else(
    facts: dict[str, Any],
    fault: bool,  # noqa: FBT001  # what is expected
) -> None:
    assert derived("merchant_fault", **facts) is fault


@pytest.mark.parametrize(
    "name", ["custom_made", "perishable", "digital_downloaded_or_unsealed", "periodical_delivered"]
)
def test_four_classes_are_outside_the_law_of_returns(name: str) -> None:
    outside: dict[str, Any] = {name: True}
    assert derived("excluded_by_law") is False
    assert derived("excluded_by_law", **outside) is True


def test_an_exclusion_needs_a_class_and_its_confirmation() -> None:
    assert derived("excluded_by_confirm", opt_out_confirmed=True) is False
    assert derived("excluded_by_confirm", opt_out_class="near_expiry_or_flaw") is False
    assert derived("excluded_by_confirm", opt_out_class="near_expiry_or_flaw", opt_out_confirmed=True) is True


@pytest.mark.parametrize(
    ("facts", "unknown", "late"),
    [
        ({}, (), False),
        ({"promised_ship_at": "2025-06-05T10:00:00+08:00"}, (), False),
        ({"promised_ship_at": "2025-06-05T09:59:59+08:00"}, (), True),
        (
            {"promised_ship_at": "2025-06-01T10:00:00+08:00", "shipped_at": "2025-06-01T10:00:00+08:00"},
            (),
            False,
        ),
        (
            {"promised_ship_at": "2025-06-01T10:00:00+08:00", "shipped_at": "2025-06-01T10:00:01+08:00"},
            (),
            True,
        ),
        ({"promised_ship_at": "2025-06-01T10:00:00+08:00"}, ("shipped_at",), None),
        ({"promised_ship_at": "2025-06-09T10:00:00+08:00", "shipped": False}, (), False),
    ],
)
def test_dispatch_is_late_after_its_promise(
    facts: dict[str, Any], unknown: tuple[str, ...], late: object
) -> None:
    assert derived("late_ship", unknown, **({"signed_at": None} | facts)) is late


def test_the_right_to_return_holds_until_something_is_known_against_it() -> None:
    assert derived(
        "nr_right", ("perishable", "soiled_damaged", "opt_out_confirmed"), opt_out_class="unseal_safety"
    )
    assert derived("nr_right", perishable=True) is False
    assert derived("nr_right", soiled_damaged=True) is False
    assert derived("nr_right", received=False) is False


def test_a_return_is_uneconomic_from_the_price_on() -> None:
    assert derived("uneconomic", return_cost_fen=12899) is False
    assert derived("uneconomic", return_cost_fen=12900) is True


def test_every_derived_fact_has_a_title_and_is_computed() -> None:
    computed = judge().derived(parse_facts(TICKET))
    assert set(computed) == {item.name for item in book().derived}
    assert all(item.title.zh and item.title.en for item in book().derived)
