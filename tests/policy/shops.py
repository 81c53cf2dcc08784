"""Write shop rulebooks at random: any condition, any remedies, any rank."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import yaml

from tests.policy.books import book

if TYPE_CHECKING:
    from random import Random

CONDITIONS = (
    "true",
    "received",
    "not shipped",
    "reason = 'no_reason'",
    "reason in ('quality_defect', 'not_as_described') and received",
    "paid_fen <= 5000",
    "category = 'food' and article_no <> 'A-1'",
    "merchant_fault",
    "has_tag('fast_refund')",
    "applied_at < signed_at + days(15)",
    "merchant_fault is not true and nr_open is not false",
    "now >= applied_at + hours(3)",
)
# Damages come on top of a refund and never first; `ask` is no rule's to give.
_HIGHEST = book().rank_of("refund_no_return")
REMEDIES = sorted(name for name in book().remedies if book().rank_of(name) <= _HIGHEST and name != "ask")


def shop_rule(rng: Random, number: int) -> dict[str, Any]:
    guard = rng.random() < 0.2
    remedies = rng.sample(REMEDIES, rng.randint(1, 3))
    return {
        "id": f"SHOP{number}",
        "title": {"zh": "店铺规则", "en": "A rule of the shop"},
        "kind": "guard" if guard else "entitle",
        "mode": rng.choice("MD"),
        "effective": [None, None],
        "anchor": "applied",
        "priority": rng.choice((2, 300, 700, 812, 900, 1001)),
        "when": rng.choice(CONDITIONS),
        "then": {
            "remedies": [] if guard else remedies,
            "liability": "-" if guard else rng.choice(("none", "merchant", "buyer")),
            "freight": "-" if guard else rng.choice(("none", "merchant", "buyer")),
        },
        "cite": [{"document": "consumer-law", "article": "16(2)"}],
        "confidence": "H",
        "note": {"zh": "自定", "en": "our own"},
    }


def shop_file(rules: list[dict[str, Any]]) -> str:
    return yaml.safe_dump({"layer": "shop", "rules": rules}, allow_unicode=True)
