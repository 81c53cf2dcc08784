"""Join tickets to their order lines, and account for every order row that was given."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, NamedTuple

from aftersale.channels.base import Observed, Parked

if TYPE_CHECKING:
    from collections.abc import Container, Iterable, Sequence
    from datetime import datetime

    from aftersale.channels.spreadsheet.rows import OrderCells, TicketCells


class OrderLine(NamedTuple):
    """Hold one order line, where it stands, and which columns its sheet has."""

    cells: OrderCells
    observed: Observed
    columns: Container[str] = ()

    @property
    def key(self) -> str:
        """Name the line: by its number, which is unique on a platform, else by order and article."""
        cells = self.cells
        return cells.line_no or "/".join((cells.order_no or "", *_article(cells)))


def _article(cells: OrderCells | TicketCells) -> tuple[str, ...]:
    return cells.product_id or "", cells.sku or "", cells.article_no or ""


@dataclass(slots=True)
class Wanted:
    """Collect what the tickets will ask the order sheets for."""

    lines: dict[str, str] = field(default_factory=dict)
    orders: set[str] = field(default_factory=set)

    def add(self, ticket: TicketCells) -> None:
        """Remember the order and the line of one ticket."""
        order_no = ticket.order_no or ""
        self.orders.add(order_no)
        if ticket.line_no is not None:
            self.lines[ticket.line_no] = order_no

    def speaks_of(self, line: OrderLine) -> bool:
        """Tell whether some ticket may belong to this order line."""
        return line.cells.order_no in self.orders or line.cells.line_no in self.lines


def latest(moments: Iterable[datetime | None]) -> datetime | None:
    """Find the newest of some times of which any may be missing."""
    return max((moment for moment in moments if moment is not None), default=None)


class OrderBook:
    """Keep the order lines that tickets speak of; the others are counted and let go.

    After the last `find`, read == joined + unused + len(parked).
    """

    def __init__(self, wanted: Wanted) -> None:
        self._wanted = wanted
        self._lines: dict[str, OrderLine] = {}
        self._by_order: dict[str, list[str]] = {}
        self._torn: set[str] = set()
        self._totals: dict[str, int | None] = {}
        self._parked: list[Parked] = []
        self._refused: dict[str, Parked] = {}
        self._joined: set[str] = set()
        self.read = 0
        self.newest_at: datetime | None = None

    @property
    def joined(self) -> int:
        """Count the lines that tickets were joined to."""
        return len(self._joined)

    @property
    def parked(self) -> tuple[Parked, ...]:
        """List the rows that could not be read, or not be joined to the ticket that asked for them."""
        refused = (parked for key, parked in self._refused.items() if key not in self._joined)
        return (*self._parked, *refused)

    @property
    def unused(self) -> int:
        """Count the lines that no ticket spoke of."""
        return self.read - self.joined - len(self.parked)

    def park(self, parked: Parked) -> None:
        """Take in a row that could not be read; its order, where that much is known, is no longer whole."""
        self.read += 1
        self._parked.append(parked)
        self._torn.add(parked.params.get("order_no", ""))

    def add(self, line: OrderLine) -> None:
        """Take in one order line; the same line again replaces the earlier one."""
        cells = line.cells
        self.read += 1
        self.newest_at = latest(
            (self.newest_at, cells.ordered_at, cells.paid_at, cells.shipped_at, cells.finished_at)
        )
        if not self._wanted.speaks_of(line):
            return
        earlier = self._lines.get(line.key)
        if earlier is None:
            self._by_order.setdefault(cells.order_no or "", []).append(line.key)
        else:
            self._parked.append(_again(earlier, line))
        self._lines[line.key] = line

    def seal(self) -> None:
        """Sum the orders that are whole: every row could be read, every line of their tickets was found."""
        torn = self._torn | {
            order for line, order in self._wanted.lines.items() if not self._has(line, order)
        }
        for order_no, keys in self._by_order.items():
            paid = [self._lines[key].cells.paid for key in keys]
            whole = order_no not in torn and None not in paid
            self._totals[order_no] = sum(fen or 0 for fen in paid) if whole else None

    def _has(self, line_no: str, order_no: str) -> bool:
        line = self._lines.get(line_no)
        return line is not None and line.cells.order_no == order_no

    def order_paid(self, order_no: str) -> int | None:
        """Give what was paid for a whole order; None where the sheets may not show all of it."""
        return self._totals.get(order_no)

    def shop_of(self, order_no: str) -> str | None:
        """Give the shop that the first line of an order names."""
        lines = self._by_order.get(order_no)
        return self._lines[lines[0]].cells.shop if lines else None

    def find(self, ticket: TicketCells) -> OrderLine | None:
        """Find the order line of a ticket by its line number, else by order and article if only one fits."""
        own = self._lines.get(ticket.line_no or "")
        if own and own.cells.order_no == ticket.order_no:
            return self._join(own)
        if own:
            named = {"order": own.cells.order_no or "", "other": ticket.order_no or ""}
            self._refuse([own], "order_mismatch", ticket.line_no or "", named)
            return None
        fitting = [line for line in self._lines_of(ticket) if _fits(line, ticket)]
        if len(fitting) == 1:
            return self._join(fitting[0])
        self._refuse(fitting, "order_ambiguous", ticket.order_no or "", {})
        return None

    def _lines_of(self, ticket: TicketCells) -> list[OrderLine]:
        lines = [self._lines[key] for key in self._by_order.get(ticket.order_no or "", ())]
        if ticket.line_no is None:
            return lines
        # The ticket names its line: a line of another number is not it.
        return [line for line in lines if line.cells.line_no is None]

    def _join(self, line: OrderLine) -> OrderLine:
        self._joined.add(line.key)
        return line

    def _refuse(self, lines: Sequence[OrderLine], code: str, value: str, named: dict[str, str]) -> None:
        for line in lines:
            place = line.observed
            self._refused[line.key] = Parked(place.sheet, place.row, None, value, code, named)


def _fits(line: OrderLine, ticket: TicketCells) -> bool:
    asked = zip(_article(ticket), _article(line.cells), strict=True)
    return all(wanted == there for wanted, there in asked if wanted and there)


def _again(earlier: OrderLine, later: OrderLine) -> Parked:
    first, then = earlier.observed, later.observed
    named = {"other": str(then.row), "where": "" if then.sheet == first.sheet else f" {then.sheet} "}
    return Parked(
        first.sheet, first.row, None, later.cells.line_no or later.cells.order_no or "", "order_again", named
    )
