"""Negotiate on a ticket: one line to type, the rounds, what both agree on and what follows from it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from aftersale.api.access import ticket_for
from aftersale.api.faults import NotHere
from aftersale.channels.chats.files import read_file
from aftersale.channels.verbs import ANSWERS, PAYS
from aftersale.connections.hands import hands_of
from aftersale.domain.errors import AftersaleError
from aftersale.domain.roles import Permission
from aftersale.domain.states import ActionState
from aftersale.negotiation import agreeing, logs, rounds
from aftersale.negotiation.agreeing import OUTCOME_WORDS, Agreement, Outcome
from aftersale.negotiation.models import Felt, Negotiation, Offer, Source, State
from aftersale.negotiation.refusals import ChatUnreadable, TalkOver
from aftersale.negotiation.rounds import Line, how_it_stands, newest_of, note_line, paid_of
from aftersale.negotiation.scenes import NEED_WORDS, Need
from aftersale.pages.acting import Incomplete, fen_said, moment_of, only_fen, sequence_of
from aftersale.pages.door import Ask, page, shown
from aftersale.pages.talk_words import (
    felt_words,
    meeting_words,
    shown_rounds,
    terms_words,
    way_words,
    ways_to_choose,
)
from aftersale.pages.words import plain_yuan, verb
from aftersale.policy.talks.rounds import Standing, pressing
from aftersale.policy.talks.terms import Terms, read_terms, ways_meant
from aftersale.shops.rulebooks import judge_of
from aftersale.tickets.act import REVIEW
from aftersale.tickets.models import Action, Task
from aftersale.tickets.models.ticket import Lane
from aftersale.tickets.waiting import Whom, until
from aftersale.web.environment import at, lang
from aftersale.web.environment import say as _

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from django.http import HttpResponse

    from aftersale.policy.rulebook import Rulebook
    from aftersale.tickets.models import Ticket

_SIDES = ("wants", "gives")
_LONGEST, _LARGEST, _SHOWN = 500, 1024 * 1024, 3
_MINUTE, _HOUR = timedelta(minutes=1), timedelta(hours=1)


@page
def negotiation(ask: Ask, ticket_id: int) -> HttpResponse:
    """Show how the talk stands in one line, with the form that was asked for; when sent, do it."""
    ticket = ticket_for(ask.caller, ticket_id, Permission.VIEW)
    if ask.request.method != "POST":
        return talk_shown(ask, ticket)
    ask.caller.let(_NEEDS.get(ask.said("do"), Permission.PROPOSE), ticket.shop_id)
    do = _DO.get(ask.said("do"))
    if do is None:
        raise NotHere
    try:
        said = do(ask, ticket)
    except NotHere:
        raise
    except AftersaleError as refusal:
        return talk_shown(ask, ticket, why=refusal)
    answer = talk_shown(ask, ticket_for(ask.caller, ticket_id, Permission.VIEW), said=said)
    if ask.said("do") in _MOVES_THE_TICKET:
        # For whom the ticket waits and what happened stand elsewhere on the page.
        ask.tell(said)
        answer["HX-Refresh"] = "true"
    return answer


def talk_of(ticket: Ticket) -> Negotiation:
    """Give the talk of a ticket that goes on; raises TalkOver."""
    talk = rounds.open_of(ticket.pk)
    if talk is None:
        raise TalkOver
    talk.ticket = ticket
    return talk


def talk_shown(
    ask: Ask, ticket: Ticket, *, why: AftersaleError | None = None, said: str = ""
) -> HttpResponse:
    """Show the line, the rounds and what can be done."""
    talk = newest_of(ticket.pk)
    offers = list(talk.offers.select_related("person").order_by("at", "number")) if talk else []
    going = talk is not None and talk.state == State.OPEN
    book = judge_of(ticket.shop_id, ask.now).rulebook
    standing = how_it_stands(talk, offers, ask.now) if talk else None
    may = {each.value for each in Permission if ticket.shop_id in ask.caller.shops(each)}
    do = ask.said("do") if why or ask.request.method == "GET" else ""
    around: dict[str, Any] = {
        "ticket": ticket,
        "talk": talk,
        "going": going,
        "standing": standing,
        "meeting": meeting_words(standing.overlap) if standing and going else "",
        "buyer": terms_words(standing.buyer, book) if standing else "",
        "shop": terms_words(standing.shop, book) if standing else "",
        "agreed": terms_words(Terms(talk.way, talk.amount_fen), book) if talk else "",
        "rounds": shown_rounds(offers, book, going=going),
        "ways": ways_to_choose(book),
        "outcomes": [(code.value, text.of(lang())) for code, text in OUTCOME_WORDS.items()],
        "feelings": felt_words(),
        "waits": _waits(ticket, talk, ask),
        "log": logs.has_log(ticket.shop),
        "needs": [(code.value, words.of(lang())) for code, words in NEED_WORDS.items()],
        "back_at": until(ticket, ask.now),
        "may": may,
        "why": why,
        "said": said,
        "do": do,
        "follow": _follow(ask, ticket, talk),
        "unsure": _unsure(ask, do, book),
        **(_to_agree(ask, standing, book) if standing and do == "agree" else {}),
    }
    template = "_negotiation.html" if ask.part else "acted.html"
    return shown(ask, template, status=422 if why else 200, form="_negotiation.html", **around)


def _waits(ticket: Ticket, talk: Negotiation | None, ask: Ask) -> tuple[int, str] | None:
    """Say for how many minutes the buyer has had no answer, and how pressing that is."""
    if talk is None or talk.buyer_at is None:
        return None
    target = target_in(judge_of(ticket.shop_id, ask.now).rulebook, ticket.shop.platform)
    return int((ask.now - talk.buyer_at) / _MINUTE), pressing(talk.buyer_at, ask.now, target).value


def target_in(book: Rulebook, platform: str) -> timedelta:
    """Give within what time a buyer is answered in chat; an hour where no source names a time."""
    named = book.parameters.get("first_reply_minutes")
    found = [each for each in named.values if each.platform in {"any", platform}] if named else []
    return timedelta(minutes=found[-1].value) if found else _HOUR


@dataclass(frozen=True, slots=True)
class Follow:
    """Hold the act that follows from an agreement and waits for a person; `may`: this one confirms it.

    `review` is the proposal of a colleague that waits for a look. `only_fen` is the one amount that the
    platform's interface pays, where another was agreed on: that is prepared for the back office.
    """

    verb: str
    words: str
    fen: int | None
    amount: str
    may: bool
    review: int | None
    only_fen: int | None


def _follow(ask: Ask, ticket: Ticket, talk: Negotiation | None) -> Follow | None:
    """Give what still follows from an agreement; nothing once it is confirmed."""
    if talk is None or talk.state != State.AGREED or not ticket.open or ticket.lane != Lane.OURS:
        return None
    wanted = agreeing.verb_for(ticket, talk.way)
    done = Action.objects.filter(ticket=ticket, approved_at__gte=talk.ended_at, verb__in=ANSWERS)
    if wanted is None or done.exclude(state__in=(ActionState.FAILED, ActionState.CANCELLED)).exists():
        return None
    fen = talk.amount_fen if wanted in PAYS else None
    may = ticket.shop_id in ask.caller.shops(Permission.APPROVE)
    asked, only = _asked_of(ask, ticket), _only_fen(ticket, wanted, fen)
    return Follow(wanted, verb(wanted), fen, plain_yuan(fen), may, asked, only)


def _asked_of(ask: Ask, ticket: Ticket) -> int | None:
    """Give the proposal of a colleague on a ticket that waits for a reviewer."""
    waiting = Task.objects.filter(ticket=ticket, kind=REVIEW, done_at=None).order_by("-id")
    return next((each.pk for each in waiting if each.params.get("by") != ask.person.pk), None)


def _only_fen(ticket: Ticket, wanted: str, fen: int | None) -> int | None:
    """Give what was applied for where an interface pays that alone, and another amount is wanted."""
    only = only_fen(ticket, wanted)
    return only if only != fen else None


def _to_agree(ask: Ask, standing: Standing, book: Any) -> dict[str, Any]:  # noqa: ANN401  # a rulebook
    """Prepare the form of an agreement: the shop's offer where it is enough, else what the buyer wants."""
    meant = standing.shop or standing.buyer
    way, fen = meant.way or standing.buyer.way, meant.amount_fen
    typed = ask.request.method == "POST"
    amount = ask.said("amount") if typed else plain_yuan(fen)
    words = way_words(way, book) + (f" ¥{amount}" if amount else "")
    return {
        "way": ask.said("way") if typed else way,
        "amount": amount,
        "promise": ask.said("text") if typed else words,
    }


