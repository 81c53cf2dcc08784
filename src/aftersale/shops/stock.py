"""Keep how many pieces of an article a shop has, and hold single ones for tickets exactly once.

A piece moves by one conditional update together with a row that a ticket can have only once; whoever calls
writes the event in the same transaction.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.db import transaction
from django.db.models import F, Q

from aftersale.domain.errors import AftersaleError
from aftersale.shops.models import Product, Stock, StockHeld
from aftersale.texts import Text

if TYPE_CHECKING:
    from datetime import date, datetime

    from aftersale.shops.models import Person
    from aftersale.shops.models.stock import StockSource

MOST_PIECES = 10**6


class StockGone(AftersaleError):
    """Refuse to promise a piece of an article of which the register has none left."""

    def __init__(self, stock: Stock) -> None:
        day = stock.counted_on.isoformat()
        super().__init__(
            "stock.gone",
            Text(
                zh=f"商品信息里登记的库存已经没有了（{day} 登记 {stock.pieces} 件，占用 {stock.taken} 件）。",
                en=f"No piece is left by the register ({stock.pieces} on {day}, {stock.taken} held).",
            ),
            Text(
                zh="有货就先在“商品”里改库存，再确认；没货就换别的办法。",
                en="If there are some, correct the stock under Articles first; else choose another way.",
            ),
        )


@dataclass(frozen=True, slots=True)
class Count:
    """Hold how many pieces there were on a day of Shanghai, and where that was said."""

    pieces: int
    counted_on: date
    source: StockSource
    by: Person | None = None


def stock_of(shop_id: int, article_no: str, product_id: str) -> Stock | None:
    """Find the stock of an article by 商家编码, else by 商品ID where only one has it; one query.

    A ticket without 商家编码 may carry the 商品ID in its place.
    """
    numbers = {number for number in (article_no, product_id) if number}
    named = Q(article_no__in=numbers) | Q(product_id__in=numbers)
    found = list(Product.objects.filter(named, shop_id=shop_id).select_related("stock", "stock__said_by"))
    exact = [each for each in found if article_no and each.article_no == article_no]
    chosen = exact or [each for each in found if each.product_id in numbers]
    return getattr(chosen[0], "stock", None) if len(chosen) == 1 else None


@transaction.atomic
def count(product: Product, said: Count | None) -> bool:
    """Take a count, which replaces the one before it; None takes it back. Tells whether anything changed."""
    if said is None:
        return bool(Stock.objects.filter(product=product).delete()[0])
    before = Stock.objects.select_for_update(no_key=True).filter(product=product).first()
    counting = before.counting + 1 if before else _next(product)
    Stock.objects.update_or_create(
        product=product,
        defaults={
            "pieces": said.pieces,
            "taken": 0,
            "counted_on": said.counted_on,
            "counting": counting,
            "source": said.source,
            "said_by": said.by,
        },
    )
    return True


def _next(product: Product) -> int:
    """Give a first count a number beyond all under which pieces were held before one was taken back."""
    held = StockHeld.objects.filter(product=product).order_by("-counting").values_list("counting", flat=True)
    return (held.first() or 0) + 1


def count_of_sheet(product: Product, said: Count) -> bool:
    """Take what a sheet says where it is newer; the same once more counts no piece a second time."""
    before = Stock.objects.filter(product=product).first()
    if before is not None:
        same = (before.pieces, before.counted_on) == (said.pieces, said.counted_on)
        if same or said.counted_on < before.counted_on:
            return False
    return count(product, said)


@transaction.atomic
def hold(stock: Stock, ticket_id: int, action_id: int, now: datetime) -> StockHeld | None:
    """Hold one piece for a ticket; None where it has one already. Raises StockGone."""
    if StockHeld.objects.filter(ticket_id=ticket_id, returned_at=None).exists():
        return None
    moved = Stock.objects.filter(pk=stock.pk, taken__lt=F("pieces")).update(taken=F("taken") + 1)
    # The row is ours since that update: what it says now is what the piece was taken from.
    stock.refresh_from_db(fields=["pieces", "taken", "counted_on", "counting"])
    if not moved:
        raise StockGone(stock)
    return StockHeld.objects.create(
        product_id=stock.product_id,
        counting=stock.counting,
        ticket_id=ticket_id,
        action_id=action_id,
        held_at=now,
    )


def give_back(held: StockHeld, now: datetime) -> bool:
    """Give a piece back; the stock has it again unless it was counted anew since. False: it was before."""
    with transaction.atomic():
        if not StockHeld.objects.filter(pk=held.pk, returned_at=None).update(returned_at=now):
            return False
        counted = Stock.objects.filter(product_id=held.product_id, counting=held.counting, taken__gt=0)
        counted.update(taken=F("taken") - 1)
    return True
