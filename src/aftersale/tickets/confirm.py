"""Learn the outcome of an action from a person, or from what the platform shows."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.db import transaction

from aftersale.channels.verbs import ANSWERS, Verb
from aftersale.domain.errors import AftersaleError
from aftersale.domain.states import ActionState, Machine, Money, observe
from aftersale.evidence.journal import Entry
from aftersale.texts import Text
from aftersale.tickets import ledger
from aftersale.tickets.change import Overtaken, change
from aftersale.tickets.models import Action, Task, Ticket
from aftersale.tickets.outcome import (
    CANCEL,
    FAIL,
    FINISH,
    OPEN,
    applied,
    close_tasks,
    is_refund,
    locked,
    money_after,
    move,
    note_down,
    paid_outside,
)

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from aftersale.shops.models import Person
    from aftersale.tickets.outcome import Step


class StillSending(AftersaleError):
    """Refuse a person's word while the sender may yet get an answer."""

    def __init__(self) -> None:
        super().__init__(
            "action.still_sending",
            Text(zh="这个操作正在发送，还没有结果。", en="This action is being sent and has no answer yet."),
            Text(zh="请半分钟后再看。", en="Look again in half a minute."),
        )


_BY_PERSON: Mapping[str, Step] = {ActionState.DONE: FINISH, ActionState.FAILED: FAIL}


@transaction.atomic
def confirm(of: Action | Task, person: Person, outcome: str, now: datetime, note: str = "") -> Action:
    """Take a person's word that an action was done or failed in the back office.

    Raises MoveRefused where it has an outcome already, StillSending while it is being sent.
    """
    action_id = of.pk if isinstance(of, Action) else of.action_id
    if action_id is None or outcome not in _BY_PERSON:
        raise ValueError(f"{outcome!r} of {of!r} is no outcome of an action")
    action = locked(action_id)
    if action.state == ActionState.SENDING:
        raise StillSending
    close_tasks(action, now, outcome, person.pk)
    entry = Entry("action_confirmed", now, person.pk, personal={"note": note})
    move(action, _BY_PERSON[outcome], entry)
    return action


@dataclass(frozen=True, slots=True)
class Seen:
    """Hold what a notice shows beside the state of the money.

    `paid_fen` is all that the platform has paid back on this ticket (None: it does not say), `answered` the
    shop's answer as it stands there (agreed, rejected, none), `closed` whether nothing can be done any more,
    `paying` whether it is paying on the shop's word.
    """

    paid_fen: int | None = None
    answered: str = ""
    closed: bool = False
    paying: bool = False


@dataclass(frozen=True, slots=True)
class Settlement:
    """Say what an observation settled: actions that ended, money that no action explains, an odd amount."""

    ended: tuple[int, ...] = ()
    outside_fen: int = 0
    differs: bool = False


_ANSWER_TO: Mapping[str, str] = {
    Verb.AGREE_RETURN: "agreed",
    Verb.AGREE_EXCHANGE: "agreed",
    Verb.AGREE_REPAIR: "agreed",
    Verb.AGREE_RESHIP: "agreed",
    Verb.REFUSE: "rejected",
}
# What an observation does to an action by how far that has come; one that is being sent waits for its own
# answer unless the platform shows that it was done. An intent that the platform forestalled is cancelled.
_SHOWN_DONE: Mapping[str, Step] = {
    ActionState.INTENDED: CANCEL,
    ActionState.SENDING: FINISH,
    ActionState.HANDED_OVER: FINISH,
    ActionState.UNKNOWN: FINISH,
}
_SHOWN_UNDONE: Mapping[str, Step] = {
    ActionState.INTENDED: CANCEL,
    ActionState.HANDED_OVER: FAIL,
    ActionState.UNKNOWN: FAIL,
}


SHOWS_NOTHING_ELSE = Seen()


