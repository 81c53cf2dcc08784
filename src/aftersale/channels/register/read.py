"""Read the product register of a shop: what is known of an article is said once, never once a ticket."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass, field
from datetime import date
from typing import TYPE_CHECKING

from aftersale.channels.base import Parked, SheetRefused
from aftersale.channels.parked_rows import ParkedRow, parked_by_channel
from aftersale.channels.register.words import (
    ARTICLE_NO,
    CATEGORY_OF,
    CATEGORY_WORDS,
    COLUMNS,
    NO_KEY,
    NO_KEY_NEXT,
    NOTE,
    OPT_OUT_OF,
    OPT_OUT_WORDS,
    PRODUCT_ID,
    STOCK,
    STOCK_DAY,
    Column,
    Sort,
    settled_by_category,
    settled_by_opt_out,
)
from aftersale.channels.spreadsheet.cells import (
    Unreadable,
    clean,
    read_flag,
    read_id,
    read_money,
    read_time,
    text_of,
)
from aftersale.channels.spreadsheet.columns import plain_title
from aftersale.channels.spreadsheet.reader import open_sheets
from aftersale.channels.spreadsheet.workbook import Limits
from aftersale.domain.clock import SHANGHAI
from aftersale.texts import translator

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
    from pathlib import Path

    from aftersale.channels.spreadsheet.cells import Cell
    from aftersale.texts import Lang

FILES = ("articles.csv", "articles.xlsx")
_HEADER_WITHIN = 5
_MOST_DAYS, _MOST_PIECES = 36_500, 10**6
_ROUNDED = re.compile(r"\d+(?:\.\d+)?[eE]\+\d+")


@dataclass(frozen=True, slots=True)
class Article:
    """Hold what the register says of one article; a row with a fault keeps its cells and states no facts.

    `cells` are the texts by column, `origins` names the column from which each fact came. `stock` counts the
    pieces in stock, `stock_day` is the day of Shanghai on which they were counted.
    """

    article_no: str | None
    product_id: str | None
    cells: Mapping[str, str]
    facts: Mapping[str, object]
    origins: Mapping[str, str]
    stock: int | None = None
    stock_day: date | None = None

    @property
    def note(self) -> str | None:
        """Give the shop's own remark about the article or its batch."""
        return self.cells.get(NOTE) or None


class Register:
    """Find articles by 商家编码, else by 商品ID where only one article has it."""

    def __init__(self, articles: Iterable[Article] = (), faults: Iterable[ParkedRow] = ()) -> None:
        self.articles, self.faults = tuple(articles), tuple(faults)
        products = Counter(article.product_id for article in self.articles)
        self._by_no = {article.article_no: article for article in self.articles if article.article_no}
        self._by_product = {
            article.product_id: article
            for article in self.articles
            if article.product_id and products[article.product_id] == 1
        }

    def find(self, article_no: str | None, product_id: str | None) -> Article | None:
        """Find the article of a ticket; a ticket without 商家编码 may carry the 商品ID in its place."""
        known = self._by_no.get(article_no or "")
        return known or self._by_product.get(product_id or "") or self._by_product.get(article_no or "")


def find_register(shop: Path | None) -> Path | None:
    """Find the register in a shop's folder; the csv goes before the workbook."""
    if shop is None:
        return None
    return next((shop / name for name in FILES if (shop / name).is_file()), None)


class _NotAllowed(Exception):
    """Carry what would have been allowed in a cell."""


def _code(raw: str) -> str:
    """Read a shop's own code: any text, unless a spreadsheet program has made a rounded number of it."""
    text = clean(raw)
    if _ROUNDED.fullmatch(text):
        raise Unreadable("digits_lost", text)
    return text


def _flag(raw: str) -> bool:
    answer = read_flag(raw)
    if answer is None:
        raise _NotAllowed("是, 否")
    return answer


def _days(raw: str) -> int:
    text = clean(raw).removesuffix("天").removesuffix(".0")
    if not text.isdecimal() or int(text) > _MOST_DAYS:
        raise _NotAllowed(f"0 - {_MOST_DAYS}")
    return int(text)


def _pieces(raw: str) -> int:
    text = clean(raw).removesuffix("件").removesuffix(".0")
    if not (text.isascii() and text.isdecimal()) or int(text) > _MOST_PIECES:
        raise _NotAllowed(f"0 - {_MOST_PIECES}")
    return int(text)


def _day(raw: str) -> date | None:
    moment = read_time(raw)
    return moment.astimezone(SHANGHAI).date() if moment else None


def _word(codes: Mapping[str, str], words: Mapping[str, tuple[str, ...]]) -> Callable[[str], str]:
    allowed = "、".join(known[0] for known in words.values())

    def read(raw: str) -> str:
        code = codes.get(clean(raw))
        if code is None:
            raise _NotAllowed(allowed)
        return code

    return read


_READERS: dict[Sort, Callable[[str], object]] = {
    Sort.ID: read_id,
    Sort.CODE: _code,
    Sort.TEXT: clean,
    Sort.FLAG: _flag,
    Sort.MONEY: read_money,
    Sort.DAYS: _days,
    Sort.PIECES: _pieces,
    Sort.DAY: _day,
    Sort.CATEGORY: _word(CATEGORY_OF, CATEGORY_WORDS),
    Sort.OPT_OUT: _word(OPT_OUT_OF, OPT_OUT_WORDS),
}
_BY_TITLE = {plain_title(title): column for column in COLUMNS for title in (column.title, *column.aliases)}


