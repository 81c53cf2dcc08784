"""Do the same to many tickets in one go: look first, then each in a transaction of its own.

A batch is planned, then begun once. A row that is done stays done: whoever dies half way leaves the rest to
the next worker, and none is done twice.
"""

from __future__ import annotations

import logging
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

from django.db import transaction
from django.db.models import Q

from aftersale.domain.errors import AftersaleError
from aftersale.domain.roles import Permission
from aftersale.domain.states import ActionState
from aftersale.jobs import door
from aftersale.shops.permissions import require
from aftersale.texts import Text
from aftersale.tickets import handling
from aftersale.tickets.act import Intent, accept, cancel
from aftersale.tickets.batch_rows import Hand, Reading, pending_of, row_of, tickets_of
from aftersale.tickets.labels import stick
from aftersale.tickets.models import Batch, BatchRow, Ticket
from aftersale.tickets.models.batch import BatchKind, BatchState, RowState
from aftersale.tickets.queries import MOST_ROWS, queue_page, read_cursor

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from datetime import datetime

    from aftersale.shops.models import Person
    from aftersale.tickets.models import Action
    from aftersale.tickets.queries import Cursor, Filters

JOB = "tickets.batch"
"""The job that goes on with a batch."""

MOST = 1_000
"""So many tickets go into one batch."""

AT_ONCE = 50
"""So many tickets are done at once; what is left is a job."""

TAKE_BACK_S = 30
"""So long a batch can be taken back before anything is sent."""

LEASE = timedelta(minutes=2)
"""So long a slice may take; whoever holds an expired one is taken for dead."""

NEEDS = {
    BatchKind.APPROVE: Permission.APPROVE,
    BatchKind.ASSIGN: Permission.ASSIGN,
    BatchKind.NOTE: Permission.NOTE,
    BatchKind.LABEL: Permission.NOTE,
    BatchKind.EXTEND: Permission.APPROVE,
}
"""The permission that each kind of batch asks for, in the shop of each ticket."""

ACTS = frozenset({BatchKind.APPROVE, BatchKind.EXTEND})
"""Kinds that act on the platform, and can be taken back while nothing was sent."""

TYPED = frozenset({BatchKind.NOTE, BatchKind.LABEL})
"""Kinds for which something is typed once, for all tickets."""

_KEEP_PLANS = timedelta(days=1)
_log = logging.getLogger(__name__)


class NothingChosen(AftersaleError):
    """Refuse a batch of no tickets."""

    def __init__(self) -> None:
        super().__init__(
            "batch.empty",
            Text(zh="没有选中售后单。", en="No ticket was chosen."),
            Text(zh="先在队列里勾选，再批量处理。", en="Tick tickets in the queue first."),
        )


@dataclass(frozen=True, slots=True)
class Wanted:
    """Say what is wanted of which tickets; `query` is the address of the queue they were chosen in."""

    kind: BatchKind
    tickets: Sequence[int]
    query: str = ""


def matching(shops: Sequence[int], filters: Filters, most: int = MOST) -> list[int]:
    """Give the tickets of a queue by earliest deadline, at most so many."""
    found: list[int] = []
    after: Cursor | None = None
    while len(found) < most:
        page = queue_page(shops, filters, after, min(MOST_ROWS, most - len(found)))
        found += [row.id for row in page.rows]
        if page.next_cursor is None:
            break
        after = read_cursor(page.next_cursor)
    return found


def plan(wanted: Wanted, person: Person, to: Person | None, hand: Hand, now: datetime) -> Batch:
    """Write down what would happen to each ticket; nothing else is changed. Raises NothingChosen."""
    rows = list(_rows(wanted, hand, now))
    if not rows:
        raise NothingChosen
    with transaction.atomic():
        forgotten = Batch.objects.filter(person=person, state=BatchState.PLANNED)
        forgotten.filter(created_at__lt=now - _KEEP_PLANS).delete()
        made = Batch.objects.create(
            person=person, kind=wanted.kind, query=wanted.query[:1024], to=to, created_at=now
        )
        for row in rows:
            row.batch = made
        BatchRow.objects.bulk_create(rows, batch_size=200)
    return made


def _rows(wanted: Wanted, hand: Hand, now: datetime) -> list[BatchRow]:
    ids = list(dict.fromkeys(wanted.tickets))[:MOST]
    read = _reads(Reading(hand, now, pending_of(ids)))[wanted.kind]
    return [row_of(ticket, *read(ticket)) for ticket in tickets_of(ids)]


def _reads(reading: Reading) -> Mapping[BatchKind, Callable[[Ticket], tuple[str, int | None, str]]]:
    """Say by kind what would happen to a ticket: act, amount, why it is left out."""

    def noting(ticket: Ticket) -> tuple[str, int | None, str]:
        return "", None, reading.noting(ticket)

    return {
        BatchKind.APPROVE: reading.approval,
        BatchKind.EXTEND: reading.extension,
        BatchKind.ASSIGN: lambda ticket: ("", None, reading.handing_over(ticket)),
        BatchKind.NOTE: noting,
        BatchKind.LABEL: noting,
    }


