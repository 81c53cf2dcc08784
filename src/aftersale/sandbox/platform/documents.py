"""Turn what the seeded world holds into the documents that the platforms keep."""

from __future__ import annotations

from typing import TYPE_CHECKING

from aftersale.sandbox import platform_words, story
from aftersale.sandbox.model import Line, Stage
from aftersale.sandbox.platform.case import (
    Actor,
    Case,
    Dispute,
    Entry,
    Kind,
    Note,
    Parcel,
    Refusal,
    Ruling,
    Sold,
    SoldLine,
    Step,
)

if TYPE_CHECKING:
    from datetime import datetime

    from aftersale.sandbox.model import Buyer, Order, Ticket, Times

KINDS = {
    Line.UNSHIPPED: Kind.UNSHIPPED,
    Line.SHIPPED_REFUND: Kind.SHIPPED,
    Line.RETURN_REVIEW: Kind.RETURN,
    Line.RETURN_RECEIPT: Kind.RETURN,
    Line.EXCHANGE: Kind.EXCHANGE,
    Line.RESHIP: Kind.RESHIP,
    Line.PRICE_PROTECT: Kind.PRICE,
    Line.PLATFORM_SERVICE: Kind.SHIPPED,
    Line.ARBITRATION: Kind.RETURN,
}
STEPS = {
    Stage.DECIDE: Step.DECIDE,
    Stage.BUYER_RETURNS: Step.BUYER_RETURNS,
    Stage.RECEIVE: Step.RECEIVE,
    Stage.SHIP: Step.SHIP,
    Stage.BUYER_RECEIVES: Step.BUYER_RECEIVES,
    Stage.REJECTED: Step.REFUSED,
    Stage.ARBITRATION: Step.REFUSED,
    Stage.REFUNDED: Step.REFUNDED,
    Stage.REPLACED: Step.REPLACED,
    Stage.CLOSED: Step.CLOSED,
}
ARTICLES = {article.article_no: article for article in story.ARTICLES}
STEP_WORDS = {
    "applied_at": (Actor.BUYER, "created", "买家发起售后申请"),
    "agreed_at": (Actor.MERCHANT, "agree", "商家同意"),
    "return_sent_at": (Actor.BUYER, "send_back", "买家已寄回"),
    "return_arrived_at": (Actor.PLATFORM, "arrived", "退货包裹已签收"),
    "received_at": (Actor.MERCHANT, "confirm", "商家确认收货"),
    "rejected_at": (Actor.MERCHANT, "refuse", "商家拒绝"),
    "reshipped_at": (Actor.MERCHANT, "ship_again", "商家已发货"),
    "arbitration_at": (Actor.BUYER, "dispute", "买家申请平台介入"),
    "finished_at": (Actor.PLATFORM, "finished", "售后完结"),
}
REASONS_FOR_REFUSAL = {"douyin": 18, "kuaishou": 12}
# The numbers that the platforms give to the colours, and what the shop means by them.
FLAGS = {"douyin": {"红": 5, "绿": 3, "紫": 1}, "kuaishou": {"红": 1, "绿": 3, "紫": 5}}
FLAG_REMARKS = {"红": "催发货（演示）", "绿": "已联系买家（演示）", "紫": "仓库核对（演示）"}
PLATFORMS = {shop.key: shop.platform for shop in story.SHOPS}


def ms(moment: datetime | None) -> int:
    """Turn a time into epoch ms, None into 0."""
    return int(moment.timestamp()) * 1000 if moment else 0


def sold_of(order: Order, buyer: Buyer) -> Sold:
    """Write an order of the world as a platform keeps it."""
    last = max(filter(None, (order.paid_at, order.shipped_at, order.signed_at)))
    return Sold(
        no=order.order_no,
        shop=order.shop,
        buyer_id=buyer.buyer_id,
        buyer_name=buyer.masked_name,
        character=buyer.character,
        province=buyer.province,
        city=buyer.city,
        lines=tuple(
            SoldLine(
                no=line.line_no,
                article_no=line.article_no,
                title=ARTICLES[line.article_no].title,
                specification=ARTICLES[line.article_no].specification,
                quantity=line.quantity,
                price_fen=line.price_fen,
                paid_fen=line.paid_fen,
                gift=line.gift,
            )
            for line in order.lines
        ),
        freight_fen=order.freight_fen,
        paid_at=ms(order.paid_at),
        promised_at=ms(order.promised_ship_at),
        updated_at=ms(last),
        shipped_at=ms(order.shipped_at),
        signed_at=ms(order.signed_at),
        waybill=order.waybill,
        carrier=order.carrier,
        notes=_notes(order),
    )


