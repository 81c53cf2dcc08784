"""Move an action and the money of its ticket together, by the tables of the domain."""

from __future__ import annotations

from dataclasses import dataclass, replace
from hashlib import sha256
from typing import TYPE_CHECKING, Any

from django.db.models import Max

from aftersale.channels.verbs import REFUNDS, Verb
from aftersale.domain.states import TABLES, ActionState, Machine, command, possible
from aftersale.evidence.canonical import canonical
from aftersale.tickets import ledger
from aftersale.tickets.alarms import UNAUTHORISED, UNKNOWN_OUTCOME, end_alarms
from aftersale.tickets.change import change
from aftersale.tickets.models import Action, Task, Ticket
from aftersale.tickets.replacements import piece_back
from aftersale.tickets.stops import not_needed
from aftersale.tickets.waiting import Whom, begun, ended

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from aftersale.evidence.journal import Entry

OUTSIDE = "outside"
"""The verb of a payment that the platform told of and no action of ours explains: 后台已处理."""

OPEN = (ActionState.INTENDED, ActionState.SENDING, ActionState.HANDED_OVER, ActionState.UNKNOWN)
_ENDED = frozenset({ActionState.DONE, ActionState.FAILED, ActionState.CANCELLED})
_MONEY_AFTER = {row.verb: row.after for row in TABLES[Machine.MONEY]}


@dataclass(frozen=True, slots=True)
class Step:
    """Pair the verb of an action with that of the money; `back` undoes a claim that sent nothing."""

    action: str
    money: str = ""
    releases: bool = False
    back: bool = False


CLAIM = Step("claim", "claim")
UNCLAIM = Step("claim", "claim", back=True)
FINISH = Step("finish", "confirm_paid")
FAIL = Step("fail", "confirm_failed", releases=True)
LOSE_SIGHT = Step("lose_sight", "lose_sight")
HAND_OVER = Step("hand_over")
CANCEL = Step("cancel", "cancel", releases=True)


def key_of(ticket: Ticket, verb: str, intent_no: int) -> str:
    """Derive the key of an intent: it never changes, and no other intent has it."""
    return _key(ticket.shop_id, ticket.ticket_no, verb, intent_no)


def _key(shop_id: int, ticket_no: str, verb: str, intent_no: int) -> str:
    return sha256(canonical([str(shop_id), ticket_no, verb, intent_no])).hexdigest()


def next_intent(ticket: Ticket) -> int:
    """Give the next number of an intent; the ticket is locked."""
    found = Action.objects.filter(ticket_id=ticket.pk).aggregate(last=Max("intent_no"))
    return int(found["last"] or 0) + 1


def lock(ticket: Ticket) -> Ticket:
    """Bring a ticket up to date and keep others away until the transaction ends."""
    ticket.refresh_from_db(from_queryset=Ticket.objects.select_for_update())
    return ticket


def locked(action_id: int, of: int | None = None) -> Action:
    """Read an action under the lock of its ticket, whose id is looked up where nobody knows it."""
    of = of or Action.objects.values_list("ticket_id", flat=True).get(pk=action_id)
    ticket = Ticket.objects.select_for_update().get(pk=of)
    action = Action.objects.select_related("shop").get(pk=action_id)
    action.ticket = ticket
    return action


def is_refund(action: Action) -> bool:
    """Tell whether an action gives back what the buyer paid."""
    return action.verb in REFUNDS


def move(action: Action, step: Step, entry: Entry, **fields: object) -> None:
    """Make one move: action, ledger, money and one event; the ticket is locked. Raises MoveRefused."""
    ticket = action.ticket
    told = applied(action, step, entry.at, **fields)
    follows = {**money_after(action, ticket, step), **_wait_after(action, step, entry.at)}
    change(ticket, replace(entry, data={**told, **entry.data}), **follows)


def _wait_after(action: Action, step: Step, now: datetime) -> dict[str, object]:
    """Say where agents look for the ticket next: what is done leaves their queue, what failed comes back."""
    whom = _WAITS.get(step.action)
    if action.verb in _BESIDE or (whom is None and step.action not in _BACK):
        return {}
    return begun(action.ticket, whom, now) if whom else ended(action.ticket)


