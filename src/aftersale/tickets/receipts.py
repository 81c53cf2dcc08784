"""Read what a channel answered, or failed to answer, and say what follows for the action."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import timedelta
from hashlib import sha256
from typing import TYPE_CHECKING, TypeAlias

from aftersale.channels.base import VERSION_CONFLICT, Outcome, Receipt
from aftersale.domain.errors import ChannelError, NotSent, Rejected, Unauthorised, Unavailable, Unreadable
from aftersale.texts import Text
from aftersale.tickets.outcome import FAIL, FINISH, HAND_OVER, LOSE_SIGHT, UNCLAIM

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from aftersale.tickets.outcome import Step

Answer: TypeAlias = Receipt | ChannelError

PERFORM = "action.perform"
"""The job that carries an action out."""

CONFIRM = "confirm_outcome"
AUTHORISE = "authorise"
UNAUTHORISED = "unauthorised"
UNKNOWN_OUTCOME = "unknown_outcome"

_FIRST_PAUSE_S, _LONGEST_PAUSE_S = 5, 600


@dataclass(frozen=True, slots=True)
class Following:
    """Say what follows: the move, the event, whether it is tried again, and whom it concerns.

    `look`: the ticket moved over there; it is read before anything is sent again.
    """

    step: Step
    kind: str
    again: bool = False
    task: str = ""
    alarm: str = ""
    look: bool = False


_OF_RECEIPTS: Mapping[Outcome, Following] = {
    Outcome.DONE: Following(FINISH, "action_done"),
    Outcome.HANDED_OVER: Following(HAND_OVER, "action_handed_over", task=CONFIRM),
    Outcome.REJECTED: Following(FAIL, "action_rejected"),
}
MOVED = Following(UNCLAIM, "action_conflict", again=True, look=True)
LOST = Following(LOSE_SIGHT, "action_unknown", alarm=UNKNOWN_OUTCOME)
_OF_ERRORS: tuple[tuple[type[ChannelError], Following], ...] = (
    (Unavailable, Following(UNCLAIM, "action_postponed", again=True)),
    (Unauthorised, Following(UNCLAIM, "action_unauthorised", again=True, task=AUTHORISE, alarm=UNAUTHORISED)),
    (Rejected, Following(FAIL, "action_rejected")),
    (NotSent, Following(HAND_OVER, "action_handed_over", task=CONFIRM)),
    (Unreadable, LOST),
)


def following(answer: Answer) -> Following:
    """Say what follows from an answer; one that we do not know leaves the outcome unknown."""
    if isinstance(answer, Receipt):
        return _OF_RECEIPTS[answer.outcome]
    if isinstance(answer, Rejected) and answer.code == VERSION_CONFLICT:
        return MOVED
    return next((found for kind, found in _OF_ERRORS if isinstance(answer, kind)), LOST)


def unexpected(fault: object) -> Unreadable:
    """Take whatever else came back as an answer that says nothing; its words may hold secrets, none stay."""
    return Unreadable(
        f"channel.unexpected.{type(fault).__name__}"[:64],
        Text(zh="发送后没有得到能读懂的结果。", en="It was sent, and no answer came that can be read."),
        Text(zh="系统会先查询结果，不会重复发送。", en="The desk looks first and sends nothing twice."),
    )


def written(answer: Answer, now: datetime) -> dict[str, object]:
    """Write an answer as the action keeps it."""
    if isinstance(answer, Receipt):
        return {
            "outcome": answer.outcome.value,
            "code": answer.code,
            "message": _both(answer.message),
            "version": answer.platform_version,
            "raw": json.loads(json.dumps(dict(answer.raw), default=str)),
            "at": answer.at.isoformat(),
        }
    return {
        "outcome": type(answer).__name__.lower(),
        "code": answer.code,
        "platform_code": answer.platform_code if isinstance(answer, Rejected) else "",
        "message": _both(answer.message),
        "next": _both(answer.next_step),
        "at": now.isoformat(),
    }


def told(receipt: Mapping[str, object]) -> dict[str, object]:
    """Give what the event says of an answer; the rest of it stands there by its SHA-256."""
    text = json.dumps(receipt, sort_keys=True, ensure_ascii=False)
    named = {name: receipt.get(name) for name in ("outcome", "code", "version")}
    return {**named, "receipt": sha256(text.encode()).hexdigest()}


def pause(attempts: int, first_s: int = _FIRST_PAUSE_S) -> timedelta:
    """Wait longer after each attempt, ten minutes at most."""
    return timedelta(seconds=min(first_s * 2 ** min(attempts, 10), _LONGEST_PAUSE_S))


def _both(text: Text) -> dict[str, str]:
    return {"zh": text.zh, "en": text.en}
