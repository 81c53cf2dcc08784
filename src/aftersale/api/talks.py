"""Answer calls that negotiate: read talks, note a line, promise, agree, end; no money moves here."""

from dataclasses import dataclass
from datetime import datetime
from typing import Annotated

from django.http import HttpResponse
from ninja import Router
from pydantic import AwareDatetime, Field

from aftersale.api.access import Call, ticket_for, unchanged
from aftersale.api.answer import answered
from aftersale.api.once import Done, once
from aftersale.api.shapes import Before, Expecting, Fen, InPath, Limit, Moved, Said, Taken, Word, says
from aftersale.domain.masking import mask_within
from aftersale.domain.roles import Permission
from aftersale.negotiation import agreeing
from aftersale.negotiation.agreeing import Agreement, Outcome
from aftersale.negotiation.models import Negotiation, Offer, State
from aftersale.negotiation.refusals import TalkOver
from aftersale.negotiation.rounds import Line, how_it_stands, newest_of, note_line, open_of
from aftersale.policy.talks.terms import Terms, read_terms
from aftersale.tickets.models import Ticket
from aftersale.tickets.promises import promise

router = Router(tags=["negotiation"])

Step = Annotated[int, Field(ge=0, le=2**31 - 1)]


@dataclass(frozen=True, slots=True)
class RoundView:
    """Hold one thing that was said; numbers of people in its words are masked."""

    number: int
    side: str
    act: str
    way: str
    amount_fen: int | None
    text: str
    at: datetime
    until: datetime | None
    source: str
    taken_back_at: datetime | None


@dataclass(frozen=True, slots=True)
class TalkView:
    """Hold a talk: both last positions, how they lie to one another, who is waited for, what was agreed.

    `buyer_at` is since when the buyer waits for a word, `back_at` until when the shop promised to answer.
    """

    id: int
    ticket_id: int
    state: str
    begun_at: datetime
    back_at: datetime | None
    buyer_at: datetime | None
    buyer_way: str
    buyer_fen: int | None
    shop_way: str
    shop_fen: int | None
    meeting: str
    gap_fen: int
    rounds: int
    way: str
    amount_fen: int | None
    until: datetime | None
    outcome: str
    ended_at: datetime | None


@dataclass(frozen=True, slots=True)
class TalksPage:
    """Hold talks, newest first."""

    talks: list[TalkView]
    next_before: int | None


@dataclass(frozen=True, slots=True)
class TalkWhole:
    """Hold the newest talk of a ticket with its rounds; null where nobody has negotiated."""

    ticket_id: int
    sequence: int
    talk: TalkView | None
    rounds: list[RoundView]


@dataclass(frozen=True, slots=True)
class Agreed:
    """Hold what an agreement made: the promise, the act that follows, the proposal of it where one is made.

    `verb` is empty where nothing follows; nothing is sent before somebody approves it.
    """

    talk_id: int
    promise_id: int
    review_id: int | None
    verb: str
    ticket_id: int
    sequence: int


class LineIn(Taken):
    """Note what both sides said; a way is named only where the words leave it open."""

    expected_sequence: Step
    back_at: AwareDatetime
    wants: Said = ""
    gives: Said = ""
    wants_way: Word = ""
    gives_way: Word = ""
    until: AwareDatetime | None = None


class PromiseIn(Expecting):
    """Promise the buyer something until a time."""

    text: Said
    until: AwareDatetime
    amount_fen: Fen | None = None


class AgreeIn(Taken):
    """Say on what both agree, until when it is done, in which words."""

    expected_sequence: Step
    way: Word
    amount_fen: Fen | None = None
    until: AwareDatetime
    text: Said


class EndIn(Expecting):
    """Say why a talk ended without an agreement."""

    outcome: Outcome


def _view(talk: Negotiation, offers: list[Offer], now: datetime) -> TalkView:
    standing = how_it_stands(talk, offers, now)
    return TalkView(
        id=talk.pk,
        ticket_id=talk.ticket_id,
        state=talk.state,
        begun_at=talk.begun_at,
        back_at=talk.back_at,
        buyer_at=talk.buyer_at,
        buyer_way=standing.buyer.way,
        buyer_fen=standing.buyer.amount_fen,
        shop_way=standing.shop.way,
        shop_fen=standing.shop.amount_fen,
        meeting=standing.overlap.meeting.value,
        gap_fen=standing.overlap.gap_fen,
        rounds=standing.rounds,
        way=talk.way,
        amount_fen=talk.amount_fen,
        until=talk.until,
        outcome=talk.outcome,
        ended_at=talk.ended_at,
    )


_PLAIN = tuple(name for name in RoundView.__dataclass_fields__ if name != "text")


