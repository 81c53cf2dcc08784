"""Take notices in: journaled, decided, each as often as it likes to come, with one change for each news.

Sheet, push and poll end here. A ticket is (shop, ticket no.). A notice older than what is known is written
into the journal and changes nothing; the same notice again is nothing at all.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING, NamedTuple

from django.db import IntegrityError, transaction

from aftersale.channels.base import Source
from aftersale.channels.verbs import ANSWERS
from aftersale.shops.rulebooks import judge_of, remember
from aftersale.tickets.change import Overtaken
from aftersale.tickets.draft import read_of
from aftersale.tickets.judging import Verdicts
from aftersale.tickets.models import Action, Ticket
from aftersale.tickets.models.ticket import Lane
from aftersale.tickets.newcomers import add_all, newcomers
from aftersale.tickets.observe import note_old, observe
from aftersale.tickets.outcome import OPEN
from aftersale.tickets.product_facts import articles_of
from aftersale.tickets.said import is_same
from aftersale.tickets.shared import Sharing
from aftersale.tickets.waiting import SEEN_THERE
from aftersale.tickets.waiting import end as end_wait

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from datetime import datetime

    from aftersale.channels.base import Notice
    from aftersale.domain.errors import FactsInvalid
    from aftersale.policy.decide import Judge
    from aftersale.shops.models import Shop
    from aftersale.tickets.draft import Origin, Read
    from aftersale.tickets.newcomers import Newcomers
    from aftersale.tickets.product_facts import Articles

_TRIES = 5


class Taken(StrEnum):
    """Say what became of a notice."""

    NEW = "new"
    CHANGED = "changed"
    UNCHANGED = "unchanged"
    PARKED = "parked"


class Outcome(NamedTuple):
    """Say what became of one notice; `refusal` is there where its facts contradict one another."""

    notice: Notice
    taken: Taken
    refusal: FactsInvalid | None = None


@dataclass(frozen=True, slots=True)
class Bench:
    """Hold what judging the tickets of one shop needs, loaded once for many notices."""

    shop: Shop
    judge: Judge
    articles: Articles
    verdicts: Verdicts = field(default_factory=Verdicts)
    sharing: Sharing = field(default_factory=Sharing)


def bench_for(shop: Shop, now: datetime) -> Bench:
    """Load rulebook and register of a shop, and keep the rulebook by its digest."""
    judge = judge_of(shop.pk, now)
    remember(judge, shop.pk, now)
    return Bench(shop, judge, articles_of(shop.pk))


class _Known(NamedTuple):
    digest: bytes
    observed_at: datetime
    rank: int
    seen_at: datetime
    open: bool
    lane: str
    waits_for: str
    waits_since: datetime | None


class _Sorted(NamedTuple):
    new: list[Read]
    newer: list[Read]
    older: list[Read]
    same: list[Read]
    undone: list[Read]


class Prepared(NamedTuple):
    """Hold notices of one shop, judged and sorted by what is known of them, ready to be written."""

    bench: Bench
    origin: Origin
    notices: Sequence[Notice]
    found: _Sorted
    newcomers: Newcomers


def take(bench: Bench, origin: Origin, notices: Sequence[Notice]) -> list[Outcome]:
    """Take in notices of one shop, in one transaction for the new ones and one for each that changes.

    No ticket may stand twice among them. Safe to call again with the same notices after a crash.
    """
    return settle(prepare(bench, origin, notices))


def prepare(bench: Bench, origin: Origin, notices: Sequence[Notice]) -> Prepared:
    """Judge notices and make their rows; nothing is written, so that nobody waits for it."""
    known = _known(bench.shop.pk, [notice.ticket_no for notice in notices])
    found = _sort(notices, known, origin)
    return Prepared(bench, origin, notices, found, newcomers(bench, origin, found.new))


def settle(prepared: Prepared) -> list[Outcome]:
    """Write what was prepared; what another source moved in between is prepared again."""
    for _ in range(_TRIES):
        try:
            outcomes = _act(prepared)
        except (IntegrityError, Overtaken):
            prepared = prepare(*prepared[:3])
            continue
        prepared.bench.sharing.kept()
        return outcomes
    raise Overtaken(Ticket(ticket_no=prepared.notices[0].ticket_no))


def _known(shop_id: int, numbers: Sequence[str]) -> dict[str, _Known]:
    rows = Ticket.objects.filter(shop_id=shop_id, ticket_no__in=numbers).values_list(
        "ticket_no",
        "notice_digest",
        "observed_at",
        "rank",
        "seen_at",
        "open",
        "lane",
        "waits_for",
        "waits_since",
    )
    return {row[0]: _Known(bytes(row[1]), *row[2:]) for row in rows}


def _sort(notices: Iterable[Notice], known: dict[str, _Known], origin: Origin) -> _Sorted:
    found = _Sorted([], [], [], [], [])
    for notice in notices:
        read = read_of(notice, origin)
        before = known.get(notice.ticket_no)
        if before is None:
            found.new.append(read)
        elif _is_same(read, before) and before.lane != Lane.MISSING:
            (found.undone if _not_done(before, origin) else found.same).append(read)
        elif _is_old(read, before, origin):
            found.older.append(read)
        else:
            found.newer.append(read)
    return found


def _is_same(read: Read, before: _Known) -> bool:
    return is_same(before.digest, read.digest, order=read.notice.aside is not None)


def _not_done(before: _Known, origin: Origin) -> bool:
    """Tell whether a ticket ought to look otherwise by now: something was done on it before the source."""
    since = before.waits_since
    return before.waits_for in SEEN_THERE and since is not None and origin.as_of > since


def _is_old(read: Read, before: _Known, origin: Origin) -> bool:
    """Tell whether we know better: by the platform's time, then by the source; a sheet reopens nothing."""
    if origin.rank == Source.SHEET and read.notice.open and not before.open:
        return True
    ours, theirs = (read.observed_at, origin.rank), (before.observed_at, before.rank)
    return ours < theirs or (ours == theirs and origin.as_of < before.seen_at)