@dataclass(slots=True)
class _Draft:
    """Gather what one row says; the first fault parks the row and the rest of it is still kept as text."""

    cells: dict[str, str] = field(default_factory=dict)
    read: dict[str, object] = field(default_factory=dict)
    fault: ParkedRow | None = None

    def key(self, title: str) -> str | None:
        value = self.read.get(title)
        return value if isinstance(value, str) else None

    def article(self) -> Article:
        facts, origins = self._facts() if self.fault is None else ({}, {})
        numbers = self.key(ARTICLE_NO), self.key(PRODUCT_ID)
        return Article(*numbers, self.cells, facts, origins, *self._stock())

    def _stock(self) -> tuple[int | None, date | None]:
        pieces, day = self.read.get(STOCK), self.read.get(STOCK_DAY)
        if self.fault is not None or not isinstance(pieces, int):
            return None, None
        return pieces, day if isinstance(day, date) else None

    def _facts(self) -> tuple[dict[str, object], dict[str, str]]:
        facts: dict[str, object] = {}
        origins: dict[str, str] = {}
        for column in COLUMNS:
            if column.fact is None or column.title not in self.read:
                continue
            said = _said(column, self.read[column.title])
            facts |= said
            origins |= dict.fromkeys(said, f"商品信息·{column.title}")
        return facts, origins


def _said(column: Column, value: object) -> dict[str, object]:
    """Say which facts a cell states; what follows from a category gives way to what is stated outright."""
    if column.sort is Sort.CATEGORY:
        return {"category": value, **settled_by_category(str(value))}
    if column.sort is Sort.OPT_OUT:
        return settled_by_opt_out(str(value))
    return {column.fact: value} if column.fact else {}


class _Reader:
    """Read the rows of one register sheet."""

    def __init__(self, name: str, lang: Lang) -> None:
        self._name, self._lang = name, lang
        self._ = translator(lang)
        self._rows_of: dict[str, int] = {}
        self.articles: list[Article] = []
        self.faults: list[ParkedRow] = []

    def take(self, row: int, titles: Sequence[str], cells: Sequence[Cell]) -> None:
        """Take in one row, or park it with the cell that is to blame."""
        draft = _Draft()
        for title, cell in zip(titles, cells, strict=False):
            self._read(row, title, text_of(cell), draft)
        if not draft.cells:
            return
        if draft.fault is None:
            draft.fault = self._unidentified(row, draft)
        if draft.fault:
            self.faults.append(draft.fault)
        self.articles.append(draft.article())

    def _read(self, row: int, title: str, raw: str, draft: _Draft) -> None:
        column = _BY_TITLE.get(plain_title(title))
        try:
            text = clean(raw)
            if not text or not title:
                return
            draft.cells[column.title if column else title] = text
            if column:
                draft.read[column.title] = _READERS[column.sort](raw)
        except Unreadable as fault:
            draft.cells[column.title if column else title] = fault.value
            if column:
                found = Parked(self._name, row, title, fault.value, fault.code)
                draft.fault = draft.fault or parked_by_channel(found, self._lang)
        except _NotAllowed as refusal:
            reason = self._("row {row}: {column} cannot be “{value}”; it may be: {allowed}").format(
                row=row, column=title, value=raw.strip(), allowed=refusal
            )
            draft.fault = draft.fault or ParkedRow(self._name, row, title, raw.strip(), reason)

    def _unidentified(self, row: int, draft: _Draft) -> ParkedRow | None:
        number, product = draft.key(ARTICLE_NO), draft.key(PRODUCT_ID)
        if number is None and product is None:
            reason = self._("row {row} names no article: 商家编码 and 商品ID are empty").format(row=row)
            return ParkedRow(self._name, row, ARTICLE_NO, "", reason)
        key = number or f"{PRODUCT_ID} {product}"
        first = self._rows_of.setdefault(key, row)
        if first == row:
            return None
        draft.read.clear()
        reason = self._("row {row} describes the article of row {first} again; that row holds").format(
            row=row, first=first
        )
        return ParkedRow(
            self._name, row, ARTICLE_NO if number else PRODUCT_ID, number or product or "", reason
        )


def _table(path: Path) -> Iterator[tuple[int, Sequence[Cell]]]:
    """Give the rows of the first sheet that are not blank."""
    sheet = open_sheets(path, Limits())[0]
    for row, cells in sheet.rows():
        if any(str(cell).strip() for cell in cells):
            yield row, cells


def _is_header(titles: Sequence[str]) -> bool:
    known = {column.title for title in titles if (column := _BY_TITLE.get(plain_title(title)))}
    return bool(known & {ARTICLE_NO, PRODUCT_ID})


def read_register(path: Path, lang: Lang) -> Register:
    """Read a register; rows with a fault are reported and state nothing.

    Raises SheetRefused where the file cannot be read or has no column that names the article.
    """
    titles: list[str] | None = None
    reader = _Reader(path.name, lang)
    for row, cells in _table(path):
        if titles is not None:
            reader.take(row, titles, cells)
        elif _is_header(found := [str(cell).strip("\ufeff \t") for cell in cells]):
            titles = found
        elif row >= _HEADER_WITHIN:
            break
    if titles is None:
        raise SheetRefused("register.no_key", NO_KEY, NO_KEY_NEXT)
    return Register(reader.articles, reader.faults)


def load_register(shop: Path | None, lang: Lang) -> tuple[Register, Path | None]:
    """Read the register of a shop's folder; an empty one where there is none."""
    path = find_register(shop)
    return (read_register(path, lang), path) if path else (Register(), None)
