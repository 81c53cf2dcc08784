"""Show the numbers of the rules: what each is on a day, where it stands, who confirmed it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from aftersale.api.faults import NotHere
from aftersale.domain.vocabulary import PLATFORMS
from aftersale.library import rules as library
from aftersale.library.confirmed import is_for_platforms
from aftersale.pages.adaptation import around, coming_of
from aftersale.pages.door import Ask, page, shown
from aftersale.pages.rules import day_said, desk_of, source_of
from aftersale.tickets.models import Ticket
from aftersale.web.environment import say as _

if TYPE_CHECKING:
    from datetime import date

    from django.http import HttpResponse

    from aftersale.library.rules import ValueOn
    from aftersale.library.words import Words
    from aftersale.pages.rules import Source
    from aftersale.policy.rulebook import Parameter, ParameterValue

_LONGEST = 64
# The least certain first.
_LEVELS = ("L", "M-L", "M", "M-H", "H")


@dataclass(frozen=True, slots=True)
class Number:
    """Hold one dated value as a page shows it; `others` are values that other sources give."""

    parameter: Parameter
    platform: str
    value: str
    sources: tuple[Source, ...]
    effective: tuple[date | None, date | None]
    confidence: str
    confirmed_by: str
    sure: bool
    others: tuple[tuple[str, str], ...]


def is_sure(value: ParameterValue) -> bool:
    """Tell whether a number needs no second look: somebody confirmed it, or sources agree and are good."""
    return bool(value.confirmed_by) or (not value.alternatives and value.confidence == _LEVELS[-1])


@page
def parameters(ask: Ask) -> HttpResponse:
    """List the numbers in force on a day, the uncertain ones first."""
    desk = desk_of(ask)
    on, said, doubtful = day_said(ask, "on", desk.today), ask.said("q")[:_LONGEST], bool(ask.said("doubtful"))
    found = [each for each in library.values_on(desk.book, on) if _mentions(each, said)]
    unsure = sum(not is_sure(each.value) for each in found)
    listed = [each for each in found if not doubtful or not is_sure(each.value)]
    listed.sort(key=_doubt)
    return shown(
        ask,
        "rules_parameters.html",
        desk=desk,
        here="parameters",
        on=on,
        q=said,
        doubtful=doubtful,
        unsure=unsure,
        numbers=[number_of(each.parameter, each.value, each.platform, desk.words) for each in listed],
    )


def _mentions(entry: ValueOn, said: str) -> bool:
    told = [entry.parameter.name, entry.parameter.title.zh, entry.parameter.title.en]
    told += [text for cite in entry.value.citations for text in (cite.short, cite.document, cite.article)]
    return said.casefold() in "\n".join(told).casefold()


def _doubt(entry: ValueOn) -> tuple[bool, bool, int]:
    value = entry.value
    return (is_sure(value), not value.alternatives, _LEVELS.index(value.confidence))


def number_of(parameter: Parameter, value: ParameterValue, platform: str, words: Words) -> Number:
    """Put one value into words."""
    others = tuple(
        (
            each.value if isinstance(each.value, str) else words.amount(each.value, parameter.unit),
            words.text(each.source),
        )
        for each in value.alternatives
    )
    return Number(
        parameter,
        words.platform(platform),
        words.amount(value.value, parameter.unit),
        tuple(source_of(cite, words) for cite in value.citations),
        value.effective,
        words.confidence(value.confidence),
        value.confirmed_by or "",
        is_sure(value),
        others,
    )


@page
def parameter(ask: Ask, name: str) -> HttpResponse:
    """Show one number with every dated value, the rules that rest on it, and a form to confirm it."""
    desk = desk_of(ask)
    found = desk.book.parameters.get(name)
    if found is None:
        raise NotHere
    resting = library.resting_on(desk.book, name)
    now = [each.value for each in library.values_on(desk.book, desk.today) if each.parameter is found]
    tickets = Ticket.objects.filter(
        shop__in=ask.caller.seen_shops(), open=True, rule_id__in=[rule.id for rule in resting]
    )
    return shown(
        ask,
        "rules_parameter.html",
        desk=desk,
        here="parameters",
        parameter=found,
        numbers=[
            (number_of(found, value, value.platform, desk.words), value in now) for value in found.values
        ],
        resting=resting,
        open=tickets.count(),
        may_confirm=desk.may_change and is_for_platforms(found),
        platforms=[(code, desk.words.platform(code)) for code in PLATFORMS],
        units=_units(),
        coming=coming_of(found, desk),
        amount=desk.words.amount,
        **around(desk, name),
    )


def _units() -> dict[str, str]:
    """Say in what a number is typed."""
    return {
        "fen": _("yuan"),
        "hours": _("hours"),
        "days": _("days"),
        "months": _("months"),
        "count": _("times"),
        "flag": _("yes or no"),
        "bp": _("hundredths of a per cent"),
    }
