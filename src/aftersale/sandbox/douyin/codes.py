"""Hold the codes of 抖店 as its sheet lists them."""

from __future__ import annotations

from typing import NamedTuple

from aftersale.sandbox.platform.case import Actor, Case, Kind, Ruling, Step

TYPES = {
    Kind.RETURN: 0,
    Kind.SHIPPED: 1,
    Kind.UNSHIPPED: 2,
    Kind.EXCHANGE: 3,
    Kind.PRICE: 6,
    Kind.RESHIP: 7,
}
TYPE_WORDS = {0: "退货退款", 1: "已发货仅退款", 2: "未发货仅退款", 3: "换货", 6: "价保", 7: "补寄"}
STATUSES = {
    Step.DECIDE: 6,
    Step.BUYER_RETURNS: 7,
    Step.SHIP: 8,
    Step.RECEIVE: 11,
    Step.REFUNDED: 12,
    Step.BUYER_RECEIVES: 13,
    Step.REPLACED: 14,
    Step.REFUSED: 27,
    Step.CLOSED: 28,
    Step.REFUSED_GOODS: 29,
}
STATUS_WORDS = {
    6: "待商家同意",
    7: "待买家退货",
    8: "待商家发货",
    11: "待商家二次同意",
    12: "售后成功",
    13: "待买家收货",
    14: "换货补寄成功",
    27: "商家一次拒绝",
    28: "售后关闭",
    29: "商家二次拒绝",
}
DISPUTES = {
    Ruling.EVIDENCE: 4,
    Ruling.SUBMITTED: 1,
    Ruling.FOR_BUYER: 2,
    Ruling.FOR_MERCHANT: 3,
    Ruling.CANCELLED: 255,
}
DISPUTE_WORDS = {0: "无仲裁", 1: "仲裁中", 2: "客服同意", 3: "客服拒绝", 4: "待商家举证", 255: "仲裁结束"}
# The filter of afterSale.List counts otherwise: 2 and 3 are for whom it ended, 6 is any end.
DISPUTE_FILTERS = {
    Ruling.EVIDENCE: {1, 4},
    Ruling.SUBMITTED: {1},
    Ruling.FOR_BUYER: {2, 6},
    Ruling.FOR_MERCHANT: {3, 6},
    Ruling.CANCELLED: {255, 6},
}
REASONS = {
    "no_reason": 1,
    "late_shipment": 2,
    "logistics_stalled": 3,
    "missing_item": 20,
    "damaged": 21,
    "wrong_item": 22,
    "quality_defect": 7,
    "function_failure": 8,
    "not_as_described": 9,
    "wrong_spec": 16,
    "signed_not_received": 3,
    "parcel_refused": 15,
    "promo_not_honoured": 15,
    "minor_purchase": 15,
    "after_sale_promise_broken": 15,
    "service_poor": 15,
    "after_sale_delay": 15,
}
ROLES = {Actor.BUYER: 1, Actor.MERCHANT: 2, Actor.PLATFORM: 4}
CARRIERS = {
    "中通快递": "zhongtong",
    "圆通速递": "yuantong",
    "韵达快递": "yunda",
    "极兔速递": "jitu",
    "顺丰速运": "shunfeng",
    "申通快递": "shentong",
    "邮政快递包裹": "youzhengguonei",
    # No public source tells the codes of these; they are ours.
    "京东快递": "jd",
    "德邦快递": "debangwuliu",
    "顺丰快运": "sfky",
}
CARRIER_NAMES = {code: name for name, code in CARRIERS.items()}


class RejectReason(NamedTuple):
    """Hold one reason that a shop may refuse with; `pkg` is -1 any, 0 not received, 1 received."""

    code: int
    reason: str
    evidence: str
    pkg: int
    kinds: frozenset[Kind]


_SHIPPED = frozenset({Kind.SHIPPED, Kind.RETURN, Kind.EXCHANGE, Kind.RESHIP})
_BACK = frozenset({Kind.RETURN, Kind.EXCHANGE})
_ALL = _SHIPPED | {Kind.PRICE}
# From a historic table; the texts are ours.
REJECT_REASONS = (
    RejectReason(1, "商品已发货，请拒收后再申请退款", "上传发货凭证", 0, _SHIPPED),
    RejectReason(2, "商品已签收，请申请退货退款", "", 1, frozenset({Kind.SHIPPED})),
    RejectReason(7, "已与买家协商一致，买家取消退款", "上传聊天记录", -1, _ALL),
    RejectReason(9, "已与买家协商一致，补发商品", "", -1, _ALL),
    RejectReason(11, "运单号有误，未收到退货", "", 1, _BACK),
    RejectReason(12, "退回的商品与发出的不符", "上传开箱照片", 1, _BACK),
    RejectReason(18, "商品影响二次销售", "上传商品照片", 1, _BACK),
    RejectReason(20, "定制商品不支持无理由退货", "", -1, _SHIPPED),
    RejectReason(22, "运费未协商一致", "", -1, _BACK),
    RejectReason(23, "商品没有问题，买家未举证或举证无效", "", -1, _ALL),
    RejectReason(29, "退款金额不对", "", -1, _ALL),
    RejectReason(34, "已超过七天无理由期限", "", 1, _BACK),
)


def status_of(case: Case) -> int:
    """Give the status code of a ticket."""
    return STATUSES[case.step]


def refund_status_of(case: Case) -> int:
    """Give the state of the money: 3 paid, 1 waiting (also when the buyer gave up), 0 where none is asked."""
    if case.step is Step.REFUNDED:
        return 3
    return 0 if case.kind in (Kind.RESHIP, Kind.EXCHANGE) else 1


def dispute_of(case: Case) -> int:
    """Give the state of an arbitration."""
    return DISPUTES[case.dispute.ruling] if case.dispute else 0


def reasons_for(case: Case) -> list[RejectReason]:
    """List the reasons that a shop may refuse a ticket with now."""
    if case.kind is Kind.UNSHIPPED or case.step not in (Step.DECIDE, Step.RECEIVE):
        return []
    received = 1 if case.got_parcel or case.step is Step.RECEIVE else 0
    return [each for each in REJECT_REASONS if case.kind in each.kinds and each.pkg in (-1, received)]
