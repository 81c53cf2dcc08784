"""Run one import: read, sort by shop, take in batch by batch, then look for what is missing."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from datetime import timedelta
from itertools import chain, islice
from typing import TYPE_CHECKING, NamedTuple

from django.db import connection, transaction

from aftersale.channels.base import Parked
from aftersale.channels.spreadsheet import NO_MAP, Limits, SheetReader, Tally, parse_map
from aftersale.jobs.crew import Crew
from aftersale.tickets.bench import bench_for
from aftersale.tickets.intake import prepare, settle
from aftersale.tickets.models import Import, ParkedRow
from aftersale.tickets.pace import AIMS_S, Pace
from aftersale.tickets.parking import parked_row, refused_row, unplaced_row
from aftersale.tickets.placing import Placing, known_on, need_own, need_shops
from aftersale.tickets.preparing import ROWS, Piece, Preparing, Stamp, Told, helper_command, helpers_for
from aftersale.tickets.scope import (
    Coverage,
    gone,
    left_outside,
    mark_missing,
    release,
    scope_from,
    seen_again,
)
from aftersale.tickets.shared import Sharing

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
    from datetime import datetime
    from pathlib import Path

    from aftersale.channels.spreadsheet import Whose
    from aftersale.shops.models import Shop
    from aftersale.tickets.bench import Bench
    from aftersale.tickets.draft import Origin
    from aftersale.tickets.intake import Prepared, Ready
    from aftersale.tickets.models import Ticket
    from aftersale.tickets.placing import Placed
    from aftersale.tickets.preparing import Said, Worked

BATCH = 500
_LEASE = timedelta(minutes=10)
COUNTS = ("rows", "new", "changed", "unchanged", "parked", "missing", "other_shop")


class _Seen(NamedTuple):
    """Hold what the numbers of a sheet tell: how many rows, which of several rows, which of known tickets."""

    rows: int
    repeated: frozenset[str]
    known: frozenset[str]


class Run:
    """Hold one import while it runs."""

    def __init__(
        self, batch: Import, folder: Path, clock: Callable[[], datetime], tick: Callable[[], object]
    ) -> None:
        self._batch, self._folder, self._clock, self._tick = batch, folder, clock, tick
        self._stamp = Stamp(clock(), batch.as_of, batch.person_id)
        self._counts = Counter({name: int(batch.counts.get(name, 0)) for name in COUNTS})
        self._benches: dict[int, Bench] = {}
        self._sharing = Sharing()
        self._covered: dict[int, Coverage] = {}
        self._unread: set[str] = set()
        self._placing = Placing(batch.shop, batch.person)
        self._newest: datetime | None = None
        self._read = 0
        self._pace = Pace(aim_s=AIMS_S[connection.vendor])

    def all_rows(self) -> bool:
        """Take every row in; False where it was cancelled. Raises SheetRefused and other refusals."""
        paths = [self._folder / name for name in self._batch.files]
        mapping = parse_map(self._batch.mapping) if self._batch.mapping else NO_MAP
        reader = SheetReader(paths, mapping, Limits())
        held = Tally()
        seen = self._look_through(reader)
        work = self._preparing(reader, seen.known | seen.repeated)
        with Crew(work, helper_command(), helpers_for(seen.rows)) as crew:
            found = self._rows(crew.results(self._pieces(reader)), seen.repeated, held)
            while rows := list(islice(found, self._pace.rows)):
                if not self._take_rows(rows):
                    return False
        self._look_for_missing()
        end = self._read + len(held.notices) + 1
        if self._batch.done_rows < end:
            self._take_rest(held.parked, reader.book.parked, end)
        return True

    def _look_through(self, reader: SheetReader) -> _Seen:
        """Look at the numbers of a whole sheet before anything is written; raises refusals of the sheet."""
        numbers = reader.numbers()
        counted = Counter(chain.from_iterable(numbers.values()))
        repeated = frozenset(number for number, times in counted.items() if times > 1)
        return _Seen(counted.total(), repeated, self._known(numbers))

    def _known(self, numbers: Mapping[Whose, Sequence[str]]) -> frozenset[str]:
        """Give the numbers of known tickets; refuse a sheet of another shop before anything is written."""
        begins = self._batch.done_rows == 0
        found = self._placing.by_shop(numbers)
        if begins:
            need_shops(numbers, found)
        known: set[str] = set()
        for shop, some in found.items():
            theirs = known_on(shop.platform, some)
            if begins:
                need_own(shop, theirs)
            known.update(number for number, _ in theirs)
            self._bench(shop)
        return frozenset(known)

    def _preparing(self, reader: SheetReader, known: frozenset[str]) -> Preparing:
        """Say how rows are worked out, here and by helpers, who note the texts that tickets share."""
        sharing = Sharing()
        benches = {pk: replace(bench, sharing=sharing) for pk, bench in self._benches.items()}
        return Preparing(reader.forms, self._placing.names, benches, sharing, self._stamp, known)

    def _pieces(self, reader: SheetReader) -> Iterator[Piece]:
        """Cut the sheet into pieces; each carries the newest time of those whose rows have come back."""
        raw = reader.raw_rows()
        while rows := list(islice(raw, ROWS)):
            yield Piece(rows, self._newest)

    def _rows(
        self, worked_out: Iterable[Worked], repeated: frozenset[str], held: Tally
    ) -> Iterator[tuple[int, Said]]:
        """Yield what the sheet says, numbered; a ticket of several rows comes once, after all rows."""
        for worked in worked_out:
            self._sharing.add(worked.texts)
            for said in worked.said:
                self._tick()
                self._read += 1
                if isinstance(said, Told):
                    notice = said.notice
                    self._newest = max(filter(None, (self._newest, notice.newest_at)), default=None)
                    if notice.ticket_no in repeated:
                        held.take(notice)
                        continue
                yield self._read, said
        yield from enumerate(map(Told, held.notices), self._read + 1)

    def _take_rows(self, rows: list[tuple[int, Said]]) -> bool:
        """Take in one batch but for what a run before a crash took; False where the import was cancelled."""
        if Import.objects.filter(pk=self._batch.pk, cancel=True).exists():
            return False
        done = self._batch.done_rows
        self._sorted([said for number, said in rows if number <= done])
        if rest := [said for number, said in rows if number > done]:
            ready = {one.notice.ticket_no: one.ready for one in rest if isinstance(one, Told) and one.ready}
            self._take_batch(*self._sorted(rest), ready, rows[-1][0])
        return True

    def _sorted(self, found: Sequence[Said]) -> tuple[Placed, list[Parked]]:
        """Place what was read, and note what the sheet shows."""
        placed = self._placing.place([one.notice for one in found if isinstance(one, Told)])
        parked = [one for one in found if isinstance(one, Parked)]
        self._cover(placed, parked)
        return placed, parked

    def _take_batch(
        self, placed: Placed, parked: list[Parked], ready: Mapping[str, Ready], last: int
    ) -> None:
        """Take one batch and write down that it was: both or, after a crash, neither."""
        prepared = self._prepared(placed, ready)
        self._counts["parked"] += len(parked)
        self._counts["rows"] += len(parked) + _size(placed)
        with self._pace, transaction.atomic():
            self._park_unread(parked)
            self._settle(placed, prepared)
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

    def _prepared(self, placed: Placed, ready: Mapping[str, Ready]) -> list[Prepared]:
        """Make ready what was placed before anything is locked."""
        origin = self._origin()
        return [prepare(self._bench(shop), origin, mine, ready) for shop, mine in placed.by_shop.items()]

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
            self._benches[shop.pk] = replace(bench_for(shop, self._stamp.now), sharing=self._sharing)
        return self._benches[shop.pk]

    def _origin(self) -> Origin:
        return self._stamp.origin(self._newest)

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
            if outside := left_outside(shop_id, covered, scope):
                self._counts["outside"] += outside
                self._save(self._batch.done_rows)
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
