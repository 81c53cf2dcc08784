"""Show and change what a shop counts costs with: figures with day and source, weights, the amount."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Any

from django.http import HttpResponseRedirect
from django.urls import reverse
from django.views.decorators.http import require_POST

from aftersale.api.costs import counts_of
from aftersale.domain.clock import SHANGHAI
from aftersale.domain.roles import Permission
from aftersale.domain.vocabulary import CATEGORIES
from aftersale.evidence.shop_journal import journal_shop, together
from aftersale.pages.asked import fen_of
from aftersale.pages.costs_shown import amount_of, counted_words, source_of
from aftersale.pages.door import Ask, page, shown
from aftersale.pages.settings import parts_of
from aftersale.pages.words import plain_yuan, value
from aftersale.policy.costs.figures import GROUP_WORDS, SPECS, Unit, figures_of
from aftersale.policy.costs.rank import CRITERIA, CRITERION_WORDS, PRESET_WORDS
from aftersale.shops.cost_settings import (
    CostRefused,
    Wanted,
    Weighing,
    figures_set,
    set_figure,
    set_weighing,
    weighing_of,
)
from aftersale.shops.models import Shop
from aftersale.shops.permissions import NotAllowed
from aftersale.web.environment import lang
from aftersale.web.environment import say as _

if TYPE_CHECKING:
    from collections.abc import Mapping

    from django.http import HttpResponse

    from aftersale.api.costs import Counts
    from aftersale.policy.costs.figures import Figure, Spec
    from aftersale.policy.costs.settled import Settled


@dataclass(frozen=True, slots=True)
class Set:
    """Hold one figure that somebody set, as it is listed; `coming` tells that its day lies ahead."""

    words: str
    value: str
    since: date
    source: str
    by: str
    coming: bool


@dataclass(frozen=True, slots=True)
class Row:
    """Hold one figure of the shop in words, with what history says beside it and what was set over time.

    `untold`: no history of the shop tells it, so that it stays an assumption until somebody sets it.
    """

    name: str
    label: str
    value: str
    source: str
    default: str
    weak: bool
    counted: str
    unit: str
    own: bool
    untold: bool
    by_category: bool
    told: tuple[Set, ...]


@page
def costs(ask: Ask) -> HttpResponse:
    """Lead to the first shop of who sets shops up."""
    mine = shops_of(ask)
    if not mine:
        raise NotAllowed(Permission.MANAGE_SHOP)
    return HttpResponseRedirect(reverse("settings_costs_shop", args=[mine[0].pk]))


def shops_of(ask: Ask) -> list[Shop]:
    """Read the shops that a person sets up, by name."""
    return list(Shop.objects.filter(pk__in=ask.caller.shops(Permission.MANAGE_SHOP)).order_by("name"))


def shop_for(ask: Ask, shop_id: int) -> Shop:
    """Read a shop that a person sets up; raises NotHere or NotAllowed."""
    ask.caller.let(Permission.MANAGE_SHOP, shop_id)
    return Shop.objects.get(pk=shop_id)


@page
def shop(ask: Ask, shop_id: int) -> HttpResponse:
    """Show every figure of a shop with where it comes from, and how the shop weighs."""
    return shown(ask, "settings_costs.html", **_around(ask, shop_for(ask, shop_id)))


def _around(ask: Ask, found: Shop) -> dict[str, Any]:
    today = ask.now.astimezone(SHANGHAI).date()
    counts, every = counts_of(found.pk, ask.now), figures_set(found.pk)
    weighing = weighing_of(found.pk)
    rows = {name: _row(spec, counts, _told(spec, every, today)) for name, spec in SPECS.items()}
    groups = [
        (group, words.of(lang()), [rows[name] for name, spec in SPECS.items() if spec.group == group])
        for group, words in GROUP_WORDS.items()
    ]
    return {
        "parts": parts_of(ask, "settings_costs"),
        "shop": found,
        "shops": shops_of(ask),
        "groups": groups,
        "today": today.isoformat(),
        "categories": [(code, value(code)) for code in CATEGORIES],
        "weighing": weighing,
        "presets": [(name, words.of(lang())) for name, words in PRESET_WORDS.items()],
        "criteria": [(name, CRITERION_WORDS[name].of(lang()), weighing.weights[name]) for name in CRITERIA],
        "above": plain_yuan(weighing.above_fen) if weighing.above_fen else "",
        "saved": "",
    }


def _saved(ask: Ask, shop: Shop, what: str, group: str) -> HttpResponse:
    """Show the part that was saved where it stands, and say so there; without script the page leads to it."""
    if not ask.part:
        ask.tell(_("Saved."))
        place = f"figure-{what}" if group else what
        return HttpResponseRedirect(f"{reverse('settings_costs_shop', args=[shop.pk])}#{place}")
    around = {**_around(ask, shop), "saved": what}
    if group:
        _code, around["title"], around["rows"] = next(each for each in around["groups"] if each[0] == group)
    template = "_settings_costs_group.html" if group else "_settings_costs_weights.html"
    answer = shown(ask, template, group=group, **around)
    answer["HX-Retarget"], answer["HX-Reswap"] = f"#{group or what}", "outerHTML show:none"
    return answer


def _row(spec: Spec, counts: Counts, told: tuple[Set, ...]) -> Row:
    figure = _figure(spec.name, counts)
    rate = counts.history.get(spec.name)
    own = spec.name in counts.settled
    return Row(
        spec.name,
        spec.label.of(lang()),
        amount_of(figure.value, spec.unit),
        source_of(figure, counts.settled),
        amount_of(spec.default, spec.unit),
        figure.few,
        counted_words(rate, spec.unit) if rate and rate.cases and own else "",
        _units()[spec.unit],
        own,
        not spec.prior_weight,
        spec.by_category,
        told,
    )


def _figure(name: str, counts: Counts) -> Figure:
    settings = {key: row.value for key, row in counts.settled.items() if row.value is not None}
    return figures_of(settings, counts.history, {})[name]


def _told(spec: Spec, every: tuple[Settled, ...], today: date) -> tuple[Set, ...]:
    """List what was set of a figure, newest day first."""
    rows = sorted((row for row in every if row.name == spec.name), key=lambda row: row.since, reverse=True)
    return tuple(
        Set(
            value(row.category) if row.category else _("all goods"),
            _("taken back") if row.value is None else amount_of(row.value, spec.unit),
            row.since,
            row.source,
            row.by,
            row.since > today,
        )
        for row in rows
    )


def _units() -> Mapping[Unit, str]:
    return {Unit.FEN: _("yuan"), Unit.BP: "%", Unit.MINUTES: _("minutes"), Unit.DAYS: _("days")}


@require_POST
@page
def figure(ask: Ask, shop_id: int) -> HttpResponse:
    """Set one figure from a day on, or take the shop's own back."""
    found = shop_for(ask, shop_id)
    spec = SPECS.get(ask.said("name"))
    if spec is None:
        raise CostRefused("cost.figure")
    number = None if ask.said("back") else _number(ask.said("value"), spec.unit)
    wanted = Wanted(spec.name, ask.said("category")[:32], number, _day(ask), ask.said("source"))
    with together():
        journal_shop(set_figure(found, wanted, ask.person, ask.now), ask.person.pk, ask.now)
    return _saved(ask, found, spec.name, spec.group)


