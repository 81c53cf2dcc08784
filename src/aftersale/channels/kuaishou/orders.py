"""Say what the order behind a ticket tells: what was paid, when it left, whether it arrived."""

from __future__ import annotations

from typing import TYPE_CHECKING

from aftersale.channels.kuaishou.codes import CARRIERS, FLAG_OF_TAG, Order, Receipt
from aftersale.channels.kuaishou.standing import known
from aftersale.channels.kuaishou.values import Told
from aftersale.channels.lasting import NO_ORDER

if TYPE_CHECKING:
    from aftersale.channels.draft import Draft

_LEFT = frozenset({Order.SHIPPED, Order.SIGNED, Order.DONE})
_ARRIVED = frozenset({Order.SIGNED, Order.DONE})
_NOT_LEFT = frozenset({Order.TO_PAY, Order.PAID})
_STATUS = "订单·状态"


def say_order(order: Told | None, ticket: Told, draft: Draft) -> None:
    """Take down all that the order says; without one, that nobody knows."""
    if order is None:
        for name in ("promised_ship_at", "confirmed_at", "paid_at", "shipped_at", "signed_at"):
            draft.hide(name, NO_ORDER)
        return
    base, item = order.part("orderBaseInfo"), order.part("orderItemInfo")
    draft.say("paid_at", base.at("payTime"), "订单·付款时间")
    if (promised := base.at("validPromiseShipmentTimeStamp")) is None:
        draft.hide("promised_ship_at", "订单没有承诺发货时间")
    draft.say("promised_ship_at", promised, "订单·承诺发货时间")
    _say_way(base, ticket, draft)
    _say_services(item.part("serviceInfo"), draft)
    draft.say("sku", item.text("skuDesc") or None, "订单·规格")
    draft.say("province", order.part("orderAddress").text("province") or None, "订单·省")
    draft.say("carrier", _carrier(order), "订单·快递")


def _say_way(base: Told, ticket: Told, draft: Draft) -> None:
    """Tell whether the goods left and arrived; an order that failed may have done either."""
    status, sent_at = known(Order, base.code("status")), base.at("sendTime")
    left = True if sent_at or status in _LEFT else False if status in _NOT_LEFT else None
    draft.step("shipped", happened=left, at=sent_at, source="订单·发货时间" if sent_at else _STATUS)
    if left is False:
        return
    _say_arrival(status, ticket, draft)
    confirmed_at = base.at("recvTime")
    draft.say("confirmed_at", confirmed_at, "订单·确认收货时间")
    if confirmed_at is None and status not in {Order.SHIPPED, *_NOT_LEFT}:
        draft.hide("confirmed_at", _STATUS)


def _say_arrival(status: Order | None, ticket: Told, draft: Draft) -> None:
    """Tell whether the buyer has the goods: the order, else what the buyer says of himself."""
    told = known(Receipt, ticket.code("receiptStatus"))
    if status in _ARRIVED:
        draft.step("signed", happened=True, at=None, source=_STATUS)
    elif told is Receipt.RECEIVED:
        draft.step("signed", happened=True, at=None, source="售后单·买家已收到货")
    elif told is Receipt.NOT_RECEIVED and status is Order.SHIPPED:
        draft.step("signed", happened=False, at=None, source="售后单·买家未收到货")
    else:
        draft.hide("signed_at", _STATUS)


def _say_services(services: Told, draft: Draft) -> None:
    draft.say("freight_insurance", services.flag("freight"), "订单·运费险")
    if services.flag("instantRefund"):
        draft.say("service_tags", frozenset({"fast_refund"}), "订单·极速退款")


def badges(order: Told | None) -> tuple[str, ...]:
    """Name the service badges of an order."""
    services = order.part("orderItemInfo").part("serviceInfo") if order else Told({})
    shown = {"极速退款": services.flag("instantRefund"), "运费险": services.flag("freight")}
    return tuple(name for name, on in shown.items() if on)


def _carrier(order: Told) -> str | None:
    """Name the carrier of the goods; several are no answer."""
    codes = {code for parcel in order.parts("orderLogisticsInfo") if (code := parcel.code("expressCode"))}
    return carrier_name(codes.pop()) if len(codes) == 1 else None


def carrier_name(code: int) -> str:
    """Name a carrier, or give the code as it came."""
    return CARRIERS.get(code, f"快递编码 {code}")


def paid_of(order: Told | None, asked: int | None) -> tuple[int | None, int | None]:
    """Give what the order cost and its freight, which the first may or may not hold already.

    A claim that is larger than the goods, and not larger than both, shows that freight stands beside; one
    that is larger than both leaves unknown what was paid.
    """
    if order is None:
        return None, None
    base = order.part("orderBaseInfo")
    paid, freight = base.fen("totalFee"), base.fen("expressFee")
    if paid is None or asked is None or asked <= paid:
        return paid, freight
    both = paid + (freight or 0)
    return (both if asked <= both else None), freight


def notes_of(order: Told | None) -> tuple[str | None, str | None]:
    """Give the flag that was set last and all remarks, newest last."""
    notes = order.part("orderNote").parts("orderNoteInfo") if order else ()
    dated = sorted(notes, key=lambda note: note.code("createTime") or 0)
    flags = [FLAG_OF_TAG.get(tag, tag) for note in dated if (tag := note.text("flagTagCode"))]
    words = "；".join(dict.fromkeys(text for note in dated if (text := note.text("note"))))
    return (flags[-1] if flags else None), words or None
