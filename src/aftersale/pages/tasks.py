"""Show what people have to do by hand: prepared actions by kind, reviews, and the rest."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import groupby
from typing import TYPE_CHECKING

from django.http import HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.views.decorators.http import require_POST

from aftersale.api.faults import NotHere
from aftersale.channels.verbs import VERB_WORDS, Verb
from aftersale.domain.roles import Permission
from aftersale.pages.door import Ask, page, shown
from aftersale.pages.handing import hand_over, just_handed
from aftersale.pages.words import verb
from aftersale.shops.models import Person
from aftersale.tickets import review
from aftersale.tickets.act import REVIEW
from aftersale.tickets.goodwill import HAND_OVER, end_task
from aftersale.tickets.instructions import STOP_SALE
from aftersale.tickets.look import CHANGED_MEANWHILE, SHIPPED_MEANWHILE
from aftersale.tickets.models import Task
from aftersale.tickets.perform import OVER_PAID
from aftersale.tickets.promises import PROMISE
from aftersale.tickets.receipts import AUTHORISE, CONFIRM
from aftersale.tickets.reject_reasons import said_reason
from aftersale.tickets.watching import MENTION, WATCHED, notes_of, own_only
from aftersale.web.environment import say as _

if TYPE_CHECKING:
    from collections.abc import Sequence

_MOST = 300


@dataclass(frozen=True, slots=True)
class Group:
    """Hold the tasks that are done the same way, with their numbers to copy."""

    name: str
    tasks: Sequence[Task]

    @property
    def numbers(self) -> str:
        """Give the ticket numbers, one a line."""
        return "\n".join(task.ticket.ticket_no for task in self.tasks if task.ticket)


def _key(task: Task) -> tuple[str, str]:
    return task.kind, task.action.verb if task.action else str(task.params.get("verb", ""))


def _name(key: tuple[str, str]) -> str:
    kind, done = key
    said = {
        CONFIRM: _("Do it in the back office"),
        OVER_PAID: _("No longer covered by the order: check"),
        AUTHORISE: _("Authorise the shop again"),
        SHIPPED_MEANWHILE: _("Sent before the refund was: decide again"),
        CHANGED_MEANWHILE: _("Changed on the platform meanwhile: decide again"),
        REVIEW: _("Review what a colleague proposes"),
        review.RETURNED: _("Came back from review: look again"),
        PROMISE: _("Keep what was promised"),
        HAND_OVER: _("Hand goodwill over to the buyer"),
        STOP_SALE: _("Take off sale"),
        MENTION: _("You are named in a note"),
        WATCHED: _("A ticket you watch has changed"),
        review.CHANGED: _("A reviewer did it otherwise: read why"),
    }
    words = said.get(kind, kind)
    return f"{words}：{verb(done)}" if done in set(VERB_WORDS) else words


@page
def tasks(ask: Ask) -> HttpResponse:
    """Show open tasks, what is due first on top, grouped by what is done."""
    rows = Task.objects.filter(own_only(ask.person), shop__in=ask.caller.seen_shops(), done_at=None)
    if ask.said("mine"):
        rows = rows.filter(assignee=ask.person)
    found = list(rows.select_related("ticket", "action", "shop").order_by("due_at", "id")[:_MOST])
    groups = [Group(_name(key), list(some)) for key, some in groupby(sorted(found, key=_key), _key)]
    return shown(
        ask,
        "tasks.html",
        groups=groups,
        mine=ask.said("mine"),
        verb=verb,
        proposers=_proposers(found),
        notes=notes_of(found),
        said_reason=said_reason,
        may_review=_may_review(ask),
        hand_over=hand_over(found),
        handed=just_handed(ask.caller.shops(Permission.ANSWER), ask.now),
    )


@page
def count(ask: Ask) -> HttpResponse:
    """Tell how many open tasks are overdue, for the navigation; nothing where none is."""
    mine = Task.objects.filter(own_only(ask.person), shop__in=ask.caller.seen_shops(), done_at=None)
    late = mine.filter(due_at__lt=ask.now).count()
    return HttpResponse(str(late) if late else "")


def _proposers(found: Sequence[Task]) -> dict[int, str]:
    """Name who proposed what is to be reviewed."""
    by = {task.params.get("by") for task in found if task.kind == REVIEW}
    return {person.pk: str(person) for person in Person.objects.filter(pk__in=by - {None})}


def _may_review(ask: Ask) -> dict[str, frozenset[int]]:
    """Give the shops in which the person may carry a proposal out: a refusal needs another permission."""
    return {
        "": ask.caller.shops(Permission.APPROVE),
        Verb.REFUSE.value: ask.caller.shops(Permission.REFUSE),
    }


@require_POST
@page
def done(ask: Ask, task_id: int) -> HttpResponse:
    """End a task; that of an action is ended by confirming the action. Whoever is asked to read, has read."""
    task = Task.objects.select_related("ticket").filter(pk=task_id).first()
    reads = task is not None and task.kind in {MENTION, WATCHED} and task.assignee_id == ask.person.pk
    ask.caller.let(Permission.VIEW if reads else Permission.ANSWER, task.shop_id if task else None)
    if task is None:
        raise NotHere
    end_task(task, ask.person, "done", ask.now)
    return HttpResponseRedirect(reverse("queue" if ask.said("next") == "queue" else "tasks"))
