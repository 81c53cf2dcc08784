"""Name what exists in the invented world, apart from how any platform writes it.

A ticket keeps what really happened in `Truth`, including what no sheet shows: the condition of the goods,
whether the claim holds, what lies in the returned box. Writers may not read it; judges and benches may.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from functools import cached_property
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from datetime import datetime


class Line(StrEnum):
    """Sort the day's work into the queues that agents speak of."""

    UNSHIPPED = "未发货退款"
    SHIPPED_REFUND = "已发货仅退款"
    RETURN_REVIEW = "退货首审"
    RETURN_RECEIPT = "退货待收货"
    EXCHANGE = "换货"
    RESHIP = "补寄"
    PRICE_PROTECT = "价保"
    PLATFORM_SERVICE = "平台服务单"
    ARBITRATION = "平台介入"


class Stage(StrEnum):
    """Say whose move it is, or how the ticket ended."""

    DECIDE = "decide"
    BUYER_RETURNS = "buyer_returns"
    RECEIVE = "receive"
    SHIP = "ship"
    BUYER_RECEIVES = "buyer_receives"
    REJECTED = "rejected"
    ARBITRATION = "arbitration"
    REFUNDED = "refunded"
    REPLACED = "replaced"
    CLOSED = "closed"

    @property
    def final(self) -> bool:
        """Tell whether nothing more will happen."""
        return self in (Stage.REFUNDED, Stage.REPLACED, Stage.CLOSED)


@dataclass(frozen=True, slots=True)
class Shop:
    """Describe a shop; `by_sheet` means it has no API and somebody re-saves its sheets in Excel."""

    key: str
    name: str
    platform: str
    home: str
    share: int
    by_sheet: bool = False


@dataclass(frozen=True, slots=True)
class Article:
    """Describe an article as the product register would, and what goes wrong with it."""

    article_no: str
    title: str
    category: str
    price_fen: int
    cost_fen: int
    return_cost_fen: int
    weight_g: int
    supplier: str
    shops: tuple[str, ...]
    troubles: tuple[tuple[str, int], ...]
    opt_out_class: str = "none"
    promise_days: int = 0
    freight_insurance: bool = True
    batch: str = ""
    batch_note: str = ""
    specification: str = "默认"
    gift: str = ""


@dataclass(frozen=True, slots=True)
class Buyer:
    """Describe a buyer; `character` is a truth of the world and never a reason to refuse."""

    buyer_id: str
    masked_name: str
    character: str
    province: str
    city: str


@dataclass(frozen=True, slots=True)
class Person:
    """Describe somebody who works at the desk."""

    name: str
    role: str
    duty: str


@dataclass(frozen=True, slots=True)
class OrderLine:
    """Hold one article of an order; `paid_fen` is what the buyer paid after the line's discount."""

    line_no: str
    article_no: str
    quantity: int
    price_fen: int
    discount_fen: int
    gift: bool = False

    @property
    def paid_fen(self) -> int:
        """Give what the buyer paid for this line, freight apart."""
        return self.price_fen * self.quantity - self.discount_fen


@dataclass(frozen=True, slots=True)
class Order:
    """Hold one order with what was promised, sent and signed for.

    `opt_out_confirmed` and `class_confirmed` record a separate confirmation for this purchase; no sheet
    shows them. `flag` is the colour that somebody at the shop has set on it, as agents write it.
    """

    order_no: str
    shop: str
    buyer_id: str
    lines: tuple[OrderLine, ...]
    freight_fen: int
    paid_at: datetime
    promised_ship_at: datetime
    shipped_at: datetime | None = None
    first_scan_at: datetime | None = None
    signed_at: datetime | None = None
    waybill: str = ""
    carrier: str = ""
    opt_out_confirmed: bool = False
    class_confirmed: bool = False
    batch: str = ""
    flag: str = ""

    @property
    def paid_fen(self) -> int:
        """Give what the buyer paid for the whole order, freight included."""
        return sum(line.paid_fen for line in self.lines) + self.freight_fen


