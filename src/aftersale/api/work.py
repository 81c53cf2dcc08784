"""Answer calls that work on a ticket: notes, who takes care of it, things to do."""

from django.http import HttpResponse
from ninja import Router

from aftersale.api.access import Call, ticket_for, unchanged, viewer_of
from aftersale.api.answer import answered
from aftersale.api.faults import NotHere
from aftersale.api.once import Done, once
from aftersale.api.shapes import (
    AssignIn,
    Before,
    DoneIn,
    InPath,
    Limit,
    Moved,
    NoteIn,
    TasksPage,
    Unmasked,
    UnmaskIn,
    says,
)
from aftersale.connections.revealing import reveal
from aftersale.domain.roles import Permission
from aftersale.shops.models import Person
from aftersale.tickets import handling
from aftersale.tickets.detail import TaskView, columns
from aftersale.tickets.goodwill import end_task
from aftersale.tickets.holders import holder_for
from aftersale.tickets.models import Task, Ticket
from aftersale.tickets.unmasking import SEALED, unmask

router = Router(tags=["work"])


def _moved(made: int, ticket: Ticket) -> Done:
    return Done(Moved(made, ticket.pk, ticket.sequence))


@router.post("/tickets/{ticket_id}/notes", response=says(Moved, 201))
def note(request: Call, ticket_id: InPath, body: NoteIn) -> HttpResponse:
    """Put a note on a ticket."""

    def work() -> Done:
        ticket = unchanged(ticket_for(request.auth, ticket_id, Permission.NOTE), body.expected_sequence)
        made = handling.add_note(ticket, request.auth.person, body.text, request.auth.now)
        return Done(Moved(made.pk, ticket.pk, ticket.sequence), 201)

    return once(request, work)


@router.post("/tickets/{ticket_id}/unmask", response=says(Unmasked))
def show(request: Call, ticket_id: InPath, body: UnmaskIn) -> HttpResponse:
    """Show a value of the buyer in clear to a person who says why; the answer is stored nowhere.

    Receiver, phone and address are opened by the platform, so many a day.
    """
    ticket = ticket_for(request.auth, ticket_id, Permission.UNMASK)
    look = reveal if body.field in SEALED else unmask
    viewer = viewer_of(request, request.auth)
    value = look(ticket, body.field, viewer, body.reason, request.auth.now)
    return answered(Unmasked(body.field, value))


@router.post("/tickets/{ticket_id}/assign", response=says(Moved))
def assign(request: Call, ticket_id: InPath, body: AssignIn) -> HttpResponse:
    """Hand a ticket to a person of its shop, or to nobody; taking a free one needs no special permission."""

    def work() -> Done:
        ticket = ticket_for(request.auth, ticket_id, Permission.VIEW)
        mine = body.assignee == request.auth.person.pk and ticket.assignee_id is None
        request.auth.let(Permission.ANSWER if mine else Permission.ASSIGN, ticket.shop_id)
        unchanged(ticket, body.expected_sequence)
        to = _colleague(body.assignee, ticket.shop_id)
        handling.assign(ticket, to, request.auth.person, request.auth.now)
        return _moved(ticket.pk, ticket)

    return once(request, work)


def _colleague(person_id: int | None, shop_id: int) -> Person | None:
    """Find somebody who works on tickets of a shop; raises CannotHold, or NotHere for a stranger."""
    if person_id is None:
        return None
    person = holder_for(person_id, [shop_id])
    if person is None:
        raise NotHere
    return person


@router.get("/tasks", response=says(TasksPage))
def tasks(
    request: Call, *, mine: bool = False, done: bool = False, before: Before = None, limit: Limit = 50
) -> HttpResponse:
    """Read things to do, newest first; `mine` are those of the caller, `done` those that are done."""
    rows = Task.objects.filter(shop__in=request.auth.seen_shops(), done_at__isnull=not done).order_by("-id")
    if mine:
        rows = rows.filter(assignee=request.auth.person)
    if before is not None:
        rows = rows.filter(id__lt=before)
    found = tuple(TaskView(*row) for row in rows.values_list(*columns(TaskView))[: limit + 1])
    more = len(found) > limit
    return answered(TasksPage(found[:limit], found[limit - 1].id if more else None))


@router.post("/tasks/{task_id}/done", response=says(TaskView))
def done(request: Call, task_id: InPath, body: DoneIn) -> HttpResponse:
    """End a task; that of an action is ended by confirming the action."""

    def work() -> Done:
        task = Task.objects.select_related("ticket").filter(pk=task_id).first()
        request.auth.let(Permission.ANSWER, task.shop_id if task else None)
        if task is None:
            raise NotHere
        end_task(task, request.auth.person, body.outcome, request.auth.now)
        return Done(TaskView(*Task.objects.values_list(*columns(TaskView)).get(pk=task_id)))

    return once(request, work)
