"""Look over a text to a buyer while it is typed: what must change, what had better, and by which source."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.views.decorators.http import require_POST

from aftersale.api.faults import NotHere
from aftersale.channels.verbs import Verb
from aftersale.domain.roles import Permission
from aftersale.pages.clauses import clauses_of
from aftersale.pages.door import Ask, page, shown
from aftersale.policy.talks.wording import SLIP_WORDS
from aftersale.shops.models import Shop
from aftersale.shops.rulebooks import judge_of
from aftersale.tickets.talking import passed_on
from aftersale.tickets.wording import TO_THE_PLATFORM, slips_of
from aftersale.web.environment import lang

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from django.http import HttpResponse

_LONGEST, _DIGITS = 2_000, 18
_TO_THE_PLATFORM = frozenset({Verb.SUBMIT_EVIDENCE, Verb.REPLY_SERVICE})


@dataclass(frozen=True, slots=True)
class SlipShown:
    """Hold one finding as it is shown; `stops`: the text does not go out with it."""

    found: str
    kind: str
    change: str
    stops: bool
    source: str


def looked_over(shop: Shop, text: str, now: datetime, step: str = "") -> list[SlipShown]:
    """Say what is wrong with a text of a shop, gravest first; `step` is what it is written for."""
    passed = TO_THE_PLATFORM if step in _TO_THE_PLATFORM else passed_on(step)
    slips = slips_of(shop, text, now, passed)
    sources = _sources(shop, now) if slips else {}
    return [
        SlipShown(
            slip.found,
            SLIP_WORDS[slip.kind].of(lang()),
            slip.change.of(lang()),
            slip.stops,
            sources.get(slip.id, ""),
        )
        for slip in slips
    ]


def _sources(shop: Shop, now: datetime) -> dict[str, str]:
    """Say of each thing that is looked for which clause it rests on."""
    book = judge_of(shop.pk, now).rulebook
    return {
        each.id: _joined([cite.quote for cite in clauses_of(each.citations, book)]) for each in book.wording
    }


def _joined(quotes: Sequence[str]) -> str:
    return ("、" if lang() == "zh" else ", ").join(quotes)


def _number(said: str) -> int:
    """Read the number of a row; nothing has the number 0."""
    return int(said) if said.isascii() and said.isdigit() and len(said) <= _DIGITS else 0


@require_POST
@page
def wording(ask: Ask) -> HttpResponse:
    """Look over the field that a form names, for a shop of the person."""
    shop = Shop.objects.filter(pk__in=ask.caller.shops(Permission.VIEW), pk=_number(ask.said("wording_shop")))
    found = shop.first()
    if found is None:
        raise NotHere
    text = ask.said(ask.said("wording_field") or "text")[:_LONGEST]
    return shown(ask, "_wording.html", slips=looked_over(found, text, ask.now, ask.said("wording_step")))
