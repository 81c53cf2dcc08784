"""Read one ticket with everything on it, and its events page by page; the same few queries for any ticket."""

from base64 import b64encode
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

import msgspec

from aftersale.domain.masking import mask_within
from aftersale.evidence.models import Event
from aftersale.tickets.change import TICKET
from aftersale.tickets.models import Action, Answer, Deadline, Note, StoredDecision, Task, Ticket

MOST_EVENTS, MOST_NOTES = 200, 100
_decode = msgspec.json.decode


@dataclass(frozen=True, slots=True)
class TicketView:
    """Hold the ticket itself: the platform's words, our codes, four states, money in fen, what is due."""

    id: int
    shop_id: int
    shop: str
    platform: str
    ticket_no: str
    order_no: str
    line_no: str | None
    article: str
    article_no: str
    product_id: str
    buyer: str | None
    status: str
    reason_said: str
    claim: str
    flag: str
    remark: str
    reason: str
    apply_type: str
    open: bool
    turn: str
    lane: str
    stage: str
    tab: str
    step: str
    decision_state: str
    goods_state: str
    money_state: str
    arbitration_state: str
    contradicted: str
    amount_fen: int | None
    paid_fen: int | None
    reserved_fen: int | None
    rule_id: str
    proposal: str
    needs_person: bool
    applied_at: datetime
    observed_at: datetime
    seen_at: datetime
    missing_at: datetime | None
    held: str
    waits_for: str
    waits_until: datetime | None
    due_at: datetime | None
    due_kind: str
    stable_until: datetime | None
    ended_at: datetime | None
    assignee_id: int | None
    assignee: str | None
    sequence: int


@dataclass(frozen=True, slots=True)
class DeadlineView:
    """Hold one clock."""

    kind: str
    source: str
    side: str
    consequence: str
    starts_at: datetime
    due_at: datetime
    state: str


@dataclass(frozen=True, slots=True)
class ActionView:
    """Hold one action and what became of it."""

    id: int
    verb: str
    state: str
    amount_fen: int | None
    params: dict[str, Any]
    approved_by: int | None
    approved_at: datetime
    not_before: datetime
    attempts: int
    receipt: dict[str, Any]
    ended_at: datetime | None
    key: str


@dataclass(frozen=True, slots=True)
class TaskView:
    """Hold one thing to do."""

    id: int
    shop_id: int
    ticket_id: int | None
    kind: str
    params: dict[str, Any]
    assignee_id: int | None
    due_at: datetime | None
    created_at: datetime
    done_at: datetime | None
    outcome: str


@dataclass(frozen=True, slots=True)
class AnswerView:
    """Hold what a person answered about a fact."""

    id: int
    fact: str
    value: Any
    person_id: int
    at: datetime
    withdrawn_at: datetime | None


@dataclass(frozen=True, slots=True)
class NoteView:
    """Hold a note."""

    id: int
    person_id: int
    person: str
    text: str
    at: datetime


@dataclass(frozen=True, slots=True)
class DecisionView:
    """Hold a decision as it was stored; money in fen."""

    id: int
    as_of: datetime
    stable_until: datetime | None
    rulebook_digest: str
    engine: str
    facts_digest: str
    rule_id: str
    preferred: str
    remedies: list[str]
    amount_fen: int | None
    payable_fen: int | None
    punitive_fen: int | None
    liability: str
    freight: str
    needs_person: bool
    cites: list[Any]
    guards: list[str]
    dues: list[Any]


@dataclass(frozen=True, slots=True)
class EventLine:
    """Hold one event as a ticket's page shows it."""

    id: int
    sequence: int
    kind: str
    at: datetime
    actor: int | None
    data: dict[str, Any]


@dataclass(frozen=True, slots=True)
class EventView:
    """Hold one event with all that is needed to check it: `payload` is base64 of the stored bytes."""

    id: int
    sequence: int
    kind: str
    at: datetime
    actor: int | None
    data: dict[str, Any]
    payload: str
    previous: str
    hash: str
    log_index: int | None


@dataclass(frozen=True, slots=True)
class Whole:
    """Hold a ticket with everything on it but its parcels: the newest 200 events, the newest 100 notes."""

    ticket: TicketView
    decision: DecisionView | None
    deadlines: tuple[DeadlineView, ...]
    actions: tuple[ActionView, ...]
    tasks: tuple[TaskView, ...]
    answers: tuple[AnswerView, ...]
    notes: tuple[NoteView, ...]
    events: tuple[EventLine, ...]


_ELSEWHERE = {
    TicketView: {
        "shop": "shop__name",
        "platform": "shop__platform",
        "line_no": "line__line_no",
        "paid_fen": "line__paid_fen",
        "reserved_fen": "line__reserved_fen",
        "buyer": "buyer__mask",
        "assignee": "assignee__name",
    },
    NoteView: {"person": "person__name"},
    ActionView: {"approved_by": "approved_by_id"},
}


