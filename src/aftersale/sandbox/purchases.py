"""Make orders: lines, discounts over several lines, freight, gift, numbers, confirmations nobody exports."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from aftersale.domain.money import allocate
from aftersale.sandbox import story
from aftersale.sandbox.dice import happens
from aftersale.sandbox.model import Order, OrderLine

if TYPE_CHECKING:
    from random import Random

    from aftersale.sandbox.history import Journey
    from aftersale.sandbox.model import Article, Buyer, Shop

DEAL_FROM_FEN = 30_000
DEAL_FEN = 3_000
# What is too cheap to post for nothing.
FREIGHT_BELOW_FEN = 1_000
STAMP_FREIGHT_FEN = 600


class Purchase(NamedTuple):
    """Say who buys what where and when; `number` makes the order number unique."""

    shop: Shop
    article: Article
    buyer: Buyer
    way: Journey
    number: int


def make_order(rng: Random, purchase: Purchase) -> Order:
    """Make the order of a purchase; on 快手 one order holds one article."""
    way, article = purchase.way, purchase.article
    base = _order_no(rng, purchase)
    return Order(
        order_no=base,
        shop=purchase.shop.key,
        buyer_id=purchase.buyer.buyer_id,
        lines=_lines(rng, purchase, base),
        freight_fen=STAMP_FREIGHT_FEN if article.price_fen < FREIGHT_BELOW_FEN and happens(rng, 0.7) else 0,
        paid_at=way.paid_at.replace(microsecond=0),
        promised_ship_at=way.promised_ship_at.replace(microsecond=0),
        shipped_at=way.shipped_at.replace(microsecond=0) if way.shipped_at else None,
        first_scan_at=way.first_scan_at.replace(microsecond=0) if way.first_scan_at else None,
        signed_at=way.signed_at.replace(microsecond=0) if way.signed_at else None,
        waybill=f"78{rng.randrange(10**12):012d}" if way.shipped_at else "",
        carrier=rng.choice(story.CARRIERS) if way.shipped_at else "",
        opt_out_confirmed=article.opt_out_class == "activation_devalue" and happens(rng, 0.8),
        class_confirmed=article.opt_out_class in ("custom_made", "perishable"),
        batch=article.batch,
    )


def _order_no(rng: Random, purchase: Purchase) -> str:
    if purchase.shop.platform == "kuaishou":
        return f"2616{rng.randrange(10**5):05d}{purchase.number:07d}"
    return f"693{rng.randrange(10**9):09d}{purchase.number:07d}"


def _lines(rng: Random, purchase: Purchase, base: str) -> tuple[OrderLine, ...]:
    article = purchase.article
    quantity = 2 if happens(rng, 0.08) else 1
    bought = [(article, quantity)]
    one_line = purchase.shop.platform == "kuaishou"
    if not one_line and happens(rng, 0.15):
        others = [a for a in story.ARTICLES if purchase.shop.key in a.shops and a is not article]
        bought += [(rng.choice(others), 1)] if others else []
    sums = [one.price_fen * count for one, count in bought]
    deal = DEAL_FEN if len(bought) > 1 and sum(sums) >= DEAL_FROM_FEN else 0
    lines = [
        OrderLine(f"{base[:-8]}{index}{base[-7:]}", one.article_no, count, one.price_fen, off)
        for index, ((one, count), off) in enumerate(zip(bought, allocate(deal, sums), strict=True), start=1)
    ]
    if article.gift and not one_line:
        lines.append(OrderLine(f"{base[:-8]}9{base[-7:]}", article.article_no, 1, 0, 0, gift=True))
    return tuple(lines)
