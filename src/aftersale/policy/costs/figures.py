"""List the numbers that costs are made of: meaning, unit, and what stands where a shop said nothing.

No default is measured; each is an assumption that the page shows as one until the shop sets it or has cases.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import StrEnum
from typing import TYPE_CHECKING

from aftersale.policy.costs.estimate import Prior, averaged, estimated
from aftersale.texts import Text

if TYPE_CHECKING:
    from collections.abc import Mapping

    from aftersale.policy.costs.estimate import Mean, Rate


class Unit(StrEnum):
    """Say in what a figure counts."""

    FEN = "fen"
    BP = "bp"
    MINUTES = "minutes"
    DAYS = "days"


class Origin(StrEnum):
    """Say where a figure comes from."""

    SETTING = "setting"
    HISTORY = "history"
    FACT = "fact"
    DEFAULT = "default"


@dataclass(frozen=True, slots=True)
class Spec:
    """Describe one figure; its default counts for `prior_weight` cases, 0 where history tells nothing of it.

    A figure that `averages` is the mean of what cases came to, any other one how often something happened.
    `group` is the heading that it stands under, `by_category` whether a category of goods may have its own.
    """

    name: str
    unit: Unit
    default: int
    label: Text
    prior_weight: int = 0
    group: str = ""
    by_category: bool = False
    averages: bool = False

    @property
    def prior(self) -> Prior:
        """Give what is believed before any case of the shop's own."""
        return Prior(self.default, self.prior_weight)

    def estimated(self, seen: int, cases: int) -> Rate | Mean:
        """Estimate it from hits, or the sum of what they came to, in so many cases."""
        estimate = averaged if self.averages else estimated
        return estimate(self.prior, seen, cases)


@dataclass(frozen=True, slots=True)
class Figure:
    """Hold one number with its source; `rate` is what a history rests on."""

    name: str
    value: int
    origin: Origin
    rate: Rate | Mean | None = None

    @property
    def cases(self) -> int:
        """Count the cases of the shop's own that it rests on."""
        return self.rate.cases if self.rate else 0

    @property
    def few(self) -> bool:
        """Tell whether it rests on few cases of the shop's own."""
        return self.rate is not None and self.rate.few


_WEIGHT = 20


def _fen(name: str, default: int, zh: str, en: str) -> Spec:
    return Spec(name, Unit.FEN, default, Text(zh=zh, en=en))


def _min(name: str, default: int, zh: str, en: str) -> Spec:
    return Spec(name, Unit.MINUTES, default, Text(zh=zh, en=en))


def _days(name: str, default: int, zh: str, en: str) -> Spec:
    return Spec(name, Unit.DAYS, default, Text(zh=zh, en=en))


def _bp(name: str, default: int, zh: str, en: str, weight: int = 0) -> Spec:
    return Spec(name, Unit.BP, default, Text(zh=zh, en=en), weight)


def _mean(spec: Spec) -> Spec:
    return replace(spec, prior_weight=_WEIGHT, averages=True)


_GROUPS: tuple[tuple[str, tuple[Spec, ...]], ...] = (
    (
        "goods",
        (
            _bp("goods_cost_bp", 5_000, "进货成本占售价", "cost of goods, of the price"),
            _bp("sound_bp", 8_000, "退回还能再卖的", "of what comes back is fit for sale", 20),
            _bp("resale_good_bp", 9_000, "能再卖的收回多少成本", "of the cost recovered from goods in order"),
            _bp("resale_poor_bp", 2_000, "不能再卖的收回多少成本", "of the cost recovered from faulty goods"),
            _days("stock_days", 7, "库存数过几天算旧", "days after which a figure of stock is old"),
            _bp("part_bp", 2_000, "补寄件占商品成本", "part sent once more, of the cost of goods"),
        ),
    ),
    (
        "freight",
        (
            _fen("forward_freight_fen", 500, "再发一件的运费", "freight of sending once more"),
            _mean(_fen("return_freight_fen", 1_000, "退货运费", "freight back")),
        ),
    ),
    (
        "work",
        (
            _fen("wage_fen", 2_000, "人工每小时", "an hour of work"),
            _min("inspect_min", 6, "查验一件几分钟", "minutes to inspect one parcel"),
            _min("contact_min", 9, "多沟通一次几分钟", "minutes of one more round of talk"),
            _fen("repair_fen", 1_500, "维修一件", "one repair"),
        ),
    ),
    (
        "goodwill",
        (
            _fen("coupon_fen", 1_000, "优惠券面额", "face value of a coupon"),
            _bp("coupon_use_bp", 4_000, "优惠券使用率", "coupons that are used", 20),
            _fen("gift_fen", 600, "赠品成本", "cost of a gift"),
            _fen("service_fen", 500, "服务补偿成本", "cost of a service"),
            _fen("upgrade_fen", 2_000, "升级差价成本", "price gap of an upgrade"),
        ),
    ),
    (
        "severity",
        (
            _mean(_bp("minor_bp", 1_500, "轻微问题退多少", "part refund for a minor fault")),
            _mean(_bp("major_bp", 4_000, "明显问题退多少", "part refund for a major fault")),
            _mean(_bp("unsellable_bp", 10_000, "无法使用退多少", "refund for goods of no use")),
        ),
    ),
    (
        "dispute",
        (
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
        ),
    ),
    (
        "buyer",
        (
            _fen("buyer_fen", 1_000, "留住一位买家的价值", "what a kept buyer is worth"),
            _bp("keep_given_bp", 6_000, "满足后买家再来的可能", "buyers who come back when satisfied"),
            _bp("keep_part_bp", 4_000, "部分满足后再来的可能", "buyers who come back when met halfway"),
            _bp("keep_refused_bp", 1_000, "拒绝后再来的可能", "buyers who come back when refused"),
        ),
    ),
)
_BY_CATEGORY = frozenset({"goods_cost_bp", "resale_good_bp", "resale_poor_bp", "minor_bp", "major_bp"})
SPECS: dict[str, Spec] = {
    spec.name: replace(spec, group=group, by_category=spec.name in _BY_CATEGORY)
    for group, specs in _GROUPS
    for spec in specs
}
GROUP_WORDS: dict[str, Text] = {
    "goods": Text(zh="商品和再卖", en="Goods and resale"),
    "freight": Text(zh="运费", en="Freight"),
    "work": Text(zh="人工", en="Work"),
    "goodwill": Text(zh="补偿", en="Goodwill"),
    "severity": Text(zh="部分退款比例表（按问题程度）", en="Part refunds by severity"),
    "dispute": Text(zh="平台介入", en="Disputes"),
    "buyer": Text(zh="留住买家", en="Keeping the buyer"),
}
COUNTED = tuple(spec.name for spec in SPECS.values() if spec.prior_weight)
"""The figures that the desk counts in the shop's own cases."""


def figures_of(
    settings: Mapping[str, int], history: Mapping[str, Rate | Mean], facts: Mapping[str, int]
) -> dict[str, Figure]:
    """Choose each figure: the ticket's fact, else the shop's setting, else its history, else the default."""
    return {name: _figure(spec, settings, history, facts) for name, spec in SPECS.items()}


def _figure(
    spec: Spec, settings: Mapping[str, int], history: Mapping[str, Rate | Mean], facts: Mapping[str, int]
) -> Figure:
    name = spec.name
    if name in facts:
        return Figure(name, facts[name], Origin.FACT)
    if name in settings:
        return Figure(name, settings[name], Origin.SETTING)
    if name in history and history[name].cases:
        return Figure(name, history[name].value, Origin.HISTORY, history[name])
    return Figure(name, spec.default, Origin.DEFAULT)
