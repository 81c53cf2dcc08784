"""Keep the clocks of tickets as rows: new ones, moved ones, paused ones, and those that have ended."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from aftersale.tickets.alarms import clock_key, end_alarms
from aftersale.tickets.clocks import (
    MERCHANT,
    SERVICE,
    Clocked,
    HasEnd,
    Wanted,
    earliest,
    first_moment,
    hours_of,
    resumed_due,
    wanted_for,
    warnings_of,
)
from aftersale.tickets.models import Deadline
from aftersale.tickets.models.clock import DeadlineState

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from datetime import datetime

    from aftersale.shops.models import Shop
    from aftersale.tickets.models import Ticket

__all__ = [
    "HasEnd",
    "Reset",
    "Wanted",
    "clocked",
    "earliest",
    "end_of_rows",
    "ended_state",
    "new_values",
    "reset",
    "reset_rows",
    "wanted_for",
]

_ALIVE = frozenset({DeadlineState.RUNNING, DeadlineState.PAUSED})
_SAVED = (
    "source", "side", "consequence", "starts_at", "due_at", "state", "next_at", "step", "paused_at",
    "lease_until", "ended_at",
)  # fmt: skip
_NOT_YET: dict[str, object] = dict.fromkeys(("next_at", "paused_at", "lease_until", "ended_at"))


class Reset(NamedTuple):
    """Hold what became of a ticket's clocks: rows that still run (or should), and what is to be written."""

    current: list[Deadline]
    changed: list[Deadline]
    new: list[Deadline]
    ended: list[str]


def clocked(row: Deadline | Wanted, shop: Shop) -> Clocked:
    """Say how the time of a clock counts: the shop's own targets in its hours, all others every minute."""
    return Clocked(row.due_at, row.starts_at, hours_of(shop) if row.source == SERVICE else None)


def new_values(
    ticket_id: int, shop: Shop, wanted: Iterable[Wanted], now: datetime
) -> list[dict[str, object]]:
    """Give the rows of clocks never seen before, by attribute; one already past is history."""
    return [{"ticket_id": ticket_id, "shop_id": shop.pk, **_begun(shop, each, now)} for each in wanted]


def _begun(shop: Shop, wanted: Wanted, now: datetime) -> dict[str, object]:
    """Say how a clock stands that begins as it is wanted."""
    usual: dict[str, object] = {
        "kind": wanted.kind,
        "source": wanted.source,
        "side": wanted.side,
        "consequence": wanted.consequence,
        "starts_at": wanted.starts_at,
        "due_at": wanted.due_at,
        "step": 0,
        **_NOT_YET,
    }
    if wanted.due_at <= now:
        return {**usual, "state": DeadlineState.HISTORY.value, "ended_at": wanted.due_at}
    if wanted.paused:
        return {**usual, "state": DeadlineState.PAUSED.value, "paused_at": now}
    return {**usual, "state": DeadlineState.RUNNING.value, "next_at": _first(wanted, shop, now)}


def _set(row: Deadline, shop: Shop, wanted: Wanted, now: datetime) -> None:
    """Let a row begin anew as it is wanted."""
    for name, value in _begun(shop, wanted, now).items():
        setattr(row, name, value)


def _first(row: Deadline | Wanted, shop: Shop, now: datetime) -> datetime:
    if row.side != MERCHANT:
        return row.due_at
    return first_moment(clocked(row, shop), warnings_of(shop), now)


def reset(ticket: Ticket, wanted: Iterable[Wanted], now: datetime) -> list[Deadline]:
    """Bring the rows of one ticket to what is wanted, inside the caller's change of the ticket.

    Gives the rows that are wanted, in that order. A clock that is wanted no more has ended, and its alarm.
    """
    rows = list(Deadline.objects.filter(ticket_id=ticket.pk))
    made = reset_rows(ticket, rows, tuple(wanted), now)
    for row in made.changed:
        row.save(update_fields=_SAVED)
    Deadline.objects.bulk_create(made.new)
    end_alarms((clock_key(ticket.pk, kind) for kind in made.ended), now)
    return made.current


