"""Answer calls about the facts of a ticket: what is known and from where, answers, and taking one back."""

from collections.abc import Mapping
from typing import Any

from django.http import HttpResponse
from ninja import Router

from aftersale.api.access import Call, ticket_for, unchanged
from aftersale.api.answer import answered
from aftersale.api.faults import NotHere
from aftersale.api.once import Done, once
from aftersale.api.shapes import AnswerIn, Expecting, FactsPage, FactView, InPath, Moved, says
from aftersale.domain.fact_table import FACTS
from aftersale.domain.roles import Permission
from aftersale.library.answers import plain, value_types
from aftersale.shops.rulebooks import judge_of
from aftersale.tickets import fact_answers
from aftersale.tickets.fact_answers import answers_of
from aftersale.tickets.judging import facts_of
from aftersale.tickets.models import Answer, Ticket
from aftersale.tickets.product_facts import articles_for
from aftersale.tickets.said import said_of

router = Router(tags=["facts"])


def _moved(made: int, ticket: Ticket) -> Done:
    return Done(Moved(made, ticket.pk, ticket.sequence))


@router.get("/tickets/{ticket_id}/facts", response=says(FactsPage))
def facts(request: Call, ticket_id: InPath) -> HttpResponse:
    """Read the facts of a ticket: value, where it comes from, who can answer, and what nobody knows."""
    found = ticket_for(request.auth, ticket_id, Permission.VIEW)
    seen, answers = said_of(found), answers_of(ticket_id)
    articles = articles_for(found.shop_id, found.article_no, found.product_id)
    register = articles.facts(found.article_no, found.product_id)
    known = facts_of(seen, register, answers, request.auth.now)
    types = value_types(judge_of(found.shop_id, request.auth.now))

    def view(name: str) -> FactView:
        spec = FACTS[name]
        source = _source(name, answers, seen.sources, register)
        value = plain(known[name], types.get(name))
        label = spec.label.zh
        unknown = name in known.unknown
        return FactView(name, label, value, source, spec.answered_by, unknown, name in known.unalleged)

    return answered(FactsPage([view(name) for name in FACTS]))


def _source(
    name: str, answers: Mapping[str, Any], sources: Mapping[str, str], register: Mapping[str, Any]
) -> str:
    if name in answers:
        return "answer"
    return sources.get(name) or ("register" if name in register else "")


@router.post("/tickets/{ticket_id}/facts", response=says(Moved))
def answer(request: Call, ticket_id: InPath, body: AnswerIn) -> HttpResponse:
    """Answer one fact; the ticket is judged again."""

    def work() -> Done:
        ticket = ticket_for(request.auth, ticket_id, Permission.ANSWER)
        unchanged(ticket, body.expected_sequence)
        given = fact_answers.answer(ticket, body.fact, body.value, request.auth.person.pk, request.auth.now)
        return _moved(given.pk, ticket)

    return once(request, work)


@router.post("/tickets/{ticket_id}/facts/{answer_id}/withdraw", response=says(Moved))
def withdraw(request: Call, ticket_id: InPath, answer_id: InPath, body: Expecting) -> HttpResponse:
    """Take an answer back; the ticket is judged again."""

    def work() -> Done:
        ticket = ticket_for(request.auth, ticket_id, Permission.ANSWER)
        unchanged(ticket, body.expected_sequence)
        given = Answer.objects.filter(pk=answer_id, ticket_id=ticket_id, withdrawn_at=None).first()
        if given is None:
            raise NotHere
        given.ticket = ticket
        fact_answers.withdraw(given, request.auth.person.pk, request.auth.now)
        return _moved(answer_id, ticket)

    return once(request, work)
