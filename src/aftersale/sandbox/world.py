"""Make the one seeded world: same seed, same clock, same world, to the last byte that is written of it."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from random import Random
from typing import TYPE_CHECKING

from aftersale.domain.clock import SHANGHAI
from aftersale.domain.money import allocate
from aftersale.sandbox import claims, history, story
from aftersale.sandbox.dice import happens, pick
from aftersale.sandbox.mix import Slot, slots_of_day
from aftersale.sandbox.model import Article, Buyer, Line, Order, Shop, Stage, Ticket, Truth, World
from aftersale.sandbox.purchases import Purchase, make_order
from aftersale.sandbox.scenes import SCENES, Scene
from aftersale.sandbox.together import pair_up, with_flags

if TYPE_CHECKING:
    from collections.abc import Iterable

__all__ = ["Article", "Buyer", "Order", "Shop", "Ticket", "World", "make_world"]

HOUR = timedelta(hours=1)


def make_world(seed: int, now: datetime, tickets: int = 912, home: str = story.BRAND) -> World:
    """Make the world of a home as it stands at `now`.

    `tickets` counts the day's work; finished tickets that a buyer's history needs come in addition, as
    `earlier`. A naive `now` raises ValueError.
    """
    if now.tzinfo is None:
        raise ValueError("the simulated clock needs a zone")
    maker = _Maker(seed, now.astimezone(SHANGHAI), home)
    day = [*maker.cast(tickets)]
    earlier = [*maker.pasts()]
    maker.quiet_orders()
    articles = tuple(a for a in story.ARTICLES if any(shop.key in a.shops for shop in maker.shops))
    apart = Random(f"{seed}/{home}/together")  # noqa: S311  a world that repeats, not a secret
    orders, day = pair_up(apart, maker.orders, day, {each.article_no: each for each in articles})
    return World(
        seed=seed,
        now=maker.now,
        home=home,
        shops=maker.shops,
        articles=articles,
        buyers=tuple(maker.buyers.values()),
        people=story.PEOPLE[home],
        orders=tuple(with_flags(apart, orders, day)),
        tickets=tuple(day),
        earlier=tuple(earlier),
    )


@dataclass
class _Maker:
    """Carry the seed's random stream and what has been made so far."""

    seed: int
    now: datetime
    home: str
    rng: Random = field(init=False)
    shops: tuple[Shop, ...] = field(init=False)
    buyers: dict[str, Buyer] = field(init=False)
    orders: list[Order] = field(default_factory=list)
    strangers: list[Buyer] = field(default_factory=list)
    made: int = 0

    def __post_init__(self) -> None:
        self.rng = Random(f"{self.seed}/{self.home}")  # noqa: S311  a world that repeats, not a secret
        self.shops = tuple(shop for shop in story.SHOPS if shop.home == self.home)
        named = story.NAMED_BUYERS if self.home == story.BRAND else ()
        self.buyers = {buyer.buyer_id: buyer for buyer in named}

    def cast(self, tickets: int) -> Iterable[Ticket]:
        """Give the scripted tickets their slots, then fill what is left of the day."""
        slots = Counter(slots_of_day(tickets))
        quota = dict(zip(self.shops, allocate(tickets, [shop.share for shop in self.shops]), strict=True))
        for scene in SCENES:
            shop = next((shop for shop in self.shops if shop.key == scene.shop), None)
            if shop and slots[scene.slot] and quota[shop]:
                slots[scene.slot] -= 1
                quota[shop] -= 1
                yield self._scripted(shop, scene)
        seats = [shop for shop, count in quota.items() for _ in range(count)]
        self.rng.shuffle(seats)
        for shop, slot in zip(seats, slots.elements(), strict=True):
            yield self._improvised(shop, slot)

    def pasts(self) -> Iterable[Ticket]:
        """Make the finished tickets of the buyer with eleven orders in three shops, all of them 少件."""
        slot = Slot(Line.SHIPPED_REFUND, Stage.REFUNDED, "agent")
        places = (("home", "TOY-7"), ("snack", "PAW-30"), ("home_ks", "TOY-7"), ("home", "CUP-350-BL"))
        for number in range(8 if "C0000004" in self.buyers else 0):
            key, article_no = places[number % len(places)]
            truth = Truth(claim_holds=number in (0, 1), sent_g=700, has_photo=number in (3, 7))
            scene = Scene(key, article_no, slot, "missing_item", 12.0, truth, "C0000004", signed_h=20.0)
            yield self._scripted(self._shop(key), scene, self.now - timedelta(days=6 + 9 * number))

    def quiet_orders(self) -> None:
        """Make orders that nobody complains of: histories of named buyers and some of everybody else's."""
        known = [("C0000001", 5), ("C0000004", 2)] if "C0000001" in self.buyers else []
        for buyer_id, count in known:
            for _ in range(count):
                self._order(self.shops[0], self._article(self.shops[0], None), self.buyers[buyer_id])
        for shop in self.shops:
            for _ in range(10 + shop.share // 4):
                self._order(shop, self._article(shop, None), self._buyer(""))

    def _shop(self, key: str) -> Shop:
        return next(shop for shop in self.shops if shop.key == key)

    def _scripted(self, shop: Shop, scene: Scene, now: datetime | None = None) -> Ticket:
        moment = now or self.now
        article = next(article for article in story.ARTICLES if article.article_no == scene.article_no)
        applied = moment - scene.applied_h * HOUR
        signed = None if scene.signed_h is None else scene.signed_h * HOUR
        shipped = scene.slot.line is not Line.UNSHIPPED
        way = history.make_journey(self.rng, applied, shipped=shipped, signed=signed, late=scene.late)
        order = self._order(shop, article, self._buyer(scene.buyer_id), way)
        ticket = self._ticket(order, scene.slot, scene.reason, applied, moment)
        asked = ticket.requested_fen if scene.requested_fen is None else scene.requested_fen
        return replace(ticket, truth=scene.truth, requested_fen=asked, buyer_says=scene.buyer_says)

    def _improvised(self, shop: Shop, slot: Slot) -> Ticket:
        article = self._article(shop, slot.line)
        respond = history.respond_hours(shop.platform, slot.line)
        applied = history.applied_at(self.rng, self.now, slot, respond)
        signed = self._signed_before(slot, article)
        late = happens(self.rng, 0.12 if slot.handled_by != "platform" and not slot.live else 0.03)
        shipped = slot.line is not Line.UNSHIPPED
        way = history.make_journey(self.rng, applied, shipped=shipped, signed=signed, late=late)
        reason = claims.pick_reason(self.rng, slot.line, article, signed=signed is not None, late=late)
        order = self._order(shop, article, self._buyer(""), way)
        return self._ticket(order, slot, reason, applied, self.now)

    def _signed_before(self, slot: Slot, article: Article) -> timedelta | None:
        """Pick how long before the application the parcel was signed for; None while it travels."""
        in_transit = {Line.UNSHIPPED: 1.0, Line.SHIPPED_REFUND: 0.4, Line.PRICE_PROTECT: 0.5}
        if happens(self.rng, in_transit.get(slot.line, 0.0)):
            return None
        if article.category == "fresh":
            return self.rng.uniform(0.5, 26.0) * HOUR
        late_return = slot.line is Line.RETURN_REVIEW and happens(self.rng, 0.08)
        return self.rng.uniform(190, 330) * HOUR if late_return else self.rng.uniform(1, 150) * HOUR

    def _article(self, shop: Shop, line: Line | None) -> Article:
        sold = [article for article in story.ARTICLES if shop.key in article.shops]
        fit = [article for article in sold if line is not Line.EXCHANGE or article.category != "fresh"]
        return self.rng.choices(fit, [story.SALES[article.article_no] for article in fit])[0]

    def _buyer(self, buyer_id: str) -> Buyer:
        if buyer_id in self.buyers:
            return self.buyers[buyer_id]
        if self.strangers and happens(self.rng, 0.08):
            return self.rng.choice(self.strangers)
        name = self.rng.choice(story.SURNAMES) + "*" * self.rng.choice((1, 1, 2))
        province, city = self.rng.choice(story.PLACES)
        character = pick(self.rng, story.CHARACTERS)
        buyer = Buyer(f"C{1000 + len(self.buyers):07d}", name, character, province, city)
        self.buyers[buyer.buyer_id] = buyer
        self.strangers.append(buyer)
        return buyer

    def _order(self, shop: Shop, article: Article, buyer: Buyer, way: history.Journey | None = None) -> Order:
        self.made += 1
        if way is None:
            moment = self.now - self.rng.uniform(3, 60) * timedelta(days=1)
            way = history.make_journey(self.rng, moment, shipped=True, signed=HOUR, late=False)
        purchase = Purchase(shop, article, buyer, way, self.made)
        order = make_order(self.rng, purchase)
        self.orders.append(order)
        return order

    def _ticket(self, order: Order, slot: Slot, reason: str, applied: datetime, now: datetime) -> Ticket:
        shop = self._shop(order.shop)
        line = order.lines[0]
        article = next(article for article in story.ARTICLES if article.article_no == line.article_no)
        applied = applied.replace(microsecond=0)
        respond = history.respond_hours(shop.platform, slot.line)
        times = history.make_times(self.rng, now, slot, respond, applied)
        back = history.goods_come_back(slot) or slot.stage is Stage.RECEIVE
        apply_type = claims.APPLY_TYPES[slot.line]
        return Ticket(
            ticket_no=self._number(shop),
            line=slot.line,
            stage=slot.stage,
            handled_by=slot.handled_by,
            shop=shop.key,
            order_no=order.order_no,
            line_no=line.line_no,
            article_no=line.article_no,
            buyer_id=order.buyer_id,
            apply_type=apply_type,
            reason=reason,
            requested_fen=self._asked(slot, reason, line.paid_fen),
            freight_fen=order.freight_fen if slot.line is Line.UNSHIPPED else 0,
            times=times,
            deadline_at=history.deadline(times, slot, shop.platform),
            truth=claims.make_truth(
                self.rng, self.buyers[order.buyer_id].character, reason, article, back=back
            ),
            buyer_says=claims.saying(self.rng, reason),
            shop_says=claims.answer(self.rng, slot),
            return_waybill=f"YT{self.rng.randrange(10**13):013d}" if times.return_sent_at else "",
            reship_waybill=f"ZT{self.rng.randrange(10**13):013d}" if times.reshipped_at else "",
        )

    def _asked(self, slot: Slot, reason: str, paid_fen: int) -> int:
        if slot.line in (Line.EXCHANGE, Line.RESHIP):
            return 0
        if slot.line is Line.PRICE_PROTECT:
            return paid_fen * self.rng.randint(5, 20) // 100
        partly = slot.line is Line.SHIPPED_REFUND and reason in claims.DOUBTED
        if partly and happens(self.rng, 0.35):
            return max(1, paid_fen * self.rng.randint(15, 60) // 100)
        return paid_fen

    def _number(self, shop: Shop) -> str:
        """Make a number as the platform would, 19 digits on 抖店, 16 on 快手; the last seven never repeat."""
        tail = f"{self.made:07d}"
        if shop.platform == "kuaishou":
            return f"2261{self.rng.randrange(10**5):05d}{tail}"
        return f"739{self.rng.randrange(10**9):09d}{tail}"
