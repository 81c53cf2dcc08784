"""Note which files a platform told of tickets, and keep each once somebody has fetched it."""

from __future__ import annotations

from datetime import timedelta
from hashlib import sha256
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from django.db.models import F

from aftersale.domain.errors import AftersaleError
from aftersale.evidence.pieces import Giver, Ground
from aftersale.evidence.vault import Incoming
from aftersale.shops.uploads import ending_of
from aftersale.tickets.intake import Taken
from aftersale.tickets.models import EvidenceAddress, Ticket
from aftersale.tickets.vault.adding import Hand, Told, add

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from aftersale.tickets.intake import Outcome

MOST_TRIES = 5
_FIRST_PAUSE = timedelta(seconds=30)
_MOST_A_TICKET = 30


def note(shop_id: int, outcomes: Sequence[Outcome], now: datetime) -> int:
    """Note the addresses that came with news of tickets; one that is known already is not noted again."""
    told = {each.notice.ticket_no: each.notice.evidence for each in outcomes if _brings(each)}
    if not told:
        return 0
    tickets = Ticket.objects.filter(shop_id=shop_id, ticket_no__in=told).values_list("pk", "ticket_no")
    rows = [
        EvidenceAddress(ticket_id=pk, url=url, digest=_digest(url), told_at=now)
        for pk, number in tickets
        for url in told[number][:_MOST_A_TICKET]
    ]
    return len(EvidenceAddress.objects.bulk_create(rows, ignore_conflicts=True))


def _brings(outcome: Outcome) -> bool:
    return outcome.taken in {Taken.NEW, Taken.CHANGED} and bool(outcome.notice.evidence)


def _digest(url: str) -> str:
    """Hash an address without its query, which only signs it and changes each time."""
    parts = urlsplit(url)
    return sha256(f"{parts.netloc}{parts.path}".encode()).hexdigest()


def due(now: datetime, most: int) -> list[EvidenceAddress]:
    """Give what is to be fetched: each try waits twice as long as the one before."""
    rows = EvidenceAddress.objects.filter(fetched_at=None, failure="").select_related("ticket")
    return [row for row in rows.order_by("told_at", "pk")[:most] if row.told_at + _pause(row.tries) <= now]


def _pause(tries: int) -> timedelta:
    return _FIRST_PAUSE * ((1 << tries) - 1)


def claim(row: EvidenceAddress) -> bool:
    """Count a try before it is made, so that two workers never fetch at once."""
    mine = EvidenceAddress.objects.filter(pk=row.pk, tries=row.tries, fetched_at=None)
    return bool(mine.update(tries=F("tries") + 1))


def keep(row: EvidenceAddress, content: bytes, now: datetime) -> bool:
    """Put what was fetched on its ticket, as the buyer's; what is no evidence is given up with its code."""
    told = Told(Giver.BUYER, Ground.CONTRACT)
    try:
        add(row.ticket, [Incoming(f"file.{ending_of(content)}", content)], told, Hand(None, "platform", now))
    except AftersaleError as refusal:
        EvidenceAddress.objects.filter(pk=row.pk).update(failure=refusal.code[:32])
        return False
    EvidenceAddress.objects.filter(pk=row.pk).update(fetched_at=now)
    return True


def failed(row: EvidenceAddress, code: str, *, final: bool) -> None:
    """Note that a try brought nothing; the last one, or a final one, gives the address up."""
    if final or row.tries + 1 >= MOST_TRIES:
        EvidenceAddress.objects.filter(pk=row.pk).update(failure=code[:32])
