"""Put evidence on a ticket: files into the vault, a piece for each, one event that tells of each piece."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from django.db import transaction

from aftersale.domain.errors import AftersaleError
from aftersale.evidence import vault
from aftersale.evidence.journal import Entry
from aftersale.evidence.models import Piece, StoredFile
from aftersale.evidence.pictures import Unreadable, blackened, told_by
from aftersale.evidence.pieces import Giver, Ground, PieceType
from aftersale.shops.uploads import PHOTOS, SOUNDS, Kind, check_count
from aftersale.texts import Text
from aftersale.tickets.change import change
from aftersale.tickets.models import EvidenceLink, Ticket

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from django.db.models import QuerySet

    from aftersale.evidence.vault import Incoming

ADDED, WITHDRAWN, MASKED, REUSED = (
    "evidence_added",
    "evidence_withdrawn",
    "evidence_masked",
    "evidence_reused",
)
"""Events that tell of evidence."""

NAMING = frozenset({ADDED, MASKED, REUSED, "pack_built"})
"""Events that name a file of the vault by its SHA-256."""

MOST_PIECES = 100
"""So many pieces a ticket holds."""

MOST_BEST = 3
"""So many pieces stand before the others in a pack."""


@dataclass(frozen=True, slots=True)
class Told:
    """Say what somebody told of the files they gave; `type` None is what the file itself shows.

    `item` is a line of the checklist. With `article_no` they belong to the product library.
    """

    source: Giver = Giver.SHOP
    ground: Ground = Ground.CONTRACT
    type: PieceType | None = None
    item: str = ""
    caption: str = ""
    taken_at: datetime | None = None
    giver: str = ""
    article_no: str = ""


@dataclass(frozen=True, slots=True)
class Hand:
    """Say by whom, by which way (page, phone, link, api, platform, desk) and when something came."""

    person_id: int | None
    via: str
    now: datetime


class EvidenceRefused(AftersaleError):
    """Refuse evidence; nothing was stored."""


def _full() -> EvidenceRefused:
    return EvidenceRefused(
        "evidence.full",
        Text(zh=f"一张售后单最多 {MOST_PIECES} 件凭证。", en=f"A ticket holds {MOST_PIECES} pieces at most."),
        Text(zh="先撤下用不上的，再加。", en="Take off what is not needed, then add."),
    )


def not_to_mask() -> EvidenceRefused:
    """Give the refusal to blacken what cannot be drawn."""
    return EvidenceRefused(
        "evidence.not_drawn",
        Text(zh="这个文件不能打码：只有照片和截图可以。", en="Only photos and screenshots can be blackened."),
        Text(zh="另存为 JPG 或 PNG 再上传一份。", en="Save it as JPG or PNG and add that."),
    )


def add(ticket: Ticket, files: Sequence[Incoming], told: Told, hand: Hand) -> list[EvidenceLink]:
    """Put files on a ticket, all or none; one that is there already is not added twice.

    Raises UploadRefused for what is not taken, EvidenceRefused for too many.
    """
    check_count(len(files), vault.LIMITS)
    kinds = [vault.check(each) for each in files]
    with transaction.atomic():
        locked = _locked(ticket)
        if of_ticket(locked).count() + len(files) > MOST_PIECES:
            raise _full()
        return [_add(locked, each, kind, told, hand) for each, kind in zip(files, kinds, strict=True)]


def add_written(ticket: Ticket, content: bytes, told: Told, hand: Hand) -> EvidenceLink:
    """Put on a ticket what the desk wrote itself, such as the state of its order as it is now."""
    with transaction.atomic():
        locked = _locked(ticket)
        file, _ = vault.store(locked.shop_id, content, vault.WRITTEN, hand.now)
        return _linked(locked, file, told, hand)


def reuse(ticket: Ticket, piece: Piece, item: str, hand: Hand) -> EvidenceLink:
    """Let a piece of the product library serve a ticket."""
    with transaction.atomic():
        locked = _locked(ticket)
        link = of_ticket(locked).filter(piece=piece).first()
        return link or _link(
            locked, piece, item, Entry(REUSED, hand.now, hand.person_id, _said(piece, item, hand))
        )


def withdraw(link: EvidenceLink, hand: Hand) -> None:
    """Take a piece off a ticket; file and events stay."""
    with transaction.atomic():
        ticket = _locked(link.ticket)
        if of_ticket(ticket).filter(pk=link.pk).update(withdrawn_at=hand.now):
            data = {"piece": str(link.piece_id), "sha256": link.piece.file.sha256}
            change(ticket, Entry(WITHDRAWN, hand.now, hand.person_id, data))


def mark_best(link: EvidenceLink, *, best: bool) -> None:
    """Let a piece stand before the others in a pack; raises EvidenceRefused for a fourth."""
    others = of_ticket(link.ticket).filter(best=True).exclude(pk=link.pk)
    if best and others.count() >= MOST_BEST:
        raise EvidenceRefused(
            "evidence.best",
            Text(zh=f"重点凭证最多 {MOST_BEST} 件。", en=f"{MOST_BEST} pieces stand first at most."),
            Text(zh="先取消一件，再选这件。", en="Take one back, then choose this one."),
        )
    EvidenceLink.objects.filter(pk=link.pk).update(best=best)


def mask(link: EvidenceLink, areas: Sequence[tuple[int, int, int, int]], hand: Hand) -> Piece:
    """Make a copy with areas black, for packs to show; the original stays. Raises EvidenceRefused."""
    original = link.piece
    try:
        drawn = blackened(vault.read(original.file), areas)
    except Unreadable:
        raise not_to_mask() from None
    with transaction.atomic():
        ticket = _locked(link.ticket)
        file, _ = vault.store(ticket.shop_id, drawn, Kind.JPEG.value, hand.now)
        made = Piece.objects.create(
            shop_id=ticket.shop_id,
            file=file,
            masked_of=original,
            areas=[list(area) for area in areas],
            **{name: getattr(original, name) for name in ("type", "source", "ground", "caption", "taken_at")},
            added_at=hand.now,
            added_by_id=hand.person_id,
        )
        data = {**_said(made, link.item, hand), "masked_of": original.file.sha256, "areas": made.areas}
        change(ticket, Entry(MASKED, hand.now, hand.person_id, data))
    return made


def of_ticket(ticket: Ticket) -> QuerySet[EvidenceLink]:
    """Give the links of a ticket that hold."""
    return EvidenceLink.objects.filter(ticket=ticket, withdrawn_at=None)


def _locked(ticket: Ticket) -> Ticket:
    return Ticket.objects.select_for_update(no_key=True).get(pk=ticket.pk)


def _add(ticket: Ticket, file: Incoming, kind: Kind, told: Told, hand: Hand) -> EvidenceLink:
    stored, _ = vault.store(ticket.shop_id, file.content, kind.value, hand.now)
    there = of_ticket(ticket).filter(piece__file=stored).first()
    if there:
        return there
    said = told_by(file.content, kind)
    full = replace(told, type=told.type or _type_of(kind), taken_at=told.taken_at or said.taken_at)
    return _linked(ticket, stored, full, hand, said.software)


def _type_of(kind: Kind) -> PieceType:
    if kind in PHOTOS:
        return PieceType.PHOTO
    if kind in SOUNDS:
        return PieceType.AUDIO
    return PieceType.VIDEO if kind is Kind.MP4 else PieceType.REPORT


def _linked(ticket: Ticket, file: StoredFile, told: Told, hand: Hand, software: str = "") -> EvidenceLink:
    if told.article_no and not file.library:
        StoredFile.objects.filter(pk=file.pk).update(library=True)
    piece = Piece.objects.create(
        shop_id=ticket.shop_id,
        file=file,
        type=told.type or PieceType.RECORD,
        source=told.source,
        ground=told.ground,
        caption=told.caption,
        taken_at=told.taken_at,
        giver=told.giver,
        article_no=told.article_no,
        software=software,
        added_at=hand.now,
        added_by_id=hand.person_id,
    )
    personal = {"caption": told.caption, "giver": told.giver}
    said = {name: value for name, value in personal.items() if value}
    return _link(
        ticket, piece, told.item, Entry(ADDED, hand.now, hand.person_id, _said(piece, told.item, hand), said)
    )


def _link(ticket: Ticket, piece: Piece, item: str, entry: Entry) -> EvidenceLink:
    event = change(ticket, entry)
    return EvidenceLink.objects.create(ticket=ticket, piece=piece, event=event, item=item, added_at=entry.at)


def _said(piece: Piece, item: str, hand: Hand) -> dict[str, object]:
    """Say of a piece what stands in the event for ever; caption and giver stand there as seals."""
    return {
        "piece": str(piece.pk),
        "sha256": piece.file.sha256,
        "bytes": piece.file.size,
        "kind": piece.file.kind,
        "type": str(piece.type),
        "source": str(piece.source),
        "ground": str(piece.ground),
        "item": item,
        "article_no": piece.article_no,
        "taken_at": piece.taken_at.isoformat() if piece.taken_at else None,
        "via": hand.via,
    }
