"""Keep what both sides say, round by round: a line that was typed, and the promise to come back."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from django.db import transaction
from django.db.models import Count, Max, Q

from aftersale.channels.verbs import REFUNDS
from aftersale.evidence.journal import Entry
from aftersale.negotiation.models import Negotiation, Offer, Source, State
from aftersale.negotiation.refusals import LineEmpty, OverLimit, TalkOver, WayUnknown, WayUnsure
from aftersale.policy.talks.rounds import Act, Round, Standing, standing_of
from aftersale.policy.talks.terms import Side, Terms, read_terms, ways_meant
from aftersale.shops.rulebooks import judge_of
from aftersale.tickets.change import Overtaken, change
from aftersale.tickets.ledger import left_of
from aftersale.tickets.outcome import lock
from aftersale.tickets.promises import Promise, check_promise, to_keep
from aftersale.tickets.refusal import TicketEnded
from aftersale.tickets.talking import moved
from aftersale.tickets.verbs import verb_of
from aftersale.tickets.waiting import Whom, begun
from aftersale.tickets.wording import check_words

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from datetime import datetime

    from aftersale.shops.models import Person
    from aftersale.tickets.models import Ticket

_BACK = "回复买家"
_LONGEST = 500


@dataclass(frozen=True, slots=True)
class Line:
    """Hold what one line says: what the buyer wants, what the shop gives, when the buyer hears again.

    The terms are read from the words unless somebody chose them. `until` is how long the offer stands,
    without one as long as until the buyer hears again.
    """

    back_at: datetime
    wants: str = ""
    gives: str = ""
    wanted: Terms = field(default_factory=Terms)
    given: Terms = field(default_factory=Terms)
    until: datetime | None = None


@dataclass(frozen=True, slots=True)
class Spoken:
    """Hold one thing that was said, before it is a row; `at` is when, `digest` tells lines of a log apart."""

    side: Side
    act: Act
    text: str
    terms: Terms
    at: datetime
    until: datetime | None = None
    digest: str = ""


def open_of(ticket_id: int) -> Negotiation | None:
    """Give the talk of a ticket that goes on."""
    found = Negotiation.objects.select_related("back", "ticket__shop")
    return found.filter(ticket_id=ticket_id, state=State.OPEN).first()


def newest_of(ticket_id: int) -> Negotiation | None:
    """Give the newest talk of a ticket, over or not."""
    found = Negotiation.objects.select_related("back", "ticket__shop", "ended_by")
    return found.filter(ticket_id=ticket_id).order_by("-id").first()


def rounds_of(offers: Iterable[Offer]) -> list[Round]:
    """Read the rounds that count, oldest first."""
    counted = [each for each in offers if each.taken_back_at is None]
    counted.sort(key=lambda each: (each.at, each.number))
    return [
        Round(Side(each.side), Act(each.act), Terms(each.way, each.amount_fen), each.at, each.until)
        for each in counted
    ]


def offers_made(ticket_id: int) -> int:
    """Count what the shop has offered in the newest talk of a ticket; one query."""
    counted = Q(offers__side=Side.SHOP, offers__act=Act.OFFER, offers__taken_back_at=None)
    newest = Negotiation.objects.filter(ticket_id=ticket_id).order_by("-id")
    return newest.annotate(made=Count("offers", filter=counted)).values_list("made", flat=True).first() or 0


def how_it_stands(talk: Negotiation, offers: Sequence[Offer], now: datetime) -> Standing:
    """Sum a negotiation up at a time."""
    return standing_of(rounds_of(offers), now, talk.limit_fen)


@transaction.atomic
def note_line(
    ticket: Ticket, person: Person, line: Line, now: datetime, expected_sequence: int
) -> Negotiation:
    """Note a line: rounds, a promise to come back, and the ticket waits for the buyer; one event.

    Raises LineEmpty, WayUnsure, WayUnknown, PromiseRefused, WordingStopped, OverLimit, Overtaken,
    TicketEnded.
    """
    begin_talk(ticket, expected_sequence)
    for chosen in (line.wanted, line.given):
        check_way(ticket, chosen.way, now)
    said = _said(ticket, line, now)
    back = Promise(_back(line), line.back_at)
    check_promise(back, now)
    check_words(ticket.shop, line.gives, now)
    talk = open_of(ticket.pk) or begun_talk(ticket, person, now)
    for each in said:
        check_limits(talk, ticket, each)
    offers = [put(talk, each, Source.TYPED, person, now) for each in said]
    data = {
        "talk": str(talk.pk),
        "rounds": [told(each) for each in offers],
        "back_at": line.back_at.isoformat(),
    }
    entry = Entry("talked", now, person.pk, data, {each.side: each.text for each in offers})
    change(ticket, entry, **_waiting(ticket, said, line.back_at, now))
    _come_back(talk, ticket, person, back, now)
    follow(talk)
    return talk


def begin_talk(ticket: Ticket, expected_sequence: int) -> None:
    """Lock a ticket as the person saw it; raises Overtaken or TicketEnded."""
    lock(ticket)
    if ticket.sequence != expected_sequence:
        raise Overtaken(ticket)
    if not ticket.open:
        raise TicketEnded(ticket.ticket_no)


def begun_talk(ticket: Ticket, person: Person, now: datetime) -> Negotiation:
    """Begin a talk about a ticket."""
    return Negotiation.objects.create(shop_id=ticket.shop_id, ticket=ticket, begun_at=now, begun_by=person)


def put(talk: Negotiation, said: Spoken, source: Source, person: Person | None, now: datetime) -> Offer:
    """Write a round down under the next number; whoever calls holds the ticket."""
    last = Offer.objects.filter(negotiation=talk).aggregate(last=Max("number"))["last"] or 0
    return Offer.objects.create(
        negotiation=talk,
        number=last + 1,
        side=said.side,
        act=said.act,
        way=said.terms.way,
        amount_fen=said.terms.amount_fen,
        text=said.text,
        at=said.at,
        until=said.until,
        source=source,
        person=person,
        noted_at=now,
        digest=said.digest,
    )


def told(offer: Offer) -> dict[str, object]:
    """Say of a round what an event holds: no words of people."""
    until = offer.until.isoformat() if offer.until else None
    named = {"number": offer.number, "side": offer.side, "act": offer.act}
    return {**named, "way": offer.way, "amount_fen": offer.amount_fen, "until": until}


def check_way(ticket: Ticket, way: str, now: datetime) -> None:
    """Let a way out pass that the shop's rulebook knows, or none; raises WayUnknown."""
    if way and way not in judge_of(ticket.shop_id, now).rulebook.remedies:
        raise WayUnknown(way)


