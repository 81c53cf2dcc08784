"""Deal the day's tickets over queues and stages in the proportions of the story."""

from __future__ import annotations

from typing import NamedTuple

from aftersale.domain.money import allocate
from aftersale.sandbox.model import Line, Stage


class Slot(NamedTuple):
    """Say what kind of ticket is wanted; `live` means it came during the evening's live broadcast."""

    line: Line
    stage: Stage
    handled_by: str
    live: bool = False


# Of 912: 214 were done by the platform's own assistants, 300 came between 21:30 and 00:30.
DAY = (
    (Slot(Line.UNSHIPPED, Stage.REFUNDED, "platform", live=True), 110),
    (Slot(Line.UNSHIPPED, Stage.REFUNDED, "platform"), 40),
    (Slot(Line.UNSHIPPED, Stage.REFUNDED, "agent", live=True), 20),
    (Slot(Line.UNSHIPPED, Stage.REFUNDED, "agent"), 10),
    (Slot(Line.UNSHIPPED, Stage.DECIDE, "nobody", live=True), 45),
    (Slot(Line.UNSHIPPED, Stage.DECIDE, "nobody"), 15),
    (Slot(Line.UNSHIPPED, Stage.CLOSED, "nobody", live=True), 5),
    (Slot(Line.UNSHIPPED, Stage.CLOSED, "nobody"), 3),
    (Slot(Line.SHIPPED_REFUND, Stage.REFUNDED, "platform", live=True), 5),
    (Slot(Line.SHIPPED_REFUND, Stage.REFUNDED, "platform"), 9),
    (Slot(Line.SHIPPED_REFUND, Stage.REFUNDED, "agent", live=True), 5),
    (Slot(Line.SHIPPED_REFUND, Stage.REFUNDED, "agent"), 15),
    (Slot(Line.SHIPPED_REFUND, Stage.DECIDE, "nobody", live=True), 30),
    (Slot(Line.SHIPPED_REFUND, Stage.DECIDE, "nobody"), 40),
    (Slot(Line.SHIPPED_REFUND, Stage.REJECTED, "agent"), 14),
    (Slot(Line.SHIPPED_REFUND, Stage.CLOSED, "nobody"), 8),
    (Slot(Line.RETURN_REVIEW, Stage.DECIDE, "nobody", live=True), 60),
    (Slot(Line.RETURN_REVIEW, Stage.DECIDE, "nobody"), 90),
    (Slot(Line.RETURN_REVIEW, Stage.BUYER_RETURNS, "platform", live=True), 20),
    (Slot(Line.RETURN_REVIEW, Stage.BUYER_RETURNS, "platform"), 30),
    (Slot(Line.RETURN_REVIEW, Stage.BUYER_RETURNS, "agent"), 52),
    (Slot(Line.RETURN_REVIEW, Stage.REJECTED, "agent"), 12),
    (Slot(Line.RETURN_REVIEW, Stage.CLOSED, "nobody"), 7),
    (Slot(Line.RETURN_RECEIPT, Stage.RECEIVE, "agent"), 130),
    (Slot(Line.RETURN_RECEIPT, Stage.REFUNDED, "agent"), 50),
    (Slot(Line.RETURN_RECEIPT, Stage.REJECTED, "agent"), 6),
    (Slot(Line.EXCHANGE, Stage.DECIDE, "nobody"), 12),
    (Slot(Line.EXCHANGE, Stage.BUYER_RETURNS, "agent"), 8),
    (Slot(Line.EXCHANGE, Stage.SHIP, "agent"), 5),
    (Slot(Line.EXCHANGE, Stage.BUYER_RECEIVES, "agent"), 4),
    (Slot(Line.EXCHANGE, Stage.REPLACED, "agent"), 3),
    (Slot(Line.RESHIP, Stage.DECIDE, "nobody"), 12),
    (Slot(Line.RESHIP, Stage.SHIP, "agent"), 6),
    (Slot(Line.RESHIP, Stage.BUYER_RECEIVES, "agent"), 4),
    (Slot(Line.RESHIP, Stage.REPLACED, "agent"), 2),
    (Slot(Line.PRICE_PROTECT, Stage.DECIDE, "nobody"), 4),
    (Slot(Line.PRICE_PROTECT, Stage.REFUNDED, "agent"), 5),
    (Slot(Line.PLATFORM_SERVICE, Stage.DECIDE, "nobody"), 8),
    (Slot(Line.PLATFORM_SERVICE, Stage.REFUNDED, "agent"), 2),
    (Slot(Line.ARBITRATION, Stage.ARBITRATION, "agent"), 6),
)


def slots_of_day(tickets: int) -> list[Slot]:
    """List one slot for each ticket; another total than 912 keeps the proportions by largest remainder."""
    counts = allocate(tickets, [weight for _, weight in DAY])
    return [slot for (slot, _), count in zip(DAY, counts, strict=True) for _ in range(count)]