def _act(prepared: Prepared) -> list[Outcome]:
    bench, origin, _, found, made = prepared
    outcomes = [Outcome(read.notice, Taken.UNCHANGED) for read in (*found.same, *found.undone)]
    outcomes += [_outcome(one, Taken.NEW) for one in made.answers]
    with transaction.atomic():
        add_all(bench, origin, made)
    tickets = _tickets(bench.shop.pk, [*found.newer, *found.older, *found.undone])
    for read in found.newer:
        refused = observe(bench, origin, tickets[read.notice.ticket_no], read)
        outcomes.append(_outcome((read.notice, refused), Taken.CHANGED))
    for read in found.older:
        note_old(origin, tickets[read.notice.ticket_no], read)
        outcomes.append(Outcome(read.notice, Taken.UNCHANGED))
    for read in found.undone:
        _show_undone(tickets[read.notice.ticket_no], origin)
    return outcomes


def _show_undone(ticket: Ticket, origin: Origin) -> None:
    """Put a ticket back that the platform shows as it was, unless an action of it has no outcome yet."""
    if not Action.objects.filter(ticket_id=ticket.pk, state__in=OPEN, verb__in=ANSWERS).exists():
        end_wait(ticket, "unchanged", origin.now)


def _outcome(one: tuple[Notice, FactsInvalid | None], taken: Taken) -> Outcome:
    notice, refused = one
    return Outcome(notice, Taken.PARKED if refused else taken, refused)


def _tickets(shop_id: int, reads: Sequence[Read]) -> dict[str, Ticket]:
    numbers = [read.notice.ticket_no for read in reads]
    found = Ticket.objects.filter(shop_id=shop_id, ticket_no__in=numbers) if numbers else ()
    return {ticket.ticket_no: ticket for ticket in found}


def tally(outcomes: Iterable[Outcome]) -> Counter[str]:
    """Count what became of notices."""
    return Counter(outcome.taken.value for outcome in outcomes)
