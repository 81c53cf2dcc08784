"""Turn the cells of a ticket, and of its order line, into a notice: only what the sheets really say."""

from __future__ import annotations

import re
from dataclasses import replace
from functools import lru_cache
from typing import TYPE_CHECKING

from aftersale.channels.base import Aside, Notice, Turn
from aftersale.channels.draft import Draft
from aftersale.channels.lasting import NO_ORDER_TABLE, ORDER_TABLE
from aftersale.channels.spreadsheet import standing as stands
from aftersale.channels.spreadsheet import words
from aftersale.channels.spreadsheet.columns import NAMES
from aftersale.channels.spreadsheet.goods import say_shipped, say_signed
from aftersale.channels.spreadsheet.orders import latest
from aftersale.channels.standing import UNSEEN, by_platform

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from aftersale.channels.spreadsheet.rows import TicketCells
    from aftersale.channels.spreadsheet.ticket import Ticket
    from aftersale.channels.standing import Standing

_CARRIER = re.compile(r"-([^,，;；\-]+)")
_SWITCHES = {"worry_free": "安心购", "fast_refund": "极速退款", "refuse_then_refund": "拒签后退款"}


def notice_of(ticket: Ticket) -> Notice:
    """Say what the sheets say about one ticket."""
    cells, draft = ticket.cells, Draft()
    draft.say("platform", ticket.origin.channel, NAMES[ticket.origin.channel].zh)
    draft.say("applied_at", cells.applied_at, ticket.origin.title("applied_at"))
    found = _standing(ticket, draft)
    claim = _claim(ticket, draft)
    reason = _reason(ticket, draft)
    _identity(ticket, draft)
    _order_times(ticket, draft)
    shipped = say_shipped(ticket, claim, draft)
    say_signed(ticket, draft, shipped=shipped, reason=reason)
    amount = _money(ticket, found, draft)
    _services(cells, draft)
    draft.settle()
    return _notice(ticket, found, amount, draft)


def whole_notice_of(ticket: Ticket) -> Notice:
    """Say the same, with what of it the order sheet told kept apart."""
    notice = notice_of(ticket)
    if ticket.line is None:
        return notice
    alone = notice_of(replace(ticket, line=None, order_paid=None))
    return replace(notice, aside=Aside(alone, repr((ticket.line.cells, ticket.order_paid))))


def _notice(ticket: Ticket, found: Standing, amount: int | None, draft: Draft) -> Notice:
    cells = ticket.cells
    return Notice(
        channel=ticket.origin.channel,
        shop=_first(ticket, "shop")[0],
        ticket_no=cells.ticket_no or cells.order_no or "",
        order_no=cells.order_no or "",
        line_no=_first(ticket, "line_no")[0],
        article=_first(ticket, "article")[0] or "",
        article_no=_first(ticket, "article_no")[0] or _first(ticket, "product_id")[0],
        product_id=_first(ticket, "product_id")[0],
        open=found.open,
        turn=found.turn,
        status=cells.status or "",
        reason=cells.reason or "",
        claim=cells.claim or "",
        flag=_first(ticket, "flag")[0],
        remark=_remark(ticket),
        amount_fen=amount,
        observed=ticket.observed,
        facts=draft.facts,
        unknown=_shared_names(frozenset(draft.unknown)),
        sources=_shared_sources(tuple(draft.sources.items())),
        services=_badges(ticket),
        newest_at=_newest(cells),
        buyer=_buyer(ticket),
        contact=_contact(ticket),
        buyer_name=ticket.cells.nick or (ticket.order.buyer if ticket.order else None),
        return_waybill=cells.return_waybill,
    )


def _buyer(ticket: Ticket) -> str | None:
    """Tell what identifies the buyer in these sheets: the platform's own id, else receiver and phone.

    A name with a star in it is that of many.
    """
    order, nick = ticket.order, ticket.cells.nick
    said = (order.buyer, order.phone) if order else ()
    named = nick if nick and "*" not in nick else None
    return ticket.cells.buyer or named or "|".join(text for text in said if text) or None


def _contact(ticket: Ticket) -> str | None:
    order = ticket.order
    return "，".join(text for text in (order.buyer, order.phone) if text) or None if order else None


# Most tickets of a sheet say the same from the same columns: what is equal is kept once.
@lru_cache(maxsize=4096)
def _shared_names(names: frozenset[str]) -> frozenset[str]:
    return names


@lru_cache(maxsize=4096)
def _shared_sources(sources: tuple[tuple[str, str], ...]) -> Mapping[str, str]:
    return dict(sources)


