"""Keep the product register of a shop: what the rules need to know of an article, said once."""

from __future__ import annotations

import csv
import io
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

from django.http import HttpResponse
from django.views.decorators.http import require_POST

from aftersale.api.imports import kept
from aftersale.api.products import LIMITS
from aftersale.channels.receipts.words import read_weight, unit_of
from aftersale.channels.register import read_register
from aftersale.channels.register.words import (
    ARTICLE,
    ARTICLE_NO,
    CATEGORY,
    CATEGORY_WORDS,
    COLUMNS,
    OPT_OUT,
    OPT_OUT_WORDS,
    PRODUCT_ID,
    QUESTIONS,
    STOCK,
    STOCK_DAY,
    TICKETS,
    TITLES,
    WEIGHT,
    Sort,
)
from aftersale.channels.spreadsheet.cells import Unreadable
from aftersale.domain.clock import SHANGHAI
from aftersale.domain.errors import AftersaleError
from aftersale.domain.roles import Permission
from aftersale.jobs.door import enqueue
from aftersale.pages.acting import Incomplete
from aftersale.pages.articles_met import Key, Met, articles_met
from aftersale.pages.asked import Asked
from aftersale.pages.costs_shown import stock_words
from aftersale.pages.door import Ask, page, shown
from aftersale.pages.settings import ended
from aftersale.shops.models import Product, Shop
from aftersale.shops.permissions import NotAllowed
from aftersale.shops.register import ArticleRow
from aftersale.texts import Text
from aftersale.tickets.register_changes import CATCH_UP, rows_of, take_register
from aftersale.triage.tables import harmless
from aftersale.web.environment import lang
from aftersale.web.environment import say as _

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from aftersale.channels.register import Register
    from aftersale.shops.register import Counts

_LONGEST_CELL, _MOST_FAULTS = 500, 30
_KEYS = (ARTICLE_NO, PRODUCT_ID)
_APART = frozenset({*_KEYS, STOCK, STOCK_DAY})
FIELDS = (*(title for title in TITLES if title not in _APART), WEIGHT)
"""The columns that a form holds; the numbers of the article and its stock stand apart."""

_CHOICES: Mapping[str, tuple[str, ...]] = {
    CATEGORY: tuple(known[0] for known in CATEGORY_WORDS.values()),
    OPT_OUT: tuple(known[0] for known in OPT_OUT_WORDS.values()),
    **{column.title: ("是", "否") for column in COLUMNS if column.sort is Sort.FLAG},
}


class CellRefused(AftersaleError):
    """Refuse what stands in a field of an article."""

    def __init__(self, reason: str) -> None:
        super().__init__(
            "article.cell",
            Text(zh=reason, en=reason),
            Text(zh="改好这一格再保存，其他的都还在。", en="Correct it and save again; the rest is kept."),
        )


@page
def articles(ask: Ask) -> HttpResponse:
    """List the articles of a shop, most open tickets first, with what its rules still ask."""
    return _listed(ask, shop_asked(ask))


def _listed(ask: Ask, shop: Shop, taken: Counts | None = None, faults: Sequence[str] = ()) -> HttpResponse:
    shops = Shop.objects.filter(pk__in=ask.caller.shops(Permission.IMPORT)).order_by("name")
    met = articles_met(shop.pk)
    return shown(
        ask,
        "articles.html",
        shop=shop,
        shops=list(shops),
        met=met,
        asking=sum(bool(each.asks) for each in met),
        asked=Asked(shop=str(shop.pk)),
        taken=taken,
        faults=faults[:_MOST_FAULTS],
    )


def shop_asked(ask: Ask) -> Shop:
    """Find the shop that was asked for, else the first in which the person may."""
    may, said = ask.caller.shops(Permission.IMPORT), ask.said("shop")
    if not may:
        raise NotAllowed(Permission.IMPORT)
    chosen = int(said) if said.isascii() and said.isdigit() and len(said) < 18 else 0  # noqa: PLR2004  # digits of an id
    if said:
        ask.caller.let(Permission.IMPORT, chosen)
    return Shop.objects.get(pk=chosen) if said else Shop.objects.filter(pk__in=may).order_by("name")[0]


def key_asked(ask: Ask) -> Key:
    """Read which article is meant; raises Incomplete."""
    key = Key(ask.said("no")[:128], ask.said("product")[:64])
    if not any(key):
        raise Incomplete
    return key


