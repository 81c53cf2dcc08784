"""Keep what a shop may give beside the law's remedies: what it is, what is left, until when."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

from django.views.decorators.http import require_POST

from aftersale.domain.clock import SHANGHAI
from aftersale.domain.errors import AftersaleError
from aftersale.evidence.shop_journal import journal_shop, together
from aftersale.pages.asked import fen_of
from aftersale.pages.costs_shown import KIND_WORDS
from aftersale.pages.door import Ask, page, shown
from aftersale.pages.settings import ended, parts_of
from aftersale.pages.settings_costs import shop_for, shops_of
from aftersale.shops import goodwill as flows
from aftersale.shops.goodwill import GoodwillRefused, Kept
from aftersale.web.environment import lang
from aftersale.web.environment import say as _

if TYPE_CHECKING:
    from django.http import HttpResponse

    from aftersale.shops.models import Shop

_MOST_DIGITS = 7


@page
def goodwill(ask: Ask, shop_id: int) -> HttpResponse:
    """List what a shop may give; when sent, add to it. What was typed survives a refusal."""
    found = shop_for(ask, shop_id)
    if ask.request.method != "POST":
        return _shown(ask, found)
    try:
        with together():
            change = flows.keep(found, _said(ask), ask.person, ask.now)
            journal_shop(change, ask.person.pk, ask.now)
    except AftersaleError as refusal:
        return _shown(ask, found, refusal)
    return ended(ask, _("Saved."), "settings_goodwill", shop_id)


def _shown(ask: Ask, found: Shop, why: AftersaleError | None = None) -> HttpResponse:
    today = ask.now.astimezone(SHANGHAI).date()
    can_be_given = set(flows.left(found.pk, today).values_list("pk", flat=True))
    return shown(
        ask,
        "settings_goodwill.html",
        status=422 if why else 200,
        parts=parts_of(ask, "settings_costs"),
        shop=found,
        shops=shops_of(ask),
        listed=[(each, each.pk in can_be_given) for each in flows.kept_by(found.pk)],
        kinds={code: words.of(lang()) for code, words in KIND_WORDS.items()},
        today=today.isoformat(),
        why=why,
    )


def _said(ask: Ask) -> Kept:
    """Read what a form says; raises GoodwillRefused for a number that is none."""
    return Kept(
        ask.said("kind"),
        ask.said("name"),
        ask.said("text"),
        _fen(ask.said("worth")),
        _fen(ask.said("cost")),
        _count(ask.said("stock")),
        _fen(ask.said("budget")),
        _day(ask.said("since")),
        _day(ask.said("until")),
    )


def _fen(said: str) -> int | None:
    fen = fen_of(said) if said else None
    if said and fen is None:
        raise GoodwillRefused("goodwill.number")
    return fen


def _count(said: str) -> int | None:
    if said and not (said.isascii() and said.isdigit() and len(said) <= _MOST_DIGITS):
        raise GoodwillRefused("goodwill.number")
    return int(said) if said else None


def _day(said: str) -> date | None:
    try:
        return date.fromisoformat(said) if said else None
    except ValueError:
        raise GoodwillRefused("goodwill.days") from None


@require_POST
@page
def end(ask: Ask, shop_id: int, goodwill_id: int) -> HttpResponse:
    """Give no more of one; what tickets hold stays theirs."""
    found = shop_for(ask, shop_id)
    with together():
        journal_shop(flows.end(found, goodwill_id, ask.now), ask.person.pk, ask.now)
    return ended(ask, _("Saved."), "settings_goodwill", shop_id)
