"""Show one ticket: the proposal first, the reason beside it, what may be done now, what happened."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from aftersale.api.faults import NotHere
from aftersale.channels.verbs import REFUNDS, Verb
from aftersale.domain.roles import Permission
from aftersale.domain.states import ActionState
from aftersale.pages.acting import BY_HAND
from aftersale.pages.door import Ask, page, shown
from aftersale.pages.freshness import is_connected
from aftersale.pages.proposal import decisions_on, proposal_of
from aftersale.pages.ticket_head import dues_of, is_done
from aftersale.pages.timeline import SIDES, handed_to, side_words, timeline_of
from aftersale.pages.words import AT_ONCE, Speech, act_of, flag_words, value, verb
from aftersale.returns.models import Parcel
from aftersale.shops.models import Person
from aftersale.shops.rulebooks import judge_by
from aftersale.tickets import beside
from aftersale.tickets.around import history_of, import_number, refused_before, siblings_of
from aftersale.tickets.detail import BESIDE, decision_view, view_of, whole_of
from aftersale.tickets.judging import facts_from
from aftersale.tickets.models import Ticket
from aftersale.tickets.models.ticket import Lane
from aftersale.tickets.queries import rows_of
from aftersale.tickets.side import allowed
from aftersale.tickets.steps import Stage, is_service
from aftersale.tickets.talking import whom_of
from aftersale.tickets.waiting import Whom
from aftersale.tickets.watching import around_ticket

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from django.http import HttpResponse

    from aftersale.tickets.detail import TicketView, Whole
    from aftersale.tickets.models import StoredDecision
    from aftersale.tickets.watching import Around

# An address may hold any number; a foreign key is not held to what the database can count, as a key is.
_LARGEST = 2**63 - 1


@page
def ticket(ask: Ask, ticket_id: int) -> HttpResponse:
    """Show a ticket."""
    return shown(ask, "ticket.html", **everything(ask, ticket_id))


def everything(ask: Ask, ticket_id: int) -> dict[str, Any]:
    """Collect what the page of a ticket shows."""
    stored, row, imports = _read(ticket_id)
    if row is None or row.shop_id not in ask.caller.seen_shops():
        raise NotHere
    seen = view_of(row)
    found = whole_of(seen, decision_view(stored) if stored else None)
    asked_by_platform = is_service(row)
    answers = {each.fact: each.value for each in reversed(found.answers) if each.withdrawn_at is None}
    speech = Speech(ask.now, {row.shop_id: judge_by(stored.rulebook_digest)} if stored else {})
    dues = dues_of(row, speech.of(row.shop_id), ask.now, found.deadlines)
    people = around_ticket(seen.shop_id, ticket_id)
    return {
        "found": found,
        "ticket": seen,
        "dues": dues,
        "done": not dues and is_done(row),
        "others": (),
        "proposal": proposal_of(stored, answers, ask.now) if stored and not asked_by_platform else None,
        "service": asked_by_platform,
        "parcels": Parcel.objects.filter(matches__ticket_id=ticket_id, matches__ended_at=None).order_by(
            "-id"
        ),
        "speech": speech,
        "verb": verb,
        "aside": beside.VERBS,
        "unmoved": _unmoved(seen, found),
        "value": value,
        "flag_words": flag_words,
        "act": act_of(seen.step),
        "at_once": AT_ONCE,
        "looks": whom_of(seen.step) is Whom.CHECK,
        "extends": Verb.EXTEND if seen.lane == Lane.OURS and allowed(row, Verb.EXTEND) else "",
        "may": {each.value for each in Permission if seen.shop_id in ask.caller.shops(each)},
        **_order(row),
        **_people(ask, seen, people),
        **_happened(ask, found, people.reads, stored),
        "age": None if is_connected(ask, seen.shop_id) else imports,
    }


# After one of these a platform waits for the shop no more; after a refusal the buyer may apply anew.
_AGREES = {Verb.AGREE_RETURN, Verb.AGREE_EXCHANGE, Verb.AGREE_REPAIR, Verb.AGREE_RESHIP}
_ANSWERED_BY = REFUNDS | _AGREES


def _unmoved(seen: TicketView, found: Whole) -> str:
    """Name what people said was done in the back office while the platform still waits for an answer."""
    waits = seen.lane == Lane.OURS and seen.stage == Stage.DECIDE and not seen.waits_for
    last = next(iter(found.actions), None) if waits else None
    if last is None or last.state != ActionState.DONE or last.receipt.get("outcome") not in BY_HAND:
        return ""
    return last.verb if last.verb in _ANSWERED_BY else ""


def _read(ticket_id: int) -> tuple[StoredDecision | None, Ticket | None, int]:
    """Read the newest decision, its ticket, and how many imports the shop has had; one query if decided."""
    if ticket_id > _LARGEST:
        return None, None, 0
    stored = decisions_on(ticket_id).annotate(imports=import_number("ticket__shop")).first()
    if stored:
        return stored, stored.ticket, stored.imports
    undecided = Ticket.objects.select_related(*BESIDE).annotate(imports=import_number("shop"))
    ticket = undecided.filter(pk=ticket_id).first()
    return None, ticket, ticket.imports if ticket else 0


def _order(row: Ticket) -> dict[str, Any]:
    """Read the other tickets of the order, those refused before, and what the buyer had in this shop."""
    siblings = siblings_of(row)
    return {
        "siblings": rows_of(siblings),
        "earlier": refused_before(row, siblings),
        "history": history_of(row),
        "act_of": act_of,
    }


def _people(ask: Ask, seen: TicketView, people: Around) -> dict[str, Any]:
    """Say who takes care, who may be asked to, who watches and who can be named in a note."""
    assigning = seen.shop_id in ask.caller.shops(Permission.ASSIGN)
    # Whose role was changed since still has the ticket until it is handed over.
    holders = {each.pk for each in people.holds} | {seen.assignee_id}
    return {
        "people": [(each.pk, str(each)) for each in people.reads if assigning and each.pk in holders],
        "watchers": [str(each) for each in people.watches],
        "watching": ask.person.pk in {each.pk for each in people.watches},
        "colleagues": [str(each) for each in people.reads if each.pk != ask.person.pk],
    }


def _happened(
    ask: Ask, found: Whole, people: Sequence[Person], stored: StoredDecision | None
) -> dict[str, Any]:
    """Mix what happened, narrowed to the side that is asked for."""
    side = ask.said("side") if ask.said("side") in SIDES else ""
    facts = facts_from(stored.facts) if stored else None
    events = timeline_of(found.events, found.notes, _names(ask, found, people), facts, found.actions)
    return {
        "timeline": [each for each in events if side in {"", each.whose}],
        "side": side,
        "sides": side_words(),
    }


def _names(ask: Ask, found: Whole, people: Sequence[Person]) -> Mapping[int, str]:
    """Name who acted and to whom it was handed; only those who are not known already are asked for."""
    names = {ask.person.pk: str(ask.person), **{each.pk: str(each) for each in people}}
    named = {event.actor for event in found.events if event.actor}
    strange = (named | {to for event in found.events if (to := handed_to(event))}) - set(names)
    others = Person.objects.filter(pk__in=strange) if strange else ()
    return names | {person.pk: str(person) for person in others}
