"""Show the evidence of a ticket, take more in, and say what is missing and who can give it."""

from __future__ import annotations

from base64 import b64encode
from dataclasses import dataclass
from datetime import datetime
from io import BytesIO
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import qrcode
from django.conf import settings
from django.db.models import Min
from django.http import HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.views.decorators.http import require_POST
from qrcode.image.svg import SvgPathFillImage

from aftersale.api.access import ticket_for, viewer_of
from aftersale.api.faults import NotHere
from aftersale.channels.interface import Shown
from aftersale.disputes.models import Case
from aftersale.domain.clock import SHANGHAI
from aftersale.domain.disputes import Stage
from aftersale.domain.roles import Permission
from aftersale.evidence import vault
from aftersale.evidence.models import Piece
from aftersale.evidence.pictures import DRAWN
from aftersale.evidence.pieces import GIVER_WORDS, GROUND_WORDS, TYPE_WORDS, Giver, Ground, PieceType
from aftersale.evidence.vault import LIMITS, Incoming
from aftersale.pages.acting import Incomplete
from aftersale.pages.connections_steps import reach_of
from aftersale.pages.door import Ask, page, shown
from aftersale.shops.uploads import HEAD_BYTES, Kind, check_count, check_upload, download_headers
from aftersale.tickets.disclosures import disclose
from aftersale.tickets.models import EvidenceLink, EvidenceRequest
from aftersale.tickets.vault import adding, requests, snapshots
from aftersale.tickets.vault.adding import Hand, Told
from aftersale.tickets.vault.checklist import checklist_of
from aftersale.tickets.vault.gather import newest_decision
from aftersale.tickets.vault.lawful import doubts_of
from aftersale.tickets.vault.requests import Wish
from aftersale.web.environment import lang
from aftersale.web.environment import say as _

if TYPE_CHECKING:
    from collections.abc import Sequence

    from django.core.files.uploadedfile import UploadedFile

    from aftersale.texts import Text
    from aftersale.tickets.models import Ticket

ASKABLE = (Giver.WAREHOUSE, Giver.CARRIER, Giver.SUPPLIER)
"""Whom a link can be sent to."""

GRID = 10
"""So many fields across and down of a picture can be made black."""

_CAPTION, _ITEM, _LIBRARY, _WHOLE = 300, 48, 20, 1_000
_SHOWN = {
    "Content-Security-Policy": "default-src 'none'; sandbox",
    "X-Content-Type-Options": "nosniff",
    "Cache-Control": "private, no-store",
}


@dataclass(frozen=True, slots=True)
class PieceShown:
    """Hold one piece as the box shows it."""

    link: EvidenceLink
    title: str
    about: str
    drawn: bool
    doubts: tuple[str, ...]
    masked: bool


@page
def box(ask: Ask, ticket_id: int) -> HttpResponse:
    """Show what is there, what is missing, who can give it and by when."""
    ticket = ticket_for(ask.caller, ticket_id, Permission.VIEW)
    return _box(ask, ticket)


def _box(ask: Ask, ticket: Ticket, made: str = "", whom: Giver = Giver.SHOP) -> HttpResponse:
    listed = checklist_of(ticket, newest_decision(ticket, ask.now), ask.now)
    links = adding.of_ticket(ticket).select_related("piece__file", "piece__added_by").order_by("pk")
    masked = set(Piece.objects.filter(masked_of__links__ticket=ticket).values_list("masked_of_id", flat=True))
    titles = {line.id: line.words.of(lang()) for line in listed.lines}
    more: dict[str, Any] = {
        "ticket": ticket,
        "listed": listed,
        "pieces": [_piece(link, titles, masked=link.piece_id in masked) for link in links],
        "open": list(requests.open_of(ticket, ask.now).order_by("pk")),
        "library": _library(ticket, {link.piece_id for link in links}),
        "may": {each.value for each in Permission if ticket.shop_id in ask.caller.shops(each)},
        "made": made,
        "made_reach": reach_of(urlsplit(made).netloc) if made else "",
        "made_for": GIVER_WORDS[whom].of(lang()) if whom is not Giver.SHOP else "",
        "qr": _qr,
        "askable": ASKABLE,
        "givers": GIVER_WORDS,
        "types": TYPE_WORDS,
        "grounds": GROUND_WORDS,
        "mb": LIMITS.most_bytes // 1024 // 1024,
    }
    return shown(ask, "_evidence.html", **more)


def _qr(address: str) -> str:
    """Draw an address for the camera of a phone, as the address of a picture."""
    out = BytesIO()
    qrcode.make(address, image_factory=SvgPathFillImage, border=2).save(out)
    return f"data:image/svg+xml;base64,{b64encode(out.getvalue()).decode()}"


