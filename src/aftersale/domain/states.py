"""Move a ticket through four independent machines, and an action through a fifth.

Decision, goods, money and arbitration do not follow one another: money may be paid before goods are back,
and a dispute may open at any time. Two kinds of move lead from state to state. A command is ours and goes
only where the table of its machine says so. An observation is the platform's word and is always taken; one
that no moves of the table explain is marked as a contradiction, for a person to look at.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, NamedTuple, TypeAlias

from aftersale.domain.errors import MoveRefused

if TYPE_CHECKING:
    from collections.abc import Mapping


class Machine(StrEnum):
    """Name the machines: four of a ticket, one of each action."""

    DECISION = "decision"
    GOODS = "goods"
    MONEY = "money"
    ARBITRATION = "arbitration"
    ACTION = "action"


class Decision(StrEnum):
    """Say how far the shop has decided."""

    NONE = "none"
    PROPOSED = "proposed"  # the judge has spoken, nobody has confirmed it
    ACCEPTED = "accepted"  # a person, or an automation that may, agreed
    REFUSED = "refused"  # a person refused
    ASKED = "asked"  # waiting for the buyer's answer
    WITHDRAWN = "withdrawn"  # the buyer closed the ticket


class Goods(StrEnum):
    """Say where the goods are."""

    NOT_SENT = "not_sent"
    SENT = "sent"
    WITH_BUYER = "with_buyer"
    COMING_BACK = "coming_back"
    BACK = "back"  # at the shop, not looked at
    INSPECTED = "inspected"
    LOST = "lost"  # on either way


class Money(StrEnum):
    """Say how far the refund has come."""

    NONE = "none"
    INTENDED = "intended"  # decided and written down, not sent
    SENDING = "sending"  # claimed by one sender, no answer yet
    UNKNOWN = "unknown"  # sent, and nobody knows what came of it
    PAID = "paid"
    FAILED = "failed"  # surely not paid
    REVERSED = "reversed"  # paid, and taken back since


class Arbitration(StrEnum):
    """Say how far a dispute before the platform has come."""

    NONE = "none"
    OPEN = "open"
    EVIDENCE_DUE = "evidence_due"
    SUBMITTED = "submitted"
    WON = "won"  # for the shop
    LOST = "lost"  # for the buyer
    CLOSED = "closed"


class ActionState(StrEnum):
    """Say how far one action of the shop has come."""

    INTENDED = "intended"
    SENDING = "sending"  # claimed by one sender, no answer yet
    HANDED_OVER = "handed_over"  # a person does it in the back office; the outcome is to be confirmed
    UNKNOWN = "unknown"  # sent, and nobody knows what came of it
    DONE = "done"
    FAILED = "failed"  # surely not done
    CANCELLED = "cancelled"


State: TypeAlias = Decision | Goods | Money | Arbitration | ActionState


class Row(NamedTuple):
    """Allow one verb from some states to one.

    A row that begins `anew` is a fresh choice of ours. It explains no observation: a payment that is paid
    does not become none because we might have planned another one.
    """

    verb: str
    before: tuple[State, ...]
    after: State
    anew: bool = False


_IN_DISPUTE = (Arbitration.OPEN, Arbitration.EVIDENCE_DUE, Arbitration.SUBMITTED)
_UNDECIDED = (Decision.NONE, Decision.PROPOSED, Decision.ASKED)

TABLES: Mapping[Machine, tuple[Row, ...]] = {
    Machine.DECISION: (
        Row("propose", _UNDECIDED, Decision.PROPOSED),
        Row("ask", (Decision.NONE, Decision.PROPOSED), Decision.ASKED),
        Row("accept", (Decision.PROPOSED,), Decision.ACCEPTED),
        Row("refuse", (Decision.PROPOSED,), Decision.REFUSED),
        Row("withdraw", (*_UNDECIDED, Decision.ACCEPTED, Decision.REFUSED), Decision.WITHDRAWN),
        Row("reopen", (Decision.ACCEPTED, Decision.REFUSED), Decision.NONE, anew=True),
    ),
    Machine.GOODS: (
        Row("send", (Goods.NOT_SENT,), Goods.SENT),
        Row("send", (Goods.BACK, Goods.INSPECTED, Goods.LOST), Goods.SENT, anew=True),
        Row("receive_by_buyer", (Goods.SENT,), Goods.WITH_BUYER),
        Row("send_back", (Goods.SENT, Goods.WITH_BUYER), Goods.COMING_BACK),
        Row("take_back", (Goods.COMING_BACK,), Goods.BACK),
        Row("inspect", (Goods.BACK,), Goods.INSPECTED),
        Row("lose", (Goods.SENT, Goods.COMING_BACK), Goods.LOST),
    ),
    Machine.MONEY: (
        Row("intend", (Money.NONE,), Money.INTENDED),
        Row("intend", (Money.PAID, Money.FAILED, Money.REVERSED), Money.INTENDED, anew=True),
        Row("claim", (Money.INTENDED,), Money.SENDING),
        Row("confirm_paid", (Money.SENDING, Money.UNKNOWN), Money.PAID),
        Row("confirm_failed", (Money.SENDING, Money.UNKNOWN), Money.FAILED),
        Row("lose_sight", (Money.SENDING,), Money.UNKNOWN),
        Row("reverse", (Money.PAID,), Money.REVERSED),
        Row("cancel", (Money.INTENDED,), Money.NONE),
    ),
    Machine.ARBITRATION: (
        Row("open", (Arbitration.NONE,), Arbitration.OPEN),
        Row("open", (Arbitration.WON, Arbitration.LOST), Arbitration.OPEN, anew=True),
        Row("ask_evidence", (Arbitration.OPEN, Arbitration.SUBMITTED), Arbitration.EVIDENCE_DUE),
        Row("submit", (Arbitration.OPEN, Arbitration.EVIDENCE_DUE), Arbitration.SUBMITTED),
        Row("win", _IN_DISPUTE, Arbitration.WON),
        Row("lose", _IN_DISPUTE, Arbitration.LOST),
        Row("turn", (Arbitration.LOST,), Arbitration.WON),
        Row("close", (*_IN_DISPUTE, Arbitration.WON, Arbitration.LOST), Arbitration.CLOSED),
    ),
    Machine.ACTION: (
        Row("claim", (ActionState.INTENDED,), ActionState.SENDING),
        Row("hand_over", (ActionState.INTENDED, ActionState.SENDING), ActionState.HANDED_OVER),
        Row("finish", (ActionState.SENDING, ActionState.HANDED_OVER, ActionState.UNKNOWN), ActionState.DONE),
        Row("fail", (ActionState.SENDING, ActionState.HANDED_OVER, ActionState.UNKNOWN), ActionState.FAILED),
        Row("lose_sight", (ActionState.SENDING, ActionState.HANDED_OVER), ActionState.UNKNOWN),
        Row("cancel", (ActionState.INTENDED,), ActionState.CANCELLED),
    ),
}

START: Mapping[Machine, State] = {
    Machine.DECISION: Decision.NONE,
    Machine.GOODS: Goods.NOT_SENT,
    Machine.MONEY: Money.NONE,
    Machine.ARBITRATION: Arbitration.NONE,
    Machine.ACTION: ActionState.INTENDED,
}
STATES: Mapping[Machine, tuple[State, ...]] = {
    machine: tuple(type(state)) for machine, state in START.items()
}
VERBS: Mapping[Machine, tuple[str, ...]] = {
    machine: tuple(dict.fromkeys(row.verb for row in rows)) for machine, rows in TABLES.items()
}
_STEPS: Mapping[tuple[Machine, str, str], State] = {
    (machine, verb, before): after
    for machine, rows in TABLES.items()
    for verb, states, after, _ in rows
    for before in states
}


@dataclass(frozen=True, slots=True)
class Move:
    """Record one move; `contradicts` tells that no moves of the table explain it."""

    machine: Machine
    before: State
    after: State
    contradicts: bool


def possible(machine: Machine, state: str) -> tuple[str, ...]:
    """List the verbs that a state allows, in the order of the table."""
    return tuple(verb for verb in VERBS[machine] if (machine, verb, state) in _STEPS)


FINAL: Mapping[Machine, frozenset[State]] = {
    machine: frozenset(state for state in states if not possible(machine, state))
    for machine, states in STATES.items()
}


def state_of(machine: Machine, code: str) -> State:
    """Read a stored code; one that the machine does not have raises ValueError."""
    return type(START[machine])(code)


def command(machine: Machine, before: str, verb: str) -> Move:
    """Make a move of ours, or raise MoveRefused where the table does not have it."""
    state = state_of(machine, before)
    after = _STEPS.get((machine, verb, state))
    if after is None:
        raise MoveRefused(machine, state, verb, possible(machine, state))
    return Move(machine, state, after, contradicts=False)


def observe(machine: Machine, before: str, after: str) -> Move:
    """Take the platform's word for a state, and mark one that no moves of the table lead to."""
    known, said = state_of(machine, before), state_of(machine, after)
    return Move(machine, known, said, contradicts=said not in _explained(machine, known))


def _explained(machine: Machine, state: State) -> set[State]:
    """Gather the states that zero or more moves lead to, without beginning anew."""
    rows = [row for row in TABLES[machine] if not row.anew]
    reached, ahead = {state}, [state]
    while ahead:
        here = ahead.pop()
        found = {row.after for row in rows if here in row.before} - reached
        reached |= found
        ahead += found
    return reached
