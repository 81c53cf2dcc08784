"""Show what stands beside cases: the library, the register of penalties, complaints, a ticket's own box."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.http import HttpResponseRedirect
from django.urls import reverse
from django.views.decorators.http import require_POST

from aftersale.api.access import ticket_for
from aftersale.api.faults import NotHere
from aftersale.disputes import register
from aftersale.disputes.complaining import draft
from aftersale.disputes.effect import effects_of
from aftersale.disputes.estimating import scene_of
from aftersale.disputes.finding import alike, search
from aftersale.disputes.models import Case, Complaint, Penalty
from aftersale.disputes.refusals import CaseRefused
from aftersale.domain.roles import Permission
from aftersale.pages.asked import whole
from aftersale.pages.disputes import shops_of, words
from aftersale.pages.disputes_acts import measure_of
from aftersale.pages.door import Ask, page, shown
from aftersale.pages.words import measures
from aftersale.policy.disputes.conditions import conditions_of, level_of
from aftersale.web.environment import say as _

if TYPE_CHECKING:
    from django.http import HttpResponse

    from aftersale.tickets.models import Ticket

_MOST = 200


@page
def library(ask: Ask) -> HttpResponse:
    """Search the cases that were closed with a lesson."""
    asked = ask.said("q")
    found = search(shops_of(ask), asked)
    effects = effects_of([case.review for case in found], ask.now)
    return shown(ask, "case_library.html", found=found, asked=asked, effects=effects, **words())


@page
def of_ticket(ask: Ask, ticket_id: int) -> HttpResponse:
    """Show a ticket's case, what may bring the platform in, and cases that are like it."""
    ticket = ticket_for(ask.caller, ticket_id, Permission.VIEW)
    conditions = conditions_of(scene_of(ticket, ask.now))
    return shown(
        ask,
        "_ticket_disputes.html",
        cases=list(Case.objects.filter(ticket=ticket).order_by("-pk")),
        conditions=conditions,
        level=level_of(conditions),
        alike=alike(ticket, sorted(ask.caller.shops(Permission.VIEW))),
        ticket=ticket,
        may_dispute=ticket.shop_id in ask.caller.shops(Permission.DISPUTE),
        **words(),
    )


@page
def penalties(ask: Ask) -> HttpResponse:
    """Show the measures of platforms by shop; when sent, note one."""
    seen = shops_of(ask)
    own = [place.shop for place in ask.caller.places if place.shop.pk in seen]
    if ask.request.method == "POST":
        shop = next((each for each in own if str(each.pk) == ask.said("shop")), None)
        ask.caller.let(Permission.DISPUTE, shop.pk if shop else None)
        if shop is None:
            raise NotHere
        try:
            register.add(shop.pk, measure_of(ask), None, ask.person, ask.now)
        except CaseRefused as refusal:
            return _penalties(ask, refusal)
        return HttpResponseRedirect(reverse("penalties"))
    return _penalties(ask)


def _penalties(ask: Ask, refusal: CaseRefused | None = None) -> HttpResponse:
    """Show the register; a refused measure stands in the form as it was typed."""
    seen = shops_of(ask)
    own = [place.shop for place in ask.caller.places if place.shop.pk in seen]
    found = register.registers_of([shop.pk for shop in own], ask.now)
    rows = Penalty.objects.filter(shop__in=seen).select_related("shop", "by", "case")
    return shown(
        ask,
        "penalties.html",
        status=422 if refusal else 200,
        refusal=refusal,
        typed={name: ask.said(name) for name in ("shop", "kind", "amount", "on", "note")},
        rows=list(rows.order_by("-on", "-pk")[:_MOST]),
        shops=[(shop, found[shop.pk]) for shop in own],
        kinds=measures(),
        may=ask.caller.shops(Permission.DISPUTE),
        **words(),
    )


@require_POST
@page
def lift(ask: Ask, penalty_id: int) -> HttpResponse:
    """Note that a measure was taken back."""
    found = Penalty.objects.filter(pk=penalty_id).first()
    ask.caller.let(Permission.DISPUTE, found.shop_id if found else None)
    if found is None:
        raise NotHere
    register.lift(found, ask.person, ask.now)
    return HttpResponseRedirect(reverse("penalties"))


@page
def complaint(ask: Ask, ticket_id: int) -> HttpResponse:
    """Draft what to tell the platform of a buyer's conduct; when sent, note that it was told or answered."""
    ticket = ticket_for(ask.caller, ticket_id, Permission.DISPUTE)
    if ask.request.method == "POST":
        try:
            _complained(ask, ticket)
        except CaseRefused as refusal:
            return _complaint(ask, ticket, refusal)
        ask.tell(_("Noted."))
        return HttpResponseRedirect(reverse("complaint", args=[ticket.pk]))
    return _complaint(ask, ticket)


def _complained(ask: Ask, ticket: Ticket) -> None:
    known = Complaint.objects.filter(ticket=ticket, pk=whole(ask.said("complaint")) or 0).first()
    if known is not None:
        register.answered(known, ask.said("answer"), ask.now)
    else:
        register.complain(ticket, ask.said("text"), ask.person, ask.now)


def _complaint(ask: Ask, ticket: Ticket, refusal: CaseRefused | None = None) -> HttpResponse:
    """Show the draft, and what was told before; what was typed and refused stands in its place."""
    rows = Complaint.objects.filter(ticket=ticket).select_related("by").order_by("-pk")
    return shown(
        ask,
        "complaint.html",
        status=422 if refusal else 200,
        refusal=refusal,
        ticket=ticket,
        text_draft=ask.said("text") or draft(ticket, ask.now),
        rows=list(rows),
    )