def begin(batch: Batch, now: datetime, note: str = "") -> Batch:
    """Begin a planned batch; one that was begun already is left as it is.

    A small batch and one of notes are done at once, a larger one slice by slice in the background.
    """
    planned = Batch.objects.filter(pk=batch.pk, state=BatchState.PLANNED)
    with transaction.atomic():
        begun = planned.update(state=BatchState.RUNNING, started_at=now, lease_until=now + LEASE)
        small = batch.rows.filter(state=RowState.READY).count() <= AT_ONCE or bool(note)
        if begun and not small:
            Batch.objects.filter(pk=batch.pk).update(lease_until=now)
            door.enqueue(JOB, batch.pk)
    if begun and small:
        _go_on(Batch.objects.select_related("person", "to").get(pk=batch.pk), now, MOST, note)
    batch.refresh_from_db()
    return batch


def run(batch_id: int, now: datetime) -> None:
    """Do a slice of a running batch, and ask for the next; nothing where another worker has it."""
    free = Q(lease_until=None) | Q(lease_until__lte=now)
    mine = Batch.objects.filter(free, pk=batch_id, state=BatchState.RUNNING)
    if not mine.update(lease_until=now + LEASE):
        return
    batch = Batch.objects.select_related("person", "to").get(pk=batch_id)
    if not _go_on(batch, now, AT_ONCE):
        with transaction.atomic():
            Batch.objects.filter(pk=batch_id).update(lease_until=now)
            door.enqueue(JOB, batch_id)


def take_up(now: datetime) -> int:
    """Ask for the job of every batch whose worker has not been heard of since its lease ended."""
    lost = Batch.objects.filter(state=BatchState.RUNNING, lease_until__lte=now - LEASE)
    asked = 0
    for pk in list(lost.values_list("pk", flat=True)):
        with transaction.atomic():
            if lost.filter(pk=pk).update(lease_until=now):
                door.enqueue(JOB, pk)
                asked += 1
    return asked


def _go_on(batch: Batch, now: datetime, most: int, note: str = "") -> bool:
    """Do at most so many rows; tell whether none is left."""
    ready = BatchRow.objects.filter(batch=batch, state=RowState.READY).order_by("id")
    for pk in list(ready.values_list("pk", flat=True)[:most]):
        _one(batch, pk, now, note)
    if ready.exists():
        return False
    Batch.objects.filter(pk=batch.pk, state=BatchState.RUNNING).update(
        state=BatchState.DONE, ended_at=now, lease_until=None
    )
    return True


def _one(batch: Batch, row_id: int, now: datetime, note: str) -> None:
    """Do one row in a transaction of its own; a refusal is noted on the row and stops no other."""
    try:
        with transaction.atomic():
            row = BatchRow.objects.select_for_update().get(pk=row_id)
            if row.state != RowState.READY:
                return
            row.action = _done(batch, row, now, note)
            row.state = RowState.DONE
            row.save(update_fields=["action", "state"])
    except AftersaleError as fault:
        _failed(row_id, fault.code, {"zh": fault.message.zh, "en": fault.message.en})
    except Exception:  # noqa: BLE001  # one ticket must not stop the others
        _log.exception("row %s of batch %s failed", row_id, batch.pk)
        _failed(row_id, "batch.unexpected", {"zh": _ODD.zh, "en": _ODD.en})


_ODD = Text(zh="没有办成，请打开这张单再试。", en="It did not work; open the ticket and try again.")


def _failed(row_id: int, code: str, message: dict[str, str]) -> None:
    ready = BatchRow.objects.filter(pk=row_id, state=RowState.READY)
    ready.update(state=RowState.FAILED, code=code[:48], message=message)


def _done(batch: Batch, row: BatchRow, now: datetime, note: str) -> Action | None:
    """Do what is wanted of one ticket; what the person may is asked again, it may have changed since."""
    ticket = Ticket.objects.select_related("shop").get(pk=row.ticket_id)
    require(batch.person, NEEDS[BatchKind(batch.kind)], ticket.shop)
    if batch.kind in ACTS:
        intent = Intent(row.verb, row.amount_fen, delay_s=TAKE_BACK_S)
        return accept(ticket, batch.person, intent, now, row.sequence)
    if batch.kind == BatchKind.ASSIGN:
        handling.assign(ticket, batch.to, batch.person, now)
    elif batch.kind == BatchKind.LABEL:
        stick(ticket, note, batch.person, now)
    else:
        handling.add_note(ticket, batch.person, note, now)
    return None


def undo(batch: Batch, person: Person, now: datetime) -> tuple[int, int]:
    """Take back every approval of a batch that was not sent; give how many, and how many came too late."""
    done = batch.rows.filter(state=RowState.DONE).exclude(action=None).select_related("action")
    undone = late = 0
    for row in done.order_by("id"):
        if row.action is None or row.action.state != ActionState.INTENDED:
            late += 1
            continue
        try:
            with transaction.atomic():
                cancel(row.action, person, now)
                BatchRow.objects.filter(pk=row.pk).update(state=RowState.UNDONE)
            undone += 1
        except AftersaleError:
            late += 1
    return undone, late


def failed_tickets(batch: Batch) -> list[int]:
    """Give the tickets of a batch on which it did not work."""
    failed = batch.rows.filter(state=RowState.FAILED).order_by("id")
    return list(failed.values_list("ticket_id", flat=True))
