"""Turn what the platform says of one ticket into a notice; unknown codes stay as they came."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from aftersale.channels.base import Notice, Observed, Parked, Turn
from aftersale.channels.draft import Draft
from aftersale.channels.kuaishou import codes
from aftersale.channels.kuaishou.codes import Freight, Negotiation, Origin, Special, Status, Way
from aftersale.channels.kuaishou.orders import badges, notes_of, paid_of, say_order
from aftersale.channels.kuaishou.standing import known, standing_of, with_freight
from aftersale.channels.kuaishou.values import Odd, Told
from aftersale.channels.spreadsheet.words import is_seven_day, reason_of
from aftersale.channels.standing import UNSEEN

if TYPE_CHECKING:
    from aftersale.channels.standing import Standing

PLATFORM = "kuaishou"
_PRICE_PROTECT = "价保"
_BETWEEN = re.compile(r"[,，;；\s]+")
_ADDRESS = re.compile(r"https?://", re.IGNORECASE)
_STATUS = "售后单·状态"


@dataclass(frozen=True, slots=True)
class Case:
    """Hold all that was told about one ticket; `order` None where the order could not be read."""

    ticket: Told
    order: Told | None
    observed: Observed


def take(case: Case) -> Notice | Parked:
    """Say what the platform says of one ticket, or park it with the value that cannot be read."""
    try:
        return notice_of(case)
    except Odd as odd:
        return parked(case.ticket, case.observed, odd)


def parked(entry: Told, observed: Observed, odd: Odd) -> Parked:
    """Park an entry of an answer whole, with the field that is to blame."""
    column = codes.FIELD_WORDS.get(odd.field, odd.field)
    cells = tuple((codes.FIELD_WORDS.get(name, name), str(value)) for name, value in entry.fields.items())
    return Parked(observed.sheet, observed.row, column, odd.value, odd.code, cells=cells)


def needed_id(told: Told, name: str) -> str:
    """Read an id without which an entry says nothing. Raises Odd."""
    found = told.id(name)
    if not found:
        raise Odd("told_missing", name, "")
    return found


def notice_of(case: Case) -> Notice:
    """Say what the platform says of one ticket. Raises Odd."""
    ticket, order, draft = case.ticket, case.order, Draft()
    draft.say("platform", PLATFORM, "快手小店")
    for name in ("status", "updateTime", "createTime"):
        if not ticket.code(name):
            raise Odd("told_missing", name, "")
    draft.say("applied_at", ticket.at("createTime"), "售后单·申请时间")
    found = _standing(ticket, draft)
    _say_claim(ticket, draft)
    _say_reason(ticket, draft)
    say_order(order, ticket, draft)
    _say_money(case, found, draft)
    draft.say("article_no", ticket.text("skuNick") or _id_or_none(ticket, "itemId"), "售后单·商家编码")
    draft.settle()
    return _notice(case, found, draft)


def _notice(case: Case, found: Standing, draft: Draft) -> Notice:
    ticket, order = case.ticket, case.order
    flag, remark = notes_of(order)
    return Notice(
        channel=PLATFORM,
        shop=None,
        ticket_no=needed_id(ticket, "refundId"),
        order_no=needed_id(ticket, "oid"),
        line_no=None,
        article=order.part("orderItemInfo").text("itemTitle") if order else "",
        article_no=ticket.text("skuNick") or _id_or_none(ticket, "itemId"),
        product_id=_id_or_none(ticket, "itemId"),
        open=found.open,
        turn=found.turn,
        status=status_words(ticket),
        reason=_reason_words(ticket),
        claim=claim_words(ticket),
        flag=flag,
        remark=remark,
        amount_fen=ticket.fen("refundFee"),
        observed=case.observed,
        facts=draft.facts,
        unknown=frozenset(draft.unknown),
        sources=draft.sources,
        services=badges(order),
        newest_at=ticket.at("updateTime"),
        buyer=_buyer(case) or None,
        contact=_contact(order),
        buyer_name=(order.part("orderAddress").text("desensitiseConsignee") or None) if order else None,
        return_waybill=return_waybill(ticket) or None,
        version=str(ticket.code("updateTime")),
        evidence=pictures(ticket.fields.get("pictures")),
        return_freight_fen=claimed_freight(ticket),
        offers=_offers(ticket),
        sealed=_sealed(order),
    )


def _id_or_none(told: Told, name: str) -> str | None:
    return told.id(name) or None


def _buyer(case: Case) -> str:
    told = case.ticket.text("buyerOpenId")
    return told or (case.order.part("orderBaseInfo").text("buyerOpenId") if case.order else "")


def _contact(order: Told | None) -> str | None:
    """Give receiver and phone as the platform masks them; the sealed values are opened on demand only."""
    address = order.part("orderAddress") if order else Told({})
    shown = (address.text("desensitiseConsignee"), address.text("desensitiseMobile"))
    return "，".join(text for text in shown if text) or None


def _offers(ticket: Told) -> tuple[str, ...]:
    """List what the interface takes at this way and status, remarks and flags at any."""
    way, status = known(Way, ticket.code("handlingWay")), known(Status, ticket.code("status"))
    answers = {verb for (verb, of), places in codes.POSSIBLE.items() if of is way and status in places}
    return (*map(str, codes.ALWAYS), *sorted(map(str, answers)))


def _sealed(order: Told | None) -> dict[str, str]:
    """Give receiver, phone and address as the platform encrypts them."""
    address = order.part("orderAddress") if order else Told({})
    found = {name: address.text(told) for name, told in codes.SEALED.items()}
    return {name: cipher for name, cipher in found.items() if cipher}


def return_waybill(ticket: Told) -> str:
    """Give the waybill under which the goods come back."""
    return ticket.part("logisticsInfo").text("expressNo")


def claimed_freight(ticket: Told) -> int | None:
    """Give what the buyer claims for sending back while that waits for an answer."""
    freight = ticket.part("returnFreightInfo")
    waits = freight.code("returnFreightStatus") == Freight.TO_HANDLE
    return freight.fen("returnFreightAmount") if waits else None


def pictures(raw: object) -> tuple[str, ...]:
    """Split addresses of pictures however they are joined: a list, JSON in a text, commas or blanks.

    >>> pictures('["https://a/1.jpg"]'), pictures("https://a/1.jpg,https://a/2.jpg"), pictures("")
    (('https://a/1.jpg',), ('https://a/1.jpg', 'https://a/2.jpg'), ())
    """
    if isinstance(raw, str):
        raw = _from_text(raw)
    told = raw if isinstance(raw, list) else []
    return tuple(
        dict.fromkeys(each.strip() for each in told if isinstance(each, str) and _ADDRESS.match(each.strip()))
    )


def _from_text(raw: str) -> object:
    try:
        return json.loads(raw)
    except ValueError:
        return _BETWEEN.split(raw)


def status_words(ticket: Told) -> str:
    """Say the status in the platform's words, with whose move it is where that says more."""
    status, move = ticket.code("status"), ticket.code("negotiateStatus") or 0
    known_status, known_move = known(Status, status), known(Negotiation, move)
    words = codes.STATUS_WORDS[known_status] if known_status else f"状态代码 {status}"
    if known_move is None:
        return f"{words}（协商代码 {move}）"
    return f"{words}（{codes.NEGOTIATION_WORDS[known_move]}）" if known_move is Negotiation.REFUSED else words


