"""Prepare two or three ways for the buyer to choose from, and an amount to begin with."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from aftersale.policy.talks.rounds import Meeting
from aftersale.policy.talks.terms import COMPENSATION, MONEY_ALONE, PARTIAL

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from aftersale.policy.talks.rounds import Overlap

MOST, LEAST = 3, 2
_YUAN = 100
_PICKUP, _EXCHANGE = "pickup", "exchange"
# What a buyer who will not send goods back is offered, where the goods may travel at all.
_AT_THE_DOOR = (_PICKUP, _EXCHANGE)
_CHOOSABLE = frozenset(
    {
        *MONEY_ALONE, *_AT_THE_DOOR, "return_refund", "reship", "reship_missing", "repair", "coupon",
        "refund_full_unshipped", "fulfil_service", "honour_promise", "late_ship_compensation",
    }
)  # fmt: skip
_TRAVELS = frozenset({"return_refund", _PICKUP, _EXCHANGE, "repair"})


@dataclass(frozen=True, slots=True)
class Choice:
    """Hold one way that the buyer may choose; `agreed_fen` is open until both name it."""

    way: str
    amount_fen: int | None = None
    wanted: bool = False


@dataclass(frozen=True, slots=True)
class Lawful:
    """Hold a way that the decision allows, with what it pays where that is settled."""

    way: str
    amount_fen: int | None = None


def choices_for(
    lawful: Sequence[Lawful], wanted: str = "", amount_fen: int | None = None, *, keeps_goods: bool = False
) -> tuple[Choice, ...]:
    """Give two or three ways in the order to offer them: what the buyer wants first where it is allowed.

    A buyer who keeps the goods is offered what costs no trip: pick-up, exchange at the door, a part of the
    price. What the law allows stays open besides; nothing here takes it away. `amount_fen` is the amount that
    is talked about, for ways whose amount is agreed on.
    """
    named = {each.way: each.amount_fen for each in lawful if each.way in _CHOOSABLE}
    order = [*_order(named, keeps_goods=keeps_goods)]
    if wanted in order:
        order.remove(wanted)
        order.insert(0, wanted)
    for talked in (PARTIAL, COMPENSATION):
        if len(order) < LEAST and talked not in order:
            order.append(talked)
    return tuple(
        Choice(way, named.get(way) or (amount_fen if way in MONEY_ALONE else None), way == wanted)
        for way in order[:MOST]
    )


def _order(named: Iterable[str], *, keeps_goods: bool) -> list[str]:
    ways = list(named)
    if not keeps_goods:
        return ways
    at_the_door = _AT_THE_DOOR if set(ways) & _TRAVELS else ()
    kept = [way for way in ways if way not in _TRAVELS]
    return list(dict.fromkeys([*at_the_door, PARTIAL, *kept]))


def next_amount(overlap: Overlap) -> int | None:
    """Suggest what to offer next in whole yuan: half of the way to what can be met; None where nothing can.

    >>> from aftersale.policy.talks.rounds import overlap_of
    >>> from aftersale.policy.talks.terms import Terms
    >>> next_amount(overlap_of(Terms("partial_refund", 8000), Terms("compensation", 2000), 5000))
    3500
    """
    if overlap.meeting not in {Meeting.WITHIN, Meeting.APART} or overlap.low_fen is None:
        return None
    low, high = overlap.low_fen, overlap.high_fen or 0
    half = (low + high) // 2 // _YUAN * _YUAN
    return half if half > low else None
