"""Load the rulebook once for all tests, and compose others from it."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

from aftersale.policy.decide import Judge
from aftersale.policy.load import load
from aftersale.shops.rule_files import packaged_texts

if TYPE_CHECKING:
    from aftersale.policy.rulebook import Rulebook


@cache
def book() -> Rulebook:
    return load(packaged_texts())


@cache
def judge() -> Judge:
    return Judge(book())


def judge_with(shop: str) -> Judge:
    return Judge(load(packaged_texts() | {"shop/rules.yaml": shop}))


def few_texts() -> dict[str, str]:
    """Give the least that a rule needs: what it may cite and what it may grant."""
    return {name: packaged_texts()[name] for name in ("law_cn/documents.yaml", "remedies.yaml")}
