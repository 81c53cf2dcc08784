"""Write tickets that were never seen, many at once, with their buyers, order lines and payments."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeAlias

from django.db import connection

from aftersale.evidence.models import Event, PersonalValue
from aftersale.tickets.bulk import insert, insert_rows, take_ids
from aftersale.tickets.models import Action, Deadline, StoredDecision, Ticket
from aftersale.tickets.newcomers import shapes_on
from aftersale.tickets.outcome import paid_when_first_seen
from aftersale.tickets.parties import hold_refunds, parties_of, refunded_by
from aftersale.tickets.search import index_rows

if TYPE_CHECKING:
    from collections.abc import Sequence

    from aftersale.channels.base import Notice
    from aftersale.tickets.bench import Bench
    from aftersale.tickets.draft import Origin
    from aftersale.tickets.newcomers import Newcomer
    from aftersale.tickets.parties import Parties

Told: TypeAlias = "tuple[Notice, Newcomer]"


def add_all(bench: Bench, origin: Origin, made: Sequence[Told]) -> None:
    """Write tickets inside the caller's transaction."""
    if not made:
        return
    notices = [notice for notice, _ in made]
    parties = parties_of(bench.shop.pk, notices)
    ids = take_ids(Ticket, len(made))
    _identify(ids, made, parties)
    _write(ids, made, bench.shop.pk)
    insert(
        Action,
        [
            paid_when_first_seen(ticket_id, bench.shop.pk, notice.ticket_no, fen, origin.now)
            for ticket_id, notice in zip(ids, notices, strict=True)
            if (fen := refunded_by(notice))
        ],
    )
    bench.sharing.keep()
    hold_refunds(parties, notices)


def _identify(ids: Sequence[int], made: Sequence[Told], parties: Parties) -> None:
    """Fill in the ids; no byte that is hashed holds one."""
    ticket, decision, deadline, event, _ = (shape.places for shape in shapes_on(connection.vendor))
    pk, buyer, line = ticket["id"], ticket["buyer_id"], ticket["line_id"]
    of_decision, of_deadline, of_event = decision["ticket_id"], deadline["ticket_id"], event["subject_id"]
    for ticket_id, (notice, one) in zip(ids, made, strict=True):
        one.ticket[pk] = one.decision[of_decision] = one.event[of_event] = ticket_id
        one.ticket[buyer], one.ticket[line] = parties.buyer(notice), parties.line(notice)
        for row in one.deadlines:
            row[of_deadline] = ticket_id


def _write(ids: Sequence[int], made: Sequence[Told], shop_id: int) -> None:
    insert_rows(Ticket, [one.ticket for _, one in made], with_id=True)
    insert_rows(StoredDecision, [one.decision for _, one in made])
    insert_rows(Deadline, [row for _, one in made for row in one.deadlines])
    _write_events([one for _, one in made])
    index_rows((ticket_id, shop_id, one.text) for ticket_id, (_, one) in zip(ids, made, strict=True))


def _write_events(made: Sequence[Newcomer]) -> None:
    """Write events with ids known beforehand, for the personal values beside them."""
    shapes = shapes_on(connection.vendor)
    pk, of_value = shapes.event.places["id"], shapes.personal.places["event_id"]
    for event_id, one in zip(take_ids(Event, len(made)), made, strict=True):
        one.event[pk] = event_id
        for row in one.personal:
            row[of_value] = event_id
    insert_rows(Event, [one.event for one in made], with_id=True)
    insert_rows(PersonalValue, [row for one in made for row in one.personal])
