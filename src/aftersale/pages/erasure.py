"""Let the owner erase a buyer: what would go and what the law holds stands there before anything is done."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.http import HttpResponseRedirect
from django.urls import reverse

from aftersale.api.access import ticket_for
from aftersale.domain.roles import Permission
from aftersale.pages.acting import Incomplete
from aftersale.pages.door import Ask, page, shown
from aftersale.tickets.erasure import GROUND_WORDS, Erased, Ground, buyer_of, erase_buyer, plan_erasure
from aftersale.tickets.personal import PLACES
from aftersale.web.environment import lang
from aftersale.web.environment import say as _

if TYPE_CHECKING:
    from django.http import HttpResponse


@page
def erasure(ask: Ask, ticket_id: int) -> HttpResponse:
    """Show what would go; when sent, erase what was shown and date what is held."""
    ticket = ticket_for(ask.caller, ticket_id, Permission.ERASE)
    buyer = buyer_of(ticket)
    if ask.request.method == "POST":
        if ask.said("reason") not in set(Ground):
            raise Incomplete
        done = erase_buyer(buyer, ask.person, ask.said("reason"), ask.now, ask.said("digest"))
        ask.tell(_said(done))
        return HttpResponseRedirect(reverse("ticket", args=[ticket.pk]))
    return shown(
        ask,
        "erasure.html",
        ticket=ticket,
        plan=plan_erasure(buyer, ask.now),
        places={place.name: place.what.of(lang()) for place in PLACES},
        grounds={ground.value: words.of(lang()) for ground, words in GROUND_WORDS.items()},
        words=lang(),
    )


def _said(done: Erased) -> str:
    said = _("Erased: {count} tickets.").format(count=len(done.tickets))
    if done.held:
        held = _("{count} tickets are held and go when their last hold ends.").format(count=len(done.held))
        said = f"{said} {held}"
    return said
