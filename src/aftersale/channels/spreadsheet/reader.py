"""Read the exports of a shop, tickets and orders together, and account for every row."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from aftersale.channels.base import Notice, Observed, Parked, Reading, SheetRefused, why_not
from aftersale.channels.spreadsheet.columns import Kind
from aftersale.channels.spreadsheet.layout import NO_MAP, Layout, recognise
from aftersale.channels.spreadsheet.meaning import notice_of, whole_notice_of
from aftersale.channels.spreadsheet.orders import OrderBook, OrderLine, Wanted, latest
from aftersale.channels.spreadsheet.rows import OrderCells, RowForm, RowReader, Sheet, TicketCells
from aftersale.channels.spreadsheet.textfile import open_text
from aftersale.channels.spreadsheet.ticket import Origin, Ticket
from aftersale.channels.spreadsheet.workbook import Limits, open_workbook
from aftersale.texts import Text

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from datetime import datetime
    from os import PathLike

    from aftersale.channels.spreadsheet.cells import Cell
    from aftersale.channels.spreadsheet.maps import SheetMap

_HEADER_WITHIN = 10
_ZIP = b"PK\x03\x04"
_OLE = b"\xd0\xcf\x11\xe0"


def _cannot_open(path: Path, fault: OSError) -> SheetRefused:
    return SheetRefused(
        "sheet.not_found",
        Text(
            zh=f"打不开 {path.name}：{why_not(fault).zh}",
            en=f"{path.name} cannot be opened: {why_not(fault).en}",
        ),
        Text(
            zh="请检查文件名和位置；文件正被别的程序打开时请先关掉。",
            en="Check name and place, and close other programs.",
        ),
    )


def _old_workbook(path: Path) -> SheetRefused:
    return SheetRefused(
        "sheet.old_workbook",
        Text(
            zh=f"{path.name} 是旧版 xls 或者加了密码的工作簿。",
            en=f"{path.name} is an old xls workbook or protected by a password.",
        ),
        Text(
            zh="请去掉密码，另存为 xlsx，或从后台导出 csv。",
            en="Remove the password, save as xlsx, or export csv.",
        ),
    )


def open_sheets(path: Path, limits: Limits) -> Sequence[Sheet]:
    """Open a file by what it is, whatever its name ends in; raises SheetRefused."""
    try:
        with path.open("rb") as file:
            magic = file.read(4)
        if magic == _OLE:
            raise _old_workbook(path)
        return open_workbook(path, limits) if magic == _ZIP else [open_text(path)]
    except OSError as fault:
        raise _cannot_open(path, fault) from None


def _head(sheet: Sheet) -> list[tuple[int, list[str]]]:
    """Take the first rows; blank ones and title lines may stand above the header."""
    head = []
    for row, cells in sheet.rows():
        if row > _HEADER_WITHIN:
            break
        head.append((row, [str(cell) for cell in cells]))
    return head


def _recognise(path: Path, mapping: SheetMap, limits: Limits) -> tuple[list[tuple[Sheet, Layout]], list[str]]:
    """Recognise the sheets of one file; beside a known sheet the others are left aside and named."""
    known: list[tuple[Sheet, Layout]] = []
    skipped: list[str] = []
    refusals: list[SheetRefused] = []
    for sheet in open_sheets(path, limits):
        try:
            known.append((sheet, recognise(sheet.name, _head(sheet), mapping)))
        except SheetRefused as refusal:
            refusals.append(refusal)
            skipped.append(sheet.name)
    if not known:
        raise _worst(path, refusals)
    return known, skipped


def _worst(path: Path, refusals: Sequence[SheetRefused]) -> SheetRefused:
    """Choose the refusal that helps: an empty sheet beside a strange one says nothing."""
    speaking = [refusal for refusal in refusals if refusal.code != "sheet.empty"] or list(refusals)
    if speaking:
        return speaking[0]
    return SheetRefused(
        "sheet.empty",
        Text(zh=f"{path.name} 里没有工作表。", en=f"{path.name} has no sheet."),
        Text(zh="请重新导出后再读。", en="Export it again."),
    )


class Whose(NamedTuple):
    """Name the shop that a row is said to be of, and the column that says so; None where nothing does."""

    channel: str
    shop: str | None
    title: str


class SheetReader:
    """Read recognised sheets in one pass over the tickets; `book` accounts for the orders afterwards."""

    def __init__(self, paths: Iterable[str | PathLike[str]], mapping: SheetMap, limits: Limits) -> None:
        self.skipped: list[str] = []
        self._tickets: list[tuple[Origin, Layout, RowReader[TicketCells]]] = []
        self._orders: list[tuple[Layout, RowReader[OrderCells]]] = []
        # A file named twice is one file.
        for path in {path.resolve(): path for path in map(Path, paths)}.values():
            known, skipped = _recognise(path, mapping, limits)
            self.skipped += skipped
            for sheet, layout in known:
                self._take(sheet, layout)
        if not self._tickets:
            raise _no_tickets(self._orders)
        self.book = self._load_orders()

    def _take(self, sheet: Sheet, layout: Layout) -> None:
        if layout.kind is Kind.ORDER:
            self._orders.append((layout, RowReader(sheet, layout, OrderCells)))
        else:
            self._tickets.append((Origin.of(layout), layout, RowReader(sheet, layout, TicketCells)))

    def _load_orders(self) -> OrderBook:
        wanted = Wanted()
        if self._orders:
            for _, _, reader in self._tickets:
                for ticket in reader.readable():
                    wanted.add(ticket)
        book = OrderBook(wanted)
        for layout, lines in self._orders:
            for row, line in lines.rows():
                if isinstance(line, Parked):
                    book.park(line)
                else:
                    book.add(OrderLine(line, Observed(layout.sheet, row), layout.places.keys()))
        book.seal()
        return book

    @property
    def channel(self) -> str:
        """Name the platform that the first after-sale sheet comes from."""
        return self._tickets[0][0].channel

    def numbers(self) -> dict[Whose, list[str]]:
        """Give the numbers of all tickets by whose they are said to be, without reading the rest of a row."""
        found: dict[Whose, list[str]] = {}
        for origin, layout, reader in self._tickets:
            number = "ticket_no" if "ticket_no" in layout.places else "order_no"
            for ticket_no, order_no, said in reader.texts(number, "order_no", "shop"):
                shop, title = (said, origin.title("shop")) if said else (self.book.shop_of(order_no), "")
                if ticket_no:
                    found.setdefault(Whose(origin.channel, shop, title), []).append(ticket_no)
        return found

    @property
    def forms(self) -> Forms:
        """Give what it takes to read a row wherever it was carried."""
        return Forms(tuple((origin, reader.form) for origin, _, reader in self._tickets))

    def raw_rows(self) -> Iterator[RawRow]:
        """Yield each after-sale row as it stands, in the order of the files, with the order it speaks of."""
        for number, (_, _, reader) in enumerate(self._tickets):
            for row, cells in reader.cells():
                line, paid = self._joined(reader.form, row, cells) if self._orders else (None, None)
                yield RawRow(number, row, cells, line, paid)

    def _joined(
        self, form: RowForm[TicketCells], row: int, cells: Sequence[Cell]
    ) -> tuple[OrderLine | None, int | None]:
        ticket = form.read(row, cells)
        line = self.book.find(ticket) if isinstance(ticket, TicketCells) else None
        paid = (
            self.book.order_paid(ticket.order_no or "") if line and isinstance(ticket, TicketCells) else None
        )
        return line, paid

    def rows(self) -> Iterator[Notice | Parked]:
        """Yield what stands in each after-sale row, in the order of the files."""
        forms = self.forms
        return (said for raw in self.raw_rows() if (said := forms.said(raw)) is not None)


class RawRow(NamedTuple):
    """Hold one row as it stands: of which sheet, where, its cells, and what its order sheet says."""

    sheet: int
    row: int
    cells: Sequence[Cell]
    line: OrderLine | None
    order_paid: int | None


@dataclass(frozen=True, slots=True)
class Forms:
    """Say what rows of some sheets say, without the sheets."""

    of_sheets: tuple[tuple[Origin, RowForm[TicketCells]], ...]

    def said(self, raw: RawRow) -> Notice | Parked | None:
        """Give what stands in a row, None for a blank one."""
        ticket = self._ticket(raw, whole=False)
        return notice_of(ticket) if isinstance(ticket, Ticket) else ticket

    def whole(self, raw: RawRow) -> Notice | Parked | None:
        """Give the same for who keeps tickets: with the row as it stands, the order's part kept apart."""
        ticket = self._ticket(raw, whole=True)
        return whole_notice_of(ticket) if isinstance(ticket, Ticket) else ticket

    def _ticket(self, raw: RawRow, *, whole: bool) -> Ticket | Parked | None:
        origin, form = self.of_sheets[raw.sheet]
        read = form.read(raw.row, raw.cells)
        if read is None or isinstance(read, Parked):
            return read
        kept = (form.layout.titles, raw.cells) if whole else ()
        return Ticket(origin, Observed(form.layout.sheet, raw.row, *kept), read, raw.line, raw.order_paid)


