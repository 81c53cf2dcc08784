"""What a shop adds never shifts a burden to the buyer nor takes away what the law grants beside it."""

from __future__ import annotations

from aftersale.domain.facts import parse_facts
from tests.policy.books import judge, judge_with
from tests.policy.shops import shop_file

FAKE = {
    "platform": "douyin",
    "apply_type": "refund_only",
    "reason": "counterfeit",
    "category": "apparel",
    "shipped_at": "2025-06-01T10:00:00+08:00",
    "signed_at": "2025-06-03T10:00:00+08:00",
    "applied_at": "2025-06-05T10:00:00+08:00",
    "paid_fen": 1_900,
    "fraud_by_merchant": "proven",
}


def generous(**then: str) -> dict[str, object]:
    return {
        "id": "GIVE",
        "title": {"zh": "送", "en": "gift"},
        "note": {"zh": "送", "en": "gift"},
        "kind": "entitle",
        "mode": "D",
        "effective": [None, None],
        "anchor": "applied",
        "priority": 990,
        "when": "received",
        "then": {"remedies": ["refund_no_return"], "liability": "buyer", "freight": "buyer"} | then,
        "cite": [{"document": "consumer-law", "article": "16(2)"}],
        "confidence": "H",
    }


def test_damages_clauses_liability_and_freight_of_the_law_stay_beside_a_generous_shop() -> None:
    facts = parse_facts(FAKE)
    law = judge().decide(facts)
    shop = judge_with(shop_file([generous()])).decide(facts)
    assert (law.verdict.main.id, shop.verdict.main.id) == ("Q06", "GIVE")
    assert shop.verdict.preferred == "refund_no_return"
    assert shop.punitive_fen == law.punitive_fen == 50_000
    assert "punitive_3x" in shop.verdict.remedies
    assert {cite.short for cite in law.verdict.citations} <= {cite.short for cite in shop.verdict.citations}
    assert (shop.verdict.liability, shop.verdict.freight) == ("merchant", "merchant")


def test_a_shop_may_take_a_burden_upon_itself() -> None:
    facts = parse_facts(
        FAKE | {"reason": "no_reason", "fraud_by_merchant": "none", "apply_type": "return_refund"}
    )
    shop = judge_with(shop_file([generous(freight="merchant", liability="merchant")])).decide(facts)
    assert judge().decide(facts).verdict.freight == "buyer"
    assert (shop.verdict.liability, shop.verdict.freight) == ("merchant", "merchant")
