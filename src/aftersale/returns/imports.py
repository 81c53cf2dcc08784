"""Import warehouse sheets: in batches, with progress, to be cancelled, resumed and repeated.

The import is a row of the same table as those of tickets, of the kind "parcels". A batch of parcels and how
far the import is are written in one transaction, so that a run after a crash goes on where the last one was.
"""

from __future__ import annotations

import shutil
from collections import Counter
from contextlib import suppress
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from django.db import transaction

from aftersale.channels.base import Parked, SheetRefused
from aftersale.channels.receipts import is_warehouse_sheet, read_receipts
from aftersale.domain.errors import AftersaleError
from aftersale.evidence.journal import Entry, Subject, record
from aftersale.returns.counted import from_sheet
from aftersale.returns.flow import Booking, Taken, receive, tally
from aftersale.tickets.imports import LEASE, claim, folder_of, queue_files
from aftersale.tickets.models import Import, ParkedRow
from aftersale.tickets.models.intake import ImportState
from aftersale.tickets.parking import parked_row

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from datetime import datetime
    from pathlib import Path

    from aftersale.channels.receipts import Parcel, Reading
    from aftersale.returns.flow import Outcome
    from aftersale.shops.models import Shop

KIND, JOB = "parcels", "import_parcels"
# rows == taken + parked; new, changed, unchanged and refused are parcels, unclaimed those without a ticket.
COUNTS = ("rows", "taken", "parked", "new", "changed", "unchanged", "refused", "unclaimed")
_BATCH = 50


def are_parcels(files: Sequence[Path]) -> bool:
    """Tell by their headers whether files are a warehouse's; one that cannot be read is not."""
    with suppress(SheetRefused):
        return all(is_warehouse_sheet(path) for path in files)
    return False


def start_parcel_import(files: Sequence[Path], shop: Shop, person_id: int, now: datetime) -> Import:
    """Keep the files and queue the import; `person_id` answers for what the warehouse counted."""
    return queue_files((KIND, JOB), files, shop, person_id, now)


@dataclass(slots=True)
class _Run:
    batch: Import
    shop: Shop
    person_id: int
    clock: Callable[[], datetime]
    counts: Counter[str] = field(default_factory=Counter)

    def all_rows(self) -> bool:
        """Book every parcel; False where it was cancelled. Raises SheetRefused."""
        self.counts.update({name: int(self.batch.counts.get(name, 0)) for name in COUNTS})
        readings = [read_receipts(folder_of(self.batch) / name) for name in self.batch.files]
        parcels = [parcel for reading in readings for parcel in reading.parcels]
        total = sum(reading.rows for reading in readings)
        Import.objects.filter(pk=self.batch.pk).update(total_rows=total)
        self.batch.total_rows = total
        for start in range(self._parcels_done(), len(parcels), _BATCH):
            if Import.objects.filter(pk=self.batch.pk, cancel=True).exists():
                return False
            self._book(parcels[start : start + _BATCH])
        if self.counts["rows"] < total:
            self._park_unread(readings)
        return True

    def _parcels_done(self) -> int:
        return sum(self.counts[taken.value] for taken in Taken)

    @transaction.atomic
    def _book(self, parcels: Sequence[Parcel]) -> None:
        now = self.clock()
        booking = Booking(self.person_id, now, "sheet", self.batch.pk)
        outcomes = receive(self.shop, map(from_sheet, parcels), booking)
        self.counts.update(tally(outcomes))
        for parcel, outcome in zip(parcels, outcomes, strict=True):
            refused = outcome.taken is Taken.REFUSED
            self.counts["parked" if refused else "taken"] += len(parcel.rows)
            if refused:
                self._park(_parked(parcel, outcome))
        self._save(now)

    @transaction.atomic
    def _park_unread(self, readings: Sequence[Reading]) -> None:
        parked = [each for reading in readings for each in reading.parked]
        self._park(parked)
        self.counts["parked"] += len(parked)
        self._save(self.clock())

    def _park(self, parked: Sequence[Parked]) -> None:
        rows = [parked_row(self.batch, self.shop.pk, each) for each in parked]
        ParkedRow.objects.bulk_create(rows, batch_size=500)

    def _save(self, now: datetime) -> None:
        """Write down how far the import is, and hold the lease."""
        self.counts["rows"] = self.counts["taken"] + self.counts["parked"]
        self.batch.counts, self.batch.done_rows = dict(self.counts), self.counts["rows"]
        Import.objects.filter(pk=self.batch.pk).update(
            counts=self.batch.counts, done_rows=self.batch.done_rows, lease_until=now + LEASE
        )


def _parked(parcel: Parcel, outcome: Outcome) -> list[Parked]:
    return [
        Parked(parcel.sheet, row, None, parcel.waybill, outcome.code, cells=cells)
        for row, cells in zip(parcel.rows, parcel.cells, strict=True)
    ]


def run_parcel_import(import_id: int, clock: Callable[[], datetime]) -> Import | None:
    """Run one import to its end; None where another worker has it. `clock` is read to renew the lease."""
    ours = Import.objects.filter(pk=import_id, kind=KIND, shop__isnull=False, person__isnull=False)
    batch = claim(import_id, clock()) if ours.exists() else None
    if batch is None or batch.shop is None or batch.person_id is None:
        return None
    run = _Run(batch, batch.shop, batch.person_id, clock)
    try:
        state = ImportState.DONE if run.all_rows() else ImportState.CANCELLED
    except AftersaleError as refusal:
        state = ImportState.REFUSED
        batch.message = _told(refusal)
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
