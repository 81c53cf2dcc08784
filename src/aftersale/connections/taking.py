"""Take in what a platform said of a shop, by whatever way it was asked for."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from aftersale.channels.base import Source
from aftersale.connections.parked import park
from aftersale.shops.models import Connection
from aftersale.tickets.bench import bench_for
from aftersale.tickets.draft import Origin
from aftersale.tickets.intake import take
from aftersale.tickets.scope import seen_again
from aftersale.tickets.vault.delivered import note

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from aftersale.channels.base import Notice, Parked
    from aftersale.shops.models import Shop
    from aftersale.tickets.bench import Bench
    from aftersale.tickets.intake import Outcome


@dataclass(frozen=True, slots=True)
class Table:
    """Hold what taking in needs, loaded once for many pages of one shop."""

    shop: Shop
    bench: Bench

    def take(
        self, notices: Sequence[Notice], asked_at: datetime, now: datetime, unread: Sequence[Parked] = ()
    ) -> list[Outcome]:
        """Take notices in as they stood at `asked_at`; of one ticket the last counts. The rest is parked."""
        once = list({notice.ticket_no: notice for notice in notices}.values())
        outcomes = (
            take(self.bench, Origin(self.shop.platform, Source.API, asked_at, now), once) if once else []
        )
        note(self.shop.pk, outcomes, now)
        park(self.shop, unread, outcomes, now)
        seen_again(self.shop.pk, (notice.ticket_no for notice in once), asked_at)
        Connection.objects.filter(shop=self.shop).update(read_at=now)
        return outcomes


def table_for(shop: Shop, now: datetime) -> Table:
    """Load what taking in needs."""
    return Table(shop, bench_for(shop, now))
