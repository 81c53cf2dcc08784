"""Ring until one person takes over, then go to the lead; one alarm a cause."""

from __future__ import annotations

import logging
from dataclasses import dataclass, field
from datetime import timedelta
from typing import TYPE_CHECKING, NamedTuple

from django.db import IntegrityError, transaction
from django.db.models import F, Q

from aftersale.domain.errors import AftersaleError
from aftersale.evidence.journal import Entry, Subject, record
from aftersale.shops.duty import leads, on_duty
from aftersale.texts import Text
from aftersale.tickets.change import Overtaken, change
from aftersale.tickets.models import Alarm, Outbox, Ticket
from aftersale.tickets.models.clock import AlarmState
from aftersale.tickets.notify import tell

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from datetime import datetime

    from aftersale.shops.models import Person, Shop

_log = logging.getLogger(__name__)


class Ring(NamedTuple):
    """Say how a class of alarms rings: minutes between two rings, until the lead, until it is held too long.

    An urgent one passes quiet hours. None: the warnings and the end of its deadline do that.
    """

    urgent: bool
    again: int | None
    lead: int | None
    held: int | None


DEADLINE, EVIDENCE, MONEY = "deadline", "evidence", "money"
UNAUTHORISED, UNKNOWN_OUTCOME, AUTHORISATION = "unauthorised", "unknown_outcome", "authorisation"
CLASSES: Mapping[str, Ring] = {
    DEADLINE: Ring(urgent=False, again=None, lead=None, held=None),
    EVIDENCE: Ring(urgent=True, again=15, lead=45, held=120),
    MONEY: Ring(urgent=True, again=5, lead=15, held=30),
    UNAUTHORISED: Ring(urgent=True, again=30, lead=90, held=240),
    UNKNOWN_OUTCOME: Ring(urgent=True, again=10, lead=30, held=60),
    AUTHORISATION: Ring(urgent=False, again=None, lead=None, held=None),
}
# A lead is asked again no oftener than this.
_LEAD_AGAIN = 30
_PUT_OFF = timedelta(hours=1)
_TRIES = 3
_RENEWED = ("kind", "urgent", "due_at", "params", "rung", "next_at")


@dataclass(frozen=True, slots=True)
class Cause:
    """Name what rings: `key` is the same for the same cause, `params` hold codes and never a buyer's data."""

    kind: str
    key: str
    shop: Shop
    ticket: Ticket | None = None
    due_at: datetime | None = None
    params: Mapping[str, str] = field(default_factory=dict)


class AlarmTaken(AftersaleError):
    """Refuse to take over what a colleague has taken over, and name the colleague."""

    def __init__(self, alarm: Alarm) -> None:
        name = str(alarm.taken_by)
        super().__init__(
            "alarm.taken",
            Text(zh=f"{name} 已经接手了。", en=f"{name} has taken over already."),
            Text(zh="不用再处理；需要换人请找 Ta。", en="Nothing to do; ask them if it should be yours."),
        )
        self.taken_by = alarm.taken_by


class AlarmOver(AftersaleError):
    """Refuse to take over what is over."""

    def __init__(self) -> None:
        super().__init__(
            "alarm.over",
            Text(zh="这个提醒已经解除。", en="This alarm is over."),
            Text(zh="不用再处理。", en="Nothing to do."),
        )


class AlarmBusy(AftersaleError):
    """Report that an alarm's ticket is changed so often at this moment that nobody gets hold of it."""

    def __init__(self) -> None:
        super().__init__(
            "alarm.busy",
            Text(zh="这张售后单正在被改动。", en="This ticket is being changed at the moment."),
            Text(zh="请过几秒再点接手。", en="Press again in a few seconds."),
        )


class ClaimLost(Exception):  # says what happened
    """Undo a transaction whose row somebody else has moved in between; nothing was done twice."""


def clock_key(ticket_id: int, kind: str) -> str:
    """Name the cause of a deadline's alarm."""
    return f"clock:{ticket_id}:{kind}"


