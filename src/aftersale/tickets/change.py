"""Change a ticket: one conditional update and one event, or nothing."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import transaction
from django.db.models import F

from aftersale.domain.errors import AftersaleError
from aftersale.evidence.journal import End, Subject, save, written
from aftersale.texts import Text
from aftersale.tickets.models import Ticket

if TYPE_CHECKING:
    from aftersale.evidence.journal import Entry
    from aftersale.evidence.models import Event

TICKET = "ticket"


class Overtaken(AftersaleError):
    """Stop a change because the ticket was changed in between: read it again, then decide again."""

    def __init__(self, ticket: Ticket) -> None:
        super().__init__(
            "ticket.overtaken",
            Text(
                zh=f"售后单 {ticket.ticket_no} 刚被别人改过。",
                en=f"Ticket {ticket.ticket_no} was changed by somebody else just now.",
            ),
            Text(zh="请刷新后再看一遍，再操作。", en="Reload it, look again, then act."),
        )


def subject_of(ticket: Ticket) -> Subject:
    """Name a ticket as the journal knows it."""
    return Subject(ticket.shop_id, TICKET, ticket.pk, ticket.ticket_no)


def change(ticket: Ticket, entry: Entry, **fields: object) -> Event:
    """Write an event and the fields it changes, if the ticket is still as it was read; else raise Overtaken.

    The instance is brought up to date. An own transaction where the caller has none.
    """
    made = written(subject_of(ticket), End(ticket.sequence, bytes(ticket.head)), entry)
    with transaction.atomic():
        moved = Ticket.objects.filter(pk=ticket.pk, sequence=ticket.sequence).update(
            sequence=F("sequence") + 1, head=made.hash, changed_at=entry.at, **fields
        )
        if not moved:
            raise Overtaken(ticket)
        event = save(made)
    ticket.sequence, ticket.head, ticket.changed_at = event.sequence, event.hash, entry.at
    for name, value in fields.items():
        setattr(ticket, name, value)
    return event
