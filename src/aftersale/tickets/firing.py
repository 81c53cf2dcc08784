"""See to one clock that is due: warn, do what the shop allowed, say when it has run out."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, TypeAlias

from django.db import transaction

from aftersale.evidence.journal import Entry
from aftersale.tickets.alarms import (
    DEADLINE,
    EVIDENCE,
    MONEY,
    Cause,
    ClaimLost,
    clock_key,
    end_alarm,
    escalate,
    raise_alarm,
)
from aftersale.tickets.automatic import offered
from aftersale.tickets.change import change
from aftersale.tickets.clocks import MERCHANT, SERVICE, next_warning, warnings_of
from aftersale.tickets.consequences import COSTS_MONEY
from aftersale.tickets.deadlines import clocked, end_of_rows, ended_state
from aftersale.tickets.models import Deadline
from aftersale.tickets.models.clock import AlarmState, DeadlineState
from aftersale.tickets.models.ticket import Lane

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from django.db.models import QuerySet

    from aftersale.tickets.models import Ticket

    CarryOut: TypeAlias = Callable[[Ticket, str, datetime], object]

LEASE = timedelta(minutes=2)
_MONEY_WITHIN = timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class Fired:
    """Hold what became of one clock; `fault` is why something the shop allowed could not be done."""

    what: str = ""
    warned: bool = False
    missed: bool = False
    passed: bool = False
    carried_out: bool = False
    fault: Exception | None = None


def fire(claimed: QuerySet[Deadline], now: datetime, carry_out: CarryOut) -> Fired:
    """See to the one clock that was claimed, in one transaction of its own.

    Raises ClaimLost where somebody else has moved it since, Overtaken where the ticket was changed meanwhile.
    """
    with transaction.atomic():
        row = claimed.select_related("ticket", "ticket__shop").first()
        if row is None:
            raise ClaimLost
        if not row.ticket.open:
            return _closed(row, now)
        if row.due_at <= now:
            return _ended(row, now)
        return _warned(row, now, carry_out)


def _step_on(row: Deadline, **changes: object) -> None:
    """Move a clock that is still as it was claimed, and give it free."""
    seen = {"state": DeadlineState.RUNNING, "next_at": row.next_at, "due_at": row.due_at}
    claimed = Deadline.objects.filter(pk=row.pk, lease_until=row.lease_until, **seen)
    if not claimed.update(lease_until=None, **changes):
        raise ClaimLost


def _closed(row: Deadline, now: datetime) -> Fired:
    """End the clock of a ticket that is closed: nobody is told."""
    ended_at = min(now, row.ticket.observed_at)
    _step_on(row, state=ended_state(row, ended_at), next_at=None, ended_at=ended_at)
    end_alarm(clock_key(row.ticket_id, row.kind), now)
    return Fired()


def class_of(row: Deadline, now: datetime) -> str:
    """Say of which class the alarm of a clock is at a time; once it has run out nobody is woken for it."""
    if row.source == SERVICE or row.due_at <= now:
        return DEADLINE
    if row.kind == "evidence_by":
        return EVIDENCE
    near = row.due_at - now <= _MONEY_WITHIN
    return MONEY if near and row.consequence in COSTS_MONEY else DEADLINE


def _is_ours(row: Deadline) -> bool:
    """Tell whether the shop must hear of a clock; a ticket gone from the platform's list rings no more."""
    return row.side == MERCHANT and row.ticket.lane != Lane.MISSING


def _cause(row: Deadline, now: datetime) -> Cause:
    ticket = row.ticket
    params = {"clock": row.kind, "consequence": row.consequence}
    return Cause(class_of(row, now), clock_key(ticket.pk, row.kind), ticket.shop, ticket, row.due_at, params)


def _warned(row: Deadline, now: datetime, carry_out: CarryOut) -> Fired:
    if not _is_ours(row):
        _step_on(row, next_at=row.due_at)
        return Fired()
    following = next_warning(clocked(row, row.ticket.shop), warnings_of(row.ticket.shop), now)
    last = following is None
    _step_on(row, next_at=following or row.due_at, step=row.step + 1)
    did, fault = _automatically(row.ticket, now, carry_out) if last else (False, None)
    alarm = raise_alarm(_cause(row, now), now)
    if last and alarm.state == AlarmState.RINGING and alarm.rung > 1:
        escalate(alarm, now)
    return Fired(
        f"what the shop allowed on ticket {row.ticket_id}", warned=True, carried_out=did, fault=fault
    )


def _automatically(ticket: Ticket, now: datetime, carry_out: CarryOut) -> tuple[bool, Exception | None]:
    """Do what the shop allowed before its time runs out; where that fails, people are told all the same."""
    verb = ticket.step
    # A decision that time has changed has to be made again first.
    stale = ticket.stable_until is not None and ticket.stable_until <= now
    if stale or ticket.needs_person or ticket.shop.held or not offered(ticket, now):
        return False, None
    try:
        with transaction.atomic():
            carry_out(ticket, verb, now)
    except Exception as fault:  # noqa: BLE001  # whatever it was, the warning must still be given
        return False, fault
    return True, None


def _ended(row: Deadline, now: datetime) -> Fired:
    ours = _is_ours(row)
    ticket = row.ticket
    data = {"clock": row.kind, "source": row.source, "side": row.side, "consequence": row.consequence}
    entry = Entry(
        "deadline_missed" if ours else "deadline_passed",
        now,
        None,
        {**data, "due_at": row.due_at.isoformat()},
    )
    change(ticket, entry, **_next_end(row, now))
    _step_on(row, state=DeadlineState.MISSED, next_at=None, ended_at=row.due_at)
    if ours:
        alarm = raise_alarm(_cause(row, now), now)
        if alarm.state != AlarmState.ESCALATED:
            escalate(alarm, now)
    return Fired(missed=ours, passed=not ours)


def _next_end(row: Deadline, now: datetime) -> dict[str, object]:
    """Give the time the ticket is sorted by, once a target of the shop's own has been missed."""
    if row.source != SERVICE or row.ticket.due_kind != row.kind:
        return {}
    running = Deadline.objects.filter(ticket_id=row.ticket_id, state=DeadlineState.RUNNING)
    others = running.exclude(pk=row.pk)
    end = end_of_rows(others, now)
    return {} if end is None else {"due_at": end.due_at, "due_kind": end.kind, "queue_at": end.due_at}
