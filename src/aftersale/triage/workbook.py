"""Write the worklist as a workbook: frozen headers, filters, ids as text, urgency in colour and words."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import xlsxwriter

from aftersale.triage.book_sheets import sheets_of
from aftersale.triage.tables import whole

if TYPE_CHECKING:
    from datetime import datetime
    from pathlib import Path

    from aftersale.triage.book_sheets import Cell, Column, Result, SheetOf

# Everything is written as the text or number it is: no cell of a buyer or shop becomes a formula or a link.
_AS_IT_STANDS = {
    "constant_memory": True,
    "strings_to_formulas": False,
    "strings_to_numbers": False,
    "strings_to_urls": False,
}
MOST_ROWS = 1_000_000
_LONGEST_TEXT = 32_700
_FONT = {"font_name": "Microsoft YaHei", "font_size": 10, "valign": "top"}
_TONES: dict[str, dict[str, object]] = {
    "red": {"bg_color": "#FCE4E4", "font_color": "#9C0006"},
    "amber": {"bg_color": "#FFF1D6", "font_color": "#7F5200"},
    "grey": {"font_color": "#767676"},
    "plain": {},
}
_SORTS: dict[str, dict[str, object]] = {
    "text": {"num_format": "@", "text_wrap": True},
    "id": {"num_format": "@"},
    "money": {"num_format": "¥#,##0.00"},
    "time": {"num_format": "yyyy-mm-dd hh:mm"},
    "count": {"num_format": "#,##0"},
}
_HEAD = {**_FONT, "bold": True, "bg_color": "#E8EEF7", "bottom": 1, "text_wrap": True}
_FEN = 100


@dataclass(slots=True)
class _Writer:
    """Write sheets into one open workbook."""

    book: Any
    formats: dict[tuple[str, str], Any]
    most_rows: int

    def format(self, sort: str, tone: str) -> Any:  # noqa: ANN401 - XlsxWriter ships no types
        """Give the format of a cell, made once."""
        key = (sort, tone)
        if key not in self.formats:
            self.formats[key] = self.book.add_format({**_FONT, **_SORTS[sort], **_TONES[tone]})
        return self.formats[key]

    def write(self, sheet: SheetOf) -> None:
        """Write one sheet; rows that one sheet cannot hold go on in a second."""
        page, number = self._page(sheet, 1), 1
        line = 0
        for tone, cells in sheet.rows:
            if line == self.most_rows:
                self._finish(page, sheet, line)
                number += 1
                page, line = self._page(sheet, number), 0
            line += 1
            for place, (column, cell) in enumerate(zip(sheet.columns, cells, strict=True)):
                self._cell(page, (line, place), column, cell, tone)
        self._finish(page, sheet, line)

    def _page(self, sheet: SheetOf, number: int) -> Any:  # noqa: ANN401
        page = self.book.add_worksheet(sheet.title if number == 1 else f"{sheet.title} {number}")
        page.freeze_panes(1, sheet.frozen)
        head = self.book.add_format(_HEAD)
        for place, column in enumerate(sheet.columns):
            page.set_column(place, place, column.width)
            page.write_string(0, place, column.title, head)
        page.set_landscape()
        page.fit_to_pages(1, 0)
        page.repeat_rows(0)
        return page

    def _finish(self, page: Any, sheet: SheetOf, lines: int) -> None:  # noqa: ANN401
        if sheet.filters:
            page.autofilter(0, 0, lines, len(sheet.columns) - 1)

    def _cell(self, page: Any, place: tuple[int, int], column: Column, cell: Cell, tone: str) -> None:  # noqa: ANN401
        layout = self.format(column.sort, tone)
        if cell is None or cell == "":
            if "bg_color" in _TONES[tone]:
                page.write_blank(*place, None, layout)
        elif isinstance(cell, str):
            page.write_string(*place, cell[:_LONGEST_TEXT], layout)
        elif isinstance(cell, int):
            page.write_number(*place, cell / _FEN if column.sort == "money" else cell, layout)
        else:
            page.write_datetime(*place, cell.replace(tzinfo=None), layout)


def write_workbook(path: Path, result: Result, made_at: datetime, most_rows: int = MOST_ROWS) -> None:
    """Write the workbook; what is more than `most_rows` goes on in a second sheet."""
    with whole(path) as partial, xlsxwriter.Workbook(str(partial), _AS_IT_STANDS) as book:
        book.set_properties({"created": made_at.replace(tzinfo=None)})
        writer = _Writer(book, {}, most_rows)
        for sheet in sheets_of(result):
            writer.write(sheet)
