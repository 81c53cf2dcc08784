"""Hold every code of the platform: states, ways, reasons of refusal, errors. No other file knows one.

Two generations of status codes are in use (10/11/20-22 and 10/12/20); both are here. A code that is not here
is kept as it came and put before a person.
"""

from __future__ import annotations

from enum import IntEnum

from aftersale.channels.verbs import Verb

OK = 1
NO_MORE = "nomore"


class Status(IntEnum):
    """Name where a ticket stands."""

    ASKED = 10
    ASKED_RETURN = 11
    REFUSED = 12
    DISPUTED = 20
    DISPUTED_RETURN = 21
    DISPUTED_AGREED = 22
    TO_SEND_BACK = 30
    SENT_BACK = 40
    SENT_AGAIN = 45
    PAYING = 50
    DONE = 60
    CLOSED = 70


STATUS_WORDS: dict[Status, str] = {
    Status.ASKED: "买家已申请，待卖家同意",
    Status.ASKED_RETURN: "买家退货退款申请",
    Status.REFUSED: "卖家已拒绝，待买家处理",
    Status.DISPUTED: "平台介入，待平台处理",
    Status.DISPUTED_RETURN: "平台介入-退货退款",
    Status.DISPUTED_AGREED: "平台介入-已确认退货退款",
    Status.TO_SEND_BACK: "卖家已同意，待买家退货",
    Status.SENT_BACK: "买家已退货，待卖家确认",
    Status.SENT_AGAIN: "卖家已发货，待买家确认收货",
    Status.PAYING: "退款执行中",
    Status.DONE: "成功",
    Status.CLOSED: "关闭",
}


class Way(IntEnum):
    """Name what the buyer asks for (handlingWay)."""

    RETURN = 1
    EXCHANGE = 3
    RESHIP = 4
    REPAIR = 5
    REFUND = 10


WAY_WORDS: dict[Way, str] = {
    Way.RETURN: "退货退款",
    Way.EXCHANGE: "换货",
    Way.RESHIP: "补寄",
    Way.REPAIR: "维修",
    Way.REFUND: "仅退款",
}
APPLY_TYPES: dict[Way, str] = {
    Way.RETURN: "return_refund",
    Way.EXCHANGE: "exchange",
    Way.RESHIP: "reship",
    Way.REPAIR: "repair",
    Way.REFUND: "refund_only",
}
WAY_OF = {apply_type: way for way, apply_type in APPLY_TYPES.items()}


class Negotiation(IntEnum):
    """Name whose move it is (negotiateStatus)."""

    UNKNOWN = 0
    MERCHANT = 1
    AGREED = 2
    REFUSED = 3


NEGOTIATION_WORDS: dict[Negotiation, str] = {
    Negotiation.UNKNOWN: "",
    Negotiation.MERCHANT: "待商家处理",
    Negotiation.AGREED: "商家同意",
    Negotiation.REFUSED: "商家驳回，等待买家修改",
}


class Special(IntEnum):
    """Name the kinds of refund that are none of the usual (specialRefundType)."""

    NONE = 0
    PRICE_PROTECT = 1


class Origin(IntEnum):
    """Name who began it (refundType)."""

    UNKNOWN = 0
    BUYER = 1
    MERCHANT = 2


ORIGIN_WORDS: dict[Origin, str] = {Origin.UNKNOWN: "", Origin.BUYER: "", Origin.MERCHANT: "商家主动退款"}


class Receipt(IntEnum):
    """Name what the buyer says about the goods (receiptStatus)."""

    UNKNOWN = 0
    NOT_RECEIVED = 1
    RECEIVED = 2


class Freight(IntEnum):
    """Name how far the buyer's claim for return freight has come (returnFreightStatus)."""

    TO_HANDLE = 10
    AGREED = 20
    PAYING = 30
    PAID = 40
    CLOSED = 50


class FreightAdvice(IntEnum):
    """Name the answers to a claim for return freight (returnFreightHandlingAdvice)."""

    AGREE = 1
    REFUSE = 2


class Order(IntEnum):
    """Name where an order stands."""

    UNKNOWN = 0
    TO_PAY = 10
    PAID = 30
    SHIPPED = 40
    SIGNED = 50
    DONE = 70
    FAILED = 80


ALL_TICKETS, BY_CHANGE, OLDEST_FIRST = 9, 2, 2
"""What a list is asked for (type, queryType, sort)."""

FLAGS: dict[str, int] = {"red": 1, "yellow": 2, "green": 3, "blue": 4, "purple": 5, "grey": 6}
FLAG_OF_TAG: dict[str, str] = {f"{colour}_flag_tag_order": colour for colour in FLAGS}

CARRIERS: dict[int, str] = {
    1: "百世",
    2: "EMS",
    3: "申通",
    4: "顺丰",
    6: "圆通",
    8: "邮政包裹",
    9: "中通",
    10: "宅急送",
    11: "韵达",
    14: "京东",
    17: "德邦",
    53: "德邦快递",
    97: "邮政标准",
    109: "极兔",
    113: "菜鸟速递",
}
"""The carriers we know by name; any other code is shown as it came."""

