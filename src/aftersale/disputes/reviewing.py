"""Close a case with what it taught: cause, good, bad, action, lesson. Then it stands in the library."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.db import transaction

from aftersale.disputes.finding import index
from aftersale.disputes.models import Case, Review
from aftersale.disputes.refusals import CaseRefused, Why
from aftersale.domain.disputes import DECIDED, Cause, Root, Stage
from aftersale.evidence.journal import Entry
from aftersale.tickets.change import change
from aftersale.tickets.models import Ticket

if TYPE_CHECKING:
    from datetime import date, datetime

    from aftersale.shops.models import Person

REVIEWED = "dispute_reviewed"
_LONGEST = 1_000
_CLOSING = DECIDED | {Stage.WITHDRAWN}


@dataclass(frozen=True, slots=True)
class Lesson:
    """Hold what people found when they looked back; `due_on` is by when the action is to be done."""

    cause: str
    root: str
    good: str
    bad: str
    action: str
    lesson: str
    due_on: date | None = None

    @property
    def whole(self) -> bool:
        """Tell whether everything is said."""
        named = self.cause in set(Cause) and self.root in set(Root)
        return named and all((self.good, self.bad, self.action, self.lesson))


@transaction.atomic
def review(case: Case, lesson: Lesson, person: Person, now: datetime) -> Review:
    """Close a case with its lesson, or correct the lesson; raises CaseRefused."""
    if not lesson.whole:
        raise CaseRefused(Why.NOT_WHOLE)
    current = Case.objects.select_for_update(no_key=True).get(pk=case.pk)
    if current.stage not in _CLOSING:
        raise CaseRefused(Why.NOT_JUDGED)
    words = {name: getattr(lesson, name)[:_LONGEST] for name in ("good", "bad", "action", "lesson")}
    said = {"cause": lesson.cause, "root": lesson.root, "action_due_on": lesson.due_on, **words}
    made, _ = Review.objects.update_or_create(case=case, defaults={**said, "by": person, "at": now})
    Case.objects.filter(pk=case.pk, ended_at=None).update(ended_at=now)
    index(made)
    ticket = Ticket.objects.select_for_update(no_key=True).get(pk=case.ticket_id)
    data = {"case": str(case.pk), "cause": lesson.cause, "root": lesson.root}
    change(ticket, Entry(REVIEWED, now, person.pk, data))
    return made


def done(review: Review, now: datetime) -> None:
    """Note that what was to be done about it is done."""
    Review.objects.filter(pk=review.pk, action_done_at=None).update(action_done_at=now)
