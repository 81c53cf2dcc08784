"""Tell where a ticket stands from its status, the way it is handled and whose move it is, read together."""

from __future__ import annotations

from dataclasses import replace
from itertools import product
from typing import TYPE_CHECKING, TypeVar

from aftersale.channels.base import Turn
from aftersale.channels.kuaishou.codes import Negotiation, Status, Way
from aftersale.channels.standing import (
    ASKED,
    AT_BUYER,
    CLOSED,
    DISPUTE,
    DISPUTE_AGREED,
    PAYING,
    REFUNDED,
    REJECTED,
    REJECTED_RETURN,
    REPLACED,
    RETURNING,
    SENT_BACK,
    SHIPPED_AGAIN,
    UNSEEN,
)

if TYPE_CHECKING:
    from enum import IntEnum

    from aftersale.channels.standing import Standing

Known = TypeVar("Known", bound="IntEnum")

_BY_STATUS: dict[Status, Standing] = {
    Status.ASKED: ASKED,
    Status.ASKED_RETURN: ASKED,
    Status.REFUSED: REJECTED,
    Status.DISPUTED: DISPUTE,
    Status.DISPUTED_RETURN: DISPUTE,
    Status.DISPUTED_AGREED: DISPUTE_AGREED,
    Status.TO_SEND_BACK: RETURNING,
    Status.SENT_BACK: SENT_BACK,
    Status.SENT_AGAIN: SHIPPED_AGAIN,
    Status.PAYING: PAYING,
    Status.DONE: REFUNDED,
    Status.CLOSED: CLOSED,
}
# A refusal does not move the older generation of status codes: whose move it is tells.
_REFUSED: dict[Status, Standing] = {
    Status.ASKED: REJECTED,
    Status.ASKED_RETURN: REJECTED,
    Status.SENT_BACK: REJECTED_RETURN,
    Status.TO_SEND_BACK: AT_BUYER,
}
# What was agreed and still stands as asked for contradicts itself: a person looks.
_AGREED: dict[Status, Standing] = {Status.ASKED: UNSEEN, Status.ASKED_RETURN: UNSEEN}
_MOVES: dict[Negotiation, dict[Status, Standing]] = {
    Negotiation.UNKNOWN: {},
    Negotiation.MERCHANT: {},
    Negotiation.AGREED: _AGREED,
    Negotiation.REFUSED: _REFUSED,
}
_SENT_ANEW = {Status.DONE: REPLACED}
# An exchange may have ended with goods or with money; the status does not say which.
_EITHER_END = {Status.DONE: replace(REPLACED, hidden=("refunded_fen",))}
# Nobody has told us what these mean for goods that are sent once more.
_UNTOLD = {Status.TO_SEND_BACK: UNSEEN, Status.SENT_BACK: UNSEEN}
_WAYS: dict[Way, dict[Status, Standing]] = {
    Way.RETURN: {},
    Way.REFUND: {},
    Way.EXCHANGE: _EITHER_END,
    Way.RESHIP: {**_SENT_ANEW, **_UNTOLD},
    Way.REPAIR: _SENT_ANEW,
}

TABLE: dict[tuple[Status, Way, Negotiation], Standing] = {
    (status, way, negotiation): _WAYS[way].get(status)
    or _MOVES[negotiation].get(status)
    or _BY_STATUS[status]
    for status, way, negotiation in product(Status, Way, Negotiation)
}
"""Where a ticket stands, for every combination of codes that we know."""


def known(kind: type[Known], code: int | None) -> Known | None:
    """Give the name of a code, None for one that nobody has seen."""
    return kind(code) if code in set(kind) else None


def standing_of(status: int | None, way: int | None, negotiation: int | None) -> Standing | None:
    """Find where three codes put a ticket; None where one of them was never seen.

    A list may leave out whose move it is: that is the platform's own “unknown”.
    """
    found = known(Status, status), known(Way, way), known(Negotiation, negotiation or 0)
    if found[0] is None or found[1] is None or found[2] is None:
        return None
    return TABLE[found[0], found[1], found[2]]


def with_freight(found: Standing, *, claimed: bool) -> Standing:
    """Turn an open ticket to the shop while a claim for return freight waits for its answer."""
    return replace(found, turn=Turn.MERCHANT) if found.open and claimed else found
