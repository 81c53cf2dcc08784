"""Hold what the sheets say about one ticket, before it is put into the words of the domain."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from aftersale.channels.lasting import NO_COLUMN
from aftersale.channels.spreadsheet.columns import plain_title

if TYPE_CHECKING:
    from collections.abc import Mapping

    from aftersale.channels.base import Observed
    from aftersale.channels.spreadsheet.layout import Layout
    from aftersale.channels.spreadsheet.orders import OrderLine
    from aftersale.channels.spreadsheet.rows import OrderCells, TicketCells

_ONLY_GOODS = plain_title("退商品金额")


@dataclass(frozen=True, slots=True)
class Origin:
    """Say where a ticket was found and under which titles its fields stand."""

    channel: str
    titles: Mapping[str, str]
    refund_is_total: bool

    @classmethod
    def of(cls, layout: Layout) -> Origin:
        """Take the titles from a recognised header."""
        titles = {name: place.title for name, place in layout.places.items()}
        goods = titles.get("refund_goods", "")
        return cls(layout.channel, titles, plain_title(goods) != _ONLY_GOODS)

    def title(self, field: str) -> str:
        """Name the column of a field, or the field where there is no such column."""
        return self.titles.get(field, field)

    def doubt(self, field: str, word: str | None) -> str:
        """Say what makes a field unknown: the word that stands there, an empty cell, or no such column."""
        title = self.titles.get(field)
        if title is None:
            return NO_COLUMN
        return f"{title}：{word}" if word else f"{title}是空的"


@dataclass(frozen=True, slots=True)
class Ticket:
    """Hold everything the sheets say about one ticket; `order_paid` is the sum of a whole order."""

    origin: Origin
    observed: Observed
    cells: TicketCells
    line: OrderLine | None
    order_paid: int | None

    @property
    def order(self) -> OrderCells | None:
        """Give the cells of the order line, if it was found."""
        return self.line.cells if self.line else None