def claim_words(ticket: Told) -> str:
    """Say what is asked for in the platform's words, with who began it where that was not the buyer."""
    origin = known(Origin, ticket.code("refundType") or 0)
    began = codes.ORIGIN_WORDS[origin] if origin is not None else f"发起方代码 {ticket.code('refundType')}"
    return f"{_asked_words(ticket)}（{began}）" if began else _asked_words(ticket)


def _asked_words(ticket: Told) -> str:
    if known(Special, ticket.code("specialRefundType")) is Special.PRICE_PROTECT:
        return _PRICE_PROTECT
    way = known(Way, ticket.code("handlingWay"))
    return codes.WAY_WORDS[way] if way else f"处理方式代码 {ticket.code('handlingWay')}"


def _reason_words(ticket: Told) -> str:
    code = ticket.code("refundReason")
    return ticket.text("refundReasonDesc") or (f"原因代码 {code}" if code else "")


def _standing(ticket: Told, draft: Draft) -> Standing:
    """Find where the ticket stands and take down the steps that this tells."""
    seen = standing_of(ticket.code("status"), ticket.code("handlingWay"), ticket.code("negotiateStatus"))
    found = with_freight(seen or UNSEEN, claimed=claimed_freight(ticket) is not None)
    source = _STATUS if seen else f"没见过的代码：{status_words(ticket)}，{claim_words(ticket)}"
    if found.response is None:
        draft.hide("merchant_response", source)
    else:
        draft.say("merchant_response", found.response, source)
    taken = dict(found.steps)
    if return_waybill(ticket):
        taken["return_sent"] = True
    for name, happened in taken.items():
        draft.step(name, happened=happened, at=None, source=source)
    for name in found.hidden:
        draft.hide(name, source)
    if found.open and found.turn is Turn.MERCHANT:
        draft.say("status_deadline", ticket.at("expireTime"), "售后单·超时时间")
    return found


def _say_claim(ticket: Told, draft: Draft) -> None:
    special, way = (
        known(Special, ticket.code("specialRefundType") or 0),
        known(Way, ticket.code("handlingWay")),
    )
    if special is Special.PRICE_PROTECT:
        draft.say("apply_type", "price_protect", "售后单·特殊退款")
    elif special is None or way is None:
        draft.hide("apply_type", f"没见过的代码：{claim_words(ticket)}")
    else:
        draft.say("apply_type", codes.APPLY_TYPES[way], "售后单·处理方式")


def _say_reason(ticket: Told, draft: Draft) -> None:
    words = ticket.text("refundReasonDesc")
    reason = reason_of(words) if words else None
    if reason is None:
        draft.hide("reason", f"售后单·原因：{_reason_words(ticket)}")
        return
    draft.say("reason", reason, "售后单·原因")
    if is_seven_day(words):
        draft.say("platform_reason_accepted", value=True, source="平台受理的原因（售后单·原因）")


def _say_money(case: Case, found: Standing, draft: Draft) -> None:
    """Take down what was paid, asked and refunded; `refundFee` is what the shop gives back in all."""
    asked = case.ticket.fen("refundFee")
    paid, freight = paid_of(case.order, asked)
    draft.say("freight_paid_fen", freight, "订单·运费")
    if paid is None:
        draft.hide("paid_fen", "订单·金额")
        draft.hide("order_paid_fen", "订单·金额")
    draft.say("paid_fen", paid, "订单·金额")
    draft.say("order_paid_fen", paid, "订单·金额")
    if found.open:
        draft.say("requested_refund_fen", asked, "售后单·退款金额")
    elif found.refunded and asked is None:
        draft.hide("refunded_fen", "售后单·退款金额")
    elif found.refunded:
        draft.say("refunded_fen", asked, "售后单·退款金额")
