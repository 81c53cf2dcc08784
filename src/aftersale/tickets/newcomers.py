"""Add tickets that were never seen, many at once: one event, one decision, its clocks each."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple, cast

from aftersale.domain.errors import FactsInvalid
from aftersale.evidence.journal import End, Entry, Subject, written
from aftersale.evidence.models import Event, PersonalValue
from aftersale.tickets.bulk import insert, insert_made, take_ids
from aftersale.tickets.change import TICKET
from aftersale.tickets.deadlines import new_rows, wanted_for
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
from aftersale.tickets.models import Action, StoredDecision, Ticket
from aftersale.tickets.outcome import paid_when_first_seen
from aftersale.tickets.parties import hold_refunds, parties_of, refunded_by
from aftersale.tickets.search import index_rows
from aftersale.tickets.waiting import left_to_the_platform

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from aftersale.channels.base import Notice
    from aftersale.evidence.journal import Written
    from aftersale.tickets.draft import Origin, Read
    from aftersale.tickets.intake import Bench
    from aftersale.tickets.judging import Judged
    from aftersale.tickets.models import Deadline
    from aftersale.tickets.parties import Parties


_NO_ID = 0


class _Newcomer(NamedTuple):
    """Hold the rows of one ticket; ids of ticket, buyer and order line are filled in when it is written."""

    notice: Notice
    ticket: dict[str, object]
    event: Written
    decision: dict[str, object]
    deadlines: list[Deadline]
    text: str


class Newcomers(NamedTuple):
    """Hold tickets ready to be written, and what became of each notice: None, or why it was left out."""

    tickets: list[_Newcomer]
    answers: list[tuple[Notice, FactsInvalid | None]]


def newcomers(bench: Bench, origin: Origin, reads: Sequence[Read]) -> Newcomers:
    """Judge tickets and make their rows, outside of any transaction; contradictory facts leave one out."""
    made = Newcomers([], [])
    for read in reads:
        refused = None
        try:
            made.tickets.append(_newcomer(bench, origin, read, _judge(bench, origin, read)))
        except FactsInvalid as refusal:
            refused = refusal
        made.answers.append((read.notice, refused))
    return made


def add_all(bench: Bench, origin: Origin, made: Newcomers) -> None:
    """Write tickets inside the caller's transaction."""
    if not made.tickets:
        return
    notices = [one.notice for one in made.tickets]
    parties = parties_of(bench.shop.pk, notices)
    payments = list[dict[str, object]]()
    for ticket_id, one in zip(take_ids(Ticket, len(notices)), made.tickets, strict=True):
        _identify(one, ticket_id, parties)
        if fen := refunded_by(one.notice):
            number = one.notice.ticket_no
            payments.append(paid_when_first_seen(ticket_id, bench.shop.pk, number, fen, origin.now))
    _write(made.tickets, bench.shop.pk)
    insert(Action, payments)
    bench.sharing.keep()
    hold_refunds(parties, notices)


def _judge(bench: Bench, origin: Origin, read: Read) -> Judged:
    notice = read.notice
    register = bench.articles.facts(notice.article_no, notice.product_id)
    return judge(notice, facts_of(notice, register, {}, origin.now), bench.judge)


def _newcomer(bench: Bench, origin: Origin, read: Read, judged: Judged) -> _Newcomer:
    notice, states = read.notice, state_fields(FRESH, read.notice)
    applied_at = cast("datetime", notice.facts["applied_at"])
    wanted = wanted_for(bench.shop, notice, judged.decision, judged.clock, judged.stage, applied_at)
    deadlines = new_rows(_NO_ID, bench.shop, wanted, origin.now)
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
        **due_fields(deadlines, origin.now),
        **left_to_the_platform("", judged, notice.turn, origin.now),
        "sequence": 1,
        "head": event.hash,
        "created_at": origin.now,
        "changed_at": origin.now,
    }
    return _Newcomer(notice, ticket, event, stored, deadlines, searchable(notice, bench.shop.pk))


def _identify(one: _Newcomer, ticket_id: int, parties: Parties) -> None:
    """Fill in the ids; no byte that is hashed holds one."""
    buyer, line = parties.buyer(one.notice), parties.line(one.notice)
    one.ticket.update(id=ticket_id, buyer_id=buyer, line_id=line)
    one.event.event["subject_id"] = one.decision["ticket_id"] = ticket_id
    for row in one.deadlines:
        row.ticket_id = ticket_id


def _write(made: Sequence[_Newcomer], shop_id: int) -> None:
    insert(Ticket, [one.ticket for one in made], with_id=True)
    insert(StoredDecision, [one.decision for one in made])
    insert_made([row for one in made for row in one.deadlines])
    _write_events([one.event for one in made])
    index_rows((cast("int", one.ticket["id"]), shop_id, one.text) for one in made)


def _write_events(events: Sequence[Written]) -> None:
    """Write events; only those with personal values need an id that is known beforehand."""
    speaking = [made for made in events if made.personal]
    insert(Event, [made.event for made in events if not made.personal])
    ids = take_ids(Event, len(speaking))
    insert(
        Event,
        [{**made.event, "id": pk} for pk, made in zip(ids, speaking, strict=True)],
        with_id=True,
    )
    insert(
        PersonalValue,
        [
            {"event_id": pk, "name": name, "salt": salt, "value": value}
            for pk, made in zip(ids, speaking, strict=True)
            for name, salt, value in made.personal
        ],
    )
