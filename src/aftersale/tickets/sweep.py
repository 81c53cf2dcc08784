"""Find every row that is due and see to it: clocks, alarms, decisions, actions, who takes what, imports.

Truth is in the rows. A row is claimed with a lease, seen to in one short transaction of its own, and steps on
inside that transaction: whoever dies in between leaves it as it was, and the next sweep finds it again. One
that fails is put off by an hour and reported; it never stops the others.
"""

from __future__ import annotations

import logging
from dataclasses import dataclass, field
from datetime import timedelta
from typing import TYPE_CHECKING, TypeAlias

from django.db import transaction
from django.db.models import F, Q

from aftersale.evidence.journal import Entry
from aftersale.tickets.alarms import ClaimLost, Rung, ring_due
from aftersale.tickets.assignment import Dealt, deal_due
from aftersale.tickets.change import Overtaken, change
from aftersale.tickets.firing import LEASE, Fired, fire
from aftersale.tickets.models import Deadline, Import, Ticket
from aftersale.tickets.models.clock import DeadlineState
from aftersale.tickets.models.intake import ImportState
from aftersale.tickets.notify import Sent, send_due
from aftersale.tickets.waiting import end as end_wait

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from aftersale.tickets.notify import Send

    Redecide: TypeAlias = Callable[[Ticket, datetime], object]
    CarryOut: TypeAlias = Callable[[Ticket, str, datetime], object]
    Mend: TypeAlias = Callable[[datetime], int]
    TakeUp: TypeAlias = Callable[[int, datetime], object]

PUT_OFF = timedelta(hours=1)
_BATCH = 50
_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Hands:
    """Hold what the sweep lets others do.

    `redecide(ticket, now)` judges a ticket again. `carry_out(ticket, verb, now)` writes the intent to do
    what the shop allows (it sends nothing itself, and belongs to the sweep's transaction).
    `mend_actions(now)` sees to actions whose lease is over and gives how many, `take_up_import(id, now)`
    wakes an import that waits or whose worker died, `send(url, title, body)` sends one message.
    """

    redecide: Redecide
    carry_out: CarryOut
    mend_actions: Mend
    take_up_import: TakeUp
    send: Send


@dataclass(slots=True)
class Swept:
    """Count what a sweep did; `errors` name every row that failed and was put off."""

    warned: int = 0
    missed: int = 0
    passed: int = 0
    carried_out: int = 0
    redecided: int = 0
    waits: int = 0
    mended: int = 0
    imports: int = 0
    overtaken: int = 0
    alarms: Rung = field(default_factory=Rung)
    messages: Sent = field(default_factory=Sent)
    dealt: Dealt = field(default_factory=Dealt)
    errors: list[str] = field(default_factory=list)

    @property
    def all_errors(self) -> list[str]:
        """Name every failure of the sweep, of its alarms, its messages and what it gave to people."""
        return [*self.errors, *self.alarms.errors, *self.messages.errors, *self.dealt.errors]


def sweep(now: datetime, limit: int, hands: Hands) -> Swept:
    """See to all that is due, at most `limit` rows of each kind; gives what was done and what failed."""
    done = Swept()
    parts: dict[str, Callable[[], object]] = {
        "deadlines": lambda: sweep_deadlines(now, limit, hands, done),
        "alarms": lambda: setattr(done, "alarms", ring_due(now, limit)),
        "actions": lambda: setattr(done, "mended", hands.mend_actions(now)),
        "waits": lambda: end_waits(now, limit, done),
        "decisions": lambda: redecide_due(now, limit, hands, done),
        "assignments": lambda: setattr(done, "dealt", deal_due(now, limit)),
        "imports": lambda: take_up_imports(now, limit, hands, done),
        "messages": lambda: setattr(done, "messages", send_due(now, limit, hands.send)),
    }
    for name, part in parts.items():
        try:
            part()
        except Exception as fault:  # noqa: BLE001  # a part that fails as a whole must not stop the others
            _log.exception("the sweep of %s failed", name)
            done.errors.append(f"{name}: {type(fault).__name__}: {fault}")
    return done


def sweep_deadlines(now: datetime, limit: int, hands: Hands, done: Swept) -> None:
    """Warn and end what is due, claimed in batches; each row in a transaction of its own."""
    left = limit
    while left > 0 and (claimed := _claim(now, min(left, _BATCH))):
        left -= len(claimed)
        for pk in claimed:
            _guarded(pk, now, hands, done)


def _free(now: datetime) -> Q:
    return Q(lease_until=None) | Q(lease_until__lte=now)


