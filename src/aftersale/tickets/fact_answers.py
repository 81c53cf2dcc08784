"""Take what people know about a ticket, and judge it again."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import transaction

from aftersale.domain.errors import AftersaleError
from aftersale.domain.fact_table import FACTS
from aftersale.domain.vocabulary import Silence
from aftersale.evidence.journal import Entry
from aftersale.shops.rulebooks import judge_of, remember
from aftersale.texts import Text
from aftersale.tickets.change import change
from aftersale.tickets.deadlines import reset, wanted_for
from aftersale.tickets.draft import due_fields, judged_fields
from aftersale.tickets.judging import Judged, Verdicts, decision_fields, facts_of, judge
from aftersale.tickets.models import Answer, StoredDecision
from aftersale.tickets.product_facts import articles_for
from aftersale.tickets.said import said_of
from aftersale.tickets.shared import Sharing
from aftersale.tickets.waiting import after_judging

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from aftersale.tickets.models import Ticket


class NotAFactToAnswer(AftersaleError):
    """Refuse an answer about something that no person can say."""

    def __init__(self, fact: str) -> None:
        super().__init__(
            "answer.no_such_fact",
            Text(zh=f"“{fact}”不是可以回答的信息。", en=f"{fact!r} is no fact that a person can answer."),
            Text(zh="请从这张单要问的信息里选。", en="Choose one of the facts that the ticket asks for."),
        )


def answers_of(ticket_id: int) -> Mapping[str, object]:
    """Give the answer that counts for each fact: the newest that was not taken back."""
    rows = Answer.objects.filter(ticket_id=ticket_id, withdrawn_at=None).order_by("id")
    return dict(rows.values_list("fact", "value"))


def judged_anew(ticket: Ticket, answers: Mapping[str, object], now: datetime) -> Judged:
    """Judge a ticket by what the platform said last, the register and these answers; nothing is written."""
    by = judge_of(ticket.shop_id, now)
    remember(by, ticket.shop_id, now)
    seen = said_of(ticket)
    register = articles_for(ticket.shop_id, ticket.article_no, ticket.product_id)
    facts = facts_of(seen, register.facts(ticket.article_no, ticket.product_id), answers, now)
    return judge(seen, facts, by)


def write_anew(ticket: Ticket, judged: Judged, entry: Entry, **fields: object) -> None:
    """Write a new decision with what follows from it, and the entry that tells why, in one transaction."""
    sharing = Sharing()
    stored = decision_fields(judged.decision, Verdicts(), sharing, entry.at)
    seen = said_of(ticket)
    wanted = wanted_for(ticket.shop, seen, judged.decision, judged.clock, judged.stage, ticket.applied_at)
    with transaction.atomic():
        deadlines = reset(ticket, wanted, entry.at)
        sharing.keep()
        StoredDecision.objects.create(ticket_id=ticket.pk, **stored)
        follows = {**judged_fields(judged, stored["stable_until"]), **due_fields(deadlines, entry.at)}
        change(ticket, entry, **{**follows, **fields, **after_judging(ticket, entry.kind, judged, entry.at)})


def outcome_data(judged: Judged) -> dict[str, object]:
    """Say in an event what was decided."""
    decision = judged.decision
    return {
        "rule": decision.verdict.main.id,
        "proposal": decision.verdict.preferred,
        "payable_fen": decision.payable_fen,
        "rulebook": decision.digest,
    }


def redecide(ticket: Ticket, now: datetime, actor: int | None = None, why: str = "time") -> bool:
    """Judge a ticket again by today's facts and rules; tell whether the proposal changed.

    `why` is time (a date comparison turned), rules (a person applied changed rules), register or receipt.
    """
    before = (ticket.rule_id, ticket.proposal)
    judged = judged_anew(ticket, answers_of(ticket.pk), now)
    write_anew(ticket, judged, Entry("decided", now, actor, {"why": why, **outcome_data(judged)}))
    return before != (ticket.rule_id, ticket.proposal)


def answer(ticket: Ticket, fact: str, value: object, person_id: int, now: datetime) -> Answer:
    """Take a person's answer about one fact (None: nobody knows) and judge again, in one transaction.

    Raises NotAFactToAnswer, FactsInvalid for a value that cannot be, Overtaken.
    """
    if fact not in FACTS or FACTS[fact].silence is Silence.GIVEN:
        raise NotAFactToAnswer(fact)
    judged = judged_anew(ticket, {**answers_of(ticket.pk), fact: value}, now)
    with transaction.atomic():
        given = Answer.objects.create(ticket=ticket, fact=fact, value=value, person_id=person_id, at=now)
        entry = Entry("answered", now, person_id, {"fact": fact, "value": value, **outcome_data(judged)})
        write_anew(ticket, judged, entry)
    return given


def withdraw(given: Answer, person_id: int, now: datetime) -> None:
    """Take an answer back and judge again; the earlier answer of the fact counts again."""
    ticket = given.ticket
    with transaction.atomic():
        Answer.objects.filter(pk=given.pk, withdrawn_at=None).update(withdrawn_at=now)
        judged = judged_anew(ticket, answers_of(ticket.pk), now)
        entry = Entry("answer_withdrawn", now, person_id, {"fact": given.fact, **outcome_data(judged)})
        write_anew(ticket, judged, entry)
