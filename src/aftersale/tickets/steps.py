"""Tell how far a ticket has come, what to do about it now, and which clock runs."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Protocol

from aftersale.channels.base import SERVICE, Turn

if TYPE_CHECKING:
    from collections.abc import Mapping
    from collections.abc import Set as AbstractSet

    from aftersale.channels.base import Disputed
    from aftersale.policy.decide import Judge
    from aftersale.policy.decision import Decision, Due


class Seen(Protocol):
    """Name what a stage is read from: a notice, or the ticket that keeps what the last notice said."""

    @property
    def open(self) -> bool:
        """Tell whether anybody still waits for anything."""

    @property
    def turn(self) -> Turn:
        """Say for whom it waits."""

    @property
    def claim(self) -> str:
        """Give what is asked for, in the platform's words."""

    @property
    def amount_fen(self) -> int | None:
        """Give what the buyer asks for."""

    @property
    def facts(self) -> Mapping[str, object]:
        """Give what was said."""

    @property
    def unknown(self) -> AbstractSet[str]:
        """Name what could not be read."""

    @property
    def dispute(self) -> Disputed | None:
        """Tell what the platform says of a dispute."""


class Stage(StrEnum):
    """Say how far a ticket has come, as agents say it; OTHER keeps the platform's own word."""

    DECIDE = "decide"
    RETURN = "return"
    RECEIVE = "receive"
    SHIP = "ship"
    BUYER_RECEIVES = "buyer_receives"
    REJECTED = "rejected"
    DISPUTE = "dispute"
    PAYING = "paying"
    OTHER = "other"
    DONE = "done"


@dataclass(frozen=True, slots=True)
class Clock:
    """Say when the clock of a ticket runs out; `name` is the rulebook's deadline, empty where it has none."""

    name: str
    at: int
    from_platform: bool


# Steps that follow an agreement; every other action is a remedy of the rulebook.
AGREE_TO_RETURN = "agree_to_return"
INSPECT_THEN_REFUND = "inspect_then_refund"
INSPECT_THEN_SEND = "inspect_then_send"
SEND = "send"
CARRY_OUT = "carry_out"
WAIT = "wait"
SUBMIT = "submit"
REPLY = "reply"
NOTHING = "nothing"
_STEPS = {Stage.DONE: NOTHING, Stage.SHIP: SEND, Stage.DISPUTE: SUBMIT}

INSPECTION = frozenset({INSPECT_THEN_REFUND, INSPECT_THEN_SEND})
"""Steps that are done only when somebody has looked at what came back."""

AFTER_CONSENT = INSPECTION | {SEND, CARRY_OUT}
"""Steps that carry out what the shop has agreed to."""

_REPLACES = frozenset({"exchange", "repair", "reship"})
# Once the shop has agreed to the return, looking at the goods answers what would have been asked before.
_ANSWERED_BY_INSPECTION = frozenset(
    {
        "ask",
        "negotiate",
        "request_evidence",
        "request_evidence_merchant",
        "return_refund",
        "pickup",
        "exchange",
        "repair",
    }
)
_CLOCKS: dict[Stage, tuple[str, ...]] = {
    Stage.DECIDE: ("respond_by",),
    Stage.RECEIVE: ("confirm_by", "refund_by"),
    Stage.RETURN: ("ship_back_by",),
    Stage.REJECTED: ("arbitration_by",),
    Stage.DISPUTE: ("evidence_by", "appeal_by"),
    Stage.OTHER: ("respond_by",),
}


def stage_of(notice: Seen) -> Stage:
    """Tell how far a ticket has come from whose turn it is and which steps were taken."""
    facts = notice.facts
    if not notice.open:
        return Stage.DONE
    if notice.turn is Turn.PLATFORM:
        return Stage.DISPUTE if _taken(notice, "arbitration_applied") else Stage.PAYING
    if notice.turn is Turn.MERCHANT and _taken(notice, "evidence_requested"):
        return Stage.DISPUTE
    response = facts.get("merchant_response")
    if response == "rejected":
        return Stage.REJECTED
    if response == "agreed":
        return _stage_after_consent(notice)
    return Stage.OTHER if response is None or notice.turn is not Turn.MERCHANT else Stage.DECIDE


_TIMES = {
    "arbitration_applied": "arbitration_applied_at",
    "evidence_requested": "evidence_requested_at",
    "return_sent": "return_waybill_at",
}


def _taken(notice: Seen, step: str) -> bool:
    return notice.facts.get(step) is True or notice.facts.get(_TIMES[step]) is not None


def _stage_after_consent(notice: Seen) -> Stage:
    if notice.turn is Turn.BUYER:
        return Stage.RETURN if notice.facts.get("return_sent") is False else Stage.BUYER_RECEIVES
    sent = _taken(notice, "return_sent")
    replaces = notice.facts.get("apply_type") in _REPLACES
    # A parcel on its way back is still to be received; the word for sending the new one asks for it no more.
    if sent and ("return_received_at" in notice.unknown or not replaces):
        return Stage.RECEIVE
    return Stage.SHIP if replaces else Stage.OTHER


class Claimed(Protocol):
    """Name what tells a request of the platform from a claim of a buyer."""

    @property
    def claim(self) -> str:
        """Give what is asked for, in the platform's words."""


def is_service(seen: Claimed) -> bool:
    """Tell whether it is a request by the platform itself, which no remedy answers."""
    return seen.claim == SERVICE


def at_stake(decided_fen: int | None, notice: Seen) -> int | None:
    """Take the decided amount of an open ticket; where it is not settled, what the sheet asks for."""
    return decided_fen if notice.open and decided_fen is not None else notice.amount_fen


def action_of(decision: Decision, stage: Stage, judge: Judge) -> str:
    """Say what to do now; the verdict speaks of the claim, the stage of what is left to do about it."""
    preferred, apply_type = decision.verdict.preferred, decision.facts["apply_type"]
    if stage in _STEPS:
        return _STEPS[stage]
    if stage is Stage.OTHER and decision.facts["merchant_response"] == "agreed":
        return CARRY_OUT
    remedy = judge.rulebook.remedies[preferred]
    if stage is Stage.RECEIVE and preferred in _ANSWERED_BY_INSPECTION:
        return INSPECT_THEN_SEND if apply_type in _REPLACES else INSPECT_THEN_REFUND
    unseen = not decision.facts["goods_back"]
    if stage in {Stage.DECIDE, Stage.OTHER} and remedy.pays == "refund" and remedy.returns_goods and unseen:
        return AGREE_TO_RETURN if preferred == "return_refund" else preferred
    return preferred


def clock_of(notice: Seen, decision: Decision, stage: Stage) -> Clock | None:
    """Take the platform's own clock of the node a ticket is in, else what the rules say of that node."""
    if not notice.open:
        return None
    facts = decision.facts
    named = _named(decision, stage)
    given = facts["status_deadline"]
    if facts["clock_given"] and isinstance(given, int):
        of_stage = _CLOCKS.get(stage, ("",))[0]
        return Clock(named.name if named else of_stage, given, from_platform=True)
    return Clock(named.name, named.at, from_platform=False) if named else None


def _named(decision: Decision, stage: Stage) -> Due | None:
    """Find the deadline of a stage; an answer that was given has stopped the clock for answering."""
    dues = [due for name in _CLOCKS.get(stage, ()) if (due := decision.due_at(name))]
    if decision.facts["merchant_response"] not in {"none", None}:
        dues = [due for due in dues if due.name != "respond_by"]
    return min(dues, key=lambda due: due.at, default=None)