def columns(view: type[Any]) -> tuple[str, ...]:
    """Name the columns that fill a view, in order."""
    named = _ELSEWHERE.get(view, {})
    return tuple(named.get(name, name) for name in view.__dataclass_fields__)


BESIDE = ("shop", "line", "buyer", "assignee")
"""What a view of a ticket reads beside the ticket itself."""


def ticket_view(shops: Sequence[int], ticket_id: int) -> TicketView | None:
    """Read a ticket of some shops; None where they have none of that id."""
    ticket = Ticket.objects.select_related(*BESIDE).filter(pk=ticket_id, shop__in=shops).first()
    return view_of(ticket) if ticket else None


def view_of(ticket: Ticket) -> TicketView:
    """Show a ticket that was read with what stands beside it, its remark masked."""
    seen = TicketView(*(_reached(ticket, path) for path in columns(TicketView)))
    return replace(seen, remark=mask_within(seen.remark))


def _reached(found: Any, path: str) -> Any:  # noqa: ANN401  # a value of any column
    for name in path.split("__"):
        found = None if found is None else getattr(found, name)
    return found


def whole(shops: Sequence[int], ticket_id: int) -> Whole | None:
    """Read a ticket with everything on it; eight queries."""
    ticket = ticket_view(shops, ticket_id)
    if ticket is None:
        return None
    decisions = decisions_of(ticket_id, None, 1)
    return whole_of(ticket, decisions[0] if decisions else None)


def whole_of(ticket: TicketView, decision: DecisionView | None) -> Whole:
    """Add everything else to a ticket and a decision that were read already; six queries."""
    ticket_id = ticket.id
    return Whole(
        ticket,
        decision,
        tuple(DeadlineView(*row) for row in _of(Deadline, ticket_id, DeadlineView).order_by("due_at", "id")),
        tuple(ActionView(*row) for row in _of(Action, ticket_id, ActionView).order_by("-id")),
        tuple(TaskView(*row) for row in _of(Task, ticket_id, TaskView).order_by("-id")),
        tuple(AnswerView(*row) for row in _of(Answer, ticket_id, AnswerView).order_by("-id")),
        tuple(NoteView(*row) for row in _of(Note, ticket_id, NoteView).order_by("-id")[:MOST_NOTES]),
        _lines(ticket_id),
    )


def _of(model: type[Any], ticket_id: int, view: type[Any]) -> Any:  # noqa: ANN401  # a query of any of these tables
    return model.objects.filter(ticket_id=ticket_id).values_list(*columns(view))


def decisions_of(ticket_id: int, before: int | None, limit: int) -> tuple[DecisionView, ...]:
    """Read the decisions of a ticket, newest first, those with a smaller id than `before`."""
    rows = _of(StoredDecision, ticket_id, DecisionView).order_by("-id")
    if before is not None:
        rows = rows.filter(id__lt=before)
    return tuple(_decision(row) for row in rows[:limit])


def decision_view(stored: StoredDecision) -> DecisionView:
    """Show a decision that was read as a whole."""
    return _decision(tuple(getattr(stored, name) for name in columns(DecisionView)))


_WRITTEN = frozenset({"remedies", "cites", "guards", "dues"})


def _decision(row: tuple[Any, ...]) -> DecisionView:
    named = zip(DecisionView.__dataclass_fields__, row, strict=True)
    return DecisionView(*(_decode(value) if name in _WRITTEN else value for name, value in named))


def _lines(ticket_id: int) -> tuple[EventLine, ...]:
    rows = Event.objects.filter(subject_kind=TICKET, subject_id=ticket_id).order_by("-sequence")
    read = rows.values_list("id", "sequence", "kind", "at", "actor", "payload")[:MOST_EVENTS]
    return tuple(EventLine(*row[:-1], _decode(bytes(row[-1]))["data"]) for row in read)


def events_of(ticket_id: int, before: int | None, limit: int) -> tuple[EventView, ...]:
    """Read the events of a ticket, newest first, those with a smaller sequence than `before`."""
    rows = Event.objects.filter(subject_kind=TICKET, subject_id=ticket_id).order_by("-sequence")
    if before is not None:
        rows = rows.filter(sequence__lt=before)
    return tuple(_event(each) for each in rows[:limit])


def _event(event: Event) -> EventView:
    payload = bytes(event.payload)
    return EventView(
        event.pk,
        event.sequence,
        event.kind,
        event.at,
        event.actor,
        _decode(payload)["data"],
        b64encode(payload).decode(),
        bytes(event.previous).hex(),
        bytes(event.hash).hex(),
        event.log_index,
    )
