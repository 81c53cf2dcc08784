"""Take one newer notice of a ticket that is known, or note that an older one came."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import transaction

from aftersale.domain.errors import FactsInvalid
from aftersale.evidence.journal import Entry
from aftersale.evidence.models import Event
from aftersale.tickets.change import TICKET, change
from aftersale.tickets.confirm import Seen, settle_by_observation
from aftersale.tickets.deadlines import reset, wanted_for
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
from aftersale.tickets.ledger import adopt
from aftersale.tickets.models import StoredDecision
from aftersale.tickets.parties import parties_of
from aftersale.tickets.search import index_rows

if TYPE_CHECKING:
    from aftersale.channels.base import Notice
    from aftersale.tickets.draft import Origin, Read
    from aftersale.tickets.intake import Bench
    from aftersale.tickets.models import Ticket


def observe(bench: Bench, origin: Origin, ticket: Ticket, read: Read) -> FactsInvalid | None:
    """Bring a ticket up to date with newer news, in one transaction and event. Give a contradiction back."""
    notice = read.notice
    register = bench.articles.facts(notice.article_no, notice.product_id)
    try:
        facts = facts_of(notice, register, answers_of(ticket.pk), origin.now)
    except FactsInvalid as refusal:
        return refusal
    judged = judge(notice, facts, bench.judge)
    states = state_fields(machine_states(ticket), notice)
    stored = decision_fields(judged.decision, bench.verdicts, origin.now)
    entry = Entry(
        "observed", origin.now, origin.actor, event_data(read, origin, judged, states), personal_of(notice)
    )
    with transaction.atomic():
        parties = parties_of(bench.shop.pk, [notice])
        adopt(ticket, parties.line(notice))
        settle_by_observation(ticket, str(states["money_state"]), origin.now, _seen(notice))
        wanted = wanted_for(
            bench.shop, notice, judged.decision, judged.clock, judged.stage, ticket.applied_at
        )
        deadlines = reset(ticket, wanted, origin.now)
        StoredDecision.objects.create(ticket_id=ticket.pk, **stored)
        change(
            ticket,
            entry,
            **said_fields(read, origin, bench.sharing),
            **judged_fields(judged, stored["stable_until"]),
            **states,
            **due_fields(deadlines, origin.now),
            buyer_id=parties.buyer(notice) or ticket.buyer_id,
            line_id=parties.line(notice),
        )
        bench.sharing.keep()
        index_rows([(ticket.pk, bench.shop.pk, searchable(notice, bench.shop.pk))])
    return None


def _seen(notice: Notice) -> Seen:
    """Tell what a notice shows of actions of ours."""
    refunded = notice.facts.get("refunded_fen")
    return Seen(
        paid_fen=refunded if isinstance(refunded, int) else None,
        answered=str(notice.facts.get("merchant_response", "")),
        closed=not notice.open,
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


_HEARD = ("imported", "observed", "observed_old")
