"""Lay the costs of the lawful ways to settle a ticket side by side, part by part, in fen."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from aftersale.policy.costs.estimate import WHOLE, share
from aftersale.policy.costs.ways import VOLUNTARY, WAYS, Meets, Step

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from aftersale.policy.costs.figures import Figure
    from aftersale.policy.costs.ways import Remedied


@dataclass(frozen=True, slots=True)
class Case:
    """Hold what of a ticket its costs hang on; money in fen.

    `price_fen` is what was paid for the goods in question, `refundable_fen` the most that can be refunded,
    `asked_fen` what the buyer asks for. `fault` is the severity of the flaw (none, minor, major, unsellable).
    `shop_pays_back` says who bears the way back, `sound` whether goods that come back can be sold
    again (None: nobody knows yet), `in_stock` whether there are more of them. `worth` is what the buyer has
    of a way in fen, where that is not what it costs.
    """

    price_fen: int
    refundable_fen: int
    asked_fen: int
    fault: str
    shop_pays_back: bool
    sound: bool | None
    in_stock: bool
    worth: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Part:
    """Hold one part of a cost: what it is, how much, and the figures that it was made of."""

    step: Step
    fen: int
    figures: tuple[Figure, ...] = ()


@dataclass(frozen=True, slots=True)
class Costed:
    """Hold one way with its net cost; `gives_fen` is what the buyer gets in money or its worth."""

    name: str
    net_fen: int
    gives_fen: int
    parts: tuple[Part, ...]
    agreed: bool
    meets: Meets


_PARTIAL = {"minor": "minor_bp", "major": "major_bp", "unsellable": "unsellable_bp"}


class _Counting:
    """Count the parts of one ticket with one set of figures."""

    def __init__(self, case: Case, figures: Mapping[str, Figure]) -> None:
        self._case, self._figures = case, figures

    def value(self, name: str) -> int:
        return self._figures[name].value

    def goods(self) -> int:
        return share(self._case.price_fen, self.value("goods_cost_bp"))

    def part(self, step: Step, fen: int, *names: str) -> Part:
        return Part(step, fen, tuple(self._figures[name] for name in names))

    def refund(self, step: Step) -> Part:
        return self.part(step, self._case.refundable_fen)

    def part_refund(self, step: Step) -> Part:
        name = _PARTIAL.get(self._case.fault, "minor_bp")
        fen = min(share(self._case.price_fen, self.value(name)), self._case.refundable_fen)
        return self.part(step, fen, name)

    def new_goods(self, step: Step) -> Part:
        return self.part(step, self.goods(), "goods_cost_bp")

    def part_goods(self, step: Step) -> Part:
        return self.part(step, share(self.goods(), self.value("part_bp")), "goods_cost_bp", "part_bp")

    def back(self, step: Step) -> Part:
        fen = self.value("return_freight_fen") if self._case.shop_pays_back else 0
        return self.part(step, fen, "return_freight_fen")

    def recovered(self, step: Step) -> Part:
        if self._case.sound is None:
            return self._recovered_perhaps(step)
        name = "resale_good_bp" if self._case.sound else "resale_poor_bp"
        return self.part(step, -share(self.goods(), self.value(name)), "goods_cost_bp", name)

    def _recovered_perhaps(self, step: Step) -> Part:
        """Weigh what sound and faulty goods bring by how much of what comes back is sound."""
        sound = self.value("sound_bp")
        good = share(share(self.goods(), self.value("resale_good_bp")), sound)
        poor = share(share(self.goods(), self.value("resale_poor_bp")), WHOLE - sound)
        return self.part(step, -good - poor, "goods_cost_bp", "sound_bp", "resale_good_bp", "resale_poor_bp")

    def kept_here(self, step: Step) -> Part:
        return self.part(step, -self.goods(), "goods_cost_bp")

    def coupon(self, step: Step) -> Part:
        fen = share(self.value("coupon_fen"), self.value("coupon_use_bp"))
        return self.part(step, fen, "coupon_fen", "coupon_use_bp")

    def plain(self, name: str) -> Callable[[Step], Part]:
        return lambda step: self.part(step, self.value(name), name)

    def work(self, name: str) -> Callable[[Step], Part]:
        """Count minutes of work at the wage of an hour, half a fen up."""
        return lambda step: self.part(
            step, worked(self.value(name), self.value("wage_fen")), name, "wage_fen"
        )

    def dispute(self, meets: Meets, given_fen: int) -> Part:
        """Count what a dispute may cost: its work, and the money and score where the shop loses."""
        chance = _CHANCE[meets]
        open_fen = max(0, self._case.refundable_fen - given_fen)
        lost = share(open_fen + self.value("score_fen"), self.value("lost_bp"))
        fen = share(lost + self.value("dispute_fen"), self.value(chance))
        return self.part(Step.DISPUTE, fen, chance, "lost_bp", "dispute_fen", "score_fen")

    def buyer(self, meets: Meets) -> Part:
        keep = _KEEP[meets]
        fen = self.value("buyer_fen") - share(self.value("buyer_fen"), self.value(keep))
        return self.part(Step.BUYER, fen, "buyer_fen", keep)


_CHANCE = {
    Meets.GIVEN: "dispute_given_bp",
    Meets.PART: "dispute_part_bp",
    Meets.REFUSED: "dispute_refused_bp",
}
_KEEP = {Meets.GIVEN: "keep_given_bp", Meets.PART: "keep_part_bp", Meets.REFUSED: "keep_refused_bp"}
_PLAIN = {
    Step.FORWARD: "forward_freight_fen",
    Step.REPAIR: "repair_fen",
    Step.GIFT: "gift_fen",
    Step.SERVICE: "service_fen",
    Step.UPGRADE: "upgrade_fen",
}
_WORK = {Step.INSPECT: "inspect_min", Step.TALK: "contact_min"}
_HOUR_MIN = 60
_WORTH = frozenset({Step.REFUND, Step.PART_REFUND, Step.NEW_GOODS, Step.PART_GOODS, Step.GIFT, Step.SERVICE})


def costed(name: str, case: Case, figures: Mapping[str, Figure]) -> Costed:
    """Count one way; raises KeyError for a remedy that moves nothing."""
    way, counting = WAYS[name], _Counting(case, figures)
    parts = [_part(step, counting) for step in way.steps]
    given = case.worth.get(name, _given(way, case, counting, parts))
    meets = Meets.GIVEN if way.meets is Meets.PART and given >= case.asked_fen > 0 else way.meets
    parts += [counting.dispute(meets, given), counting.buyer(meets)]
    return Costed(name, sum(part.fen for part in parts), given, tuple(parts), way.agreed, meets)


def _part(step: Step, counting: _Counting) -> Part:
    own = {
        Step.REFUND: counting.refund,
        Step.PART_REFUND: counting.part_refund,
        Step.NEW_GOODS: counting.new_goods,
        Step.PART_GOODS: counting.part_goods,
        Step.BACK: counting.back,
        Step.RECOVERED: counting.recovered,
        Step.KEPT_HERE: counting.kept_here,
        Step.COUPON: counting.coupon,
    }
    if step in _WORK:
        return counting.work(_WORK[step])(step)
    count = own[step] if step in own else counting.plain(_PLAIN[step])
    return count(step)


def worked(minutes: int, wage_fen: int) -> int:
    """Give what minutes of work cost at the wage of an hour, half a fen up.

    >>> worked(6, 2_000), worked(9, 2_000)
    (200, 300)
    """
    return (2 * minutes * wage_fen + _HOUR_MIN) // (2 * _HOUR_MIN)


def _given(way: Remedied, case: Case, counting: _Counting, parts: Iterable[Part]) -> int:
    """Say what the buyer gets: goods at their price, a coupon at its face, freight and talk not at all."""
    if Step.NEW_GOODS in way.steps:
        return case.price_fen
    if Step.COUPON in way.steps:
        return counting.value("coupon_fen")
    return sum(part.fen for part in parts if part.step in _WORTH)


def out_of_stock(names: Iterable[str], case: Case) -> tuple[str, ...]:
    """Name the ways that cannot be gone because their goods are not in stock."""
    return () if case.in_stock else tuple(name for name in names if name in WAYS and WAYS[name].stock)


def compared(
    lawful: Iterable[str], case: Case, figures: Mapping[str, Figure], offered: Iterable[str] = VOLUNTARY
) -> tuple[Costed, ...]:
    """Count every lawful way, and what the shop may offer beside them; cheapest first, a tie to the buyer.

    What needs goods that are not in stock is no way and is left out; `out_of_stock` names it.
    """
    names = dict.fromkeys(name for name in (*lawful, *offered) if name in WAYS)
    short = out_of_stock(names, case)
    found = (costed(name, case, figures) for name in names if name not in short)
    return tuple(sorted(found, key=lambda way: (way.net_fen, -way.gives_fen, way.name)))
