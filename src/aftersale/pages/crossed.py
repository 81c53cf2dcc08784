"""Show which articles come back for which reason: every number opens the tickets behind it."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple
from urllib.parse import urlencode

from django.http import HttpResponse
from django.urls import reverse

from aftersale.insight.crossed import SPANS, Crossed, Crossing, crossed, titles
from aftersale.insight.crossed_sheet import sheet_of
from aftersale.pages.door import Ask, page, shown
from aftersale.pages.home_charts import behind
from aftersale.pages.words import value
from aftersale.shops.models import Shop
from aftersale.web.environment import lang
from aftersale.web.environment import say as _

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

MOST = 30
"""So many articles the page shows; the sheet holds all of them."""

_SHADES = 5
_TELLING = 10
"""A percentage of fewer tickets than this tells nothing: how many there were is shown instead."""

_XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


class Cell(NamedTuple):
    """Hold one count, how dark it is shown (0 to 5), the address of its tickets, and its reason in words."""

    number: int
    shade: int
    address: str
    said: str


class Line(NamedTuple):
    """Hold one article as the page shows it; `more` is how many percent over the span before, if it tells."""

    counted: Crossing
    title: str
    address: str
    cells: list[Cell]
    more: int | None


@page
def show(ask: Ask) -> HttpResponse:
    """Show the articles with most tickets of a span, by reason."""
    shops, days = _chosen(ask)
    found = crossed(shops, ask.now, days)
    named = titles(shops, [row.article_no for row in found.rows[:MOST] if row.article_no])
    return shown(
        ask,
        "home_crossed.html",
        found=found,
        lines=_lines(found, named, days),
        reasons=_words(found),
        days=days,
        spans=SPANS,
        shop=ask.said("shop"),
        shops=list(Shop.objects.filter(pk__in=ask.caller.seen_shops()).order_by("name")),
        sheet=f"{reverse('crossed_sheet')}?{urlencode({'days': days, 'shop': ask.said('shop')[:20]})}",
    )


@page
def sheet(ask: Ask) -> HttpResponse:
    """Give every article as a workbook."""
    shops, days = _chosen(ask)
    found = crossed(shops, ask.now, days)
    name = f"articles-by-reason-{days}d-{ask.now:%Y%m%d}.xlsx"
    headers = {"Content-Disposition": f'attachment; filename="{name}"', "X-Content-Type-Options": "nosniff"}
    made = sheet_of(found, _words(found), ask.now, lang())
    return HttpResponse(made, content_type=_XLSX, headers=headers)


def _chosen(ask: Ask) -> tuple[Collection[int], int]:
    """Read which shops and days are asked for; what cannot be read asks for all shops and thirty days."""
    seen, shop, days = ask.caller.seen_shops(), ask.said("shop"), ask.said("days")
    one = [pk for pk in seen if str(pk) == shop]
    return one or seen, next((span for span in SPANS if str(span) == days), 30)


def _words(found: Crossed) -> Mapping[str, str]:
    return {code: value(code) if code else _("other reasons") for code in found.reasons}


def _lines(found: Crossed, named: Mapping[str, str], days: int) -> list[Line]:
    rows, words = found.rows[:MOST], _words(found)
    darkest = max((row.by_reason.get(each, 0) for row in rows for each in found.reasons), default=0)
    return [
        Line(
            row,
            named.get(row.article_no, ""),
            behind("pair", f"{days}::{row.article_no}"),
            [_cell(row, code, words[code], darkest, days) for code in found.reasons],
            round(100 * (row.tickets - row.before) / row.before) if row.before >= _TELLING else None,
        )
        for row in rows
    ]


def _cell(row: Crossing, code: str, said: str, darkest: int, days: int) -> Cell:
    number = row.by_reason.get(code, 0)
    # The column of the others has no reason that could be opened: its cells stand as numbers.
    address = behind("pair", f"{days}:{code}:{row.article_no}") if code else ""
    return Cell(number, -(-_SHADES * number // darkest) if number else 0, address, said)