@dataclass(frozen=True, slots=True)
class Truth:
    """Keep what really happened and what no sheet shows.

    `claim_holds` says whether the reason given is true. `goods` and `box` tell the condition of the goods in
    the buyer's hands and what lies in the returned parcel; the weights are those a warehouse would measure.
    """

    claim_holds: bool
    goods: str = "intact"
    box: str = "right"
    sent_g: int = 0
    returned_g: int = 0
    has_photo: bool = False
    story: str = ""


@dataclass(frozen=True, slots=True)
class Times:
    """Keep when each step of a ticket happened; None means it has not."""

    applied_at: datetime
    agreed_at: datetime | None = None
    return_sent_at: datetime | None = None
    return_arrived_at: datetime | None = None
    received_at: datetime | None = None
    rejected_at: datetime | None = None
    reshipped_at: datetime | None = None
    arbitration_at: datetime | None = None
    finished_at: datetime | None = None

    def steps(self) -> Iterator[tuple[str, datetime]]:
        """Yield the steps that have happened, in the order in which they must."""
        for name in TIME_NAMES:
            moment = getattr(self, name)
            if moment is not None:
                yield name, moment


TIME_NAMES = tuple(Times.__dataclass_fields__)


@dataclass(frozen=True, slots=True)
class Ticket:
    """Hold one application of a buyer with its true history.

    `handled_by` is nobody, platform (its own assistants), or agent. `deadline_at` is when the platform will
    act by itself, None when the ticket is final.
    """

    ticket_no: str
    line: Line
    stage: Stage
    handled_by: str
    shop: str
    order_no: str
    line_no: str
    article_no: str
    buyer_id: str
    apply_type: str
    reason: str
    requested_fen: int
    freight_fen: int
    times: Times
    deadline_at: datetime | None
    truth: Truth
    buyer_says: str = ""
    shop_says: str = ""
    return_waybill: str = ""
    reship_waybill: str = ""


@dataclass(frozen=True)
class World:
    """Hold everything of one home at one moment of the simulated clock.

    `tickets` are the day's work, `earlier` are finished ones that buyers' histories need. `generated` is what
    every writer must show the reader.
    """

    seed: int
    now: datetime
    home: str
    shops: tuple[Shop, ...]
    articles: tuple[Article, ...]
    buyers: tuple[Buyer, ...]
    people: tuple[Person, ...]
    orders: tuple[Order, ...]
    tickets: tuple[Ticket, ...]
    earlier: tuple[Ticket, ...]
    generated: str = "演示数据"

    def shop(self, key: str) -> Shop:
        """Find a shop by its key."""
        return next(shop for shop in self.shops if shop.key == key)

    def article(self, article_no: str) -> Article:
        """Find an article by its merchant code."""
        return next(article for article in self.articles if article.article_no == article_no)

    def buyer(self, buyer_id: str) -> Buyer:
        """Find a buyer by the platform's id."""
        return self._buyers[buyer_id]

    @cached_property
    def _buyers(self) -> Mapping[str, Buyer]:
        return {buyer.buyer_id: buyer for buyer in self.buyers}

    def tickets_of(self, shop: Shop) -> tuple[Ticket, ...]:
        """List a shop's tickets, earlier ones too, newest application first as the platforms do."""
        own = [ticket for ticket in (*self.earlier, *self.tickets) if ticket.shop == shop.key]
        return tuple(
            sorted(own, key=lambda ticket: (ticket.times.applied_at, ticket.ticket_no), reverse=True)
        )

    def orders_of(self, shop: Shop) -> Mapping[str, Order]:
        """Map a shop's order numbers to its orders, oldest payment first."""
        own = sorted((o for o in self.orders if o.shop == shop.key), key=lambda o: (o.paid_at, o.order_no))
        return {order.order_no: order for order in own}
