"""Show the money of a shop by month and day: our side, the platform's, where they differ and why."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from uuid import uuid4

from django.http import HttpResponse
from django.urls import reverse

from aftersale.domain.money_legs import (
    BY_HAND,
    LEG_LIABILITIES,
    LegKind,
    day_text,
    is_month,
    month_text,
    sign_of,
)
from aftersale.domain.roles import Permission
from aftersale.finance.by_hand import SCENE_KINDS
from aftersale.finance.closing import is_as_closed, next_to_close
from aftersale.finance.figures import days_of, months_of, net_of
from aftersale.finance.matching import Cause
from aftersale.finance.models import Book, MoneyLeg
from aftersale.finance.shown import month_of, notes_of, unnamed_of
from aftersale.finance.words import CAUSE_HINTS, CAUSE_WORDS, kind_word, liability_word, source_word
from aftersale.finance.workbook import workbook_of
from aftersale.pages.door import Ask, page, shown
from aftersale.shops.models import Shop
from aftersale.shops.permissions import NotAllowed
from aftersale.shops.uploads import Kind, download_headers
from aftersale.web.environment import lang
from aftersale.web.environment import say as _

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from aftersale.finance.figures import Day
    from aftersale.finance.models import Difference
    from aftersale.finance.shown import Month

_ROWS, _LEGS, _LONGEST = 200, 300, 64


@dataclass(frozen=True, slots=True)
class Group:
    """Hold the differences of one cause: the first of them, how many, their sum, how many unexplained."""

    cause: str
    words: str
    hint: str
    rows: Sequence[Difference]
    number: int
    fen: int
    unexplained: int


def shop_of(ask: Ask, permission: Permission) -> Shop:
    """Find the shop asked for, else the first; raises NotHere or NotAllowed."""
    said = ask.said("shop")[:18]
    if said or not ask.caller.shops(permission):
        seen = next(iter(ask.caller.seen_shops()), 0)
        number = int(said) if said.isascii() and said.isdigit() else seen
        ask.caller.let(permission, number)
        return Shop.objects.get(pk=number)
    return shops_of(ask)[0]


def shops_of(ask: Ask) -> list[Shop]:
    """Give the shops whose money the person may see."""
    return list(Shop.objects.filter(pk__in=ask.caller.shops(Permission.SEE_MONEY)).order_by("name"))


def month_asked(ask: Ask, shop: Shop) -> str:
    """Give the month asked for, else the one in which there was something last."""
    said = ask.said("month")
    if is_month(said):
        return said
    return next(iter(months_of(shop.pk)), month_text(ask.now))


@page
def finance(ask: Ask) -> HttpResponse:
    """Show a month of a shop."""
    shop = shop_of(ask, Permission.SEE_MONEY)
    found = month_of(shop.pk, month_asked(ask, shop))
    days = days_of(shop.pk, found.month)
    book = Book.objects.filter(shop=shop).first()
    around: dict[str, Any] = {
        "shop": shop,
        "shops": shops_of(ask),
        "months": sorted({*months_of(shop.pk), found.month, month_text(ask.now)}, reverse=True),
        "found": found,
        "whole": found.close is None or is_as_closed(found.close),
        "days": days,
        "chart": _chart(shop, found.month, days),
        "groups": _groups(found),
        "notes": notes_of(each.event_id for each in found.differences),
        "scenes": unnamed_of(shop.pk, book.open_from if book else ""),
        "net_fen": net_of(found.lines),
        "named_fen": sum(tie.named_fen for tie in found.ties),
        "rest_fen": sum(tie.rest_fen for tie in found.ties),
        "closable": next_to_close(shop.pk) == found.month and found.month < month_text(ask.now),
        "today": day_text(ask.now),
        "once": uuid4().hex,
        **_allowed(ask, shop),
        **words(),
    }
    return shown(ask, "finance.html", **around)


def _allowed(ask: Ask, shop: Shop) -> dict[str, bool]:
    return {
        "may_book": shop.pk in ask.caller.shops(Permission.BOOK_MONEY),
        "may_export": shop.pk in ask.caller.shops(Permission.EXPORT),
    }


def words() -> dict[str, Any]:
    """Give the words of kinds, liabilities and scenes, in the language of who looks."""
    return {
        "kind_word": lambda kind: kind_word(kind, lang()),
        "source_word": lambda source: source_word(source, lang()),
        "liable": lambda code: liability_word(code, lang()),
        "by_hand": [(kind.value, kind_word(kind, lang())) for kind in BY_HAND],
        "liabilities": [(code, liability_word(code, lang())) for code in LEG_LIABILITIES],
        "scene_kinds": [(kind.value, kind_word(kind, lang())) for kind in SCENE_KINDS],
        "effect": lambda leg: sign_of(leg.kind) * leg.fen,
    }


def _groups(found: Month) -> list[Group]:
    rows: Mapping[str, list[Difference]] = {cause.value: [] for cause in Cause}
    for each in found.differences:
        rows[each.cause].append(each)
    return [
        Group(
            cause,
            CAUSE_WORDS[Cause(cause)].of(lang()),
            CAUSE_HINTS[Cause(cause)].of(lang()),
            some[:_ROWS],
            len(some),
            sum(each.platform_fen - each.our_fen for each in some),
            sum(each.explained_at is None for each in some),
        )
        for cause, some in rows.items()
        if some
    ]


def _chart(shop: Shop, month: str, days: Sequence[Day]) -> dict[str, str]:
    """Draw what both sides say of each day in whole yuan; the table beside it has the fen."""
    title = _("Money out a day, yuan")
    legs = reverse("finance_legs")
    told = {
        "title": title,
        "kind": "line",
        "names": [day.day[5:] for day in days],
        "series": [
            {"name": _("Ours"), "values": [-round(day.our_fen / 100) for day in days]},
            {"name": _("Platform"), "values": [-round(day.platform_fen / 100) for day in days]},
        ],
        "links": [f"{legs}?shop={shop.pk}&month={month}&day={day.day}" for day in days],
    }
    return {"title": title, "json": json.dumps(told, ensure_ascii=False)}


@page
def legs(ask: Ask) -> HttpResponse:
    """List legs of a month by day and kind, or the whole ledger of one ticket or order."""
    shop = shop_of(ask, Permission.SEE_MONEY)
    number, day, kind = (ask.said(name)[:_LONGEST] for name in ("number", "day", "kind"))
    rows = MoneyLeg.objects.filter(shop=shop).select_related("ticket", "person")
    if number:
        rows = rows.filter(order_no=number) | rows.filter(ticket__ticket_no=number)
    else:
        rows = rows.filter(month=month_asked(ask, shop))
    rows = rows.filter(day=day) if day else rows
    rows = rows.filter(kind=kind) if kind in set(LegKind) else rows
    found = list(rows.order_by("at", "id")[:_LEGS])
    around: dict[str, Any] = {
        "shop": shop,
        "month": month_asked(ask, shop),
        "number": number,
        "day": day,
        "kind": kind,
        "rows": found,
        "total": rows.count(),
        "notes": notes_of(leg.event_id for leg in found),
        **_allowed(ask, shop),
        **words(),
    }
    return shown(ask, "finance_legs.html", **around)


@page
def book(ask: Ask) -> HttpResponse:
    """Send a month as one workbook, for the accountant."""
    shop = shop_of(ask, Permission.EXPORT)
    if shop.pk not in ask.caller.shops(Permission.SEE_MONEY):
        raise NotAllowed(Permission.SEE_MONEY)
    month = month_asked(ask, shop)
    content = workbook_of(shop, month, lang(), ask.now)
    return HttpResponse(content, headers=download_headers(f"{shop.name} {month}.xlsx", Kind.XLSX))
