"""Let a person act on a ticket: approve, propose, take back, confirm."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

from django.http import HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.views.decorators.http import require_POST

from aftersale.api.access import ticket_for
from aftersale.api.faults import NotHere
from aftersale.channels.verbs import PAYS
from aftersale.domain.errors import AftersaleError
from aftersale.domain.roles import Permission
from aftersale.domain.states import ActionState
from aftersale.pages.asked import fen_of
from aftersale.pages.door import Ask, page, shown
from aftersale.pages.words import act_of, verb
from aftersale.texts import Text
from aftersale.tickets import act
from aftersale.tickets.act import Intent
from aftersale.tickets.confirm import confirm as confirm_action
from aftersale.tickets.limits import SecondPersonNeeded
from aftersale.tickets.models import Action, Task, Ticket
from aftersale.web.environment import lang
from aftersale.web.environment import say as _

if TYPE_CHECKING:
    from aftersale.api.access import Caller

# So long an approval can be taken back before anything is sent.
TAKE_BACK_S = 10
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
            "row": row_of(ask),
        }
        return shown(ask, "_sure.html", **around)
    intent = Intent(
        wanted, _amount(ask, wanted), delay_s=TAKE_BACK_S, paid_unknown_accepted=bool(ask.said("vouched"))
    )
    try:
        made = again(ask, ticket, wanted) or act.accept(
            ticket, ask.person, intent, ask.now, sequence_of(ask, ticket)
        )
    except SecondPersonNeeded as needed:
        return _to_colleague(ask, ticket, intent, needed)
    return acted(ask, made)


def _to_colleague(ask: Ask, ticket: Ticket, intent: Intent, needed: SecondPersonNeeded) -> HttpResponse:
    """Send what needs two people to the second one."""
    act.propose(ticket, ask.person, intent, ask.now, sequence_of(ask, ticket))
    said, why = _("Sent to a colleague for review."), needed.message.of(lang())
    return shown(ask, "_handed.html", ticket=ticket, why=why, said=said, row=row_of(ask))


def again(ask: Ask, ticket: Ticket, wanted: str) -> Action | None:
    """Find what the same press has done already: a second one shows it and does nothing."""
    since = ask.now - timedelta(seconds=TAKE_BACK_S)
    made = Action.objects.filter(ticket=ticket, approved_by=ask.person, verb=wanted, approved_at__gte=since)
    return made.select_related("ticket").filter(state=ActionState.INTENDED).order_by("-id").first()


def _amount(ask: Ask, wanted: str) -> int | None:
    if wanted not in PAYS:
        return None
    return fen_said(ask.said("amount")) or None


def fen_said(said: str) -> int:
    """Read an amount that was typed; raises NotAnAmount."""
    fen = fen_of(said)
    if fen is None:
        raise NotAnAmount(said)
    return fen


def sequence_of(ask: Ask, ticket: Ticket) -> int:
    """Give the state of the ticket that the person saw, as the form says."""
    said = ask.said("sequence")
    return int(said) if said.isascii() and said.isdigit() else ticket.sequence


def row_of(ask: Ask) -> str:
    """Tell whether the answer goes under a row of a list: the form says so, or what it is put beside."""
    beside = ask.request.headers.get("HX-Target", "").startswith("row-")
    return "1" if beside or ask.said("row") else ""


def acted(ask: Ask, action: Action) -> HttpResponse:
    """Show how an action stands where it was asked for."""
    return shown(ask, "_action.html", action=action, verb_words=verb(action.verb), row=row_of(ask))


@page
def action(ask: Ask, action_id: int) -> HttpResponse:
    """Show how an action stands; asked again while it is under way."""
    return acted(ask, _action(ask.caller, action_id, Permission.VIEW))


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
    return acted(ask, act.cancel(_action(ask.caller, action_id, Permission.APPROVE), ask.person, ask.now))


@require_POST
@page
def confirm(ask: Ask, action_id: int) -> HttpResponse:
    """Say what came of an action that was done by hand."""
    found, outcome = _action(ask.caller, action_id, Permission.APPROVE), _OUTCOMES.get(ask.said("outcome"))
    if outcome is None:
        raise Incomplete
    return acted(ask, confirm_action(found, ask.person, outcome, ask.now, ask.said("note")))


@require_POST
@page
def propose(ask: Ask, ticket_id: int) -> HttpResponse:
    """Ask a colleague to approve."""
    ticket = ticket_for(ask.caller, ticket_id, Permission.PROPOSE)
    wanted = ask.said("verb") or act_of(ticket.step)
    since = ask.now - timedelta(seconds=TAKE_BACK_S)
    asked = Task.objects.filter(ticket=ticket, kind=act.REVIEW, done_at=None, created_at__gte=since)
    if not any(each.params.get("by") == ask.person.pk for each in asked):
        intent = Intent(wanted, _amount(ask, wanted))
        act.propose(ticket, ask.person, intent, ask.now, sequence_of(ask, ticket))
    ask.tell(_("Sent to a colleague for review."))
    return _back(ticket_id)


def _back(ticket_id: int) -> HttpResponse:
    return HttpResponseRedirect(reverse("ticket", args=[ticket_id]))
