"""Write articles by reason as a workbook: every article, every reason that has a column."""

from __future__ import annotations

from io import BytesIO
from typing import TYPE_CHECKING

import xlsxwriter

from aftersale.texts import Text

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime

    from aftersale.insight.crossed import Crossed
    from aftersale.texts import Lang

# An article's code keeps its digits, and nothing that it begins with is a formula.
_AS_TEXT = {
    "in_memory": True,
    "strings_to_formulas": False,
    "strings_to_numbers": False,
    "strings_to_urls": False,
}
_FIRST = (
    Text(zh="商家编码", en="Article"),
    Text(zh="售后单", en="Tickets"),
    Text(zh="上一段", en="Span before"),
)
_LAST = Text(zh="已退（元）", en="Refunded (yuan)")


def sheet_of(found: Crossed, words: Mapping[str, str], made_at: datetime, lang: Lang) -> bytes:
    """Write what was counted; `words` says each reason."""
    made = BytesIO()
    with xlsxwriter.Workbook(made, _AS_TEXT) as book:
        book.set_properties({"created": made_at.replace(tzinfo=None)})
        text, money = book.add_format({"num_format": "@"}), book.add_format({"num_format": "#,##0.00"})
        page = book.add_worksheet(Text(zh="商品与原因", en="Articles by reason").of(lang))
        page.freeze_panes(1, 1)
        page.set_column(0, 0, 24, text)
        said = [words[each] for each in found.reasons]
        heads = [*(each.of(lang) for each in _FIRST), *said, _LAST.of(lang)]
        _write(page, 0, heads)
        for line, row in enumerate(found.rows, 1):
            counts = [row.by_reason.get(each, 0) for each in found.reasons]
            _write(page, line, [row.article_no, row.tickets, row.before, *counts])
            page.write_number(line, len(heads) - 1, row.paid_fen / 100, money)
    return made.getvalue()


def _write(page: xlsxwriter.workbook.Worksheet, line: int, cells: Sequence[str | int]) -> None:
    for place, cell in enumerate(cells):
        write = page.write_string if isinstance(cell, str) else page.write_number
        write(line, place, cell)
