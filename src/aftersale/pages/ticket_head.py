"""Say what runs out on a ticket, in words: how long is left, what happens if nobody acts."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from aftersale.channels.verbs import BESIDE, Verb
from aftersale.domain.states import ActionState
from aftersale.pages.words import consequence
from aftersale.tickets.consequences import clock_word
from aftersale.tickets.models.clock import DeadlineState
from aftersale.tickets.steps import REPLY, is_service
from aftersale.tickets.waiting import Whom
from aftersale.web.environment import lang, urgency
from aftersale.web.environment import say as _

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime

    from aftersale.tickets.detail import DeadlineView
    from aftersale.tickets.models import Deadline, Ticket
    from aftersale.triage.words import Words

    Clock = Deadline | DeadlineView


@dataclass(frozen=True, slots=True)
class DueShown:
    """Hold one clock in words, with its step of urgency."""

    words: str
    what: str
    then: str
    urgency: str
    at: datetime
    paused: bool


_ALIVE = frozenset({DeadlineState.RUNNING, DeadlineState.PAUSED})
_PAST = frozenset({DeadlineState.MISSED, DeadlineState.HISTORY})


def dues_of(
    ticket: Ticket, words: Words, now: datetime, rows: Iterable[Clock] | None = None
) -> list[DueShown]:
    """Say the clocks of an open ticket, the earliest first: those that run, else those that were missed.

    What the shop has done already has no clock any more. One query where its rows are not given.
    """
    if not ticket.open or is_done(ticket):
        return []
    every = list(rows or ticket.deadlines.order_by("due_at", "id"))
    alive = [row for row in every if row.state in _ALIVE] or [row for row in every if row.state in _PAST]
    return [_shown(row, ticket, words, now) for row in alive]


def is_done(ticket: Ticket) -> bool:
    """Tell whether the shop's part is done, though the platform's own word has not come yet.

    A request of the platform is answered once. Asks the database only where something was done.
    """
    if is_service(ticket):
        return ticket.actions.filter(verb=Verb.REPLY_SERVICE, state=ActionState.DONE).exists()
    if ticket.waits_for != Whom.PLATFORM:
        return False
    newest = ticket.actions.exclude(verb__in=BESIDE).order_by("-id").values_list("state", flat=True).first()
    return newest == ActionState.DONE


def _shown(row: Clock, ticket: Ticket, words: Words, now: datetime) -> DueShown:
    asked = words.action(REPLY) if is_service(ticket) else clock_word(row.kind).of(lang())
    return DueShown(
        left_in_words(row.due_at, words, now),
        asked,
        consequence(row.consequence, ticket.amount_fen),
        urgency(row.due_at, now),
        row.due_at,
        row.state == DeadlineState.PAUSED,
    )


def left_in_words(moment: datetime, words: Words, now: datetime) -> str:
    """Say how long is left, or how long ago it ended: 还剩 3 小时 12 分."""
    seconds = int((moment - now).total_seconds())
    said = _("{span} left") if seconds >= 0 else _("overdue by {span}")
    return said.format(span=words.span(abs(seconds)))
