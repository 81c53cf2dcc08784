"""Keep what a notice said: as text for the ticket, as data for the event, as a digest to tell equals by."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from typing import TYPE_CHECKING, Any

import msgspec

from aftersale.channels.base import Disputed, Turn
from aftersale.shops.encryption import ring
from aftersale.tickets.shared import text_of

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from aftersale.channels.base import Notice
    from aftersale.tickets.models import Ticket

_encode = msgspec.json.Encoder(order="sorted").encode
_PLAIN: dict[type, Callable[[Any], object]] = {datetime: datetime.isoformat, frozenset: sorted, set: sorted}


@dataclass(frozen=True, slots=True)
class Said:
    """Hold the newest word of the platform on a ticket, read back from the database (a steps.Seen)."""

    open: bool
    turn: Turn
    amount_fen: int | None
    facts: Mapping[str, object]
    unknown: frozenset[str]
    sources: Mapping[str, str]
    services: tuple[str, ...]
    claim: str = ""
    offers: tuple[str, ...] = ()
    freight_fen: int | None = None
    dispute: Disputed | None = None


class _Kept(msgspec.Struct):
    facts: dict[str, object]
    unknown: list[str]
    services: list[str]
    offers: list[str] = []
    freight_fen: int | None = None
    dispute: Disputed | None = None


HALF = 16
"""So many bytes of a digest tell what a ticket's own source says; the others may be about its order."""

_decode = msgspec.json.Decoder(_Kept).decode
_decode_sources = msgspec.json.Decoder(dict[str, str]).decode


def plain(facts: Mapping[str, object]) -> dict[str, object]:
    """Write facts as JSON knows them: times in ISO 8601, tags as a sorted list."""
    return {
        name: write(value) if (write := _PLAIN.get(type(value))) else value for name, value in facts.items()
    }


def kept(notice: Notice, facts: Mapping[str, object]) -> str:
    """Write what a ticket keeps of a notice, facts as `plain` gave them."""
    said = {
        "facts": facts,
        "unknown": sorted(notice.unknown),
        "services": notice.services,
        # What only an interface tells leaves what sheets say as it is.
        **({"offers": notice.offers} if notice.offers else {}),
        **({} if notice.return_freight_fen is None else {"freight_fen": notice.return_freight_fen}),
        **({} if notice.dispute is None else {"dispute": notice.dispute}),
    }
    return _encode(said).decode()


def sources_text(notice: Notice) -> str:
    """Write from which column each fact came; thousands of notices share it."""
    return _encode(notice.sources).decode()


def said_of(ticket: Ticket) -> Said:
    """Read back what the newest notice said of a ticket."""
    found = _decode(ticket.observed)
    return Said(
        open=ticket.open,
        turn=Turn(ticket.turn),
        amount_fen=ticket.amount_fen,
        facts=found.facts,
        unknown=frozenset(found.unknown),
        sources=_decode_sources(text_of(ticket.sources)),
        services=tuple(found.services),
        claim=ticket.claim,
        offers=tuple(found.offers),
        freight_fen=found.freight_fen,
        dispute=found.dispute,
    )


def claimed_freight(ticket: Ticket) -> int | None:
    """Give what the buyer claims for sending the goods back, in fen, where it waits for an answer."""
    return _decode(ticket.observed).freight_fen


def digest_of(notice: Notice, facts: Mapping[str, object]) -> bytes:
    """Tell notices apart; where an order came along, the second half of the digest is about it alone."""
    if notice.aside is None:
        return _digest(notice, facts)
    alone, order = notice.aside.alone, ring().fingerprint(notice.aside.order)
    return _digest(alone, plain(alone.facts))[:HALF] + bytes.fromhex(order)[:HALF]


def is_same(digest: bytes, read: bytes, *, order: bool) -> bool:
    """Tell whether a notice says nothing that is not known; without an `order` it says nothing of that."""
    return digest == read if order else digest[:HALF] == read[:HALF]


def _digest(notice: Notice, facts: Mapping[str, object]) -> bytes:
    """Tell notices apart by everything they say, and not by the sheet or row in which they stand.

    The digest stays in the journal for good: personal values enter it under the desk's key, so that nobody
    can find them out by trying.
    """
    said = (
        notice.channel,
        notice.ticket_no,
        notice.order_no,
        notice.line_no,
        notice.article,
        notice.article_no,
        notice.product_id,
        notice.open,
        notice.turn,
        notice.status,
        notice.reason,
        notice.claim,
        notice.flag,
        notice.amount_fen,
        notice.return_waybill,
        ring().fingerprint(f"{notice.remark}|{notice.buyer}|{notice.contact}"),
        facts,
        sorted(notice.unknown),
        notice.services,
        # What a sheet never says leaves the digests of sheets as they are.
        *((notice.version, notice.evidence) if notice.version or notice.evidence else ()),
        # Not the sealed values: a platform may seal the same one otherwise each time.
        *((notice.offers,) if notice.offers else ()),
        *((notice.dispute,) if notice.dispute else ()),
    )
    return sha256(_encode(said)).digest()