def _notes(order: Order) -> tuple[Note, ...]:
    """Give the remark with which the shop has set the flag of an order."""
    if not order.flag:
        return ()
    flag, text = FLAGS[PLATFORMS[order.shop]][order.flag], FLAG_REMARKS[order.flag]
    return (Note(ms(order.paid_at), text, flag),)


def reason_text(case: Case) -> str:
    """Give the text of the reason that the buyer picked."""
    if case.reason == "no_reason" and case.kind is Kind.UNSHIPPED:
        return platform_words.UNSHIPPED_NO_REASON
    fresh = ARTICLES[case.article_no].category == "fresh"
    if case.reason == "quality_defect" and fresh:
        return platform_words.FRESH_QUALITY
    return platform_words.REASONS[case.reason]


def case_of(ticket: Ticket, order: Order, character: str) -> Case:
    """Write a ticket of the world as a platform keeps it."""
    times, line = ticket.times, next(line for line in order.lines if line.line_no == ticket.line_no)
    moments = [moment for _, moment in times.steps()]
    goods_refused = ticket.line is Line.RETURN_RECEIPT and ticket.stage is Stage.REJECTED
    return Case(
        no=ticket.ticket_no,
        shop=ticket.shop,
        order_no=ticket.order_no,
        line_no=ticket.line_no,
        article_no=ticket.article_no,
        buyer_id=ticket.buyer_id,
        kind=KINDS[ticket.line],
        step=Step.REFUSED_GOODS if goods_refused else STEPS[ticket.stage],
        reason=ticket.reason,
        says=ticket.buyer_says,
        asked_fen=ticket.requested_fen,
        freight_fen=ticket.freight_fen,
        paid_fen=line.paid_fen,
        character=character,
        holds=ticket.truth.claim_holds,
        box=ticket.truth.box,
        applied_at=ms(times.applied_at),
        updated_at=ms(max(moments)),
        due_at=ms(ticket.deadline_at),
        pictures=(picture(ticket.ticket_no, 1),) if ticket.truth.has_photo else (),
        ended_at=ms(times.finished_at),
        ended_by=_ended_by(ticket),
        agreed_at=ms(times.agreed_at),
        got_parcel=order.signed_at is not None,
        sent_back=_parcel(ticket.return_waybill, times.return_sent_at),
        sent_again=_parcel(ticket.reship_waybill, times.reshipped_at),
        refusal=_refusal(ticket),
        refused_at=ms(times.rejected_at),
        dispute=_dispute(ticket),
        log=_log(times),
    )


def _refusal(ticket: Ticket) -> Refusal | None:
    if ticket.times.rejected_at is None:
        return None
    return Refusal(REASONS_FOR_REFUSAL[PLATFORMS[ticket.shop]], ticket.shop_says)


def _ended_by(ticket: Ticket) -> Actor | None:
    if not ticket.stage.final:
        return None
    by = {"platform": Actor.PLATFORM, "agent": Actor.MERCHANT}
    return by.get(ticket.handled_by, Actor.BUYER)


def _parcel(waybill: str, at: datetime | None) -> Parcel | None:
    return (
        Parcel(waybill, "圆通速递" if waybill.startswith("YT") else "中通快递", ms(at)) if waybill else None
    )


def _dispute(ticket: Ticket) -> Dispute | None:
    if ticket.stage is not Stage.ARBITRATION:
        return None
    opened = ms(ticket.times.arbitration_at)
    return Dispute(
        no=f"{ticket.ticket_no}_001",
        ruling=Ruling.EVIDENCE,
        opened_at=opened,
        updated_at=opened,
        due_at=ms(ticket.deadline_at),
    )


def _log(times: Times) -> tuple[Entry, ...]:
    return tuple(Entry(ms(at), *STEP_WORDS[name]) for name, at in times.steps())


def picture(ticket: str, number: int) -> str:
    """Name a picture that a buyer gave; nothing lies at the address."""
    return f"https://sandbox.example.com/buyer/{ticket}/{number}.jpg"
