"""Search at random for what must never be decided, whatever the facts."""

from __future__ import annotations

from dataclasses import replace
from random import Random
from typing import TYPE_CHECKING, Any

import pytest

from aftersale.policy.decide import Judge
from aftersale.policy.load import load
from aftersale.shops.rule_files import packaged_texts
from tests.policy.books import book, judge
from tests.policy.decided import WILD, decided
from tests.policy.shops import shop_file, shop_rule
from tests.policy.tickets import wild

if TYPE_CHECKING:
    from collections.abc import Callable

    from aftersale.domain.facts import Facts
    from aftersale.policy.decision import Decision

QUALITY = {
    *("quality_defect", "not_as_described", "function_failure"),
    *("false_advertising", "counterfeit", "safety_hazard"),
}
ONLY_A_DIFFERENCE = {"overcharge_refund", "price_diff_refund", "fee_refund"}
# What the platform decides by itself because the shop let a clock run out or refused without reason.
BY_THE_PLATFORM = {"auto_approved", "auto_refunded", "platform_supports_buyer"}


def at_fault(facts: Facts) -> bool:
    """Tell whether the known facts show the merchant at fault."""
    delivered_wrong = facts["wrong_item"] is True or facts["missing_item"] is True
    broken = facts["damaged_on_arrival"] is True
    # A proven defect is one of quality unless it is explained by the delivery.
    sound_delivery = [facts[name] is False for name in ("wrong_item", "missing_item", "damaged_on_arrival")]
    about_quality = facts["reason"] in QUALITY or all(sound_delivery)
    defect = about_quality and facts["quality_proven"] == "yes" and facts["defect_disclosed"] is False
    by_our_carrier = broken and facts["carrier_chosen_by"] == "merchant"
    return defect or delivered_wrong or by_our_carrier or facts["fraud_by_merchant"] == "proven"


def proven(facts: Facts) -> bool:
    """Tell whether anything against the goods or the delivery is proven."""
    in_substance = facts["quality_proven"] == "yes" and (facts["food_unsafe"] or facts["safety_hazard"])
    return at_fault(facts) or bool(in_substance) or facts["banned_goods"] is True


def granted(decision: Decision) -> bool:
    """Tell whether the merchant, by word or conduct, the platform or a service tag grants the refund."""
    facts = decision.facts
    word = facts["merchant_agrees_refund_only"] is True
    conduct = facts["merchant_refused_parcel"] is True or (
        facts["return_address_ok"] is False and facts["agreed"] is True
    )
    platform = decision.verdict.preferred in BY_THE_PLATFORM or facts["platform_trend_flag"] is True
    tagged = bool(facts["service_tags"]) and decision.verdict.main.id in {"A05", "A10", "A11"}
    return word or conduct or platform or tagged


def refuses_though_at_fault(decision: Decision) -> bool:
    return decision.verdict.preferred == "reject" and at_fault(decision.facts)


def _right_to_the_price(facts: Facts) -> bool:
    """Tell whether more than a difference is rightly asked: fault, nothing sent, or a return in time."""
    not_sent = facts["shipped"] is False and facts["virtual"] is False and facts["custom_made"] is False
    returning = facts["apply_type"] == "return_refund" and judge().derived(facts)["nr_right"] is True
    return at_fault(facts) or not_sent or returning


def pays_only_a_difference(decision: Decision) -> bool:
    facts, asked, payable = decision.facts, decision.facts["requested_refund_fen"], decision.payable_fen
    # Price protection asks for no more; who was deceived about the price chose it by keeping the goods.
    chose_to_keep = facts["apply_type"] == "price_protect" or facts["reason"] == "price_fraud"
    if decision.verdict.preferred not in ONLY_A_DIFFERENCE or chose_to_keep:
        return False
    if not isinstance(asked, int) or payable is None or facts["refund_requested"] is not True:
        return False
    paid: Any = facts["paid_fen"]
    refunded: Any = facts["refunded_fen"]
    return min(asked, paid - refunded) > payable and _right_to_the_price(facts)


def demands_a_return_of_nothing(decision: Decision) -> bool:
    returns = book().remedies[decision.verdict.preferred].returns_goods
    return returns and decision.facts["received"] is False


def gives_all_for_nothing(decision: Decision) -> bool:
    facts, remedy = decision.facts, book().remedies[decision.verdict.preferred]
    kept = facts["received"] is True and facts["goods_back"] is False and facts["return_sent"] is False
    all_of_it = remedy.pays == "refund" and not remedy.returns_goods and bool(decision.payable_fen)
    return kept and all_of_it and not proven(facts) and not granted(decision)


def found(never: Callable[[Decision], bool]) -> list[tuple[str, str]]:
    return [
        (decision.verdict.main.id, decision.verdict.preferred) for decision in decided() if never(decision)
    ]


def test_the_search_is_wide() -> None:
    mains = {decision.verdict.main.id for decision in decided()}
    granting = {rule.id for rule in book().rules if not rule.is_guard}
    assert len(decided()) >= 30_000
    assert len(granting - mains) <= 3
    assert {decision.verdict.preferred for decision in decided()} >= {
        "reject",
        *ONLY_A_DIFFERENCE,
        *BY_THE_PLATFORM,
    }


def test_nothing_is_refused_where_the_facts_show_the_merchant_at_fault() -> None:
    assert found(refuses_though_at_fault) == []


def test_no_difference_alone_is_paid_where_more_was_rightly_asked() -> None:
    assert found(pays_only_a_difference) == []


def test_no_return_is_demanded_of_goods_that_never_arrived() -> None:
    assert found(demands_a_return_of_nothing) == []


def test_nobody_keeps_the_goods_and_gets_the_price_with_nothing_proven_or_granted() -> None:
    assert found(gives_all_for_nothing) == []


CLAUSE = "and (refund_requested and requested_refund_fen > overcharge_fen and money_back_right) is not true"


def with_rule(when: str, remedy: str) -> dict[str, str]:
    """Add a rule of the platform that beats nearly all others."""
    rule = shop_rule(Random(0), 1) | {"when": when, "kind": "entitle", "priority": 999}  # a seed
    rule["then"] = {"remedies": [remedy], "liability": "none", "freight": "none"}
    file = shop_file([rule]).replace("layer: shop", "layer: platform")
    return packaged_texts() | {"platforms/planted.yaml": file}


def without_clause() -> dict[str, str]:
    """Let an overcharge win whatever else was rightly asked."""
    return {file: text.replace(CLAUSE, "") for file, text in packaged_texts().items()}


@pytest.mark.parametrize(
    ("never", "texts"),
    [
        (pays_only_a_difference, without_clause()),
        (demands_a_return_of_nothing, with_rule("not received", "return_refund")),
        (gives_all_for_nothing, with_rule("received and quality_proven = 'unknown'", "refund_no_return")),
    ],
)
def test_the_search_finds_a_rulebook_that_does_what_must_never_be_done(
    never: Callable[[Decision], bool], texts: dict[str, str]
) -> None:
    other = Judge(load(texts))
    assert any(never(other.decide(facts)) for facts in wild(81, WILD))


def test_a_refusal_at_the_fault_of_the_merchant_would_be_found() -> None:
    decision = next(decision for decision in decided() if at_fault(decision.facts))
    assert refuses_though_at_fault(replace(decision, verdict=replace(decision.verdict, preferred="reject")))
