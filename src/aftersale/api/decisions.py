"""Answer calls about decisions: the newest, earlier ones, why, and what would change one."""

from typing import Any

from django.http import HttpResponse
from ninja import Router

from aftersale.api.access import Call, ticket_for
from aftersale.api.answer import answered
from aftersale.api.faults import NotHere
from aftersale.api.shapes import Before, DecisionsPage, Explained, InPath, Limit, says
from aftersale.domain.roles import Permission
from aftersale.library.answers import plain, value_types
from aftersale.policy.explain import Change, Traced, trace, what_would_change
from aftersale.shops.models import ComposedRulebook
from aftersale.shops.rulebooks import judge_by
from aftersale.tickets.detail import decisions_of
from aftersale.tickets.judging import facts_from, mask_of
from aftersale.tickets.models import StoredDecision

router = Router(tags=["decisions"])


@router.get("/tickets/{ticket_id}/decisions", response=says(DecisionsPage))
def decisions(request: Call, ticket_id: InPath, before: Before = None, limit: Limit = 20) -> HttpResponse:
    """Read the decisions of a ticket, newest first."""
    ticket_for(request.auth, ticket_id, Permission.VIEW)
    found = decisions_of(ticket_id, before, limit + 1)
    more = len(found) > limit
    return answered(DecisionsPage(found[:limit], found[limit - 1].id if more else None))


@router.get("/decisions/{decision_id}/explain", response=says(Explained))
def explain(request: Call, decision_id: InPath) -> HttpResponse:
    """Compute the trace of a stored decision again by the rulebook that made it, and what would change it.

    `same` tells whether the same rules fired as were stored.
    """
    stored = StoredDecision.objects.select_related("ticket").filter(pk=decision_id).first()
    request.auth.let(Permission.VIEW, stored.ticket.shop_id if stored else None)
    if stored is None:
        raise NotHere
    try:
        judge = judge_by(stored.rulebook_digest)
    except ComposedRulebook.DoesNotExist:
        raise NotHere from None
    decision = judge.decide(facts_from(stored.facts))
    types = value_types(judge)
    return answered(
        Explained(
            decision_id,
            mask_of(decision.verdict.hits) == bytes(stored.hits),
            [_traced(step, types) for step in trace(judge, decision)],
            [_change(change) for change in what_would_change(judge, decision)],
        )
    )


def _traced(step: Traced, types: Any) -> dict[str, Any]:  # noqa: ANN401  # the types of facts by name
    return {
        "rule": step.rule.id,
        "outcome": step.outcome,
        "part": step.part,
        "values": {name: plain(value, types.get(name)) for name, value in step.values.items()},
        "unalleged": list(step.unalleged),
    }


def _change(change: Change) -> dict[str, Any]:
    return {
        "fact": change.fact,
        "answer": change.answer,
        "rule": change.rule,
        "could_become": change.could_become,
    }
