"""Answer what changes a ticket or an order of 快手小店."""

from __future__ import annotations

import msgspec

from aftersale.sandbox.kuaishou import codes
from aftersale.sandbox.kuaishou.reading import address_id, found_case, found_sold, generation
from aftersale.sandbox.kuaishou.refusals import (
    CHANGED,
    FOREIGN,
    INVALID,
    NEGOTIATION_CHANGED,
    NOT_PAYABLE,
    TOO_MANY_IMAGES,
    WITHDRAWN,
    WRONG_KIND,
    WRONG_STATE,
    WRONG_WAY,
    ZERO,
    Call,
    Refused,
)
from aftersale.sandbox.kuaishou.shapes import refund_fee
from aftersale.sandbox.platform.case import Actor, Case, Kind, Note, Parcel, Refusal, Step
from aftersale.sandbox.platform.moves import MONEY, Done, Move, MoveImpossible

MOST_IMAGES, LONGEST_NOTE, MOST_FLAG = 6, 200, 6
CONFIRMABLE = frozenset({22, 30, 40})
AGREE_FREIGHT, REFUSE_FREIGHT = 1, 2
FREIGHT_OPEN, FREIGHT_AGREED, FREIGHT_CLOSED = 10, 20, 50
DIRECT_STEPS = {
    Kind.RETURN: frozenset({Step.DECIDE}),
    Kind.EXCHANGE: frozenset(
        {Step.DECIDE, Step.BUYER_RETURNS, Step.RECEIVE, Step.REFUSED, Step.REFUSED_GOODS}
    ),
}
CHANGES = {(Kind.RETURN, 10): Kind.SHIPPED, (Kind.SHIPPED, 1): Kind.RETURN, (Kind.EXCHANGE, 1): Kind.RETURN}


def _need_kind(case: Case, kinds: frozenset[Kind]) -> None:
    if case.kind not in kinds:
        raise Refused(WRONG_KIND, "退款单类型不正确")


def _move(call: Call, case: Case, move: Move, words: str, **changes: object) -> None:
    """Move the ticket; a state that forbids it is refused in the platform's words."""
    if case.step is Step.CLOSED and case.ended_by is Actor.BUYER:
        raise Refused(WITHDRAWN, "买家已撤销退款申请")
    try:
        call.rooms.market.move(case, move, Done(Actor.MERCHANT, call.now, words), **changes)
    except MoveImpossible:
        raise Refused(WRONG_STATE, "当前退款单状态不允许该操作") from None


def _check_seen(call: Call, case: Case) -> None:
    """Refuse a caller who has seen another status or negotiation than there is."""
    seen = call.number("status", 0)
    if seen and seen != codes.status_of(case, generation(call)):
        raise Refused(CHANGED, "退款单已更新，请刷新后重试")
    negotiation = call.number("negotiateStatus", 0)
    if negotiation and negotiation != codes.negotiation_of(case):
        raise Refused(NEGOTIATION_CHANGED, "协商状态已变更")


def _check_version(call: Call, case: Case) -> None:
    if call.number("refundVersion") != case.updated_at:
        raise Refused(CHANGED, "退款单已更新，请刷新后重试")


def _not_disputed(case: Case) -> None:
    if case.disputed:
        raise Refused(WRONG_STATE, "平台介入中，当前不允许该操作")


def approve(call: Call) -> None:
    """Answer open.seller.order.refund.approve: pay, without goods."""
    case, fen = found_case(call), call.number("refundAmount")
    _need_kind(case, MONEY)
    _check_seen(call, case)
    _not_disputed(case)
    if not fen:
        raise Refused(ZERO, "退款金额不能为 0")
    if call.number("refundHandingWay", 10) not in (0, 1, 10):
        raise Refused(WRONG_WAY, "退款方式错误")
    if case.step is Step.REFUNDED:
        raise Refused(NOT_PAYABLE, "当前状态不可退款")
    if fen != refund_fee(case):
        raise Refused(CHANGED, "退款金额与退款单不一致，请刷新后重试")
    _move(call, case, Move.REFUND, "商家同意退款")


def approve_return(call: Call) -> None:
    """Answer open.seller.order.refund.returngoods.approve: let the buyer send back; 0 fen for an exchange."""
    case, fen = found_case(call), call.number("refundAmount")
    _need_kind(case, codes.RETURN_WAYS)
    _check_seen(call, case)
    _not_disputed(case)
    if fen != refund_fee(case):
        raise Refused(CHANGED, "退款金额与退款单不一致，请刷新后重试")
    where = call.number("addressId", address_id(call.shop))
    if where != address_id(call.shop):
        raise Refused(INVALID, "退货地址不存在")
    _move(call, case, Move.AGREE_RETURN, "商家同意退货", address_id=where, agreed_at=call.now)


def confirm_receipt(call: Call) -> None:
    """Answer open.seller.order.refund.confirm.receipt: take the goods and pay, and decide the freight."""
    case = found_case(call)
    _need_kind(case, frozenset({Kind.RETURN}))
    seen, current = call.number("status"), codes.status_of(case, generation(call))
    if seen not in CONFIRMABLE:
        raise Refused(WRONG_STATE, "status 只能为 22、30、40")
    if not case.open:
        raise Refused(WITHDRAWN if case.ended_by is Actor.BUYER else NOT_PAYABLE, "当前状态不可退款")
    if seen != current:
        raise Refused(CHANGED, "退款单已更新，请刷新后重试")
    freight = _freight(call, case)
    back = case.step is Step.RECEIVE
    move = Move.CONFIRM if back else Move.REFUND_WITHOUT_GOODS
    _move(call, case, move, "商家确认收货并退款", freight_state=freight)
    if freight == FREIGHT_AGREED:
        case = call.rooms.market.case(case.no)
        call.rooms.market.pay_freight(case, Done(Actor.MERCHANT, call.now, "退货运费"))


