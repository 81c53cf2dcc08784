"""Read what a shop says of itself, and refuse words that consumer law makes void."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

import msgspec
import yaml

from aftersale.domain.errors import Finding, RulebookInvalid
from aftersale.shapes import shaper
from aftersale.texts import Text

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from aftersale.policy.rulebook import Rulebook

# Notices that take away a right of the buyer: Consumer Law article 26, Civil Code article 497.
VOID = (
    "最终解释权",
    "概不退换",
    "概不退货",
    "概不退款",
    "一律不退",
    "不退不换",
    "恕不退换",
    "售出不退",
    "特价不退",
    "特价商品不退",
    "离柜概不负责",
    "概不负责",
)


class ShopCard(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Hold the name of a shop, where it sells, and how its buyers reach it."""

    name: str = ""
    platforms: tuple[Literal["douyin", "kuaishou"], ...] = ("douyin", "kuaishou")
    contact: str = ""
    intro: str = ""


_card = shaper(ShopCard)


def shop_card(texts: Mapping[str, str]) -> ShopCard:
    """Read the `shop` entry of a shop's files, the default where there is none; raises RulebookInvalid."""
    for file, text in sorted(texts.items()):
        content = yaml.safe_load(text)
        if isinstance(content, dict) and "shop" in content:
            return _read(file, content["shop"])
    return ShopCard()


def _read(file: str, written: object) -> ShopCard:
    try:
        card = _card(written)
    except msgspec.ValidationError as error:
        said = Text(zh=f"店铺资料写法不对：{error}", en=f"the shop's entry is not right: {error}")
        raise RulebookInvalid([Finding("shop.bad_entry", file, str(written), said)]) from None
    void = list(_void_in(file, (card.name, card.contact, card.intro)))
    if void:
        raise RulebookInvalid(void)
    return card


def void_clauses(book: Rulebook) -> tuple[Finding, ...]:
    """Find shop rules whose title or note a buyer may read and the law makes void."""
    shop = [rule for rule in book.rules if rule.layer == "shop"]
    return tuple(
        each for rule in shop for each in _void_in(f"{rule.file} {rule.id}", (rule.title.zh, rule.note.zh))
    )


def _void_in(where: str, texts: tuple[str, ...]) -> Iterator[Finding]:
    for text in texts:
        for phrase in VOID:
            if phrase in text:
                zh = f"“{phrase}”这样的话对买家无效（消费者权益保护法第26条）"
                en = f"a notice that says {phrase} is void (Consumer Law, article 26)"
                yield Finding("shop.void_clause", where, phrase, Text(zh=zh, en=en))
