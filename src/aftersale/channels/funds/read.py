"""Read fund and settlement exports row by row: each row is movements of money, a note, or parked."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from hashlib import sha256
from typing import TYPE_CHECKING, NamedTuple, TypeAlias

from aftersale.channels.base import Parked, SheetRefused
from aftersale.channels.funds.words import (
    AMOUNT,
    AT,
    BEFORE,
    DIRECTION,
    EXPENSE,
    FEE_TYPE,
    INCOME,
    LINE_NO,
    NO_HEADER,
    NO_HEADER_NEXT,
    ORDER_NO,
    SCENE,
    SCENES,
    SERIAL,
    TICKET_NO,
    Place,
    SheetKind,
    kind_of,
    read_direction,
    read_signed,
)
from aftersale.channels.spreadsheet.cells import Unreadable, clean, read_id, read_prose, read_time, text_of
from aftersale.channels.spreadsheet.reader import open_sheets
from aftersale.channels.spreadsheet.workbook import Limits
from aftersale.domain.money_legs import LegKind

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence
    from datetime import datetime
    from pathlib import Path

    from aftersale.channels.spreadsheet.cells import Cell
    from aftersale.channels.spreadsheet.rows import Sheet

_HEADER_WITHIN = 10
_LONGEST_SCENE = 64


@dataclass(frozen=True, slots=True)
class Movement:
    """Hold one movement of a shop's money as the platform tells it; fen are signed: in +, out -.

    `kind` is one of domain.money_legs.LegKind, empty where nobody knows what the scene means. `key` tells it
    from every other movement of the shop, in every export the same; `digest` is over all that is said.
    """

    sheet_kind: SheetKind
    key: str
    digest: str
    at: datetime
    kind: str
    scene: str
    fen: int
    order_no: str
    line_no: str
    ticket_no: str


@dataclass(frozen=True, slots=True)
class Taken:
    """Hold the movements that one row tells of."""

    sheet: str
    row: int
    movements: tuple[Movement, ...]


@dataclass(frozen=True, slots=True)
class Note:
    """Point at a line below the header that explains the columns: there is no money in it."""

    sheet: str
    row: int


Found: TypeAlias = Taken | Parked | Note


class _Header(NamedTuple):
    kind: SheetKind
    row: int
    titles: Sequence[str]
    places: Mapping[str, Place]


class _Said(NamedTuple):
    """Hold the cells of one row, read."""

    at: datetime
    fen: int
    before_fen: int
    scene: str
    fee_type: str
    serial: str
    order_no: str
    line_no: str
    ticket_no: str


_READERS: dict[str, Callable[[str], object]] = {
    AT: read_time,
    SERIAL: read_id,
    DIRECTION: read_direction,
    AMOUNT: read_signed,
    INCOME: read_signed,
    EXPENSE: read_signed,
    BEFORE: read_signed,
    ORDER_NO: read_id,
    LINE_NO: read_id,
    TICKET_NO: read_id,
}
_PROSE = frozenset({SCENE, FEE_TYPE})


class FundReader:
    """Read one file; raises SheetRefused where none of its sheets is such an export."""

    def __init__(self, path: Path, platform: str, limits: Limits | None = None) -> None:
        self._scenes = SCENES.get(platform, {})
        sheets = open_sheets(path, limits or Limits())
        self._sheets = [(sheet, header) for sheet in sheets if (header := _header_of(sheet))]
        # Rows without a number of their own that say the very same are told apart by counting them.
        self._alike = Counter[str]()
        if not self._sheets:
            raise SheetRefused("funds.no_header", NO_HEADER.format(name=path.name), NO_HEADER_NEXT)

    def rows(self) -> Iterator[Found]:
        """Yield what stands in each row below the header that is not blank; nothing is held."""
        self._alike.clear()
        for sheet, header in self._sheets:
            for row, cells in sheet.rows(len(header.titles)):
                if row > header.row and any(str(cell).strip("\ufeff \t") for cell in cells):
                    yield self._row(sheet.name, header, row, cells)

    def _row(self, sheet: str, header: _Header, row: int, cells: Sequence[Cell]) -> Found:
        try:
            said = _said(header, cells)
        except _Unfit as unfit:
            if row == header.row + 1 and _explains(header, cells):
                return Note(sheet, row)
            kept = tuple((t, text_of(c)) for t, c in zip(header.titles, cells, strict=False) if t)
            return Parked(sheet, row, unfit.title, unfit.value[:80], unfit.code, unfit.params, kept)
        return Taken(sheet, row, tuple(self._movements(header.kind, said)))

    def _movements(self, kind: SheetKind, said: _Said) -> Iterator[Movement]:
        if kind is SheetKind.FUND:
            yield self._movement(kind, said, self._scenes.get(said.scene, ""), said.fen)
            return
        yield self._movement(kind, said, LegKind.SETTLED, said.fen)
        if said.before_fen:
            yield self._movement(kind, said, LegKind.PAID, -abs(said.before_fen))

    def _movement(self, sheet_kind: SheetKind, said: _Said, kind: str, fen: int) -> Movement:
        numbers = (said.order_no, said.line_no, said.ticket_no)
        # What a scene means may be learned later; what it is called does not change.
        named = kind if sheet_kind is SheetKind.SETTLEMENT else said.scene
        told = (sheet_kind.value, said.serial, said.at.isoformat(), named, said.fee_type, str(fen), *numbers)
        digest = sha256("\n".join(told).encode()).hexdigest()
        if said.serial:
            part = sha256(f"{named}\n{said.fee_type}\n{said.line_no}".encode()).hexdigest()[:12]
            key = f"{sheet_kind}:{said.serial}:{part}"
        else:
            self._alike[digest] += 1
            key = f"{sheet_kind}:{digest[:40]}:{self._alike[digest]}"
        return Movement(sheet_kind, key, digest, said.at, str(kind), said.scene, fen, *numbers)


def _header_of(sheet: Sheet) -> _Header | None:
    """Find the header among the first rows; title lines may stand above it."""
    for row, cells in sheet.rows():
        titles = [_title(cell) for cell in cells]
        while titles and not titles[-1]:
            titles.pop()
        found = kind_of(titles)
        if found:
            return _Header(found[0], row, titles, found[1])
        if row >= _HEADER_WITHIN:
            break
    return None


def _title(cell: Cell) -> str:
    try:
        return clean(str(cell))
    except Unreadable:
        return ""


class _Unfit(Exception):
    """Carry why a row cannot be taken."""

    def __init__(self, title: str | None, value: str, code: str, **params: str) -> None:
        super().__init__(code)
        self.title, self.value, self.code, self.params = title, value, code, params


def _said(header: _Header, cells: Sequence[Cell]) -> _Said:
    width = len(header.titles)
    if any(str(cell).strip() for cell in cells[width:]):
        start = " ".join(str(cell).strip() for cell in cells[:3])
        raise _Unfit(None, start, "row_width", cells=str(len(cells)), width=str(width))
    values = {name: _cell(name, place, cells) for name, place in header.places.items()}
    if values[AT] is None:
        raise _Unfit(header.places[AT].title, "", "missing")
    return _Said(
        values[AT],  # type: ignore[arg-type]  # read_time gives a time
        _fen(header, values),
        _number(values.get(BEFORE)),
        str(values.get(SCENE) or "")[:_LONGEST_SCENE],
        *(str(values.get(name) or "") for name in (FEE_TYPE, SERIAL, ORDER_NO, LINE_NO, TICKET_NO)),
    )


def _cell(name: str, place: Place, cells: Sequence[Cell]) -> object:
    cell = cells[place.index] if place.index < len(cells) else ""
    if name in _PROSE:
        return read_prose(cell)
    try:
        return _READERS[name](text_of(cell))
    except Unreadable as fault:
        raise _Unfit(place.title, fault.value, fault.code) from None


def _fen(header: _Header, values: Mapping[str, object]) -> int:
    """Give the signed amount: by direction, as it is written, or from what came in and what went out."""
    if AMOUNT not in header.places:
        if values[INCOME] is None and values[EXPENSE] is None:
            raise _Unfit(header.places[INCOME].title, "", "missing")
        return _number(values[INCOME]) - abs(_number(values[EXPENSE]))
    place, amount = header.places[AMOUNT], values[AMOUNT]
    if amount is None:
        raise _Unfit(place.title, "", "missing")
    fen = _number(amount)
    if header.kind is SheetKind.SETTLEMENT:
        return fen
    way = values.get(DIRECTION)
    if way is None:
        raise _Unfit(header.places[DIRECTION].title, "", "missing")
    if way == 1 and fen < 0:
        raise _Unfit(place.title, str(fen / 100), "direction_differs")
    return abs(fen) * _number(way)


def _number(value: object) -> int:
    return value if isinstance(value, int) else 0


def _explains(header: _Header, cells: Sequence[Cell]) -> bool:
    """Tell whether a line explains the columns: neither time, nor amount, nor number of an order is one."""
    amount = AMOUNT if AMOUNT in header.places else INCOME
    return not any(_reads(name, header, cells) for name in (AT, amount, ORDER_NO))


def _reads(name: str, header: _Header, cells: Sequence[Cell]) -> bool:
    place = header.places.get(name)
    try:
        return place is not None and _cell(name, place, cells) is not None
    except _Unfit:
        return False
