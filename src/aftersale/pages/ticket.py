"""Show one ticket: the proposal first, the reason beside it, what may be done now, what happened."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from aftersale.api.access import ticket_for
from aftersale.api.faults import NotHere
from aftersale.domain.roles import Permission
from aftersale.pages.door import Ask, page, shown
from aftersale.pages.proposal import proposal_of
from aftersale.pages.timeline import side_words, timeline_of
from aftersale.pages.words import Speech, act_of, consequence, value, verb
from aftersale.returns.models import Parcel
from aftersale.shops.models import Person
from aftersale.tickets.detail import whole
from aftersale.tickets.models import Ticket
from aftersale.tickets.queries import rows_of

if TYPE_CHECKING:
    from django.http import HttpResponse

    from aftersale.tickets.detail import Whole

_SIBLINGS = 20


@page
def ticket(ask: Ask, ticket_id: int) -> HttpResponse:
    """Show a ticket."""
    return shown(ask, "ticket.html", **everything(ask, ticket_id))


def everything(ask: Ask, ticket_id: int) -> dict[str, Any]:
    """Collect what the page of a ticket shows."""
    found = whole(ask.caller.seen_shops(), ticket_id)
    if found is None:
        raise NotHere
    row = ticket_for(ask.caller, ticket_id, Permission.VIEW)
    shop = found.ticket.shop_id
    return {
        "found": found,
        "ticket": found.ticket,
        "proposal": proposal_of(row, found.decision) if found.decision else None,
        "siblings": _siblings(row),
        "parcels": Parcel.objects.filter(matches__ticket_id=ticket_id, matches__ended_at=None).order_by(
            "-id"
        ),
        "timeline": timeline_of(found.events, found.notes, _names(found)),
        "sides": side_words(),
        "people": _people(shop) if shop in ask.caller.shops(Permission.ASSIGN) else [],
        "speech": Speech(ask.now),
        "verb": verb,
        "value": value,
        "consequence": consequence,
        "act": act_of(row.step),
        "may": {each.value for each in Permission if shop in ask.caller.shops(each)},
    }


def _siblings(row: Ticket) -> object:
    """Read the other tickets of the same order: they are decided together."""
    others = Ticket.objects.filter(shop_id=row.shop_id, order_no=row.order_no).exclude(pk=row.pk)
    return rows_of(list(others.order_by("-id").values_list("pk", flat=True)[:_SIBLINGS]))


def _names(found: Whole) -> dict[int, str]:
    acting = {event.actor for event in found.events if event.actor}
    return {person.pk: str(person) for person in Person.objects.filter(pk__in=acting)}


def _people(shop_id: int) -> list[tuple[int, str]]:
    there = Person.objects.filter(memberships__shop_id=shop_id, is_active=True).distinct()
    return [(person.pk, str(person)) for person in there.order_by("name", "username")]
