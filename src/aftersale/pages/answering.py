"""Let a person say something about a ticket: refuse it, answer what is asked, note, hand over."""

from __future__ import annotations

from datetime import timedelta

from django.http import HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.views.decorators.http import require_POST

from aftersale.api.access import ticket_for
from aftersale.api.faults import NotHere
from aftersale.channels.verbs import Verb
from aftersale.domain.fact_table import FACTS
from aftersale.domain.roles import Permission
from aftersale.domain.vocabulary import Kind
from aftersale.pages.acting import TAKE_BACK_S, Incomplete, acted, again, fen_said, sequence_of
from aftersale.pages.door import Ask, page, shown
from aftersale.pages.proposal import newest_of, proposal_of
from aftersale.shops.models import Person
from aftersale.shops.permissions import shops_with
from aftersale.shops.rulebooks import judge_of
from aftersale.tickets import act, fact_answers, handling
from aftersale.tickets.models import Answer, Note
from aftersale.tickets.refusal import Refusal
from aftersale.web.environment import say as _

_DIGITS = 18
_COUNTED = frozenset({Kind.COUNT, Kind.POINTS})


@page
def refuse(ask: Ask, ticket_id: int) -> HttpResponse:
    """Show the form of a refusal with what it could break; when sent, refuse."""
    ticket = ticket_for(ask.caller, ticket_id, Permission.REFUSE)
    if ask.request.method != "POST":
        stored = newest_of(ticket_id)
        proposal = proposal_of(stored, ()) if stored else None
        return shown(ask, "_refuse.html", ticket=ticket, proposal=proposal)
    if not (ask.said("reason") and ask.said("citation")):
        raise Incomplete
    evidence = tuple(line.strip() for line in ask.said("evidence").splitlines() if line.strip())
    said = Refusal(ask.said("reason"), ask.said("citation"), ask.said("text"), evidence, delay_s=TAKE_BACK_S)
    made = again(ask, ticket, Verb.REFUSE) or act.refuse(
        ticket, ask.person, said, ask.now, sequence_of(ask, ticket), judge_of(ticket.shop_id, ask.now)
    )
    return acted(ask, made)


@require_POST
@page
def answer(ask: Ask, ticket_id: int) -> HttpResponse:
    """Take an answer about a fact; the ticket is judged again at once."""
    ticket = ticket_for(ask.caller, ticket_id, Permission.ANSWER)
    fact, said = ask.said("fact"), _value(ask.said("fact"), ask.said("value"))
    known = fact_answers.answers_of(ticket_id)
    if fact not in known or known[fact] != said:
        fact_answers.answer(ticket, fact, said, ask.person.pk, ask.now)
    ask.tell(_("Judged again with your answer."))
    return _back(ticket_id)


def _value(fact: str, said: str) -> object:
    """Read an answer as the fact takes it; nothing said means that nobody knows."""
    spec = FACTS.get(fact)
    if not said or spec is None:
        return None
    if spec.kind is Kind.BOOL:
        return {"yes": True, "no": False}.get(said)
    if spec.kind is Kind.FEN:
        return fen_said(said)
    if spec.kind is Kind.TIME:
        return f"{said}:00+08:00" if len(said) == len("2026-06-10T09:00") else said
    return int(said) if spec.kind in _COUNTED and said.isascii() and said.isdigit() else said


@require_POST
@page
def withdraw(ask: Ask, ticket_id: int, fact: str) -> HttpResponse:
    """Take the newest answer about a fact back."""
    ticket = ticket_for(ask.caller, ticket_id, Permission.ANSWER)
    given = Answer.objects.filter(ticket=ticket, fact=fact, withdrawn_at=None).order_by("-id").first()
    if given is None:
        raise NotHere
    given.ticket = ticket
    fact_answers.withdraw(given, ask.person.pk, ask.now)
    ask.tell(_("Taken back; judged again."))
    return _back(ticket_id)


@require_POST
@page
def note(ask: Ask, ticket_id: int) -> HttpResponse:
    """Put a note on a ticket."""
    ticket = ticket_for(ask.caller, ticket_id, Permission.NOTE)
    if not ask.said("text"):
        raise Incomplete
    since = ask.now - timedelta(seconds=TAKE_BACK_S)
    mine = Note.objects.filter(ticket=ticket, person=ask.person, at__gte=since)
    if ask.said("text") not in [each.text for each in mine]:
        handling.add_note(ticket, ask.person, ask.said("text"), ask.now)
    return _back(ticket_id)


@require_POST
@page
def assign(ask: Ask, ticket_id: int) -> HttpResponse:
    """Hand a ticket over; taking a free one needs no special permission."""
    ticket = ticket_for(ask.caller, ticket_id, Permission.VIEW)
    to = ask.said("person")
    mine = to == str(ask.person.pk) and ticket.assignee_id in {None, ask.person.pk}
    ask.caller.let(Permission.ANSWER if mine else Permission.ASSIGN, ticket.shop_id)
    colleague = _colleague(to, ticket.shop_id)
    if ticket.assignee_id != (colleague.pk if colleague else None):
        handling.assign(ticket, colleague, ask.person, ask.now)
    return _back(ticket_id)


def _colleague(said: str, shop_id: int) -> Person | None:
    if not said:
        return None
    number = int(said) if said.isascii() and said.isdigit() and len(said) <= _DIGITS else 0
    person = Person.objects.filter(pk=number, is_active=True).first()
    if person is None or not shops_with(person, Permission.ANSWER).filter(pk=shop_id).exists():
        raise NotHere
    return person


def _back(ticket_id: int) -> HttpResponse:
    return HttpResponseRedirect(reverse("ticket", args=[ticket_id]))
