"""Fill rounds from what was said elsewhere: the platform's log of the ticket, or a conversation in a file.

A line is taken once, however often its log is read. What somebody accepts is never guessed from words.
"""

from __future__ import annotations

import logging
from datetime import timedelta
from hashlib import sha256
from typing import TYPE_CHECKING

from django.db import transaction
from django.db.models import F, Q

from aftersale.channels.registry import channel_of
from aftersale.domain.errors import AftersaleError
from aftersale.evidence.journal import Entry
from aftersale.negotiation.models import Negotiation, Offer, Source, State
from aftersale.negotiation.rounds import Spoken, begun_talk, follow, open_of, paid_of, put
from aftersale.policy.talks.rounds import Act
from aftersale.policy.talks.terms import Side, Terms, read_terms
from aftersale.shops.models.shop import ConnectionState
from aftersale.tickets.change import change
from aftersale.tickets.outcome import lock
from aftersale.tickets.waiting import Whom, ended

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence
    from datetime import datetime

    from aftersale.channels.base import Hands
    from aftersale.channels.interface import Said
    from aftersale.shops.models import Person, Shop
    from aftersale.tickets.models import Ticket

EVERY = timedelta(minutes=10)
"""So often the log of a talk that goes on is read by itself."""

# A role that nobody knows is shown as the platform's: it takes no side.
_SIDES: Mapping[str, Side] = {"buyer": Side.BUYER, "merchant": Side.SHOP}
_LONGEST, _FAULT = 1_000, 256
_UNEXPECTED = "出了意外，日志里有详情。"
_log = logging.getLogger(__name__)


def has_log(shop: Shop) -> bool:
    """Tell whether the platform of a shop gives a negotiation log."""
    return getattr(channel_of(shop.channel), "history", None) is not None


def read_log(ticket: Ticket, hands: Hands) -> tuple[Said, ...]:
    """Ask the platform for the log of a ticket, nothing where it gives none; raises ChannelError."""
    ask = getattr(channel_of(ticket.shop.channel), "history", None)
    return ask(ticket.ticket_no, hands) if ask else ()


@transaction.atomic
def take(ticket: Ticket, lines: Sequence[Said], source: Source, person: Person | None, now: datetime) -> int:
    """Take lines that are not known yet, with one event; gives how many. A person begins a talk by it.

    A word of the buyer ends the wait for it.
    """
    lock(ticket)
    talk = open_of(ticket.pk) or (begun_talk(ticket, person, now) if person and lines else None)
    if talk is None:
        return 0
    fresh = _fresh(talk, _spoken(ticket, lines))
    offers = [put(talk, each, source, None if source is Source.LOG else person, now) for each in fresh]
    if offers:
        data = {"talk": str(talk.pk), "source": source.value, "lines": len(offers)}
        entry = Entry("talk_read", now, person.pk if person else None, data)
        change(ticket, entry, **(_answered(ticket, offers)))
        follow(talk)
    if source is Source.LOG:
        talk.read_at, talk.read_fault = now, ""
        talk.save(update_fields=["read_at", "read_fault"])
    return len(offers)


def read_due(now: datetime, hands_of: Callable[[Shop, datetime], Hands], most: int) -> int:
    """Read the logs of talks that go on in connected shops and are due; gives how many lines came."""
    rows = Negotiation.objects.filter(
        Q(read_at=None) | Q(read_at__lte=now - EVERY),
        state=State.OPEN,
        ticket__open=True,
        shop__connection__state=ConnectionState.CONNECTED,
    )
    due = rows.select_related("ticket__shop").order_by(F("read_at").asc(nulls_first=True), "pk")
    return sum(_read(talk, now, hands_of) for talk in due[:most])


def _read(talk: Negotiation, now: datetime, hands_of: Callable[[Shop, datetime], Hands]) -> int:
    ticket = talk.ticket
    try:
        return take(ticket, read_log(ticket, hands_of(ticket.shop, now)), Source.LOG, None, now)
    except AftersaleError as fault:
        _put_off(talk, fault.message.zh, now)
    except Exception:  # noqa: BLE001  # whatever it is, the other talks are read and this one is tried again
        _log.exception("the log of ticket %s was not read", ticket.pk)
        _put_off(talk, _UNEXPECTED, now)
    return 0


def _put_off(talk: Negotiation, why: str, now: datetime) -> None:
    Negotiation.objects.filter(pk=talk.pk).update(read_at=now, read_fault=why[:_FAULT])


def _spoken(ticket: Ticket, lines: Iterable[Said]) -> list[Spoken]:
    paid = paid_of(ticket)
    found = []
    for line in lines:
        side = _SIDES.get(line.role, Side.PLATFORM)
        text = line.words.strip()[:_LONGEST]
        terms = read_terms(text, paid) if side is not Side.PLATFORM else Terms()
        digest = sha256(f"{line.at.timestamp()}|{side}|{text}".encode()).hexdigest()
        act = Act.OFFER if terms else Act.WORD
        found.append(Spoken(side, act, text, terms, line.at, digest=digest))
    return found


def _fresh(talk: Negotiation, spoken: Sequence[Spoken]) -> list[Spoken]:
    """Leave out lines that are known, and those that stand twice in the log."""
    # An earlier talk of the ticket stands in the same log: its rounds are no rounds of this one.
    taken = Offer.objects.filter(negotiation__ticket=talk.ticket_id).exclude(digest="")
    known = set(taken.values_list("digest", flat=True))
    once = {each.digest: each for each in spoken if each.digest not in known}
    return list(once.values())


def _answered(ticket: Ticket, offers: Sequence[Offer]) -> dict[str, object]:
    """End the wait for a buyer who has spoken since."""
    since = ticket.waits_since
    spoke = any(each.side == Side.BUYER and (since is None or each.at > since) for each in offers)
    return ended(ticket) if spoke and ticket.waits_for == Whom.BUYER else {}
