"""Answer the other calls that change a ticket."""

from __future__ import annotations

import msgspec

from aftersale.sandbox.douyin import codes
from aftersale.sandbox.douyin.operate import WRONG_STATE
from aftersale.sandbox.douyin.reading import found_case, found_sold
from aftersale.sandbox.douyin.refusals import Call, Refused, business, invalid
from aftersale.sandbox.platform import disputes
from aftersale.sandbox.platform.case import Actor, Case, Entry, Kind, Parcel, Step
from aftersale.sandbox.platform.moves import (
    EXTENSION,
    Done,
    Move,
    MoveImpossible,
    may_extend,
    possible,
    version_after,
)

MOST_EVIDENCE, LONGEST_REMARK = 4, 500
NO_STRATEGY = 11_002


def _numbered(call: Call) -> Case:
    return found_case(call, str(call.number("aftersale_id")))


def _wrong_state() -> Refused:
    return business(WRONG_STATE, "当前售后状态不允许此操作")


def extend_time(call: Call) -> object:
    """Answer afterSale.timeExtend: seven days more to confirm, in the last two days."""
    case = _numbered(call)
    if not may_extend(case, call.now):
        raise invalid("仅可在收货倒计时最后两天延长", 10_001)
    longer = msgspec.structs.replace(case, due_at=case.due_at + EXTENSION, extensions=case.extensions + 1)
    done = Done(Actor.MERCHANT, call.now, "商家延长收货时间")
    call.rooms.market.move(longer, Move.EXTEND, done)
    return {}


def submit_evidence(call: Call) -> object:
    """Answer afterSale.submitEvidence."""
    case, images = _numbered(call), call.items("evidence")
    if not images or len(images) > MOST_EVIDENCE:
        raise invalid("evidence 为 1 到 4 个链接")
    try:
        disputes.submit(call.rooms.market, case, call.text("comment"), tuple(map(str, images)))
    except MoveImpossible:
        raise _wrong_state() from None
    return {}


def add_remark(call: Call) -> object:
    """Answer afterSale.addOrderRemark: on the ticket, or on all tickets of an order."""
    remark, ticket = call.text("remark"), call.text("after_sale_id", "")
    if not 0 < len(remark) <= LONGEST_REMARK:
        raise invalid("备注长度不合法")
    if ticket:
        cases = [found_case(call, ticket)]
    else:
        sold = found_sold(call, call.text("order_id"))
        cases = call.rooms.market.store.cases("sold = ?", sold.no)
    for case in cases:
        entry = Entry(call.now, Actor.MERCHANT, "remark", remark)
        noted = msgspec.structs.replace(case, remarks=(*case.remarks, entry))
        call.rooms.market.store.keep(noted)
    return {}


def fill_logistics(call: Call) -> object:
    """Answer afterSale.fillLogistics: 1 sends what was missing, 3 fills the buyer's return in."""
    case, kind = _numbered(call), call.number("send_type")
    carrier, number = call.text("company_code"), call.text("tracking_no")
    if carrier not in codes.CARRIER_NAMES or not number:
        raise business(12_000, "快递公司或运单号不正确")
    parcel = Parcel(number, codes.CARRIER_NAMES[carrier], call.now)
    if kind == 1 and possible(case, Move.SHIP_AGAIN) and case.kind is Kind.RESHIP:
        done = Done(Actor.MERCHANT, call.now, "商家已补寄")
        call.rooms.market.move(case, Move.SHIP_AGAIN, done, sent_again=parcel)
    elif kind == 3 and possible(case, Move.SEND_BACK) and not case.disputed:  # noqa: PLR2004  the sheet's code
        done = Done(Actor.MERCHANT, call.now, "商家代填退货物流")
        call.rooms.market.move(case, Move.SEND_BACK, done, sent_back=parcel)
    else:
        raise business(19_009, "当前售后状态不能填写物流")
    return {}


def cancel_sending(call: Call) -> object:
    """Answer afterSale.CancelSendGoodsSuccess: the parcel was stopped, the platform pays by strategy."""
    call.number("op_time")
    return _by_strategy(call, Move.REFUND, Kind.UNSHIPPED, Step.DECIDE, "取消发货成功，平台自动退款")


def returned_to_warehouse(call: Call) -> object:
    """Answer afterSale.returnGoodsToWareHouseSuccess: the goods are back, the platform pays by strategy."""
    call.number("op_time")
    return _by_strategy(call, Move.CONFIRM, Kind.RETURN, Step.RECEIVE, "退货入仓，平台自动退款")


def _by_strategy(call: Call, move: Move, kind: Kind, step: Step, words: str) -> object:
    case = found_case(call, call.text("aftersale_id"))
    if call.rooms.market.store.value(f"strategy.{call.shop}") != "on":
        raise business(NO_STRATEGY, "未开启售后小助手策略")
    if case.kind is not kind or case.step is not step or case.disputed:
        raise business(12_001, "售后单不匹配策略")
    call.rooms.market.move(case, move, Done(Actor.PLATFORM, call.now, words))
    return {}


def intercept(call: Call) -> object:
    """Answer afterSale.applyLogisticsIntercept: a parcel that was not signed for can be stopped."""
    case = found_case(call, str(call.number("after_sale_id")))
    sold = call.rooms.market.sold(case.order_no)
    results = []
    for target in call.items("intercept_targets"):
        number = str(target.get("tracking_no", "")) if isinstance(target, dict) else ""
        can = bool(number) and number == sold.waybill and not sold.signed_at and not sold.intercepted
        results.append(_intercepted(number, can=can))
        if can:
            stopped = msgspec.structs.replace(
                sold, intercepted=True, updated_at=max(call.now, sold.updated_at + 1000)
            )
            call.rooms.market.store.keep_sold(stopped)
            entry = Entry(call.now, Actor.MERCHANT, "intercept", "商家申请拦截包裹")
            changed = msgspec.structs.replace(
                case, log=(*case.log, entry), updated_at=version_after(case, call.now)
            )
            call.rooms.market.save(changed, "intercept")
    good = sum(bool(each["is_success"]) for each in results)
    return {
        "intercept_results": results,
        "success_count": good,
        "failed_count": len(results) - good,
        "refund_amount": case.asked_fen + case.freight_fen,
    }


def _intercepted(number: str, *, can: bool) -> dict[str, object]:
    return {
        "tracking_no": number,
        "can_intercept": can,
        "is_success": can,
        "unavailable_reason": "" if can else "包裹已签收、已拦截或不属于该售后单",
        "intercept_cost": 500 if can else 0,
        "settlement_mode": 0,
    }
