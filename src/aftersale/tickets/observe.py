"""Take one newer notice of a ticket that is known, or note that an older one came."""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING, NamedTuple

from django.db import transaction

from aftersale.channels.verbs import ANSWERS
from aftersale.domain.errors import FactsInvalid
from aftersale.domain.states import ActionState, Decision
from aftersale.evidence.journal import Entry
from aftersale.evidence.models import Event
from aftersale.tickets.change import TICKET, change
from aftersale.tickets.confirm import Seen, settle_by_observation
from aftersale.tickets.deadlines import end_of_rows, reset, wanted_for
from aftersale.tickets.draft import (
    due_fields,
    event_data,
    judged_fields,
    machine_states,
    personal_of,
    said_fields,
    searchable,
    state_fields,
)
from aftersale.tickets.fact_answers import answers_of
from aftersale.tickets.judging import decision_fields, facts_of, judge
from aftersale.tickets.kept_order import with_order
from aftersale.tickets.ledger import adopt
from aftersale.tickets.models import Action, StoredDecision
from aftersale.tickets.models.ticket import Lane
from aftersale.tickets.outcome import OPEN
from aftersale.tickets.parties import parties_again
from aftersale.tickets.replacements import piece_not_sent
from aftersale.tickets.search import index_again
from aftersale.tickets.standing import lane_of
from aftersale.tickets.steps import Stage, stage_of
from aftersale.tickets.waiting import after_news, left_to_the_platform
from aftersale.tickets.warehouse import with_goods_here

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime

    from aftersale.channels.base import Notice
    from aftersale.domain.facts import Facts
    from aftersale.tickets.bench import Bench
    from aftersale.tickets.draft import Origin, Read
    from aftersale.tickets.judging import Judged
    from aftersale.tickets.models import Ticket


def observe(bench: Bench, origin: Origin, ticket: Ticket, read: Read) -> FactsInvalid | None:
    """Bring a ticket up to date with newer news, in one transaction and event. Give a contradiction back."""
    answers = answers_of(ticket.pk)
    try:
        read, facts = _understood(bench, origin, answers, [with_order(ticket, read), read])
    except FactsInvalid as refusal:
        return refusal
    notice = read.notice
    judged = judge(notice, facts, bench.judge)
    with transaction.atomic():
        parties = parties_again(ticket, notice)
        adopt(ticket, parties.line(notice))
        shown = state_fields(machine_states(ticket), notice)["money_state"]
        settle_by_observation(ticket, str(shown), origin.now, _seen(notice))
        said = {
            **said_fields(read, origin, bench.sharing),
            "buyer_id": parties.buyer(notice) or ticket.buyer_id,
            "line_id": parties.line(notice),
        }
        _write(bench, origin, ticket, _News(read, judged, said))
    return None


def _understood(
    bench: Bench, origin: Origin, answers: Mapping[str, object], reads: Sequence[Read]
) -> tuple[Read, Facts]:
    """Give the first of some readings whose facts can belong to one ticket; raises what the last one does."""
    *first, last = reads
    for read in first:
        with suppress(FactsInvalid):
            return read, _facts(bench, origin, answers, read.notice)
    return last, _facts(bench, origin, answers, last.notice)


def _facts(bench: Bench, origin: Origin, answers: Mapping[str, object], notice: Notice) -> Facts:
    register = bench.articles.facts(notice.article_no, notice.product_id)
    return facts_of(notice, register, answers, origin.now)


class _News(NamedTuple):
    read: Read
    judged: Judged
    said: dict[str, object]


