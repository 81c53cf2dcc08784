"""Close a month of a shop: what stands in it is written down with a digest and changes no more.

What comes later is booked in the month that is open then.
"""

from __future__ import annotations

import json
from collections import Counter
from dataclasses import dataclass
from hashlib import sha256
from typing import TYPE_CHECKING

from aftersale.domain.money_legs import month_text, next_month
from aftersale.evidence.canonical import canonical
from aftersale.evidence.journal import Entry, record
from aftersale.evidence.shop_journal import subject_of, together
from aftersale.finance.figures import (
    Line,
    Tie,
    Told,
    deltas,
    lines_of,
    months_of,
    open_differences,
    ties,
    told_of,
)
from aftersale.finance.following import follow
from aftersale.finance.legs import locked_book
from aftersale.finance.models import Book, Close, FundRow, MoneyLeg
from aftersale.finance.reconcile import reconcile
from aftersale.finance.refusals import DoesNotTie, MonthRunning, NotTheNextMonth, SeenOtherwise

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from datetime import datetime

    from aftersale.finance.by_hand import By
    from aftersale.finance.models import Difference

_LAYOUT = 1
_LEG = ("id", "kind", "fen", "liability", "day", "source", "order_no", "ticket_id", "corrects_id")
_ROW = ("id", "key", "digest", "kind", "fen", "day")


@dataclass(frozen=True, slots=True)
class Plan:
    """Hold what closing a month would write down; `seen` is what the person who closes it has looked at."""

    month: str
    lines: Sequence[Line]
    told: Sequence[Told]
    ties: Sequence[Tie]
    causes: Mapping[str, int]
    unexplained: int
    late: int
    seen: str


def next_to_close(shop_id: int) -> str:
    """Name the month whose turn it is, empty where nothing is booked yet."""
    book = Book.objects.filter(shop_id=shop_id).first()
    return (book.open_from if book else "") or min(months_of(shop_id), default="")


def check(shop_id: int, month: str, now: datetime) -> None:
    """Let pass a month that may be closed now; raises NotTheNextMonth or MonthRunning."""
    turn = next_to_close(shop_id)
    if month != turn:
        raise NotTheNextMonth(turn)
    if month >= month_text(now):
        raise MonthRunning(month)


def plan(shop_id: int, month: str, now: datetime) -> Plan:
    """Say what closing would do; nothing is closed. Both sides are compared as of the month's end.

    Raises as `check` does.
    """
    check(shop_id, month, now)
    _catch_up(now)
    reconcile(shop_id, now, whole=month)
    return _planned(shop_id, month)


def close(shop_id: int, month: str, seen: str, by: By) -> Close:
    """Close a month as the person saw it. Raises as `check` does, SeenOtherwise and DoesNotTie."""
    check(shop_id, month, by.now)
    _catch_up(by.now)
    with together():
        book = locked_book(shop_id)
        check(shop_id, month, by.now)
        reconcile(shop_id, by.now, whole=month)
        planned = _planned(shop_id, month)
        if any(tie.rest_fen for tie in planned.ties):
            raise DoesNotTie
        if planned.seen != seen:
            raise SeenOtherwise
        text = canonical(_snapshot(shop_id, planned)).decode()
        digest = sha256(text.encode()).hexdigest()
        data = {"month": month, "digest": digest, "legs": sum(line.number for line in planned.lines)}
        record(subject_of(shop_id), Entry("month_closed", by.now, by.person_id, data))
        Book.objects.filter(pk=book.pk).update(open_from=next_month(month))
        return Close.objects.create(
            shop_id=shop_id, month=month, at=by.now, person_id=by.person_id, digest=digest, snapshot=text
        )


def _catch_up(now: datetime) -> None:
    """Let every leg be there that the journal tells of by now."""
    for _ in range(1_000):
        if not follow(now):
            return


def _planned(shop_id: int, month: str) -> Plan:
    lines, told = lines_of(shop_id, month), told_of(shop_id, month)
    found = list(open_differences(shop_id, month))
    unexplained = sum(each.explained_at is None for each in found)
    late = MoneyLeg.objects.filter(shop_id=shop_id, month=month).exclude(day__startswith=month).count()
    told_all = [list(map(list, rows)) for rows in (lines, told)]
    said = [told_all, [[each.key, each.cause, each.our_fen, each.platform_fen] for each in found]]
    return Plan(
        month,
        lines,
        told,
        ties(lines, told, deltas(found, month)),
        Counter(each.cause for each in found),
        unexplained,
        late,
        sha256(json.dumps(said, default=str).encode()).hexdigest(),
    )


def _snapshot(shop_id: int, planned: Plan) -> dict[str, object]:
    month = planned.month
    return {
        "v": _LAYOUT,
        "shop": str(shop_id),
        "month": month,
        "lines": [list(line) for line in planned.lines],
        "told": [list(each) for each in planned.told],
        "ties": [[tie.kind, tie.our_fen, tie.platform_fen, tie.named_fen] for tie in planned.ties],
        "differences": [_difference(each) for each in open_differences(shop_id, month)],
        "legs": legs_digest(shop_id, month),
        "movements": movements_digest(shop_id, month),
    }


def _difference(each: Difference) -> dict[str, object]:
    return {
        "key": each.key,
        "cause": each.cause,
        "kind": each.kind,
        "ticket_no": each.ticket_no,
        "order_no": each.order_no,
        "our_fen": each.our_fen,
        "our_day": each.our_day,
        "platform_fen": each.platform_fen,
        "platform_day": each.platform_day,
        "explained": each.explained_at is not None,
    }


def legs_digest(shop_id: int, month: str) -> str:
    """Give the digest of every leg booked in a month."""
    legs = MoneyLeg.objects.filter(shop_id=shop_id, month=month).order_by("id")
    return _digest(legs.values_list(*_LEG).iterator())


def movements_digest(shop_id: int, month: str) -> str:
    """Give the digest of every movement booked in a month."""
    rows = FundRow.objects.filter(shop_id=shop_id, month=month).order_by("id")
    return _digest(rows.values_list(*_ROW).iterator())


def _digest(rows: Iterable[Sequence[object]]) -> str:
    found = sha256()
    for row in rows:
        found.update(json.dumps([str(value) for value in row], ensure_ascii=False).encode() + b"\n")
    return found.hexdigest()


def closed(shop_id: int, month: str) -> Close | None:
    """Give the close of a month, None while it is open."""
    return Close.objects.select_related("person").filter(shop_id=shop_id, month=month).first()


def is_as_closed(close: Close) -> bool:
    """Tell whether a closed month is still what was written down: snapshot, legs and movements."""
    said = json.loads(close.snapshot)
    return (
        sha256(close.snapshot.encode()).hexdigest() == close.digest
        and said["legs"] == legs_digest(close.shop_id, close.month)
        and said["movements"] == movements_digest(close.shop_id, close.month)
    )
