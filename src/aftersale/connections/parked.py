"""Park what a platform said and the desk could not take, beside what sheets left there: each thing once."""

from __future__ import annotations

from typing import TYPE_CHECKING

from aftersale.domain.clock import SHANGHAI
from aftersale.tickets.import_run import COUNTS
from aftersale.tickets.models import Import, ParkedRow
from aftersale.tickets.models.intake import ImportState
from aftersale.tickets.parking import PARKED, TAKEN, parked_row, refused_row

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from datetime import datetime

    from aftersale.channels.base import Parked
    from aftersale.shops.models import Shop
    from aftersale.tickets.intake import Outcome

POLL = "poll"
"""The kind of an import that nobody brought: what the interface said on one day."""


def park(shop: Shop, unread: Sequence[Parked], outcomes: Sequence[Outcome], now: datetime) -> int:
    """Keep what could not be taken and let go what was taken since; gives how many rows are new."""
    refused = [outcome for outcome in outcomes if outcome.refusal is not None]
    _let_go(shop, {outcome.notice.ticket_no for outcome in outcomes if outcome.refusal is None}, now)
    if not unread and not refused:
        return 0
    batch = _batch(shop, now)
    rows = [parked_row(batch, shop.pk, each) for each in unread]
    rows += [refused_row(batch, shop.pk, each.notice, each.refusal) for each in refused if each.refusal]
    known = {_about(row) for row in _waiting(shop)}
    fresh = [row for row in rows if _about(row) not in known]
    ParkedRow.objects.bulk_create(fresh)
    counts = {**batch.counts, "rows": batch.counts["rows"] + len(fresh)}
    Import.objects.filter(pk=batch.pk).update(counts={**counts, "parked": counts["rows"]}, ended_at=now)
    return len(fresh)


def _waiting(shop: Shop) -> Iterable[ParkedRow]:
    return ParkedRow.objects.filter(shop=shop, batch__kind=POLL, state=PARKED)


def _about(row: ParkedRow) -> tuple[str, str, str]:
    return row.code, row.column, row.value


def _let_go(shop: Shop, taken: set[str], now: datetime) -> None:
    """End the rows of tickets that could be taken since; their numbers stand in the values."""
    over = [row.pk for row in _waiting(shop) if any(number in row.value for number in taken)]
    if over:
        ParkedRow.objects.filter(pk__in=over, state=PARKED).update(
            state=TAKEN, ended_at=now, cells="", value=""
        )


def _batch(shop: Shop, now: datetime) -> Import:
    """Give the import row of a shop's day; two workers that begin a day make one each, and both count."""
    day = f"{now.astimezone(SHANGHAI):%Y-%m-%d}"
    found = Import.objects.filter(shop=shop, kind=POLL, digest=day).order_by("id").first()
    return found or Import.objects.create(
        shop=shop,
        kind=POLL,
        digest=day,
        files=[f"{shop.get_platform_display()} {day}"],
        state=ImportState.DONE,
        counts=dict.fromkeys(COUNTS, 0),
        created_at=now,
        ended_at=now,
    )