def reset_rows(ticket: Ticket, rows: Sequence[Deadline], wanted: Sequence[Wanted], now: datetime) -> Reset:
    """Compute what `reset` writes, from rows that were read; the rows are changed, nothing is saved."""
    known = {row.kind: row for row in rows}
    made = Reset([], [], [], [])
    for each in wanted:
        row = known.pop(each.kind, None)
        if row is None:
            (values,) = new_values(ticket.pk, ticket.shop, [each], now)
            made.new.append(row := Deadline(**values))
        else:
            _keep(made, row, ticket.shop, each, now)
        made.current.append(row)
    for row in known.values():
        _end(made, row, ticket.observed_at, now)
    return made


def _keep(made: Reset, row: Deadline, shop: Shop, wanted: Wanted, now: datetime) -> None:
    if _anew(row, wanted):
        _set(row, shop, wanted, now)
        made.ended.append(row.kind)
    elif row.state == DeadlineState.RUNNING and wanted.paused:
        row.state, row.paused_at, row.next_at, row.lease_until = DeadlineState.PAUSED, now, None, None
        made.ended.append(row.kind)
    elif row.state == DeadlineState.PAUSED and not wanted.paused:
        _resume(row, shop, now)
    elif (row.side, row.consequence) != (wanted.side, wanted.consequence):
        _hand_over(row, shop, wanted, now)
    else:
        return
    made.changed.append(row)


def _anew(row: Deadline, wanted: Wanted) -> bool:
    """Tell whether a clock begins again: another time, or the same that had been met.

    A target of the shop's own keeps the end that its pauses have moved it to, for as long as it starts where
    it started.
    """
    if row.state == DeadlineState.MET:
        return True
    if row.source == wanted.source == SERVICE:
        return row.starts_at != wanted.starts_at
    return row.due_at != wanted.due_at or row.source != wanted.source


def _resume(row: Deadline, shop: Shop, now: datetime) -> None:
    left = resumed_due(hours_of(shop), row.due_at, row.paused_at or now, now)
    if left is not None:
        row.due_at = left
    row.state, row.paused_at = DeadlineState.RUNNING, None
    row.next_at = _first(row, shop, now)


def _hand_over(row: Deadline, shop: Shop, wanted: Wanted, now: datetime) -> None:
    """Keep the time, for somebody else: whose clock it is decides whether anybody is warned."""
    row.side, row.consequence = wanted.side, wanted.consequence
    if row.state == DeadlineState.RUNNING:
        row.next_at, row.lease_until = _first(row, shop, now), None


def ended_state(row: Deadline, ended_at: datetime) -> DeadlineState:
    """Say whether a clock was stopped in time."""
    in_time = row.state == DeadlineState.PAUSED or ended_at < row.due_at
    return DeadlineState.MET if in_time else DeadlineState.MISSED


def _end(made: Reset, row: Deadline, observed_at: datetime, now: datetime) -> None:
    """End a clock that no longer runs: met if it was stopped before its end, as far as the platform tells."""
    if row.state in _ALIVE or row.state == DeadlineState.MISSED:
        made.ended.append(row.kind)
    if row.state not in _ALIVE:
        return
    row.ended_at = min(observed_at, now)
    row.state = ended_state(row, row.ended_at)
    row.next_at = row.paused_at = row.lease_until = None
    made.changed.append(row)


def end_of_rows(rows: Iterable[Deadline], now: datetime) -> HasEnd | None:
    """Give the earliest end that the shop has to meet, of the rows that `reset` gave."""
    ours = [
        HasEnd(row.due_at, row.kind)
        for row in rows
        if row.side == MERCHANT
        and row.state not in {DeadlineState.PAUSED, DeadlineState.MET}
        and (row.source != SERVICE or row.due_at > now)
    ]
    return min(ours, default=None)
