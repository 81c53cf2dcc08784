"""Note what the platform says of a dispute: a case for each, its stage, its clock, its ruling."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import transaction

from aftersale.disputes.models import Case, Kind, Submission
from aftersale.domain.clock import moment_of, seconds_of
from aftersale.domain.disputes import DECIDED, Favours, Stage, stage_after
from aftersale.domain.states import Arbitration, Money
from aftersale.evidence.journal import Entry
from aftersale.policy.disputes.windows import Numbers, Source, Window, appeal_by, evidence_by
from aftersale.shops.rulebooks import judge_of
from aftersale.tickets.alarms import EVIDENCE, Cause, end_alarms, raise_alarm
from aftersale.tickets.change import change
from aftersale.tickets.models import Deadline, Ticket
from aftersale.tickets.models.clock import DeadlineState
from aftersale.tickets.said import said_of
from aftersale.tickets.vault.checklist import EVIDENCE_BY

if TYPE_CHECKING:
    from datetime import datetime

    from aftersale.channels.base import Disputed

OPENED, JUDGED, WITHDRAWN = "dispute_opened", "dispute_judged", "dispute_withdrawn"
PLATFORM, PERSON = "platform", "person"
ANSWERED, UPHELD, TURNED = "dispute_appeal_answered", "upheld", "turned"
"""The event of an answer to a reconsideration, and what it may be."""
_WANTS = 300
# What the platform tells; what people typed or took meanwhile is not written over.
_TOLD = (
    "number", "stage", "due_at", "due_source", "wants", "favours", "blamed", "at_once", "opinion", "known_by",
    "judged_at", "carried_out_at", "ended_at",
)  # fmt: skip


def alarm_key(case_id: int) -> str:
    """Name the cause of the alarm that a new dispute rings."""
    return f"dispute:{case_id}"


def automatic_key(case_id: int) -> str:
    """Name the cause of the alarm that rings where the desk cannot submit what it was to submit by itself."""
    return f"dispute:{case_id}:automatic"


def quiet(case_id: int, now: datetime) -> None:
    """End the alarms of a case for which no evidence is wanted any more."""
    end_alarms((alarm_key(case_id), automatic_key(case_id)), now)


def numbers_of(case: Case, at: datetime) -> Numbers:
    """Give the numbers of the rulebook for the platform of a case."""
    parameters = judge_of(case.shop_id, at).rulebook.parameters
    return Numbers(parameters, case.ticket.shop.platform, seconds_of(at))


def evidence_window(case: Case) -> Window | None:
    """Tell until when the platform takes evidence, and by whom that is known."""
    if case.due_at is not None:
        return Window(seconds_of(case.due_at), Source(case.due_source))
    return evidence_by(numbers_of(case, case.opened_at), None, seconds_of(case.opened_at))


def appeal_window(case: Case) -> Window | None:
    """Tell until when a ruling may be asked to be looked at again; None before there is one."""
    if case.judged_at is None:
        return None
    return appeal_by(numbers_of(case, case.judged_at), None, seconds_of(case.judged_at))


@transaction.atomic
def note(ticket_id: int, now: datetime) -> Case | None:
    """Bring the case of a ticket to what the platform says; None where there is no dispute."""
    locked(ticket_id)
    ticket = (
        Ticket.objects.select_for_update(no_key=True, of=("self",)).select_related("shop").get(pk=ticket_id)
    )
    state, said = Arbitration(ticket.arbitration_state), said_of(ticket).dispute
    if state is Arbitration.NONE:
        return None
    case = _case(ticket, said) or _opened(ticket, said, state, now)
    _told(case, said, state, now)
    _carried_out(case, ticket, now)
    case.save(update_fields=_TOLD)
    return case


def locked(ticket_id: int) -> list[Case]:
    """Keep others from the cases of a ticket; whoever locks the ticket as well does so after them."""
    return list(Case.objects.select_for_update(no_key=True).filter(ticket_id=ticket_id).order_by("pk"))


def _case(ticket: Ticket, said: Disputed | None) -> Case | None:
    """Find the case that is spoken of: by number, else the newest; one without a number gets it."""
    cases = Case.objects.filter(ticket=ticket).order_by("-pk")
    if said is None or not said.number:
        return cases.first()
    found = cases.filter(number__in=[said.number, ""]).order_by("-number").first()
    if found is not None:
        found.number = said.number
    return found


def _opened(ticket: Ticket, said: Disputed | None, state: Arbitration, now: datetime) -> Case:
    case = Case.objects.create(
        shop_id=ticket.shop_id,
        ticket=ticket,
        number=said.number if said else "",
        stage=stage_after(Stage.RECEIVED, state),
        opened_at=(said.opened_at if said else None) or ticket.observed_at,
        noted_at=now,
    )
    change(ticket, Entry(OPENED, now, None, {"case": str(case.pk), "number": case.number}))
    return case


def _told(case: Case, said: Disputed | None, state: Arbitration, now: datetime) -> None:
    """Take over stage, clock and ruling; a person's word on a ruling gives way to the platform's."""
    before, case.stage = Stage(case.stage), stage_after(Stage(case.stage), state)
    if said is not None and said.wants:
        case.wants = said.wants[:_WANTS]
    if case.stage == Stage.EVIDENCE:
        _asked_again(case, before, said, now)
        _due(case, said, now)
    elif before is Stage.EVIDENCE:
        quiet(case.pk, now)
    if case.stage == Stage.WITHDRAWN and before is not Stage.WITHDRAWN:
        case.ended_at = now
        change(case.ticket, Entry(WITHDRAWN, now, None, {"case": str(case.pk)}))
    if said is None or not said.favours:
        return
    if case.known_by != PLATFORM:
        _ruled(case, said, now)
    else:
        _looked_at_again(case, said, now)


def _asked_again(case: Case, before: Stage, said: Disputed | None, now: datetime) -> None:
    """Let evidence be submitted once more where the platform asks anew: after its review, with a later end.

    The same end again is its old word, which a submission by hand may have overtaken. A platform that tells
    no end asks anew by what it says after the submission; then the end is counted anew.
    """
    if before is not Stage.REVIEW or said is None:
        return
    out = Submission.objects.filter(case=case, kind=Kind.EVIDENCE, failed_at=None, answered_at=None)
    if said.due_at is not None:
        anew = case.due_at is not None and said.due_at > case.due_at
    else:
        anew = said.changed_at is not None and out.filter(at__lt=said.changed_at).exists()
    if anew:
        out.update(answered_at=now)
        case.due_at = None


def _due(case: Case, said: Disputed | None, now: datetime) -> None:
    """Set the clock: the platform's, else counted by the rulebook; a new one rings."""
    due, source = _told_due(case, said) or _counted_due(case, said, now)
    if due == case.due_at or (source != Source.PLATFORM and case.due_at is not None):
        return
    case.due_at, case.due_source = due, source
    if case.due_at is not None and case.due_at > now and case.holder_id is None:
        about = {"clock": "evidence_by", "case": str(case.pk)}
        raise_alarm(
            Cause(EVIDENCE, alarm_key(case.pk), case.ticket.shop, case.ticket, case.due_at, about), now
        )


