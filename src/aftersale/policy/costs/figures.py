"""List the numbers that costs are made of: meaning, unit, and what stands where a shop said nothing.

No default is measured; each is an assumption that the page shows as one until the shop sets it or has cases.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

from aftersale.policy.costs.estimate import Prior
from aftersale.texts import Text

if TYPE_CHECKING:
    from collections.abc import Mapping

    from aftersale.policy.costs.estimate import Rate


class Unit(StrEnum):
    """Say in what a figure counts."""

    FEN = "fen"
    BP = "bp"


class Origin(StrEnum):
    """Say where a figure comes from."""

    SETTING = "setting"
    HISTORY = "history"
    FACT = "fact"
    DEFAULT = "default"


@dataclass(frozen=True, slots=True)
class Spec:
    """Describe one figure; its default counts for `prior_weight` cases, 0 where none are counted."""

    name: str
    unit: Unit
    default: int
    label: Text
    prior_weight: int = 0

    @property
    def prior(self) -> Prior:
        """Give what is believed before any case of the shop's own."""
        return Prior(self.default, self.prior_weight)


@dataclass(frozen=True, slots=True)
class Figure:
    """Hold one number with its source; `cases` is what a history rests on, `few` that it is little."""

    name: str
    value: int
    origin: Origin
    cases: int = 0
    few: bool = False


def _fen(name: str, default: int, zh: str, en: str) -> Spec:
    return Spec(name, Unit.FEN, default, Text(zh=zh, en=en))


def _bp(name: str, default: int, zh: str, en: str, weight: int = 0) -> Spec:
    return Spec(name, Unit.BP, default, Text(zh=zh, en=en), weight)


SPECS: dict[str, Spec] = {
    spec.name: spec
    for spec in (
        _bp("goods_cost_bp", 5_000, "进货成本占售价", "cost of goods, of the price"),
        _bp("resale_good_bp", 9_000, "完好退回能收回的成本", "of the cost recovered from goods in order", 20),
        _bp("resale_poor_bp", 2_000, "有问题退回能收回的成本", "of the cost recovered from faulty goods", 20),
        _fen("inspect_fen", 200, "收货查验一件", "inspecting one parcel"),
        _fen("forward_freight_fen", 500, "再发一件的运费", "freight of sending once more"),
        _fen("return_freight_fen", 1_000, "退货运费", "freight back"),
        _fen("contact_fen", 300, "多沟通一次的人工", "one more round of talk"),
        _fen("repair_fen", 1_500, "维修一件", "one repair"),
        _bp("part_bp", 2_000, "补寄件占商品成本", "part sent once more, of the cost of goods"),
        _bp("coupon_use_bp", 4_000, "优惠券使用率", "coupons that are used", 20),
        _fen("coupon_fen", 1_000, "优惠券面额", "face value of a coupon"),
        _fen("gift_fen", 600, "赠品成本", "cost of a gift"),
        _fen("service_fen", 500, "服务补偿成本", "cost of a service"),
        _fen("upgrade_fen", 2_000, "升级差价成本", "price gap of an upgrade"),
        _bp("minor_bp", 1_500, "轻微问题部分退款比例", "part refund for a minor fault"),
        _bp("major_bp", 4_000, "明显问题部分退款比例", "part refund for a major fault"),
        _bp("unsellable_bp", 10_000, "无法使用退款比例", "refund for goods of no use"),
        _bp("dispute_refused_bp", 3_000, "拒绝后平台介入的可能", "disputes after a refusal", 20),
        _bp(
            "dispute_part_bp",
            1_000,
            "只给一部分后平台介入的可能",
            "disputes after giving less than asked",
            20,
        ),
        _bp("dispute_given_bp", 200, "满足后平台介入的可能", "disputes after giving what was asked", 20),
        _bp("lost_bp", 6_000, "介入后判商责的可能", "disputes that the shop loses", 20),
        _fen("dispute_fen", 2_000, "一次介入的人工和费用", "work and fees of one dispute"),
        _fen("score_fen", 3_000, "一次商责对体验分的损失", "what one lost dispute costs in score"),
        _fen("buyer_fen", 1_000, "留住一位买家的价值", "what a kept buyer is worth"),
        _bp("keep_given_bp", 6_000, "满足后买家再来的可能", "buyers who come back when satisfied", 20),
        _bp("keep_part_bp", 4_000, "部分满足后再来的可能", "buyers who come back when met halfway", 20),
        _bp("keep_refused_bp", 1_000, "拒绝后再来的可能", "buyers who come back when refused", 20),
    )
}


def figures_of(
    settings: Mapping[str, int], history: Mapping[str, Rate], facts: Mapping[str, int]
) -> dict[str, Figure]:
    """Choose each figure: the ticket's fact, else the shop's setting, else its history, else the default."""
    return {name: _figure(spec, settings, history, facts) for name, spec in SPECS.items()}


def _figure(
    spec: Spec, settings: Mapping[str, int], history: Mapping[str, Rate], facts: Mapping[str, int]
) -> Figure:
    name = spec.name
    if name in facts:
        return Figure(name, facts[name], Origin.FACT)
    if name in settings:
        return Figure(name, settings[name], Origin.SETTING)
    if name in history and history[name].cases:
        return Figure(name, history[name].bp, Origin.HISTORY, history[name].cases, history[name].few)
    return Figure(name, spec.default, Origin.DEFAULT)
