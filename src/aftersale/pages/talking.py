"""Let a person do what no single act does: copy the words, send them, and let the ticket wait."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from aftersale.api.access import ticket_for
from aftersale.domain.roles import Permission
from aftersale.pages.acting import back_to, moment_of, moved, row_of, sequence_of
from aftersale.pages.door import Ask, page, shown
from aftersale.pages.freshness import is_connected
from aftersale.pages.said_to import words_for
from aftersale.pages.ticket_head import DueShown, dues_of
from aftersale.pages.words import Speech, whom_words
from aftersale.tickets import waiting
from aftersale.tickets.talking import talked, whom_of
from aftersale.tickets.waiting import Whom, until
from aftersale.tickets.wording import WordingStopped

if TYPE_CHECKING:
    from datetime import datetime

    from django.http import HttpResponse

    from aftersale.tickets.models import Ticket

_LONGEST = 2_000


@page
def talk(ask: Ask, ticket_id: int) -> HttpResponse:
    """Show the words for a step; when sent, note that it was done and let the ticket wait."""
    ticket = ticket_for(ask.caller, ticket_id, Permission.PROPOSE)
    whom = whom_of(ticket.step) or Whom.CHECK
    if ask.request.method == "POST":
        # Pressed twice is meant once.
        if ticket.waits_for != whom:
            text, end = ask.said("text")[:_LONGEST], moment_of(ask.said("until"))
            try:
                talked(ticket, ask.person, text, end, ask.now, sequence_of(ask, ticket))
            except WordingStopped as stopped:
                return _shown(ask, ticket, whom, end, stopped)
        return _waits(ask, ticket)
    return _shown(ask, ticket, whom, until(ticket, ask.now))


def _shown(
    ask: Ask, ticket: Ticket, whom: Whom, end: datetime, why: WordingStopped | None = None
) -> HttpResponse:
    """Show the words; those that were typed where they are not to be sent as they are."""
    around: dict[str, Any] = {
        "ticket": ticket,
        "whom": whom.value,
        "end": end,
        "due": None if whom is Whom.PLATFORM else _running(ticket, ask.now),
        "words": ask.said("text") if why else words_for(ticket, whom, end, ask.now),
        "why": why,
        "speech": Speech(ask.now),
        "row": row_of(ask),
        "form": "_talk.html",
    }
    return shown(ask, "_talk.html" if ask.part else "acted.html", status=422 if why else 200, **around)


def _running(ticket: Ticket, now: datetime) -> DueShown | None:
    """Say which clock goes on while the ticket waits."""
    dues = dues_of(ticket, Speech(now).of(ticket.shop_id), now)
    return next((each for each in dues if each.at > now and each.then and not each.paused), None)


@page
def waits(ask: Ask, ticket_id: int) -> HttpResponse:
    """Say for whom a ticket waits; when sent, put it back into the queue."""
    post = ask.request.method == "POST"
    ticket = ticket_for(ask.caller, ticket_id, Permission.PROPOSE if post else Permission.VIEW)
    if post:
        waiting.end(ticket, "person", ask.now, ask.person)
    return _waits(ask, ticket)


def _waits(ask: Ask, ticket: Ticket) -> HttpResponse:
    if not ask.part:
        return back_to(ticket.pk)
    words = whom_words(ticket.waits_for, connected=is_connected(ask, ticket.shop_id))
    said = shown(ask, "_waits.html", ticket=ticket, whom=words, row=row_of(ask))
    return moved(said) if ask.request.method == "POST" else said
