"""Answer calls that decide: propose, accept, refuse, cancel, confirm."""

from django.http import HttpResponse
from ninja import Router

from aftersale.api.access import Call, ticket_for
from aftersale.api.answer import answered
from aftersale.api.faults import NotHere
from aftersale.api.once import Done, once
from aftersale.api.shapes import (
    ActionState,
    BesideIn,
    ConfirmIn,
    InPath,
    IntentIn,
    Moved,
    RefusalIn,
    SideActs,
    says,
)
from aftersale.connections.carriers import with_code
from aftersale.domain.roles import Permission
from aftersale.shops.rulebooks import judge_of
from aftersale.tickets import act, beside
from aftersale.tickets.act import Intent
from aftersale.tickets.confirm import confirm as confirm_action
from aftersale.tickets.models import Action, Ticket
from aftersale.tickets.refusal import Refusal
from aftersale.tickets.side import NEED, NotNow, allowed, side_acts

router = Router(tags=["actions"])


def _state(action: Action, sequence: int) -> ActionState:
    return ActionState(
        action.pk,
        action.ticket_id,
        action.key,
        action.verb,
        action.state,
        action.amount_fen,
        action.approved_at,
        action.not_before,
        action.ended_at,
        sequence,
    )


def _intent(ticket: Ticket, body: IntentIn) -> Intent:
    return Intent(
        body.verb.value,
        body.amount_fen,
        with_code(ticket.shop, body.params),
        delay_s=body.delay_s,
        paid_unknown_accepted=body.paid_unknown_accepted,
        inspected=body.inspected,
    )


def _action(request: Call, action_id: int, permission: Permission) -> Action:
    action = Action.objects.select_related("ticket").filter(pk=action_id).first()
    request.auth.let(permission, action.shop_id if action else None)
    if action is None:
        raise NotHere
    return action


@router.post("/tickets/{ticket_id}/actions/propose", response=says(Moved, 201))
def propose(request: Call, ticket_id: InPath, body: IntentIn) -> HttpResponse:
    """Ask a colleague who may to approve; nothing is sent."""

    def work() -> Done:
        ticket = ticket_for(request.auth, ticket_id, Permission.PROPOSE)
        caller = request.auth
        task = act.propose(ticket, caller.person, _intent(ticket, body), caller.now, body.expected_sequence)
        return Done(Moved(task.pk, ticket.pk, ticket.sequence), 201)

    return once(request, work)


@router.post("/tickets/{ticket_id}/actions/accept", response=says(ActionState, 201))
def accept(request: Call, ticket_id: InPath, body: IntentIn) -> HttpResponse:
    """Approve an action; money is reserved and it is sent once."""

    def work() -> Done:
        ticket = ticket_for(request.auth, ticket_id, Permission.APPROVE)
        caller = request.auth
        action = act.accept(ticket, caller.person, _intent(ticket, body), caller.now, body.expected_sequence)
        return Done(_state(action, ticket.sequence), 201)

    return once(request, work)


@router.post("/tickets/{ticket_id}/actions/refuse", response=says(ActionState, 201))
def refuse(request: Call, ticket_id: InPath, body: RefusalIn) -> HttpResponse:
    """Refuse the claim with reason and clause; the trace of the decision is kept."""

    def work() -> Done:
        ticket = ticket_for(request.auth, ticket_id, Permission.REFUSE)
        caller = request.auth
        said = Refusal(body.reason, body.citation, body.text, tuple(body.evidence), delay_s=body.delay_s)
        judge = judge_of(ticket.shop_id, caller.now)
        action = act.refuse(ticket, caller.person, said, caller.now, body.expected_sequence, judge)
        return Done(_state(action, ticket.sequence), 201)

    return once(request, work)


@router.get("/tickets/{ticket_id}/actions/beside", response=says(SideActs))
def side(request: Call, ticket_id: InPath) -> HttpResponse:
    """Read what can be done beside the answer to the claim now."""
    ticket = ticket_for(request.auth, ticket_id, Permission.VIEW)
    return answered(SideActs([{"verb": each.verb.value, "sent": each.sent} for each in side_acts(ticket)]))


@router.post("/tickets/{ticket_id}/actions/beside", response=says(ActionState, 201))
def do_beside(request: Call, ticket_id: InPath, body: BesideIn) -> HttpResponse:
    """Do something that decides nothing: a mark, a waybill, an interception, an answer to the platform."""

    def work() -> Done:
        caller = request.auth
        ticket = ticket_for(caller, ticket_id, NEED.get(body.verb, Permission.APPROVE))
        if not allowed(ticket, body.verb):
            raise NotNow(body.verb)
        params = with_code(ticket.shop, body.params)
        action = beside.do(ticket, caller.person, body.verb, params, caller.now, body.amount_fen)
        return Done(_state(action, ticket.sequence), 201)

    return once(request, work)


@router.get("/actions/{action_id}", response=says(ActionState))
def action(request: Call, action_id: InPath) -> HttpResponse:
    """Read an action as it stands."""
    found = _action(request, action_id, Permission.VIEW)
    return answered(_state(found, found.ticket.sequence))


@router.post("/actions/{action_id}/cancel", response=says(ActionState))
def cancel(request: Call, action_id: InPath) -> HttpResponse:
    """Take an action back while nothing was sent."""

    def work() -> Done:
        found = _action(request, action_id, Permission.APPROVE)
        ended = act.cancel(found, request.auth.person, request.auth.now)
        return Done(_state(ended, ended.ticket.sequence))

    return once(request, work)


@router.post("/actions/{action_id}/confirm", response=says(ActionState))
def confirm(request: Call, action_id: InPath, body: ConfirmIn) -> HttpResponse:
    """Say what came of an action that was done by hand in the back office."""

    def work() -> Done:
        found = _action(request, action_id, Permission.APPROVE)
        ended = confirm_action(found, request.auth.person, body.outcome, request.auth.now, body.note)
        return Done(_state(ended, ended.ticket.sequence))

    return once(request, work)
