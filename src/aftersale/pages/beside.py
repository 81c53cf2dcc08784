"""Do on a ticket what stands beside its answer: marks, waybills, another kind of claim, a small payout."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.views.decorators.http import require_POST

from aftersale.api.access import ticket_for
from aftersale.api.faults import NotHere
from aftersale.channels.verbs import ANSWERS, PARAMS, PURPOSES, Verb
from aftersale.connections import carriers
from aftersale.connections.hands import hands_of
from aftersale.domain.errors import AftersaleError
from aftersale.domain.roles import Permission
from aftersale.domain.states import ActionState
from aftersale.pages.acting import (
    OUTCOMES,
    TAKE_BACK_S,
    Incomplete,
    action_for,
    back_to,
    fen_said,
    moved,
    sequence_of,
)
from aftersale.pages.door import Ask, page, shown
from aftersale.pages.rights import rights_against
from aftersale.pages.told import decided_now
from aftersale.pages.words import flag_words, value, verb
from aftersale.shops.rulebooks import judge_of
from aftersale.texts import Text
from aftersale.tickets import act, beside, side
from aftersale.tickets.act import Intent
from aftersale.tickets.confirm import confirm
from aftersale.tickets.limits import SecondPersonNeeded
from aftersale.tickets.models import Action
from aftersale.tickets.reject_reasons import reasons_for
from aftersale.tickets.side import NEED
from aftersale.web.environment import lang

if TYPE_CHECKING:
    from django.http import HttpResponse

    from aftersale.channels.interface import Choices
    from aftersale.tickets.models import Ticket

HANDED = Text(
    zh="已提交给同事审核，同意后再付。", en="Sent to a colleague for review; it is paid after that."
)

SHOWN = frozenset({*beside.VERBS, Verb.SEND, Verb.CHANGE_TYPE})
"""What the box tells the outcome of."""

# More time to receive stands among the next steps of the page itself.
_HERE = frozenset(NEED) - {Verb.REPLY_SERVICE, Verb.EXTEND}
_ROWS, _LONGEST = 6, 2_000
_UNDER_WAY = frozenset({ActionState.INTENDED, ActionState.SENDING, ActionState.UNKNOWN})
# What a person should see without asking for it.
_TO_LOOK_AT = _UNDER_WAY | {ActionState.HANDED_OVER, ActionState.FAILED}


@dataclass(frozen=True, slots=True)
class ActShown:
    """Hold one thing that may be done; `sent` tells that the desk sends it, else a task is prepared."""

    code: str
    words: str
    sent: bool


@page
def box(ask: Ask, ticket_id: int) -> HttpResponse:
    """Show what may be done beside the answer, with the form that was asked for; when sent, do it."""
    ticket = ticket_for(ask.caller, ticket_id, Permission.VIEW)
    acts = acts_of(ask, ticket)
    chosen = next((each for each in acts if each.code == ask.said("do")), None)
    if ask.request.method != "POST":
        return _shown(ask, ticket, acts, chosen)
    if chosen is None:
        raise NotHere
    try:
        done(ask, ticket, chosen.code)
    except AftersaleError as refusal:
        return _shown(ask, ticket, acts, chosen, refusal)
    return back_to(ticket_id) if not ask.part else _shown(ask, ticket, acts_of(ask, ticket), None)


def acts_of(ask: Ask, ticket: Ticket) -> list[ActShown]:
    """List what fits the ticket and the person may do."""
    may = {need for need in set(NEED.values()) if ticket.shop_id in ask.caller.shops(need)}
    # A request of the platform has a form of its own (service.py).
    fits = [each for each in side.side_acts(ticket) if NEED[each.verb] in may and each.verb in _HERE]
    return [ActShown(each.verb.value, verb(each.verb), each.sent) for each in fits]


def _shown(
    ask: Ask, ticket: Ticket, acts: list[ActShown], chosen: ActShown | None, why: AftersaleError | None = None
) -> HttpResponse:
    choices = side.choices_of(ticket.shop)
    around: dict[str, Any] = {
        "ticket": ticket,
        "acts": acts,
        "chosen": chosen,
        "why": why,
        "carriers": carriers.carriers_of(ticket.shop).values(),
        "longest": choices.longest.get(chosen.code, side.LONGEST) if chosen else side.LONGEST,
        "flags": [(code, flag_words(code)) for code in choices.flags],
        "purposes": [(code, word.of(lang())) for code, word in PURPOSES.items()],
        **(_change(ask, ticket, choices) if chosen and chosen.code == Verb.CHANGE_TYPE else {}),
        **results_of(ticket),
    }
    template = "_beside.html" if ask.part else "acted.html"
    return shown(ask, template, status=422 if why else 200, form="_beside.html", **around)


def _change(ask: Ask, ticket: Ticket, choices: Choices) -> dict[str, Any]:
    """Say into what a claim may be turned, which reasons the platform asks for, what speaks against it."""
    judge = judge_of(ticket.shop_id, ask.now)
    reasons = reasons_for(ticket, judge.rulebook, ask.now, hands_of) if choices.reasoned else None
    return {
        "targets": [(code, value(code)) for code in side.changes_of(ticket)],
        "reasons": reasons,
        "rights": rights_against(judge, decided_now(ticket, judge, ask.now)),
    }


def done(ask: Ask, ticket: Ticket, code: str) -> Action:
    """Write down what the form says; raises what the flows raise, and Incomplete."""
    params = params_of(ask, ticket, code)
    if code in ANSWERS:
        if code == Verb.SEND and not (params.get("carrier") and params.get("waybill")):
            raise Incomplete
        intent = Intent(code, params=params, delay_s=TAKE_BACK_S, inspected=code == Verb.SEND)
        return act.accept(ticket, ask.person, intent, ask.now, sequence_of(ask, ticket))
    fen = fen_said(ask.said("amount")) if code == Verb.SMALL_PAYOUT else None
    try:
        return beside.do(ticket, ask.person, code, params, ask.now, fen)
    except SecondPersonNeeded as needed:
        if fen is None:
            raise
        intent = Intent(Verb.COMPENSATE, fen, params={"text": str(params.get("text", ""))})
        act.propose(ticket, ask.person, intent, ask.now, sequence_of(ask, ticket))
        raise Handed(needed) from None


class Handed(AftersaleError):
    """Say that it went to a colleague, who has to agree first."""

    def __init__(self, needed: SecondPersonNeeded) -> None:
        super().__init__("beside.handed", needed.message, HANDED)


def params_of(ask: Ask, ticket: Ticket, code: str) -> dict[str, object]:
    """Read what a form says of a verb; a carrier that is known by name is sent by the platform's code."""
    said: dict[str, object] = {
        name: ask.said(name)[:_LONGEST]
        for name in PARAMS[Verb(code)]
        if name != "evidence" and ask.said(name)
    }
    return carriers.with_code(ticket.shop, said)


