"""Answer calls that erase a buyer: show what would go and what is held, then do it on a person's word."""

from dataclasses import dataclass
from datetime import datetime

from django.http import HttpRequest, HttpResponse
from ninja import Router

from aftersale.api.access import Call, ticket_for
from aftersale.api.answer import answered
from aftersale.api.faults import language
from aftersale.api.once import Done, once
from aftersale.api.shapes import InPath, Taken, Word, says
from aftersale.domain.roles import Permission
from aftersale.tickets.erasure import (
    GROUND_WORDS,
    Erased,
    Ground,
    Plan,
    TicketPlan,
    buyer_of,
    erase_buyer,
    plan_erasure,
)

router = Router(tags=["erasure"])


@dataclass(frozen=True, slots=True)
class HoldView:
    """Say what holds a ticket: the day it ends where that is known, and the clauses."""

    kind: str
    words: str
    until: datetime | None
    clauses: list[str]


@dataclass(frozen=True, slots=True)
class TicketErasure:
    """Say what one ticket of the buyer holds, by place, and what holds it; free where nothing does."""

    ticket_id: int
    ticket_no: str
    order_no: str
    what: dict[str, int]
    holds: list[HoldView]
    until: datetime | None


@dataclass(frozen=True, slots=True)
class ErasurePlan:
    """Say what erasing a buyer would do; `digest` is sent back to confirm, with one of the grounds.

    `parked_rows` counts rows of sheets that speak of the buyer; `whole`: nothing of the buyer would be left.
    """

    digest: str
    tickets: list[TicketErasure]
    parked_rows: int
    whole: bool
    grounds: dict[str, str]


@dataclass(frozen=True, slots=True)
class ErasureDone:
    """Say what was erased, values by place, and what is held and goes when its last hold ends."""

    erased: list[str]
    places: dict[str, int]
    held: list[TicketErasure]
    parked_rows: int
    whole: bool


class ErasureIn(Taken):
    """Confirm a plan by its digest and say on which ground (PIPL 47)."""

    digest: Word
    reason: Ground


def _ticket(one: TicketPlan, request: HttpRequest) -> TicketErasure:
    lang = language(request)
    holds = [
        HoldView(
            hold.kind.value,
            hold.words.of(lang),
            hold.until,
            [cite.short for cite in hold.citations],
        )
        for hold in one.holds
    ]
    return TicketErasure(one.ticket_id, one.ticket_no, one.order_no, dict(one.what), holds, one.until)


def _plan(plan: Plan, request: HttpRequest) -> ErasurePlan:
    lang = language(request)
    return ErasurePlan(
        plan.digest,
        [_ticket(one, request) for one in plan.tickets],
        len(plan.parked_rows),
        plan.whole,
        {ground.value: words.of(lang) for ground, words in GROUND_WORDS.items()},
    )


def _done(done: Erased, request: HttpRequest) -> ErasureDone:
    held = [_ticket(one, request) for one in done.held]
    return ErasureDone(list(done.tickets), dict(done.places), held, done.parked_rows, done.whole)


@router.get("/tickets/{ticket_id}/erasure", response=says(ErasurePlan))
def plan(request: Call, ticket_id: InPath) -> HttpResponse:
    """Read what erasing the buyer of a ticket would take away and what the law holds; nothing is changed."""
    ticket = ticket_for(request.auth, ticket_id, Permission.ERASE)
    return answered(_plan(plan_erasure(buyer_of(ticket), request.auth.now), request))


@router.post("/tickets/{ticket_id}/erasure", response=says(ErasureDone))
def erase(request: Call, ticket_id: InPath, body: ErasureIn) -> HttpResponse:
    """Erase what may go now and date the rest; a plan that is no longer true is refused. No way back."""

    def work() -> Done:
        ticket = ticket_for(request.auth, ticket_id, Permission.ERASE)
        who, now = request.auth.person, request.auth.now
        done = erase_buyer(buyer_of(ticket), who, body.reason, now, body.digest)
        return Done(_done(done, request))

    return once(request, work)