# By the move of an action: whom its ticket waits for then.
_WAITS: Mapping[str, Whom] = {
    "hand_over": Whom.HANDS,
    "finish": Whom.PLATFORM,
    "lose_sight": Whom.PLATFORM,
}
_BACK = frozenset({"fail", "cancel"})
# These change nothing about whose turn it is.
_BESIDE = frozenset({Verb.REMARK, Verb.FLAG, Verb.RETURN_WAYBILL, Verb.SMALL_PAYOUT})


def applied(action: Action, step: Step, now: datetime, **fields: object) -> dict[str, object]:
    """Move action and ledger, and give what the event says of it; the caller writes the event."""
    turn = command(Machine.ACTION, ActionState.INTENDED if step.back else action.state, step.action)
    before, after = (turn.after, turn.before) if step.back else (turn.before, turn.after)
    if step.releases and action.reserved_fen:
        ledger.release(action.ticket, action.reserved_fen)
        fields["reserved_fen"] = 0
    if after in _ENDED:
        fields |= {"ended_at": now, "lease_until": None}
        close_tasks(action, now, after)
        if after != ActionState.DONE:
            not_needed(action, now)
        end_alarms(cause_gone(action, after), now)
    back = piece_back(action, now) if after in _ENDED - {ActionState.DONE} else {}
    _store(action, state=after.value, **fields)
    return {**named(action), "from": before.value, "to": after.value, **back}


def cause_gone(action: Action, after: str) -> list[str]:
    """Name the alarms whose cause has gone with an action; one that was done shows that we are let in."""
    let_in = [f"{UNAUTHORISED}:{action.shop_id}"] if after == ActionState.DONE else []
    return [f"{UNKNOWN_OUTCOME}:{action.key}", *let_in]


def named(action: Action) -> dict[str, object]:
    """Name an action in an event."""
    return {"action": action.key, "verb": action.verb, "amount_fen": action.amount_fen}


def close_tasks(action: Action, now: datetime, outcome: str, by: int | None = None) -> None:
    """End what people were asked to do about an action."""
    open_tasks = Task.objects.filter(action_id=action.pk, done_at=None)
    open_tasks.update(done_at=now, done_by_id=by, outcome=str(outcome))


def _store(action: Action, **fields: object) -> None:
    Action.objects.filter(pk=action.pk).update(**fields)
    for name, value in fields.items():
        setattr(action, name, value)


def note_down(action: Action, **fields: object) -> None:
    """Keep on an action what is no move of it: when it is looked at again, and why it waits."""
    _store(action, **fields)


def money_after(action: Action, ticket: Ticket, step: Step) -> dict[str, object]:
    """Give the fields of the ticket that follow; what its money state does not allow is a contradiction."""
    if not step.money or not is_refund(action):
        return {}
    state = ticket.money_state
    if step.back:
        turn = command(Machine.MONEY, _MONEY_AFTER["intend"], step.money)
        return {"money_state": turn.before.value} if state == turn.after else {}
    if step.money in possible(Machine.MONEY, state):
        return {"money_state": command(Machine.MONEY, state, step.money).after.value}
    wanted = _MONEY_AFTER[step.money]
    return {} if state == wanted else {"contradicted": f"money:{state}>{wanted}"[:64]}


def paid_outside(ticket: Ticket, fen: int, now: datetime, receipt: Mapping[str, object]) -> Action:
    """Keep a payment that no action of ours explains, and count it; the ticket is locked."""
    number = next_intent(ticket)
    ledger.observe_paid(ticket.line_id, fen)
    return Action.objects.create(
        ticket=ticket,
        shop_id=ticket.shop_id,
        key=key_of(ticket, OUTSIDE, number),
        intent_no=number,
        receipt=dict(receipt),
        **_outside(fen, now),
    )


def paid_when_first_seen(
    ticket_id: int, shop_id: int, ticket_no: str, fen: int, now: datetime
) -> dict[str, Any]:
    """Give the row of a payment that was made before the ticket was ever seen, to be inserted with it."""
    return {
        "ticket_id": ticket_id,
        "shop_id": shop_id,
        "key": _key(shop_id, ticket_no, OUTSIDE, 1),
        "intent_no": 1,
        "receipt": {"code": "observed.first_seen", "at": now.isoformat()},
        **_outside(fen, now),
    }


def _outside(fen: int, now: datetime) -> dict[str, Any]:
    done = ActionState.DONE.value
    times = {"approved_at": now, "not_before": now, "ended_at": now}
    return {"verb": OUTSIDE, "state": done, "amount_fen": fen, "reserved_fen": fen, **times}
