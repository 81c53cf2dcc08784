"""Name the places where a ticket can stand, for whom it waits there, and which steps that tells."""

from __future__ import annotations

from dataclasses import dataclass, replace

from aftersale.channels.base import Turn


@dataclass(frozen=True, slots=True)
class Standing:
    """Say where a ticket stands: for whom it waits, what the shop answered, which steps were taken.

    `response` None and steps in `hidden` are what the words do not tell.
    """

    open: bool
    turn: Turn
    response: str | None
    steps: tuple[tuple[str, bool], ...] = ()
    hidden: tuple[str, ...] = ()
    refunded: bool = False


_AGREED = ("agreed", True)
_BACK = (_AGREED, ("return_sent", True))
ASKED = Standing(open=True, turn=Turn.MERCHANT, response="none")
RETURNING = Standing(True, Turn.BUYER, "agreed", (_AGREED, ("return_sent", False)))  # noqa: FBT003
SENT_BACK = Standing(True, Turn.MERCHANT, "agreed", _BACK, ("return_received_at",))  # noqa: FBT003
TO_SHIP = Standing(open=True, turn=Turn.MERCHANT, response="agreed", steps=(_AGREED,))
SHIPPED_AGAIN = Standing(open=True, turn=Turn.BUYER, response="agreed", steps=(_AGREED,))
REJECTED = Standing(open=True, turn=Turn.BUYER, response="rejected", steps=(("rejected", True),))
REJECTED_RETURN = Standing(True, Turn.BUYER, "rejected", (*_BACK, ("rejected", True)))  # noqa: FBT003
AT_BUYER = Standing(open=True, turn=Turn.BUYER, response=None)
DISPUTE = Standing(open=True, turn=Turn.PLATFORM, response=None, steps=(("arbitration_applied", True),))
DISPUTE_AGREED = Standing(
    open=True, turn=Turn.PLATFORM, response="agreed", steps=(_AGREED, ("arbitration_applied", True))
)
EVIDENCE = Standing(
    open=True,
    turn=Turn.MERCHANT,
    response=None,
    steps=(("arbitration_applied", True), ("evidence_requested", True)),
    hidden=("evidence_submitted_at",),
)
NEGOTIATING = Standing(open=True, turn=Turn.MERCHANT, response="negotiating")
PAYING = Standing(open=True, turn=Turn.PLATFORM, response="agreed", steps=(_AGREED,))
PAY_FAILED = Standing(open=True, turn=Turn.MERCHANT, response="agreed", steps=(_AGREED,))
REFUNDED = Standing(open=False, turn=Turn.DONE, response="agreed", steps=(_AGREED,), refunded=True)
REPLACED = Standing(open=False, turn=Turn.DONE, response="agreed", steps=(_AGREED,))
CLOSED = Standing(open=False, turn=Turn.DONE, response=None)
# A word nobody has seen is never taken for an end: it is put before a person.
UNSEEN = Standing(open=True, turn=Turn.MERCHANT, response=None)


def by_platform(found: Standing) -> Standing:
    """Say that the platform, and not the shop, brought a ticket to its end."""
    steps = tuple(step for step in found.steps if step[0] != "agreed")
    return replace(found, turn=Turn.PLATFORM_DONE, response=None, steps=steps)
