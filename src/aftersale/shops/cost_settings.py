"""Set what costs are counted with: figures with day and source, weights, the amount above which they appear.

Each flow says what it changed; whoever calls it writes that into the journal and asks for permission first.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from aftersale.domain.errors import AftersaleError
from aftersale.domain.vocabulary import CATEGORIES
from aftersale.policy.costs.figures import SPECS, Unit
from aftersale.policy.costs.rank import CRITERIA, PRESETS
from aftersale.policy.costs.settled import Settled
from aftersale.shops.models import CostFigure, CostWeights
from aftersale.shops.settings import ShopChange
from aftersale.texts import Text

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import date, datetime

    from aftersale.shops.models import Person, Shop

MOST: Mapping[Unit, int] = {Unit.FEN: 10**8, Unit.BP: 10_000, Unit.MINUTES: 24 * 60, Unit.DAYS: 365}
"""The largest value of a figure by its unit."""

USUAL_PRESET, MOST_WEIGHT, LONGEST_SOURCE = "balanced", 100, 200
_MOST_FEN = 10**12

_WORDS: dict[str, tuple[Text, Text]] = {
    "cost.figure": (
        Text(zh="没有这个数。", en="There is no such figure."),
        Text(zh="从列表里选一个。", en="Choose one of the list."),
    ),
    "cost.value": (
        Text(zh="这个数不能用。", en="This number cannot be used."),
        Text(
            zh="金额写元（如 12.50），比例写 0 到 100 的百分数，时间写整分钟，天数写整数。",
            en="Write yuan (such as 12.50), per cents from 0 to 100, whole minutes or days.",
        ),
    ),
    "cost.source": (
        Text(zh="还没写这个数从哪里来。", en="It does not say where the number comes from."),
        Text(
            zh="写一句，如“10 月快递账单均价”；拿不准就写“估计”。",
            en="Write a line, such as 'average of October's bills'; write 'estimate' if it is one.",
        ),
    ),
    "cost.weights": (
        Text(zh="五项权重里至少一项要大于 0。", en="At least one of the five weights must be more than 0."),
        Text(zh="每项写 0 到 100 的整数。", en="Write whole numbers from 0 to 100."),
    ),
    "cost.above": (
        Text(zh="这个金额不能用。", en="This amount cannot be used."),
        Text(
            zh="写元，如 100；只在点开时看就空着。", en="Write yuan, such as 100; leave it empty for never."
        ),
    ),
}


class CostRefused(AftersaleError):
    """Refuse a setting of costs, with a way on."""

    def __init__(self, code: str) -> None:
        super().__init__(code, *_WORDS[code])


@dataclass(frozen=True, slots=True)
class Wanted:
    """Hold a figure as somebody wants it; `value` None takes the shop's own back."""

    name: str
    category: str
    value: int | None
    since: date
    source: str


@dataclass(frozen=True, slots=True)
class Weighing:
    """Hold how a shop weighs: the preset (empty: weights of its own), and above which amount costs appear."""

    preset: str
    weights: Mapping[str, int]
    above_fen: int | None
    by: str = ""
    at: datetime | None = None


def figures_set(shop_id: int) -> tuple[Settled, ...]:
    """Read every figure that a shop set, oldest first; one query."""
    rows = CostFigure.objects.filter(shop_id=shop_id).select_related("set_by").order_by("pk")
    return tuple(
        Settled(row.name, row.category, row.value, row.since, row.source, str(row.set_by)) for row in rows
    )


def set_figure(shop: Shop, wanted: Wanted, by: Person, now: datetime) -> ShopChange:
    """Set a figure from a day on; raises CostRefused."""
    spec = SPECS.get(wanted.name)
    if spec is None or (wanted.category and not (spec.by_category and wanted.category in CATEGORIES)):
        raise CostRefused("cost.figure")
    if wanted.value is not None and not 0 <= wanted.value <= MOST[spec.unit]:
        raise CostRefused("cost.value")
    if wanted.value is not None and not wanted.source.strip():
        raise CostRefused("cost.source")
    CostFigure.objects.create(
        shop=shop,
        name=wanted.name,
        category=wanted.category,
        value=wanted.value,
        since=wanted.since,
        source=wanted.source.strip()[:LONGEST_SOURCE],
        set_by=by,
        set_at=now,
    )
    named = {"name": wanted.name, "category": wanted.category, "since": wanted.since.isoformat()}
    return ShopChange(shop, "cost_figure", None, {**named, "value": wanted.value, "source": wanted.source})


def weighing_of(shop_id: int) -> Weighing:
    """Read how a shop weighs; where nobody said, balanced and on request. One query."""
    row = CostWeights.objects.filter(shop_id=shop_id).select_related("set_by").order_by("-pk").first()
    if row is None:
        return Weighing(USUAL_PRESET, PRESETS[USUAL_PRESET], None)
    weights = PRESETS.get(row.preset) or {name: int(row.weights[name]) for name in CRITERIA}
    return Weighing(row.preset, weights, row.above_fen, str(row.set_by), row.set_at)


def set_weighing(shop: Shop, wanted: Weighing, by: Person, now: datetime) -> ShopChange:
    """Set preset, weights and amount; a preset brings its own weights. Raises CostRefused."""
    weights = dict(PRESETS.get(wanted.preset) or wanted.weights)
    usable = [0 <= weights.get(name, -1) <= MOST_WEIGHT for name in CRITERIA]
    if not all(usable) or not any(weights[name] for name in CRITERIA):
        raise CostRefused("cost.weights")
    if wanted.above_fen is not None and not 0 <= wanted.above_fen <= _MOST_FEN:
        raise CostRefused("cost.above")
    preset = wanted.preset if wanted.preset in PRESETS else ""
    before, after = weighing_of(shop.pk), Weighing(preset, weights, wanted.above_fen)
    change = ShopChange(shop, "cost_weights", _told(before), _told(after))
    if change.before != change.after:
        CostWeights.objects.create(
            shop=shop, preset=preset, weights=weights, above_fen=wanted.above_fen, set_by=by, set_at=now
        )
    return change


def _told(weighing: Weighing) -> dict[str, object]:
    return {
        "preset": weighing.preset,
        "weights": dict(weighing.weights),
        "above_fen": weighing.above_fen,
    }
