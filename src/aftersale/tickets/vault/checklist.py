"""Say what evidence a ticket should have, what is there, who can give the rest, and by when."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, NamedTuple

import msgspec
from django.db.models import Max

from aftersale.domain.clock import day_of, seconds_of
from aftersale.evidence.pieces import Giver, PieceType
from aftersale.shops.rulebooks import judge_of
from aftersale.texts import Text
from aftersale.tickets.models import Deadline, EvidenceLink, StoredDecision

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from datetime import datetime

    from aftersale.policy.rulebook import Rulebook
    from aftersale.policy.written import EvidenceW, PieceW
    from aftersale.tickets.models import Ticket

EVIDENCE_BY = "evidence_by"
"""The clock by which a platform wants evidence."""

_decode = msgspec.json.Decoder(tuple[str, ...]).decode


@dataclass(frozen=True, slots=True)
class Wanted:
    """Hold one line of a checklist; `ours` is what the shop should bring, `there` counts what is there."""

    id: str
    words: Text
    who: Giver
    what: PieceType
    ours: bool
    there: int

    @property
    def missing(self) -> bool:
        """Tell whether nothing answers it yet."""
        return not self.there


class Standing(NamedTuple):
    """Say how far the evidence of a ticket is: lines of the shop that are answered, of how many."""

    there: int
    wanted: int

    @property
    def whole(self) -> bool:
        """Tell whether nothing is missing."""
        return self.there >= self.wanted


@dataclass(frozen=True, slots=True)
class Checklist:
    """Hold the lines for a ticket, what usually decides, and the time by which ours have to be there."""

    lines: tuple[Wanted, ...] = ()
    decides: tuple[Text, ...] = ()
    by: datetime | None = None

    @property
    def missing(self) -> tuple[Wanted, ...]:
        """Give what the shop should bring and has not."""
        return tuple(line for line in self.lines if line.ours and line.missing)

    @property
    def ours(self) -> tuple[Wanted, ...]:
        """Give what the shop should bring."""
        return tuple(line for line in self.lines if line.ours)

    @property
    def theirs(self) -> tuple[Wanted, ...]:
        """Give what the buyer would bring."""
        return tuple(line for line in self.lines if not line.ours)

    @property
    def standing(self) -> Standing:
        """Count what the shop should bring, and how much of it is there."""
        return Standing(len(self.ours) - len(self.missing), len(self.ours))

    def find(self, item: str) -> Wanted | None:
        """Give a line by its id."""
        return next((line for line in self.lines if line.id == item), None)


def checklist_of(
    ticket: Ticket, stored: StoredDecision | None, now: datetime, book: Rulebook | None = None
) -> Checklist:
    """Put the checklist of a ticket together from the rules of its newest decision; `book` is the shop's."""
    if stored is None:
        return Checklist()
    book = book or judge_of(ticket.shop_id, now).rulebook
    rules = (stored.rule_id, *_decode(stored.guards))
    return listed_for(book, rules, items_of([ticket.pk])[ticket.pk], now, _due(ticket))


def listed_for(
    book: Rulebook, rules: Sequence[str], items: Sequence[str], now: datetime, by: datetime | None = None
) -> Checklist:
    """Put a checklist together from the main rule and the guards of a decision, and the items answered."""
    lists, there = list(_lists(book, rules, day_of(seconds_of(now)))), Counter(items)
    lines = dict[str, Wanted]()
    for listed in lists:
        for ours, pieces in ((True, listed.merchant), (False, listed.buyer)):
            for piece in pieces:
                lines.setdefault(piece.id, _wanted(piece, there[piece.id], ours=ours))
    decides = tuple(Text(zh=each.decides.zh, en=each.decides.en) for each in lists)
    return Checklist(tuple(lines.values()), decides, by)


def standings_of(
    books: Mapping[int, Rulebook], answered: Sequence[int], now: datetime
) -> Mapping[int, Standing]:
    """Say how far the evidence of tickets is, each by the rulebook of its shop; at most two queries.

    `answered` are those for which there is any.
    """
    items = items_of(answered) if answered else {}
    newest = StoredDecision.objects.filter(ticket__in=books).values("ticket").annotate(newest=Max("id"))
    told = StoredDecision.objects.filter(pk__in=newest.values("newest"))
    return {
        ticket: listed_for(books[ticket], (rule, *_decode(guards)), items.get(ticket, ()), now).standing
        for ticket, rule, guards in told.values_list("ticket_id", "rule_id", "guards")
    }


def _lists(book: Rulebook, rules: Sequence[str], day: int) -> Iterator[EvidenceW]:
    known = {rule.id: rule for rule in book.rules}
    codes = dict.fromkeys(code for name in rules if name in known for code in known[name].evidence)
    for code in codes:
        listed = book.evidence.get(code)
        if listed is not None and _holds(listed, day):
            yield listed


def _holds(listed: EvidenceW, day: int) -> bool:
    start, until = listed.effective
    today = date.fromordinal(_EPOCH + day)
    return (start is None or start <= today) and (until is None or today < until)


_EPOCH = date(1970, 1, 1).toordinal()


def items_of(tickets: Sequence[int]) -> Mapping[int, list[str]]:
    """Read which lines of their checklists tickets have evidence for; one query."""
    rows = EvidenceLink.objects.filter(ticket__in=tickets, withdrawn_at=None).exclude(item="")
    found: dict[int, list[str]] = {ticket: [] for ticket in tickets}
    for ticket, item in rows.values_list("ticket_id", "item"):
        found[ticket].append(item)
    return found


def _wanted(piece: PieceW, there: int, *, ours: bool) -> Wanted:
    return Wanted(
        piece.id, Text(zh=piece.zh, en=piece.en), Giver(piece.who), PieceType(piece.what), ours, there
    )


def _due(ticket: Ticket) -> datetime | None:
    """Give the time by which the platform wants evidence; without one, when the ticket is due."""
    if not ticket.open:
        return None
    clocks = Deadline.objects.filter(ticket=ticket, kind=EVIDENCE_BY, state__in=("running", "paused"))
    asked = clocks.order_by("due_at").values_list("due_at", flat=True).first()
    return asked or ticket.due_at
