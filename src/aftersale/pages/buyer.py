"""Show values of a buyer in clear to a person who says why: kept here, or opened by the platform."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from aftersale.api.access import ticket_for, viewer_of
from aftersale.connections.revealing import left_today, reveal
from aftersale.domain.errors import AftersaleError
from aftersale.domain.roles import Permission
from aftersale.pages.door import Ask, page, shown
from aftersale.tickets.unmasking import FIELDS, LONGEST_REASON, SEALED, unmask
from aftersale.web.environment import lang
from aftersale.web.environment import say as _

if TYPE_CHECKING:
    from django.http import HttpResponse

    from aftersale.tickets.models import Ticket


@page
def buyer(ask: Ask, ticket_id: int) -> HttpResponse:
    """Show what may be looked at and how often today; when sent with a reason, show the value, once."""
    ticket = ticket_for(ask.caller, ticket_id, Permission.UNMASK)
    value, why = "", None
    if ask.request.method == "POST":
        try:
            value = looked_at(ask, ticket)
        except AftersaleError as refusal:
            why = refusal
    answer = _shown(ask, ticket, value, why)
    # Neither the browser nor anything on the way keeps it.
    answer.headers["Cache-Control"] = "no-store"
    return answer


def looked_at(ask: Ask, ticket: Ticket) -> str:
    """Give the value that was asked for; raises UnmaskRefused, QuotaUsedUp or ChannelError."""
    field, reason = ask.said("field"), ask.said("reason")
    look, viewer = reveal if field in SEALED else unmask, viewer_of(ask.request, ask.caller)
    return look(ticket, field, viewer, reason, ask.now)


def _shown(ask: Ask, ticket: Ticket, value: str, why: AftersaleError | None) -> HttpResponse:
    own = {"contact": _("Contact"), "remark": _("Remark")}
    fields = [(name, word.of(lang())) for name, word in SEALED.items() if ticket.sealed.get(name)]
    # A masked contact shows nothing more in clear: where the platform seals the value, that is the one.
    kept = ("remark",) if fields else tuple(FIELDS)
    fields += [(name, own[name]) for name in kept if FIELDS[name](ticket)]
    around: dict[str, Any] = {
        "ticket": ticket,
        "fields": fields,
        "sealed": any(name in SEALED for name, _words in fields),
        "quota": left_today(ticket.shop_id, ask.now),
        "value": value,
        "named": dict(fields).get(ask.said("field"), ""),
        "why": why,
        "longest": LONGEST_REASON,
    }
    template = "_buyer.html" if ask.part else "acted.html"
    return shown(ask, template, status=422 if why else 200, form="_buyer.html", **around)
