"""Show the orders whose dispatch is to be stopped (截单表), and take the warehouse's word on each."""

from __future__ import annotations

from typing import TYPE_CHECKING
from unicodedata import normalize

from django.http import HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.views.decorators.http import require_POST

from aftersale.api.access import ticket_for
from aftersale.api.faults import NotHere
from aftersale.domain.roles import Permission
from aftersale.domain.state_words import state_word
from aftersale.domain.states import Machine
from aftersale.pages.acting import Incomplete
from aftersale.pages.door import Ask, page, shown
from aftersale.shops.permissions import NotAllowed
from aftersale.tickets.models import StopOrder
from aftersale.tickets.models.stop import StopState
from aftersale.tickets.stop_sheet import sheet_of
from aftersale.tickets.stops import settle_all, waiting_in
from aftersale.web.environment import lang
from aftersale.web.environment import say as _

if TYPE_CHECKING:
    from collections.abc import Collection

    from aftersale.tickets.models import Ticket

MOST = 500
"""So many rows the page shows; the sheet holds all of them."""

_LATEST, _DIGITS = 40, 18
_XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
OUTCOMES = (StopState.STOPPED, StopState.TOO_LATE)


def _receiving(ask: Ask) -> frozenset[int]:
    """Give the shops whose dispatch the person stops; raises NotAllowed where there is none."""
    shops = ask.caller.shops(Permission.RECEIVE)
    if not shops:
        raise NotAllowed(Permission.RECEIVE)
    return shops


def _sent(ticket: Ticket) -> str:
    """Say where the goods are by the platform's newest word."""
    return state_word(Machine.GOODS, ticket.goods_state).of(lang())


@page
def stops(ask: Ask) -> HttpResponse:
    """Show what waits, the oldest first, and what was settled last."""
    shops = _receiving(ask)
    waiting, rest = waiting_in(shops), StopOrder.objects.filter(shop__in=shops)
    rows = list(waiting[:MOST])
    settled = rest.exclude(state=StopState.WAITING).select_related("shop", "ticket", "settled_by")
    return shown(
        ask,
        "stops.html",
        rows=rows,
        total=waiting.count(),
        numbers="\n".join(dict.fromkeys(row.order_no for row in rows)),
        settled=list(settled.order_by("-settled_at", "-id")[:_LATEST]),
        words=dict(StopState.choices) if lang() == "zh" else _english(),
        sent=_sent,
    )


def _english() -> dict[str, str]:
    return {
        StopState.STOPPED: "stopped",
        StopState.TOO_LATE: "sent already",
        StopState.NOT_NEEDED: "not needed",
    }


@page
def count(ask: Ask) -> HttpResponse:
    """Tell how many wait, for the navigation; nothing where none does."""
    waiting = waiting_in(ask.caller.shops(Permission.RECEIVE)).count()
    return HttpResponse(str(waiting) if waiting else "")


@require_POST
@page
def settle(ask: Ask) -> HttpResponse:
    """Take the warehouse's word on one order or on many; what was settled in between stays as it is."""
    outcome = ask.said("outcome")
    if outcome not in OUTCOMES:
        raise Incomplete
    rows = _picked(ask, _receiving(ask))
    done, before = settle_all(rows, outcome, ask.person, ask.now)
    said = {StopState.STOPPED: _("Stopped: {count}."), StopState.TOO_LATE: _("Sent already: {count}.")}
    told = said[StopState(outcome)].format(count=done)
    ask.tell(f"{told} {_('Settled by somebody before: {count}.').format(count=before)}" if before else told)
    return HttpResponseRedirect(reverse("stops"))


def _picked(ask: Ask, shops: Collection[int]) -> list[StopOrder]:
    """Read the rows that were ticked, or the one whose button was pressed; a foreign one is not there."""
    said = [ask.said("one")] if ask.said("one") else ask.all_said("pick")[:MOST]
    chosen = {int(each) for each in said if each.isascii() and each.isdigit() and len(each) <= _DIGITS}
    typed = normalize("NFKC", ask.said("orders")).split()
    mine = StopOrder.objects.filter(shop__in=shops).select_related("shop", "ticket").order_by("at", "id")
    rows = list(mine.filter(pk__in=chosen))
    if {row.pk for row in rows} != chosen:
        raise NotHere
    rows += mine.filter(order_no__in=typed[:MOST], state=StopState.WAITING)
    if not rows:
        raise Incomplete
    return rows


@page
def of_ticket(ask: Ask, ticket_id: int) -> HttpResponse:
    """Give what the list says of a ticket, which its page asks for once it stands."""
    ticket = ticket_for(ask.caller, ticket_id, Permission.VIEW)
    return shown(ask, "_stops_of.html", stop=ticket.stops.order_by("-id").first())


@page
def sheet(ask: Ask) -> HttpResponse:
    """Give everything that waits as a workbook for the warehouse."""
    rows = [(row, _sent(row.ticket)) for row in waiting_in(_receiving(ask))]
    name = f"stop-list-{ask.now:%Y%m%d-%H%M}.xlsx"
    headers = {"Content-Disposition": f'attachment; filename="{name}"', "X-Content-Type-Options": "nosniff"}
    return HttpResponse(sheet_of(rows, ask.now, lang()), content_type=_XLSX, headers=headers)
