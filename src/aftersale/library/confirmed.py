"""Write what a shop saw in the platform's rule centre: a number, from a day, where it stands, who looked.

It becomes a value of the shop's own layer, which wins over the one that comes with the package.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from aftersale.domain.errors import AftersaleError
from aftersale.library.rule_text import days, read, span_of, written
from aftersale.texts import Text

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import date

    from aftersale.policy.rulebook import Parameter

FILE = "shop/confirmed.yaml"
_DOCUMENT = "platform-check"
_HEAD = "这个文件由页面上的“核对平台数值”写成；一个数只在它的日期里有效。"
_LONGEST = 300


class NotToBeConfirmed(AftersaleError):
    """Refuse a number that is not the platform's to set, or one without a place where it stands."""

    def __init__(self) -> None:
        super().__init__(
            "rules.not_to_be_confirmed",
            Text(zh="这个数现在不能这样核对。", en="This number cannot be confirmed like this."),
            Text(
                zh="只核对平台定的数，写上数值和在哪里看到的。",
                en="Confirm numbers that a platform sets; give the value and where it stands.",
            ),
        )


@dataclass(frozen=True, slots=True)
class Seen:
    """Hold what somebody saw: `since` None means that it has always been so; `where` is a link or a place."""

    value: int
    platform: str
    since: date | None
    where: str
    who: str
    on: date


def is_for_platforms(parameter: Parameter) -> bool:
    """Tell whether a platform sets a number: a shop confirms those, the law's own stand as they are."""
    layers = {value.layer for value in parameter.values}
    return "platform" in layers and "law" not in layers


def confirmed(own: Mapping[str, str], parameter: Parameter, seen: Seen) -> dict[str, str]:
    """Give the shop's files with the number confirmed; an earlier value ends where this one begins."""
    if not is_for_platforms(parameter) or not seen.where.strip() or seen.value < 0:
        raise NotToBeConfirmed
    known = _known(own)
    values: list[dict[str, Any]] = next(
        (each["values"] for each in known if each["name"] == parameter.name), []
    )
    entry = {
        "name": parameter.name,
        "title": {"zh": parameter.title.zh, "en": parameter.title.en},
        "unit": parameter.unit,
        "values": _values(values, seen),
    }
    content = {
        "layer": "shop",
        "platform": "any",
        "documents": [{**_DOCUMENT_W, "read_on": seen.on}],
        "parameters": [*(each for each in known if each["name"] != parameter.name), entry],
    }
    return {**own, FILE: written(_HEAD, content)}


def _known(own: Mapping[str, str]) -> list[dict[str, Any]]:
    """Read the numbers confirmed so far; what is not written as this page writes it is left out."""
    listed = read(own.get(FILE, "")).get("parameters")
    items = [each for each in listed if isinstance(each, dict)] if isinstance(listed, list) else []
    return [each for each in items if {"name", "values"} <= each.keys()]


_DOCUMENT_W = {
    "id": _DOCUMENT,
    "short": "平台规则核对",
    "title": {"zh": "平台规则中心核对记录", "en": "What was seen in the platform's rule centre"},
    "kind": "platform_page",
    "effective": [None, None],
    "source": {"zh": "店铺人员核对", "en": "checked by people of the shop"},
    "confidence": "H",
}


def _values(known: list[dict[str, Any]], seen: Seen) -> list[dict[str, Any]]:
    others = [each for each in known if each.get("platform") != seen.platform]
    mine = [each for each in known if each.get("platform") == seen.platform]
    return [*others, *(_ended(mine, seen.since) if seen.since else ()), _value(seen)]


def _ended(mine: list[dict[str, Any]], since: date) -> list[dict[str, Any]]:
    spans = [(each, *span_of(each)) for each in mine]
    return [
        {**each, "effective": days(start, since if until is None else min(until, since))}
        for each, start, until in spans
        if start < since
    ]


def _value(seen: Seen) -> dict[str, Any]:
    return {
        "platform": seen.platform,
        "effective": [seen.since, None],
        "value": seen.value,
        "confidence": "H",
        "confirmed_by": f"{seen.who}，{seen.on.isoformat()}",
        "cite": [{"document": _DOCUMENT, "article": seen.where.strip()[:_LONGEST]}],
    }
