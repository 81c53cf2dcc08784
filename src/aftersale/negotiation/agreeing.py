"""End a talk: with what both agree on, which becomes a promise and an intent; or without."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

from django.db import transaction

from aftersale.channels.verbs import PAYS, Verb
from aftersale.domain.errors import AftersaleError
from aftersale.domain.roles import Permission
from aftersale.domain.states import Goods
from aftersale.evidence.journal import Entry
from aftersale.negotiation.counts import count_agreed
from aftersale.negotiation.models import Felt, Negotiation, Source, State
from aftersale.negotiation.refusals import NothingAgreed, TalkOver
from aftersale.negotiation.rounds import Spoken, begin_talk, check_limits, check_way, how_it_stands, put
from aftersale.policy.talks.rounds import Act
from aftersale.policy.talks.terms import Side, Terms
from aftersale.shops.permissions import may
from aftersale.texts import Text
from aftersale.tickets.act import Intent, propose
from aftersale.tickets.change import change
from aftersale.tickets.handling import finish_task
from aftersale.tickets.outcome import lock
from aftersale.tickets.promises import Promise, check_promise, to_keep
from aftersale.tickets.verbs import verb_of
from aftersale.tickets.waiting import ended
from aftersale.tickets.wording import check_words

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from aftersale.shops.models import Person
    from aftersale.tickets.models import Task, Ticket


class Outcome(StrEnum):
    """Say why a talk ended without an agreement."""

    WITHDRAWN = "withdrawn"
    APART = "apart"
    SILENT = "silent"
    PLATFORM = "platform"


OUTCOME_WORDS: Mapping[Outcome, Text] = {
    Outcome.WITHDRAWN: Text(zh="买家撤了申请", en="the buyer withdrew"),
    Outcome.APART: Text(zh="谈不拢", en="too far apart"),
    Outcome.SILENT: Text(zh="买家没回", en="the buyer did not answer"),
    Outcome.PLATFORM: Text(zh="交给平台处理", en="the platform decides"),
}

_KEPT, _REPLACED = "kept", "replaced"
_LONGEST = 500


@dataclass(frozen=True, slots=True)
class Agreement:
    """Hold on what both agree, until when it is done, and in what words."""

    terms: Terms
    until: datetime
    text: str


@dataclass(frozen=True, slots=True)
class Settled:
    """Hold what an agreement made: the promise, and what a colleague is asked to confirm, or why not."""

    promise: Task
    intent: Task | None
    verb: str
    why: Text | None = None


def verb_for(ticket: Ticket, way: str) -> Verb | None:
    """Give the act that carries an agreed way out now; a return is agreed to before it is refunded."""
    found = verb_of(way)
    back = ticket.goods_state in {Goods.BACK, Goods.INSPECTED}
    if found is Verb.REFUND_RECEIVED and not back:
        return Verb.AGREE_RETURN
    return None if found is Verb.REFUSE else found


@transaction.atomic
def agree(
    talk: Negotiation, person: Person, agreed: Agreement, now: datetime, expected_sequence: int
) -> Settled:
    """Note that both sides agree: one event and a promise in the queue; a person confirms what follows.

    Who may confirm it does it next; for anybody else it is proposed to a colleague.

    Raises NothingAgreed, WayUnknown, PromiseRefused, WordingStopped, OverLimit, TalkOver, Overtaken,
    TicketEnded.
    """
    ticket = talk.ticket
    begin_talk(ticket, expected_sequence)
    _still_open(talk)
    kept = Promise(agreed.text.strip()[:_LONGEST], agreed.until, agreed.terms.amount_fen)
    verb = _checked(ticket, agreed, kept, now)
    both = [Spoken(side, Act.ACCEPT, "", agreed.terms, now) for side in (Side.BUYER, Side.SHOP)]
    check_limits(talk, ticket, both[1])
    standing = how_it_stands(talk, list(talk.offers.all()), now)
    offers = [put(talk, each, Source.TYPED, person, now) for each in both]
    data = {
        "talk": str(talk.pk),
        "way": agreed.terms.way,
        "amount_fen": agreed.terms.amount_fen,
        "until": agreed.until.isoformat(),
        "rounds": standing.rounds,
        "meeting": standing.overlap.meeting.value,
        "accepted": {each.side: each.number for each in offers},
    }
    change(ticket, Entry("agreed", now, person.pk, data, {"text": kept.text}), **ended(ticket))
    promise = to_keep(ticket, person, kept, now)
    _close(
        talk,
        person,
        State.AGREED,
        now,
        way=agreed.terms.way,
        amount_fen=agreed.terms.amount_fen,
        until=agreed.until,
    )
    count_agreed(talk)
    intent, why = _intended(ticket, person, verb, agreed, now)
    return Settled(promise, intent, verb or "", why)


def _checked(ticket: Ticket, agreed: Agreement, kept: Promise, now: datetime) -> Verb | None:
    """Hold an agreement to saying what and how much; gives the act that carries it out."""
    verb = verb_for(ticket, agreed.terms.way)
    if not agreed.terms.way or (verb in PAYS and not agreed.terms.amount_fen):
        raise NothingAgreed
    check_way(ticket, agreed.terms.way, now)
    check_promise(kept, now)
    check_words(ticket.shop, kept.text, now)
    return verb


def _intended(
    ticket: Ticket, person: Person, verb: Verb | None, agreed: Agreement, now: datetime
) -> tuple[Task | None, Text | None]:
    """Ask a colleague where the person may not confirm it; where that cannot be now, say why.

    Who may confirm it does so in the next step, and waits for nobody. The promise stays in any case.
    """
    if verb is None or may(person, Permission.APPROVE, ticket.shop):
        return None, None
    fen = agreed.terms.amount_fen if verb in PAYS else None
    try:
        with transaction.atomic():
            return propose(ticket, person, Intent(verb, fen), now, ticket.sequence), None
    except AftersaleError as refusal:
        lock(ticket)
        return None, refusal.message


@transaction.atomic
def end(talk: Negotiation, person: Person, outcome: Outcome, now: datetime) -> None:
    """End a talk without an agreement; the ticket is back in the queue. Raises TalkOver."""
    ticket = lock(talk.ticket)
    _still_open(talk)
    data = {"talk": str(talk.pk), "why": outcome.value}
    change(ticket, Entry("talk_ended", now, person.pk, data), **ended(ticket))
    _close(talk, person, State.ENDED, now, outcome=outcome.value)


@transaction.atomic
def note_felt(talk: Negotiation, person: Person, felt: Felt, now: datetime) -> None:
    """Note how the buyer took a talk that is over, by the buyer's own words; the last note counts."""
    ticket = lock(talk.ticket)
    change(ticket, Entry("talk_felt", now, person.pk, {"talk": str(talk.pk), "felt": felt.value}))
    Negotiation.objects.filter(pk=talk.pk).exclude(state=State.OPEN).update(felt=felt)


def _still_open(talk: Negotiation) -> None:
    if not Negotiation.objects.filter(pk=talk.pk, state=State.OPEN).exists():
        raise TalkOver


def _close(talk: Negotiation, person: Person, state: State, now: datetime, **fields: object) -> None:
    """Close a talk, and with it the promise to come back."""
    back = talk.back
    if back is not None and back.done_at is None:
        back.ticket = talk.ticket
        finish_task(back, person, _KEPT if state == State.AGREED else _REPLACED, now)
    for name, value in {
        "state": state,
        "ended_at": now,
        "ended_by": person,
        "buyer_at": None,
        **fields,
    }.items():
        setattr(talk, name, value)
    talk.save()