def _freight(call: Call, case: Case) -> int:
    """Read what the shop says about the buyer's freight: it must say so where it is asked, and only there."""
    advice = call.number("returnFreightHandlingAdvice", 0)
    if not case.return_freight_fen:
        if advice:
            raise Refused(INVALID, "该退款单没有退货运费")
        return case.freight_state
    if advice == AGREE_FREIGHT:
        if call.number("returnFreightAmount") != case.return_freight_fen:
            raise Refused(INVALID, "returnFreightAmount 与详情不一致")
        return FREIGHT_AGREED
    if advice == REFUSE_FREIGHT and call.text("returnFreightRejectDesc", ""):
        return FREIGHT_CLOSED
    raise Refused(INVALID, "请选择退货运费的处理意见")


def reject(call: Call) -> None:
    """Answer open.refund.reject: refuse, or change the type where `editHandlingWay` says so."""
    case = found_case(call)
    _check_version(call, case)
    _not_disputed(case)
    if "editHandlingWay" in call.params:
        _change_kind(call, case)
        return
    images, words = call.texts("rejectImages"), call.text("rejectDesc", "")
    reason = next((each for each in codes.reasons_for(case) if each.code == call.number("reasonCode")), None)
    if reason is None:
        raise Refused(WRONG_STATE, "拒绝原因不适用于当前退款单")
    if len(images) > MOST_IMAGES:
        raise Refused(TOO_MANY_IMAGES, "图片数量超过限制")
    if ("words" in reason.needs and not words) or ("images" in reason.needs and not images):
        raise Refused(INVALID, "该原因需要填写说明或上传图片")
    refusal = Refusal(reason.code, words or reason.words, images)
    move = Move.REFUSE_GOODS if case.step is Step.RECEIVE else Move.REFUSE
    _move(call, case, move, refusal.text, refusal=refusal, refused_at=call.now)


def _change_kind(call: Call, case: Case) -> None:
    kind = CHANGES.get((case.kind, call.number("editHandlingWay")))
    if kind is None:
        raise Refused(WRONG_WAY, "不支持改为该退款方式")
    asked = case.asked_fen or case.paid_fen
    _move(call, case, Move.CHANGE_KIND, "商家修改退款方式", kind=kind, asked_fen=asked)


def direct_refund(call: Call) -> None:
    """Answer open.refund.direct.refund: pay without goods back."""
    case = found_case(call)
    _check_version(call, case)
    _need_kind(case, frozenset(DIRECT_STEPS))
    if case.step not in DIRECT_STEPS[case.kind] or (case.disputed and case.kind is Kind.RETURN):
        raise Refused(WRONG_STATE, "当前退款单状态不允许该操作")
    _move(call, case, Move.REFUND_WITHOUT_GOODS, "商家直接退款")


def confirm_and_send(call: Call) -> None:
    """Answer open.refund.confirm.and.send: the old goods came, new ones leave."""
    case = found_case(call)
    _need_kind(case, frozenset({Kind.EXCHANGE}))
    _not_disputed(case)
    _move(call, case, Move.SHIP_AGAIN, "商家确认收货并发货", sent_again=_parcel(call))


def submit_return(call: Call) -> None:
    """Answer open.refund.submit.returnInfo: fill the buyer's waybill in."""
    case = found_case(call)
    _need_kind(case, codes.RETURN_WAYS)
    _not_disputed(case)
    _move(call, case, Move.SEND_BACK, "商家代填退货单号", sent_back=_parcel(call))


def _parcel(call: Call) -> Parcel:
    number, code = call.text("expressNo"), call.number("expressCode")
    if not number or code not in codes.CARRIER_NAMES:
        raise Refused(INVALID, "快递公司或运单号不正确")
    return Parcel(number, codes.CARRIER_NAMES[code], call.now)


def add_note(call: Call) -> None:
    """Answer open.seller.order.note.add: appended, with a flag."""
    sold = found_sold(call, call.number("orderId"))
    note, flag = call.text("note"), call.number("flag", 0)
    if len(note) > LONGEST_NOTE or not 0 <= flag <= MOST_FLAG:
        raise Refused(INVALID, "备注不超过 200 字，flag 为 0 到 6")
    kept = msgspec.structs.replace(
        sold,
        notes=(*sold.notes, Note(call.now, note, flag)),
        updated_at=max(call.now, sold.updated_at + 1000),
    )
    call.rooms.market.store.keep_sold(kept)


def deliver(call: Call) -> None:
    """Answer open.seller.order.goods.deliver; an order that was refunded is not shipped."""
    sold, parcel = found_sold(call, call.number("orderId")), _parcel(call)
    cases = call.rooms.market.store.cases("sold = ?", sold.no)
    if sold.waybill or any(case.step is Step.REFUNDED for case in cases):
        raise Refused(FOREIGN, "订单当前状态不能发货")
    call.rooms.market.ship(sold.no, parcel.no, parcel.carrier, call.now)
