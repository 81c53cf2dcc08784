"""Hold one line of the worklist and rank lines by urgency."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

from aftersale.channels.base import Turn
from aftersale.policy.explain import FALLBACK

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from aftersale.channels.base import Notice
    from aftersale.domain.facts import Value
    from aftersale.domain.vocabulary import Answerer
    from aftersale.policy.decision import Verdict
    from aftersale.policy.explain import Change
    from aftersale.tickets.steps import Clock, Stage

HOUR = 3600
DAY = 24 * HOUR


class Urgency(StrEnum):
    """Say how soon the shop must act; who does not have to act waits."""

    OVERDUE = "overdue"
    WITHIN_HOUR = "within_1h"
    WITHIN_FOUR = "within_4h"
    WITHIN_DAY = "within_24h"
    LATER = "later"
    NO_CLOCK = "no_clock"
    WAITING = "waiting"
    DONE = "done"


@dataclass(frozen=True, slots=True)
class Outcome:
    """Say what one answer would lead to: the rule that would win, or come nearest, and its remedy."""

    answer: bool | int | str
    rule: str
    remedy: str
    surely: bool = True


@dataclass(frozen=True, slots=True)
class Question:
    """Hold one thing to find out, who can tell it, and where each answer would lead."""

    fact: str
    who: Answerer
    change: Change
    outcomes: tuple[Outcome, ...]


@dataclass(frozen=True, slots=True)
class Explained:
    """Explain an open ticket: what to ask, what to inspect, what the register should say, what it rests on.

    `used` holds the known facts that the rule reads; `unalleged` the facts that kept other rules from firing
    and are false only because nobody alleges them.
    """

    ask: tuple[Question, ...]
    inspect: tuple[Change, ...]
    describe: tuple[Change, ...]
    others: tuple[Change, ...]
    used: Mapping[str, Value]
    unalleged: tuple[str, ...]


NOT_EXPLAINED = Explained((), (), (), (), {}, ())


@dataclass(frozen=True, slots=True)
class Row:
    """Hold one ticket of the worklist: what the sheet says, what was decided, when it is due.

    `action` is what to do now: a remedy of the rulebook or one of the steps that follow an agreement.
    `amount_fen` is what is at stake. `noted` is the register's note about the article, `origins` says where
    facts came from.
    """

    notice: Notice
    stage: Stage
    verdict: Verdict
    action: str
    apply_type: str | None
    reason: str | None
    amount_fen: int | None
    clock: Clock | None
    urgency: Urgency
    explained: Explained
    origins: Mapping[str, str]
    noted: str | None

    @property
    def is_open(self) -> bool:
        """Tell whether the ticket still waits for somebody."""
        return self.notice.open

    @property
    def is_ours(self) -> bool:
        """Tell whether the shop has to move next."""
        return self.notice.open and self.notice.turn is Turn.MERCHANT

    @property
    def fell_back(self) -> bool:
        """Tell whether no rule fitted, so that there is nothing to propose but to talk."""
        return self.verdict.main.group == FALLBACK


def urgency_of(notice: Notice, clock: Clock | None, now: int) -> Urgency:
    """Say how urgent a ticket is; a clock that runs out at this very second has run out."""
    if not notice.open:
        return Urgency.DONE
    if notice.turn is not Turn.MERCHANT:
        return Urgency.WAITING
    if clock is None:
        return Urgency.NO_CLOCK
    left = clock.at - now
    if left <= 0:
        return Urgency.OVERDUE
    spans = ((HOUR, Urgency.WITHIN_HOUR), (4 * HOUR, Urgency.WITHIN_FOUR), (DAY, Urgency.WITHIN_DAY))
    return next((urgency for span, urgency in spans if left <= span), Urgency.LATER)


_GROUPS = {Turn.MERCHANT: 0, Turn.BUYER: 1, Turn.PLATFORM: 2, Turn.PLATFORM_DONE: 3, Turn.DONE: 4}
_NEVER = 2**62


def _rank(row: Row) -> tuple[int, int, int]:
    group = _GROUPS[row.notice.turn] if row.is_open else max(_GROUPS[row.notice.turn], 3)
    if not row.is_ours:
        return group, 0, 0
    return group, row.clock.at if row.clock else _NEVER, -(row.amount_fen or 0)


def ranked(rows: Iterable[Row]) -> list[Row]:
    """Put first what the shop must do, by time; then what waits, as in the sheet; then the rest."""
    return sorted(rows, key=_rank)
