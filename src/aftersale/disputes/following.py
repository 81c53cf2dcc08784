"""Follow the journal: whatever happened to tickets in dispute reaches their cases."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING

from django.db.models import Max

from aftersale.disputes.assembling import assemble
from aftersale.disputes.finding import index
from aftersale.disputes.models import Case, CaughtUp, Review, Submission
from aftersale.disputes.noting import note
from aftersale.domain.disputes import Stage
from aftersale.domain.errors import AftersaleError
from aftersale.domain.states import ActionState, Arbitration
from aftersale.evidence.models import Event
from aftersale.tickets.change import TICKET, Overtaken
from aftersale.tickets.models import Ticket

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime

_log = logging.getLogger(__name__)
_AT_ONCE, _EVENTS = 500, 20_000
# Events are numbered when they begin and seen when they are committed: the last ones are looked at again.
_OVERLAP = 500
_AGAIN = 20
_LOST = (ActionState.FAILED, ActionState.CANCELLED)


def follow(now: datetime) -> int:
    """Bring cases to what happened since the last time; gives how many tickets were looked at.

    The first time every ticket in dispute is looked at, later those of new events, a bounded number a call.
    """
    mark, first = CaughtUp.objects.get_or_create(pk=1)
    newest = Event.objects.aggregate(last=Max("id"))["last"] or 0
    if newest <= mark.event_id and not first:
        return 0
    until = newest if first else min(newest, mark.event_id + _EVENTS)
    touched = _disputed() if first else _touched(mark.event_id, until)
    done = [_one(ticket, now) for ticket in dict.fromkeys((*touched, *_packless()))]
    CaughtUp.objects.filter(pk=1, event_id__lt=until).update(event_id=until)
    return len(done)


def _disputed() -> list[int]:
    return list(Ticket.objects.exclude(arbitration_state=Arbitration.NONE).values_list("pk", flat=True))


def _packless() -> list[int]:
    """Name some tickets whose case waits for evidence with nothing put together: it went wrong once."""
    cases = Case.objects.filter(stage=Stage.EVIDENCE, pack=None).order_by("due_at")
    return list(cases.values_list("ticket_id", flat=True)[:_AGAIN])


def _touched(after: int, until: int) -> list[int]:
    """Name tickets in dispute that have new events."""
    events = Event.objects.filter(subject_kind=TICKET, id__gt=after - _OVERLAP, id__lte=until)
    ids = sorted(set(events.values_list("subject_id", flat=True)))
    found: list[int] = []
    for some in _batches(ids):
        tickets = Ticket.objects.filter(pk__in=some).exclude(arbitration_state=Arbitration.NONE)
        found += tickets.values_list("pk", flat=True)
    return found


def _batches(ids: list[int]) -> Iterable[list[int]]:
    return (ids[start : start + _AT_ONCE] for start in range(0, len(ids), _AT_ONCE))


def _one(ticket_id: int, now: datetime) -> Case | None:
    """Bring one ticket's case up to date; one that is being changed just now comes with its next event."""
    try:
        case = note(ticket_id, now)
        if case is not None:
            _settle(case, now)
            _found_again(case)
            assemble(case, now)
    except (Overtaken, AftersaleError) as fault:
        _log.warning("the dispute of ticket %s waits: %s", ticket_id, fault.code)
        return None
    except Exception:  # noqa: BLE001  # whatever it is, the other cases are followed; one without a pack comes again
        _log.exception("the dispute of ticket %s was not followed", ticket_id)
        return None
    return case


def _found_again(case: Case) -> None:
    """Let a case be found by what stays of its lesson where the buyer's words went."""
    for review in Review.objects.filter(case=case, case__text__text=""):
        index(review)


def _settle(case: Case, now: datetime) -> None:
    """Free a round whose submission surely did not arrive, so that it can be sent again."""
    failed = Submission.objects.filter(case=case, failed_at=None, action__state__in=_LOST)
    failed.update(failed_at=now)
