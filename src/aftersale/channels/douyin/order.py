"""Read what the order of a ticket adds: when it was paid, sent and signed for, and who bought it."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from aftersale.channels.douyin.answer import ask
from aftersale.channels.douyin.shape import Misread
from aftersale.domain.errors import Rejected, Unauthorised

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime

    from aftersale.channels.base import Hands
    from aftersale.channels.douyin.shape import Shape

ORDER = "order.orderDetail"


@dataclass(frozen=True, slots=True)
class Order:
    """Hold times of an order (None: has not happened) and its amounts in fen; `buyer` is the platform's id.

    `contact` is masked as the platform masks it, `sealed` as it encrypts it; nothing here is a plain value.
    """

    paid_at: datetime | None
    promised_ship_at: datetime | None
    shipped_at: datetime | None
    signed_at: datetime | None
    confirmed_at: datetime | None
    order_paid: int | None
    line_paid: int | None
    live: str
    province: str
    buyer: str
    buyer_name: str
    contact: str
    sealed: Mapping[str, str] = field(default_factory=dict, repr=False)


def read_order(order_no: str, line_nos: Sequence[str], hands: Hands) -> Order | None:
    """Read an order; None where we may not see it or it cannot be read. Raises Unavailable."""
    try:
        data = ask(hands, ORDER, {"shop_order_id": order_no}).data.at("shop_order_detail")
        return _order(data, line_nos) if data else None
    except (Rejected, Unauthorised, Misread):
        return None


def _order(data: Shape, line_nos: Sequence[str]) -> Order:
    lines = [each for each in data.each("sku_order_list") if each.id("order_id") in line_nos]
    masked = (data.text("mask_post_receiver"), data.text("mask_post_tel"))
    return Order(
        paid_at=data.moment("pay_time"),
        promised_ship_at=data.moment("exp_ship_time"),
        shipped_at=data.moment("ship_time"),
        signed_at=_latest([each.moment("logistics_receipt_time") for each in lines]),
        confirmed_at=_latest([each.moment("confirm_receipt_time") for each in lines]),
        order_paid=_paid(data),
        line_paid=_sum([_paid(each) for each in lines]),
        live=_only([each.text("author_name") for each in lines]),
        province=data.at("post_addr").at("province").text("name"),
        buyer=data.text("doudian_open_id"),
        buyer_name=masked[0],
        contact="，".join(text for text in masked if text),
        sealed=_sealed(data),
    )


def _sealed(data: Shape) -> dict[str, str]:
    """Give receiver, phone and address as the platform encrypts them."""
    found = {
        "receiver": data.text("encrypt_post_receiver"),
        "phone": data.text("encrypt_post_tel"),
        "address": data.at("post_addr").text("encrypt_detail"),
    }
    return {name: cipher for name, cipher in found.items() if cipher}


def _paid(amounts: Shape) -> int | None:
    """Give what the buyer paid: what a payment promotion carried is not the buyer's."""
    paid, promotion = amounts.fen("pay_amount"), amounts.fen("promotion_pay_amount") or 0
    return paid - promotion if paid is not None and promotion <= paid else None


def _sum(amounts: list[int | None]) -> int | None:
    told = [each for each in amounts if each is not None]
    return sum(told) if told and len(told) == len(amounts) else None


def _latest(times: list[datetime | None]) -> datetime | None:
    """Give the last time, once every line has one."""
    told = [each for each in times if each is not None]
    return max(told) if told and len(told) == len(times) else None


def _only(names: list[str]) -> str:
    found = {name for name in names if name}
    return found.pop() if len(found) == 1 else ""
