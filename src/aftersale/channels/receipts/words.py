"""Know the columns of a warehouse sheet, and read the counts and weights that stand in them."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass

from aftersale.channels.spreadsheet.cells import Unreadable, clean
from aftersale.channels.spreadsheet.columns import plain_title
from aftersale.texts import Text

WAYBILL, ORDER_NO, ARTICLE_NO = "waybill", "order_no", "article_no"
GOOD, BAD, EXPECTED = "good", "bad", "expected"
WEIGHT, REMARK, ARRIVED = "weight_g", "remark", "arrived_at"

# Of two columns for the same thing, the title that stands first holds.
TITLES: dict[str, tuple[str, ...]] = {
    WAYBILL: (
        "退货物流单号",
        "退货快递单号",
        "退货运单号",
        "快递单号",
        "物流单号",
        "运单号",
        "退货单号",
        "waybill",
    ),
    ORDER_NO: ("订单号", "订单编号", "主订单编号", "order_no"),
    ARTICLE_NO: ("商家编码", "货号", "SKU编码", "商品编码", "article_no"),
    GOOD: ("良品数", "良品数量", "良品", "完好数量", "完好数", "好件数", "good"),
    BAD: ("不良数", "不良品数", "不良数量", "不良品", "破损数量", "破损数", "坏件数", "bad"),
    EXPECTED: ("应退数量", "应收数量", "应退数", "应收数", "expected"),
    WEIGHT: (
        "重量(g)",
        "重量(克)",
        "重量g",
        "重量(kg)",
        "重量(千克)",
        "重量(公斤)",
        "重量kg",
        "重量",
        "weight_g",
    ),
    REMARK: ("备注", "仓库备注", "验货备注", "remark"),
    ARRIVED: ("到货时间", "收货时间", "签收时间", "到仓时间", "arrived_at"),
}
MOST_PIECES, MOST_GRAMS = 100_000, 10_000_000

_UNITS = {"g": 1, "克": 1, "kg": 1000, "千克": 1000, "公斤": 1000, "斤": 500}
_COUNT = re.compile(r"(\d{1,7})(?:\.0+)?(?:件|个|pcs)?")
_WEIGHT = re.compile(r"(\d{1,8})(?:\.(\d{1,6}))?(千克|公斤|kg|克|g|斤)?")
_UNIT_IN_TITLE = re.compile(r"(千克|公斤|kg|克|g)\)?$")


@dataclass(frozen=True, slots=True)
class Place:
    """Say where a column stands, under which title, and in which unit its weights are."""

    index: int
    title: str
    unit: str = ""


def places_of(titles: list[str]) -> dict[str, Place]:
    """Find the columns of a header row."""
    at = {plain_title(title): index for index, title in reversed(list(enumerate(titles))) if title}
    found = {}
    for field, names in TITLES.items():
        index = next((at[plain] for name in names if (plain := plain_title(name)) in at), None)
        if index is not None:
            unit = unit_of(titles[index]) if field == WEIGHT else ""
            found[field] = Place(index, titles[index], unit)
    return found


def is_header(places: dict[str, Place]) -> bool:
    """Tell whether a row names what a warehouse counts; a waybill alone stands in many sheets."""
    return WAYBILL in places and bool(places.keys() & {GOOD, BAD})


def unit_of(title: str) -> str:
    """Read the unit of weight that a title names, '' where it names none.

    >>> unit_of("重量（KG）"), unit_of("重量"), unit_of("weight_g")
    ('kg', '', 'g')
    """
    found = _UNIT_IN_TITLE.search(plain_title(title))
    return found[1] if found else ""


def read_count(raw: str) -> int | None:
    """Read a number of pieces, None for an empty cell.

    >>> read_count("2"), read_count("3.0"), read_count("1件"), read_count("-")
    (2, 3, 1, None)
    """
    text = unicodedata.normalize("NFKC", clean(raw)).replace(" ", "")
    if not text:
        return None
    found = _COUNT.fullmatch(text)
    if found is None or int(found[1]) > MOST_PIECES:
        raise Unreadable("bad_count", text)
    return int(found[1])


def read_weight(raw: str, unit: str) -> int | None:
    """Read a weight as whole grams; a unit in the cell goes before that of the column.

    >>> read_weight("1.38", "kg"), read_weight("120g", ""), read_weight("", "g")
    (1380, 120, None)
    """
    text = unicodedata.normalize("NFKC", clean(raw)).replace(" ", "").replace(",", "").casefold()
    if not text:
        return None
    found = _WEIGHT.fullmatch(text)
    if found is None:
        raise Unreadable("bad_weight", text)
    named = found[3] or unit
    if not named:
        raise Unreadable("weight_unit", text)
    digits = (found[2] or "").ljust(6, "0")
    grams = (int(found[1]) * 10**6 + int(digits)) * _UNITS[named]
    # Half a gram and more is one more gram.
    whole = (grams + 500_000) // 10**6
    if whole > MOST_GRAMS:
        raise Unreadable("bad_weight", text)
    return whole


NO_HEADER = Text(
    zh="{name} 里没有找到“退货物流单号”加“良品数”或“不良数”的表头。",
    en="{name} has no header with 退货物流单号 and 良品数 or 不良数.",
)
NO_HEADER_NEXT = Text(
    zh="表头至少要有：退货物流单号、商家编码、良品数、不良数；可选：重量(kg)、备注、到货时间。",
    en="The header needs 退货物流单号, 商家编码, 良品数, 不良数; 重量(kg), 备注, 到货时间 may follow.",
)
