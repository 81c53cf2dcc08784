"""Sum up a worklist: what is due, what it is worth, what is proposed, how sure the proposals are."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from statistics import median
from typing import TYPE_CHECKING

from aftersale.channels.base import Turn
from aftersale.triage.rows import Urgency

if TYPE_CHECKING:
    from collections.abc import Sequence

    from aftersale.channels.base import Reading
    from aftersale.channels.parked_rows import ParkedRow
    from aftersale.triage.rows import Row

_WITHIN_HOUR = (Urgency.WITHIN_HOUR,)
_WITHIN_FOUR = (*_WITHIN_HOUR, Urgency.WITHIN_FOUR)
_WITHIN_DAY = (*_WITHIN_FOUR, Urgency.WITHIN_DAY)


@dataclass(frozen=True, slots=True)
class Proposed:
    """Count the tickets for which one thing is proposed, and what they are worth."""

    action: str
    tickets: int
    fen: int


@dataclass(frozen=True, slots=True)
class Summary:
    """Hold the figures of a worklist; rows == tickets + parked.

    `ours`, `buyers` and `platforms` split the open tickets by whose turn it is; what is due counts only ours.
    `estimated` counts clocks that the sheet does not give, `settled` open tickets with a proposal other than
    the fallback; `questions` is the median number of questions of an open ticket.
    """

    rows: int
    tickets: int
    open: int
    parked: int
    ours: int
    buyers: int
    platforms: int
    overdue: int
    due_1h: int
    due_4h: int
    due_24h: int
    estimated: int
    at_stake_fen: int
    proposed: tuple[Proposed, ...]
    settled: int
    questions: float
    orders: int
    orders_joined: int
    orders_unused: int
    orders_parked: int

    @property
    def settled_share(self) -> float:
        """Give the share of open tickets with a proposal other than the fallback; 1 where none is open."""
        return self.settled / self.open if self.open else 1.0


def _proposed(ours: Sequence[Row]) -> tuple[Proposed, ...]:
    tickets: Counter[str] = Counter()
    fen: Counter[str] = Counter()
    for row in ours:
        tickets[row.action] += 1
        fen[row.action] += row.amount_fen or 0
    return tuple(Proposed(action, count, fen[action]) for action, count in tickets.most_common())


def sum_up(rows: Sequence[Row], parked: Sequence[ParkedRow], reading: Reading) -> Summary:
    """Sum up the tickets and parked rows of one reading."""
    still = [row for row in rows if row.is_open]
    ours = [row for row in still if row.is_ours]
    turns = Counter(row.notice.turn for row in still)
    urgencies = Counter(row.urgency for row in ours)
    return Summary(
        rows=reading.rows,
        tickets=len(rows),
        open=len(still),
        parked=len(parked),
        ours=len(ours),
        buyers=turns[Turn.BUYER],
        platforms=len(still) - len(ours) - turns[Turn.BUYER],
        overdue=urgencies[Urgency.OVERDUE],
        due_1h=sum(urgencies[urgency] for urgency in _WITHIN_HOUR),
        due_4h=sum(urgencies[urgency] for urgency in _WITHIN_FOUR),
        due_24h=sum(urgencies[urgency] for urgency in _WITHIN_DAY),
        estimated=sum(row.clock is not None and not row.clock.from_platform for row in ours),
        at_stake_fen=sum(row.amount_fen or 0 for row in ours),
        proposed=_proposed(ours),
        settled=sum(not row.fell_back for row in still),
        questions=median(len(row.explained.ask) for row in still) if still else 0,
        orders=reading.orders,
        orders_joined=reading.orders_joined,
        orders_unused=reading.orders_unused,
        orders_parked=len(reading.orders_parked),
    )
