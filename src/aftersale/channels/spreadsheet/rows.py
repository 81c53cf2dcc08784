"""Turn the rows of a recognised sheet into typed cells, or park them with the cell that is to blame."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from itertools import islice
from typing import TYPE_CHECKING, Any, Generic, NamedTuple, Protocol, TypeAlias, TypeVar

from aftersale.channels.base import Parked
from aftersale.channels.spreadsheet.cells import (
    Unreadable,
    clean,
    looks_rounded,
    read_flag,
    read_id,
    read_money,
    read_prose,
    read_text,
    read_time,
    text_of,
)
from aftersale.channels.spreadsheet.columns import COLUMNS, Kind, Sort

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from datetime import datetime

    from aftersale.channels.spreadsheet.cells import Cell
    from aftersale.channels.spreadsheet.layout import Layout, Place

_SAMPLE = 500
# Excel drops empty cells at the end for whole blocks of rows; a row that is short alone may be shifted.
_USUAL = 8
_SHOWN = 80


class Sheet(Protocol):
    """Give the rows of one sheet, as often as asked."""

    @property
    def name(self) -> str:
        """Name the file, and the sheet in it."""

    @property
    def typed(self) -> bool:
        """Tell whether cells may be numbers and dates rather than text alone."""

    def rows(self, width: int = 0) -> Iterator[tuple[int, Sequence[Cell]]]:
        """Yield (row, cells); rows count from 1."""


class TicketCells(NamedTuple):
    """Hold the cells of one after-sale row by field; None is an empty cell or a column that is not there."""

    ticket_no: str | None = None
    order_no: str | None = None
    line_no: str | None = None
    product_id: str | None = None
    article: str | None = None
    article_no: str | None = None
    sku: str | None = None
    shop: str | None = None
    claim: str | None = None
    status: str | None = None
    reason: str | None = None
    ship_state: str | None = None
    order_state: str | None = None
    tracking: str | None = None
    return_waybill: str | None = None
    return_tracking: str | None = None
    arbitration: str | None = None
    operator: str | None = None
    flag: str | None = None
    remark: str | None = None
    order_remark: str | None = None
    ticket_remark: str | None = None
    live: str | None = None
    buyer: str | None = None
    nick: str | None = None
    applied_at: datetime | None = None
    status_deadline: datetime | None = None
    merchant_agreed_at: datetime | None = None
    merchant_rejected_at: datetime | None = None
    return_sent_at: datetime | None = None
    paid_out_at: datetime | None = None
    arrived_at: datetime | None = None
    closed_at: datetime | None = None
    finished_at: datetime | None = None
    paid: int | None = None
    freight: int | None = None
    refund_goods: int | None = None
    refund_freight: int | None = None
    refund_discount: int | None = None
    refund_tax: int | None = None
    fast_refund: bool | None = None
    refuse_then_refund: bool | None = None


class OrderCells(NamedTuple):
    """Hold the cells of one order line by field; None is an empty cell or a column that is not there."""

    order_no: str | None = None
    line_no: str | None = None
    product_id: str | None = None
    state: str | None = None
    article: str | None = None
    article_no: str | None = None
    sku: str | None = None
    shop: str | None = None
    tracking: str | None = None
    carrier: str | None = None
    parcels: str | None = None
    warehouse: str | None = None
    province: str | None = None
    flag: str | None = None
    remark: str | None = None
    live: str | None = None
    medium: str | None = None
    buyer: str | None = None
    phone: str | None = None
    ordered_at: datetime | None = None
    paid_at: datetime | None = None
    promised_ship_at: datetime | None = None
    shipped_at: datetime | None = None
    finished_at: datetime | None = None
    paid: int | None = None
    freight: int | None = None
    worry_free: bool | None = None


Cells = TypeVar("Cells", bound=TicketCells | OrderCells)

_READERS: dict[Sort, Callable[[str], object]] = {
    Sort.TEXT: read_text,
    Sort.TIME: read_time,
    Sort.MONEY: read_money,
    Sort.FLAG: read_flag,
}
# An order line may lack what a ticket must have; the rest of a row says nothing without these.
_NEEDED = {Kind.AFTER_SALE: ("ticket_no", "order_no", "status", "applied_at"), Kind.ORDER: ("order_no",)}


# The slot to fill, the cell to read, and how.
_Step: TypeAlias = tuple[int, int, "Callable[[Any], object]"]


class RowReader(Generic[Cells]):
    """Read the rows of one sheet; a sample tells which columns of ids were rounded and which widths occur."""

    def __init__(self, sheet: Sheet, layout: Layout, shape: type[Cells]) -> None:
        self._sheet, self._layout = sheet, layout
        self._shape: type[Cells] = shape
        sample = list(islice(self._cells(), _SAMPLE))
        self._titles = {place.index: place.title for place in layout.places.values()}
        self._width = layout.width
        self._widths = self._usual_widths([len(cells) for _, cells in sample])
        self._steps = self._make_steps([cells for _, cells in sample])
        self._empty: list[Any] = [None] * len(shape._fields)
        self._slot = {name: slot for slot, name in enumerate(shape._fields)}
        self._key = (
            layout.places[self._shape._fields[0]].index if self._shape._fields[0] in layout.places else -1
        )
        self._twins = [place for place in layout.places.values() if place.twins]

    def _cells(self) -> Iterator[tuple[int, Sequence[Cell]]]:
        for row, cells in self._sheet.rows(self._layout.width):
            if row > self._layout.header_row and any(cells):
                yield row, cells

    def _usual_widths(self, lengths: Sequence[int]) -> frozenset[int]:
        usual = {
            length for length, times in Counter(lengths).items() if length < self._width and times >= _USUAL
        }
        return frozenset({self._width, *usual})

    def _make_steps(self, sample: Sequence[Sequence[Cell]]) -> list[_Step]:
        steps = []
        for column in COLUMNS[self._layout.kind]:
            place = self._layout.places.get(column.field)
            if place is None:
                continue
            slot = self._shape._fields.index(column.field)
            steps.append((slot, place.index, self._reader(column.sort, place, sample)))
        return steps

    def _reader(self, sort: Sort, place: Place, sample: Sequence[Sequence[Cell]]) -> Callable[[Any], object]:
        if sort is Sort.PROSE:
            return read_prose
        read = self._id_reader(place, sample) if sort is Sort.ID else _READERS[sort]
        return _of_text(read) if self._sheet.typed else read

    @staticmethod
    def _id_reader(place: Place, sample: Sequence[Sequence[Cell]]) -> Callable[[str], object]:
        column = [text_of(cells[place.index]) for cells in sample if place.index < len(cells)]
        if not looks_rounded(column):
            return read_id
        return lambda raw: read_id(raw, rounded_column=True)

    def rows(self) -> Iterator[tuple[int, Cells | Parked]]:
        """Yield (row, what stands in it) for every row that is not blank."""
        return ((row, read) for row, read, _ in self.whole_rows())

    def whole_rows(self) -> Iterator[tuple[int, Cells | Parked, Sequence[Cell]]]:
        """Yield the same with the cells as they stand there."""
        for row, cells in self._cells():
            read = self._read(row, cells)
            if not isinstance(read, Parked):
                yield row, read, cells
            elif not _is_blank(cells):
                params = {**read.params, **self._order_of(cells)}
                yield row, replace(read, params=params, cells=self._under_titles(cells)), cells

    def texts(self, *fields: str) -> Iterator[tuple[str, ...]]:
        """Yield what stands in some columns, read as text and no further; '' where there is no such cell."""
        places = [self._layout.places.get(field) for field in fields]
        for _, cells in self._cells():
            yield tuple(
                _shown(cells[place.index]) if place and place.index < len(cells) else "" for place in places
            )

    def _under_titles(self, cells: Sequence[Cell]) -> tuple[tuple[str, str], ...]:
        return tuple((title, str(cell)) for title, cell in zip(self._layout.titles, cells, strict=False))

    def readable(self) -> Iterator[Cells]:
        """Yield the rows that can be read."""
        for _, found in self.rows():
            if not isinstance(found, Parked):
                yield found

    def _read(self, row: int, cells: Sequence[Cell]) -> Cells | Parked:
        if len(cells) != self._width:
            fitted = self._fit(cells)
            if fitted is None:
                return self._misfit(row, cells)
            cells = fitted
        values = self._empty.copy()
        index = 0
        try:
            for slot, index, read in self._steps:
                values[slot] = read(cells[index])
        except Unreadable as fault:
            return self._unreadable(row, index, fault)
        return self._checked(row, cells, self._shape(*values))

    def _fit(self, cells: Sequence[Cell]) -> Sequence[Cell] | None:
        """Bring a row to the width of the header where nothing but empty cells is lost or added."""
        missing: int = self._width - len(cells)
        if missing > 0:
            return [*cells, *[""] * missing] if self._sheet.typed or len(cells) in self._widths else None
        spare = cells[self._width :]
        return (
            cells[: self._width]
            if self._sheet.typed or not any(str(cell).strip() for cell in spare)
            else None
        )

    def _misfit(self, row: int, cells: Sequence[Cell]) -> Parked:
        start = " ".join(str(cell).strip() for cell in cells[:3])
        sizes = {"cells": str(len(cells)), "width": str(self._width)}
        return Parked(self._layout.sheet, row, None, start[:_SHOWN], "row_width", sizes)

    def _park(self, row: int, column: str | None, value: str, code: str) -> Parked:
        return Parked(self._layout.sheet, row, column, value[:_SHOWN], code)

    def _unreadable(self, row: int, index: int, fault: Unreadable) -> Parked:
        code, title = fault.code, self._titles[index]
        if (
            code == "not_an_id"
            and index == self._key
            and not any(letter.isdecimal() for letter in fault.value)
        ):
            code = "not_a_ticket"
        return self._park(row, title, fault.value, code)

    def _order_of(self, cells: Sequence[Cell]) -> dict[str, str]:
        """Name the order to which an unreadable order line belongs, if that much can be read."""
        index = self._layout.places["order_no"].index
        if self._layout.kind is not Kind.ORDER or index >= len(cells):
            return {}
        try:
            order_no = read_id(text_of(cells[index]))
        except Unreadable:
            return {}
        return {"order_no": order_no} if order_no else {}

    def _checked(self, row: int, cells: Sequence[Cell], found: Cells) -> Cells | Parked:
        for name in _NEEDED[self._layout.kind]:
            place = self._layout.places.get(name)
            if place and found[self._slot[name]] is None:
                return self._park(row, place.title, "", "missing")
        return self._differing(row, cells) or found if self._twins else found

    def _differing(self, row: int, cells: Sequence[Cell]) -> Parked | None:
        """Park a row in which two columns of one title disagree: which of them is meant nobody knows."""
        for place in self._twins:
            first = _shown(cells[place.index])
            for index in place.twins:
                other = _shown(cells[index])
                if first != other:
                    parked = self._park(row, place.title, first, "columns_differ")
                    return replace(parked, params={"other": other[:_SHOWN]})
        return None


def _of_text(read: Callable[[str], object]) -> Callable[[Cell], object]:
    return lambda cell: read(text_of(cell))


def _shown(cell: Cell) -> str:
    try:
        return clean(text_of(cell))
    except Unreadable as fault:
        return fault.value


def _is_blank(cells: Sequence[Cell]) -> bool:
    return not any(str(cell).replace("\ufeff", "").strip() for cell in cells)