def _round(offer: Offer) -> RoundView:
    return RoundView(**{name: getattr(offer, name) for name in _PLAIN}, text=mask_within(offer.text))


def _whole(ticket: Ticket, now: datetime) -> TalkWhole:
    talk = newest_of(ticket.pk)
    offers = list(talk.offers.order_by("at", "number")) if talk else []
    seen = _view(talk, offers, now) if talk else None
    return TalkWhole(ticket.pk, ticket.sequence, seen, [_round(each) for each in offers])


def _going_on(ticket: Ticket) -> Negotiation:
    """Give the talk of a ticket that goes on; raises TalkOver."""
    talk = open_of(ticket.pk)
    if talk is None:
        raise TalkOver
    talk.ticket = ticket
    return talk


@router.get("/negotiations", response=says(TalksPage))
def talks(request: Call, state: State = State.OPEN, before: Before = None, limit: Limit = 50) -> HttpResponse:
    """Read the talks of the caller's shops in one state, newest first."""
    rows = Negotiation.objects.filter(shop__in=request.auth.seen_shops(), state=state).order_by("-id")
    if before is not None:
        rows = rows.filter(id__lt=before)
    found = list(rows.prefetch_related("offers")[: limit + 1])
    views = [_view(each, list(each.offers.all()), request.auth.now) for each in found[:limit]]
    return answered(TalksPage(views, views[-1].id if len(found) > limit else None))


@router.get("/tickets/{ticket_id}/negotiation", response=says(TalkWhole))
def talk(request: Call, ticket_id: InPath) -> HttpResponse:
    """Read the newest talk of a ticket, round by round."""
    ticket = ticket_for(request.auth, ticket_id, Permission.VIEW)
    return answered(_whole(ticket, request.auth.now))


@router.post("/tickets/{ticket_id}/negotiation/lines", response=says(TalkWhole, 201))
def line(request: Call, ticket_id: InPath, body: LineIn) -> HttpResponse:
    """Note a line: rounds, a promise to come back, and the ticket waits for the buyer."""

    def work() -> Done:
        ticket = ticket_for(request.auth, ticket_id, Permission.PROPOSE)
        wanted, given = _chosen(body.wants, body.wants_way), _chosen(body.gives, body.gives_way)
        said = Line(body.back_at, body.wants, body.gives, wanted, given, body.until)
        note_line(ticket, request.auth.person, said, request.auth.now, body.expected_sequence)
        return Done(_whole(ticket, request.auth.now), 201)

    return once(request, work)


def _chosen(said: str, way: str) -> Terms:
    return Terms(way, read_terms(said).amount_fen) if way else Terms()


@router.post("/tickets/{ticket_id}/promises", response=says(Moved, 201))
def promised(request: Call, ticket_id: InPath, body: PromiseIn) -> HttpResponse:
    """Note what was promised to the buyer as something to do until a time."""

    def work() -> Done:
        ticket = unchanged(ticket_for(request.auth, ticket_id, Permission.NOTE), body.expected_sequence)
        caller = request.auth
        task = promise(ticket, caller.person, body.text, body.amount_fen, body.until, caller.now)
        return Done(Moved(task.pk, ticket.pk, ticket.sequence), 201)

    return once(request, work)


@router.post("/tickets/{ticket_id}/negotiation/accept", response=says(Agreed, 201))
def accept(request: Call, ticket_id: InPath, body: AgreeIn) -> HttpResponse:
    """Note that both sides agree: one event and a promise; the act that follows is approved by a person."""

    def work() -> Done:
        ticket = ticket_for(request.auth, ticket_id, Permission.PROPOSE)
        held, caller = _going_on(ticket), request.auth
        agreed = Agreement(Terms(body.way, body.amount_fen), body.until, body.text)
        made = agreeing.agree(held, caller.person, agreed, caller.now, body.expected_sequence)
        review = made.intent.pk if made.intent else None
        return Done(Agreed(held.pk, made.promise.pk, review, made.verb, ticket.pk, held.ticket.sequence), 201)

    return once(request, work)


@router.post("/tickets/{ticket_id}/negotiation/end", response=says(Moved))
def end(request: Call, ticket_id: InPath, body: EndIn) -> HttpResponse:
    """End a talk without an agreement; the ticket is back in the queue."""

    def work() -> Done:
        ticket = unchanged(ticket_for(request.auth, ticket_id, Permission.PROPOSE), body.expected_sequence)
        held = _going_on(ticket)
        agreeing.end(held, request.auth.person, body.outcome, request.auth.now)
        return Done(Moved(held.pk, ticket.pk, held.ticket.sequence))

    return once(request, work)