def _no_tickets(orders: Sequence[tuple[Layout, object]]) -> SheetRefused:
    names = "、".join(layout.sheet for layout, _ in orders) or "给的文件"
    return SheetRefused(
        "sheet.no_tickets",
        Text(
            zh=f"{names} 里只有订单，没有售后单。",
            en=f"{names}: orders only, no after-sale tickets.",
        ),
        Text(
            zh="请把售后单导出表和订单表一起给。", en="Give the after-sale export together with the orders."
        ),
    )


def read_rows(
    paths: Iterable[str | PathLike[str]], mapping: SheetMap = NO_MAP, limits: Limits | None = None
) -> Iterator[Notice | Parked]:
    """Yield one notice or one parked row for every after-sale row, without holding them.

    A ticket that stands in two rows is yielded twice; `read` settles that. Raises SheetRefused before the
    first row.
    """
    return SheetReader(paths, mapping, limits or Limits()).rows()


class Tally:
    """Keep one notice a ticket: the newer row, and of equals the later one; the others are parked."""

    def __init__(self) -> None:
        self._notices: dict[tuple[str, str], Notice] = {}
        self.parked: list[Parked] = []
        self.rows = 0
        self.newest: datetime | None = None

    def take(self, read: Notice | Parked) -> None:
        """Take in what stands in one row."""
        self.rows += 1
        if isinstance(read, Parked):
            self.parked.append(read)
            return
        self.newest = latest((self.newest, read.newest_at))
        key = (read.channel, read.ticket_no)
        earlier = self._notices.get(key)
        if earlier is None:
            self._notices[key] = read
        elif earlier.newest_at and read.newest_at and read.newest_at < earlier.newest_at:
            self.parked.append(_again(read, earlier))
        else:
            self.parked.append(_again(earlier, read))
            self._notices[key] = read

    @property
    def notices(self) -> tuple[Notice, ...]:
        """Give the notices that hold."""
        return tuple(self._notices.values())


def _again(lost: Notice, kept: Notice) -> Parked:
    code = "ticket_again" if lost.line_no == kept.line_no else "ticket_other_line"
    where = "" if lost.observed.sheet == kept.observed.sheet else f" {kept.observed.sheet} "
    named = {"other": str(kept.observed.row), "where": where}
    place = lost.observed
    return Parked(place.sheet, place.row, None, lost.ticket_no, code, named, place.cells)


def read(
    paths: Iterable[str | PathLike[str]], mapping: SheetMap = NO_MAP, limits: Limits | None = None
) -> Reading:
    """Read after-sale exports, and order exports beside them, into notices and parked rows.

    Which file is which is told by its header. Raises SheetRefused for a file that is no such export.
    """
    reader, tally = SheetReader(paths, mapping, limits or Limits()), Tally()
    for found in reader.rows():
        tally.take(found)
    book = reader.book
    return Reading(
        notices=tally.notices,
        parked=tuple(tally.parked),
        rows=tally.rows,
        newest_at=latest((tally.newest, book.newest_at)),
        orders=book.read,
        orders_joined=book.joined,
        orders_unused=book.unused,
        orders_parked=book.parked,
        skipped=tuple(reader.skipped),
    )
