"""Write a month for the accountant as one workbook: frozen headers, ids as text, nothing calculated."""

from __future__ import annotations

import io
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import xlsxwriter

from aftersale.domain.cells import neutral
from aftersale.domain.clock import SHANGHAI
from aftersale.finance.book_pages import pages_of

if TYPE_CHECKING:
    from datetime import datetime

    from aftersale.finance.book_pages import Cell, Column, Page
    from aftersale.shops.models import Shop
    from aftersale.texts import Lang

# Everything is written as the text or number it is: no cell becomes a formula or a link.
_AS_IT_STANDS = {
    "constant_memory": True,
    "strings_to_formulas": False,
    "strings_to_numbers": False,
    "strings_to_urls": False,
}
_FONT = {"font_name": "Microsoft YaHei", "font_size": 10, "valign": "top"}
_HEAD = {**_FONT, "bold": True, "bg_color": "#E8EEF7", "bottom": 1, "text_wrap": True}
_SORTS: dict[str, dict[str, object]] = {
    "text": {"num_format": "@"},
    "id": {"num_format": "@"},
    "money": {"num_format": "¥#,##0.00;[Red]-¥#,##0.00"},
    "time": {"num_format": "yyyy-mm-dd hh:mm"},
    "count": {"num_format": "#,##0"},
}
_FEN, _LONGEST_TEXT = 100, 32_700
MOST_ROWS = 1_000_000


@dataclass(slots=True)
class _Writer:
    """Write pages into one open workbook; rows that one sheet cannot hold go on in a second."""

    book: Any
    most_rows: int
    formats: dict[str, Any] = field(default_factory=dict)

    def write(self, page: Page) -> None:
        number, line = 1, 0
        sheet = self._sheet(page, number)
        for cells in page.rows:
            if line == self.most_rows:
                sheet.autofilter(0, 0, line, len(page.columns) - 1)
                number, line = number + 1, 0
                sheet = self._sheet(page, number)
            line += 1
            for place, (column, cell) in enumerate(zip(page.columns, cells, strict=True)):
                self._cell(sheet, (line, place), column, cell)
        sheet.autofilter(0, 0, line, len(page.columns) - 1)

    def _sheet(self, page: Page, number: int) -> Any:  # noqa: ANN401 - XlsxWriter ships no types
        sheet = self.book.add_worksheet(page.title if number == 1 else f"{page.title} {number}")
        sheet.freeze_panes(1, 0)
        head = self._format("head", _HEAD)
        for place, column in enumerate(page.columns):
            sheet.set_column(place, place, column.width)
            sheet.write_string(0, place, column.title, head)
        sheet.set_landscape()
        sheet.fit_to_pages(1, 0)
        sheet.repeat_rows(0)
        return sheet

    def _format(self, name: str, layout: dict[str, object]) -> Any:  # noqa: ANN401
        if name not in self.formats:
            self.formats[name] = self.book.add_format(layout)
        return self.formats[name]

    def _cell(self, sheet: Any, place: tuple[int, int], column: Column, cell: Cell) -> None:  # noqa: ANN401
        layout = self._format(column.sort, {**_FONT, **_SORTS[column.sort]})
        if isinstance(cell, str):
            text = cell if column.sort == "id" else neutral(cell)
            sheet.write_string(*place, text[:_LONGEST_TEXT], layout)
        elif isinstance(cell, int):
            sheet.write_number(*place, cell / _FEN if column.sort == "money" else cell, layout)
        elif cell is not None:
            sheet.write_datetime(*place, cell.astimezone(SHANGHAI).replace(tzinfo=None), layout)


def workbook_of(shop: Shop, month: str, lang: Lang, made_at: datetime, most_rows: int = MOST_ROWS) -> bytes:
    """Write a month; money in yuan, times as in Shanghai."""
    held = io.BytesIO()
    with xlsxwriter.Workbook(held, _AS_IT_STANDS) as book:
        book.set_properties({"created": made_at.replace(tzinfo=None)})
        writer = _Writer(book, most_rows)
        for page in pages_of(shop, month, lang):
            writer.write(page)
    return held.getvalue()