def _newest(cells: TicketCells) -> datetime | None:
    answered = (cells.merchant_agreed_at, cells.merchant_rejected_at, cells.return_sent_at)
    ended = (cells.paid_out_at, cells.arrived_at, cells.closed_at, cells.finished_at)
    return latest((cells.applied_at, *answered, *ended))


def _remark(ticket: Ticket) -> str | None:
    cells, order = ticket.cells, ticket.order
    said = (order.remark if order else None, cells.remark, cells.order_remark, cells.ticket_remark)
    return "；".join(dict.fromkeys(text for text in said if text)) or None


def _badges(ticket: Ticket) -> tuple[str, ...]:
    cells, order = ticket.cells, ticket.order
    shown = {
        "worry_free": order.worry_free if order else None,
        "fast_refund": cells.fast_refund,
        "refuse_then_refund": cells.refuse_then_refund,
    }
    return tuple(_SWITCHES[name] for name, on in shown.items() if on)


def _services(cells: TicketCells, draft: Draft) -> None:
    """Take down the service tags that rules know; 安心购 is a badge whose content the sheet does not say."""
    tags = {"fast_refund": cells.fast_refund, "refuse_then_refund": cells.refuse_then_refund}
    given = frozenset(name for name, on in tags.items() if on)
    if given:
        draft.say("service_tags", given, "、".join(sorted(_SWITCHES[name] for name in given)))


def _claim(ticket: Ticket, draft: Draft) -> words.Claim | None:
    word, title = ticket.cells.claim or "", ticket.origin.title("claim")
    claim = words.CLAIMS.get(words.plain(word))
    if claim is None:
        draft.hide("apply_type", ticket.origin.doubt("claim", word))
        return None
    applied = ticket.cells.applied_at
    new = claim.since is not None and applied is not None and applied.date() < claim.since
    draft.say("apply_type", claim.apply_type, f"{title}（{claim.since} 起的叫法）" if new else title)
    return claim


def _reason(ticket: Ticket, draft: Draft) -> str | None:
    word, title = ticket.cells.reason or "", ticket.origin.title("reason")
    reason = words.reason_of(word) if word else None
    if reason is None:
        draft.hide("reason", ticket.origin.doubt("reason", word))
        return None
    draft.say("reason", reason, title)
    if words.is_seven_day(word):
        draft.say("platform_reason_accepted", value=True, source=f"平台受理的原因（{title}）")
    return reason


def _standing(ticket: Ticket, draft: Draft) -> Standing:
    """Find where the ticket stands and take down the steps that this tells."""
    cells, origin = ticket.cells, ticket.origin
    seen = stands.standing_of(origin.channel, cells.status or "")
    found = stands.with_ruling(seen or UNSEEN, cells.arbitration)
    if not found.open and (cells.fast_refund or stands.is_machine(cells.operator)):
        found = by_platform(found)
    source = origin.title("status") if seen else f"没见过的{origin.title('status')}：{cells.status}"
    if found.response is None:
        draft.hide("merchant_response", source)
    else:
        draft.say("merchant_response", found.response, source)
    _steps(ticket, found, source, draft)
    if found.open and found.turn is Turn.MERCHANT:
        draft.say("status_deadline", cells.status_deadline, origin.title("status_deadline"))
    return found


def _steps(ticket: Ticket, found: Standing, source: str, draft: Draft) -> None:
    cells, origin = ticket.cells, ticket.origin
    taken = dict(found.steps)
    if cells.return_waybill:
        taken["return_sent"] = True
    times = {
        "agreed": ("merchant_agreed_at", cells.merchant_agreed_at),
        "rejected": ("merchant_rejected_at", cells.merchant_rejected_at),
        "return_sent": ("return_sent_at", cells.return_sent_at),
    }
    for name, (field, at) in times.items():
        if at is not None:
            draft.step(name, happened=True, at=at, source=origin.title(field))
        elif name in taken:
            draft.step(name, happened=taken[name], at=None, source=source)
    for name in taken.keys() - times.keys():
        draft.step(name, happened=taken[name], at=None, source=source)
    _goods_back(ticket, found, source, draft)


def _goods_back(ticket: Ticket, found: Standing, source: str, draft: Draft) -> None:
    """Tell whether the returned parcel has arrived, from its tracking, else what the standing leaves open."""
    word = ticket.cells.return_tracking
    arrived = stands.tracking_of(word) if word else None
    if arrived is not None:
        draft.step(
            "goods_back", happened=arrived == "signed", at=None, source=ticket.origin.title("return_tracking")
        )
    for name in found.hidden:
        if not (name == "return_received_at" and arrived is not None):
            draft.hide(name, source)


