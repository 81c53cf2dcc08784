"""Hold what 抖店 says about one ticket, read alike from the list and from the detail of the ticket.

The two name the same things differently: aftersale_id and after_sale_id, text there and a number here.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from datetime import datetime

LIST, DETAIL = "afterSale.List", "afterSale.Detail"


@dataclass(frozen=True, slots=True)
class Line:
    """Hold one order line of a ticket; `promotion` is None where the call does not say it."""

    line_no: str
    status: int | None
    name: str
    product_id: str
    article_no: str
    spec: str
    paid: int | None
    promotion: int | None
    freight: int | None
    oversea: bool


@dataclass(frozen=True, slots=True)
class Money:
    """Hold amounts in fen: asked for with and without freight, freight, and what was really paid back."""

    asked: int | None
    freight: int | None
    asked_with_freight: int | None
    paid_back: int | None
    status: int | None


@dataclass(frozen=True, slots=True)
class Dispute:
    """Hold how far a dispute is, until when the shop has to say something, and how it was decided.

    Codes are as they came; `pictures` counts what the platform has of the shop.
    """

    code: int
    word: str
    deadline: datetime | None
    opened_at: datetime | None = None
    number: str = ""
    changed_at: datetime | None = None
    conclusion: int = 0
    blame: int = 0
    wants: str = ""
    opinion: str = ""
    pictures: int = 0


@dataclass(frozen=True, slots=True)
class Parcels:
    """Hold waybills: how the goods went out, and how they come back."""

    states: tuple[int, ...]
    word: str
    carrier: str
    out: bool
    return_waybill: str
    return_sent_at: datetime | None


@dataclass(frozen=True, slots=True)
class Times:
    """Hold version (update_time as text), times, and whether nothing can be done any more."""

    version: str
    updated_at: datetime
    applied_at: datetime
    deadline: datetime | None
    final: bool


@dataclass(frozen=True, slots=True)
class Said:
    """Hold all of one ticket; codes as they came, words as they came."""

    source: str
    ticket_no: str
    order_no: str
    times: Times
    status: int | None
    status_word: str
    kind: int | None
    kind_word: str
    reason: str
    reason_code: int | None
    money: Money
    dispute: Dispute
    parcels: Parcels
    lines: tuple[Line, ...]
    got_parcel: int | None
    refuse_sign: int | None
    audits: tuple[int, ...]
    refunded_by: int
    machine: bool
    badges: tuple[str, ...]
    flag: int | None = None
    remark: str = ""
    evidence: tuple[str, ...] = ()
    return_carrier: str = ""