def results_of(ticket: Ticket) -> dict[str, Any]:
    """Read what became of the newest acts beside the answer."""
    rows = Action.objects.filter(ticket=ticket, verb__in=SHOWN).order_by("-id")[:_ROWS]
    results = list(rows)
    going, looked_at = (any(each.state in some for each in results) for some in (_UNDER_WAY, _TO_LOOK_AT))
    return {"results": results, "going": going, "looked_at": looked_at, "verb": verb}


@page
def results(ask: Ask, ticket_id: int) -> HttpResponse:
    """Show again what became of them."""
    ticket = ticket_for(ask.caller, ticket_id, Permission.VIEW)
    if not ask.part:
        return back_to(ticket_id)
    around = results_of(ticket)
    answer = shown(ask, "_beside_results.html", ticket=ticket, **around)
    # It is asked for again only while something is under way: now that has ended.
    return answer if around["going"] else moved(answer)


@require_POST
@page
def told(ask: Ask, action_id: int) -> HttpResponse:
    """Say what came of one that was done by hand."""
    found, outcome = action_for(ask.caller, action_id, Permission.NOTE), OUTCOMES.get(ask.said("outcome"))
    ask.caller.let(NEED.get(Verb(found.verb), Permission.APPROVE), found.shop_id)
    if outcome is None:
        raise Incomplete
    confirm(found, ask.person, outcome, ask.now)
    return results_again(ask, found.ticket)


def results_again(ask: Ask, ticket: Ticket) -> HttpResponse:
    """Give the rows once more, or lead to the ticket where no script asks."""
    if not ask.part:
        return back_to(ticket.pk)
    return shown(ask, "_beside_results.html", ticket=ticket, **results_of(ticket))