def _first(ticket: Ticket, field: str) -> tuple[str | None, str]:
    """Give what the after-sale sheet says in a field, else what the order sheet says, with its origin."""
    value = getattr(ticket.cells, field)
    if value is None and ticket.order:
        return getattr(ticket.order, field), ORDER_TABLE
    return value, ticket.origin.title(field)


def _identity(ticket: Ticket, draft: Draft) -> None:
    for name in ("shop", "sku", "live"):
        draft.say(name, *_first(ticket, name))
    coded, source = _first(ticket, "article_no")
    draft.say("article_no", *((coded, source) if coded else _first(ticket, "product_id")))
    order = ticket.order
    if order:
        if "live" not in draft.facts:
            draft.say("live", order.medium, "订单表·流量体裁")
        draft.say("carrier", order.carrier or _carrier(order.parcels), "订单表·快递")
        draft.say("warehouse", order.warehouse, "订单表·仓库名称")
        draft.say("province", order.province, "订单表·省")


def _carrier(parcels: str | None) -> str | None:
    """Name the carrier out of 单号-快递公司; several carriers are no answer."""
    names = set(_CARRIER.findall(parcels or ""))
    return names.pop().strip() if len(names) == 1 else None


def _order_times(ticket: Ticket, draft: Draft) -> None:
    if ticket.line is None:
        # The after-sale sheet has no such columns: their absence there says nothing.
        draft.hide("promised_ship_at", NO_ORDER_TABLE)
        draft.hide("confirmed_at", NO_ORDER_TABLE)
        return
    order = ticket.line.cells
    draft.say("paid_at", order.paid_at, "订单表·付款时间")
    draft.say("promised_ship_at", order.promised_ship_at, "订单表·承诺发货时间")
    draft.say("confirmed_at", order.finished_at, "订单表·订单完成时间")


def _money(ticket: Ticket, found: Standing, draft: Draft) -> int | None:
    """Take down what was paid, asked and refunded; return the amount the ticket is about."""
    cells, order, title = ticket.cells, ticket.order, ticket.origin.title
    freight = cells.freight if cells.freight is not None else (order.freight if order else None)
    asked, source = _asked(ticket)
    paid = _paid(ticket, asked, freight, draft)
    if ticket.order_paid is not None and ticket.order_paid >= (paid or 0):
        draft.say("order_paid_fen", ticket.order_paid, "订单表·同一订单合计")
    draft.say("freight_paid_fen", freight, title("freight") if cells.freight is not None else "订单表·运费")
    if found.open:
        draft.say("requested_refund_fen", asked, source)
    elif found.refunded and asked is None:
        draft.hide("refunded_fen", ticket.origin.doubt("refund_goods", None))
    elif found.refunded:
        draft.say("refunded_fen", asked, source)
    return asked if asked is not None else paid


def _paid(ticket: Ticket, asked: int | None, freight: int | None, draft: Draft) -> int | None:
    """Take down what the buyer paid for the lines of this ticket.

    Exports differ in whether freight is inside; a refund of goods and freight that is larger than the amount
    payable, and not larger than both, shows that it is not.
    """
    cells, order = ticket.cells, ticket.order
    paid, source = cells.paid, ticket.origin.title("paid")
    if paid is None and order:
        paid, source = order.paid, "订单表·应付金额"
    if paid is None:
        draft.hide("paid_fen", ticket.origin.doubt("paid", None))
        draft.hide("order_paid_fen", ticket.origin.doubt("paid", None))
    elif asked is not None and freight is not None and paid < asked <= paid + freight:
        paid, source = paid + freight, f"{source}＋{ticket.origin.title('freight')}"
    draft.say("paid_fen", paid, source)
    return paid


def _asked(ticket: Ticket) -> tuple[int | None, str]:
    cells, title = ticket.cells, ticket.origin.title
    if ticket.origin.refund_is_total and cells.refund_goods is not None:
        return cells.refund_goods, title("refund_goods")
    parts = {
        "refund_goods": cells.refund_goods,
        "refund_freight": cells.refund_freight,
        "refund_discount": cells.refund_discount,
        "refund_tax": cells.refund_tax,
    }
    told = {name: fen for name, fen in parts.items() if fen is not None}
    if not told:
        return None, ""
    return sum(told.values()), "＋".join(
        title(name) for name, fen in told.items() if fen or name == "refund_goods"
    )
