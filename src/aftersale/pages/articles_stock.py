"""Say how many pieces of an article are in stock, and since when that is known."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

from django.db import transaction
from django.views.decorators.http import require_POST

from aftersale.domain.clock import SHANGHAI
from aftersale.domain.errors import AftersaleError
from aftersale.evidence.journal import Entry, Subject, record
from aftersale.pages.articles import key_asked, shop_asked
from aftersale.pages.door import Ask, page
from aftersale.pages.settings import ended
from aftersale.shops.models import Product, Stock
from aftersale.shops.models.stock import StockSource
from aftersale.shops.register import ArticleRow
from aftersale.shops.stock import MOST_PIECES, Count, count
from aftersale.texts import Text
from aftersale.tickets.register_changes import PRODUCT, take_register
from aftersale.web.environment import say as _

if TYPE_CHECKING:
    from django.http import HttpResponse

    from aftersale.pages.articles_met import Key
    from aftersale.shops.models import Shop


class CountRefused(AftersaleError):
    """Refuse a count that is no number, or of a day that is to come."""

    def __init__(self) -> None:
        super().__init__(
            "article.stock",
            Text(zh="这个库存数或日期不能用。", en="This count or its day cannot be used."),
            Text(
                zh="件数写整数，日期不晚于今天；不知道就空着。",
                en="Write whole pieces and a day not after today; leave it empty where nobody knows.",
            ),
        )


@require_POST
@page
def save(ask: Ask) -> HttpResponse:
    """Take a count of one article; an empty one takes back what was said. Raises CountRefused."""
    shop, key = shop_asked(ask), key_asked(ask)
    said = _said(ask)
    with transaction.atomic():
        take_register(shop, [ArticleRow(*key)], ask.person.pk, ask.now)
        product = _product(shop, key)
        before = _told(product)
        count(product, said)
        product.refresh_from_db()
        after = _told(product)
        if before != after:
            subject = Subject(shop.pk, PRODUCT, product.pk, str(product.pk))
            record(
                subject, Entry("stock_counted", ask.now, ask.person.pk, {"before": before, "after": after})
            )
    return ended(ask, _("Saved."), "articles")


def _product(shop: Shop, key: Key) -> Product:
    """Find the entry of an article, which is there; it is held until the end of the transaction."""
    by_no = {"article_no": key.article_no} if key.article_no else {"product_id": key.product_id}
    mine = Product.objects.select_for_update(no_key=True).filter(shop=shop, **by_no)
    return mine.order_by("pk")[0]


def _told(product: Product) -> dict[str, object] | None:
    found = Stock.objects.filter(product=product).first()
    if found is None:
        return None
    return {
        "pieces": found.pieces,
        "on": found.counted_on.isoformat(),
        "held": found.taken,
        "no": found.counting,
    }


def _said(ask: Ask) -> Count | None:
    pieces, day = ask.said("pieces"), _day(ask)
    if not pieces:
        return None
    plain = pieces.isascii() and pieces.isdigit() and len(pieces) <= len(str(MOST_PIECES))
    if not plain or int(pieces) > MOST_PIECES or day > ask.now.astimezone(SHANGHAI).date():
        raise CountRefused
    return Count(int(pieces), day, StockSource.PAGE, ask.person)


def _day(ask: Ask) -> date:
    try:
        return date.fromisoformat(ask.said("day")) if ask.said("day") else ask.now.astimezone(SHANGHAI).date()
    except ValueError:
        raise CountRefused from None
