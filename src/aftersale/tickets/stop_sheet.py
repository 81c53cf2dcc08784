"""Write the list of orders to be stopped as a workbook for the warehouse."""

from __future__ import annotations

from io import BytesIO
from typing import TYPE_CHECKING

import xlsxwriter

from aftersale.domain.clock import SHANGHAI
from aftersale.texts import Text

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime

    from aftersale.texts import Lang
    from aftersale.tickets.models import StopOrder

# Every cell is text: an order number keeps its digits, and nothing that a title begins with is a formula.
_AS_TEXT = {
    "in_memory": True,
    "strings_to_formulas": False,
    "strings_to_numbers": False,
    "strings_to_urls": False,
}
_COLUMNS: tuple[tuple[Text, int], ...] = (
    (Text(zh="订单号", en="Order"), 24),
    (Text(zh="商品单号", en="Order line"), 24),
    (Text(zh="商品", en="Goods"), 32),
    (Text(zh="商家编码", en="Article"), 18),
    (Text(zh="店铺", en="Shop"), 20),
    (Text(zh="登记时间", en="Since"), 18),
    (Text(zh="平台发货状态", en="Shipping state"), 16),
    (Text(zh="结果（已截住 / 已发出）", en="Outcome (stopped / sent)"), 24),
)


def sheet_of(rows: Iterable[tuple[StopOrder, str]], made_at: datetime, lang: Lang) -> bytes:
    """Write rows, each with the words of its shipping state; the column of the outcome is left to be filled.

    Times are of Shanghai.
    """
    made = BytesIO()
    with xlsxwriter.Workbook(made, _AS_TEXT) as book:
        book.set_properties({"created": made_at.replace(tzinfo=None)})
        head, text = book.add_format({"bold": True}), book.add_format({"num_format": "@"})
        page = book.add_worksheet("截单表")
        page.freeze_panes(1, 0)
        for place, (title, width) in enumerate(_COLUMNS):
            page.set_column(place, place, width, text)
            page.write_string(0, place, title.of(lang), head)
        for line, (row, sent) in enumerate(rows, 1):
            for place, cell in enumerate(_cells(row, sent)):
                page.write_string(line, place, cell, text)
    return made.getvalue()


def _cells(row: StopOrder, sent: str) -> tuple[str, ...]:
    since = f"{row.at.astimezone(SHANGHAI):%Y-%m-%d %H:%M}"
    return row.order_no, row.line_no, row.article, row.article_no, row.shop.name, since, sent