def _line(ask: Ask, ticket: Ticket) -> str:
    wants, gives = (ask.said(name)[:_LONGEST] for name in _SIDES)
    line = Line(moment_of(ask.said("back_at")), wants, gives, _chosen(ask, "wants"), _chosen(ask, "gives"))
    note_line(ticket, ask.person, line, ask.now, sequence_of(ask, ticket))
    if ticket.waits_for == Whom.BUYER:
        said = _("Noted. It waits for the buyer, and is back in the queue at {at} at the latest.")
    else:
        said = _("Noted. It stays in the queue: answer the buyer by {at}.")
    return " ".join((said.format(at=at(line.back_at)), *_not_understood(line, paid_of(ticket))))


def _not_understood(line: Line, paid_fen: int | None) -> list[str]:
    """Say of each side in whose words no way and no amount was found; the words stand in the rounds."""
    words = _("“{words}” names no way and no amount: it is kept as words alone. Write it like 退80, 换一件.")
    both = ((line.wants.strip(), line.wanted), (line.gives.strip(), line.given))
    unread = [said for said, chosen in both if said and not (chosen or read_terms(said, paid_fen))]
    return [words.format(words=said) for said in unread]


def _chosen(ask: Ask, name: str) -> Terms:
    """Take the way that was chosen where the words of a side leave it open; nothing where they do not."""
    said, way = ask.said(name)[:_LONGEST], ask.said(f"{name}_way")
    return Terms(way, read_terms(said).amount_fen) if way in ways_meant(said) else Terms()


