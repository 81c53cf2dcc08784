"""Keep rows that could not be taken, until a person mends them, takes them again or drops them."""

from __future__ import annotations

import csv
import json
from collections import Counter
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

from django.db import transaction

from aftersale.channels.base import Notice, Parked, Source
from aftersale.channels.spreadsheet import NO_MAP, parse_map, read
from aftersale.domain.errors import AftersaleError
from aftersale.evidence.journal import Entry, Subject, record
from aftersale.shops.models import Person
from aftersale.texts import Text
from aftersale.tickets.bench import bench_for
from aftersale.tickets.draft import Origin
from aftersale.tickets.intake import Taken, take
from aftersale.tickets.models import Import, ParkedRow
from aftersale.tickets.placing import ELSEWHERE, Placing, with_shop

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime

    from aftersale.domain.errors import FactsInvalid
    from aftersale.shops.models import Shop
    from aftersale.tickets.intake import Outcome

PARKED, TAKEN, DROPPED = "parked", "taken", "dropped"
_PLACE, _VALUE = 64, 200


class StillParked(AftersaleError):
    """Say that a mended row still cannot be taken, and why."""

    def __init__(self, reason: Text) -> None:
        super().__init__(
            "parked.still",
            reason,
            Text(
                zh="改好这一格后再试，或者放弃这一行。",
                en="Correct this cell and try again, or drop the row.",
            ),
        )


def parked_row(batch: Import, shop_id: int | None, parked: Parked) -> ParkedRow:
    """Keep a row that a channel could not read; nothing is saved yet."""
    return ParkedRow(
        batch=batch,
        shop_id=shop_id,
        sheet=parked.sheet[:256],
        row=parked.row,
        column=(parked.column or "")[:_PLACE],
        value=parked.value[:_VALUE],
        code=parked.code,
        reason={"zh": parked.message.zh, "en": parked.message.en},
        cells=_kept(parked.cells),
    )


def refused_row(batch: Import, shop_id: int, notice: Notice, refusal: FactsInvalid) -> ParkedRow:
    """Keep a row whose facts cannot belong to one ticket."""
    column, value = notice.fault_of(refusal)
    return ParkedRow(
        batch=batch,
        shop_id=shop_id,
        sheet=notice.observed.sheet[:256],
        row=notice.observed.row,
        column=column[:_PLACE],
        value=value[:_VALUE],
        code=refusal.code,
        reason={"zh": refusal.faults.zh, "en": refusal.faults.en},
        cells=_kept(notice.observed.cells),
    )


def unplaced_row(batch: Import, notice: Notice, code: str, reason: Text) -> ParkedRow:
    """Keep a row that belongs to another shop, or to one that the desk does not know."""
    return ParkedRow(
        batch=batch,
        shop=batch.shop,
        sheet=notice.observed.sheet[:256],
        row=notice.observed.row,
        value=notice.ticket_no,
        code=code,
        reason={"zh": reason.zh, "en": reason.en},
        cells=_kept(with_shop(notice)),
    )


def _kept(cells: Sequence[tuple[str, str]]) -> str:
    return json.dumps(cells, ensure_ascii=False) if cells else ""


def cells_of(row: ParkedRow) -> list[list[str]]:
    """Give the cells of a parked row as [title, text]; empty where only the place is known."""
    return json.loads(row.cells) if row.cells else []


def _read_again(row: ParkedRow, cells: Mapping[str, str]) -> Notice:
    """Read the mended row as a sheet of one row."""
    titles = [title for title, _ in cells_of(row)]
    with TemporaryDirectory(prefix="aftersale-row-") as folder:
        path = Path(folder) / "row.csv"
        with path.open("w", encoding="utf-8-sig", newline="") as file:
            csv.writer(file).writerows([titles, [cells.get(title, "") for title in titles]])
        mapping = parse_map(row.batch.mapping) if row.batch.mapping else NO_MAP
        reading = read([path], mapping)
    if reading.notices:
        return reading.notices[0]
    raise StillParked(reading.parked[0].message)


def _shop_of(row: ParkedRow, notice: Notice, person_id: int) -> Shop:
    """Place a mended row as the rows of an import are; raises StillParked where it belongs elsewhere."""
    person = Person.objects.get(pk=person_id)
    placed = Placing(row.shop, person).place([notice])
    if placed.elsewhere:
        raise StillParked(placed.elsewhere[0].reason)
    return next(iter(placed.by_shop))


def need_cells(row: ParkedRow) -> None:
    """Raise StillParked for a row of which only the place is known."""
    if not row.cells:
        raise StillParked(
            Text(
                zh="这一行没有留下原文，请改好表格后重新导入。",
                en="The row was not kept; mend the sheet, then import it again.",
            )
        )


def take_again(row: ParkedRow, cells: Mapping[str, str], person_id: int, now: datetime) -> Outcome:
    """Take a row in with its cells mended by a person, where an import would place it.

    Raises StillParked, SheetRefused, FactsInvalid, or a refusal of placing: no shop, another platform.
    """
    need_cells(row)
    kept = dict(cells_of(row))
    notice = _read_again(row, {**kept, **cells})
    origin = Origin("sheet", Source.SHEET, row.batch.as_of or now, now, person_id)
    row.shop = _shop_of(row, notice, person_id)
    (outcome,) = take(bench_for(row.shop, now), origin, [notice])
    if outcome.taken is Taken.PARKED and outcome.refusal:
        raise outcome.refusal
    end_row(row, TAKEN, person_id, now, notice.ticket_no, counts_as=outcome.taken.value)
    return outcome


def drop(row: ParkedRow, person_id: int, now: datetime) -> None:
    """Give a row up, by a person's word; it stays on record without its cells."""
    end_row(row, DROPPED, person_id, now, "", counts_as=DROPPED)


@transaction.atomic
def end_row(  # what became of a row
    row: ParkedRow, state: str, person_id: int, now: datetime, number: str, *, counts_as: str
) -> None:
    """Note what became of a row, by whose word, and as which ticket or parcel; its cells go.

    Among the numbers of its import it counts as what it became from now on.
    """
    moved = ParkedRow.objects.filter(pk=row.pk, state=PARKED).update(
        state=state, ended_at=now, ended_by=person_id, cells="", value="", shop=row.shop
    )
    if moved and row.shop_id is not None:
        data = {"sheet": row.sheet, "row": row.row, "code": row.code, "ticket_no": number}
        subject = Subject(row.shop_id, "import", row.batch_id, str(row.batch_id))
        record(subject, Entry(f"row_{state}", now, person_id, data))
    if moved:
        _count_anew(row, counts_as)


def _count_anew(row: ParkedRow, counts_as: str) -> None:
    batch = Import.objects.select_for_update().get(pk=row.batch_id)
    before, counts = "other_shop" if row.code in ELSEWHERE else PARKED, Counter(batch.counts)
    # A row of orders is kept, and is no row of the sheet.
    if counts[before]:
        counts.update({before: -1, counts_as: 1})
        Import.objects.filter(pk=batch.pk).update(counts=dict(counts))
