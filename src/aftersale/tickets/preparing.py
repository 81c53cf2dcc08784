"""Work out what rows of a sheet come to, without asking the database: an import shares this with helpers."""

from __future__ import annotations

import os
import sys
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, NamedTuple, TypeAlias

from django.conf import settings

from aftersale.channels.base import Notice, Parked, Source
from aftersale.tickets.draft import Origin, read_of
from aftersale.tickets.intake import Ready
from aftersale.tickets.newcomers import newcomer

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime

    from aftersale.channels.spreadsheet import Forms, RawRow
    from aftersale.tickets.bench import Bench
    from aftersale.tickets.placing import Names
    from aftersale.tickets.shared import Sharing

# Starting helpers takes as long as taking in so many rows.
_WORTH_HELP = 5_000
_MOST_HELPERS = 4
ROWS = 200
"""So many rows are handed to a helper at once."""


class Told(NamedTuple):
    """Hold what a row says of a ticket, and what was worked out of it."""

    notice: Notice
    ready: Ready | None = None


Said: TypeAlias = "Told | Parked"


class Piece(NamedTuple):
    """Hold some rows of a sheet, and the newest time that the rows before them told."""

    rows: Sequence[RawRow]
    newest: datetime | None


class Worked(NamedTuple):
    """Hold what the rows of a piece say, blank ones left out, and the texts that they share."""

    said: list[Said]
    texts: dict[str, str]


@dataclass(frozen=True, slots=True)
class Stamp:
    """Say when and by whom rows are taken in; `as_of` is when the sheet was made, None: as it tells."""

    now: datetime
    as_of: datetime | None
    actor: int | None

    def origin(self, newest: datetime | None) -> Origin:
        """Say where rows come from: a sheet is at least as new as what stands in it."""
        as_of = self.as_of or newest or self.now
        return Origin("sheet", Source.SHEET, min(as_of, self.now), self.now, self.actor)


@dataclass(frozen=True, slots=True)
class Preparing:
    """Turn pieces of a sheet into rows of tickets; `known` numbers need none, their tickets are looked up."""

    forms: Forms
    names: Names
    benches: Mapping[int, Bench]
    sharing: Sharing
    stamp: Stamp
    known: frozenset[str] = field(repr=False)

    def __call__(self, piece: Piece) -> Worked:
        """Work out one piece."""
        read = [said for row in piece.rows if (said := self.forms.whole(row)) is not None]
        times = [one.newest_at for one in read if isinstance(one, Notice)]
        newest = max(filter(None, (piece.newest, *times)), default=None)
        origin = self.stamp.origin(newest)
        told = [Told(one, self._ready(one, origin)) if isinstance(one, Notice) else one for one in read]
        return Worked(told, self.sharing.fresh())

    def _ready(self, notice: Notice, origin: Origin) -> Ready:
        read = read_of(notice, origin)
        shop = self.names.shop_of(notice)
        if shop is None or shop.platform != notice.channel or notice.ticket_no in self.known:
            return Ready(read.digest, None)
        return Ready(read.digest, newcomer(self.benches[shop.pk], origin, read))


def helper_command() -> list[str]:
    """Give the command that starts a helper."""
    return [sys.executable, "-m", "aftersale.tickets.helper", str(settings.FIELD_KEYS)]


def helpers_for(rows: int) -> int:
    """Say how many helpers a sheet of so many rows is worth."""
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    return min(cores, _MOST_HELPERS) if rows >= _WORTH_HELP and cores > 1 else 0
