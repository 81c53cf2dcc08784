"""Put 抖店's codes into the words of the desk: total over codes.py, and nothing beyond it."""

from __future__ import annotations

from itertools import product
from typing import TYPE_CHECKING

from aftersale.channels.douyin.codes import (
    Arbitration,
    AutoAudit,
    Flag,
    Kind,
    LineStatus,
    Parcel,
    RefundBy,
    RefundStatus,
    ServiceStatus,
    Status,
    known,
)
from aftersale.channels.spreadsheet.words import Claim
from aftersale.channels.standing import (
    ASKED,
    AT_BUYER,
    CLOSED,
    DISPUTE,
    PAY_FAILED,
    PAYING,
    REFUNDED,
    REJECTED,
    REJECTED_RETURN,
    REPLACED,
    RETURNING,
    SENT_BACK,
    SHIPPED_AGAIN,
    TO_SHIP,
    UNSEEN,
    Standing,
)

if TYPE_CHECKING:
    from collections.abc import Mapping

_PLACES: Mapping[Status, Standing] = {
    Status.INITIAL: UNSEEN,
    Status.EXCHANGE_SHIPPED: SHIPPED_AGAIN,
    Status.APPLIED: ASKED,
    Status.TO_RETURN: RETURNING,
    Status.TO_SHIP: TO_SHIP,
    Status.SENT_BACK: SENT_BACK,
    Status.SUCCEEDED: REFUNDED,
    Status.SHIPPED_AGAIN: SHIPPED_AGAIN,
    Status.REPLACED: REPLACED,
    Status.REFUSED: REJECTED,
    Status.CLOSED: CLOSED,
    Status.REFUSED_RETURN: REJECTED_RETURN,
    Status.ORDER_CANCELLED: REFUNDED,
    Status.REVERSED: CLOSED,
}
# Agreed is not paid: where the money stands decides how such a ticket stands.
_MONEY: Mapping[tuple[Status, RefundStatus], Standing] = {
    (Status.SUCCEEDED, RefundStatus.NONE): REPLACED,
    (Status.SUCCEEDED, RefundStatus.PENDING): PAYING,
    (Status.SUCCEEDED, RefundStatus.PAYING): PAYING,
    (Status.SUCCEEDED, RefundStatus.FAILED): PAY_FAILED,
    (Status.ORDER_CANCELLED, RefundStatus.NONE): CLOSED,
    (Status.ORDER_CANCELLED, RefundStatus.PENDING): PAYING,
    (Status.ORDER_CANCELLED, RefundStatus.PAYING): PAYING,
    (Status.ORDER_CANCELLED, RefundStatus.FAILED): PAY_FAILED,
    (Status.CLOSED, RefundStatus.PAID): REFUNDED,
    (Status.CLOSED, RefundStatus.RECOVERED): REFUNDED,
    (Status.REVERSED, RefundStatus.PAID): REFUNDED,
    (Status.REVERSED, RefundStatus.RECOVERED): REFUNDED,
}
STANDINGS: Mapping[tuple[Status, RefundStatus], Standing] = {
    pair: _MONEY.get(pair, _PLACES[pair[0]]) for pair in product(Status, RefundStatus)
}
"""Where a ticket stands, by its status and the state of its money."""

STATUS_WORDS: Mapping[Status, str] = {
    Status.INITIAL: "初始",
    Status.EXCHANGE_SHIPPED: "换货待买家收货",
    Status.APPLIED: "待商家同意",
    Status.TO_RETURN: "待买家退货",
    Status.TO_SHIP: "待商家发货",
    Status.SENT_BACK: "待商家二次同意",
    Status.SUCCEEDED: "售后成功",
    Status.SHIPPED_AGAIN: "换货/补寄/维修待买家收货",
    Status.REPLACED: "换货/补寄/维修成功",
    Status.REFUSED: "商家一次拒绝",
    Status.CLOSED: "售后关闭",
    Status.REFUSED_RETURN: "商家二次拒绝",
    Status.ORDER_CANCELLED: "订单取消成功",
    Status.REVERSED: "逆向交易已完成",
}
"""What is shown where the platform sends no words of its own."""