def _told_due(case: Case, said: Disputed | None) -> tuple[datetime | None, str] | None:
    """Give the platform's own end: of the dispute, else of the clock that the ticket runs by."""
    if said is not None and said.due_at is not None:
        return said.due_at, Source.PLATFORM
    clocks = Deadline.objects.filter(ticket_id=case.ticket_id, kind=EVIDENCE_BY, source=Source.PLATFORM)
    found = clocks.filter(state=DeadlineState.RUNNING).values_list("due_at", flat=True).first()
    return (found, Source.PLATFORM) if found else None


def _counted_due(case: Case, said: Disputed | None, now: datetime) -> tuple[datetime | None, str]:
    """Count from when the platform asked, as far as it tells: the desk may have heard of it hours later."""
    asked = min(now, (said.changed_at if said else None) or now)
    window = evidence_by(numbers_of(case, now), None, seconds_of(asked))
    return (moment_of(window.at), window.source) if window else (None, "")


def _ruled(case: Case, said: Disputed, now: datetime) -> None:
    case.favours, case.blamed, case.at_once = said.favours, said.blamed, said.at_once
    case.opinion, case.known_by = said.opinion, PLATFORM
    case.judged_at = said.changed_at or now
    told = {"case": str(case.pk), "favours": said.favours, "blamed": said.blamed, "by": PLATFORM}
    change(case.ticket, Entry(JUDGED, now, None, told))


def _looked_at_again(case: Case, said: Disputed, now: datetime) -> None:
    """Take over what came of a reconsideration: another ruling, or other words for the same one.

    The day of the first ruling stays: windows and counts go by it.
    """
    turned = said.favours != case.favours
    if (not turned and (said.opinion == case.opinion or not said.opinion)) or _is_older(case, said):
        return
    answer = TURNED if turned else UPHELD
    asked = Submission.objects.filter(case=case, kind=Kind.APPEAL, failed_at=None, answered_at=None)
    answered = asked.filter(at__lte=said.changed_at or now).update(answer=answer, answered_at=now)
    if not turned and not answered:
        return
    case.favours, case.opinion = said.favours, said.opinion or case.opinion
    case.blamed = said.blamed or case.blamed
    if case.stage == Stage.JUDGED:
        case.stage = Stage.SETTLED
    told = {"case": str(case.pk), "answer": answer, "favours": said.favours, "blamed": case.blamed}
    change(case.ticket, Entry(ANSWERED, now, None, {**told, "by": PLATFORM}))


def _is_older(case: Case, said: Disputed) -> bool:
    """Tell whether what the platform says is from before an answer that is noted already."""
    answered = case.submissions.filter(kind=Kind.APPEAL).exclude(answered_at=None)
    newer = answered if said.changed_at is None else answered.filter(answered_at__gte=said.changed_at)
    return newer.exists()


def _carried_out(case: Case, ticket: Ticket, now: datetime) -> None:
    """See whether what was ruled has been done: money for a buyer, an end for a shop."""
    if Stage(case.stage) not in DECIDED - {Stage.CARRIED_OUT} or not case.favours:
        return
    paid = ticket.money_state == Money.PAID
    done = paid if case.favours == Favours.BUYER else not ticket.open
    if done:
        case.stage, case.carried_out_at = Stage.CARRIED_OUT, now
