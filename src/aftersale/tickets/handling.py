"""Work on tickets beside deciding: notes, who takes care of one, things to do."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import transaction

from aftersale.domain.errors import AftersaleError
from aftersale.evidence.journal import Entry, Subject, record
from aftersale.texts import Text
from aftersale.tickets.change import change
from aftersale.tickets.models import Note, Task, Ticket

if TYPE_CHECKING:
    from datetime import datetime

    from aftersale.shops.models import Person


class TaskEnded(AftersaleError):
    """Refuse to end a task twice."""

    def __init__(self) -> None:
        super().__init__(
            "task.ended",
            Text(zh="这件事已经有人做完了。", en="Somebody has finished this already."),
            Text(zh="刷新后看结果。", en="Reload to see the outcome."),
        )


class NotAnOutcome(AftersaleError):
    """Refuse to end the task of an action by anything but the outcome of that action."""

    def __init__(self) -> None:
        super().__init__(
            "task.of_action",
            Text(
                zh="这件事属于一个操作，要确认操作的结果。",
                en="This task belongs to an action; confirm its outcome.",
            ),
            Text(zh="在操作上确认“已做”或“没做成”。", en="Confirm the action as done or failed."),
        )


@transaction.atomic
def add_note(ticket: Ticket, person: Person, text: str, now: datetime) -> Note:
    """Put a note on a ticket as it stands now; of its text only an HMAC stands in the event.

    A note rests on nothing that may have moved meanwhile, so that none comes too late: they queue.
    """
    there = Ticket.objects.select_for_update(of=("self",)).only("sequence", "head").get(pk=ticket.pk)
    ticket.sequence, ticket.head = there.sequence, there.head
    note = Note.objects.create(ticket=ticket, person=person, text=text, at=now)
    change(ticket, Entry("noted", now, person.pk, {"note": str(note.pk)}, {"text": text}))
    return note


def assign(ticket: Ticket, to: Person | None, by: Person, now: datetime) -> None:
    """Hand a ticket to a person, or to nobody. Raises Overtaken."""
    before = ticket.assignee_id
    data = {"before": _named(before), "after": _named(to.pk if to else None)}
    change(ticket, Entry("assigned", now, by.pk, data), assignee=to)


def _named(person_id: int | None) -> str | None:
    return None if person_id is None else str(person_id)


@transaction.atomic
def finish_task(task: Task, person: Person, outcome: str, now: datetime) -> Task:
    """End a task with what came of it; raises TaskEnded, or NotAnOutcome for the task of an action."""
    if task.action_id is not None:
        raise NotAnOutcome
    moved = Task.objects.filter(pk=task.pk, done_at=None).update(done_at=now, done_by=person, outcome=outcome)
    if not moved:
        raise TaskEnded
    entry = Entry("task_done", now, person.pk, {"task": str(task.pk), "kind": task.kind, "outcome": outcome})
    if task.ticket is None:
        record(Subject(task.shop_id, "task", task.pk, str(task.pk)), entry)
    else:
        change(task.ticket, entry)
    task.refresh_from_db()
    return task
