"""Give a ticket a piece of goodwill, hand it over, take it back: each with one event in its chain.

No interface hands goodwill over: a person does it in the back office or puts it into a parcel, as a task
with an end.
"""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from django.db import transaction

from aftersale.evidence.journal import Entry
from aftersale.shops import goodwill as flows
from aftersale.shops.goodwill import GoodwillRefused
from aftersale.shops.models import Goodwill, GoodwillGiven
from aftersale.tickets.change import change
from aftersale.tickets.handling import finish_task
from aftersale.tickets.models import Task
from aftersale.tickets.outcome import lock

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from datetime import datetime

    from aftersale.shops.models import Person
    from aftersale.tickets.models import Ticket


HAND_OVER = "goodwill"
"""The task of handing goodwill over to the buyer; `given` of its params names the piece."""

USUAL_TIME = timedelta(days=1)
"""By when it is handed over where nobody says otherwise."""

DELIVERED, NOT_DELIVERED, WITHDRAWN = "delivered", "not_delivered", "withdrawn"


@transaction.atomic
def give(
    ticket: Ticket, person: Person, goodwill_id: int, text: str, now: datetime, until: datetime | None = None
) -> GoodwillGiven:
    """Hold one piece for a ticket, to be handed over in a task by `until`; raises GoodwillRefused."""
    lock(ticket)
    due = until or now + USUAL_TIME
    if due <= now:
        raise GoodwillRefused("goodwill.due")
    kept = Goodwill.objects.filter(pk=goodwill_id, shop_id=ticket.shop_id).first()
    if kept is None:
        raise GoodwillRefused("goodwill.gone")
    made = flows.hold(kept, ticket.pk, text, person, now)
    told = {**_named(made), "until": due.isoformat()}
    change(ticket, Entry("goodwill_given", now, person.pk, told, {"text": text} if text else {}))
    Task.objects.create(
        shop_id=ticket.shop_id,
        ticket=ticket,
        kind=HAND_OVER,
        params={"given": made.pk},
        assignee=person,
        due_at=due,
        created_at=now,
    )
    return made


@transaction.atomic
def settle(ticket: Ticket, person: Person, given_id: int, what: str, now: datetime) -> GoodwillGiven:
    """Say what became of it: one of SETTLES; raises GoodwillRefused."""
    lock(ticket)
    rows = GoodwillGiven.objects.select_related("goodwill")
    given = rows.filter(pk=given_id, ticket_id=ticket.pk).first()
    if given is None or what not in SETTLES:
        raise GoodwillRefused("goodwill.settled")
    SETTLES[what](given, now)
    _follow(ticket, given, person, what, now)
    change(ticket, Entry(f"goodwill_{what}", now, person.pk, _named(given)))
    return given


SETTLES: Mapping[str, Callable[[GoodwillGiven, datetime], None]] = {
    DELIVERED: flows.deliver,
    NOT_DELIVERED: flows.not_delivered,
    WITHDRAWN: flows.withdraw,
    "used": flows.use,
}
"""What may become of goodwill that a ticket holds."""


def _follow(ticket: Ticket, given: GoodwillGiven, person: Person, what: str, now: datetime) -> None:
    """Let the task go with the piece: it ends with it, and is there again where that was a slip."""
    mine = Task.objects.filter(ticket=ticket, kind=HAND_OVER, params__given=given.pk)
    if what in {DELIVERED, WITHDRAWN}:
        mine.filter(done_at=None).update(done_at=now, done_by=person, outcome=what)
    elif what == NOT_DELIVERED:
        mine.update(done_at=None, done_by=None, outcome="")


def end_task(task: Task, person: Person, outcome: str, now: datetime) -> Task:
    """End a task; that of goodwill by its being handed over. Raises GoodwillRefused, else as finish_task."""
    if task.kind != HAND_OVER or task.ticket is None:
        return finish_task(task, person, outcome, now)
    if outcome != "done":
        raise GoodwillRefused("goodwill.not_done")
    settle(task.ticket, person, int(task.params["given"]), DELIVERED, now)
    task.refresh_from_db()
    return task


def _named(given: GoodwillGiven) -> dict[str, object]:
    return {
        "goodwill": given.goodwill_id,
        "name": given.goodwill.name,
        "kind": given.goodwill.kind,
        "cost_fen": given.cost_fen,
    }
