"""Let a person act on a ticket: approve, refuse, take back, confirm, answer, note, hand over."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.http import HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.views.decorators.http import require_POST

from aftersale.api.access import ticket_for
from aftersale.api.faults import NotHere
from aftersale.channels.verbs import PAYS
from aftersale.domain.errors import AftersaleError
from aftersale.domain.fact_table import FACTS
from aftersale.domain.roles import Permission
from aftersale.domain.states import ActionState
from aftersale.domain.vocabulary import Kind
from aftersale.pages.asked import fen_of
from aftersale.pages.door import Ask, page, shown
from aftersale.pages.proposal import proposal_of
from aftersale.pages.words import act_of, verb
from aftersale.shops.models import Person
from aftersale.shops.permissions import shops_with
from aftersale.shops.rulebooks import judge_of
from aftersale.texts import Text
from aftersale.tickets import act, fact_answers, handling
from aftersale.tickets.act import Intent
from aftersale.tickets.confirm import confirm as confirm_action
from aftersale.tickets.detail import decisions_of
from aftersale.tickets.models import Action, Answer, Ticket
from aftersale.tickets.refusal import Refusal
from aftersale.web.environment import say as _

if TYPE_CHECKING:
    from aftersale.api.access import Caller

# So long an approval can be taken back before anything is sent.
TAKE_BACK_S = 10
_COUNTED = frozenset({Kind.COUNT, Kind.POINTS})
_OUTCOMES = {"done": ActionState.DONE, "failed": ActionState.FAILED}


class NotAnAmount(AftersaleError):
    """Refuse an amount that cannot be read."""

    def __init__(self, said: str) -> None:
        super().__init__(
            "amount.unreadable",
            Text(zh=f"没看懂金额“{said}”。", en=f"The amount {said!r} cannot be read."),
            Text(zh="写成元，如 129 或 129.00。", en="Write yuan, such as 129 or 129.00."),
        )


class Incomplete(AftersaleError):
    """Refuse a form in which something is missing."""

    def __init__(self) -> None:
        super().__init__(
            "form.incomplete",
            Text(zh="还有没填的。", en="Something is missing."),
            Text(zh="填好后再确认；已写的内容还在。", en="Fill it in; what you wrote is kept."),
        )


@page
def approve(ask: Ask, ticket_id: int) -> HttpResponse:
    """Say what an approval will do; when sent, approve, to be taken back for some seconds."""
    ticket = ticket_for(ask.caller, ticket_id, Permission.APPROVE)
    wanted = ask.said("verb") or act_of(ticket.step)
    if ask.request.method != "POST":
        around: dict[str, Any] = {
            "ticket": ticket,
            "verb": wanted,
            "verb_words": verb(wanted),
            "pays": wanted in PAYS,
        }
        return shown(ask, "_sure.html", **around)
    intent = Intent(
        wanted, _amount(ask, wanted), delay_s=TAKE_BACK_S, paid_unknown_accepted=bool(ask.said("vouched"))
    )
    made = act.accept(ticket, ask.person, intent, ask.now, _sequence(ask, ticket))
    return _acted(ask, made)


def _amount(ask: Ask, wanted: str) -> int | None:
    if wanted not in PAYS:
        return None
    fen = fen_of(ask.said("amount"))
    if not fen:
        raise NotAnAmount(ask.said("amount"))
    return fen


def _sequence(ask: Ask, ticket: Ticket) -> int:
    said = ask.said("sequence")
    return int(said) if said.isascii() and said.isdigit() else ticket.sequence


def _acted(ask: Ask, action: Action) -> HttpResponse:
    return shown(
        ask,
        "_action.html",
        action=action,
        verb_words=verb(action.verb),
        row=ask.said("row"),
        task=_words_of(action),
    )


def _words_of(action: Action) -> object:
    """Give what a person has to do by hand for it, where the channel prepared that."""
    return action.tasks.filter(done_at=None).order_by("-id").first()


@page
def action(ask: Ask, action_id: int) -> HttpResponse:
    """Show how an action stands; asked again while it is under way."""
    return _acted(ask, _action(ask.caller, action_id, Permission.VIEW))


def _action(caller: Caller, action_id: int, permission: Permission) -> Action:
    found = Action.objects.select_related("ticket", "shop").filter(pk=action_id).first()
    caller.let(permission, found.shop_id if found else None)
    if found is None:
        raise NotHere
    return found


@require_POST
@page
def cancel(ask: Ask, action_id: int) -> HttpResponse:
    """Take an approval back while nothing was sent."""
    return _acted(ask, act.cancel(_action(ask.caller, action_id, Permission.APPROVE), ask.person, ask.now))


@require_POST
@page
def confirm(ask: Ask, action_id: int) -> HttpResponse:
    """Say what came of an action that was done by hand."""
    found, outcome = _action(ask.caller, action_id, Permission.APPROVE), _OUTCOMES.get(ask.said("outcome"))
    if outcome is None:
        raise Incomplete
    return _acted(ask, confirm_action(found, ask.person, outcome, ask.now, ask.said("note")))


@page
def refuse(ask: Ask, ticket_id: int) -> HttpResponse:
    """Show the form of a refusal with what it could break; when sent, refuse."""
    ticket = ticket_for(ask.caller, ticket_id, Permission.REFUSE)
    if ask.request.method != "POST":
        stored = decisions_of(ticket_id, None, 1)
        return shown(
            ask, "_refuse.html", ticket=ticket, proposal=proposal_of(ticket, stored[0]) if stored else None
        )
    if not (ask.said("reason") and ask.said("citation")):
        raise Incomplete
    evidence = tuple(line.strip() for line in ask.said("evidence").splitlines() if line.strip())
    said = Refusal(ask.said("reason"), ask.said("citation"), ask.said("text"), evidence, delay_s=TAKE_BACK_S)
    judge = judge_of(ticket.shop_id, ask.now)
    return _acted(ask, act.refuse(ticket, ask.person, said, ask.now, _sequence(ask, ticket), judge))


@require_POST
@page
def propose(ask: Ask, ticket_id: int) -> HttpResponse:
    """Ask a colleague to approve."""
    ticket = ticket_for(ask.caller, ticket_id, Permission.PROPOSE)
    wanted = ask.said("verb") or act_of(ticket.step)
    act.propose(ticket, ask.person, Intent(wanted, _amount(ask, wanted)), ask.now, _sequence(ask, ticket))
    ask.tell(_("Sent to a colleague for review."))
    return _back(ticket_id)


@require_POST
@page
def answer(ask: Ask, ticket_id: int) -> HttpResponse:
    """Take an answer about a fact; the ticket is judged again at once."""
    ticket = ticket_for(ask.caller, ticket_id, Permission.ANSWER)
    fact = ask.said("fact")
    fact_answers.answer(ticket, fact, _value(fact, ask.said("value")), ask.person.pk, ask.now)
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
        return fen_of(said)
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
    handling.add_note(ticket, ask.person, ask.said("text"), ask.now)
    return _back(ticket_id)


@require_POST
@page
def assign(ask: Ask, ticket_id: int) -> HttpResponse:
    """Hand a ticket over; taking a free one needs no special permission."""
    ticket = ticket_for(ask.caller, ticket_id, Permission.VIEW)
    to = ask.said("person")
    mine = to == str(ask.person.pk) and ticket.assignee_id is None
    ask.caller.let(Permission.ANSWER if mine else Permission.ASSIGN, ticket.shop_id)
    handling.assign(ticket, _colleague(to, ticket.shop_id), ask.person, ask.now)
    return _back(ticket_id)


def _colleague(said: str, shop_id: int) -> Person | None:
    if not said:
        return None
    person = Person.objects.filter(pk=int(said), is_active=True).first() if said.isdigit() else None
    if person is None or not shops_with(person, Permission.ANSWER).filter(pk=shop_id).exists():
        raise NotHere
    return person


def _back(ticket_id: int) -> HttpResponse:
    return HttpResponseRedirect(reverse("ticket", args=[ticket_id]))
