"""Know the columns of fund and settlement exports by all their names, and what their scenes mean.

The titles and scenes of 抖店 are those of real exports. Of 快手小店 the settlement columns are known in part
and no fund export is: its titles are taken where they say the same, its scenes are named by the shop.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

from aftersale.channels.spreadsheet.cells import EMPTY, Unreadable, clean, read_money
from aftersale.channels.spreadsheet.columns import plain_title
from aftersale.domain.money_legs import LegKind
from aftersale.texts import Text

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence


class SheetKind(StrEnum):
    """Tell the two exports apart."""

    FUND = "fund"
    SETTLEMENT = "settlement"


AT, SERIAL, DIRECTION, AMOUNT = "at", "serial", "direction", "amount"
INCOME, EXPENSE, BEFORE = "income", "expense", "refunded_before"
SCENE, FEE_TYPE = "scene", "fee_type"
ORDER_NO, LINE_NO, TICKET_NO = "order_no", "line_no", "ticket_no"

_NUMBERS: dict[str, tuple[str, ...]] = {
    ORDER_NO: ("订单号", "订单编号", "主订单编号", "主订单号"),
    LINE_NO: ("子订单号", "子订单编号", "商品单号"),
    TICKET_NO: ("售后编号", "售后单号", "退款单号", "退款编号"),
}
# Of two columns for the same thing, the title that stands first holds.
TITLES: dict[SheetKind, dict[str, tuple[str, ...]]] = {
    SheetKind.FUND: {
        AT: ("动账时间", "入账时间", "交易时间", "记账时间", "发生时间"),
        SERIAL: ("动账流水号", "动帐流水号", "资金流水号", "交易流水号", "流水号"),
        DIRECTION: ("动账方向", "动帐方向", "资金方向", "收支方向", "收支类型"),
        AMOUNT: ("动账金额", "动帐金额", "收支金额", "交易金额", "变动金额"),
        INCOME: ("收入金额", "收入"),
        EXPENSE: ("支出金额", "支出"),
        SCENE: ("动账场景", "动帐场景", "资金场景", "交易场景", "交易类型", "业务类型"),
        FEE_TYPE: ("计费类型", "费用类型"),
        **_NUMBERS,
    },
    SheetKind.SETTLEMENT: {
        AT: ("结算时间", "实际结算时间"),
        AMOUNT: ("结算金额", "实际结算金额"),
        INCOME: ("收入合计", "合计收入"),
        EXPENSE: ("支出合计", "合计支出"),
        BEFORE: ("结算前退款金额",),
        SCENE: ("结算单类型",),
        FEE_TYPE: ("业务类型",),
        **_NUMBERS,
    },
}

SCENES: Mapping[str, Mapping[str, LegKind]] = {
    "douyin": {
        "货款结算入账": LegKind.SETTLED,
        "退款-结算后退款-退用户": LegKind.PAID,
        "退款-订单退款触发-退分账": LegKind.SHARE,
        "退款-订单退款触发-分账": LegKind.SHARE,
        "退款-订单退款触发-退补贴": LegKind.SUBSIDY,
        "抖音月付与商家联合贴息活动": LegKind.FEE,
        "消费者赔付": LegKind.CONSUMER_COMPENSATION,
        "提现": LegKind.WITHDRAWN,
    },
    "kuaishou": {},
}
"""What scenes of a fund export mean, by platform; any other is kept as it stands until the shop names it."""

_DIRECTIONS = {
    **dict.fromkeys(("入账", "收入", "进账", "转入", "收", "入"), 1),
    **dict.fromkeys(("出账", "支出", "转出", "支", "出"), -1),
}
_SIGNED = re.compile(r"(¥?)([-+]?)(¥?)([^-+].*)")


@dataclass(frozen=True, slots=True)
class Place:
    """Say where a column stands and under which title."""

    index: int
    title: str


def places_of(titles: Sequence[str], kind: SheetKind) -> dict[str, Place]:
    """Find the columns of a header row, as one kind of export names them."""
    at = {plain_title(title): index for index, title in reversed(list(enumerate(titles))) if title}
    found = {}
    for field, names in TITLES[kind].items():
        index = next((at[plain] for name in names if (plain := plain_title(name)) in at), None)
        if index is not None:
            found[field] = Place(index, titles[index])
    return found


def kind_of(titles: Sequence[str]) -> tuple[SheetKind, dict[str, Place]] | None:
    """Tell what a header row belongs to, None where it is neither."""
    for kind in SheetKind:
        places = places_of(titles, kind)
        if places.keys() >= {AT, AMOUNT} and (kind is SheetKind.SETTLEMENT or DIRECTION in places):
            return kind, places
        if places.keys() >= {AT, INCOME, EXPENSE}:
            return kind, places
    return None


def read_signed(raw: str) -> int | None:
    """Read an amount in yuan as integer fen, a sign before it included.

    >>> read_signed("¥-1,299.90"), read_signed("+5"), read_signed("-"), read_signed("(3.00)")
    (-129990, 500, None, -300)
    """
    text = unicodedata.normalize("NFKC", clean(raw)).replace(" ", "").replace("−", "-")
    if text in EMPTY:
        return None
    if text.startswith("(") and text.endswith(")"):
        text = f"-{text[1:-1]}"
    found = _SIGNED.fullmatch(text)
    if found is None:
        raise Unreadable("bad_money", text)
    fen = read_money(found[4])
    return -fen if fen is not None and found[2] == "-" else fen


def read_direction(raw: str) -> int | None:
    """Read whether money came in (1) or went out (-1); an empty cell says neither, a strange word is refused.

    >>> read_direction("入账"), read_direction("支出"), read_direction("")
    (1, -1, None)
    """
    text = clean(raw)
    if not text:
        return None
    if text not in _DIRECTIONS:
        raise Unreadable("bad_direction", text)
    return _DIRECTIONS[text]


NO_HEADER = Text(
    zh="{name} 里没有找到动账表或结算表的表头。",
    en="{name} has no header of a fund or settlement export.",
)
NO_HEADER_NEXT = Text(
    zh="动账表要有：动账时间、动账方向、动账金额；结算表要有：结算时间、结算金额（或收入合计、支出合计）。",
    en="A fund export needs 动账时间, 动账方向, 动账金额; a settlement export 结算时间 and 结算金额.",
)
