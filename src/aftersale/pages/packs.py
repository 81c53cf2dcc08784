"""Have a pack of evidence built, see how far it is, and take it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.http import HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.views.decorators.http import require_POST

from aftersale.api.access import ticket_for, viewer_of
from aftersale.api.faults import NotHere
from aftersale.channels.interface import Shown
from aftersale.disputes.models import Case
from aftersale.domain.roles import Permission
from aftersale.evidence import vault
from aftersale.evidence.heads import key_id
from aftersale.evidence.pack.contents import MOST_SUMMARY
from aftersale.pages.asked import whole
from aftersale.pages.door import Ask, page, shown
from aftersale.tickets.disclosures import disclose
from aftersale.tickets.models import Pack
from aftersale.tickets.models.evidence import PackState
from aftersale.tickets.vault import packs
from aftersale.tickets.vault.packs import TEXT, Form

if TYPE_CHECKING:
    from aftersale.tickets.models import Ticket

_NEWEST = 6
_HEADERS = {
    "Content-Security-Policy": "default-src 'none'; sandbox",
    "X-Content-Type-Options": "nosniff",
    "Cache-Control": "private, no-store",
}


@page
def packs_of(ask: Ask, ticket_id: int) -> HttpResponse:
    """Show the words of a new pack, and the packs that were built."""
    return _page(ask, ticket_for(ask.caller, ticket_id, Permission.DISPUTE))


def _page(ask: Ask, ticket: Ticket) -> HttpResponse:
    summary, statement = packs.draft(ticket, ask.now)
    built = Pack.objects.filter(ticket=ticket).select_related("file", "asked_by").order_by("-pk")[:_NEWEST]
    return shown(
        ask,
        "packs.html",
        ticket=ticket,
        summary=summary,
        statement=statement,
        built=list(built),
        forms=Form,
        limits=packs.limits_of(ticket, ask.now),
        most=MOST_SUMMARY,
        key=key_id(packs.signing_key().public_key()),
        pieces=ticket.evidence.filter(withdrawn_at=None).count(),
    )


@require_POST
@page
def ask_for(ask: Ask, ticket_id: int) -> HttpResponse:
    """Ask for a pack, and show how far it is."""
    ticket = ticket_for(ask.caller, ticket_id, Permission.DISPUTE)
    form = ask.said("form")
    words = ask.said("summary")[:MOST_SUMMARY], ask.said("statement")
    pack = packs.ask(ticket, Form(form) if form in set(Form) else Form.WHOLE, words, ask.person.pk, ask.now)
    return _shown(ask, pack)


@require_POST
@page
def again(ask: Ask, pack_id: int) -> HttpResponse:
    """Have a pack tried again that could not be built, and go back to where that was asked."""
    pack = pack_for(ask, pack_id)
    packs.again(pack)
    case = Case.objects.filter(ticket_id=pack.ticket_id, pk=whole(ask.said("case")) or 0).first()
    where = reverse("dispute", args=[case.pk]) if case else reverse("pack", args=[pack.pk])
    return HttpResponseRedirect(where)


@page
def one(ask: Ask, pack_id: int) -> HttpResponse:
    """Show one pack; while it is being built, the page asks again."""
    return _shown(ask, pack_for(ask, pack_id))


def _shown(ask: Ask, pack: Pack) -> HttpResponse:
    done = pack.state == PackState.BUILT
    parts = packs.parts_of(pack) if done and pack.form == Form.PLATFORM else {}
    text = parts.pop(TEXT, b"").decode()
    waits = pack.state in {PackState.WANTED, PackState.BUILDING}
    template = "_pack.html" if ask.part else "pack.html"
    return shown(ask, template, pack=pack, said=text, pictures=sorted(parts), waits=waits)


def pack_for(ask: Ask, pack_id: int) -> Pack:
    """Read a pack of the person's shops; raises NotHere or NotAllowed."""
    found = Pack.objects.select_related("ticket__shop", "file").filter(pk=pack_id).first()
    ask.caller.let(Permission.DISPUTE, found.ticket.shop_id if found else None)
    if found is None:
        raise NotHere
    return found


@page
def file(ask: Ask, pack_id: int) -> HttpResponse:
    """Send a pack as a download."""
    pack = pack_for(ask, pack_id)
    if pack.file is None:
        raise NotHere
    disclose(pack.ticket, Shown.DOWNLOADED, (), viewer_of(ask.request, ask.caller), ask.now)
    name = f'attachment; filename="pack-{pack.ticket.ticket_no}-{pack.pk}.zip"'
    headers = {"Content-Type": "application/zip", "Content-Disposition": name, **_HEADERS}
    return HttpResponse(vault.read(pack.file), headers=headers)


@page
def picture(ask: Ask, pack_id: int, number: int) -> HttpResponse:
    """Send one picture of a pack for the platform."""
    content = packs.parts_of(pack_for(ask, pack_id)).get(f"{number}.jpg")
    if content is None:
        raise NotHere
    # A browser that opens a picture makes a page around it, with a style of its own.
    open_here = {"Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'; sandbox"}
    return HttpResponse(content, content_type="image/jpeg", headers={**_HEADERS, **open_here})
