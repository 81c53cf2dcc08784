"""Let a person act on a ticket: approve, propose, take back, confirm."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from django.http import HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.views.decorators.http import require_POST

from aftersale.api.access import ticket_for
from aftersale.api.faults import NotHere
from aftersale.channels.verbs import PAYS, REFUNDS, Verb
from aftersale.connections.carriers import CarrierUnknown, carriers_of, with_code
from aftersale.domain.clock import SHANGHAI
from aftersale.domain.errors import AftersaleError
from aftersale.domain.roles import Permission
from aftersale.domain.states import ActionState, Goods
from aftersale.pages.asked import fen_of, whole
from aftersale.pages.door import Ask, page, shown
from aftersale.pages.freshness import is_connected, is_shut_out
from aftersale.pages.words import AT_ONCE, act_of, held_words, plain_yuan, verb
from aftersale.shops.stock import StockGone
from aftersale.texts import Text
from aftersale.tickets import act
from aftersale.tickets.act import Intent
from aftersale.tickets.confirm import confirm as confirm_action
from aftersale.tickets.instructions import for_ticket
from aftersale.tickets.ledger import OverPaid, PaidUnknown
from aftersale.tickets.limits import SecondPersonNeeded
from aftersale.tickets.models import Action, Task, Ticket
from aftersale.tickets.outcome import OPEN
from aftersale.tickets.perform import MANUAL
from aftersale.tickets.refusal import ActionPending, IntentInvalid, NotInspected
from aftersale.tickets.said import claimed_freight
from aftersale.tickets.waiting import Whom
from aftersale.web.environment import lang
from aftersale.web.environment import say as _

if TYPE_CHECKING:
    from aftersale.api.access import Caller

# So long an approval can be taken back before anything is sent.
TAKE_BACK_S = 10
_WAYBILL, _FREIGHT_TEXT = 64, 299
# How the ids of rows begin, beside which an answer goes.
_LISTS = ("row-", "task-", "promise-")
# How the receipt of an action says that people do it.
BY_HAND = frozenset({"handed_over", "notsent"})
OUTCOMES = {"done": ActionState.DONE, "failed": ActionState.FAILED}


class NotAnAmount(AftersaleError):
    """Refuse an amount that cannot be read."""

    def __init__(self, said: str) -> None:
        super().__init__(
            "amount.unreadable",
            Text(zh=f"没看懂金额“{said}”。", en=f"The amount {said!r} cannot be read."),
            Text(zh="写成元，如 129 或 129.00。", en="Write yuan, such as 129 or 129.00."),
        )


class Incomplete(AftersaleError):
    """Refuse a form in which something is missing; names what, where it is known."""

    def __init__(self, *missing: Text) -> None:
        zh, en = "、".join(each.zh for each in missing), ", ".join(each.en for each in missing)
        super().__init__(
            "form.incomplete",
            Text(
                zh=f"还没填：{zh}。" if zh else "还有没填的。",
                en=f"Missing: {en}." if en else "Something is missing.",
            ),
            Text(zh="填好后再确认；已写的内容还在。", en="Fill it in; what you wrote is kept."),
        )


@page
def approve(ask: Ask, ticket_id: int) -> HttpResponse:
    """Say what an approval will do; when sent, approve, to be taken back for some seconds.

    What cannot be done as it was typed is said above the form, which keeps every word.
    """
    ticket = ticket_for(ask.caller, ticket_id, Permission.APPROVE)
    wanted = ask.said("verb") or act_of(ticket.step)
    if ask.request.method != "POST" or _unread(ask, ticket, wanted):
        return _sure(ask, ticket, wanted)
    try:
        intent = _intent(ask, ticket, wanted)
    except (NotAnAmount, Incomplete, CarrierUnknown) as refusal:
        return _sure(ask, ticket, wanted, refusal)
    try:
        made = again(ask, ticket, wanted) or act.accept(
            ticket, ask.person, intent, ask.now, sequence_of(ask, ticket)
        )
    except ActionPending:
        open_one = Action.objects.select_related("ticket").filter(ticket=ticket, state__in=OPEN).latest("id")
        return acted(ask, open_one, pending=True)
    except SecondPersonNeeded as needed:
        return _to_colleague(ask, ticket, intent, needed)
    except (OverPaid, PaidUnknown, NotInspected, IntentInvalid, StockGone) as refusal:
        return _sure(ask, ticket_for(ask.caller, ticket_id, Permission.APPROVE), wanted, refusal)
    return acted(ask, made)


def _unread(ask: Ask, ticket: Ticket, wanted: str) -> bool:
    """Tell whether one key would act past what has to be read first, its form unseen."""
    at_once = wanted in AT_ONCE and not ask.said("seen")
    return at_once and (steers(ticket, wanted) or bool(for_ticket(ticket, ask.now)))


def steers(ticket: Ticket, wanted: str) -> bool:
    """Tell whether a return is agreed to where the buyer asked for money alone: no platform takes that."""
    return wanted == Verb.AGREE_RETURN and ticket.apply_type == "refund_only"


def _intent(ask: Ask, ticket: Ticket, wanted: str) -> Intent:
    """Read what the form says; raises NotAnAmount or Incomplete."""
    return Intent(
        wanted,
        _amount(ask, wanted),
        _params(ask, ticket, wanted),
        delay_s=TAKE_BACK_S,
        paid_unknown_accepted=bool(ask.said("vouched")),
        inspected=bool(ask.said("inspected")),
    )


def _sure(ask: Ask, ticket: Ticket, wanted: str, refusal: AftersaleError | None = None) -> HttpResponse:
    """Show the form that says what will be done, with what was typed and why it was not taken."""
    # What was agreed on may be another amount than what was applied for.
    typed = ask.said("amount") or ("" if refusal else plain_yuan(ticket.amount_fen))
    about_goods = act.settles_goods(ticket, wanted)
    around: dict[str, Any] = {
        "ticket": ticket,
        "verb": wanted,
        "verb_words": verb(wanted),
        "pays": wanted in PAYS,
        "amount": typed,
        "sends": wanted == Verb.SEND,
        "carriers": carriers_of(ticket.shop).values() if wanted == Verb.SEND else (),
        "freight_fen": freight_of(ticket, wanted),
        "only_fen": only_fen(ticket, wanted),
        "inspect": about_goods and (ticket.held or ticket.goods_state != Goods.INSPECTED),
        "held": held_words(ticket.held),
        "why": refusal,
        "agreed_on": for_ticket(ticket, ask.now),
        "steers": steers(ticket, wanted),
        "shut_out": is_shut_out(ask, ticket.shop_id),
        "lang": lang,
        "row": row_of(ask),
    }
    template = "_sure.html" if ask.part else "acted.html"
    return shown(ask, template, status=422 if refusal else 200, form="_sure.html", **around)


def only_fen(ticket: Ticket, wanted: str) -> int | None:
    """Give what was applied for where the interface of a connected platform refunds that alone."""
    connected = ticket.shop.channel != MANUAL
    return ticket.amount_fen or None if connected and wanted in REFUNDS else None


def _to_colleague(ask: Ask, ticket: Ticket, intent: Intent, needed: SecondPersonNeeded) -> HttpResponse:
    """Send what needs two people to the second one."""
    act.propose(ticket, ask.person, intent, ask.now, sequence_of(ask, ticket))
    said, why = _("Sent to a colleague for review."), needed.message.of(lang())
    if not ask.part:
        ask.tell(f"{said} {why}")
        return back_to(ticket.pk)
    return moved(shown(ask, "_handed.html", ticket=ticket, why=why, said=said, row=row_of(ask)))


def again(ask: Ask, ticket: Ticket, wanted: str) -> Action | None:
    """Find what the same press has done already: a second one shows it and does nothing."""
    since = ask.now - timedelta(seconds=TAKE_BACK_S)
    mine = Action.objects.filter(ticket=ticket, approved_by=ask.person, approved_at__gte=since)
    made = mine.filter(verb=wanted)
    return made.select_related("ticket").filter(state=ActionState.INTENDED).order_by("-id").first()


def _params(ask: Ask, ticket: Ticket, wanted: str) -> dict[str, object]:
    """Read by what parcel new goods go out, or how the claim for return freight is answered.

    Raises Incomplete where that claim is left open, or refused without a word.
    """
    freight = freight_of(ticket, wanted)
    if freight:
        answer, text = ask.said("freight"), ask.said("freight_text")[:_FREIGHT_TEXT]
        if answer not in {"grant", "refuse"} or (answer == "refuse" and not text):
            raise Incomplete
        return (
            {"return_freight_fen": freight} if answer == "grant" else {"return_freight_fen": 0, "text": text}
        )
    if wanted != Verb.SEND or not ask.said("waybill"):
        return {}
    parcel = {name: ask.said(name)[:_WAYBILL] for name in ("carrier", "waybill")}
    return with_code(ticket.shop, parcel)


def freight_of(ticket: Ticket, wanted: str) -> int | None:
    """Give what the buyer claims for sending the goods back, where confirming the return has to answer it."""
    return claimed_freight(ticket) if wanted == Verb.REFUND_RECEIVED else None


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
    """Give the step of a ticket at which the person saw it."""
    said = ask.said("sequence")
    number = whole(said)
    return ticket.sequence if number is None else number


def moment_of(said: str) -> datetime:
    """Read a time as a browser sends it, in Shanghai; raises Incomplete."""
    try:
        return datetime.fromisoformat(said).replace(tzinfo=SHANGHAI)
    except ValueError:
        raise Incomplete from None


def row_of(ask: Ask) -> str:
    """Tell whether the answer goes under a row of a list: the form says so, or what it is put beside."""
    beside = ask.request.headers.get("HX-Target", "").startswith(_LISTS)
    return "1" if beside or ask.said("row") else ""


def acted(ask: Ask, action: Action, *, pending: bool = False) -> HttpResponse:
    """Show how an action stands, beside what asked for it; without script the ticket shows it."""
    if not ask.part:
        return back_to(action.ticket_id)
    words = verb(action.verb)
    around: dict[str, Any] = {
        "action": action,
        "verb_words": words,
        "pending": pending,
        "row": row_of(ask),
        "connected": is_connected(ask, action.shop_id),
        "shut_out": is_shut_out(ask, action.shop_id),
        "unseen": action.ticket.waits_for == Whom.PLATFORM,
        "by_hand": action.receipt.get("outcome") in BY_HAND,
    }
    said = shown(ask, "_action.html", **around)
    was = action.state if ask.request.method != "POST" and not ask.said("was") else ask.said("was")
    return moved(said) if action.state != was else said


def moved(answer: HttpResponse) -> HttpResponse:
    """Let the page around a part fetch anew what it shows of a ticket, and its counts."""
    answer["HX-Trigger"] = "moved"
    return answer


@page
def action(ask: Ask, action_id: int) -> HttpResponse:
    """Show how an action stands; asked again while it is under way."""
    return acted(ask, action_for(ask.caller, action_id, Permission.VIEW))


def action_for(caller: Caller, action_id: int, permission: Permission) -> Action:
    """Read an action of a shop in which the caller may do something; raises NotHere or NotAllowed."""
    found = Action.objects.select_related("ticket", "shop").filter(pk=action_id).first()
    caller.let(permission, found.shop_id if found else None)
    if found is None:
        raise NotHere
    return found


@require_POST
@page
def cancel(ask: Ask, action_id: int) -> HttpResponse:
    """Take an approval back while nothing was sent."""
    return acted(ask, act.cancel(action_for(ask.caller, action_id, Permission.APPROVE), ask.person, ask.now))


@require_POST
@page
def confirm(ask: Ask, action_id: int) -> HttpResponse:
    """Say what came of an action that was done by hand."""
    found, outcome = action_for(ask.caller, action_id, Permission.APPROVE), OUTCOMES.get(ask.said("outcome"))
    if outcome is None:
        raise Incomplete
    return acted(ask, confirm_action(found, ask.person, outcome, ask.now, ask.said("note")))


@require_POST
@page
def propose(ask: Ask, ticket_id: int) -> HttpResponse:
    """Ask a colleague to approve."""
    ticket = ticket_for(ask.caller, ticket_id, Permission.PROPOSE)
    wanted = ask.said("verb") or act_of(ticket.step)
    asked = Task.objects.filter(ticket=ticket, kind=act.REVIEW, done_at=None)
    if not any(each.params.get("by") == ask.person.pk for each in asked):
        fen = fen_said(ask.said("amount")) if ask.said("amount") else ticket.amount_fen
        intent = Intent(wanted, fen if wanted in PAYS else None)
        act.propose(ticket, ask.person, intent, ask.now, sequence_of(ask, ticket))
    said = _("Sent to a colleague for review.")
    if ask.part:
        return moved(shown(ask, "_handed.html", ticket=ticket, why="", said=said, row=row_of(ask)))
    ask.tell(said)
    return back_to(ticket_id)


def back_to(ticket_id: int) -> HttpResponse:
    """Lead to the page of a ticket."""
    return HttpResponseRedirect(reverse("ticket", args=[ticket_id]))
