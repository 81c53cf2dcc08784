"""Show beside each way prepared for the buyer what it costs the shop, as the panel of costs counts it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from aftersale.api.access import ticket_for
from aftersale.api.costs import costs_of
from aftersale.domain.roles import Permission
from aftersale.pages.costs_shown import shown_costs
from aftersale.pages.door import Ask, page, shown
from aftersale.pages.reply_values import ground_of, options_for, options_words
from aftersale.web.environment import money

if TYPE_CHECKING:
    from django.http import HttpResponse

    from aftersale.pages.costs_shown import PartShown, WayShown


@dataclass(frozen=True, slots=True)
class OptionShown:
    """Hold one way for the buyer with its net cost; `counted` is the amount that the cost rests on.

    `counted` is empty where that is the amount of the option, `net` where the way has no cost to compare.
    """

    words: str
    net: str = ""
    counted: str = ""
    parts: tuple[PartShown, ...] = ()


@page
def option_costs(ask: Ask, ticket_id: int) -> HttpResponse:
    """Show the ways to offer with what each costs the shop."""
    ticket = ticket_for(ask.caller, ticket_id, Permission.PROPOSE)
    ground, found = ground_of(ticket, ask.now), costs_of(ticket, ask.now)
    choices = options_for(ground)
    costed: dict[str, tuple[int, WayShown]] = {}
    if found is not None:
        told = zip(found.ways, shown_costs(found, ticket, ()).ways, strict=True)
        costed = {each.way.name: (each.way.gives_fen, way) for each, way in told}
    words = options_words(choices, ground.book)
    options = [
        _shown(said, costed.get(each.way), each.amount_fen) for each, said in zip(choices, words, strict=True)
    ]
    template = "_options.html" if ask.part else "acted.html"
    return shown(ask, template, form="_options.html", options=options)


def _shown(words: str, costed: tuple[int, WayShown] | None, fen: int | None) -> OptionShown:
    if costed is None:
        return OptionShown(words)
    gives, way = costed
    return OptionShown(words, way.net, "" if fen == gives else money(gives), way.parts)
