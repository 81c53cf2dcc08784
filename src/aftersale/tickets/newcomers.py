"""Make the rows of tickets that were never seen: one event, one decision, its clocks each; ask nothing."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, Any, NamedTuple, TypeAlias, cast

from aftersale.domain.errors import FactsInvalid
from aftersale.evidence.journal import End, Entry, Subject, written
from aftersale.evidence.models import Event, PersonalValue
from aftersale.tickets.bulk import shape_of
from aftersale.tickets.change import TICKET
from aftersale.tickets.clocks import earliest, wanted_for
from aftersale.tickets.deadlines import new_values
from aftersale.tickets.draft import (
    FRESH,
    due_fields,
    event_data,
    judged_fields,
    personal_of,
    said_fields,
    searchable,
    state_fields,
)
from aftersale.tickets.judging import decision_fields, facts_of, judge
from aftersale.tickets.models import Deadline, StoredDecision, Ticket
from aftersale.tickets.waiting import left_to_the_platform

if TYPE_CHECKING:
    from datetime import datetime

    from aftersale.tickets.bench import Bench
    from aftersale.tickets.bulk import Shape
    from aftersale.tickets.draft import Origin, Read
    from aftersale.tickets.judging import Judged

Row: TypeAlias = list[Any]
# Stands for an id until the ticket is written.
_NO_ID = 0


class Newcomer(NamedTuple):
    """Hold the rows of one ticket as the database takes them; ids are filled in when it is written."""

    ticket: Row
    decision: Row
    deadlines: list[Row]
    event: Row
    personal: list[Row]
    text: str


class Shapes(NamedTuple):
    """Hold the shapes of the rows of a ticket on one kind of database."""

    ticket: Shape
    decision: Shape
    deadline: Shape
    event: Shape
    personal: Shape


@lru_cache(maxsize=4)
def shapes_on(vendor: str) -> Shapes:
    """Give the shapes of the rows of a ticket."""
    return Shapes(
        shape_of(Ticket, vendor, with_id=True),
        shape_of(StoredDecision, vendor),
        shape_of(Deadline, vendor),
        shape_of(Event, vendor, with_id=True),
        shape_of(PersonalValue, vendor),
    )


def newcomer(bench: Bench, origin: Origin, read: Read) -> Newcomer | FactsInvalid:
    """Judge a ticket and make its rows, or say why its facts cannot belong to one."""
    try:
        return _made(bench, origin, read, _judge(bench, origin, read))
    except FactsInvalid as refusal:
        return refusal


def _judge(bench: Bench, origin: Origin, read: Read) -> Judged:
    notice = read.notice
    register = bench.articles.facts(notice.article_no, notice.product_id)
    return judge(notice, facts_of(notice, register, {}, origin.now), bench.judge)


def _made(bench: Bench, origin: Origin, read: Read, judged: Judged) -> Newcomer:
    notice, states, shapes = read.notice, state_fields(FRESH, read.notice), shapes_on(bench.vendor)
    applied_at = cast("datetime", notice.facts["applied_at"])
    wanted = wanted_for(bench.shop, notice, judged.decision, judged.clock, judged.stage, applied_at)
    data = event_data(read, origin, judged, states)
    entry = Entry("imported", origin.now, origin.actor, data, personal_of(notice))
    subject = Subject(bench.shop.pk, TICKET, _NO_ID, notice.ticket_no)
    event = written(subject, End(0, subject.genesis), entry)
    stored = decision_fields(judged.decision, bench.verdicts, bench.sharing, origin.now)
    ticket = {
        "shop_id": bench.shop.pk,
        "ticket_no": notice.ticket_no,
        "applied_at": applied_at,
        **said_fields(read, origin, bench.sharing),
        **judged_fields(judged, stored["stable_until"]),
        **states,
        **due_fields(earliest(wanted, origin.now)),
        **left_to_the_platform("", judged, notice.turn, origin.now),
        "id": _NO_ID,
        "line_id": None,
        "sequence": 1,
        "head": event.hash,
        "created_at": origin.now,
        "changed_at": origin.now,
    }
    personal = [
        {"event_id": _NO_ID, "name": name, "salt": salt, "value": value}
        for name, salt, value in event.personal
    ]
    return Newcomer(
        shapes.ticket.row(ticket),
        shapes.decision.row({**stored, "ticket_id": _NO_ID}),
        list(map(shapes.deadline.row, new_values(_NO_ID, bench.shop, wanted, origin.now))),
        shapes.event.row({**event.event, "id": _NO_ID}),
        list(map(shapes.personal.row, personal)),
        searchable(notice, bench.shop.pk),
    )
