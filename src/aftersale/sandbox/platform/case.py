"""Name what the simulated platforms keep, apart from how each writes it. Times are epoch ms, money is fen."""

from __future__ import annotations

from enum import StrEnum
from typing import TypeAlias

import msgspec

HOUR = 3_600_000
DAY = 24 * HOUR


class Kind(StrEnum):
    """Say what the buyer applies for."""

    RETURN = "return"
    SHIPPED = "shipped"
    UNSHIPPED = "unshipped"
    EXCHANGE = "exchange"
    PRICE = "price"
    RESHIP = "reship"


class Step(StrEnum):
    """Say whose move it is, or how the ticket ended; REFUSED_GOODS is the refusal of what came back."""

    DECIDE = "decide"
    BUYER_RETURNS = "buyer_returns"
    RECEIVE = "receive"
    SHIP = "ship"
    BUYER_RECEIVES = "buyer_receives"
    REFUSED = "refused"
    REFUSED_GOODS = "refused_goods"
    REFUNDED = "refunded"
    REPLACED = "replaced"
    CLOSED = "closed"


ENDED = frozenset({Step.REFUNDED, Step.REPLACED, Step.CLOSED})


class Actor(StrEnum):
    """Say who did it."""

    BUYER = "buyer"
    MERCHANT = "merchant"
    PLATFORM = "platform"


class Ruling(StrEnum):
    """Say how far a dispute has come."""

    EVIDENCE = "evidence"
    SUBMITTED = "submitted"
    FOR_BUYER = "for_buyer"
    FOR_MERCHANT = "for_merchant"
    CANCELLED = "cancelled"


OPEN_RULINGS = frozenset({Ruling.EVIDENCE, Ruling.SUBMITTED})


class Entry(msgspec.Struct, frozen=True):
    """Hold one line of the negotiation history."""

    at: int
    by: Actor
    action: str
    text: str
    images: tuple[str, ...] = ()


class Dispute(msgspec.Struct, frozen=True, kw_only=True):
    """Hold an intervention of the platform: until when the shop may submit, what it submitted, the ruling.

    `ruled_at` is 0 before the first ruling. `asked_again_at` is when the shop asked for reconsideration, with
    `new_images`; `turned` tells that the ruling was changed by it.
    """

    no: str
    ruling: Ruling
    opened_at: int
    updated_at: int
    due_at: int
    images: tuple[str, ...] = ()
    comment: str = ""
    opinion: str = ""
    ruled_at: int = 0
    asked_again_at: int = 0
    answered_again_at: int = 0
    new_images: tuple[str, ...] = ()
    new_comment: str = ""
    turned: bool = False

    @property
    def open(self) -> bool:
        """Tell whether nothing is decided yet."""
        return self.ruling in OPEN_RULINGS

    @property
    def looked_at_again(self) -> bool:
        """Tell whether the shop waits for an answer to its request for reconsideration."""
        return bool(self.asked_again_at) and not self.answered_again_at


class Refusal(msgspec.Struct, frozen=True):
    """Hold the reason that the shop gave for a refusal."""

    code: int
    text: str
    images: tuple[str, ...] = ()


class Parcel(msgspec.Struct, frozen=True):
    """Hold a parcel under way."""

    no: str
    carrier: str
    at: int


class Case(msgspec.Struct, frozen=True, kw_only=True):
    """Hold one ticket.

    `asked_fen` is for goods, `freight_fen` comes on top; `paid_fen` is what the buyer paid for the line.
    `updated_at` is the version and never stands still when something changes; `due_at` is 0 when nothing is
    due. `character` decides how the buyer behaves; no platform shows it. `label` marks generated data.
    """

    no: str
    shop: str
    order_no: str
    line_no: str
    article_no: str
    buyer_id: str
    kind: Kind
    step: Step
    reason: str
    says: str
    asked_fen: int
    freight_fen: int
    paid_fen: int
    character: str
    holds: bool
    box: str
    applied_at: int
    updated_at: int
    due_at: int
    pictures: tuple[str, ...] = ()
    ended_at: int = 0
    ended_by: Actor | None = None
    agreed_at: int = 0
    refunded_fen: int = 0
    got_parcel: bool = False
    sent_back: Parcel | None = None
    sent_again: Parcel | None = None
    refusal: Refusal | None = None
    refused_at: int = 0
    dispute: Dispute | None = None
    extensions: int = 0
    address_id: int = 0
    return_freight_fen: int = 0
    freight_state: int = 0
    log: tuple[Entry, ...] = ()
    remarks: tuple[Entry, ...] = ()
    label: str = "演示数据"

    @property
    def open(self) -> bool:
        """Tell whether anything can still happen."""
        return self.step not in ENDED

    @property
    def total_fen(self) -> int:
        """Give what a refund pays: goods and freight; what an exchange turns into is the line's price."""
        return (self.asked_fen or self.paid_fen) + self.freight_fen

    @property
    def disputed(self) -> bool:
        """Tell whether the platform is deciding."""
        return self.dispute is not None and self.dispute.open


class SoldLine(msgspec.Struct, frozen=True, kw_only=True):
    """Hold one article of an order."""

    no: str
    article_no: str
    title: str
    specification: str
    quantity: int
    price_fen: int
    paid_fen: int
    gift: bool


class Note(msgspec.Struct, frozen=True):
    """Hold a remark that the shop put on an order, with its flag."""

    at: int
    text: str
    flag: int


class Sold(msgspec.Struct, frozen=True, kw_only=True):
    """Hold an order; times are 0 while nothing has happened. No platform shows `character`."""

    no: str
    shop: str
    buyer_id: str
    buyer_name: str
    character: str
    province: str
    city: str
    lines: tuple[SoldLine, ...]
    freight_fen: int
    paid_at: int
    promised_at: int
    updated_at: int
    shipped_at: int = 0
    signed_at: int = 0
    waybill: str = ""
    carrier: str = ""
    intercepted: bool = False
    notes: tuple[Note, ...] = ()

    @property
    def paid_fen(self) -> int:
        """Give what the buyer paid, freight included."""
        return sum(line.paid_fen for line in self.lines) + self.freight_fen


class Refund(msgspec.Struct, frozen=True, kw_only=True):
    """Hold one payment to a buyer; `shipped` tells whether the parcel had a waybill by then."""

    no: str
    ticket: str
    order: str
    shop: str
    fen: int
    at: int
    by: Actor
    why: str
    shipped: bool


class Service(msgspec.Struct, frozen=True, kw_only=True):
    """Hold a 平台服务单 that the shop has to answer."""

    no: int
    shop: str
    order_no: str
    detail: str
    created_at: int
    updated_at: int
    due_at: int
    status: int = 0
    reply: str = ""
    replied_at: int = 0
    evidence: tuple[str, ...] = ()


Document: TypeAlias = Case | Sold | Service
