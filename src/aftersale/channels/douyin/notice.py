"""Turn what 抖店 says about one ticket into a notice: only what was really said, in the words of the desk."""

from __future__ import annotations

from typing import TYPE_CHECKING

from aftersale.channels.base import Notice, Turn
from aftersale.channels.douyin import goods, mapping
from aftersale.channels.douyin.codes import (
    BUYER_REASONS,
    Arbitration,
    AutoAudit,
    Flag,
    Kind,
    RefundStatus,
    RefuseSign,
    Status,
    known,
)
from aftersale.channels.douyin.disputed import disputed
from aftersale.channels.douyin.ways import offers
from aftersale.channels.draft import Draft
from aftersale.channels.spreadsheet import words
from aftersale.channels.spreadsheet.standing import with_ruling
from aftersale.channels.standing import CLOSED, PAY_FAILED, PAYING, UNSEEN, Standing, by_platform

if TYPE_CHECKING:
    from aftersale.channels.base import Observed
    from aftersale.channels.douyin.order import Order
    from aftersale.channels.douyin.said import Said

PLATFORM = "douyin"
_MONEY_UNDER_WAY = frozenset({PAYING, PAY_FAILED})
_WAITS_FOR_WORDS = frozenset({Arbitration.EVIDENCE_WANTED, Arbitration.NEGOTIATING})


def notice_of(said: Said, order: Order | None, observed: Observed) -> Notice:
    """Say what the platform says about one ticket; `order` is None where only the list was read."""
    draft = Draft()
    draft.say("platform", PLATFORM, "抖店")
    draft.say("applied_at", said.times.applied_at, "申请时间")
    found = standing_of(said)
    _standing(said, found, draft)
    _claim(said, draft)
    reason = _reason(said, draft)
    _identity(said, order, draft)
    goods.say_goods(said, order, draft)
    amount = _money(said, order, found, draft)
    _tags(said, draft)
    draft.settle()
    return Notice(
        channel=PLATFORM,
        shop=None,
        ticket_no=said.ticket_no,
        order_no=said.order_no,
        line_no=_only([line.line_no for line in said.lines]),
        article="；".join(dict.fromkeys(line.name for line in said.lines if line.name)),
        article_no=_only([line.article_no or line.product_id for line in said.lines]),
        product_id=_only([line.product_id for line in said.lines]),
        open=found.open,
        turn=found.turn,
        status=status_words(said),
        reason=reason,
        claim=claim_words(said),
        flag=_flag(said.flag),
        remark=said.remark or None,
        amount_fen=amount,
        observed=observed,
        facts=draft.facts,
        unknown=frozenset(draft.unknown),
        sources=draft.sources,
        services=said.badges,
        newest_at=said.times.updated_at,
        buyer=(order.buyer or None) if order else None,
        contact=(order.contact or None) if order else None,
        buyer_name=(order.buyer_name or None) if order else None,
        return_waybill=said.parcels.return_waybill or None,
        version=said.times.version,
        evidence=said.evidence,
        offers=offers(known(Kind, said.kind), known(Status, said.status)),
        sealed=order.sealed if order else {},
        dispute=disputed(said.dispute),
    )


def standing_of(said: Said) -> Standing:
    """Find where a ticket stands; codes that nobody has seen put it before a person."""
    status, money = known(Status, said.status), known(RefundStatus, said.money.status or 0)
    if status is None or money is None:
        return UNSEEN
    place = mapping.STANDINGS[status, money]
    if said.times.final and place not in _MONEY_UNDER_WAY:
        place = place if not place.open else CLOSED
    found = with_ruling(place, _dispute_word(said))
    return by_platform(found) if not found.open and _by_itself(said) else found


def _dispute_word(said: Said) -> str:
    code = known(Arbitration, said.dispute.code)
    return mapping.ARBITRATION_WORDS[code] if code is not None else f"仲裁状态 {said.dispute.code}"


def _by_itself(said: Said) -> bool:
    """Tell whether the platform or its assistant ended it; a bit that nobody has seen says nothing."""
    bits = (known(AutoAudit, bit) for bit in said.audits)
    return said.machine or any(mapping.ENDED_BY_ITSELF[bit] for bit in bits if bit is not None)


def status_words(said: Said) -> str:
    """Give the platform's words for the status, else ours; a code that nobody has seen stands beside them."""
    code = known(Status, said.status)
    if code is None:
        return f"{said.status_word}（{said.status}）"
    return said.status_word or mapping.STATUS_WORDS[code]


def claim_words(said: Said) -> str:
    """Give the platform's words for what is asked for, else ours; an unseen code stands beside them."""
    code = known(Kind, said.kind)
    if code is None:
        return f"{said.kind_word}（{said.kind}）"
    return said.kind_word or mapping.KIND_WORDS[code]


def _standing(said: Said, found: Standing, draft: Draft) -> None:
    source = "售后状态" if found is not UNSEEN else f"没见过的售后状态：{status_words(said)}"
    if found.response is None:
        draft.hide("merchant_response", source)
    else:
        draft.say("merchant_response", found.response, source)
    taken = dict(found.steps)
    if said.parcels.return_waybill:
        taken["return_sent"] = True
    times = {"return_sent": said.parcels.return_sent_at, "arbitration_applied": said.dispute.opened_at}
    for name, happened in taken.items():
        draft.step(name, happened=happened, at=times.get(name) if happened else None, source=source)
    for name in found.hidden:
        draft.hide(name, source)
    if found.open and found.turn is Turn.MERCHANT:
        in_dispute = said.dispute.code in _WAITS_FOR_WORDS
        deadline = (said.dispute.deadline if in_dispute else None) or said.times.deadline
        draft.say("status_deadline", deadline, "仲裁截止时间" if in_dispute else "平台截止时间")


