"""Answer calls about evidence: put files on a ticket, list what is there and missing, send files back."""

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from django.http import HttpResponse
from ninja import File, Form, Router, UploadedFile
from pydantic import AwareDatetime

from aftersale.api.access import Call, Caller, ticket_for, viewer_of
from aftersale.api.answer import answered
from aftersale.api.faults import NotHere, language
from aftersale.api.once import Done, once
from aftersale.api.shapes import InPath, Said, Taken, Word, says
from aftersale.channels.interface import Shown
from aftersale.domain.roles import Permission
from aftersale.evidence import vault
from aftersale.evidence.pieces import Giver, Ground, PieceType
from aftersale.evidence.vault import LIMITS, Incoming
from aftersale.shops.uploads import HEAD_BYTES, Kind, check_count, check_upload, download_headers
from aftersale.texts import Lang
from aftersale.tickets.disclosures import disclose
from aftersale.tickets.models import EvidenceLink, Ticket
from aftersale.tickets.vault import adding
from aftersale.tickets.vault.adding import Hand, Told
from aftersale.tickets.vault.checklist import checklist_of
from aftersale.tickets.vault.gather import newest_decision

if TYPE_CHECKING:
    from django.core.files.uploadedfile import UploadedFile as Uploaded

router = Router(tags=["evidence"])


class EvidenceIn(Taken):
    """Say of files what they show (`item` is an id of the checklist), who gave them, why they may be kept."""

    item: Word = ""
    source: Giver = Giver.SHOP
    ground: Ground = Ground.CONTRACT
    type: PieceType | None = None
    caption: Said = ""
    taken_at: AwareDatetime | None = None


@dataclass(frozen=True, slots=True)
class PieceView:
    """Hold one piece on a ticket; its file is read at its own address and sent as a download."""

    id: int
    item: str
    type: str
    source: str
    sha256: str
    kind: str
    size: int
    taken_at: datetime | None
    added_at: datetime


@dataclass(frozen=True, slots=True)
class WantedView:
    """Hold one line of the checklist: what, who can give it, whether the shop should, how many are there."""

    item: str
    label: str
    who: str
    ours: bool
    there: int


@dataclass(frozen=True, slots=True)
class EvidenceView:
    """Hold the evidence of a ticket, what it should have, and the time by which."""

    pieces: list[PieceView]
    wanted: list[WantedView]
    by: datetime | None


@router.get("/tickets/{ticket_id}/evidence", response=says(EvidenceView))
def evidence(request: Call, ticket_id: InPath) -> HttpResponse:
    """Read the evidence of a ticket and its checklist."""
    ticket = ticket_for(request.auth, ticket_id, Permission.VIEW)
    return answered(_view(ticket, request.auth.now, language(request)))


@router.post("/tickets/{ticket_id}/evidence", response=says(EvidenceView))
def add(
    request: Call, ticket_id: InPath, asked: Form[EvidenceIn], files: File[list[UploadedFile]]
) -> HttpResponse:
    """Put files on a ticket, all or none, each once under its SHA-256."""

    def work() -> Done:
        ticket = ticket_for(request.auth, ticket_id, Permission.NOTE)
        check_count(len(files), LIMITS)
        told = Told(asked.source, asked.ground, asked.type, asked.item, asked.caption, asked.taken_at)
        hand = Hand(request.auth.person.pk, "api", request.auth.now)
        adding.add(ticket, [_read(each) for each in files], told, hand)
        return Done(_view(ticket, request.auth.now, language(request)))

    return once(request, work)


@router.get("/evidence/{link_id}/file", response=says(bytes))
def original(request: Call, link_id: InPath) -> HttpResponse:
    """Download a file as it came."""
    link = _link(request.auth, link_id)
    disclose(link.ticket, Shown.DOWNLOADED, (), viewer_of(request, request.auth), request.auth.now)
    file = link.piece.file
    name = f"{file.sha256[:16]}.{file.kind}"
    if file.kind in set(Kind):
        return HttpResponse(vault.read(file), headers=download_headers(name, Kind(file.kind)))
    headers = {"Content-Disposition": f'attachment; filename="{name}"', "X-Content-Type-Options": "nosniff"}
    return HttpResponse(vault.read(file), content_type="application/octet-stream", headers=headers)


def _link(caller: Caller, link_id: int) -> EvidenceLink:
    links = EvidenceLink.objects.select_related("ticket__shop", "piece__file")
    found = links.filter(pk=link_id, withdrawn_at=None).first()
    caller.let(Permission.VIEW, found.ticket.shop_id if found else None)
    if found is None:
        raise NotHere
    return found


def _read(file: "Uploaded[bytes]") -> Incoming:
    """Read a file into memory once its beginning and its size are borne; a PDF is looked at whole later."""
    name, size, head = file.name or "", file.size or 0, file.read(HEAD_BYTES)
    if size > LIMITS.most_bytes or not head.startswith(b"%PDF-"):
        check_upload(name, head, size, LIMITS)
    file.seek(0)
    return Incoming(name, file.read())


def _view(ticket: Ticket, now: datetime, lang: Lang) -> EvidenceView:
    listed = checklist_of(ticket, newest_decision(ticket, now), now)
    links = adding.of_ticket(ticket).select_related("piece__file").order_by("pk")
    wanted = [
        WantedView(line.id, line.words.of(lang), line.who, line.ours, line.there) for line in listed.lines
    ]
    return EvidenceView([_piece(each) for each in links], wanted, listed.by)


def _piece(link: EvidenceLink) -> PieceView:
    piece, file = link.piece, link.piece.file
    return PieceView(
        link.pk,
        link.item,
        piece.type,
        piece.source,
        file.sha256,
        file.kind,
        file.size,
        piece.taken_at,
        link.added_at,
    )
