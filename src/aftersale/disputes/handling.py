"""Take a case, note a ruling that no interface tells, and answer the tests of liability."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.db import transaction

from aftersale.disputes.models import Case
from aftersale.disputes.noting import JUDGED, PERSON, quiet
from aftersale.disputes.refusals import CaseRefused, CaseTaken, Why
from aftersale.domain.disputes import DECIDED, Blamed, Favours, Stage
from aftersale.domain.states import Machine, command, possible
from aftersale.evidence.journal import Entry
from aftersale.policy.disputes.liability import IDS
from aftersale.tickets.alarms import AlarmOver, AlarmTaken, take_over
from aftersale.tickets.change import change
from aftersale.tickets.models import Alarm, Ticket
from aftersale.tickets.standing import FIELD

if TYPE_CHECKING:
    from datetime import datetime

    from aftersale.shops.models import Person

TAKEN, GIVEN_FREE, TESTED = "dispute_taken", "dispute_given_free", "dispute_tested"
_OPINION, _ITEM = 1_000, 48


@dataclass(frozen=True, slots=True)
class Ruling:
    """Hold a ruling as a person read it in the back office."""

    favours: str
    blamed: str
    opinion: str = ""


@transaction.atomic
def take(case: Case, person: Person, now: datetime) -> None:
    """Let a person take a case over, its alarms with it; the first has it. Raises CaseTaken."""
    free = Case.objects.filter(pk=case.pk, holder=None)
    if not free.update(holder=person, held_at=now):
        current = Case.objects.select_related("holder").get(pk=case.pk)
        if current.holder_id != person.pk:
            raise CaseTaken(str(current.holder))
        return
    for alarm in Alarm.objects.filter(ticket_id=case.ticket_id, over_at=None, taken_by=None):
        _quiet(alarm, person, now)
    _write(case, TAKEN, person.pk, now)


def _quiet(alarm: Alarm, person: Person, now: datetime) -> None:
    """Take an alarm of the ticket over; one that a colleague has taken meanwhile is theirs."""
    try:
        take_over(alarm, person, now)
    except (AlarmTaken, AlarmOver):
        return


@transaction.atomic
def give_free(case: Case, person: Person, now: datetime, *, leads: bool = False) -> None:
    """Give a case free, so that another can take it; whose it is not needs to lead. Raises CaseTaken."""
    held = Case.objects.select_related("holder").get(pk=case.pk)
    if held.holder_id not in {None, person.pk} and not leads:
        raise CaseTaken(str(held.holder))
    if Case.objects.filter(pk=case.pk).exclude(holder=None).update(holder=None, held_at=None):
        _write(case, GIVEN_FREE, person.pk, now)


def _write(case: Case, kind: str, person_id: int, now: datetime, **more: object) -> Ticket:
    ticket = Ticket.objects.select_for_update(no_key=True).get(pk=case.ticket_id)
    change(ticket, Entry(kind, now, person_id, {"case": str(case.pk), **more}))
    return ticket


@transaction.atomic
def rule(case: Case, ruling: Ruling, person: Person, now: datetime) -> None:
    """Note a ruling that a person read; the platform's own word replaces it. Raises CaseRefused."""
    if ruling.favours not in set(Favours) or (ruling.blamed and ruling.blamed not in set(Blamed)):
        raise CaseRefused(Why.NOT_WHOLE)
    current = Case.objects.select_for_update(no_key=True).get(pk=case.pk)
    if current.favours or current.stage == Stage.WITHDRAWN:
        raise CaseRefused(Why.JUDGED)
    ticket = Ticket.objects.select_for_update(no_key=True).get(pk=case.ticket_id)
    favours = Favours(ruling.favours)
    told = {"case": str(case.pk), "favours": ruling.favours, "blamed": ruling.blamed, "by": PERSON}
    fields: dict[str, object] = {"blamed": ruling.blamed}
    verb = {Favours.MERCHANT: "win", Favours.BUYER: "lose", Favours.TALK: "close"}[favours]
    if verb in possible(Machine.ARBITRATION, ticket.arbitration_state):
        fields[FIELD[Machine.ARBITRATION]] = command(
            Machine.ARBITRATION, ticket.arbitration_state, verb
        ).after.value
    change(ticket, Entry(JUDGED, now, person.pk, told), **fields)
    Case.objects.filter(pk=case.pk).update(
        stage=Stage.JUDGED,
        favours=ruling.favours,
        blamed=ruling.blamed,
        opinion=ruling.opinion.strip()[:_OPINION],
        known_by=PERSON,
        judged_at=now,
    )
    quiet(case.pk, now)


@transaction.atomic
def accept(case: Case, person: Person, now: datetime) -> None:
    """Let a ruling stand: nothing more is asked of the platform. Raises CaseRefused."""
    moved = Case.objects.filter(pk=case.pk, stage=Stage.JUDGED).update(stage=Stage.SETTLED)
    if not moved and not Case.objects.filter(pk=case.pk, stage__in=DECIDED).exists():
        raise CaseRefused(Why.NOT_JUDGED)
    if moved:
        _write(case, "dispute_accepted", person.pk, now)


@transaction.atomic
def test(case: Case, name: str, answer: str, item: str, by: tuple[Person, datetime]) -> None:
    """Answer a test of liability: yes, no, or nothing, with the line of evidence that shows it."""
    person, now = by
    if name not in IDS:
        raise CaseRefused(Why.NOT_WHOLE)
    current = Case.objects.select_for_update(no_key=True).get(pk=case.pk)
    said = {"yes": True, "no": False}.get(answer)
    tests = {**current.tests}
    tests.pop(name, None)
    if said is not None:
        tests[name] = {"answer": said, "item": item[:_ITEM], "by": person.pk}
    Case.objects.filter(pk=case.pk).update(tests=tests)
    _write(case, TESTED, person.pk, now, test=name, answer=said)