def raise_alarm(cause: Cause, now: datetime) -> Alarm:
    """Ring for a cause, or ring again for one that rings already; in the caller's transaction or its own."""
    with transaction.atomic():
        alarm = _standing(cause)
        if alarm is None:
            alarm = _new(cause, now)
        else:
            _renew(alarm, cause, now)
            alarm.save(update_fields=_RENEWED)
        _heard(alarm, now)
    return alarm


def _standing(cause: Cause) -> Alarm | None:
    found = Alarm.objects.filter(key=cause.key, over_at=None).select_related("shop", "ticket", "taken_by")
    return found.first()


def _new(cause: Cause, now: datetime) -> Alarm:
    alarm = Alarm(
        shop=cause.shop,
        ticket=cause.ticket,
        key=cause.key,
        kind=cause.kind,
        urgent=CLASSES[cause.kind].urgent,
        state=AlarmState.RINGING,
        raised_at=now,
    )
    _renew(alarm, cause, now)
    try:
        with transaction.atomic():
            alarm.save(force_insert=True)
    except IntegrityError:
        # Somebody raised it for the same cause just now; what we have to say is said by theirs.
        standing = _standing(cause)
        if standing is None:
            raise
        return standing
    return alarm


def _renew(alarm: Alarm, cause: Cause, now: datetime) -> None:
    """Say what is so now: a deadline that has come near may have become a matter of money."""
    ring = CLASSES[cause.kind]
    alarm.kind, alarm.urgent, alarm.due_at = cause.kind, ring.urgent, cause.due_at
    alarm.params, alarm.rung = dict(cause.params), alarm.rung + 1
    if alarm.state == AlarmState.RINGING:
        alarm.next_at = None if ring.again is None else now + timedelta(minutes=ring.again)


def _heard(alarm: Alarm, now: datetime) -> int:
    """Tell whom it concerns; where nobody on duty can be reached the leads hear it at once."""
    if alarm.state == AlarmState.TAKEN and alarm.taken_by is not None:
        return tell(alarm, [alarm.taken_by], now)
    on = on_duty(alarm.shop, now) if alarm.state == AlarmState.RINGING else []
    reached = tell(alarm, on, now) if on else 0
    if reached:
        return reached
    # Whoever is on duty keeps the message, which may arrive yet.
    told = {person.pk for person in on}
    reached = tell(alarm, [person for person in leads(alarm.shop, now) if person.pk not in told], now)
    if not reached:
        _log.info("alarm %s (%s) of shop %s reaches nobody", alarm.pk, alarm.kind, alarm.shop_id)
    return reached


def take_over(alarm: Alarm, person: Person, now: datetime) -> Alarm:
    """Let a person take an alarm over: the first has it, the next gets AlarmTaken, or AlarmOver."""
    for _ in range(_TRIES):
        refusal = _why_not(alarm)
        if refusal is not None:
            raise refusal
        try:
            _take(alarm, person, now)
        except (ClaimLost, Overtaken, IntegrityError):
            # A colleague was quicker, or something else happened to the ticket: look again.
            continue
        alarm.refresh_from_db()
        return alarm
    raise _why_not(alarm) or AlarmBusy()


def _take(alarm: Alarm, person: Person, now: datetime) -> None:
    held = CLASSES[alarm.kind].held
    until = None if held is None else now + timedelta(minutes=held)
    with transaction.atomic():
        _journal(alarm, Entry("alarm_taken", now, person.pk, _data(alarm)))
        free = Alarm.objects.filter(pk=alarm.pk, over_at=None, taken_by=None)
        if not free.update(state=AlarmState.TAKEN, taken_by=person, taken_at=now, next_at=until):
            raise ClaimLost


def _why_not(alarm: Alarm) -> AftersaleError | None:
    current = Alarm.objects.select_related("taken_by").get(pk=alarm.pk)
    if current.over_at is not None:
        return AlarmOver()
    return AlarmTaken(current) if current.taken_by_id is not None else None


def escalate(alarm: Alarm, now: datetime) -> int:
    """Hand an alarm to the lead, from nobody or from who has held it too long; gives how many are told.

    Raises ClaimLost where it was moved in between.
    """
    with transaction.atomic():
        _journal(alarm, Entry("alarm_escalated", now, None, {**_data(alarm), "held_by": alarm.taken_by_id}))
        again = CLASSES[alarm.kind].again
        following = None if again is None else now + timedelta(minutes=max(again, _LEAD_AGAIN))
        changes = {"state": AlarmState.ESCALATED, "taken_by": None, "taken_at": None}
        _move(alarm, next_at=following, **changes)
        return _heard(alarm, now)


