"""Show one ticket: the proposal first, the reason beside it, what may be done now, what happened."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from aftersale.api.faults import NotHere
from aftersale.domain.roles import Permission
from aftersale.pages.door import Ask, page, shown
from aftersale.pages.proposal import newest_of, proposal_of
from aftersale.pages.timeline import side_words, timeline_of
from aftersale.pages.words import Speech, act_of, consequence, value, verb
from aftersale.returns.models import Parcel
from aftersale.shops.models import Person
from aftersale.tickets.detail import decision_view, ticket_view, whole_of
from aftersale.tickets.models import Ticket
from aftersale.tickets.queries import rows_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from django.http import HttpResponse

    from aftersale.tickets.detail import TicketView, Whole

_SIBLINGS = 20


@page
def ticket(ask: Ask, ticket_id: int) -> HttpResponse:
    """Show a ticket."""
    return shown(ask, "ticket.html", **everything(ask, ticket_id))


def everything(ask: Ask, ticket_id: int) -> dict[str, Any]:
    """Collect what the page of a ticket shows."""
    seen = ticket_view(ask.caller.seen_shops(), ticket_id)
    if seen is None:
        raise NotHere
    stored = newest_of(ticket_id)
    found = whole_of(seen, decision_view(stored) if stored else None)
    people = _people(seen.shop_id) if seen.shop_id in ask.caller.shops(Permission.ASSIGN) else []
    parcels = Parcel.objects.filter(matches__ticket_id=ticket_id, matches__ended_at=None)
    answered = {each.fact for each in found.answers if each.withdrawn_at is None}
    return {
        "found": found,
        "ticket": seen,
        "proposal": proposal_of(stored, answered) if stored else None,
        "siblings": _siblings(seen),
        "parcels": parcels.order_by("-id"),
        "timeline": timeline_of(found.events, found.notes, _names(ask, found, people)),
        "sides": side_words(),
        "people": people,
        "speech": Speech(ask.now),
        "verb": verb,
        "value": value,
        "consequence": consequence,
        "act": act_of(seen.step),
        "may": {each.value for each in Permission if seen.shop_id in ask.caller.shops(each)},
    }


def _siblings(seen: TicketView) -> object:
    """Read the other tickets of the same order: they are decided together."""
    others = Ticket.objects.filter(shop_id=seen.shop_id, order_no=seen.order_no).exclude(pk=seen.id)
    return rows_of(list(others.order_by("-id").values_list("pk", flat=True)[:_SIBLINGS]))


def _names(ask: Ask, found: Whole, people: Sequence[tuple[int, str]]) -> dict[int, str]:
    """Name who acted; only those who are not known already are asked for."""
    names = {ask.person.pk: str(ask.person), **dict(people)}
    acting = {event.actor for event in found.events if event.actor} - set(names)
    others = Person.objects.filter(pk__in=acting) if acting else ()
    return names | {person.pk: str(person) for person in others}


def _people(shop_id: int) -> list[tuple[int, str]]:
    there = Person.objects.filter(memberships__shop_id=shop_id, is_active=True).distinct()
    return [(person.pk, str(person)) for person in there.order_by("name", "username")]
