"""Gather what a pack shows of a ticket: exhibits with their proofs, what happened, rules, words for it.

Whoever builds a pack for another end (a dispute, a negotiation, a lawyer) gathers by this and says the rest.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import msgspec

from aftersale.domain.clock import moment_of
from aftersale.domain.masking import mask_within
from aftersale.domain.money import yuan
from aftersale.domain.value_words import VALUE_WORDS, word_of
from aftersale.evidence import heads, vault
from aftersale.evidence.merkle import inclusion_proofs
from aftersale.evidence.models import Event, Head, Piece
from aftersale.evidence.pack.contents import MOST_SUMMARY, Contents, Exhibit, Line, Proven, Quote, Signed
from aftersale.evidence.pictures import DRAWN
from aftersale.evidence.pieces import GIVER_WORDS, TYPE_WORDS, Giver, PieceType
from aftersale.evidence.reading import rows_of
from aftersale.evidence.sealer import log_name
from aftersale.shops.rulebooks import judge_by
from aftersale.tickets.change import TICKET
from aftersale.tickets.judging import facts_from
from aftersale.tickets.models import EvidenceLink, StoredDecision
from aftersale.tickets.vault.adding import MASKED, MOST_BEST
from aftersale.tickets.vault.checklist import checklist_of
from aftersale.tickets.vault.happened import TIMES

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from datetime import datetime

    from aftersale.tickets.models import Ticket

PLATFORMS = {"douyin": "抖店", "kuaishou": "快手小店"}
_SIDES = {
    "buyer": "买家",
    "shop": "店铺",
    "platform": "平台",
    "logistics": "物流",
    "warehouse": "仓库",
}
_HASHES = "SELECT hash FROM evidence_event WHERE shop_id = %s AND log_index < %s ORDER BY log_index"
_decode = msgspec.json.decode


@dataclass(frozen=True, slots=True)
class Asked:
    """Say of which ticket a pack is wanted, up to which event, as of when, with which words of a person."""

    ticket: Ticket
    sequence: int
    as_of: datetime
    summary: str = ""
    statement: str = ""


def gather(asked: Asked) -> Contents:
    """Gather a pack from a journal that was sealed up to the event that is asked for."""
    ticket, stored = asked.ticket, newest_decision(asked.ticket, asked.as_of)
    links = in_order(asked)
    masks = _masks(asked)
    exhibits = tuple(_exhibit(link, masks.get(link.piece_id), asked) for link in links)
    head = _head(asked)
    indices = [each.proven.index for each in exhibits]
    root, proofs = inclusion_proofs(_log(ticket.shop_id, head.size), head.size, indices)
    signed = Signed(_head_bytes(head), bytes(head.signature), head.size, root)
    return Contents(
        number=ticket.ticket_no,
        shop=ticket.shop.name,
        platform=PLATFORMS.get(ticket.shop.platform, ticket.shop.platform),
        as_of=asked.as_of,
        title=tuple(_title(ticket)),
        summary=asked.summary[:MOST_SUMMARY],
        statement=asked.statement,
        timeline=tuple(sorted(_timeline(stored, exhibits), key=lambda line: line.at)),
        quotes=tuple(_quotes(stored)),
        exhibits=exhibits,
        best=min(MOST_BEST, len(exhibits)),
        proofs=proofs,
        head=signed,
    )


def newest_decision(ticket: Ticket, as_of: datetime) -> StoredDecision | None:
    """Give the decision that held at a time."""
    return StoredDecision.objects.filter(ticket=ticket, as_of__lte=as_of).order_by("-id").first()


def in_order(asked: Asked) -> list[EvidenceLink]:
    """Give the pieces of a ticket in the order of a pack: marked ones, then by checklist, then by time."""
    links = EvidenceLink.objects.filter(ticket=asked.ticket, event__sequence__lte=asked.sequence)
    held = [
        link
        for link in links.select_related("piece__file", "event")
        if link.withdrawn_at is None or link.withdrawn_at > asked.as_of
    ]
    stored = newest_decision(asked.ticket, asked.as_of)
    lines = [line.id for line in checklist_of(asked.ticket, stored, asked.as_of).lines if line.ours]
    places = {item: place for place, item in enumerate(lines)}
    return sorted(held, key=lambda link: (not link.best, places.get(link.item, len(places)), link.pk))


def _masks(asked: Asked) -> Mapping[int, tuple[Piece, Event]]:
    """Give for each piece the newest copy with parts black that was made on this ticket."""
    events = Event.objects.filter(
        subject_kind=TICKET, subject_id=asked.ticket.pk, kind=MASKED, sequence__lte=asked.sequence
    )
    by_copy = {
        int(_decode(bytes(each.payload))["data"]["piece"]): each for each in events.order_by("sequence")
    }
    copies = Piece.objects.filter(pk__in=by_copy).select_related("file").order_by("pk")
    return {copy.masked_of_id: (copy, by_copy[copy.pk]) for copy in copies if copy.masked_of_id}


def _exhibit(link: EvidenceLink, masked: tuple[Piece, Event] | None, asked: Asked) -> Exhibit:
    original = link.piece
    shown, event = masked or (original, link.event)
    line = checklist_of_item(link, asked)
    return Exhibit(
        content=vault.read(shown.file),
        sha256=shown.file.sha256,
        kind=shown.file.kind,
        title=line or TYPE_WORDS[PieceType(original.type)].zh,
        source=GIVER_WORDS[Giver(original.source)].zh,
        caption=mask_within(original.caption),
        taken_at=original.taken_at,
        added_at=link.added_at,
        proven=_proven(event),
        original_sha256=original.file.sha256 if masked else "",
        drawable=shown.file.kind in DRAWN,
    )


def checklist_of_item(link: EvidenceLink, asked: Asked) -> str:
    """Say the line of the checklist that a piece answers; empty where it answers none."""
    if not link.item:
        return ""
    found = checklist_of(asked.ticket, newest_decision(asked.ticket, asked.as_of), asked.as_of).find(
        link.item
    )
    return found.words.zh if found else ""


def _proven(event: Event) -> Proven:
    event.refresh_from_db(fields=["log_index"])
    if event.log_index is None:
        raise ValueError(f"event {event.pk} was not sealed")
    return Proven(event.kind, bytes(event.payload), bytes(event.previous), bytes(event.hash), event.log_index)


def _head(asked: Asked) -> Head:
    """Give the first head that covers every event of the pack: the same one whenever it is built again."""
    last = Event.objects.get(subject_kind=TICKET, subject_id=asked.ticket.pk, sequence=asked.sequence)
    found = Head.objects.filter(shop_id=asked.ticket.shop_id, size__gt=_proven(last).index)
    return found.order_by("size")[0]


def _head_bytes(head: Head) -> bytes:
    said = heads.Head(log_name(head.shop_id), head.size, bytes(head.root), head.at)
    return heads.head_bytes(said)


def _log(shop_id: int, size: int) -> Iterator[bytes]:
    return (bytes(row[0]) for row in rows_of(_HASHES, [shop_id, size]))


def _title(ticket: Ticket) -> Iterator[tuple[str, str]]:
    yield "售后单", ticket.ticket_no
    yield "订单", ticket.order_no
    yield "店铺", ticket.shop.name
    yield "商品", ticket.article or ticket.article_no or "—"
    yield "申请", ticket.claim or word_of(VALUE_WORDS, ticket.apply_type, "zh")
    yield "原因", ticket.reason_said or word_of(VALUE_WORDS, ticket.reason, "zh")
    yield "金额", yuan(ticket.amount_fen) if ticket.amount_fen is not None else "—"


def _timeline(stored: StoredDecision | None, exhibits: Sequence[Exhibit]) -> Iterator[Line]:
    if stored:
        facts = facts_from(stored.facts)
        for name, (whose, text) in TIMES.items():
            if isinstance(at := facts[name], int) and name not in facts.unknown:
                yield Line(moment_of(at), _SIDES.get(whose, "店铺"), text.zh)
    for number, each in enumerate(exhibits, 1):
        if each.taken_at:
            yield Line(each.taken_at, each.source, f"形成凭证 {number}：{each.title}")


def _quotes(stored: StoredDecision | None) -> Iterator[Quote]:
    """Quote the clauses that the decision rests on, with the version and what the rule says."""
    if stored is None:
        return
    rules = {rule.id: rule for rule in judge_by(stored.rulebook_digest).rulebook.rules}
    cited: list[dict[str, Any]] = _decode(stored.cites)
    for cite in cited:
        if cite["document"]:
            version = f"{cite['effective_from']} 起施行" if cite["effective_from"] else "现行"
            rule = rules.get(cite["rule"])
            yield Quote(cite["document"], cite["article"], version, rule.title.zh if rule else "")