def _piece(link: EvidenceLink, titles: dict[str, str], *, masked: bool) -> PieceShown:
    piece = link.piece
    kept = TYPE_WORDS[PieceType(piece.type)].of(lang())
    who = piece.giver or (str(piece.added_by) if piece.added_by else "")
    source = GIVER_WORDS[Giver(piece.source)].of(lang())
    return PieceShown(
        link,
        titles.get(link.item, kept),
        " · ".join(part for part in (source, who) if part),
        piece.file.thumb is not None,
        tuple(each.of(lang()) for each in doubts_of(piece, masked=masked)),
        masked,
    )


def _library(ticket: Ticket, there: set[int]) -> Sequence[Piece]:
    """List what the product library has of the article that is not on the ticket yet."""
    if not ticket.article_no:
        return ()
    found = Piece.objects.filter(shop=ticket.shop_id, article_no=ticket.article_no).exclude(pk__in=there)
    return list(found.select_related("file").order_by("-pk")[:_LIBRARY])


@require_POST
@page
def add(ask: Ask, ticket_id: int) -> HttpResponse:
    """Take files in: chosen, dragged or pasted."""
    ticket = ticket_for(ask.caller, ticket_id, Permission.NOTE)
    files = files_of(ask)
    if not files:
        raise Incomplete
    adding.add(ticket, files, _told(ask, ticket), Hand(ask.person.pk, "page", ask.now))
    return _answer(ask, ticket)


def files_of(ask: Ask) -> list[Incoming]:
    """Read the files that were sent, each once its beginning and its size are borne."""
    files = ask.request.FILES.getlist("files")
    check_count(len(files), LIMITS)
    return [incoming(each) for each in files]


def incoming(file: UploadedFile[bytes]) -> Incoming:
    """Read one file once its beginning and its size are borne; raises UploadRefused."""
    name, size = file.name or "", file.size or 0
    head = file.read(HEAD_BYTES)
    if size > LIMITS.most_bytes or not head.startswith(b"%PDF-"):  # a PDF is looked at whole
        check_upload(name, head, size, LIMITS)
    file.seek(0)
    return Incoming(name, file.read())


def _told(ask: Ask, ticket: Ticket) -> Told:
    source, ground, kind = ask.said("source"), ask.said("ground"), ask.said("type")
    return Told(
        source=Giver(source) if source in set(Giver) else Giver.SHOP,
        ground=Ground(ground) if ground in set(Ground) else Ground.CONTRACT,
        type=PieceType(kind) if kind in set(PieceType) else None,
        item=ask.said("item")[:_ITEM],
        caption=ask.said("caption")[:_CAPTION],
        taken_at=_moment(ask.said("taken_at")),
        article_no=ticket.article_no if ask.said("library") else "",
    )


def _moment(said: str) -> datetime | None:
    """Read a time typed in Shanghai; what cannot be read was not told."""
    try:
        return datetime.fromisoformat(said).replace(tzinfo=SHANGHAI)
    except ValueError:
        return None


@require_POST
@page
def keep_state(ask: Ask, ticket_id: int) -> HttpResponse:
    """Keep order, payment and tracking as they are known now."""
    ticket = ticket_for(ask.caller, ticket_id, Permission.NOTE)
    snapshots.take(ticket, Hand(ask.person.pk, "desk", ask.now))
    return _answer(ask, ticket)


@require_POST
@page
def reuse(ask: Ask, ticket_id: int) -> HttpResponse:
    """Let a piece of the product library serve this ticket."""
    ticket = ticket_for(ask.caller, ticket_id, Permission.NOTE)
    said = ask.said("piece")
    key = int(said) if said.isascii() and said.isdigit() else 0
    piece = Piece.objects.filter(pk=key, shop=ticket.shop_id).exclude(article_no="").first()
    if piece is None:
        raise NotHere
    adding.reuse(ticket, piece, ask.said("item")[:_ITEM], Hand(ask.person.pk, "page", ask.now))
    return _answer(ask, ticket)


@require_POST
@page
def change(ask: Ask, link_id: int) -> HttpResponse:
    """Take a piece off, put it first, or say which line it answers."""
    link = link_for(ask, link_id, Permission.NOTE)
    do = ask.said("do")
    if do == "withdraw":
        adding.withdraw(link, Hand(ask.person.pk, "page", ask.now))
    elif do in {"best", "not_best"}:
        adding.mark_best(link, best=do == "best")
    elif do == "item":
        EvidenceLink.objects.filter(pk=link.pk).update(item=ask.said("item")[:_ITEM])
    return _answer(ask, link.ticket)


def link_for(ask: Ask, link_id: int, permission: Permission) -> EvidenceLink:
    """Read a piece on a ticket of the person's shops; raises NotHere or NotAllowed."""
    links = EvidenceLink.objects.select_related("ticket__shop", "piece__file", "event")
    link = links.filter(pk=link_id, withdrawn_at=None).first()
    ask.caller.let(permission, link.ticket.shop_id if link else None)
    if link is None:
        raise NotHere
    return link