def _write(bench: Bench, origin: Origin, ticket: Ticket, news: _News) -> None:
    """Write decision, clocks, ticket and event inside the caller's transaction."""
    read, judged, said = news
    notice, decision = read.notice, judged.decision
    states = _states(ticket, read)
    stored = decision_fields(decision, bench.verdicts, bench.sharing, origin.now)
    data = event_data(read, origin, judged, states)
    if ticket.open and not notice.open:
        data |= piece_not_sent(ticket.pk, states, origin.now)
    entry = Entry("observed", origin.now, origin.actor, data, personal_of(notice))
    wanted = wanted_for(bench.shop, notice, decision, judged.clock, judged.stage, ticket.applied_at)
    deadlines = reset(ticket, wanted, origin.now)
    StoredDecision.objects.create(ticket_id=ticket.pk, **stored)
    follows = {
        **judged_fields(judged, stored["stable_until"]),
        **due_fields(end_of_rows(deadlines, origin.now)),
    }
    pending = bool(ticket.waits_for) and _pending(ticket)
    wait = after_news(ticket, lane_of(notice) is Lane.OURS, origin.as_of, pending=pending)
    if not wait.get("waits_for", ticket.waits_for):
        wait = {**wait, **left_to_the_platform(ticket.step, judged, notice.turn, origin.now)}
    change(ticket, entry, **{**said, **follows, **states, **wait})
    bench.sharing.keep()
    index_again(ticket.pk, bench.shop.pk, searchable(notice, bench.shop.pk))


def _states(ticket: Ticket, read: Read) -> dict[str, object]:
    """Give the four states after the observation: what we saw or sent ourselves stands until it is answered.

    Goods that the warehouse has are here. An action on its way is not undone by a sheet that was made before
    it: only what settles the action moves the money, and an answer that was asked for is not taken back.
    Nor is one that was given since the platform's word: what contradicts it is marked, and people look.
    """
    notice = read.notice
    before = machine_states(ticket)
    seen = with_goods_here(state_fields(before, notice), answers_of(ticket.pk), ticket.goods_state)
    if not _pending(ticket):
        answered = before["decision_state"] in _ANSWERED and seen["decision_state"] == Decision.PROPOSED
        if answered and _acted_since(ticket, read.observed_at):
            return {**seen, "decision_state": before["decision_state"]}
        return seen
    ours = {"money_state": before["money_state"]}
    if seen["decision_state"] == Decision.PROPOSED:
        ours["decision_state"] = before["decision_state"]
    machines = tuple(f"{name.removesuffix('_state')}:" for name in ours)
    left = [mark for mark in str(seen["contradicted"]).split(",") if not mark.startswith(machines)]
    return {**seen, **ours, "contradicted": ",".join(left)}


def _pending(ticket: Ticket) -> bool:
    return Action.objects.filter(ticket_id=ticket.pk, state__in=OPEN, verb__in=ANSWERS).exists()


def _acted_since(ticket: Ticket, moment: datetime) -> bool:
    """Tell whether an action of ours was done after a moment."""
    done = Action.objects.filter(ticket_id=ticket.pk, state=ActionState.DONE, ended_at__gt=moment)
    return done.filter(verb__in=ANSWERS).exists()


def _seen(notice: Notice) -> Seen:
    """Tell what a notice shows of actions of ours."""
    refunded = notice.facts.get("refunded_fen")
    return Seen(
        paid_fen=refunded if isinstance(refunded, int) else None,
        answered=str(notice.facts.get("merchant_response", "")),
        closed=not notice.open,
        paying=stage_of(notice) is Stage.PAYING and notice.facts.get("merchant_response") == "agreed",
    )


def note_old(origin: Origin, ticket: Ticket, read: Read) -> None:
    """Write an older word into the journal, once; it changes nothing."""
    digest = read.digest.hex()
    events = Event.objects.filter(subject_kind=TICKET, subject_id=ticket.pk, kind__in=_HEARD)
    if any(digest.encode() in bytes(payload) for payload in events.values_list("payload", flat=True)):
        return
    notice = read.notice
    data = {
        "source": origin.source,
        "as_of": origin.as_of.isoformat(),
        "digest": digest,
        "observed_at": read.observed_at.isoformat(),
        "status": notice.status,
        "open": notice.open,
        "facts": dict(read.facts),
    }
    change(ticket, Entry("observed_old", origin.now, origin.actor, data, personal_of(notice)))


_ANSWERED = (Decision.ACCEPTED, Decision.REFUSED)
_HEARD = ("imported", "observed", "observed_old")
