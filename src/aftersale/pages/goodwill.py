"""Give a ticket a piece of the shop's goodwill, and say what became of it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.views.decorators.http import require_POST

from aftersale.api.access import ticket_for
from aftersale.domain.clock import SHANGHAI
from aftersale.domain.errors import AftersaleError
from aftersale.domain.roles import Permission
from aftersale.pages.acting import moment_of
from aftersale.pages.costs_shown import KIND_WORDS
from aftersale.pages.door import Ask, page, shown
from aftersale.pages.settings import ended
from aftersale.shops.goodwill import LONGEST_TEXT, left
from aftersale.tickets import goodwill as flows
from aftersale.web.environment import lang
from aftersale.web.environment import say as _

if TYPE_CHECKING:
    from django.http import HttpResponse

    from aftersale.tickets.models import Ticket

# Handing over is work of who ships and answers, and so is saying that it was a slip.
_NEEDS = {flows.DELIVERED: Permission.ANSWER, flows.NOT_DELIVERED: Permission.ANSWER}


@page
def give(ask: Ask, ticket_id: int) -> HttpResponse:
    """Show what may be given; when sent, hold one piece of it for the ticket, once."""
    ticket = ticket_for(ask.caller, ticket_id, Permission.APPROVE)
    if ask.request.method != "POST":
        return _form(ask, ticket)
    said = ask.said("goodwill")
    try:
        chosen = int(said) if said.isascii() and said.isdigit() and len(said) < 19 else 0  # noqa: PLR2004  # a key
        until = moment_of(ask.said("until")) if ask.said("until") else None
        made = flows.give(ticket, ask.person, chosen, ask.said("text")[:LONGEST_TEXT], ask.now, until)
    except AftersaleError as refusal:
        return _form(ask, ticket, refusal)
    words = _("{name} is held for the buyer. It stands under To do until somebody has handed it over.")
    return ended(ask, words.format(name=made.goodwill.name), "ticket", ticket_id)


def _form(ask: Ask, ticket: Ticket, why: AftersaleError | None = None) -> HttpResponse:
    found = list(left(ticket.shop_id, ask.now.astimezone(SHANGHAI).date()))
    kind = ask.said("kind")
    found.sort(key=lambda each: each.kind != kind)
    return shown(
        ask,
        "_goodwill.html" if ask.part else "acted.html",
        status=422 if why else 200,
        form="_goodwill.html",
        ticket=ticket,
        listed=found,
        kinds={code: words.of(lang()) for code, words in KIND_WORDS.items()},
        kind=kind,
        until=ask.now + flows.USUAL_TIME,
        why=why,
    )


@require_POST
@page
def settle(ask: Ask, ticket_id: int, given_id: int, what: str) -> HttpResponse:
    """Say that it was handed over, used, or is taken back."""
    ticket = ticket_for(ask.caller, ticket_id, _NEEDS.get(what, Permission.APPROVE))
    flows.settle(ticket, ask.person, given_id, what, ask.now)
    if ask.said("next") == "tasks":
        return ended(ask, _("Saved."), "tasks")
    return ended(ask, _("Saved."), "ticket", ticket_id)
