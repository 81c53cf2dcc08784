"""Make the rulebooks that the benches need beside the packaged one: more rules, other parameters."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from aftersale.policy.load import load
from aftersale.shops.rule_files import packaged_texts

if TYPE_CHECKING:
    from aftersale.policy.rulebook import Rulebook

UNRELATED = 400
_PLATFORMS = "platforms/parameters.yaml"
_LAW = "law_cn/parameters.yaml"

_SHOP = """
layer: shop
platform: any
rules:
"""
_RULE = """
  - {{id: SHOP-{number:03d}, title: {{zh: 测试 {number}, en: Bench {number}}}, kind: entitle, mode: D,
     effective: [null, null], anchor: applied, priority: {priority},
     when: "{fact} = 'UNRELATED-{number:03d}' and {rest}",
     then: {{remedies: [refund_no_return], liability: merchant, freight: none}}, evidence: [F-Q01],
     cite: [{{document: consumer-law, article: '24'}}], confidence: H, note: {{zh: 测试, en: bench}}}}
"""
# What shops write rules about; half of them about articles.
_ABOUT = ("article_no", "batch", "article_no", "live", "article_no", "warehouse", "article_no", "sku")
_AND = (
    "received and merchant_fault",
    "reason = 'no_reason' and received",
    "not shipped",
    "quality_reason and received and paid_fen <= 10000",
    "apply_type in ('refund_only', 'return_refund') and paid_fen <= 5000",
)


def packaged() -> Rulebook:
    """Load the rulebook of the package."""
    return load(packaged_texts())


def with_unrelated_rules() -> Rulebook:
    """Load it with 400 shop rules about articles, batches and the like that no ticket is about."""
    rules = "".join(
        _RULE.format(
            number=number,
            priority=900 - number,
            fact=_ABOUT[number % len(_ABOUT)],
            rest=_AND[number % len(_AND)],
        )
        for number in range(UNRELATED)
    )
    return load(packaged_texts() | {"shop/rules.yaml": _SHOP + rules})


def _edited(text: str, name: str, before: int, after: int) -> str:
    """Change the first value of one parameter in its file; raises ValueError where it is not `before`."""
    head, found, tail = text.partition(f"- name: {name}\n")
    block, end, rest = tail.partition("\n  - name: ")
    changed, count = re.subn(rf"\bvalue: {before}\b", f"value: {after}", block, count=1)
    if not found or not count:
        raise ValueError(f"{name} is not {before}")
    return head + found + changed + end + rest


def usual_change() -> Rulebook:
    """Load the rulebook of a usual what-if: unshipped refunds in 24 hours, keep the goods up to 30 yuan."""
    texts = packaged_texts()
    text = _edited(texts[_PLATFORMS], "respond_unshipped_hours", 48, 24)
    return load(texts | {_PLATFORMS: _edited(text, "keep_goods_max_fen", 5000, 3000)})


def large_change() -> Rulebook:
    """Load the rulebook of a large what-if: no reason for 15 days, every clock of 48 hours at 24."""
    texts = packaged_texts()
    law = _edited(texts[_LAW], "no_reason_days", 7, 15)
    return load(texts | {_LAW: law, _PLATFORMS: texts[_PLATFORMS].replace("value: 48,", "value: 24,")})