FIELD_WORDS: dict[str, str] = {
    "refundId": "售后单号",
    "oid": "订单号",
    "status": "售后状态",
    "handlingWay": "处理方式",
    "negotiateStatus": "协商状态",
    "updateTime": "更新时间",
    "createTime": "申请时间",
    "expireTime": "超时时间",
    "refundFee": "退款金额",
    "returnFreightAmount": "退货运费",
    "itemId": "商品编号",
    "payTime": "付款时间",
    "sendTime": "发货时间",
    "recvTime": "收货时间",
    "totalFee": "订单金额",
    "expressFee": "运费",
}
"""What people call the fields; any other is shown by the platform's name."""

TICKET_EVENTS = frozenset({"kwaishop_aftersales_addRefund", "kwaishop_aftersales_updateRefund"})
"""Pushed messages that speak of a ticket; the others speak of orders."""

SCOPES = ("user_info", "merchant_user", "merchant_order", "merchant_refund", "merchant_logistics")
"""What the desk asks the owner for."""

MOST_PICTURES = 6
LONGEST_NOTE = 200
LONGEST_FREIGHT_WORDS = 300
MOST_DECRYPTED = 100
PAGE_SIZE = 100

THROTTLED = frozenset({15, 16, 17, 1016, 1017, 802000})
SHUT_OUT = frozenset({22, 24, 25, 26})
BAD_SIGNATURE = frozenset({27, 28})
OAUTH_REFUSED = frozenset(range(100200100, 100200108))
OAUTH_DOWN = 100200500
SHUT_OUT_WORDS = ("AUTHORIZATION_REVOKED", "refreshToken.discarded", "refreshToken.revokedAuthorization")
THROTTLED_WORDS = ("exceed quota limit", "exceed qps limit")

INTERCEPTED = 11
NOT_YOURS = frozenset({21, 300012})
NOT_FOUND = 300011
VERSION_CONFLICT = 300014
STATE_CONFLICT = frozenset({300010, 300013, 300016, 300017, 300018})
BAD_REQUEST = frozenset({300002, 300003, 300004, 300005, 300006, 300007, 300008, 300009, 300015, 300019})
BUSINESS = frozenset({INTERCEPTED, *NOT_YOURS, NOT_FOUND, VERSION_CONFLICT, *STATE_CONFLICT, *BAD_REQUEST})
"""Refusals of which we know that nothing was done."""

OPENED = frozenset({Status.ASKED, Status.ASKED_RETURN})
DISPUTES = frozenset({Status.DISPUTED, Status.DISPUTED_RETURN})
RECEIVABLE = frozenset({Status.DISPUTED_AGREED, Status.TO_SEND_BACK, Status.SENT_BACK})

POSSIBLE: dict[tuple[Verb, Way], frozenset[Status]] = {
    (Verb.REFUND, Way.REFUND): OPENED | DISPUTES | {Status.REFUSED},
    (Verb.AGREE_RETURN, Way.RETURN): OPENED | DISPUTES | {Status.REFUSED},
    (Verb.AGREE_EXCHANGE, Way.EXCHANGE): OPENED | DISPUTES | {Status.REFUSED},
    (Verb.REFUND_RECEIVED, Way.RETURN): RECEIVABLE,
    (Verb.REFUND_NO_RETURN, Way.RETURN): OPENED,
    (Verb.REFUND_NO_RETURN, Way.EXCHANGE): OPENED
    | DISPUTES
    | {Status.REFUSED, Status.TO_SEND_BACK, Status.SENT_BACK},
    (Verb.SEND, Way.EXCHANGE): frozenset({Status.SENT_BACK}),
    (Verb.REFUSE, Way.REFUND): OPENED,
    (Verb.REFUSE, Way.RETURN): OPENED | {Status.SENT_BACK},
    (Verb.REFUSE, Way.EXCHANGE): OPENED | {Status.SENT_BACK},
    (Verb.CHANGE_TYPE, Way.REFUND): OPENED,
    (Verb.CHANGE_TYPE, Way.RETURN): OPENED,
    (Verb.CHANGE_TYPE, Way.EXCHANGE): OPENED,
    (Verb.RETURN_WAYBILL, Way.RETURN): frozenset({Status.TO_SEND_BACK}),
    (Verb.RETURN_WAYBILL, Way.EXCHANGE): frozenset({Status.TO_SEND_BACK}),
}
"""At which way and status the platform takes what; any other pair is left to a person."""

ALWAYS = (Verb.REMARK, Verb.FLAG)
"""What is written on the order, whatever becomes of the ticket."""

SEALED: dict[str, str] = {
    "receiver": "encryptedConsignee",
    "phone": "encryptedMobile",
    "address": "encryptedAddress",
}
"""Under which name each value of the buyer stands encrypted."""

CHANGES: frozenset[tuple[Way, Way]] = frozenset(
    {(Way.RETURN, Way.REFUND), (Way.REFUND, Way.RETURN), (Way.EXCHANGE, Way.RETURN)}
)
"""Which kind of claim may be turned into which."""
