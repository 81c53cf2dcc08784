"""A shop may only add to what law and platform give the buyer."""

from __future__ import annotations

from random import Random
from typing import TYPE_CHECKING, Any

import pytest

from aftersale.policy.load import read
from aftersale.shops.rule_files import packaged_texts
from tests.policy.books import book, judge, judge_with
from tests.policy.cases import every_case
from tests.policy.decided import some
from tests.policy.shops import shop_file, shop_rule

if TYPE_CHECKING:
    from aftersale.domain.facts import Facts

ASKED = {
    "exchange": {"exchange"},
    "repair": {"repair"},
    "reship": {"reship", "reship_missing"},
}


def gives(when: str, remedies: list[str], **more: Any) -> dict[str, Any]:  # noqa: ANN401  # any key of a rule
    rule = shop_rule(Random(0), 1) | {"kind": "entitle", "when": when} | more  # a seed
    return rule | {"then": {"remedies": remedies, "liability": "none", "freight": "merchant"}}


def ticket(sentence: str) -> Facts:
    return next(case.facts for case in every_case() if case.name == sentence)


@pytest.mark.parametrize("seed", range(5))
def test_no_shop_rule_lowers_what_the_buyer_gets(seed: int) -> None:
    rng = Random(seed)  # rules that repeat, not a secret
    with_shop = judge_with(shop_file([shop_rule(rng, number) for number in range(rng.choice((5, 8)))]))
    changed = 0
    for decision in some(1_200):
        facts = decision.facts
        before, after = decision.verdict, with_shop.decide(facts).verdict
        changed += after.preferred != before.preferred
        # What the buyer chose himself is not less, and a question is neither given nor taken.
        chosen = after.preferred in ASKED.get(str(facts["apply_type"]), ())
        if not chosen and "ask" not in {before.preferred, after.preferred}:
            assert book().rank_of(after.preferred) >= book().rank_of(before.preferred)
        if before.preferred == "ask":
            assert after.preferred != "reject"
    assert changed


def test_a_shop_that_gives_more_wins_and_its_rule_is_cited() -> None:
    facts = ticket("After the seven days, without a promise, a change of mind may be refused")
    verdict = judge_with(shop_file([gives("received", ["return_refund"])])).decide(facts).verdict
    assert (verdict.main.id, verdict.preferred, verdict.freight) == ("SHOP1", "return_refund", "merchant")
    assert "N09" in {rule.id for rule in verdict.alternatives}
    assert verdict.citations[0].rule == "SHOP1"


def test_a_shop_that_gives_less_is_an_alternative() -> None:
    facts = ticket("A change of mind in time needs no reason")
    verdict = judge_with(shop_file([gives("received", ["negotiate"], priority=1001)])).decide(facts).verdict
    assert (verdict.main.id, verdict.preferred) == ("N01", "return_refund")
    assert "SHOP1" in {rule.id for rule in verdict.alternatives}


def test_the_higher_of_two_generous_shop_rules_wins() -> None:
    facts = ticket("After the seven days, without a promise, a change of mind may be refused")
    rules = [
        gives("received", ["exchange"], id="LOW", priority=100),
        gives("received", ["return_refund"], id="HIGH", priority=200),
    ]
    assert judge_with(shop_file(rules)).decide(facts).verdict.main.id == "HIGH"


@pytest.mark.parametrize(
    "sentence",
    ["A proven fraud by the buyer may be refused", "What was refunded wholly is closed"],
)
def test_no_shop_rule_stands_above_proven_fraud_or_a_refund_already_made(sentence: str) -> None:
    rule = gives("true", ["refund_no_return"], priority=1001)
    facts = ticket(sentence)
    assert judge_with(shop_file([rule])).decide(facts).verdict.main is not None
    assert (
        judge_with(shop_file([rule])).decide(facts).verdict.main.id == judge().decide(facts).verdict.main.id
    )


def test_a_shop_gives_what_the_buyer_chose_where_that_is_more() -> None:
    facts = ticket("A small defect after three weeks is repaired").with_values({"apply_type": "exchange"})
    assert judge().decide(facts).verdict.preferred == "exchange"
    lesser = judge_with(shop_file([gives("received", ["partial_refund"])]))
    assert lesser.decide(facts).verdict.preferred == "exchange"


@pytest.mark.parametrize(
    ("file", "piece"),
    [
        ("layer: law\n", "layer"),
        ("overrides: []\n", "overrides"),
        ("none_when_main: [N01]\n", "none_when_main"),
        ("amount:\n  - {set: '0'}\n", "amount"),
        ("punitive:\n  - {set: '0'}\n", "punitive"),
        ("derive: []\n", "derive"),
        ("deadlines: []\n", "deadlines"),
        (shop_file([gives("true", ["punitive_3x"])]), "SHOP1"),
        (
            shop_file(
                [
                    shop_rule(Random(0), 1)  # a seed
                    | {"kind": "guard", "then": {"remedies": [], "liability": "buyer", "freight": "-"}}
                ]
            ),
            "SHOP1",
        ),
    ],
)
def test_a_shop_file_that_would_take_something_away_is_refused(file: str, piece: str) -> None:
    rulebook, findings = read(packaged_texts() | {"shop/rules.yaml": file})
    assert rulebook is None
    assert [finding.code for finding in findings] == ["rulebook.not_for_shops"]
    assert piece in f"{findings[0].path} {findings[0].value} {findings[0].message.en}"


def test_a_shop_may_confirm_a_number_of_the_platform() -> None:
    file = """
parameters:
  - name: respond_return_hours
    title: {zh: 处理时限, en: time to answer}
    unit: hours
    values:
      - {platform: douyin, value: 24, confidence: H, confirmed_by: shop owner,
         cite: [{document: douyin-clocks, article: 退换货申请}]}
"""
    facts = ticket("A change of mind in time needs no reason")
    due = judge_with(file).decide(facts).due_at("respond_by")
    ours = judge().decide(facts).due_at("respond_by")
    assert due is not None
    assert ours is not None
    assert ours.at - due.at == 24 * 3600
