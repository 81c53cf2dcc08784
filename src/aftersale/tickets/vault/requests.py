"""Ask somebody without an account for evidence: a link that takes files once, and shows nothing of the desk.

Whoever holds the link holds the right to give, and no other: the token is random, kept as a hash alone, and
ends with its time, with the first files, with too many bad tries, or when a person takes it back.
"""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from datetime import timedelta
from hashlib import sha256
from typing import TYPE_CHECKING

from django.core.cache import cache
from django.db import transaction
from django.db.models import F

from aftersale.domain.errors import AftersaleError
from aftersale.evidence.journal import Entry
from aftersale.evidence.pieces import Giver, Ground
from aftersale.shops.uploads import UploadRefused
from aftersale.texts import Text
from aftersale.tickets.change import change
from aftersale.tickets.models import EvidenceRequest, Ticket
from aftersale.tickets.vault.adding import EvidenceRefused, Hand, Told, add
from aftersale.tickets.wording import check_words

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from django.db.models import QuerySet

    from aftersale.evidence.vault import Incoming
    from aftersale.tickets.models import EvidenceLink

ASKED, CLOSED = "evidence_asked", "evidence_request_closed"
LASTS = timedelta(hours=48)
LASTS_PHONE = timedelta(minutes=15)
"""So long a link lasts: to somebody else, and to the agent's own phone."""

MOST_FILES, MOST_TRIES, MOST_OPEN = 9, 10, 20
MOST_CALLS, CALLS_S = 30, 60
"""So many calls of one address are answered in so many seconds."""

_TOKEN_BYTES, _WORDS, _NAME = 24, 300, 40


@dataclass(frozen=True, slots=True)
class Wish:
    """Say from whom what is wanted; to oneself (Giver.SHOP) it is the way from one's own phone."""

    whom: Giver
    item: str = ""
    words: str = ""


class RequestRefused(AftersaleError):
    """Refuse to ask, or to take what was given."""


def _too_many() -> RequestRefused:
    return RequestRefused(
        "evidence.requests",
        Text(zh=f"这张售后单已有 {MOST_OPEN} 个没用的链接。", en=f"{MOST_OPEN} links of it wait already."),
        Text(zh="先收回用不上的。", en="Take back those that are not needed."),
    )


def over() -> RequestRefused:
    """Give the refusal of a link that is over, was never there or is called too often: all look the same."""
    return RequestRefused(
        "evidence.link_over",
        Text(zh="这个链接已失效。", en="This link is over."),
        Text(zh="请让对方重新发一个。", en="Ask for a new one."),
    )


@transaction.atomic
def ask(
    ticket: Ticket, wish: Wish, person_id: int, now: datetime, due: datetime | None = None
) -> tuple[EvidenceRequest, str]:
    """Make a link; gives the request and the token, which nobody can read again.

    It ends with its time, or when the evidence is due that it is for: what comes later helps nobody.

    Raises RequestRefused, WordingStopped.
    """
    if open_of(ticket, now).count() >= MOST_OPEN:
        raise _too_many()
    if wish.whom is Giver.BUYER:
        check_words(ticket.shop, wish.words, now)
    token = secrets.token_urlsafe(_TOKEN_BYTES)
    locked = Ticket.objects.select_for_update(no_key=True, of=("self",)).get(pk=ticket.pk)
    made = EvidenceRequest.objects.create(
        shop_id=locked.shop_id,
        ticket=locked,
        token=_hashed(token),
        whom=wish.whom,
        item=wish.item,
        words=wish.words.strip()[:_WORDS],
        asked_by_id=person_id,
        asked_at=now,
        expires_at=_end(wish.whom, now, due),
    )
    data = {"request": str(made.pk), "whom": str(wish.whom), "item": wish.item}
    change(locked, Entry(ASKED, now, person_id, data))
    return made, token


def _end(whom: Giver, now: datetime, due: datetime | None) -> datetime:
    """Give the earlier end; evidence that is overdue already may still be asked for, for what comes next."""
    end = now + (LASTS_PHONE if whom is Giver.SHOP else LASTS)
    return min(end, due) if due is not None and due > now else end


def open_of(ticket: Ticket, now: datetime) -> QuerySet[EvidenceRequest]:
    """Give the links of a ticket that can still be used."""
    return _open(now).filter(ticket=ticket)


def request_of(token: str, now: datetime) -> EvidenceRequest | None:
    """Find what a link asks for; None for one that is over."""
    return _open(now).filter(token=_hashed(token)).select_related("ticket", "shop").first()


@transaction.atomic
def close(request: EvidenceRequest, person_id: int, now: datetime) -> None:
    """Take a link back."""
    if _open(now).filter(pk=request.pk).update(closed_at=now):
        ticket = Ticket.objects.select_for_update(no_key=True, of=("self",)).get(pk=request.ticket_id)
        change(ticket, Entry(CLOSED, now, person_id, {"request": str(request.pk)}))


def give(
    request: EvidenceRequest, files: Sequence[Incoming], giver: str, now: datetime
) -> list[EvidenceLink]:
    """Take files over a link, and end it; raises RequestRefused, UploadRefused, EvidenceRefused."""
    try:
        with transaction.atomic():
            if not _open(now).filter(pk=request.pk).update(used_at=now):
                raise over()
            return add(request.ticket, files[:MOST_FILES], _told(request, giver), _hand(request, now))
    except (UploadRefused, EvidenceRefused):
        EvidenceRequest.objects.filter(pk=request.pk).update(tries=F("tries") + 1)
        raise


def is_too_often(address: str) -> bool:
    """Count a call of an address, and tell whether there were too many of late."""
    key = f"give:{sha256(address.encode()).hexdigest()[:32]}"
    if cache.add(key, 1, CALLS_S):
        return False
    try:
        return cache.incr(key) > MOST_CALLS
    except ValueError:  # it ended in between
        return False


def _told(request: EvidenceRequest, giver: str) -> Told:
    own = request.whom == Giver.SHOP
    return Told(
        source=Giver(request.whom),
        ground=Ground.CONTRACT if own else Ground.CONSENT,
        item=request.item,
        giver="" if own else giver.strip()[:_NAME],
    )


def _hand(request: EvidenceRequest, now: datetime) -> Hand:
    """Say who gave: over one's own phone oneself, else nobody of the desk."""
    own = request.whom == Giver.SHOP
    return Hand(request.asked_by_id if own else None, "phone" if own else "link", now)


def _open(now: datetime) -> QuerySet[EvidenceRequest]:
    return EvidenceRequest.objects.filter(
        used_at=None, closed_at=None, expires_at__gt=now, tries__lt=MOST_TRIES
    )


def _hashed(token: str) -> str:
    return sha256(token.encode()).hexdigest()
