"""Show what each lawful way to settle a ticket costs, side by side, with parts, sources and rank."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.views.decorators.http import require_POST

from aftersale.api.access import ticket_for
from aftersale.api.costs import costs_of
from aftersale.domain.roles import Permission
from aftersale.evidence.shop_journal import journal_shop, together
from aftersale.pages.acting import back_to
from aftersale.pages.costs_shown import shown_costs
from aftersale.pages.door import Ask, page, shown
from aftersale.policy.costs.rank import PRESET_WORDS, PRESETS
from aftersale.shops.cost_settings import Weighing, set_weighing, weighing_of
from aftersale.shops.goodwill import given_to
from aftersale.web.environment import lang
from aftersale.web.environment import say as _

if TYPE_CHECKING:
    from django.http import HttpResponse

    from aftersale.tickets.models import Ticket


@page
def costs(ask: Ask, ticket_id: int) -> HttpResponse:
    """Show what the ways cost where it is asked for, or the amount is above that of the shop."""
    ticket = ticket_for(ask.caller, ticket_id, Permission.VIEW)
    weighing = weighing_of(ticket.shop_id)
    return _shown(ask, ticket, opened=bool(ask.said("open")) or not ask.part or _above(ticket, weighing))


def _above(ticket: Ticket, weighing: Weighing) -> bool:
    return weighing.above_fen is not None and (ticket.amount_fen or 0) > weighing.above_fen


def _shown(ask: Ask, ticket: Ticket, *, opened: bool) -> HttpResponse:
    found = costs_of(ticket, ask.now, ask.said("preset")[:16]) if opened else None
    may = {each for each in Permission if ticket.shop_id in ask.caller.shops(each)}
    template = "_costs.html" if ask.part else "acted.html"
    return shown(
        ask,
        template,
        form="_costs.html",
        ticket=ticket,
        opened=opened,
        found=found,
        table=shown_costs(found, ticket, may) if found else None,
        given=given_to(ticket.pk),
        presets=[(name, PRESET_WORDS[name].of(lang())) for name in PRESETS],
        may_set=Permission.MANAGE_SHOP in may,
        may_give=Permission.APPROVE in may,
        may_hand=Permission.ANSWER in may,
    )


@require_POST
@page
def remember(ask: Ask, ticket_id: int) -> HttpResponse:
    """Make the preset that is looked through the shop's own; only who sets the shop up may."""
    ticket = ticket_for(ask.caller, ticket_id, Permission.MANAGE_SHOP)
    preset = ask.said("preset")[:16]
    with together():
        before = weighing_of(ticket.shop_id)
        wanted = Weighing(preset, PRESETS.get(preset, {}), before.above_fen)
        journal_shop(set_weighing(ticket.shop, wanted, ask.person, ask.now), ask.person.pk, ask.now)
    if not ask.part:
        ask.tell(_("The shop weighs like this from now on."))
        return back_to(ticket_id)
    return _shown(ask, ticket, opened=True)
