"""Tell which act on the platform carries out a step of a ticket."""

from __future__ import annotations

from typing import TYPE_CHECKING

from aftersale.channels.verbs import Verb
from aftersale.tickets.steps import AGREE_TO_RETURN, INSPECT_THEN_REFUND, INSPECT_THEN_SEND, SEND

if TYPE_CHECKING:
    from collections.abc import Mapping

EVERYTHING = "*"
"""In a shop's list of automatic steps: all that surely moves no money."""

# What surely moves no money. Every other step may, and has to stand in the shop's list by its own name.
MOVES_NO_MONEY = frozenset({"agree_to_return", "request_evidence", "request_evidence_merchant"})
# Remedies and steps that end in one act on the platform; the others are work of people alone.
_VERBS: Mapping[str, Verb] = {
    AGREE_TO_RETURN: Verb.AGREE_RETURN,
    "pickup": Verb.AGREE_RETURN,
    "return_refund": Verb.REFUND_RECEIVED,
    INSPECT_THEN_REFUND: Verb.REFUND_RECEIVED,
    INSPECT_THEN_SEND: Verb.SEND,
    SEND: Verb.SEND,
    "reship": Verb.AGREE_RESHIP,
    "reship_missing": Verb.AGREE_RESHIP,
    "exchange": Verb.AGREE_EXCHANGE,
    "repair": Verb.AGREE_REPAIR,
    "refund_now": Verb.REFUND,
    "refund_full_unshipped": Verb.REFUND,
    "partial_refund": Verb.REFUND,
    "price_diff_refund": Verb.REFUND,
    "fee_refund": Verb.REFUND,
    "overcharge_refund": Verb.REFUND,
    "refund_no_return": Verb.REFUND_NO_RETURN,
    "compensation": Verb.COMPENSATE,
    "service_compensation": Verb.COMPENSATE,
    "late_ship_compensation": Verb.COMPENSATE,
    "reject": Verb.REFUSE,
}


def verb_of(step: str) -> Verb | None:
    """Give the act of a step or remedy, None where people do something else."""
    return _VERBS.get(step)


def steps_of_one_act() -> tuple[str, ...]:
    """List the steps that end in one act on the platform and refuse nobody."""
    return tuple(step for step, verb in _VERBS.items() if verb is not Verb.REFUSE)
