"""Show where many tickets say the same at once; pin what to say, stop a sale, note a promise."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.http import HttpResponseRedirect
from django.urls import reverse
from django.views.decorators.http import require_POST

from aftersale.api.access import ticket_for
from aftersale.api.faults import NotHere
from aftersale.domain.roles import Permission
from aftersale.domain.vocabulary import REASONS
from aftersale.pages.acting import Incomplete, NotAnAmount, moment_of
from aftersale.pages.asked import Asked, fen_of
from aftersale.pages.door import Ask, page, shown
from aftersale.pages.words import value
from aftersale.shops.models import Shop
from aftersale.tickets.instructions import About, for_ticket, in_force, pin, stop_sale, surges
from aftersale.tickets.instructions import end as end_instruction
from aftersale.tickets.labels import labels_of, stick, take_off
from aftersale.tickets.models import Instruction
from aftersale.tickets.promises import promise
from aftersale.web.environment import say as _

if TYPE_CHECKING:
    from django.http import HttpResponse

    from aftersale.tickets.models import Ticket

_LONGEST = 128


@dataclass(frozen=True, slots=True)
class SurgeShown:
    """Hold one group with the address of its tickets."""

    shop_id: int
    shop: str
    article_no: str
    reason: str
    words: str
    count: int
    ours: int
    address: str


def _surges(ask: Ask) -> list[SurgeShown]:
    shops = ask.caller.seen_shops()
    names = dict(Shop.objects.filter(pk__in=shops).values_list("pk", "name"))
    queue = reverse("queue")
    return [
        SurgeShown(
            each.shop_id,
            names[each.shop_id],
            each.article_no,
            each.reason,
            value(each.reason),
            each.count,
            each.ours,
            f"{queue}?{Asked(shop=str(each.shop_id), article=each.article_no, reason=each.reason).address()}",
        )
        for each in surges(shops, ask.now)
    ]


@page
def bar(ask: Ask) -> HttpResponse:
    """Say above the queue where many tickets say the same; nothing where there are none."""
    found = _surges(ask)
    return shown(
        ask, "_instructions_bar.html", surges=found, pinned=in_force(ask.caller.seen_shops(), ask.now)[:3]
    )


@page
def instructions(ask: Ask) -> HttpResponse:
    """Show groups and pinned instructions, and pin one."""
    if ask.request.method == "POST":
        return _pin(ask)
    assign = ask.caller.shops(Permission.ASSIGN)
    about = {name: ask.said(name)[:_LONGEST] for name in ("shop", "article", "reason", "live", "batch")}
    return shown(
        ask,
        "instructions.html",
        surges=_surges(ask),
        pinned=list(in_force(ask.caller.seen_shops(), ask.now)),
        shops=list(Shop.objects.filter(pk__in=assign).order_by("name").values_list("pk", "name")),
        reasons=[(code, value(code)) for code in REASONS],
        about=about,
        may=assign,
        rules=ask.caller.shops(Permission.MANAGE_SHOP),
        value=value,
    )


@page
def of_ticket(ask: Ask, ticket_id: int) -> HttpResponse:
    """Give what was agreed on for a ticket, which its page asks for once it stands."""
    ticket = ticket_for(ask.caller, ticket_id, Permission.VIEW)
    return shown(
        ask,
        "_instructions_of.html",
        ticket=ticket,
        instructions=for_ticket(ticket, ask.now),
    )


@page
def label(ask: Ask, ticket_id: int) -> HttpResponse:
    """Give the words that stick on a ticket, for its page; when sent, stick one on or take one off."""
    if ask.request.method != "POST":
        return _labels(ask, ticket_for(ask.caller, ticket_id, Permission.VIEW))
    ticket = ticket_for(ask.caller, ticket_id, Permission.NOTE)
    if ask.said("off"):
        take_off(ticket, ask.said("off"), ask.person, ask.now)
    else:
        stick(ticket, ask.said("name"), ask.person, ask.now)
    return HttpResponseRedirect(reverse("ticket", args=[ticket_id]))


def _labels(ask: Ask, ticket: Ticket) -> HttpResponse:
    may_note = ticket.shop_id in ask.caller.shops(Permission.NOTE)
    return shown(ask, "_labels_of.html", ticket=ticket, labels=labels_of(ticket), may_note=may_note)


def _about(ask: Ask) -> About:
    said = ask.said("shop")
    shop_id = int(said) if said.isascii() and said.isdigit() else 0
    ask.caller.let(Permission.ASSIGN, shop_id)
    reason = ask.said("reason")
    return About(
        Shop.objects.get(pk=shop_id),
        ask.said("article")[:_LONGEST],
        reason if reason in REASONS else "",
        ask.said("live")[:_LONGEST],
        ask.said("batch")[:_LONGEST],
    )


def _pin(ask: Ask) -> HttpResponse:
    pin(_about(ask), ask.said("text"), moment_of(ask.said("until")), ask.person, ask.now)
    ask.tell(_("Pinned. It stands on the tickets it is about."))
    return HttpResponseRedirect(reverse("instructions"))


@require_POST
@page
def end(ask: Ask, instruction_id: int) -> HttpResponse:
    """Take an instruction down."""
    pinned = Instruction.objects.filter(pk=instruction_id).first()
    ask.caller.let(Permission.ASSIGN, pinned.shop_id if pinned else None)
    if pinned is None:
        raise NotHere
    end_instruction(pinned, ask.person, ask.now)
    return HttpResponseRedirect(reverse("instructions"))


@require_POST
@page
def stop(ask: Ask) -> HttpResponse:
    """Ask for an article to be taken off sale."""
    about = _about(ask)
    if not about.article_no:
        raise Incomplete
    stop_sale(about, ask.person, ask.now)
    ask.tell(_("Put on the list of things to do: take {article} off sale.").format(article=about.article_no))
    return HttpResponseRedirect(reverse("instructions"))


@require_POST
@page
def promised(ask: Ask, ticket_id: int) -> HttpResponse:
    """Note what was promised to a buyer; it comes up in the list of things to do."""
    ticket = ticket_for(ask.caller, ticket_id, Permission.NOTE)
    said = ask.said("amount")
    fen = fen_of(said) if said else None
    if said and not fen:
        raise NotAnAmount(said)
    promise(ticket, ask.person, ask.said("what"), fen, moment_of(ask.said("until")), ask.now)
    ask.tell(_("Noted. It comes up in To do."))
    return HttpResponseRedirect(reverse("ticket", args=[ticket_id]))
