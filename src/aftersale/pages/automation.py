"""Let a shop say what may go out without a person, try it on the last 30 days, and stop it all at once."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.http import HttpResponseRedirect
from django.urls import reverse
from django.views.decorators.http import require_POST

from aftersale.channels.verbs import PAYS
from aftersale.domain.roles import Permission
from aftersale.pages.acting import NotAnAmount
from aftersale.pages.asked import fen_of
from aftersale.pages.door import Ask, page, shown
from aftersale.pages.words import Speech, verb
from aftersale.shops.models import Shop
from aftersale.tickets import automatic
from aftersale.tickets.automatic import DAY_MINUTES, RuleInvalid, Terms, rules_of, used_today
from aftersale.tickets.automatic_trial import DAYS, try_out
from aftersale.tickets.models import AutomaticUse, AutomationStop
from aftersale.tickets.verbs import steps_of_one_act, verb_of
from aftersale.web.environment import say as _

if TYPE_CHECKING:
    from django.http import HttpResponse

    from aftersale.tickets.automatic_trial import Trial

_SHOWN = 20


@dataclass(frozen=True, slots=True)
class RuleShown:
    """Hold one rule with its words and what it used today."""

    terms: Terms
    words: str
    act: str
    hours: str
    used_fen: int | None


@page
def automation(ask: Ask) -> HttpResponse:
    """Show the rules of a shop; without one in the address, of the first that the person may change."""
    shops = Shop.objects.filter(pk__in=ask.caller.shops(Permission.MANAGE_SHOP)).order_by("name")
    said = ask.said("shop")
    if said or not shops:
        ask.caller.let(Permission.MANAGE_SHOP, _number(said) if said else _any(ask))
    chosen = shops.get(pk=_number(said)) if said else shops[0]
    terms = _terms(ask) if ask.said("step") else None
    if terms is not None:
        automatic.check(terms)
    trial = None if terms is None else try_out(chosen, terms, ask.now)
    return _shown(ask, chosen, list(shops), terms, trial)


def _any(ask: Ask) -> int | None:
    """Give a shop that the person sees, to refuse in it what they may nowhere do."""
    return next(iter(ask.caller.seen_shops()), None)


def _shown(
    ask: Ask, chosen: Shop, shops: list[Shop], terms: Terms | None, trial: Trial | None
) -> HttpResponse:
    words = Speech(ask.now).of(chosen.pk)
    uses = AutomaticUse.objects.filter(rule__shop=chosen).select_related("action", "action__ticket", "rule")
    return shown(
        ask,
        "automation.html",
        shop=chosen,
        shops=shops,
        stopped=AutomationStop.objects.filter(shop=chosen).select_related("by").first(),
        rules=[_rule(each, words.action(each.step), chosen, ask) for each in rules_of(chosen)],
        steps=sorted(((step, words.action(step), _pays(step)) for step in _steps()), key=_name),
        terms=terms,
        trial=trial,
        step_words=words.action(terms.step) if terms else "",
        why_words=why_words(),
        days=DAYS,
        hours=_hours,
        yuan=_yuan,
        uses=[(each, words.action(each.rule.step)) for each in uses.order_by("-id")[:_SHOWN]],
    )


def _steps() -> list[str]:
    return [step for step in steps_of_one_act() if not automatic.only_a_person(step)]


def _name(step: tuple[str, str, bool]) -> tuple[bool, str]:
    return step[2], step[1]


def _pays(step: str) -> bool:
    return verb_of(step) in PAYS


def _rule(terms: Terms, words: str, shop: Shop, ask: Ask) -> RuleShown:
    act = verb_of(terms.step)
    used = used_today(shop.pk, terms.step, ask.now) if terms.pays else None
    return RuleShown(terms, words, verb(act.value) if act else "", _span(terms), used)


def why_words() -> dict[str, str]:
    """Say why a ticket would have been held back."""
    return {
        "needs_person": _("a person has to decide it"),
        "hours": _("outside the hours"),
        "cap": _("above the cap of one ticket, or without an amount"),
        "four_eyes": _("above the amount that two people approve"),
        "day": _("above the cap of the day"),
        "no_cap": _("no cap is set"),
        "sheet": _("told by a sheet alone"),
    }


def _hours(minute: int) -> str:
    return f"{minute // 60:02}:{minute % 60:02}"


def _span(terms: Terms) -> str:
    if terms.from_minute == terms.until_minute:
        return _("all day")
    return f"{_hours(terms.from_minute)}-{_hours(terms.until_minute)}"


def _yuan(fen: int | None) -> str:
    return "" if fen is None else f"{fen // 100}.{fen % 100:02}"


def _number(said: str) -> int:
    return int(said) if said.isascii() and said.isdigit() and len(said) < 19 else 0  # noqa: PLR2004  # digits of an id


def _terms(ask: Ask) -> Terms:
    step = ask.said("step")
    pays = _pays(step)
    return Terms(
        step,
        on=bool(ask.said("on")),
        cap_fen=_fen(ask.said("cap")) if pays else None,
        day_fen=_fen(ask.said("day")) if pays else None,
        from_minute=_minute(ask.said("from")),
        until_minute=_minute(ask.said("until")),
        from_platform=bool(ask.said("platform")),
    )


def _fen(said: str) -> int | None:
    if not said:
        return None
    fen = fen_of(said)
    if fen is None:
        raise NotAnAmount(said)
    return fen


def _minute(said: str) -> int:
    """Read a time of the day; nothing is midnight. Raises RuleInvalid."""
    if not said:
        return 0
    hours, _sep, minutes = said.partition(":")
    if not all(part.isascii() and part.isdigit() and len(part) <= 2 for part in (hours, minutes)):  # noqa: PLR2004  # HH:MM
        raise RuleInvalid("automation.hours", *automatic.WRONG["automation.hours"])
    return (int(hours) * 60 + int(minutes)) % DAY_MINUTES


def _shop(ask: Ask) -> Shop:
    number = _number(ask.said("shop"))
    ask.caller.let(Permission.MANAGE_SHOP, number)
    return Shop.objects.get(pk=number)


@require_POST
@page
def save(ask: Ask) -> HttpResponse:
    """Write the rule of a step; it is on only if that was said."""
    shop = _shop(ask)
    automatic.set_terms(shop, _terms(ask), ask.person, ask.now)
    ask.tell(_("The rule is saved."))
    return _back(shop)


@require_POST
@page
def switch(ask: Ask) -> HttpResponse:
    """Stop everything of a shop at once, or let it go on."""
    shop = _shop(ask)
    if ask.said("do") == "stop":
        automatic.stop(shop, ask.person, ask.now)
    else:
        automatic.resume(shop, ask.person, ask.now)
    return _back(shop)


def _back(shop: Shop) -> HttpResponse:
    return HttpResponseRedirect(f"{reverse('automation')}?shop={shop.pk}")
