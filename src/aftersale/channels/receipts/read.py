"""Read a warehouse sheet: the rows of one waybill are one parcel, taken whole or not at all."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, NamedTuple

from aftersale.channels.base import Parked, SheetRefused
from aftersale.channels.receipts.words import (
    ARRIVED,
    ARTICLE_NO,
    BAD,
    EXPECTED,
    GOOD,
    NO_HEADER,
    NO_HEADER_NEXT,
    ORDER_NO,
    REMARK,
    WAYBILL,
    WEIGHT,
    Place,
    is_header,
    places_of,
    read_count,
    read_weight,
)
from aftersale.channels.spreadsheet.cells import Unreadable, clean, read_id, read_prose, read_time, text_of
from aftersale.channels.spreadsheet.reader import open_sheets
from aftersale.channels.spreadsheet.workbook import Limits

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
    from datetime import datetime
    from pathlib import Path

    from aftersale.channels.spreadsheet.cells import Cell
    from aftersale.channels.spreadsheet.rows import Sheet

_HEADER_WITHIN = 10
_LONGEST_CODE = 128


@dataclass(frozen=True, slots=True)
class Line:
    """Count the pieces of one article; `article_no` is empty where the warehouse does not name it."""

    article_no: str
    good: int
    bad: int
    expected: int | None = None


@dataclass(frozen=True, slots=True)
class Parcel:
    """Hold what a sheet says of one parcel; `rows` are the places where it stands, `cells` their texts."""

    waybill: str
    order_no: str
    lines: tuple[Line, ...]
    weight_g: int | None
    remark: str
    arrived_at: datetime | None
    sheet: str
    rows: tuple[int, ...]
    cells: tuple[tuple[tuple[str, str], ...], ...] = field(default=(), repr=False)


@dataclass(frozen=True, slots=True)
class Reading:
    """Account for every row: rows == those of the parcels + len(parked)."""

    parcels: tuple[Parcel, ...]
    parked: tuple[Parked, ...]
    rows: int


class _Row(NamedTuple):
    row: int
    said: Mapping[str, object]
    cells: tuple[tuple[str, str], ...]


def _code(raw: str) -> str | None:
    text = clean(raw)
    if len(text) > _LONGEST_CODE:
        raise Unreadable("not_an_id", text[:80])
    return text or None


_READERS: dict[str, Callable[[str], object]] = {
    WAYBILL: read_id,
    ORDER_NO: read_id,
    ARTICLE_NO: _code,
    GOOD: read_count,
    BAD: read_count,
    EXPECTED: read_count,
    ARRIVED: read_time,
}


@dataclass(slots=True)
class _Sheet:
    """Gather the rows of one sheet by waybill."""

    name: str
    titles: Sequence[str]
    places: Mapping[str, Place]
    good: dict[str, list[_Row]] = field(default_factory=lambda: defaultdict(list))
    # Waybills of which a row could not be read, with that row.
    spoiled: dict[str, int] = field(default_factory=dict)
    parked: list[Parked] = field(default_factory=list)
    rows: int = 0

    def take(self, row: int, cells: Sequence[Cell]) -> None:
        """Read one row, or park it."""
        self.rows += 1
        kept = tuple((t, text_of(c)) for t, c in zip(self.titles, cells, strict=False) if t)
        said: dict[str, object] = {}
        for name, place in self.places.items():
            cell = cells[place.index] if place.index < len(cells) else ""
            try:
                said[name] = _read(name, place, cell)
            except Unreadable as fault:
                unread = Parked(self.name, row, place.title, fault.value, fault.code, cells=kept)
                self._spoil(said.get(WAYBILL), unread)
                return
        lacking = self._lacks(row, said, kept)
        if lacking:
            self._spoil(said.get(WAYBILL), lacking)
        else:
            self.good[str(said[WAYBILL]).upper()].append(_Row(row, said, kept))

    def _lacks(
        self, row: int, said: Mapping[str, object], kept: tuple[tuple[str, str], ...]
    ) -> Parked | None:
        if said[WAYBILL] is None:
            return Parked(self.name, row, self.places[WAYBILL].title, "", "missing", cells=kept)
        if said.get(GOOD) is None and said.get(BAD) is None:
            place = self.places.get(GOOD) or self.places[BAD]
            return Parked(self.name, row, place.title, "", "missing", cells=kept)
        return None

    def _spoil(self, waybill: object, parked: Parked) -> None:
        self.parked.append(parked)
        if isinstance(waybill, str):
            self.spoiled.setdefault(waybill.upper(), parked.row)

    def parcels(self) -> Iterator[Parcel]:
        """Give the parcels of which every row was read; the other rows are parked."""
        for waybill, rows in self.good.items():
            bad_row = self.spoiled.get(waybill)
            differing = _differing(rows, self.places)
            if bad_row is not None:
                self._park(rows, None, waybill, "parcel_partly", {"other": str(bad_row)})
            elif differing:
                self._park(rows, differing.title, waybill, "parcel_differs", {})
            else:
                yield _parcel(self.name, waybill, rows)

    def _park(
        self, rows: Iterable[_Row], title: str | None, waybill: str, code: str, params: dict[str, str]
    ) -> None:
        for each in rows:
            self.parked.append(Parked(self.name, each.row, title, waybill, code, params, each.cells))


def _read(name: str, place: Place, cell: Cell) -> object:
    if name == REMARK:
        return read_prose(cell)
    raw = text_of(cell)
    return read_weight(raw, place.unit) if name == WEIGHT else _READERS[name](raw)


def _told(rows: Iterable[_Row], name: str) -> list[object]:
    """Give what the rows of a parcel say of it, each word once."""
    return list(dict.fromkeys(value for each in rows if (value := each.said.get(name)) is not None))


def _differing(rows: Sequence[_Row], places: Mapping[str, Place]) -> Place | None:
    """Find the column in which the rows contradict one another about the parcel as a whole."""
    return next((places[name] for name in (ORDER_NO, WEIGHT, ARRIVED) if len(_told(rows, name)) > 1), None)


def _number(value: object) -> int:
    return value if isinstance(value, int) else 0


def _parcel(sheet: str, waybill: str, rows: Sequence[_Row]) -> Parcel:
    of_article: dict[str, list[_Row]] = defaultdict(list)
    for each in rows:
        of_article[str(each.said.get(ARTICLE_NO) or "")].append(each)
    lines = [_line(article, mine) for article, mine in of_article.items()]
    order, weight, arrived = (next(iter(_told(rows, name)), None) for name in (ORDER_NO, WEIGHT, ARRIVED))
    return Parcel(
        waybill,
        str(order or ""),
        tuple(lines),
        weight if isinstance(weight, int) else None,
        "；".join(str(each) for each in _told(rows, REMARK)),
        arrived,  # type: ignore[arg-type]  # read_time gives a time or None
        sheet,
        tuple(each.row for each in rows),
        tuple(each.cells for each in rows),
    )


def _line(article_no: str, rows: Sequence[_Row]) -> Line:
    expected = [each.said[EXPECTED] for each in rows if each.said.get(EXPECTED) is not None]
    good, bad = (sum(_number(each.said.get(name)) for each in rows) for name in (GOOD, BAD))
    return Line(article_no, good, bad, sum(map(_number, expected)) if expected else None)


def _header_of(sheet: Sheet) -> tuple[int, list[str]] | None:
    """Find the row of the header and its titles, None where no row is a header that we know."""
    for row, cells in sheet.rows():
        titles = [str(cell).strip("\ufeff \t") for cell in cells]
        if is_header(places_of(titles)):
            return row, titles
        if row >= _HEADER_WITHIN:
            break
    return None


def _open(sheet: Sheet) -> _Sheet | None:
    """Read one sheet, None where it has no header that we know."""
    header = _header_of(sheet)
    if header is None:
        return None
    at, titles = header
    found = _Sheet(sheet.name, titles, places_of(titles))
    for row, cells in sheet.rows():
        if row > at and any(str(cell).strip() for cell in cells):
            found.take(row, cells)
    return found


def is_warehouse_sheet(path: Path, limits: Limits | None = None) -> bool:
    """Tell by its header whether a file is a warehouse sheet; raises SheetRefused for an unreadable one."""
    return any(_header_of(sheet) for sheet in open_sheets(path, limits or Limits()))


def waybill_in(cells: Mapping[str, str]) -> str:
    """Find the waybill of a row by the titles of its cells; '' where there is none, or it cannot be read."""
    place = places_of(list(cells)).get(WAYBILL)
    try:
        return (read_id(cells[place.title]) or "").upper() if place else ""
    except Unreadable:
        return ""


def read_receipts(path: Path, limits: Limits | None = None) -> Reading:
    """Read a warehouse sheet; raises SheetRefused where none of its sheets is one.

    A parcel of which one row cannot be read is parked with all its rows: half of it would look short.
    """
    sheets = [found for sheet in open_sheets(path, limits or Limits()) if (found := _open(sheet))]
    if not sheets:
        raise SheetRefused("receipts.no_header", NO_HEADER.format(name=path.name), NO_HEADER_NEXT)
    parcels = [parcel for sheet in sheets for parcel in sheet.parcels()]
    parked = [each for sheet in sheets for each in sheet.parked]
    return Reading(tuple(parcels), tuple(parked), sum(sheet.rows for sheet in sheets))
