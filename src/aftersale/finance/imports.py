"""Import fund and settlement exports: row by row, with progress, to be cancelled, resumed and repeated.

The import is a row of the same table as those of tickets, of the kind "funds". A batch of rows and how far
the import is are written in one transaction, so that a run after a crash goes on where the last one was.
"""

from __future__ import annotations

import shutil
from collections import Counter
from dataclasses import dataclass, field
from itertools import chain, islice
from typing import TYPE_CHECKING

from django.db import transaction

from aftersale.channels.base import Parked
from aftersale.channels.funds import FundReader, Note, SheetKind
from aftersale.domain.errors import AftersaleError
from aftersale.domain.money_legs import LegKind
from aftersale.evidence.journal import Entry, Subject, record
from aftersale.finance.legs import add, booked, locked_book
from aftersale.finance.models import FundRow, SceneName
from aftersale.finance.reconcile import leg_of, reconcile
from aftersale.tickets.bulk import insert_made
from aftersale.tickets.imports import LEASE, claim, folder_of, queue_files
from aftersale.tickets.models import Import, ParkedRow
from aftersale.tickets.models.intake import ImportState
from aftersale.tickets.parking import parked_row

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence
    from datetime import datetime
    from pathlib import Path

    from aftersale.channels.funds import Movement, Taken
    from aftersale.channels.funds.read import Found
    from aftersale.finance.models import Book
    from aftersale.shops.models import Shop

KIND, JOB = "funds", "import_funds"
# rows == new + unchanged + parked + notes; late are movements of a month that was closed before they came.
COUNTS = ("rows", "new", "unchanged", "parked", "notes", "late")
_BATCH = 500


def start_fund_import(files: Sequence[Path], shop: Shop, person_id: int, now: datetime) -> Import:
    """Keep the files and queue the import."""
    return queue_files((KIND, JOB), files, shop, person_id, now)


@dataclass(slots=True)
class _Run:
    batch: Import
    shop: Shop
    clock: Callable[[], datetime]
    names: Mapping[str, str]
    counts: Counter[str] = field(default_factory=Counter)

    def all_rows(self) -> bool:
        """Take every row in; False where it was cancelled. Raises SheetRefused before the first row."""
        self.counts.update({name: int(self.batch.counts.get(name, 0)) for name in COUNTS})
        folder = folder_of(self.batch)
        readers = [FundReader(folder / name, self.shop.platform) for name in self.batch.files]
        rows = chain.from_iterable(reader.rows() for reader in readers)
        ahead = islice(rows, self.counts["rows"], None)
        while some := list(islice(ahead, _BATCH)):
            if Import.objects.filter(pk=self.batch.pk, cancel=True).exists():
                return False
            self._take(some)
        return True

    @transaction.atomic
    def _take(self, found: Sequence[Found]) -> None:
        """Store what is new of some rows, and how far the import is."""
        book = locked_book(self.shop.pk)
        sorted_out = _SortedOut(_stored(self.shop.pk, found))
        for each in found:
            if isinstance(each, Parked):
                sorted_out.parked.append(each)
            elif not isinstance(each, Note):
                sorted_out.take(each)
        rows = [self._row(book, taken, movement) for taken, movement in sorted_out.fresh]
        insert_made(rows)
        add(self.shop.pk, [leg_of(row) for row in rows if _settles(row)])
        parked = [parked_row(self.batch, self.shop.pk, each) for each in sorted_out.parked]
        ParkedRow.objects.bulk_create(parked, batch_size=_BATCH)
        self.counts.update(
            rows=len(found),
            new=sorted_out.new,
            unchanged=sorted_out.unchanged,
            parked=len(parked),
            notes=sum(isinstance(each, Note) for each in found),
            late=sum(row.month != row.day[:7] for row in rows),
        )
        self._save(self.clock())

    def _row(self, book: Book, taken: Taken, movement: Movement) -> FundRow:
        day, month = booked(book, movement.at)
        return FundRow(
            shop_id=self.shop.pk,
            batch=self.batch,
            sheet_kind=movement.sheet_kind.value,
            key=movement.key,
            digest=movement.digest,
            at=movement.at,
            day=day,
            month=month,
            kind=movement.kind or self.names.get(movement.scene, ""),
            scene=movement.scene,
            fen=movement.fen,
            order_no=movement.order_no,
            line_no=movement.line_no,
            ticket_no=movement.ticket_no,
            sheet=taken.sheet[:256],
            row=taken.row,
        )

    def _save(self, now: datetime) -> None:
        """Write down how far the import is, and hold the lease."""
        self.batch.counts = {name: self.counts[name] for name in COUNTS}
        self.batch.done_rows = self.counts["rows"]
        Import.objects.filter(pk=self.batch.pk).update(
            counts=self.batch.counts, done_rows=self.batch.done_rows, lease_until=now + LEASE
        )


