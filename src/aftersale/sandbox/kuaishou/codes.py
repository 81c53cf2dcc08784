"""Hold the codes of 快手小店; status and negotiation in both generations that are documented."""

from __future__ import annotations

from typing import NamedTuple

from aftersale.sandbox.platform.case import Actor, Case, Kind, Step

RETURN_WAYS = frozenset({Kind.RETURN, Kind.EXCHANGE})
WAYS = {
    Kind.RETURN: 1,
    Kind.SHIPPED: 10,
    Kind.UNSHIPPED: 10,
    Kind.PRICE: 10,
    Kind.EXCHANGE: 3,
    Kind.RESHIP: 4,
}
NEWER = {
    Step.DECIDE: 10,
    Step.REFUSED: 12,
    Step.REFUSED_GOODS: 12,
    Step.BUYER_RETURNS: 30,
    Step.RECEIVE: 40,
    Step.SHIP: 30,
    Step.BUYER_RECEIVES: 45,
    Step.REFUNDED: 60,
    Step.REPLACED: 60,
    Step.CLOSED: 70,
}
NEGOTIATION = {Step.DECIDE: 1, Step.REFUSED: 3, Step.REFUSED_GOODS: 3, Step.CLOSED: 0}
AGREED = 2
ROLES = {Actor.BUYER: 1, Actor.MERCHANT: 2, Actor.PLATFORM: 3}
CARRIERS = {
    "申通快递": 3,
    "顺丰速运": 4,
    "圆通速递": 6,
    "邮政快递包裹": 8,
    "中通快递": 9,
    "韵达快递": 11,
    "极兔速递": 109,
}
CARRIER_NAMES = {code: name for name, code in CARRIERS.items()}
# No table of reasons is public; these are made up.
REASONS = {
    "no_reason": 101,
    "late_shipment": 102,
    "logistics_stalled": 103,
    "missing_item": 104,
    "damaged": 105,
    "wrong_item": 106,
    "quality_defect": 107,
    "function_failure": 108,
    "not_as_described": 109,
    "wrong_spec": 110,
    "signed_not_received": 111,
    "parcel_refused": 112,
    "promo_not_honoured": 113,
    "minor_purchase": 114,
    "after_sale_promise_broken": 115,
    "service_poor": 116,
    "after_sale_delay": 117,
}


class RejectReason(NamedTuple):
    """Hold one reason for a refusal, made up; `needs` names what it requires: words, images."""

    code: int
    words: str
    tip: str
    needs: frozenset[str]
    kinds: frozenset[Kind]
    steps: frozenset[Step]


_FIRST, _SECOND = frozenset({Step.DECIDE}), frozenset({Step.RECEIVE})
_BOTH = _FIRST | _SECOND
_ANY = frozenset(Kind)
_WORDS, _IMAGES, _NOTHING = frozenset({"words"}), frozenset({"words", "images"}), frozenset[str]()
_OUTGOING = frozenset({Kind.UNSHIPPED, Kind.SHIPPED})
REJECT_REASONS = (
    RejectReason(11, "商品已发货", "请填写运单号", _WORDS, _OUTGOING, _FIRST),
    RejectReason(12, "商品影响二次销售", "请上传照片", _IMAGES, RETURN_WAYS, _BOTH),
    RejectReason(13, "买家举证不足", "请说明", _WORDS, _ANY, _FIRST),
    RejectReason(14, "已与买家协商一致", "", _NOTHING, _ANY, _BOTH),
    RejectReason(15, "退回商品与发出的不符", "请上传开箱照片", _IMAGES, RETURN_WAYS, _SECOND),
    RejectReason(16, "超过七天无理由期限", "", _NOTHING, RETURN_WAYS, _FIRST),
)


def reasons_for(case: Case) -> list[RejectReason]:
    """List the reasons that fit a ticket now."""
    return [each for each in REJECT_REASONS if case.kind in each.kinds and case.step in each.steps]


def status_of(case: Case, generation: str) -> int:
    """Give the status of a ticket; the older, detailed generation tells kinds and disputes apart."""
    if generation == "newer":
        return 20 if case.disputed else _newer(case)
    if case.disputed:
        return 22 if case.step is Step.REFUSED_GOODS else 21 if case.kind in RETURN_WAYS else 20
    if case.step in (Step.DECIDE, Step.REFUSED):
        return 11 if case.kind in RETURN_WAYS else 10
    return 40 if case.step is Step.REFUSED_GOODS else _newer(case)


def _newer(case: Case) -> int:
    return 40 if case.step is Step.SHIP and case.kind is Kind.EXCHANGE else NEWER[case.step]


def negotiation_of(case: Case) -> int:
    """Give the state of the negotiation."""
    return NEGOTIATION.get(case.step, AGREED)
