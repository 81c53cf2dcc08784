"""Put the costs of a ticket's ways into words: amounts, parts with bars, sources, points, the door to act."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.urls import reverse

from aftersale.domain.roles import Permission
from aftersale.pages.words import act_on, plain_yuan
from aftersale.policy.costs.case import ASSUMED
from aftersale.policy.costs.estimate import Mean
from aftersale.policy.costs.figures import SPECS, Origin, Unit
from aftersale.policy.costs.rank import CRITERIA, CRITERION_WORDS
from aftersale.policy.costs.ways import STEP_WORDS, WAYS, Step
from aftersale.policy.rulebook import REJECT
from aftersale.shops.models.costs import GoodwillKind
from aftersale.shops.models.stock import StockSource
from aftersale.texts import Text
from aftersale.tickets.models.ticket import Lane
from aftersale.web.environment import lang, money
from aftersale.web.environment import say as _

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping

    from aftersale.api.costs import Costs, StockSeen
    from aftersale.policy.costs.compare import Costed, Part
    from aftersale.policy.costs.estimate import Rate
    from aftersale.policy.costs.figures import Figure
    from aftersale.policy.costs.rank import Ranked
    from aftersale.policy.costs.settled import Settled
    from aftersale.shops.models import Stock
    from aftersale.tickets.models import Ticket

_WHOLE_BP, _BAR = 100, 1_000
_GOODWILL_FIGURE = {
    "coupon_fen": GoodwillKind.COUPON,
    "gift_fen": GoodwillKind.GIFT,
    "service_fen": GoodwillKind.SERVICE,
    "upgrade_fen": GoodwillKind.UPGRADE,
}
KIND_WORDS: Mapping[str, Text] = {
    GoodwillKind.COUPON: Text(zh="优惠券", en="coupon"),
    GoodwillKind.GIFT: Text(zh="赠品", en="gift"),
    GoodwillKind.SERVICE: Text(zh="服务补偿", en="service"),
    GoodwillKind.UPGRADE: Text(zh="升级", en="upgrade"),
}
"""The kinds of goodwill in words."""
# By part: the colour that it has in the bar.
_COLOUR = {
    Step.REFUND: "paid",
    Step.PART_REFUND: "paid",
    Step.NEW_GOODS: "goods",
    Step.PART_GOODS: "goods",
    Step.RECOVERED: "won",
    Step.KEPT_HERE: "won",
    Step.DISPUTE: "risk",
    Step.BUYER: "lost",
}


@dataclass(frozen=True, slots=True)
class FigureShown:
    """Hold one figure in words with where it came from; `weak` marks an estimate from few cases."""

    label: str
    value: str
    source: str
    weak: bool


@dataclass(frozen=True, slots=True)
class PartShown:
    """Hold one part in words; `x` and `width` are its place in a bar of 1000."""

    label: str
    amount: str
    colour: str
    x: int
    width: int
    figures: tuple[FigureShown, ...]


@dataclass(frozen=True, slots=True)
class WayShown:
    """Hold one way in words; `act` is the address of its form, empty where nobody may press."""

    words: str
    net: str
    gives: str
    freight: str
    insists: bool
    asked: bool
    agreed: bool
    total: str
    points: tuple[tuple[str, int, int], ...]
    parts: tuple[PartShown, ...]
    act: str
    act_words: str


@dataclass(frozen=True, slots=True)
class Table:
    """Hold the ways in their order, what was assumed for all of them, and what the stock leaves out."""

    ways: tuple[WayShown, ...]
    assumed: tuple[str, ...]
    stock: str = ""
    stock_old: str = ""
    short: str = ""


def shown_costs(found: Costs, ticket: Ticket, may: Collection[Permission]) -> Table:
    """Put costs into words for somebody who may do some things."""
    scale = max((_outlay(each.way) for each in found.ways), default=0)
    saying = _Saying(found, ticket, may, max(scale, 1))
    words = tuple(ASSUMED[name].of(lang()) for name in found.read.assumed)
    ways = tuple(saying.way(each) for each in found.ways)
    if found.stock is None:
        return Table(ways, words)
    return Table(ways, words, stock_words(found.stock.said), saying.old(found.stock), saying.short())


def _outlay(way: Costed) -> int:
    return sum(part.fen for part in way.parts if part.fen > 0)


class _Saying:
    def __init__(self, found: Costs, ticket: Ticket, may: Collection[Permission], scale: int) -> None:
        self._found, self._ticket, self._may, self._scale = found, ticket, may, scale
        weights = found.weights_by
        self._weights = [(name, CRITERION_WORDS[name].of(lang()), weights[name]) for name in CRITERIA]

    def way(self, each: Ranked) -> WayShown:
        way, address = each.way, self._address(each.way)
        return WayShown(
            words=self._name(way.name),
            net=money(way.net_fen),
            gives=money(way.gives_fen) if way.gives_fen else "—",
            freight=self._freight(way),
            insists=way.name in self._found.owed,
            asked=way.name == self._found.asked,
            agreed=way.agreed,
            total=f"{each.total / 100:.0f}",
            points=tuple((words, each.points[name], weight) for name, words, weight in self._weights),
            parts=tuple(self._parts(way.parts)),
            act=address,
            act_words=_("Refuse ...") if way.name == REJECT else _("Do this"),
        )

    def old(self, seen: StockSeen) -> str:
        """Say how old a figure of stock is, and from when on that counts as old; empty before."""
        if not seen.old:
            return ""
        figure = self._figure(self._found.figures["stock_days"])
        words = _("The stock was counted {days} days ago and may have changed (old after {most}: {source}).")
        return words.format(days=seen.days, most=figure.value, source=figure.source)

    def short(self) -> str:
        """Name the ways that are left out for want of goods; empty where there are none."""
        names = "、".join(self._name(name) for name in self._found.short)
        return _("Not possible, nothing in stock: {ways}.").format(ways=names) if names else ""

    def _name(self, name: str) -> str:
        remedy = self._found.book.remedies.get(name)
        return remedy.of(lang()) if remedy else KIND_WORDS[name].of(lang())

    def _freight(self, way: Costed) -> str:
        if Step.BACK not in WAYS[way.name].steps:
            return _("nothing travels back")
        return _("the shop") if self._found.read.case.shop_pays_back else _("the buyer")

    def _address(self, way: Costed) -> str:
        """Give the form that does it, filled in; empty where it is not this person's or not now."""
        ticket, name = self._ticket, way.name
        if not ticket.open or ticket.lane != Lane.OURS:
            return ""
        if name == REJECT:
            return reverse("refuse", args=[ticket.pk]) if self._may_refuse() else ""
        if Permission.APPROVE not in self._may:
            return ""
        if any(each.kind == name for each in self._found.goodwill):
            return f"{reverse('goodwill', args=[ticket.pk])}?kind={name}"
        verb = act_on(ticket, name)
        amount = f"&amount={plain_yuan(way.gives_fen)}" if name == "partial_refund" else ""
        return f"{reverse('approve', args=[ticket.pk])}?verb={verb}{amount}" if verb else ""

    def _may_refuse(self) -> bool:
        return bool({Permission.REFUSE, Permission.PROPOSE} & set(self._may))

    def _parts(self, parts: Iterable[Part]) -> Iterable[PartShown]:
        """Lay parts that cost one behind the other, and parts that come back from the left again."""
        ends = {True: 0, False: 0}
        for part in parts:
            start = ends[part.fen > 0]
            ends[part.fen > 0] += abs(part.fen)
            x, end = (each * _BAR // self._scale for each in (start, ends[part.fen > 0]))
            yield PartShown(
                STEP_WORDS[part.step].of(lang()),
                money(part.fen),
                _COLOUR.get(part.step, "work"),
                x,
                end - x,
                tuple(map(self._figure, part.figures)),
            )

    def _figure(self, figure: Figure) -> FigureShown:
        kind = _GOODWILL_FIGURE.get(figure.name)
        goodwill = next((each for each in self._found.goodwill if each.kind == kind), None)
        told = goodwill_source(goodwill.name) if goodwill else source_of(figure, self._found.settled)
        spec = SPECS[figure.name]
        return FigureShown(spec.label.of(lang()), amount_of(figure.value, spec.unit), told, figure.few)


def stock_words(stock: Stock) -> str:
    """Say how many pieces are left, and where that number comes from."""
    source = (
        _("set by the shop: {source}, {who}, from {day}").format(
            source=_("the page of the article"), who=stock.said_by, day=stock.counted_on.isoformat()
        )
        if stock.source == StockSource.PAGE
        else _("product register, {day}").format(day=stock.counted_on.isoformat())
    )
    words = _("In stock: {left} (counted {pieces}, held for tickets {taken}; {source})")
    return words.format(left=stock.left, pieces=stock.pieces, taken=stock.taken, source=source)


def goodwill_source(name: str) -> str:
    """Say that a number is that of a goodwill which the shop keeps."""
    return _("goodwill of the shop: {name}").format(name=name)


def amount_of(value: int, unit: Unit) -> str:
    """Say a figure in its unit."""
    if unit is Unit.FEN:
        return money(value)
    if unit is Unit.MINUTES:
        return _("{count} min").format(count=value)
    if unit is Unit.DAYS:
        return _("{count} days").format(count=value)
    return f"{value / _WHOLE_BP:g}%"


def source_of(figure: Figure, settled: Mapping[str, Settled]) -> str:
    """Say where a number came from."""
    if figure.origin is Origin.FACT:
        return _("told of this ticket")
    if figure.origin is Origin.SETTING:
        return _set_by(settled.get(figure.name))
    if figure.rate is not None:
        return counted_words(figure.rate, SPECS[figure.name].unit)
    return _("assumption of the program, not measured")


def _set_by(row: Settled | None) -> str:
    if row is None:
        return _("set by the shop")
    words = _("set by the shop: {source}, {who}, from {day}")
    return words.format(source=row.source, who=row.by, day=row.since.isoformat())


def counted_words(rate: Rate | Mean, unit: Unit) -> str:
    """Say what an estimate rests on, how weak it is, and what was believed before any case."""
    weak = _("estimated from {count} cases, very weak") if rate.few else _("estimated from {count} cases")
    prior = _("before any case: {rate}, weighing as {weight} cases")
    said = weak.format(count=rate.cases)
    believed = prior.format(rate=amount_of(rate.prior.value, unit), weight=rate.prior.weight)
    if isinstance(rate, Mean):
        mean = amount_of(rate.total // rate.cases, unit) if rate.cases else "—"
        return _("{said} (mean of them {mean}; {prior})").format(said=said, mean=mean, prior=believed)
    return _("{said} ({hits} of {count}; {prior})").format(
        said=said, hits=rate.hits, count=rate.cases, prior=believed
    )
