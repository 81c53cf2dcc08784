"""Say what an import covers, and find the open tickets that it ought to hold and does not."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING

from django.db import transaction

from aftersale.evidence.journal import Entry, Subject, record
from aftersale.evidence.models import Event
from aftersale.shops.models import Shop
from aftersale.tickets.change import Overtaken, change
from aftersale.tickets.deadlines import reset
from aftersale.tickets.models import Ticket
from aftersale.tickets.models.ticket import Lane

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from aftersale.channels.base import Notice
    from aftersale.tickets.draft import Origin


_AT_ONCE = 500
_SHOP, _HELD = "shop", "held"


@dataclass(frozen=True, slots=True)
class Scope:
    """Name what a sheet covers: status words (None: all), the span of applications, or that it is partial."""

    states: frozenset[str] | None = None
    since: datetime | None = None
    until: datetime | None = None
    partial: bool = False

    def as_json(self) -> dict[str, object]:
        """Write it for the database."""
        return {
            "states": None if self.states is None else sorted(self.states),
            "from": self.since.isoformat() if self.since else None,
            "until": self.until.isoformat() if self.until else None,
            "partial": self.partial,
        }


def scope_from(stored: dict[str, object]) -> Scope:
    """Read a stored scope."""
    states, since, until = stored.get("states"), stored.get("from"), stored.get("until")
    return Scope(
        frozenset(str(each) for each in states) if isinstance(states, list) else None,
        datetime.fromisoformat(str(since)) if since else None,
        datetime.fromisoformat(str(until)) if until else None,
        bool(stored.get("partial")),
    )


@dataclass(slots=True)
class Coverage:
    """Gather what a sheet shows of one shop; where nobody stated a scope, this is what it surely covers.

    A sheet filtered by status shows only those states, one filtered by day only those days: an open ticket
    whose last known state and day lie within, and which is not there, has moved on.
    """

    numbers: set[str] = field(default_factory=set)
    unread: set[str] = field(default_factory=set)
    states: set[str] = field(default_factory=set)
    first: datetime | None = None
    last: datetime | None = None

    def add(self, notice: Notice) -> None:
        """Take one row into account."""
        self.numbers.add(notice.ticket_no)
        self.states.add(notice.status)
        applied = notice.facts.get("applied_at")
        if isinstance(applied, datetime):
            self.first = applied if self.first is None else min(self.first, applied)
            self.last = applied if self.last is None else max(self.last, applied)

    @property
    def shown(self) -> set[str]:
        """Give the numbers that stand in the sheet, in rows that could not be taken too."""
        return self.numbers | self.unread

    def scope(self, stated: Scope) -> Scope:
        """Fill what nobody stated with what the sheet shows; an empty one shows no filter by state."""
        shown = frozenset(self.states) or None
        return Scope(
            shown if stated.states is None else stated.states,
            stated.since or self.first,
            stated.until or self.last,
            stated.partial,
        )


def gone(shop_id: int, covered: Coverage, scope: Scope, as_of: datetime) -> Iterator[Ticket]:
    """Find open tickets inside a scope that the sheet does not hold and nobody saw later."""
    if scope.partial or scope.since is None or scope.until is None:
        return
    found = Ticket.objects.filter(
        shop_id=shop_id,
        lane__in=[Lane.OURS, Lane.WAITING],
        applied_at__gte=scope.since,
        applied_at__lte=scope.until,
        seen_at__lte=as_of,
    )
    rows = found.values_list("pk", "ticket_no", "status")
    shown = covered.shown
    missing = [
        pk
        for pk, number, status in rows.iterator(chunk_size=5000)
        if number not in shown and (scope.states is None or status in scope.states)
    ]
    for pk in missing:
        yield Ticket.objects.get(pk=pk)


def left_outside(shop_id: int, covered: Coverage, scope: Scope) -> int:
    """Count tickets for the shop to do that a sheet does not hold and says nothing of.

    They lie out of its scope, or were seen later than the sheet was made. Asked after those that are gone
    were marked; a partial sheet is not meant to say anything of others.
    """
    if scope.partial:
        return 0
    ours = Ticket.objects.filter(shop_id=shop_id, lane=Lane.OURS)
    numbers = ours.values_list("ticket_no", flat=True).iterator(chunk_size=5000)
    shown = covered.shown
    return sum(number not in shown for number in numbers)


def seen_again(shop_id: int, numbers: Iterable[str], as_of: datetime) -> None:
    """Renew when open tickets were last seen; it is no state, so nothing is written into the journal.

    An older sheet that comes later then finds no ticket missing that a newer one still showed.
    """
    older = Ticket.objects.filter(shop_id=shop_id, open=True, seen_at__lt=as_of)
    every = sorted(numbers)
    for start in range(0, len(every), _AT_ONCE):
        older.filter(ticket_no__in=every[start : start + _AT_ONCE]).update(seen_at=as_of)


def hold(shop_id: int, now: datetime) -> None:
    """Hold a shop until a sheet of it was read that is newer than `now`."""
    with transaction.atomic():
        Shop.objects.filter(pk=shop_id).update(held=True)
        record(_shop(shop_id), Entry(_HELD, now))


def release(shop_id: int, origin: Origin) -> bool:
    """End the hold of a shop that was read anew, as it was after the hold began; False where it goes on."""
    events = Event.objects.filter(subject_kind=_SHOP, subject_id=shop_id, kind=_HELD)
    since = events.order_by("-sequence").values_list("at", flat=True).first()
    if since is None or origin.as_of <= since:
        return False
    with transaction.atomic():
        ended = Shop.objects.filter(pk=shop_id, held=True).update(held=False)
        if ended:
            data = {"source": origin.source, "as_of": origin.as_of.isoformat()}
            record(_shop(shop_id), Entry("hold_ended", origin.now, origin.actor, data))
    return bool(ended)


def _shop(shop_id: int) -> Subject:
    return Subject(shop_id, _SHOP, shop_id, str(shop_id))


def mark_missing(ticket: Ticket, origin: Origin) -> bool:
    """Move a ticket to those that the back office no longer shows; never closed, a person or a sheet tells.

    False where somebody changed it in between: then it is not missing.
    """
    data = {"source": origin.source, "as_of": origin.as_of.isoformat(), "status": ticket.status}
    entry = Entry("missing", origin.now, origin.actor, data)
    try:
        with transaction.atomic():
            reset(ticket, (), origin.now)
            change(ticket, entry, lane=Lane.MISSING.value, missing_at=origin.now)
    except Overtaken:
        return False
    return True
