"""Say which move is possible when, and what a ticket is afterwards; nothing here reads or writes."""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING, NamedTuple

import msgspec

from aftersale.sandbox.history import CLOCKS
from aftersale.sandbox.platform.case import DAY, HOUR, Actor, Case, Entry, Kind, Step

if TYPE_CHECKING:
    from collections.abc import Mapping

ANY = frozenset(Kind)
BACK = frozenset({Kind.RETURN, Kind.EXCHANGE})
MONEY = frozenset({Kind.SHIPPED, Kind.UNSHIPPED, Kind.PRICE})
OPEN = frozenset(Step) - {Step.REFUNDED, Step.REPLACED, Step.CLOSED}
REFUSALS = frozenset({Step.REFUSED, Step.REFUSED_GOODS})
EXTENSION = 7 * DAY
EXTEND_WITHIN = 2 * DAY
CARRIER = "中通快递"
"""Who carries a parcel of which nothing else is said."""


class Move(StrEnum):
    """Name what can be done to a ticket."""

    REFUND = "refund"
    AGREE_RETURN = "agree_return"
    AGREE_RESHIP = "agree_reship"
    REFUSE = "refuse"
    REFUSE_GOODS = "refuse_goods"
    REFUND_WITHOUT_GOODS = "refund_without_goods"
    CHANGE_KIND = "change_kind"
    EXTEND = "extend"
    SEND_BACK = "send_back"
    CONFIRM = "confirm"
    SHIP_AGAIN = "ship_again"
    RECEIVED = "received"
    MODIFY = "modify"
    WITHDRAW = "withdraw"
    CLOSE = "close"


class Terms(NamedTuple):
    """Say from which kinds and steps a move leads where; None stays where it is."""

    kinds: frozenset[Kind]
    steps: frozenset[Step]
    to: Step | None


TERMS: Mapping[Move, Terms] = {
    Move.REFUND: Terms(MONEY, frozenset({Step.DECIDE}), Step.REFUNDED),
    Move.AGREE_RETURN: Terms(BACK, frozenset({Step.DECIDE}), Step.BUYER_RETURNS),
    Move.AGREE_RESHIP: Terms(frozenset({Kind.RESHIP}), frozenset({Step.DECIDE}), Step.SHIP),
    Move.REFUSE: Terms(ANY, frozenset({Step.DECIDE}), Step.REFUSED),
    Move.REFUSE_GOODS: Terms(BACK, frozenset({Step.RECEIVE}), Step.REFUSED_GOODS),
    Move.REFUND_WITHOUT_GOODS: Terms(ANY, OPEN, Step.REFUNDED),
    Move.CHANGE_KIND: Terms(ANY, frozenset({Step.DECIDE}), None),
    Move.EXTEND: Terms(BACK, frozenset({Step.RECEIVE}), None),
    Move.SEND_BACK: Terms(BACK, frozenset({Step.BUYER_RETURNS}), Step.RECEIVE),
    Move.CONFIRM: Terms(frozenset({Kind.RETURN}), frozenset({Step.RECEIVE}), Step.REFUNDED),
    Move.SHIP_AGAIN: Terms(
        frozenset({Kind.EXCHANGE, Kind.RESHIP}), frozenset({Step.RECEIVE, Step.SHIP}), Step.BUYER_RECEIVES
    ),
    Move.RECEIVED: Terms(
        frozenset({Kind.EXCHANGE, Kind.RESHIP}), frozenset({Step.BUYER_RECEIVES}), Step.REPLACED
    ),
    Move.MODIFY: Terms(ANY, frozenset({Step.DECIDE, Step.REFUSED}), Step.DECIDE),
    Move.WITHDRAW: Terms(ANY, OPEN, Step.CLOSED),
    Move.CLOSE: Terms(ANY, OPEN, Step.CLOSED),
}


class MoveImpossible(Exception):
    """Say that the ticket's state does not allow the move."""


def possible(case: Case, move: Move) -> bool:
    """Tell whether a ticket allows a move now."""
    terms = TERMS[move]
    return case.kind in terms.kinds and case.step in terms.steps


class Done(NamedTuple):
    """Say who did something when, in which words."""

    by: Actor
    at: int
    text: str
    images: tuple[str, ...] = ()


