"""Say where a ticket stands, whose turn it is, how urgent it is and whom to ask, in the words of agents."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

from aftersale.channels.base import Turn
from aftersale.domain.vocabulary import Answerer
from aftersale.texts import translator
from aftersale.tickets.steps import Stage
from aftersale.triage.rows import Urgency

if TYPE_CHECKING:
    from collections.abc import Mapping

    from aftersale.texts import Lang


@cache
def stage_words(lang: Lang) -> Mapping[Stage, str]:
    """Name the stages; OTHER and DONE keep the platform's own word."""
    _ = translator(lang)
    return {
        Stage.DECIDE: _("for the shop to answer"),
        Stage.RETURN: _("for the buyer to send back"),
        Stage.RECEIVE: _("for the shop to receive"),
        Stage.SHIP: _("for the shop to send"),
        Stage.BUYER_RECEIVES: _("for the buyer to receive"),
        Stage.REJECTED: _("refused"),
        Stage.DISPUTE: _("in dispute"),
        Stage.PAYING: _("being refunded"),
    }


@cache
def turn_words(lang: Lang) -> Mapping[Turn, str]:
    """Name whose turn it is."""
    _ = translator(lang)
    return {
        Turn.MERCHANT: _("the shop"),
        Turn.BUYER: _("the buyer"),
        Turn.PLATFORM: _("the platform"),
        Turn.PLATFORM_DONE: _("done by the platform"),
        Turn.DONE: _("finished"),
    }


@cache
def urgency_words(lang: Lang) -> Mapping[Urgency, str]:
    """Name how urgent a ticket is."""
    _ = translator(lang)
    return {
        Urgency.OVERDUE: _("overdue"),
        Urgency.WITHIN_HOUR: _("within 1 h"),
        Urgency.WITHIN_FOUR: _("within 4 h"),
        Urgency.WITHIN_DAY: _("within 24 h"),
        Urgency.LATER: _("later"),
        Urgency.NO_CLOCK: _("no deadline known"),
        Urgency.WAITING: _("waiting"),
        Urgency.DONE: _("finished"),
    }


@cache
def answerer_words(lang: Lang) -> Mapping[Answerer, str]:
    """Name whom to ask or where to look."""
    _ = translator(lang)
    return {
        Answerer.PLATFORM: _("look on the platform"),
        Answerer.BUYER: _("ask the buyer"),
        Answerer.CARRIER: _("look at the tracking"),
        Answerer.WAREHOUSE: _("ask the warehouse"),
        Answerer.SHOP: _("look in the shop"),
    }
