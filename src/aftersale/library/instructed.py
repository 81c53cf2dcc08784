"""Write what colleagues agreed on as a rule of the shop, for as long as it was agreed on."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from aftersale.library.rule_text import read, written

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import date

FILE = "shop/instructions.yaml"
_DOCUMENT = "shop-instructions"
_HEAD = "这个文件由页面上的“口径”写成；每条只在它的日期里有效。"
_ANY_REFUND = "apply_type in ('refund_only', 'return_refund')"
# Above what a shop always gives, which no instruction takes back.
_PRIORITY = 530


@dataclass(frozen=True, slots=True)
class Agreed:
    """Hold an instruction: its number, what it is about by fact, the words; [since, until)."""

    number: int
    about: Mapping[str, str]
    text: str
    since: date
    until: date


def instructed(own: Mapping[str, str], agreed: Agreed) -> dict[str, str]:
    """Give the shop's files with an instruction as a rule: refunded, nothing has to be sent back."""
    known = read(own.get(FILE, "")).get("rules")
    rules = [each for each in known if isinstance(each, dict)] if isinstance(known, list) else []
    made = _rule(agreed)
    content = {
        "layer": "shop",
        "platform": "any",
        "documents": [_document(agreed)],
        "rules": [*(each for each in rules if each.get("id") != made["id"]), made],
    }
    return {**own, FILE: written(_HEAD, content)}


def _rule(agreed: Agreed) -> dict[str, Any]:
    return {
        "id": f"SHOP-SAY-{agreed.number}",
        "title": {"zh": f"口径：{agreed.text[:40]}", "en": f"Agreed on: {agreed.text[:40]}"},
        "kind": "entitle",
        "mode": "D",
        "effective": [agreed.since, agreed.until],
        "anchor": "applied",
        "priority": _PRIORITY,
        "when": " and ".join([*_conditions(agreed.about), "received", _ANY_REFUND]),
        "then": {"remedies": ["refund_no_return"], "liability": "merchant", "freight": "none"},
        "evidence": ["F-Q01"],
        "cite": [{"document": _DOCUMENT, "article": f"口径 {agreed.number}"}],
        "confidence": "H",
        "note": {"zh": agreed.text, "en": agreed.text},
    }


def _conditions(about: Mapping[str, str]) -> list[str]:
    return [f"{fact} = '{value.replace(chr(39), chr(39) * 2)}'" for fact, value in about.items() if value]


def _document(agreed: Agreed) -> dict[str, Any]:
    return {
        "id": _DOCUMENT,
        "short": "店铺口径",
        "title": {"zh": "本店口径", "en": "What the shop agreed on"},
        "kind": "shop_policy",
        "effective": [None, None],
        "source": {"zh": "页面上的口径", "en": "the instructions on the page"},
        "read_on": agreed.since,
        "confidence": "H",
    }