def _number(said: str, unit: Unit) -> int:
    """Read a number in its unit; per cents have two places as yuan have. Raises CostRefused."""
    plain = said.replace("%", "").replace("％", "")
    found = fen_of(plain)
    whole = unit in {Unit.MINUTES, Unit.DAYS}
    if found is None or (whole and found % 100):
        raise CostRefused("cost.value")
    return found // 100 if whole else found


def _day(ask: Ask) -> date:
    try:
        return date.fromisoformat(ask.said("since"))
    except ValueError:
        return ask.now.astimezone(SHANGHAI).date()


@require_POST
@page
def weights(ask: Ask, shop_id: int) -> HttpResponse:
    """Set the preset, or weights of the shop's own, and the amount above which costs appear."""
    found = shop_for(ask, shop_id)
    above = fen_of(ask.said("above")) if ask.said("above") else None
    if ask.said("above") and above is None:
        raise CostRefused("cost.above")
    own = {name: _weight(ask.said(name)) for name in CRITERIA}
    wanted = Weighing(ask.said("preset")[:16], own, above)
    with together():
        journal_shop(set_weighing(found, wanted, ask.person, ask.now), ask.person.pk, ask.now)
    return _saved(ask, found, "weights", "")


def _weight(said: str) -> int:
    return int(said) if said.isascii() and said.isdigit() and len(said) <= len("100") else -1