CLAIMS: Mapping[Kind, Claim | None] = {
    Kind.RETURN_REFUND: Claim("return_refund", shipped=True),
    Kind.REFUND_SHIPPED: Claim("refund_only", shipped=True),
    Kind.REFUND_UNSHIPPED: Claim("refund_only", shipped=False),
    Kind.EXCHANGE: Claim("exchange", shipped=True),
    # These two name who cancelled an order and not what is asked for.
    Kind.CANCELLED_BY_SYSTEM: None,
    Kind.CANCELLED_BY_BUYER: None,
    Kind.PRICE_PROTECTION: Claim("price_protect"),
    Kind.RESEND: Claim("reship", shipped=True),
    Kind.REPAIR: Claim("repair", shipped=True),
}


def claim_of(code: int | None) -> Claim | None:
    """Say what the buyer asks for; None where the code does not say it or nobody has seen it."""
    kind = known(Kind, code)
    return CLAIMS[kind] if kind is not None else None


KIND_WORDS: Mapping[Kind, str] = {
    Kind.RETURN_REFUND: "退货退款",
    Kind.REFUND_SHIPPED: "已发货退款",
    Kind.REFUND_UNSHIPPED: "未发货退款",
    Kind.EXCHANGE: "换货",
    Kind.CANCELLED_BY_SYSTEM: "系统取消",
    Kind.CANCELLED_BY_BUYER: "用户取消",
    Kind.PRICE_PROTECTION: "价保",
    Kind.RESEND: "补寄",
    Kind.REPAIR: "维修",
}
ARBITRATION_WORDS: Mapping[Arbitration, str] = {
    Arbitration.NONE: "无仲裁记录",
    Arbitration.RUNNING: "仲裁中",
    Arbitration.FOR_BUYER: "客服同意",
    Arbitration.FOR_MERCHANT: "客服拒绝",
    Arbitration.EVIDENCE_WANTED: "待商家举证",
    Arbitration.NEGOTIATING: "协商期",
    Arbitration.ENDED: "仲裁结束",
}
"""The words of the dispute column of exports, which the desk reads already."""

HAS_LEFT: Mapping[LineStatus, bool | None] = {
    LineStatus.TO_SHIP: False,
    LineStatus.SHIPPED: True,
    LineStatus.CANCELLED: None,
    LineStatus.RECEIVED: True,
    LineStatus.FINISHED: True,
}
RECEIVED_LINES = frozenset({LineStatus.RECEIVED, LineStatus.FINISHED})
TRACKING: Mapping[Parcel, str | None] = {
    Parcel.UNTOLD: None,
    Parcel.REFUSED: "exception",
    Parcel.SIGNED: "signed",
    Parcel.COMING_BACK: "returned",
    Parcel.BACK: "returned",
}
_NO_END = frozenset({AutoAudit.ASSISTANT_RETURN, AutoAudit.FILLED_FOR_BUYER, AutoAudit.GOVERNED_RETURN})
ENDED_BY_ITSELF: Mapping[AutoAudit, bool] = {bit: bit not in _NO_END for bit in AutoAudit}
"""Whether the platform brought the end: after a return that it agreed to, the shop still confirms."""

FAST_REFUNDS = frozenset(
    {
        AutoAudit.FAST_BEFORE_SHIPPING,
        AutoAudit.FAST_AFTER_SHIPPING,
        AutoAudit.FAST_LOGISTICS,
        AutoAudit.FAST_BEFORE_SIGNING,
    }
)
FAST_REFUNDERS = frozenset({RefundBy.FAST_REFUND, RefundBy.AFTER_SALE_FAST})

FLAG_WORDS: Mapping[Flag, str] = {
    Flag.GREY: "灰",
    Flag.PURPLE: "紫",
    Flag.CYAN: "青",
    Flag.GREEN: "绿",
    Flag.ORANGE: "橙",
    Flag.RED: "红",
}
FLAGS: Mapping[str, Flag] = {
    "grey": Flag.GREY,
    "purple": Flag.PURPLE,
    "green": Flag.GREEN,
    "red": Flag.RED,
}
"""The desk's flags that 抖店 has; yellow and blue have no flag of that colour there."""

CARRIERS: Mapping[str, str] = {
    "shunfeng": "顺丰",
    "zhongtong": "中通",
    "yuantong": "圆通",
    "yunda": "韵达",
    "shentong": "申通",
    "jitu": "极兔",
    "youzhengguonei": "邮政包裹",
}
"""The common carriers by the platform's code, for when its own list was not read yet."""

SERVICE_PLACES: Mapping[ServiceStatus, Standing] = {
    ServiceStatus.TO_ANSWER: ASKED,
    ServiceStatus.BUYER_CONFIRMS: AT_BUYER,
    ServiceStatus.IN_REVIEW: DISPUTE,
    ServiceStatus.CLOSED: CLOSED,
}
