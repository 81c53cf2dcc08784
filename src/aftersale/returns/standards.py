"""Say by which standard returned goods are looked at.

That is 七日办法 article 8 for all goods, and article 9 for the classes that it names.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from aftersale.returns.classes import Odd
from aftersale.texts import Text

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping


@dataclass(frozen=True, slots=True)
class Standard:
    """Hold one standard: the clause, its words, and the facts by which goods fail it."""

    clause: Text
    words: Text
    points: tuple[str, ...]


# By fact: the answer that says that the goods fail, and how a person at the bench says it.
FAULTS: Mapping[str, tuple[bool, Text]] = {
    "hygiene_seal_broken": (True, Text(zh="一次性密封已拆", en="the hygiene seal is broken")),
    "repaired_modified": (
        True,
        Text(zh="私自维修改动、序列号不符", en="repaired, altered or another serial"),
    ),
    "activated": (True, Text(zh="已激活", en="activated")),
    "personal_data_left": (True, Text(zh="留有个人数据", en="personal data left on it")),
    "tags_removed": (True, Text(zh="吊牌、标识被摘剪", en="tags or labels cut off")),
    "soiled_damaged": (True, Text(zh="脏污或损坏", en="soiled or damaged")),
    "used_beyond_inspection": (True, Text(zh="使用超出查验需要", en="used beyond inspection")),
    "accessories_complete": (False, Text(zh="配件、赠品不齐", en="accessories missing")),
}

WHOLE = Standard(
    Text(zh="《七日无理由退货暂行办法》第八条", en="《七日无理由退货暂行办法》 article 8"),
    Text(
        zh="商品保持原有品质、功能，商品本身、配件、商标标识齐全。为查验拆开包装、合理调试不影响完好。",
        en="Quality and function as before; goods, accessories and labels all there. "
        "Opening and trying it out reasonably does no harm.",
    ),
    ("soiled_damaged", "used_beyond_inspection", "accessories_complete"),
)
_SEALED = Standard(
    Text(zh="《七日无理由退货暂行办法》第九条（一）", en="《七日无理由退货暂行办法》 article 9(1)"),
    Text(
        zh="食品、化妆品、医疗器械、计生用品：必要的一次性密封包装被损坏，视为不完好。",
        en="Food, cosmetics, medical and family planning goods: not intact once the necessary "
        "one-time seal is broken.",
    ),
    ("hygiene_seal_broken",),
)
_ELECTRIC = Standard(
    Text(zh="《七日无理由退货暂行办法》第九条（二）", en="《七日无理由退货暂行办法》 article 9(2)"),
    Text(
        zh="电子电器：未经授权维修、改动，标志、标贴、序列号被破坏涂改，有难以恢复的外观使用痕迹，"
        "或有激活、授权、个人数据留存等痕迹，视为不完好。",
        en="Electronics: not intact once repaired or altered without leave, marks or serial numbers "
        "damaged, lasting traces of use, or traces of activation or personal data.",
    ),
    ("activated", "personal_data_left", "repaired_modified"),
)
_TAGGED = Standard(
    Text(zh="《七日无理由退货暂行办法》第九条（三）", en="《七日无理由退货暂行办法》 article 9(3)"),
    Text(
        zh="服装、鞋帽、箱包、玩具、家纺、家居：商标标识被摘、被剪，商品受污、受损，视为不完好。",
        en="Clothing, shoes, bags, toys, textiles and household goods: not intact once labels are "
        "taken off or cut, or the goods are soiled or damaged.",
    ),
    ("tags_removed", "soiled_damaged"),
)
_OF: Mapping[str, tuple[Standard, ...]] = {
    **dict.fromkeys(("food", "health_food", "cosmetics", "medical_device", "contraceptive"), (_SEALED,)),
    **dict.fromkeys(("electronics", "software"), (_ELECTRIC,)),
    **dict.fromkeys(("apparel", "shoes_bags", "toys", "home_textile", "household"), (_TAGGED,)),
    "intimate_apparel": (_TAGGED, _SEALED),
}
_BY_CLASS = frozenset({Odd.BAD_PIECES})


def standards_of(category: str) -> tuple[Standard, ...]:
    """Give the standards of a class of goods, its own before the one of all."""
    return (*_OF.get(category, ()), WHOLE)


def points_of(category: str) -> tuple[str, ...]:
    """List by which facts goods of a class fail, the class's own first."""
    return tuple(dict.fromkeys(point for each in standards_of(category) for point in each.points))


def violated(category: str, odd: Collection[str], faults: Collection[str]) -> tuple[Standard, ...]:
    """Give the standards that a parcel does not meet by what the warehouse saw.

    Bad pieces without a named fault are held against the class's own standard; what is not there at all,
    against the one of all goods.
    """
    found, left = list[Standard](), set(faults)
    for each in standards_of(category):
        # What the class's own standard names is not held against the one of all goods once more.
        if left & set(each.points):
            found.append(each)
            left -= set(each.points)
    if not found and _BY_CLASS & set(odd):
        found = [standards_of(category)[0]]
    if set(odd) - _BY_CLASS and WHOLE not in found:
        found.append(WHOLE)
    return tuple(found)