@transaction.atomic
def settle_by_observation(
    ticket: Ticket, money_state: str, now: datetime, seen: Seen = SHOWS_NOTHING_ELSE
) -> Settlement:
    """Let what the platform shows settle open actions and the ledger, with one event where that changes any.

    To be called before the observation changes the ticket. Raises Overtaken where the ticket is not as it was
    read.
    """
    _hold(ticket)
    before_fen = ledger.paid_by(ticket)
    steps = [(action, step) for action in _open(ticket) if (step := _shown(action, money_state, seen))]
    told = [applied(action, step, now) for action, step in steps]
    finished = next((action for action, step in steps if step is FINISH and is_refund(action)), None)
    outside_fen, less_fen = _reckon(ticket, money_state, seen, finished, before_fen)
    if outside_fen:
        paid_outside(ticket, outside_fen, now, {"code": "observed.outside", "at": now.isoformat()})
    if less_fen and finished:
        _lower(finished, less_fen)
    if money_state == Money.REVERSED and ticket.money_state != Money.REVERSED:
        _return(ticket)
    differs = bool(less_fen or (outside_fen and finished))
    settlement = Settlement(tuple(action.pk for action, _ in steps), outside_fen, differs)
    if settlement != Settlement():
        data = {"actions": told, "outside_fen": outside_fen, "differs": differs, "paid_fen": seen.paid_fen}
        follows = _following(ticket, money_state, steps)
        _tell(ticket, follows, Entry("action_observed", now, data=data), differs=differs)
    return settlement


def _following(ticket: Ticket, money_state: str, steps: list[tuple[Action, Step]]) -> str:
    """Give the state of the money: as the platform says, else as what became of the action says."""
    if money_state != ticket.money_state:
        return money_state
    found = [money_after(action, ticket, step) for action, step in steps]
    return str(next((fields["money_state"] for fields in found if "money_state" in fields), money_state))


def _tell(ticket: Ticket, money_state: str, entry: Entry, *, differs: bool) -> None:
    """Write the event, with the money as the platform shows it."""
    seen = observe(Machine.MONEY, ticket.money_state, money_state)
    fields: dict[str, object] = {"money_state": money_state}
    if differs or seen.contradicts:
        fields["contradicted"] = f"money:{seen.before}>{seen.after}"
    change(ticket, entry, **fields)


def _hold(ticket: Ticket) -> None:
    """Lock the row without touching what the caller holds in hand."""
    rows = Ticket.objects.select_for_update().filter(pk=ticket.pk)
    if rows.values_list("sequence", flat=True).get() != ticket.sequence:
        raise Overtaken(ticket)


def _open(ticket: Ticket) -> list[Action]:
    answering = Action.objects.filter(ticket_id=ticket.pk, state__in=OPEN, verb__in=ANSWERS)
    found = list(answering.order_by("id"))
    for action in found:
        action.ticket = ticket
    return found


def _shown(action: Action, money_state: str, seen: Seen) -> Step | None:
    """Read from the platform's state what became of an action; None where it says nothing of it."""
    if is_refund(action):
        if money_state == Money.PAID:
            return _SHOWN_DONE[action.state] if _pays_more(action, seen) else None
        if seen.paying and action.state == ActionState.INTENDED:
            return CANCEL
        undone = money_state == Money.FAILED or seen.closed
        return _SHOWN_UNDONE.get(action.state) if undone else None
    wanted = _ANSWER_TO.get(action.verb)
    if wanted is None:
        # Whoever approved it had an open ticket before them: once that is closed a person decides anew.
        return CANCEL if seen.closed and action.state == ActionState.INTENDED else None
    if seen.answered == wanted:
        return _SHOWN_DONE[action.state]
    undone = seen.closed or seen.answered in _ANSWER_TO.values()
    return _SHOWN_UNDONE.get(action.state) if undone else None


def _pays_more(action: Action, seen: Seen) -> bool:
    """Tell whether more was paid than before: an earlier refund is no proof of a later one."""
    before = ledger.paid_by(action.ticket)
    return before == 0 or (seen.paid_fen is not None and seen.paid_fen > before)


def _reckon(
    ticket: Ticket, money_state: str, seen: Seen, finished: Action | None, before_fen: int
) -> tuple[int, int]:
    """Compare what the platform paid with what is counted: fen from outside, fen paid less than asked."""
    if money_state != Money.PAID:
        return 0, 0
    known = before_fen + (finished.reserved_fen if finished else 0)
    # Paid when it was first seen, and nobody said how much: nothing to compare with.
    if ticket.money_state == Money.PAID and not known:
        return 0, 0
    paid = seen.paid_fen if seen.paid_fen is not None else known or ticket.amount_fen or 0
    less = min(known - paid, finished.reserved_fen) if finished and paid < known else 0
    return max(paid - known, 0), less


def _lower(action: Action, fen: int) -> None:
    """Hold no more than what the platform really paid for an action."""
    ledger.release(action.ticket, fen)
    note_down(action, reserved_fen=action.reserved_fen - fen)


def _return(ticket: Ticket) -> None:
    """Free what a ticket had paid: the platform took it back."""
    ledger.release(ticket, ledger.held_by(ticket))
    Action.objects.filter(ticket_id=ticket.pk).update(reserved_fen=0)
