"""Let a person say something about a ticket: answer what is asked, note, hand over, watch."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from django.http import HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.views.decorators.http import require_POST

from aftersale.api.access import ticket_for
from aftersale.api.faults import NotHere
from aftersale.domain.fact_table import FACTS
from aftersale.domain.roles import Permission
from aftersale.domain.vocabulary import Kind
from aftersale.pages.acting import TAKE_BACK_S, Incomplete, fen_said
from aftersale.pages.door import Ask, page, shown
from aftersale.pages.ticket_head import dues_of, is_done
from aftersale.pages.words import Speech
from aftersale.tickets import fact_answers, handling, watching
from aftersale.tickets.holders import holder_for
from aftersale.tickets.models import Answer, Note
from aftersale.web.environment import say as _

if TYPE_CHECKING:
    from aftersale.domain.fact_table import FactSpec
    from aftersale.shops.models import Person
    from aftersale.tickets.models import Ticket

_DIGITS = 18
_COUNTED = frozenset({Kind.COUNT})


@require_POST
@page
def answer(ask: Ask, ticket_id: int) -> HttpResponse:
    """Take an answer about a fact; the ticket is judged again at once."""
    ticket = ticket_for(ask.caller, ticket_id, Permission.ANSWER)
    fact, said = ask.said("fact"), _value(ask)
    known, before = fact_answers.answers_of(ticket_id), ticket.step
    if fact not in known or known[fact] != said:
        fact_answers.answer(ticket, fact, said, ask.person.pk, ask.now)
        watching.tell_watchers(ticket, ask.person, ask.now)
    ask.tell(_outcome(ask, ticket, before))
    return _back(ticket_id)


def _outcome(ask: Ask, ticket: Ticket, before: str) -> str:
    """Say what an answer has changed."""
    words = Speech(ask.now).of(ticket.shop_id)
    if ticket.step == before:
        return _("Judged again: the proposal stays {step}.").format(step=words.action(before))
    return _("Judged again: {before} becomes {step}.").format(
        before=words.action(before), step=words.action(ticket.step)
    )


def _value(ask: Ask) -> object:
    """Read an answer as the fact takes it; nothing said means that nobody knows."""
    spec, said = FACTS.get(ask.said("fact")), ask.said("value")
    if spec is not None and spec.kind is Kind.TAGS:
        return [tag for tag in ask.all_said("value") if tag]
    return None if not said or spec is None else _typed(spec, said)


def _typed(spec: FactSpec, said: str) -> object:
    if spec.kind is Kind.BOOL:
        return {"yes": True, "no": False}.get(said)
    if spec.kind is Kind.FEN:
        return fen_said(said)
    if spec.kind is Kind.POINTS:
        return _points(said)
    if spec.kind is Kind.TIME:
        return f"{said}:00+08:00" if len(said) == len("2026-06-10T09:00") else said
    return int(said) if spec.kind in _COUNTED and said.isascii() and said.isdigit() else said


def _points(said: str) -> object:
    """Read a score between 0 and 1; what is no number is refused with the words of the fact."""
    try:
        return float(said)
    except ValueError:
        return said


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
        _tell(ask, handling.add_note(ticket, ask.person, ask.said("text"), ask.now))
    return _back(ticket_id)


def _tell(ask: Ask, written: Note) -> None:
    """Ask who is named in a note to read it, and who watches the ticket to look."""
    named = watching.mention(written, ask.now)
    watching.tell_watchers(written.ticket, ask.person, ask.now)
    if named:
        ask.tell(_("Asked to read it: {names}.").format(names="、".join(map(str, named))))


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
        watching.tell_watchers(ticket, ask.person, ask.now)
    if ask.part:
        return shown(ask, "_taken.html", words=str(colleague or _("nobody")))
    return _back(ticket_id)


def _colleague(said: str, shop_id: int) -> Person | None:
    if not said:
        return None
    number = int(said) if said.isascii() and said.isdigit() and len(said) <= _DIGITS else 0
    person = holder_for(number, [shop_id])
    if person is None:
        raise NotHere
    return person


@require_POST
@page
def watch(ask: Ask, ticket_id: int) -> HttpResponse:
    """Begin or end to watch a ticket."""
    ticket = ticket_for(ask.caller, ticket_id, Permission.NOTE)
    if ask.said("on"):
        watching.watch(ticket, ask.person, ask.now)
    else:
        watching.unwatch(ticket, ask.person)
    return _back(ticket_id)


@require_POST
@page
def here(ask: Ask, ticket_id: int) -> HttpResponse:
    """Hear that a browser shows a ticket, and tell which colleagues have it open too."""
    ticket = ticket_for(ask.caller, ticket_id, Permission.VIEW)
    others = watching.at_work(ticket_id, ask.person, ask.now)
    dues = dues_of(ticket, Speech(ask.now).of(ticket.shop_id), ask.now)
    done = not dues and is_done(ticket)
    return shown(ask, "_ticket_now.html", ticket=ticket, dues=dues, done=done, others=others)


def _back(ticket_id: int) -> HttpResponse:
    return HttpResponseRedirect(reverse("ticket", args=[ticket_id]))