@dataclass(slots=True)
class _SortedOut:
    """Sort rows into new ones, known ones, and those that say something else than before."""

    known: dict[str, str]  # the digest by key
    fresh: list[tuple[Taken, Movement]] = field(default_factory=list)
    parked: list[Parked] = field(default_factory=list)
    new: int = 0
    unchanged: int = 0

    def take(self, taken: Taken) -> None:
        """Sort one row, with all its movements or not at all."""
        said = [(self.known.get(each.key), each) for each in taken.movements]
        if any(before not in {None, each.digest} for before, each in said):
            number = taken.movements[0].key.split(":")[1]
            self.parked.append(Parked(taken.sheet, taken.row, None, number, "serial_differs"))
            return
        fresh = [each for before, each in said if before is None]
        self.fresh += [(taken, each) for each in fresh]
        self.known |= {each.key: each.digest for each in fresh}
        self.new += bool(fresh)
        self.unchanged += not fresh


def _stored(shop_id: int, found: Sequence[Found]) -> dict[str, str]:
    keys = [key for each in found if not isinstance(each, (Parked, Note)) for key in _keys(each)]
    rows = FundRow.objects.filter(shop_id=shop_id, key__in=keys)
    return dict(rows.values_list("key", "digest"))


def _keys(taken: Taken) -> Iterator[str]:
    return (each.key for each in taken.movements)


def _settles(row: FundRow) -> bool:
    return row.sheet_kind == SheetKind.SETTLEMENT and row.kind == LegKind.SETTLED


def run_fund_import(import_id: int, clock: Callable[[], datetime]) -> Import | None:
    """Run one import to its end and compare; None where another worker has it. `clock` renews the lease."""
    ours = Import.objects.filter(pk=import_id, kind=KIND, shop__isnull=False)
    batch = claim(import_id, clock()) if ours.exists() else None
    if batch is None or batch.shop is None:
        return None
    names = dict(SceneName.objects.filter(shop=batch.shop).values_list("scene", "kind"))
    run = _Run(batch, batch.shop, clock, names)
    try:
        state = ImportState.DONE if run.all_rows() else ImportState.CANCELLED
    except AftersaleError as refusal:
        state = ImportState.REFUSED
        batch.message = _told(refusal)
    if batch.counts.get("new"):
        reconcile(batch.shop.pk, clock())
    _end(batch, batch.shop, state, clock())
    return batch


def _told(refusal: AftersaleError) -> dict[str, str]:
    return {
        "code": refusal.code,
        "zh": refusal.message.zh,
        "en": refusal.message.en,
        "next_zh": refusal.next_step.zh,
        "next_en": refusal.next_step.en,
    }


def _end(batch: Import, shop: Shop, state: ImportState, now: datetime) -> None:
    batch.state, batch.ended_at, batch.lease_until = state, now, None
    data = {"files": batch.files, "digest": batch.digest, "state": state.value, "kind": KIND, **batch.counts}
    with transaction.atomic():
        batch.save()
        subject = Subject(shop.pk, "import", batch.pk, str(batch.pk))
        record(subject, Entry("import_ended", now, batch.person_id, data))
    shutil.rmtree(folder_of(batch), ignore_errors=True)