def _claim(now: datetime, most: int) -> list[int]:
    """Lease the rows that are due and nobody's; rows that another sweeper is claiming are passed over."""
    due = Deadline.objects.filter(_free(now), state=DeadlineState.RUNNING, next_at__lte=now)
    with transaction.atomic():
        held = due.select_for_update(skip_locked=True).order_by("next_at", "pk")
        ids = list(held.values_list("pk", flat=True)[:most])
        Deadline.objects.filter(pk__in=ids).update(lease_until=now + LEASE)
    return ids


def _guarded(pk: int, now: datetime, hands: Hands, done: Swept) -> None:
    claimed = Deadline.objects.filter(pk=pk, lease_until=now + LEASE)
    try:
        _count(fire(claimed, now, hands.carry_out), done)
    except (ClaimLost, Overtaken):
        # It was changed in between: what is due now is found by the next sweep.
        done.overtaken += 1
        claimed.update(lease_until=None)
    except Exception as fault:  # noqa: BLE001  # one row must not stop the others
        _report(done, f"deadline {pk}", fault)
        claimed.update(lease_until=now + PUT_OFF)


def _report(done: Swept, what: str, fault: Exception) -> None:
    _log.error("%s failed and is put off", what, exc_info=fault)
    done.errors.append(f"{what}: {type(fault).__name__}")


def _count(fired: Fired, done: Swept) -> None:
    done.warned += fired.warned
    done.missed += fired.missed
    done.passed += fired.passed
    done.carried_out += fired.carried_out
    if fired.fault is not None:
        _report(done, fired.what, fired.fault)


def redecide_due(now: datetime, limit: int, hands: Hands, done: Swept) -> None:
    """Judge again each open ticket whose decision is stable no longer."""
    unstable = Ticket.objects.filter(open=True, stable_until__lte=now)
    for pk in list(unstable.order_by("stable_until", "pk").values_list("pk", flat=True)[:limit]):
        try:
            done.redecided += _redecide(pk, now, hands)
        except Overtaken:
            done.overtaken += 1
        except Exception as fault:  # noqa: BLE001  # one ticket must not stop the others
            _report(done, f"decision of ticket {pk}", fault)
            _put_off_decision(pk, now, fault)


def _redecide(pk: int, now: datetime, hands: Hands) -> bool:
    with transaction.atomic():
        held = Ticket.objects.select_for_update(skip_locked=True, no_key=True)
        ticket = held.filter(pk=pk, open=True, stable_until__lte=now).first()
        if ticket is None:
            return False
        hands.redecide(ticket, now)
        return True


def end_waits(now: datetime, limit: int, done: Swept) -> None:
    """Put each ticket back into the queue that has waited long enough."""
    over = Ticket.objects.exclude(waits_for="").filter(waits_until__lte=now)
    for ticket in list(over.order_by("waits_until", "pk")[:limit]):
        try:
            end_wait(ticket, "time", now)
            done.waits += 1
        except Overtaken:
            done.overtaken += 1
        except Exception as fault:  # noqa: BLE001  # one ticket must not stop the others
            _report(done, f"wait of ticket {ticket.pk}", fault)


def _put_off_decision(pk: int, now: datetime, fault: Exception) -> None:
    """Note on the ticket that it could not be judged again, and try in an hour."""
    entry = Entry("redecide_failed", now, None, {"error": type(fault).__name__})
    ticket = Ticket.objects.filter(pk=pk, open=True, stable_until__lte=now).first()
    if ticket is not None:
        try:
            change(ticket, entry, stable_until=now + PUT_OFF)
        except Overtaken:
            _log.warning("ticket %s was changed while it was put off", pk)


def take_up_imports(now: datetime, limit: int, hands: Hands, done: Swept) -> None:
    """Wake each import that waits, or whose worker has not been heard of since its lease ended."""
    waiting = Q(state=ImportState.WAITING) & _free(now)
    orphaned = Q(state=ImportState.RUNNING, lease_until__lte=now)
    due = Import.objects.filter(waiting | orphaned).order_by(F("lease_until").asc(nulls_first=True), "pk")
    for pk in due.values_list("pk", flat=True)[:limit]:
        try:
            hands.take_up_import(pk, now)
            done.imports += 1
        except Exception as fault:  # noqa: BLE001  # one import must not stop the others
            _report(done, f"import {pk}", fault)
            Import.objects.filter(pk=pk).filter(_free(now)).update(lease_until=now + PUT_OFF)