@page
def article(ask: Ask) -> HttpResponse:
    """Show one article as a form; what is asked of it stands first."""
    shop, key = shop_asked(ask), key_asked(ask)
    met = next((each for each in articles_met(shop.pk) if each.key == key), None) or Met(key, "")
    cells = met.product.cells if met.product else {ARTICLE: met.title}
    first = [title for title in FIELDS if title in met.asks]
    return shown(
        ask,
        "article.html",
        shop=shop,
        met=met,
        fields=[(title, str(cells.get(title, ""))) for title in dict.fromkeys((*first, *FIELDS))],
        choices=_CHOICES,
        stock_now=stock_words(met.stock) if met.stock else "",
        today=ask.now.astimezone(SHANGHAI).date().isoformat(),
    )


@require_POST
@page
def save(ask: Ask) -> HttpResponse:
    """Say what is known of one article; an empty field takes away what was known."""
    shop, key = shop_asked(ask), key_asked(ask)
    cells = {title: ask.said(f"cell:{title}").replace("\0", "")[:_LONGEST_CELL] for title in FIELDS}
    _check_weight(cells[WEIGHT])
    register = _read({ARTICLE_NO: key.article_no, PRODUCT_ID: key.product_id, **cells})
    if register.faults:
        raise CellRefused(register.faults[0].reason)
    (row,) = rows_of(register)
    counts = take_register(shop, [_over(shop, row, cells)], ask.person.pk, ask.now)
    _catch_up(shop, counts)
    said = _("Saved; open tickets of it are judged again.") if counts.changes else _("Nothing changed.")
    return ended(ask, said, "articles")


def _check_weight(said: str) -> None:
    try:
        read_weight(said, unit_of(WEIGHT))
    except Unreadable:
        raise CellRefused(_("The weight {said} cannot be read; write grams.").format(said=said)) from None


def _read(cells: Mapping[str, str]) -> Register:
    """Read cells as a register of one line; what they may hold is known there alone."""
    with TemporaryDirectory(prefix="aftersale-article-") as folder:
        path = Path(folder) / "articles.csv"
        with path.open("w", encoding="utf-8-sig", newline="") as file:
            csv.writer(file).writerows([list(cells), list(cells.values())])
        return read_register(path, lang())


def _over(shop: Shop, row: ArticleRow, cells: Mapping[str, str]) -> ArticleRow:
    """Lay a form over an entry: what its fields stated before and state no more is taken away."""
    before = Product.objects.filter(shop=shop, article_no=row.article_no, product_id=row.product_id).first()
    empty = {title: None for title, text in cells.items() if not text}
    origins = before.origins if before else {}
    gone: dict[str, None] = {
        fact: None for fact, origin in origins.items() if str(origin).partition("·")[2] in cells
    }
    return ArticleRow(
        row.article_no, row.product_id, {**empty, **row.cells}, {**gone, **row.facts}, {**gone, **row.origins}
    )


def _catch_up(shop: Shop, counts: Counts) -> None:
    if counts.changes:
        enqueue(CATCH_UP, shop.pk)


@require_POST
@page
def take(ask: Ask) -> HttpResponse:
    """Take a register in; rows that were not read are named, the rest is stored."""
    shop, files = shop_asked(ask), ask.request.FILES.getlist("file")
    if not files:
        raise Incomplete
    with kept(list(files), LIMITS) as paths:
        register = read_register(paths[0], lang())
    counts = take_register(shop, rows_of(register), ask.person.pk, ask.now)
    _catch_up(shop, counts)
    return _listed(ask, shop, counts, [each.reason for each in register.faults])


@page
def sheet(ask: Ask) -> HttpResponse:
    """Give the register as articles.csv, with the articles and questions that it lacks, to be filled in."""
    met = articles_met(shop_asked(ask).pk)
    own = dict.fromkeys(title for each in met if each.product for title in each.product.cells)
    header = [
        *TITLES,
        WEIGHT,
        *(title for title in own if title not in {*TITLES, WEIGHT, TICKETS, QUESTIONS}),
    ]
    made = io.StringIO()
    writer = csv.writer(made)
    writer.writerow([harmless(title) for title in (*header, TICKETS, QUESTIONS)])
    writer.writerows([harmless(cell) for cell in _line(each, header)] for each in met)
    headers = {
        "Content-Disposition": 'attachment; filename="articles.csv"',
        "X-Content-Type-Options": "nosniff",
    }
    return HttpResponse(f"\ufeff{made.getvalue()}", content_type="text/csv; charset=utf-8", headers=headers)


def _line(met: Met, header: Sequence[str]) -> list[str]:
    own = met.product.cells if met.product else {}
    cells = {ARTICLE_NO: met.key.article_no, PRODUCT_ID: met.key.product_id, ARTICLE: met.title, **own}
    if met.stock:
        cells |= {STOCK: str(met.stock.pieces), STOCK_DAY: met.stock.counted_on.isoformat()}
    return [*(str(cells.get(title, "")) for title in header), str(met.tickets), "、".join(met.asked)]
