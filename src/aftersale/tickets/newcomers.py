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


class _Ready(NamedTuple):
    read: Read
    judged: Judged


class _Rows(NamedTuple):
    tickets: list[dict[str, object]]
    events: list[Written]
    decisions: list[dict[str, object]]
    deadlines: list[Deadline]
    texts: list[tuple[int, int, str]]
    payments: list[dict[str, object]]


def add_all(bench: Bench, origin: Origin, reads: Sequence[Read]) -> list[tuple[Notice, FactsInvalid | None]]:
    """Write tickets inside the caller's transaction; one whose facts contradict one another is left out."""
    ready, answers = list[_Ready](), list[tuple["Notice", FactsInvalid | None]]()
    for read in reads:
        refused = None
        try:
            ready.append(_Ready(read, _judge(bench, origin, read)))
        except FactsInvalid as refusal:
            refused = refusal
        answers.append((read.notice, refused))
    if ready:
        notices = [one.read.notice for one in ready]
        parties = parties_of(bench.shop.pk, notices)
        _write(_rows(bench, origin, ready, parties))
        bench.sharing.keep()
        hold_refunds(parties, notices)
    return answers


def _judge(bench: Bench, origin: Origin, read: Read) -> Judged:
    notice = read.notice
    register = bench.articles.facts(notice.article_no, notice.product_id)
    return judge(notice, facts_of(notice, register, {}, origin.now), bench.judge)


def _rows(bench: Bench, origin: Origin, ready: Sequence[_Ready], parties: Parties) -> _Rows:
    rows = _Rows([], [], [], [], [], [])
    for ticket_id, one in zip(take_ids(Ticket, len(ready)), ready, strict=True):
        _add(rows, bench, origin, ticket_id, one)
        notice = one.read.notice
        rows.tickets[-1] |= {"buyer_id": parties.buyer(notice), "line_id": parties.line(notice)}
        rows.texts.append((ticket_id, bench.shop.pk, searchable(notice, bench.shop.pk)))
        if fen := refunded_by(notice):
            paid = paid_when_first_seen(ticket_id, bench.shop.pk, notice.ticket_no, fen, origin.now)
            rows.payments.append(paid)
    return rows


def _add(rows: _Rows, bench: Bench, origin: Origin, ticket_id: int, one: _Ready) -> None:
    (read, judged), notice = one, one.read.notice
    states = state_fields(FRESH, notice)
    applied_at = cast("datetime", notice.facts["applied_at"])
    wanted = wanted_for(bench.shop, notice, judged.decision, judged.clock, judged.stage, applied_at)
    deadlines = new_rows(ticket_id, bench.shop, wanted, origin.now)
    data = event_data(read, origin, judged, states)
    entry = Entry("imported", origin.now, origin.actor, data, personal_of(notice))
    subject = Subject(bench.shop.pk, TICKET, ticket_id, notice.ticket_no)
    event = written(subject, End(0, subject.genesis), entry)
    stored = decision_fields(judged.decision, bench.verdicts, origin.now)
    rows.events.append(event)
    rows.deadlines.extend(deadlines)
    rows.decisions.append({**stored, "ticket_id": ticket_id})
    rows.tickets.append(
        {
            "id": ticket_id,
            "shop_id": bench.shop.pk,
            "ticket_no": notice.ticket_no,
            "applied_at": applied_at,
            **said_fields(read, origin, bench.sharing),
            **judged_fields(judged, stored["stable_until"]),
            **states,
            **due_fields(deadlines, origin.now),
            "sequence": 1,
            "head": event.hash,
            "created_at": origin.now,
            "changed_at": origin.now,
        }
    )


def _write(rows: _Rows) -> None:
    insert(Ticket, rows.tickets, with_id=True)
    insert(StoredDecision, rows.decisions)
    insert_made(rows.deadlines)
    insert(Action, rows.payments)
    _write_events(rows.events)
    index_rows(rows.texts)


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
