"""Answer afterSale.operate: all items or none, each with its own status."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from aftersale.sandbox.douyin import codes
from aftersale.sandbox.douyin.addresses import knows_address
from aftersale.sandbox.douyin.reading import found_case
from aftersale.sandbox.douyin.refusals import BUSINESS, UNAVAILABLE, Call, Refused, invalid
from aftersale.sandbox.douyin.shapes import seconds
from aftersale.sandbox.platform.case import Actor, Case, Kind, Parcel, Refusal, Step
from aftersale.sandbox.platform.moves import Done, Move, MoveImpossible

if TYPE_CHECKING:
    from collections.abc import Mapping
MOST_ITEMS = 20
WRONG_STATE = 20_309_541
WRONG_VERSION = 11_005
NO_SUCH_TICKET = 10_000
IMAGE = 1


class Operation(NamedTuple):
    """Say what an operation is for: kinds, steps, move, and what it needs beside the ticket."""

    kinds: frozenset[Kind]
    steps: frozenset[Step]
    move: Move
    words: str
    needs: str = ""


_RETURN, _EXCHANGE = frozenset({Kind.RETURN}), frozenset({Kind.EXCHANGE})
_SHIPPED, _UNSHIPPED = frozenset({Kind.SHIPPED, Kind.PRICE}), frozenset({Kind.UNSHIPPED})
_FIRST, _SECOND = frozenset({Step.DECIDE}), frozenset({Step.RECEIVE})
_UNTIL_BACK = frozenset({Step.DECIDE, Step.BUYER_RETURNS, Step.RECEIVE})

# Which state each type belongs to is our reading of the sheet, whose table has one source.
OPERATIONS: Mapping[int, Operation] = {
    101: Operation(_RETURN, _FIRST, Move.AGREE_RETURN, "商家同意退货", "address"),
    102: Operation(_RETURN, _FIRST, Move.REFUSE, "商家拒绝退货申请", "reason"),
    111: Operation(_RETURN, _SECOND, Move.CONFIRM, "商家确认收货并同意退款"),
    112: Operation(_RETURN, _SECOND, Move.REFUSE_GOODS, "商家收货后拒绝退款", "reason"),
    121: Operation(_RETURN, _UNTIL_BACK, Move.REFUND_WITHOUT_GOODS, "商家转为仅退款并退款"),
    201: Operation(_SHIPPED, _FIRST, Move.REFUND, "商家同意退款"),
    202: Operation(_SHIPPED, _FIRST, Move.REFUSE, "商家拒绝退款申请", "reason"),
    203: Operation(_SHIPPED, _FIRST, Move.REFUND, "买家拒签后商家同意退款"),
    301: Operation(_EXCHANGE, _FIRST, Move.AGREE_RETURN, "商家同意换货", "address"),
    302: Operation(_EXCHANGE, _FIRST, Move.REFUSE, "商家拒绝换货申请", "reason"),
    311: Operation(
        _EXCHANGE, frozenset({Step.RECEIVE, Step.SHIP}), Move.SHIP_AGAIN, "商家确认收货并发出换货", "waybill"
    ),
    312: Operation(_EXCHANGE, _SECOND, Move.REFUSE_GOODS, "商家收货后拒绝换货", "reason"),
    321: Operation(_EXCHANGE, _UNTIL_BACK, Move.REFUND_WITHOUT_GOODS, "商家转为退款并退款"),
    401: Operation(_UNSHIPPED, _FIRST, Move.REFUND, "商家同意未发货退款"),
}


class Item(NamedTuple):
    """Hold one item of the call, read."""

    no: str
    reason: str
    remark: str
    code: int
    version: int
    images: tuple[str, ...]
    address: int
    waybill: str
    carrier: str


class ItemFails(Exception):
    """Say why one item cannot be done."""

    def __init__(self, code: int, words: str) -> None:
        super().__init__(words)
        self.code, self.words = code, words


def operate(call: Call) -> object:
    """Do all items, or none and say which one fails."""
    operation = OPERATIONS.get(call.number("type"))
    if operation is None:
        raise invalid("不支持的操作类型")
    items = [_item(call, each) for each in call.items("items")]
    if not 1 <= len(items) <= MOST_ITEMS:
        raise invalid("items 为 1 到 20 个")
    answers = [_done(call, operation, item) for item in items]
    data = {"items": [answer._asdict() for answer in answers]}
    failed = next((answer for answer in answers if answer.status_code), None)
    if failed:
        raise Refused(BUSINESS, f"isv.business-failed:{failed.status_code}", failed.status_msg, data)
    return data


class Answer(NamedTuple):
    """Hold how one item ended."""

    aftersale_id: int
    status_code: int
    status_msg: str


def _done(call: Call, operation: Operation, item: Item) -> Answer:
    try:
        _do(call, operation, item)
    except ItemFails as failure:
        return Answer(int(item.no), failure.code, failure.words)
    return Answer(int(item.no), 0, "")


def _do(call: Call, operation: Operation, item: Item) -> None:
    case = _found(call, item.no)
    if case.disputed or case.kind not in operation.kinds or case.step not in operation.steps:
        raise ItemFails(WRONG_STATE, "当前售后状态不允许此操作")
    if item.version and item.version != seconds(case.updated_at):
        raise ItemFails(WRONG_VERSION, "售后单已更新，请刷新后重试")
    changes = NEEDS[operation.needs](call, item, case)
    done = Done(Actor.MERCHANT, call.now, item.remark or operation.words, item.images)
    try:
        call.rooms.market.move(case, operation.move, done, **changes)
    except MoveImpossible:
        raise ItemFails(WRONG_STATE, "当前售后状态不允许此操作") from None


def _found(call: Call, no: str) -> Case:
    """Find the ticket; here the platform answers an unknown one as if it were itself out of order."""
    try:
        return found_case(call, no)
    except Refused:
        raise Refused(UNAVAILABLE, f"isp.service-error:{NO_SUCH_TICKET}", "售后单不存在") from None


def _nothing(_call: Call, _item: Item, _case: Case) -> dict[str, object]:
    return {}


def _address(call: Call, item: Item, _case: Case) -> dict[str, object]:
    if not knows_address(call.shop, item.address):
        raise ItemFails(11_000, "缺少退货地址或地址不存在")
    return {"address_id": item.address, "agreed_at": call.now}


def _waybill(call: Call, item: Item, _case: Case) -> dict[str, object]:
    if not item.waybill or item.carrier not in codes.CARRIER_NAMES:
        raise ItemFails(11_000, "缺少快递公司或运单号")
    return {"sent_again": Parcel(item.waybill, codes.CARRIER_NAMES[item.carrier], call.now)}


def _reason(call: Call, item: Item, case: Case) -> dict[str, object]:
    reason = next((each for each in codes.reasons_for(case) if each.code == item.code), None)
    if reason is None:
        raise ItemFails(11_000, "拒绝原因不适用于该售后单")
    if not item.reason or not item.remark:
        raise ItemFails(11_000, "拒绝时 reason 与 remark 必填")
    if reason.evidence and not item.images:
        raise ItemFails(11_000, "该拒绝原因需要上传凭证")
    return {"refusal": Refusal(item.code, item.remark, item.images), "refused_at": call.now}


NEEDS = {"": _nothing, "address": _address, "waybill": _waybill, "reason": _reason}


def _item(call: Call, given: object) -> Item:
    if not isinstance(given, dict):
        raise invalid("items 的元素应为对象")
    own = Call(call.rooms, call.shop, given, call.now)
    logistics = given.get("logistics") or {}
    if not isinstance(logistics, dict):
        raise invalid("logistics 应为对象")
    way = Call(call.rooms, call.shop, logistics, call.now)
    return Item(
        no=own.text("aftersale_id"),
        reason=own.text("reason", ""),
        remark=own.text("remark", ""),
        code=own.number("reject_reason_code", 0),
        version=own.number("update_time", 0),
        images=_images(own.items("evidence")),
        address=way.number("receiver_address_id", 0),
        waybill=way.text("logistics_code", ""),
        carrier=way.text("company_code", ""),
    )


def _images(given: list[object]) -> tuple[str, ...]:
    urls = []
    for each in given:
        if not isinstance(each, dict) or not isinstance(each.get("url", ""), str):
            raise invalid("evidence 的元素应为 {type,url,desc}")
        if each.get("type") == IMAGE and each.get("url"):
            urls.append(str(each["url"]))
    return tuple(urls)
