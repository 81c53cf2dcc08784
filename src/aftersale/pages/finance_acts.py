"""Let an accountant enter, correct, explain, name scenes, compare again, and close a month."""

from __future__ import annotations

from datetime import date, datetime, time
from typing import TYPE_CHECKING
from urllib.parse import urlencode
from uuid import uuid4

from django.http import HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.views.decorators.http import require_POST

from aftersale.api.faults import NotHere
from aftersale.domain.clock import SHANGHAI
from aftersale.domain.roles import Permission
from aftersale.finance import by_hand
from aftersale.finance.by_hand import By, Entered
from aftersale.finance.closing import close as close_month
from aftersale.finance.closing import plan
from aftersale.finance.following import follow
from aftersale.finance.matching import Cause
from aftersale.finance.models import MoneyLeg
from aftersale.finance.reconcile import reconcile
from aftersale.finance.shown import month_of
from aftersale.finance.words import CAUSE_WORDS
from aftersale.pages.acting import Incomplete, NotAnAmount
from aftersale.pages.asked import fen_of
from aftersale.pages.door import Ask, page, shown
from aftersale.pages.finance import month_asked, shop_of, words
from aftersale.web.environment import lang
from aftersale.web.environment import say as _

if TYPE_CHECKING:
    from aftersale.shops.models import Shop

_LONGEST_NOTE, _LONGEST_NUMBER, _DIGITS = 500, 64, 18


def _by(ask: Ask) -> By:
    return By(ask.person.pk, ask.now)


def _back(shop: Shop, month: str) -> HttpResponse:
    return HttpResponseRedirect(f"{reverse('finance')}?{urlencode({'shop': shop.pk, 'month': month})}")


def _fen(ask: Ask) -> int:
    """Read the amount; with a minus before it, it takes an earlier one back."""
    said = ask.said("amount")
    fen = fen_of(said.lstrip("-−－"))
    if fen is None:
        raise NotAnAmount(said)
    return -fen if said[:1] in {"-", "−", "－"} else fen


def _at(ask: Ask) -> datetime:
    """Read the day of a leg: noon of it, today is now."""
    try:
        day = date.fromisoformat(ask.said("day"))
    except ValueError:
        return ask.now
    moment = datetime.combine(day, time(12), SHANGHAI)
    return min(moment, ask.now)


@require_POST
@page
def enter(ask: Ask) -> HttpResponse:
    """Enter a leg by hand: freight, claims on carriers, costs, what the platform took."""
    shop = shop_of(ask, Permission.BOOK_MONEY)
    entered = Entered(
        ask.said("kind"),
        _fen(ask),
        _at(ask),
        ask.said("liability"),
        ask.said("number")[:_LONGEST_NUMBER],
        ask.said("note")[:_LONGEST_NOTE],
        ask.said("once")[:_LONGEST_NUMBER] or uuid4().hex,
    )
    made = by_hand.enter(shop.pk, entered, _by(ask))
    reconcile(shop.pk, ask.now)
    ask.tell(_("Entered in {month}.").format(month=made.month))
    return _back(shop, made.month)


@require_POST
@page
def correct(ask: Ask, leg_id: int) -> HttpResponse:
    """Correct a leg: what differs becomes a leg of its own in the month that is open."""
    leg = MoneyLeg.objects.filter(pk=leg_id).first()
    ask.caller.let(Permission.BOOK_MONEY, leg.shop_id if leg else None)
    if leg is None:
        raise NotHere
    made = by_hand.correct(leg.shop_id, leg.pk, _fen(ask), ask.said("note")[:_LONGEST_NOTE], _by(ask))
    reconcile(leg.shop_id, ask.now)
    ask.tell(_("Corrected by a new entry in {month}.").format(month=made.month))
    number = leg.ticket.ticket_no if leg.ticket else leg.order_no
    asked = {"shop": leg.shop_id, "month": made.month, "number": number}
    return HttpResponseRedirect(f"{reverse('finance_legs')}?{urlencode(asked)}")


@require_POST
@page
def explain(ask: Ask) -> HttpResponse:
    """Explain one difference, or all of one cause that nobody has explained; they stay listed."""
    shop = shop_of(ask, Permission.BOOK_MONEY)
    month, one, cause = month_asked(ask, shop), ask.said("difference")[:_DIGITS], ask.said("cause")
    found = month_of(shop.pk, month).differences
    chosen = [
        each.pk
        for each in found
        if each.pk and each.explained_at is None and (str(each.pk) == one if one else each.cause == cause)
    ]
    done = by_hand.explain(shop.pk, chosen, ask.said("note")[:_LONGEST_NOTE], _by(ask))
    ask.tell(_("{count} differences explained; they stay listed.").format(count=done))
    return _back(shop, month)


@require_POST
@page
def scene(ask: Ask) -> HttpResponse:
    """Say what a scene of the platform means."""
    shop = shop_of(ask, Permission.BOOK_MONEY)
    named = by_hand.name_scene(shop.pk, ask.said("scene"), ask.said("kind"), _by(ask))
    reconcile(shop.pk, ask.now)
    ask.tell(_("{count} movements have a kind now, and those that come.").format(count=named))
    return _back(shop, month_asked(ask, shop))


@require_POST
@page
def again(ask: Ask) -> HttpResponse:
    """Follow the journal up to now and compare again."""
    shop = shop_of(ask, Permission.BOOK_MONEY)
    follow(ask.now)
    reconcile(shop.pk, ask.now)
    ask.tell(_("Compared again."))
    return _back(shop, month_asked(ask, shop))


@require_POST
@page
def close(ask: Ask) -> HttpResponse:
    """Say what closing a month would do; when that was sent, close it."""
    shop = shop_of(ask, Permission.BOOK_MONEY)
    month = ask.said("month")
    if not month:
        raise Incomplete
    if not ask.said("seen"):
        told = plan(shop.pk, month, ask.now)
        causes = [(CAUSE_WORDS[Cause(cause)].of(lang()), number) for cause, number in told.causes.items()]
        return shown(ask, "finance_sure.html", shop=shop, told=told, causes=causes, **words())
    close_month(shop.pk, month, ask.said("seen"), _by(ask))
    ask.tell(_("{month} is closed. What comes later is booked in the month after.").format(month=month))
    return _back(shop, month)