def _unsure(ask: Ask, do: str, book: Rulebook) -> dict[str, list[tuple[str, str]]]:
    """Name the ways to choose from for each side of a line whose words leave it open."""
    if do != "line":
        return {}
    meant = {name: ways_meant(ask.said(name)[:_LONGEST]) for name in _SIDES}
    return {name: [(code, way_words(code, book)) for code in codes] for name, codes in meant.items() if codes}


def _agree(ask: Ask, ticket: Ticket) -> str:
    amount = fen_said(ask.said("amount")) if ask.said("amount") else None
    terms = Terms(ask.said("way"), amount)
    agreed = Agreement(terms, moment_of(ask.said("until")), ask.said("text"))
    done = agreeing.agree(talk_of(ticket), ask.person, agreed, ask.now, sequence_of(ask, ticket))
    if done.intent is not None:
        return _("Agreed. The promise stands in the queue; a colleague is asked to confirm what follows.")
    if done.why is not None:
        words = _("Agreed, and the promise stands in the queue. What follows cannot be prepared now: {why}")
        return words.format(why=done.why.of(lang()))
    if done.verb:
        return _("Agreed. The promise stands in the queue; confirm what follows from it.")
    return _("Agreed. The promise stands in the queue until it is done.")


def _end(ask: Ask, ticket: Ticket) -> str:
    if ask.said("outcome") not in set(Outcome):
        raise Incomplete
    agreeing.end(talk_of(ticket), ask.person, Outcome(ask.said("outcome")), ask.now)
    return _("The negotiation is over; the ticket is back in the queue.")


def _take_back(ask: Ask, ticket: Ticket) -> str:
    said = ask.said("round")
    number = int(said) if said.isascii() and said.isdigit() else 0
    offer = Offer.objects.select_related("negotiation__ticket").filter(
        negotiation__ticket=ticket, negotiation__state=State.OPEN, number=number
    )
    found = offer.first()
    if found is None:
        raise NotHere
    rounds.take_back(found, ask.person, ask.now)
    return _("Taken back: it counts no longer.")


def _limit(ask: Ask, ticket: Ticket) -> str:
    fen = fen_said(ask.said("limit")) if ask.said("limit") else None
    rounds.set_limit(talk_of(ticket), ask.person, fen, ask.now)
    return _("The limit is set. The buyer does not see it.")


def _read(ask: Ask, ticket: Ticket) -> str:
    lines = logs.read_log(ticket, hands_of(ticket.shop, ask.now))
    count = logs.take(ticket, lines, Source.LOG, ask.person, ask.now)
    return _("{count} new lines of the platform's log.").format(count=count)


def _chat(ask: Ask, ticket: Ticket) -> str:
    """Take a conversation that was pasted or chosen as a file; raises ChatUnreadable."""
    file = ask.request.FILES.get("file")
    content = file.read(_LARGEST + 1) if file else ask.said("chat").encode()
    ours = (ticket.shop.name, *ask.said("ours").split("、"))
    name = (file.name or "") if file else ""
    found = read_file(content, name, ours) if len(content) <= _LARGEST else None
    if found is None or not found.lines:
        raise ChatUnreadable([each.message for each in found.parked[:_SHOWN]] if found else ())
    count = logs.take(ticket, found.lines, Source.FILE, ask.person, ask.now)
    said = _("{count} new lines of the conversation.").format(count=count)
    parked = "；".join(each.message.of(lang()) for each in found.parked[:_SHOWN])
    if len(found.parked) > _SHOWN:
        parked += _(", and {count} more").format(count=len(found.parked) - _SHOWN)
    return f"{said} {_('Not taken:')} {parked}" if parked else said


def _keeps(ask: Ask, ticket: Ticket) -> str:
    need = ask.said("need") if ask.said("need") in set(Need) else ""
    rounds.keeps_goods(talk_of(ticket), ask.person, need, ask.now, on=bool(ask.said("on")))
    return _("Noted. Ways that cost the buyer no trip come first now.")


def _felt(ask: Ask, ticket: Ticket) -> str:
    talk = newest_of(ticket.pk)
    if talk is None or talk.state == State.OPEN or ask.said("felt") not in set(Felt):
        raise NotHere
    talk.ticket = ticket
    agreeing.note_felt(talk, ask.person, Felt(ask.said("felt")), ask.now)
    return _("Noted.")


_DO: Mapping[str, Callable[[Ask, Ticket], str]] = {
    "line": _line,
    "agree": _agree,
    "end": _end,
    "take_back": _take_back,
    "limit": _limit,
    "read": _read,
    "chat": _chat,
    "keeps": _keeps,
    "felt": _felt,
}
_MOVES_THE_TICKET = frozenset({"line", "agree", "end", "read", "chat"})
_NEEDS = {"limit": Permission.APPROVE}
