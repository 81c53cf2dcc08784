"""Submit evidence once: what was looked at, before the end, with the gaps known, on somebody's word.

Where the desk reaches the platform it sends pictures and text; else a person pastes them there and says so.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

from django.db import IntegrityError, transaction

from aftersale.channels.registry import channel_of
from aftersale.channels.verbs import Verb
from aftersale.disputes.assembling import journaled, parts, shown_by, submitted
from aftersale.disputes.estimating import estimate_of
from aftersale.disputes.models import Case, Kind, Submission
from aftersale.disputes.noting import quiet
from aftersale.disputes.refusals import CaseRefused, Why
from aftersale.domain.disputes import Stage
from aftersale.domain.states import ActionState, Arbitration, Machine, command, possible
from aftersale.evidence.journal import Entry
from aftersale.shops.models.shop import ConnectionState
from aftersale.tickets import beside
from aftersale.tickets.change import change
from aftersale.tickets.models import Ticket
from aftersale.tickets.models.evidence import PackState
from aftersale.tickets.outcome import locked, note_down
from aftersale.tickets.standing import FIELD
from aftersale.tickets.vault.checklist import checklist_of
from aftersale.tickets.vault.gather import newest_decision
from aftersale.tickets.waiting import Whom, begun

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from datetime import datetime

    from aftersale.shops.models import Person
    from aftersale.tickets.models import Action, Pack
    from aftersale.tickets.vault.checklist import Wanted

SUBMITTED = "dispute_submitted"
# An address lasts two days; what waits longer than this gets another.
_RENEWED = timedelta(hours=12)


@dataclass(frozen=True, slots=True)
class Word:
    """Hold what a person has seen and said: the pack they looked at, whether gaps may stay.

    `by_hand`: they have pasted it into the platform's page themselves.
    """

    pack_id: int
    gaps_accepted: bool
    by_hand: bool = False


def missing_of(case: Case, now: datetime) -> tuple[Wanted, ...]:
    """Name what the shop should bring and has not."""
    return checklist_of(case.ticket, newest_decision(case.ticket, now), now).missing


def is_sent_by_desk(ticket: Ticket, addresses: Sequence[str]) -> bool:
    """Tell whether the desk can submit: the platform offers it, lets us in, and can fetch our pictures."""
    connection = getattr(ticket.shop, "connection", None)
    lets_in = connection is not None and connection.state == ConnectionState.CONNECTED
    return bool(addresses) and lets_in and Verb.SUBMIT_EVIDENCE in channel_of(ticket.shop.channel).verbs


def submit(
    case: Case,
    person: Person | None,
    word: Word,
    now: datetime,
    addresses_of: Callable[[Pack, int], Sequence[str]],
) -> Submission:
    """Submit once what a person looked at; `addresses_of` gives where a platform can fetch the pictures.

    None for a person is the desk, where the shop lets it. Raises CaseRefused; then nothing was sent.
    """
    try:
        with transaction.atomic():
            return _submit(_locked(case), person, word, now, addresses_of)
    except IntegrityError:
        raise CaseRefused(Why.SUBMITTED) from None


def _locked(case: Case) -> Case:
    """Lock the case, then its ticket, and read both as they stand."""
    Case.objects.select_for_update(no_key=True).get(pk=case.pk)
    Ticket.objects.select_for_update(no_key=True, of=("self",)).get(pk=case.ticket_id)
    return Case.objects.select_related("ticket__shop__connection", "pack__file").get(pk=case.pk)


def _submit(
    case: Case,
    person: Person | None,
    word: Word,
    now: datetime,
    addresses_of: Callable[[Pack, int], Sequence[str]],
) -> Submission:
    missing = missing_of(case, now)
    pack = _check(case, word, missing, now)
    pictures, text = parts(pack)
    if not pictures:
        raise CaseRefused(Why.NO_PICTURE)
    made = Submission.objects.create(
        case=case,
        kind=Kind.EVIDENCE,
        round=case.submissions.filter(kind=Kind.EVIDENCE).exclude(answered_at=None).count() + 1,
        pack=pack,
        text=text,
        pictures=shown_by(pack, pictures),
        missing=[line.id for line in missing],
        by=person,
        at=now,
    )
    Case.objects.filter(pk=case.pk).update(estimate=estimate_of(case, now).kept())
    addresses = [] if word.by_hand else addresses_of(pack, len(pictures))
    if is_sent_by_desk(case.ticket, addresses):
        made.action = _sent(case, person, text, addresses, now)
        made.addressed_at = now
        made.save(update_fields=["action", "addressed_at"])
    elif word.by_hand:
        _pasted(case, now)
    else:
        raise CaseRefused(Why.NOT_WANTED)
    _journal(case, made, now)
    return made


def _check(case: Case, word: Word, missing: Sequence[Wanted], now: datetime) -> Pack:
    """Let pass what is wanted, in time, looked at as it is, and known to be incomplete where it is."""
    if submitted(case):
        raise CaseRefused(Why.SUBMITTED)
    # The ticket may know already that the dispute is over, and the case only a moment later.
    if case.stage != Stage.EVIDENCE or case.ticket.arbitration_state != Arbitration.EVIDENCE_DUE:
        raise CaseRefused(Why.NOT_WANTED)
    if case.due_at is not None and now >= case.due_at:
        raise CaseRefused(Why.TOO_LATE)
    if case.pack is None or case.pack.state != PackState.BUILT:
        raise CaseRefused(Why.NOT_BUILT)
    if case.pack_id != word.pack_id:
        raise CaseRefused(Why.CHANGED)
    if missing and not word.gaps_accepted:
        raise CaseRefused(Why.GAPS)
    return case.pack


def _sent(case: Case, person: Person | None, text: str, addresses: Sequence[str], now: datetime) -> Action:
    params = {"text": text, "pictures": list(addresses), "pack": str(case.pack_id)}
    return beside.do(case.ticket, person, Verb.SUBMIT_EVIDENCE, params, now)


def renew(now: datetime, addresses_of: Callable[[Pack, int], Sequence[str]]) -> int:
    """Give the pictures of what still waits to be sent new addresses before the old ones end; counts them."""
    waiting = Submission.objects.filter(action__state=ActionState.INTENDED, addressed_at__lte=now - _RENEWED)
    return sum(_renewed(made, now, addresses_of) for made in waiting.select_related("pack"))


@transaction.atomic
def _renewed(made: Submission, now: datetime, addresses_of: Callable[[Pack, int], Sequence[str]]) -> bool:
    action, addresses = locked(made.action_id or 0), addresses_of(made.pack, len(made.pictures))
    if action.state != ActionState.INTENDED or not addresses:
        return False
    note_down(action, params={**action.params, "pictures": list(addresses)})
    return bool(Submission.objects.filter(pk=made.pk).update(addressed_at=now))


def _pasted(case: Case, now: datetime) -> None:
    """Move the ticket on a person's word; the platform's own word comes later and counts."""
    ticket = Ticket.objects.select_for_update(no_key=True).get(pk=case.ticket_id)
    before, fields = ticket.arbitration_state, begun(ticket, Whom.PLATFORM, now)
    if "submit" in possible(Machine.ARBITRATION, before):
        fields[FIELD[Machine.ARBITRATION]] = command(Machine.ARBITRATION, before, "submit").after.value
    change(ticket, Entry("evidence_pasted", now, None, {"case": str(case.pk)}), **fields)
    if fields.get(FIELD[Machine.ARBITRATION]) == Arbitration.SUBMITTED:
        Case.objects.filter(pk=case.pk).update(stage=Stage.REVIEW)
        quiet(case.pk, now)


def _journal(case: Case, made: Submission, now: datetime) -> None:
    ticket = Ticket.objects.select_for_update(no_key=True).get(pk=case.ticket_id)
    sent, written = journaled(made)
    data = {
        **sent,
        "missing": made.missing,
        "automatic": made.by_id is None,
        "by_hand": made.action_id is None,
    }
    change(ticket, Entry(SUBMITTED, now, made.by_id, data, written))