def check_limits(talk: Negotiation, ticket: Ticket, said: Spoken) -> None:
    """Hold an offer of the shop to what may be refunded and to the limit of the talk; raises OverLimit."""
    fen = said.terms.amount_fen
    if said.side is not Side.SHOP or fen is None:
        return
    left = left_of(ticket) if verb_of(said.terms.way) in REFUNDS else None
    if left is not None and fen > left:
        raise OverLimit(fen, left, paid=True)
    if talk.limit_fen is not None and fen > talk.limit_fen:
        raise OverLimit(fen, talk.limit_fen, paid=False)


def follow(talk: Negotiation) -> None:
    """Keep with the talk since when its buyer waits for a word."""
    standing = how_it_stands(talk, list(talk.offers.all()), talk.begun_at)
    talk.buyer_at = standing.waits_since if talk.state == State.OPEN else None
    talk.save(update_fields=["buyer_at"])


@transaction.atomic
def take_back(offer: Offer, person: Person, now: datetime) -> Offer:
    """Let a round that was typed by mistake count no longer; raises TalkOver."""
    talk = offer.negotiation
    ticket = lock(talk.ticket)
    if talk.state != State.OPEN or offer.act not in {Act.OFFER, Act.WORD}:
        raise TalkOver
    if offer.taken_back_at is None:
        offer.taken_back_at = now
        offer.save(update_fields=["taken_back_at"])
        data = {"talk": str(talk.pk), "number": offer.number}
        change(ticket, Entry("talk_corrected", now, person.pk, data))
        follow(talk)
    return offer


def paid_of(ticket: Ticket) -> int | None:
    """Give what the buyer paid for the goods of a ticket, where that is known."""
    return ticket.line.paid_fen if ticket.line else None


def _said(ticket: Ticket, line: Line, now: datetime) -> list[Spoken]:
    paid = paid_of(ticket)
    both = (
        (Side.BUYER, line.wants, line.wanted, None),
        (Side.SHOP, line.gives, line.given, line.until or line.back_at),
    )
    said = []
    for side, words, chosen, until in both:
        text = words.strip()[:_LONGEST]
        if not chosen and ways_meant(text):
            raise WayUnsure(text)
        terms = chosen or read_terms(text, paid)
        if text or terms:
            said.append(Spoken(side, Act.OFFER if terms else Act.WORD, text, terms, now, until))
    if not said:
        raise LineEmpty
    return said


def _back(line: Line) -> str:
    """Say in the queue what the buyer is to hear about."""
    both = (("我们给", line.gives.strip()), ("买家要", line.wants.strip()))
    words = "；".join(f"{whose}：{said}" for whose, said in both if said)
    return f"{_BACK}（{words}）"[:_LONGEST]


def _waiting(ticket: Ticket, said: Sequence[Spoken], back_at: datetime, now: datetime) -> dict[str, object]:
    """Let the ticket wait for the buyer where the shop has spoken."""
    if said[-1].side is not Side.SHOP:
        return {}
    return {**begun(ticket, Whom.BUYER, now, back_at), **moved(ticket, Whom.BUYER)}


def _come_back(talk: Negotiation, ticket: Ticket, person: Person, back: Promise, now: datetime) -> None:
    """Keep one promise to come back in the queue: the newest."""
    task = talk.back
    if task is None or task.done_at is not None:
        task = to_keep(ticket, person, back, now)
    else:
        task.params = {**task.params, "text": back.text}
        task.due_at = back.until
        task.save(update_fields=["params", "due_at"])
    talk.back, talk.back_at = task, back.until
    talk.save(update_fields=["back", "back_at"])


@transaction.atomic
def set_limit(talk: Negotiation, person: Person, fen: int | None, now: datetime) -> None:
    """Say how far the shop would go, which no buyer sees; None takes the limit away. Raises TalkOver."""
    ticket = lock(talk.ticket)
    if talk.state != State.OPEN:
        raise TalkOver
    talk.limit_fen = fen
    talk.save(update_fields=["limit_fen"])
    change(ticket, Entry("talk_limited", now, person.pk, {"talk": str(talk.pk), "limit_fen": fen}))


@transaction.atomic
def keeps_goods(talk: Negotiation, person: Person, need: str, now: datetime, *, on: bool) -> None:
    """Note that the buyer will not send the goods back, and what keeps them from it. Raises TalkOver."""
    ticket = lock(talk.ticket)
    if talk.state != State.OPEN:
        raise TalkOver
    talk.keeps_goods, talk.need = on, need if on else ""
    talk.save(update_fields=["keeps_goods", "need"])
    data = {"talk": str(talk.pk), "keeps_goods": on, "need": talk.need}
    change(ticket, Entry("talk_need", now, person.pk, data))
