"""Say why personal values of a ticket must stay for now: which law, and until when.

What holds is open business (the ticket, money, a dispute) or a period that runs from its end. Periods are
parameters of the rulebook, read as law and platform give them: a shop cannot shorten one. A period that the
rulebook does not have at the moment holds too, for what nobody knows must not end in a loss.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from typing import TYPE_CHECKING, NamedTuple

import msgspec

from aftersale.domain.clock import day_of, moment_of, months_after, seconds_of, start_of
from aftersale.domain.states import FINAL, Arbitration, Machine, Money
from aftersale.policy.rulebook import Citation
from aftersale.shops.rulebooks import judge_of
from aftersale.texts import Text
from aftersale.tickets.models import Action, Buyer, Ticket

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from aftersale.policy.rulebook import ParameterValue, Rulebook

DISPUTED = (Arbitration.OPEN, Arbitration.EVIDENCE_DUE, Arbitration.SUBMITTED)
MONEY_OPEN = (Money.INTENDED, Money.SENDING, Money.UNKNOWN)
_ACTION_ENDED = [state.value for state in FINAL[Machine.ACTION]]


class HoldKind(StrEnum):
    """Name what holds."""

    OPEN = "open"
    MONEY = "money"
    DISPUTE = "dispute"
    RECONSIDERATION = "reconsideration"
    LIMITATION = "limitation"
    RECORDS = "records"


HOLD_WORDS: dict[HoldKind, Text] = {
    HoldKind.OPEN: Text(zh="售后单还没结束，处理完才能删", en="the ticket is still open"),
    HoldKind.MONEY: Text(zh="退款结果还没确认", en="the outcome of a payment is not known yet"),
    HoldKind.DISPUTE: Text(zh="平台介入还没结束，材料要留着", en="a dispute is open and needs its records"),
    HoldKind.RECONSIDERATION: Text(zh="还在申诉期内，到 {day} 为止", en="an appeal is possible until {day}"),
    HoldKind.LIMITATION: Text(
        zh="诉讼时效还没过，到 {day} 为止", en="claims can be brought before a court until {day}"
    ),
    HoldKind.RECORDS: Text(
        zh="法定保存期还没满，到 {day} 为止", en="the law asks to keep trade records until {day}"
    ),
}
_NO_NUMBER = Text(
    zh="规则库里现在没有“{name}”的天数，先保留", en="the rulebook has no number for “{name}” now, so it stays"
)


@dataclass(frozen=True, slots=True)
class Hold:
    """Say what holds a ticket; `until` is the first moment at which it does no more, None: not known yet."""

    kind: HoldKind
    ticket_id: int
    ticket_no: str
    until: datetime | None
    citations: tuple[Citation, ...]
    words: Text


class _Observed(msgspec.Struct):
    facts: dict[str, object]


_read = msgspec.json.Decoder(_Observed).decode


class _Period(NamedTuple):
    """Say how a period ends: by which parameter, and on which second after the day it runs from."""

    kind: HoldKind
    parameter: str
    end: Callable[[Rulebook, int, int], int]


def _days(_book: Rulebook, day: int, days: int) -> int:
    return start_of(day + days + 1)


def _months(_book: Rulebook, day: int, months: int) -> int:
    return start_of(months_after(day, months) + 1)


def _months_rolled(book: Rulebook, day: int, months: int) -> int:
    """End a period of civil law: a last day that is a rest day moves on (Civil Code 203)."""
    return start_of(book.calendar.last_day(months_after(day, months)) + 1)


_APPEAL = _Period(HoldKind.RECONSIDERATION, "appeal_days", _days)
LIMITATION = _Period(HoldKind.LIMITATION, "claim_limitation_months", _months_rolled)
RECORDS = _Period(HoldKind.RECORDS, "records_keep_months", _months)
_CLAUSES = {
    HoldKind.OPEN: ("personal-information-law", "47"),
    HoldKind.MONEY: ("personal-information-law", "47"),
    HoldKind.DISPUTE: ("e-commerce-law", "62"),
}


def holds(of: Ticket | Buyer, now: datetime) -> tuple[Hold, ...]:
    """Give all that holds the personal values of a ticket, or of a buyer's tickets; nothing: they may go."""
    book = judge_of(of.shop_id, now).rulebook
    tickets = [of] if isinstance(of, Ticket) else Ticket.objects.filter(buyer=of).order_by("pk")
    return tuple(hold for ticket in tickets for hold in holds_under(book, ticket, now))


def holds_under(book: Rulebook, ticket: Ticket, now: datetime) -> Iterator[Hold]:
    """Give all that holds one ticket under a rulebook."""
    for kind in _open_business(ticket):
        yield Hold(kind, ticket.pk, ticket.ticket_no, None, (_clause(book, kind),), HOLD_WORDS[kind])
    if ticket.open:
        return
    for period, since in _periods(ticket):
        hold = _held_by(book, period, ticket, since, now)
        if hold:
            yield hold


def _open_business(ticket: Ticket) -> Iterator[HoldKind]:
    if ticket.open:
        yield HoldKind.OPEN
    waiting = Action.objects.filter(ticket_id=ticket.pk).exclude(state__in=_ACTION_ENDED)
    if ticket.money_state in MONEY_OPEN or waiting.exists():
        yield HoldKind.MONEY
    if ticket.arbitration_state in DISPUTED:
        yield HoldKind.DISPUTE


def _periods(ticket: Ticket) -> Iterator[tuple[_Period, datetime]]:
    """Name the periods that run, and since when: from the last that is known to have happened."""
    ended = ticket.ended_at or ticket.observed_at
    judged = _read(ticket.observed).facts.get("judged_at")
    last = max(ended, datetime.fromisoformat(judged)) if isinstance(judged, str) else ended
    if ticket.arbitration_state != Arbitration.NONE:
        yield _APPEAL, last
    yield LIMITATION, last
    yield RECORDS, last


def _held_by(book: Rulebook, period: _Period, ticket: Ticket, since: datetime, now: datetime) -> Hold | None:
    given = number_of(book, period.parameter, ticket.channel, now)
    if given is None:
        words = _NO_NUMBER.format(name=period.parameter)
        return Hold(period.kind, ticket.pk, ticket.ticket_no, None, (), words)
    until = moment_of(period.end(book, day_of(seconds_of(since)), given.value))
    if now >= until:
        return None
    last_day = moment_of(seconds_of(until) - 1).date().isoformat()
    words = HOLD_WORDS[period.kind].format(day=last_day)
    return Hold(period.kind, ticket.pk, ticket.ticket_no, until, given.citations, words)


def number_of(book: Rulebook, name: str, platform: str, now: datetime) -> ParameterValue | None:
    """Give the number that law or platform sets now; what a shop says of it does not count here."""
    parameter = book.parameters[name]
    own = tuple(value for value in parameter.values if value.layer != "shop")
    return replace(parameter, values=own).value_for(platform, seconds_of(now))


def _clause(book: Rulebook, kind: HoldKind) -> Citation:
    of, article = _CLAUSES[kind]
    document = book.documents[of]
    return Citation(f"{document.short}{article}", document.title.zh, article, kind, document.effective[0])