def end_alarm(key: str, now: datetime) -> bool:
    """End the alarm of a cause that is gone; tells whether one was standing. What is unsent is dropped."""
    return end_alarms([key], now) > 0


def end_alarms(keys: Iterable[str], now: datetime) -> int:
    """End the alarms of several causes; gives how many stood."""
    wanted = list(keys)
    if not wanted:
        return 0
    standing = list(Alarm.objects.filter(key__in=wanted, over_at=None).values_list("pk", flat=True))
    if not standing:
        return 0
    Outbox.objects.filter(alarm__in=standing, sent_at=None, lease_until=None).delete()
    return Alarm.objects.filter(pk__in=standing, over_at=None).update(
        state=AlarmState.OVER, over_at=now, next_at=None
    )


@dataclass(slots=True)
class Rung:
    """Count what became of the alarms that were due; `unheard` reach nobody."""

    again: int = 0
    escalated: int = 0
    unheard: int = 0
    overtaken: int = 0
    errors: list[str] = field(default_factory=list)


def ring_due(now: datetime, limit: int) -> Rung:
    """Ring again what nobody has taken over, and hand to the lead what has rung or been held too long."""
    done = Rung()
    due = Alarm.objects.filter(over_at=None, next_at__lte=now).order_by("next_at", "pk")
    for alarm in due.select_related("shop", "ticket", "taken_by")[:limit]:
        try:
            _ring_one(alarm, now, done)
        except (ClaimLost, Overtaken):
            done.overtaken += 1
        except Exception as fault:  # noqa: BLE001  # one alarm must not silence the others
            _log.exception("alarm %s was not rung", alarm.pk)
            done.errors.append(f"alarm {alarm.pk}: {type(fault).__name__}")
            Alarm.objects.filter(pk=alarm.pk, over_at=None).update(next_at=now + _PUT_OFF)
    return done


def _ring_one(alarm: Alarm, now: datetime, done: Rung) -> None:
    if _goes_to_lead(alarm, now):
        heard = escalate(alarm, now)
        done.escalated += 1
    else:
        heard = _again(alarm, now)
        done.again += 1
    done.unheard += not heard


def _goes_to_lead(alarm: Alarm, now: datetime) -> bool:
    if alarm.state == AlarmState.TAKEN:
        return True
    lead = CLASSES[alarm.kind].lead
    return (
        alarm.state == AlarmState.RINGING
        and lead is not None
        and now - alarm.raised_at >= timedelta(minutes=lead)
    )


def _again(alarm: Alarm, now: datetime) -> int:
    with transaction.atomic():
        again = CLASSES[alarm.kind].again or _LEAD_AGAIN
        wait = again if alarm.state == AlarmState.RINGING else max(again, _LEAD_AGAIN)
        _move(alarm, next_at=now + timedelta(minutes=wait), rung=F("rung") + 1)
        return _heard(alarm, now)


def _move(alarm: Alarm, **changes: object) -> None:
    """Change an alarm that is still as it was read, or raise ClaimLost."""
    seen = Q(pk=alarm.pk, over_at=None, state=alarm.state, next_at=alarm.next_at, taken_by=alarm.taken_by_id)
    if not Alarm.objects.filter(seen).update(**changes):
        raise ClaimLost
    alarm.refresh_from_db(fields=["state", "next_at", "rung", "taken_by", "taken_at"])


def _data(alarm: Alarm) -> dict[str, object]:
    return {"alarm": str(alarm.pk), "kind": alarm.kind, **alarm.params}


def _journal(alarm: Alarm, entry: Entry) -> None:
    """Write what happened to an alarm into the chain of its ticket; one of a shop has a chain of its own."""
    if alarm.ticket_id is not None:
        change(Ticket.objects.get(pk=alarm.ticket_id), entry)
    else:
        record(Subject(alarm.shop_id, "alarm", alarm.pk, str(alarm.pk)), entry)
