"""Look at what a colleague proposes: carry it out in one's own name, or give it back with a word."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from django.db import transaction

from aftersale.channels.verbs import Verb
from aftersale.domain.errors import AftersaleError
from aftersale.texts import Text
from aftersale.tickets import handling
from aftersale.tickets.act import REVIEW, Intent, accept, refuse
from aftersale.tickets.limits import freight_of
from aftersale.tickets.models import Task, Ticket
from aftersale.tickets.refusal import Refusal

if TYPE_CHECKING:
    from datetime import datetime

    from aftersale.policy.decide import Judge
    from aftersale.shops.models import Person
    from aftersale.tickets.models import Action

RETURNED = "returned"
"""The task of looking again at what a reviewer gave back."""


CHANGED = "review_changed"
"""The task of reading what a reviewer did instead of what was proposed."""


class NotAReview(AftersaleError):
    """Refuse to review what is no proposal, or one's own."""


_WRONG = {
    "review.none": (
        Text(zh="这不是要审核的建议。", en="This is no proposal to review."),
        Text(zh="刷新待办再看。", en="Reload the list."),
    ),
    "review.own": (
        Text(zh="自己提的要由别人审核。", en="Somebody else reviews what you proposed."),
        Text(zh="请同事看一眼。", en="Ask a colleague."),
    ),
}


@transaction.atomic
def approve(  # the sequence is what the reviewer saw, the judge explains a refusal
    task: Task, reviewer: Person, now: datetime, expected_sequence: int, judge: Judge, *, delay_s: int = 0
) -> Action:
    """Carry out what was proposed, in the name of the reviewer, which ends the review: one transaction.

    Raises NotAReview, TaskEnded, and what `accept` and `refuse` raise.
    """
    ticket = _ticket(task, reviewer)
    if not Task.objects.filter(pk=task.pk, done_at=None).exists():
        raise handling.TaskEnded
    wanted: dict[str, Any] = dict(task.params)
    params = wanted.get("params") or {}
    if wanted["verb"] == Verb.REFUSE:
        evidence = tuple(params.get("evidence") or ())
        said = Refusal(
            str(params.get("reason", "")),
            str(params.get("citation", "")),
            str(params.get("text", "")),
            evidence,
            delay_s=delay_s,
            reason_words=str(params.get("reason_words", "")),
        )
        action = refuse(ticket, reviewer, said, now, expected_sequence, judge)
    else:
        inspected = bool(wanted.get("inspected"))
        fen = wanted.get("amount_fen")
        intent = Intent(wanted["verb"], fen, params, delay_s=delay_s, inspected=inspected)
        action = accept(ticket, reviewer, _seconded(intent, task), now, expected_sequence)
    task.refresh_from_db()
    return action


@transaction.atomic
def give_back(task: Task, reviewer: Person, word: str, now: datetime) -> Task:
    """End the review, put the word on the ticket, and ask who proposed to look again."""
    ticket = _ticket(task, reviewer)
    if word:
        handling.add_note(ticket, reviewer, word, now)
    task.ticket = ticket
    handling.finish_task(task, reviewer, RETURNED, now)
    return Task.objects.create(
        shop_id=task.shop_id,
        ticket=ticket,
        kind=RETURNED,
        params={name: task.params.get(name) for name in ("verb", "amount_fen")},
        assignee_id=task.params.get("by"),
        due_at=ticket.due_at,
        created_at=now,
    )


@transaction.atomic
def change(
    task: Task,
    reviewer: Person,
    wanted: Intent | Refusal,
    now: datetime,
    expected_sequence: int,
    judge: Judge,
) -> Action:
    """Carry out something else than was proposed, in the reviewer's name, and tell who proposed.

    What pays more than the proposal has the reviewer's word alone. Raises as `approve` does.
    """
    ticket = _ticket(task, reviewer)
    if not Task.objects.filter(pk=task.pk, done_at=None).exists():
        raise handling.TaskEnded
    if isinstance(wanted, Refusal):
        action = refuse(ticket, reviewer, wanted, now, expected_sequence, judge)
    else:
        action = accept(ticket, reviewer, _seconded(wanted, task), now, expected_sequence)
    Task.objects.create(
        shop_id=task.shop_id,
        ticket=ticket,
        kind=CHANGED,
        params={"verb": action.verb, "amount_fen": action.amount_fen},
        assignee_id=task.params.get("by"),
        created_at=now,
    )
    return action


def _seconded(intent: Intent, task: Task) -> Intent:
    """Say who stands behind an intent besides the reviewer, and for how much."""
    proposed = int(task.params.get("amount_fen") or 0) + freight_of(task.params.get("params") or {})
    return replace(intent, proposed_by=task.params.get("by"), proposed_fen=proposed)


def _ticket(task: Task, reviewer: Person) -> Ticket:
    if task.kind != REVIEW or task.ticket_id is None:
        raise NotAReview("review.none", *_WRONG["review.none"])
    if task.params.get("by") == reviewer.pk:
        raise NotAReview("review.own", *_WRONG["review.own"])
    return Ticket.objects.select_related("shop").get(pk=task.ticket_id)
