"""Take parked rows again by the way they came: those of exports as tickets, of a warehouse as parcels."""

from __future__ import annotations

import csv
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

from django.db import transaction

from aftersale.channels.receipts import read_receipts, waybill_in
from aftersale.domain.roles import Permission
from aftersale.returns.counted import from_sheet
from aftersale.returns.flow import Booking, receive
from aftersale.returns.imports import KIND
from aftersale.texts import Text
from aftersale.tickets import parking
from aftersale.tickets.models import ParkedRow
from aftersale.tickets.parking import PARKED, TAKEN, StillParked, cells_of, end_row, need_cells

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime

    from aftersale.channels.receipts import Parcel
    from aftersale.shops.models import Shop
    from aftersale.tickets.models import Import

_ANOTHER = Text(
    zh="改好的行不是同一个包裹，请改单号或放弃这一行。",
    en="The rows are not of one parcel; correct the waybill or drop the row.",
)


def needs(batch: Import) -> Permission:
    """Name the permission without which nobody mends the rows of an import."""
    return Permission.RECEIVE if batch.kind == KIND else Permission.IMPORT


def take_row(row: ParkedRow, cells: Mapping[str, str], person_id: int, now: datetime) -> None:
    """Take a row in with its cells mended by a person; raises StillParked and what an import would refuse."""
    if row.batch.kind == KIND:
        _take_parcel(row, cells, person_id, now)
    else:
        parking.take_again(row, cells, person_id, now)


@transaction.atomic
def _take_parcel(row: ParkedRow, cells: Mapping[str, str], person_id: int, now: datetime) -> None:
    """Book the whole parcel of a row: the rows that waited for this one go with it, or none does."""
    need_cells(row)
    mended = {**dict(cells_of(row)), **cells}
    others = _waiting_with(row, waybill_in(mended))
    rows = [mended, *(dict(cells_of(each)) for each in others)]
    (outcome,) = receive(
        _shop(row), [from_sheet(_read(rows))], Booking(person_id, now, "sheet", row.batch_id)
    )
    if outcome.reason:
        raise StillParked(outcome.reason)
    for each in (row, *others):
        end_row(each, TAKEN, person_id, now, ",".join(outcome.tickets), counts_as=TAKEN)


def _shop(row: ParkedRow) -> Shop:
    if row.shop is None:
        raise StillParked(Text(zh="这一行不知道是哪个店铺的。", en="Nothing says whose the row is."))
    return row.shop


def _waiting_with(row: ParkedRow, waybill: str) -> list[ParkedRow]:
    """Find the other rows of the sheet that wait and are of the same parcel."""
    others = ParkedRow.objects.filter(batch=row.batch, sheet=row.sheet, state=PARKED).exclude(pk=row.pk)
    return [
        each
        for each in others.order_by("row")
        if each.cells and waybill and waybill_in(dict(cells_of(each))) == waybill
    ]


def _read(rows: Sequence[Mapping[str, str]]) -> Parcel:
    """Read rows as a sheet of their own; raises StillParked unless they are one parcel."""
    titles = list(dict.fromkeys(title for row in rows for title in row))
    with TemporaryDirectory(prefix="aftersale-parcel-") as folder:
        path = Path(folder) / "parcel.csv"
        with path.open("w", encoding="utf-8-sig", newline="") as file:
            csv.writer(file).writerows([titles, *([row.get(title, "") for title in titles] for row in rows)])
        reading = read_receipts(path)
    if reading.parked:
        raise StillParked(reading.parked[0].message)
    if len(reading.parcels) != 1:
        raise StillParked(_ANOTHER)
    return reading.parcels[0]
