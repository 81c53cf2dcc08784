"""Run one import: read, sort by shop, take in batch by batch, then look for what is missing."""

from __future__ import annotations

from collections import Counter
from datetime import timedelta
from itertools import chain, islice
from typing import TYPE_CHECKING

from django.db import transaction

from aftersale.channels.base import Notice, Parked, Source
from aftersale.channels.spreadsheet import NO_MAP, Limits, SheetReader, Tally, parse_map
from aftersale.tickets.bench import bench_for
from aftersale.tickets.draft import Origin
from aftersale.tickets.intake import prepare, settle
from aftersale.tickets.models import Import, ParkedRow
from aftersale.tickets.pace import Pace
from aftersale.tickets.parking import parked_row, refused_row, unplaced_row
from aftersale.tickets.placing import Placing
from aftersale.tickets.scope import Coverage, gone, mark_missing, release, scope_from, seen_again

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence
    from datetime import datetime
    from pathlib import Path

    from aftersale.shops.models import Shop
    from aftersale.tickets.bench import Bench
    from aftersale.tickets.intake import Prepared
    from aftersale.tickets.models import Ticket
    from aftersale.tickets.placing import Placed

BATCH = 500
_LEASE = timedelta(minutes=10)
COUNTS = ("rows", "new", "changed", "unchanged", "parked", "missing", "other_shop")


