"""Let new orders and tickets come, as often as the real figures say.

Of a real shop's invoices 14.8 % (8.4 % of the value) were cancelled or returned, by 36 % of its customers.
So orders above the usual price raise a ticket four times more rarely than those below it, and seven in ten
orders come from a buyer who is known; a test holds orders, value and buyers to the three figures.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, NamedTuple

import msgspec

from aftersale.domain.clock import SHANGHAI
from aftersale.sandbox import claims, history, story
from aftersale.sandbox.dice import happens, pick
from aftersale.sandbox.model import Buyer, Line
from aftersale.sandbox.platform.case import Actor, Case, Entry, Kind, Sold, Step
from aftersale.sandbox.platform.documents import ARTICLES, picture, sold_of
from aftersale.sandbox.platform.moves import MoveImpossible, allowed_ms
from aftersale.sandbox.purchases import Purchase, make_order

if TYPE_CHECKING:
    from random import Random

    from aftersale.sandbox.model import Shop
    from aftersale.sandbox.platform.case import SoldLine
    from aftersale.sandbox.platform.market import Market
    from aftersale.sandbox.platform.store import Planned

RETURNING_BUYER = 0.71
APPLIES_CHEAP, APPLIES_DEAR = 0.24, 0.06
DEAR_FROM_FEN = 15_000
KIND_SHARES = (
    (Kind.UNSHIPPED.value, 27),
    (Kind.SHIPPED.value, 14),
    (Kind.RETURN.value, 50),
    (Kind.EXCHANGE.value, 4),
    (Kind.RESHIP.value, 3),
    (Kind.PRICE.value, 2),
)
LINES = {
    Kind.UNSHIPPED: Line.UNSHIPPED,
    Kind.SHIPPED: Line.SHIPPED_REFUND,
    Kind.RETURN: Line.RETURN_REVIEW,
    Kind.EXCHANGE: Line.EXCHANGE,
    Kind.RESHIP: Line.RESHIP,
    Kind.PRICE: Line.PRICE_PROTECT,
}
WITHOUT_MONEY = frozenset({Kind.EXCHANGE, Kind.RESHIP})
FIRST_NUMBER = 5_000_000


class Wanted(NamedTuple):
    """Say what kind of ticket is wanted; what is left empty is thrown by the dice."""

    shop: str
    kind: Kind
    order_no: str = ""
    reason: str = ""
    fen: int | None = None
    character: str = ""
    says: str | None = None
    article_no: str = ""
    buyer_id: str = ""


def raise_ticket(market: Market, wanted: Wanted, at: int) -> Case:
    """Let a buyer apply at a time, on an order that is named or on a new one."""
    number = FIRST_NUMBER + market.store.number("ticket")
    rng = market.dice("ticket", number)
    sold = market.sold(wanted.order_no) if wanted.order_no else new_order(market, wanted, at)
    case = _apply(market, wanted, sold, Moment(rng, number, at))
    check_line(market, case)
    return market.raise_ticket(case)


def check_line(market: Market, case: Case) -> None:
    """Refuse a second open ticket on a line, and more than was paid for it; raises MoveImpossible."""
    others = [each for each in market.store.cases("sold = ?", case.order_no) if each.line_no == case.line_no]
    paid = sum(each.refunded_fen - each.freight_fen for each in others if each.refunded_fen)
    if any(each.open for each in others) or case.asked_fen + paid > case.paid_fen:
        raise MoveImpossible("the line has an open ticket or was refunded")


class Moment(NamedTuple):
    """Hold the dice, the number and the time of an application."""

    rng: Random
    number: int
    at: int


def _apply(market: Market, wanted: Wanted, sold: Sold, moment: Moment) -> Case:
    rng, line = moment.rng, sold.lines[0]
    article = ARTICLES[line.article_no]
    signed = sold.signed_at > 0
    late = not sold.shipped_at and moment.at > sold.promised_at
    reason = wanted.reason or claims.pick_reason(rng, LINES[wanted.kind], article, signed=signed, late=late)
    character = wanted.character or sold.character
    truth = claims.make_truth(rng, character, reason, article, back=wanted.kind is Kind.RETURN)
    no = ticket_no(rng, market.platform_of(sold.shop), moment.number)
    case = Case(
        no=no,
        shop=sold.shop,
        order_no=sold.no,
        line_no=line.no,
        article_no=line.article_no,
        buyer_id=sold.buyer_id,
        kind=wanted.kind,
        step=Step.DECIDE,
        reason=reason,
        says=claims.saying(rng, reason) if wanted.says is None else wanted.says,
        asked_fen=_asked(rng, wanted, reason, line),
        freight_fen=sold.freight_fen if wanted.kind is Kind.UNSHIPPED else 0,
        paid_fen=line.paid_fen,
        character=character,
        holds=truth.claim_holds,
        box=truth.box,
        applied_at=moment.at,
        updated_at=moment.at,
        due_at=0,
        pictures=(picture(no, 1),) if truth.has_photo else (),
        got_parcel=signed,
        log=(Entry(moment.at, Actor.BUYER, "created", "买家发起售后申请"),),
    )
    due = moment.at + allowed_ms(case, market.platform_of(sold.shop))
    return msgspec.structs.replace(case, due_at=due)


def _asked(rng: Random, wanted: Wanted, reason: str, line: SoldLine) -> int:
    if wanted.kind in WITHOUT_MONEY:
        return 0
    if wanted.fen is not None:
        return min(wanted.fen, line.paid_fen)
    if wanted.kind is Kind.PRICE:
        return line.paid_fen * rng.randint(5, 20) // 100
    partly = wanted.kind is Kind.SHIPPED and reason in claims.DOUBTED
    if partly and happens(rng, 0.35):
        return max(1, line.paid_fen * rng.randint(15, 60) // 100)
    return line.paid_fen


def ticket_no(rng: Random, platform: str, number: int) -> str:
    """Make a number as the platform would, 19 digits on 抖店, 16 on 快手."""
    tail = f"{number:07d}"
    if platform == "kuaishou":
        return f"2261{rng.randrange(10**5):05d}{tail}"
    return f"739{rng.randrange(10**9):09d}{tail}"


def new_order(market: Market, wanted: Wanted, at: int) -> Sold:
    """Let a buyer buy something, long enough before for the ticket that is wanted."""
    number = FIRST_NUMBER + market.store.number("order")
    rng = market.dice("order", number)
    shop = market.setting.shops[wanted.shop]
    wanted_only = {wanted.article_no} if wanted.article_no else ARTICLES.keys()
    fit = [a for a in story.ARTICLES if shop.key in a.shops and a.article_no in wanted_only]
    article = rng.choices(fit, [story.SALES[article.article_no] for article in fit])[0]
    shipped = wanted.kind is not Kind.UNSHIPPED
    transit = wanted.kind is Kind.SHIPPED and happens(rng, 0.4)
    signed = timedelta(hours=rng.uniform(1, 26 if article.category == "fresh" else 150))
    way = history.make_journey(
        rng, _datetime(at), shipped=shipped, signed=None if transit else signed, late=happens(rng, 0.1)
    )
    buyer = _known(market, wanted.buyer_id) or _buyer(market, rng, shop, wanted.character)
    sold = sold_of(make_order(rng, Purchase(shop, article, buyer, way, number)), buyer)
    market.store.keep_sold(sold)
    return sold


def _known(market: Market, buyer_id: str) -> Buyer | None:
    """Find a buyer of the story by an earlier order."""
    found = market.store.sold_by("buyer = ? order by no limit 1", buyer_id) if buyer_id else []
    return _buyer_of(found[0]) if found else None


def _buyer_of(one: Sold) -> Buyer:
    return Buyer(one.buyer_id, one.buyer_name, one.character, one.province, one.city)


def _buyer(market: Market, rng: Random, shop: Shop, character: str) -> Buyer:
    known = 0 if character else market.store.buyers(shop.key)
    if known and happens(rng, RETURNING_BUYER):
        one = market.store.an_order_of_buyer(shop.key, rng.randrange(known))
        return _buyer_of(one)
    province, city = rng.choice(story.PLACES)
    name = rng.choice(story.SURNAMES) + "*" * rng.choice((1, 1, 2))
    number = FIRST_NUMBER + market.store.number("buyer")
    return Buyer(f"C{number:07d}", name, character or pick(rng, story.CHARACTERS), province, city)


def _datetime(at: int) -> datetime:
    return datetime.fromtimestamp(at / 1000, tz=UTC).astimezone(SHANGHAI)


def sell(market: Market, shop: str, at: int) -> tuple[Sold, Case | None]:
    """Let one order come, and its ticket where the buyer turns out to apply."""
    number = market.store.number("sale")
    rng = market.dice("sale", number)
    kind = Kind(pick(rng, KIND_SHARES))
    sold = new_order(market, Wanted(shop, kind), at)
    if not happens(rng, APPLIES_DEAR if sold.paid_fen >= DEAR_FROM_FEN else APPLIES_CHEAP):
        return sold, None
    return sold, raise_ticket(market, Wanted(shop, kind, sold.no), at)


def raise_planned(market: Market, planned: Planned) -> None:
    """Raise a ticket that was asked for in advance; its detail is shop and kind."""
    shop, kind = planned.detail.split("/")
    raise_ticket(market, Wanted(shop, Kind(kind)), planned.at)