def _claim(said: Said, draft: Draft) -> None:
    claim = mapping.claim_of(said.kind)
    if claim is None:
        draft.hide("apply_type", f"售后类型：{claim_words(said)}")
    else:
        draft.say("apply_type", claim.apply_type, "售后类型")


def _reason(said: Said, draft: Draft) -> str:
    """Take down the reason, and give the words for it."""
    word = said.reason or BUYER_REASONS.get(said.reason_code or 0, "")
    reason = words.reason_of(word) if word else None
    if reason is None:
        draft.hide("reason", f"售后原因：{word or said.reason_code or '没有写'}")
    else:
        draft.say("reason", reason, "售后原因")
        if words.is_seven_day(word):
            draft.say("platform_reason_accepted", value=True, source="平台受理的原因")
    return word or (f"（{said.reason_code}）" if said.reason_code else "")


def _identity(said: Said, order: Order | None, draft: Draft) -> None:
    draft.say("article_no", _only([line.article_no or line.product_id for line in said.lines]), "商家编码")
    draft.say("sku", _only([line.spec for line in said.lines]), "规格")
    draft.say("carrier", said.parcels.carrier or None, "快递公司")
    if any(line.oversea for line in said.lines):
        draft.say("cross_border", value=True, source="跨境订单")
    if order is None:
        for name in ("paid_at", "promised_ship_at", "confirmed_at"):
            draft.hide(name, "没有读到订单")
        return
    draft.say("paid_at", order.paid_at, "订单·付款时间")
    draft.say("promised_ship_at", order.promised_ship_at, "订单·承诺发货时间")
    draft.say("confirmed_at", order.confirmed_at, "订单·确认收货时间")
    draft.say("live", order.live or None, "订单·达人")
    draft.say("province", order.province or None, "订单·收货省份")


def _money(said: Said, order: Order | None, found: Standing, draft: Draft) -> int | None:
    """Take down what was paid, asked for and paid back; give the amount that the ticket is about."""
    asked, freight = asked_of(said), _freight(said)
    paid = _paid(said, order, draft)
    draft.say("freight_paid_fen", freight, "订单运费")
    if paid is not None and asked is not None and paid < asked <= paid + (freight or 0):
        # The price of the line leaves freight out; the claim shows that it was paid with it.
        paid += freight or 0
        draft.say("paid_fen", paid, "买家实付＋订单运费")
    if found.open and asked is None:
        draft.hide("requested_refund_fen", "列表没有写明申请金额含不含运费")
    elif found.open:
        draft.say("requested_refund_fen", asked, "申请退款金额")
    elif found.refunded and said.money.paid_back is not None:
        draft.say("refunded_fen", said.money.paid_back, "实际退款金额")
    elif found.refunded:
        draft.hide("refunded_fen", "列表只有申请金额")
    return asked if asked is not None else paid


def _freight(said: Said) -> int | None:
    told = [line.freight for line in said.lines]
    known = bool(told) and all(each is not None for each in told)
    return sum(each or 0 for each in told) if known else None


def asked_of(said: Said) -> int | None:
    """Give what the buyer asks for, freight included; the list does not say whether it is inside."""
    money = said.money
    if money.asked_with_freight is not None:
        return money.asked_with_freight
    return money.asked if money.freight in {None, 0} else None


def _paid(said: Said, order: Order | None, draft: Draft) -> int | None:
    paid = order.line_paid if order and order.line_paid is not None else paid_of_lines(said)
    if paid is None:
        draft.hide("paid_fen", "没有读到付款金额")
        draft.hide("order_paid_fen", "没有读到付款金额")
        return None
    draft.say("paid_fen", paid, "买家实付")
    if order and order.order_paid is not None and order.order_paid >= paid:
        draft.say("order_paid_fen", order.order_paid, "整单实付")
    return paid


def paid_of_lines(said: Said) -> int | None:
    """Give what the buyer paid for the lines of a ticket; None where one does not tell."""
    amounts = [
        line.paid - (line.promotion or 0)
        for line in said.lines
        if line.paid is not None and line.paid >= (line.promotion or 0)
    ]
    return sum(amounts) if amounts and len(amounts) == len(said.lines) else None


def _tags(said: Said, draft: Draft) -> None:
    fast = said.refunded_by in mapping.FAST_REFUNDERS or any(
        bit in mapping.FAST_REFUNDS for bit in said.audits
    )
    given = {"fast_refund": fast, "refuse_then_refund": said.refuse_sign == RefuseSign.AGREED}
    tags = frozenset(name for name, on in given.items() if on)
    if tags:
        draft.say("service_tags", tags, "平台售后标记")


def _flag(code: int | None) -> str | None:
    if code is None:
        return None
    flag = known(Flag, code)
    return mapping.FLAG_WORDS[flag] if flag is not None else str(code)


def _only(texts: list[str]) -> str | None:
    found = {text for text in texts if text}
    return found.pop() if len(found) == 1 else None