class Run:
    """Hold one import while it runs."""

    def __init__(
        self, batch: Import, folder: Path, clock: Callable[[], datetime], tick: Callable[[], object]
    ) -> None:
        self._batch, self._folder, self._clock, self._tick = batch, folder, clock, tick
        self._now = clock()
        self._counts = Counter({name: int(batch.counts.get(name, 0)) for name in COUNTS})
        self._benches: dict[int, Bench] = {}
        self._covered: dict[int, Coverage] = {}
        self._unread: set[str] = set()
        self._placing = Placing(batch.shop, batch.person)
        self._newest: datetime | None = None
        self._read = 0
        self._pace = Pace()

    def all_rows(self) -> bool:
        """Take every row in; False where it was cancelled. Raises SheetRefused and other refusals."""
        paths = [self._folder / name for name in self._batch.files]
        mapping = parse_map(self._batch.mapping) if self._batch.mapping else NO_MAP
        reader = SheetReader(paths, mapping, Limits())
        held = Tally()
        found = self._rows(reader, self._look_through(reader), held)
        while rows := list(islice(found, self._pace.rows)):
            if not self._take_rows(rows):
                return False
        self._look_for_missing()
        end = self._read + len(held.notices) + 1
        if self._batch.done_rows < end:
            self._take_rest(held.parked, reader.book.parked, end)
        return True

    def _look_through(self, reader: SheetReader) -> frozenset[str]:
        """Refuse a sheet of another shop before anything is written; give the numbers of several rows."""
        numbers = reader.numbers()
        if self._batch.done_rows == 0:
            self._placing.check(numbers)
        counted = Counter(chain.from_iterable(numbers.values()))
        return frozenset(number for number, times in counted.items() if times > 1)

    def _rows(
        self, reader: SheetReader, repeated: frozenset[str], held: Tally
    ) -> Iterator[tuple[int, Notice | Parked]]:
        """Yield what the sheet says, numbered; a ticket of several rows comes once, after all rows."""
        for found in reader.whole_rows():
            self._tick()
            self._read += 1
            if isinstance(found, Notice):
                self._newest = max(filter(None, (self._newest, found.newest_at)), default=None)
                if found.ticket_no in repeated:
                    held.take(found)
                    continue
            yield self._read, found
        yield from enumerate(held.notices, self._read + 1)

    def _take_rows(self, rows: list[tuple[int, Notice | Parked]]) -> bool:
        """Take in one batch but for what a run before a crash took; False where the import was cancelled."""
        if Import.objects.filter(pk=self._batch.pk, cancel=True).exists():
            return False
        done = self._batch.done_rows
        self._sorted([found for number, found in rows if number <= done])
        if rest := [found for number, found in rows if number > done]:
            self._take_batch(*self._sorted(rest), rows[-1][0])
        return True

    def _sorted(self, found: Sequence[Notice | Parked]) -> tuple[Placed, list[Parked]]:
        """Place what was read, and note what the sheet shows."""
        placed = self._placing.place([one for one in found if isinstance(one, Notice)])
        parked = [one for one in found if isinstance(one, Parked)]
        self._cover(placed, parked)
        return placed, parked

    def _take_batch(self, placed: Placed, parked: list[Parked], last: int) -> None:
        """Take one batch and write down that it was: both or, after a crash, neither."""
        ready = self._prepared(placed)
        self._counts["parked"] += len(parked)
        self._counts["rows"] += len(parked) + _size(placed)
        with self._pace, transaction.atomic():
            self._park_unread(parked)
            self._settle(placed, ready)
            self._save(last)

    def _take_rest(self, again: Sequence[Parked], of_orders: Sequence[Parked], end: int) -> None:
        """Park rows that another row of their ticket outdoes, and order rows that could not be joined."""
        self._counts["parked"] += len(again)
        self._counts["rows"] += len(again)
        with transaction.atomic():
            self._park_unread(chain(again, of_orders))
            self._save(end)

    def _cover(self, placed: Placed, parked: Iterable[Parked]) -> None:
        """Note what the sheet shows; a row that was not taken is no sign that its ticket is gone."""
        for shop, mine in placed.by_shop.items():
            covered = self._covered.setdefault(shop.pk, Coverage())
            for notice in mine:
                covered.add(notice)
        self._unread.update(one.notice.ticket_no for one in placed.elsewhere)
        for row in parked:
            # Which of its cells is the number cannot always be told: none of them is taken for gone.
            self._unread.update(text.strip("\t '`") for _, text in row.cells)

    def _prepared(self, placed: Placed) -> list[Prepared]:
        """Judge what was placed before anything is locked."""
        origin = self._origin()
        return [prepare(self._bench(shop), origin, mine) for shop, mine in placed.by_shop.items()]

    def _settle(self, placed: Placed, ready: list[Prepared]) -> None:
        for prepared in ready:
            for outcome in settle(prepared):
                self._counts[outcome.taken.value] += 1
                if outcome.refusal:
                    shop_id = prepared.bench.shop.pk
                    self._park([refused_row(self._batch, shop_id, outcome.notice, outcome.refusal)])
        self._park(unplaced_row(self._batch, one.notice, one.code, one.reason) for one in placed.elsewhere)
        self._counts["other_shop"] += len(placed.elsewhere)

    def _bench(self, shop: Shop) -> Bench:
        if shop.pk not in self._benches:
            self._benches[shop.pk] = bench_for(shop, self._now)
        return self._benches[shop.pk]

    def _origin(self) -> Origin:
        as_of = self._batch.as_of or self._newest or self._now
        return Origin("sheet", Source.SHEET, min(as_of, self._now), self._now, self._batch.person_id)

    def _park_unread(self, rows: Iterable[Parked]) -> None:
        self._park(parked_row(self._batch, self._placing.shop_in(one.cells), one) for one in rows)

    def _park(self, rows: Iterable[ParkedRow]) -> None:
        ParkedRow.objects.bulk_create(rows, batch_size=BATCH)

    def _look_for_missing(self) -> None:
        stated, origin = scope_from(self._batch.scope), self._origin()
        if self._batch.shop_id and not self._read and self._batch.as_of:
            # Nothing is left, as of a time that somebody stated: an empty sheet tells none itself.
            self._covered[self._batch.shop_id] = Coverage()
        for shop_id, covered in self._covered.items():
            covered.unread = self._unread
            scope = covered.scope(stated)
            for ticket in list(gone(shop_id, covered, scope, origin.as_of)):
                self._miss(ticket, origin)
            seen_again(shop_id, covered.shown, origin.as_of)
            if not stated.partial:
                release(shop_id, origin)

    @transaction.atomic
    def _miss(self, ticket: Ticket, origin: Origin) -> None:
        """Mark and count a ticket: both or, after a crash, neither."""
        self._counts["missing"] += mark_missing(ticket, origin)
        self._save(self._batch.done_rows)

    def _save(self, done: int) -> None:
        """Write down how far the import is, and hold the lease."""
        self._batch.counts, self._batch.done_rows = dict(self._counts), done
        Import.objects.filter(pk=self._batch.pk).update(
            counts=self._batch.counts, done_rows=done, lease_until=self._clock() + _LEASE
        )


def _size(placed: Placed) -> int:
    return len(placed.elsewhere) + sum(map(len, placed.by_shop.values()))