@page
def thumb(ask: Ask, link_id: int) -> HttpResponse:
    """Send the small picture of a piece, which the desk drew itself."""
    content = vault.thumb_of(link_for(ask, link_id, Permission.VIEW).piece.file)
    if content is None:
        raise NotHere
    return HttpResponse(content, content_type="image/jpeg", headers=_SHOWN)


@page
def picture(ask: Ask, link_id: int) -> HttpResponse:
    """Send a piece drawn anew for looking at it."""
    content = vault.look_at(link_for(ask, link_id, Permission.VIEW).piece.file)
    if content is None:
        raise NotHere
    return HttpResponse(content, content_type="image/jpeg", headers=_SHOWN)


@page
def original(ask: Ask, link_id: int) -> HttpResponse:
    """Send a file as it came, as a download."""
    link = link_for(ask, link_id, Permission.VIEW)
    disclose(link.ticket, Shown.DOWNLOADED, (), viewer_of(ask.request, ask.caller), ask.now)
    return HttpResponse(vault.read(link.piece.file), headers=headers_of(link.piece.file.sha256, link))


def headers_of(digest: str, link: EvidenceLink) -> dict[str, str]:
    """Give the headers of a download, named by its digest."""
    kind = link.piece.file.kind
    if kind in set(Kind):
        return download_headers(f"{digest[:16]}.{kind}", Kind(kind))
    name = f'attachment; filename="{digest[:16]}.{kind}"'
    return {"Content-Type": "application/octet-stream", "Content-Disposition": name, **_SHOWN}


@page
def look(ask: Ask, link_id: int) -> HttpResponse:
    """Look at one piece; when sent, make fields of it black in a copy."""
    link = link_for(ask, link_id, Permission.VIEW)
    if ask.request.method == "POST":
        ask.caller.let(Permission.NOTE, link.ticket.shop_id)
        areas = _areas(ask.all_said("field"))
        if not areas:
            raise Incomplete
        adding.mask(link, areas, Hand(ask.person.pk, "page", ask.now))
        ask.tell(_("A copy with these parts black goes into packs; the original stays."))
        return HttpResponseRedirect(reverse("ticket", args=[link.ticket_id]))
    doubts: list[Text] = list(doubts_of(link.piece, masked=False))
    return shown(ask, "evidence_look.html", link=link, drawn=link.piece.file.kind in DRAWN, grid=GRID,
                 doubts=doubts, types=TYPE_WORDS, givers=GIVER_WORDS, grounds=GROUND_WORDS,
                 may_mask=link.ticket.shop_id in ask.caller.shops(Permission.NOTE))  # fmt: skip


def _areas(fields: Sequence[str]) -> list[tuple[int, int, int, int]]:
    """Read fields such as `3-7` (row, column) as areas in thousandths; what is none is left out."""
    known = {f"{row}-{column}": (row, column) for row in range(GRID) for column in range(GRID)}
    step = _WHOLE // GRID
    found = [known[each] for each in dict.fromkeys(fields) if each in known]
    return [(column * step, row * step, (column + 1) * step, (row + 1) * step) for row, column in found]


@require_POST
@page
def ask_for(ask: Ask, ticket_id: int) -> HttpResponse:
    """Make a link that somebody without an account gives evidence by, or the person from their own phone."""
    ticket = ticket_for(ask.caller, ticket_id, Permission.ANSWER)
    whom = ask.said("whom")
    wish = Wish(
        Giver(whom) if whom in {*ASKABLE, Giver.SHOP} else Giver.WAREHOUSE,
        ask.said("item")[:_ITEM],
        ask.said("words"),
    )
    running = Case.objects.filter(ticket=ticket, stage=Stage.EVIDENCE, due_at__gt=ask.now)
    due = running.aggregate(at=Min("due_at"))["at"]
    _request, token = requests.ask(ticket, wish, ask.person.pk, ask.now, due)
    path = reverse("evidence_give", args=[token])
    outside = f"{settings.PUBLIC_URL}{path}" if settings.PUBLIC_URL else ask.request.build_absolute_uri(path)
    return _box(ask, ticket, outside, wish.whom)


@require_POST
@page
def close(ask: Ask, request_id: int) -> HttpResponse:
    """Take a link back."""
    found = EvidenceRequest.objects.select_related("ticket__shop").filter(pk=request_id).first()
    ask.caller.let(Permission.ANSWER, found.shop_id if found else None)
    if found is None:
        raise NotHere
    requests.close(found, ask.person.pk, ask.now)
    return _answer(ask, found.ticket)


def _answer(ask: Ask, ticket: Ticket) -> HttpResponse:
    """Show the box again where the script asked for it, else the ticket."""
    if ask.part:
        return _box(ask, ticket)
    return HttpResponseRedirect(f"{reverse('ticket', args=[ticket.pk])}#evidence")