def moved(case: Case, move: Move, done: Done, platform: str) -> Case:
    """Move a ticket: its step, its next deadline, its version and one line of history; or raise."""
    if not possible(case, move):
        raise MoveImpossible(f"{move} on {case.kind}/{case.step}")
    after = TERMS[move].to or case.step
    entry = Entry(done.at, done.by, move.value, done.text, done.images)
    changed = msgspec.structs.replace(
        case, step=after, updated_at=version_after(case, done.at), log=(*case.log, entry)
    )
    if not changed.open:
        return msgspec.structs.replace(changed, due_at=0, ended_at=done.at, ended_by=done.by)
    if move in (Move.CHANGE_KIND, Move.EXTEND):
        return changed
    return msgspec.structs.replace(changed, due_at=done.at + allowed_ms(changed, platform))


def version_after(case: Case, now: int) -> int:
    """Give the next version: the time, at least one second past the last: one platform counts seconds."""
    return max(now, case.updated_at + 1000)


def allowed_ms(case: Case, platform: str) -> int:
    """Give how long the one whose move it is may wait before the platform acts."""
    clocks = CLOCKS[platform]
    first = {Kind.UNSHIPPED: clocks.unshipped, Kind.SHIPPED: clocks.shipped, Kind.PRICE: clocks.shipped}
    hours = {
        Step.DECIDE: first.get(case.kind, clocks.returning),
        Step.BUYER_RETURNS: clocks.ship_back,
        Step.RECEIVE: clocks.confirm,
        Step.SHIP: 48,
        Step.BUYER_RECEIVES: 240,
        Step.REFUSED: clocks.appeal,
        Step.REFUSED_GOODS: clocks.appeal,
    }
    return hours[case.step] * HOUR


def may_extend(case: Case, now: int) -> bool:
    """Tell whether the shop's time to confirm can be extended: in its last two days, while it runs."""
    return possible(case, Move.EXTEND) and case.due_at - EXTEND_WITHIN <= now < case.due_at


TIMED_OUT: Mapping[tuple[Step, Kind | None], tuple[Move, str]] = {
    (Step.DECIDE, Kind.UNSHIPPED): (Move.REFUND, "商家超时未处理，平台自动同意退款"),
    (Step.DECIDE, Kind.SHIPPED): (Move.REFUND, "商家超时未处理，平台自动同意退款"),
    (Step.DECIDE, Kind.PRICE): (Move.REFUND, "商家超时未处理，平台自动退差价"),
    (Step.DECIDE, Kind.RETURN): (Move.AGREE_RETURN, "商家超时未处理，平台自动同意退货"),
    (Step.DECIDE, Kind.EXCHANGE): (Move.AGREE_RETURN, "商家超时未处理，平台自动同意换货"),
    (Step.DECIDE, Kind.RESHIP): (Move.AGREE_RESHIP, "商家超时未处理，平台自动同意补寄"),
    (Step.BUYER_RETURNS, None): (Move.CLOSE, "买家超时未退货，售后关闭"),
    (Step.RECEIVE, Kind.RETURN): (Move.CONFIRM, "商家超时未确认收货，平台自动退款"),
    (Step.RECEIVE, Kind.EXCHANGE): (Move.REFUND_WITHOUT_GOODS, "商家超时未换货，平台退款"),
    (Step.SHIP, Kind.EXCHANGE): (Move.REFUND_WITHOUT_GOODS, "商家超时未发出换货，平台退款"),
    (Step.SHIP, Kind.RESHIP): (Move.CLOSE, "商家超时未补寄，售后关闭"),
    (Step.BUYER_RECEIVES, None): (Move.RECEIVED, "买家超时未确认，自动确认收货"),
    (Step.REFUSED, None): (Move.CLOSE, "买家超时未处理，售后关闭"),
    (Step.REFUSED_GOODS, None): (Move.CLOSE, "买家超时未处理，售后关闭"),
}


def timed_out(case: Case) -> tuple[Move, str]:
    """Say what the platform does by itself when a ticket's deadline has passed."""
    return TIMED_OUT.get((case.step, case.kind)) or TIMED_OUT[case.step, None]
