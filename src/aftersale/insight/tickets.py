"""Bring tickets of any form into one table of facts, and account for every line."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING

from aftersale.channels.base import SheetRefused
from aftersale.channels.lines import BadLine, read_lines
from aftersale.channels.spreadsheet import read
from aftersale.domain.errors import FactsInvalid
from aftersale.insight.moment import facts_at_decision
from aftersale.insight.parquet import MAGIC, open_parquet
from aftersale.policy.bulk import store
from aftersale.texts import Text

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping
    from pathlib import Path

    from duckdb import DuckDBPyConnection

    from aftersale.channels.base import Notice, Parked, Reading
    from aftersale.domain.facts import Facts
    from aftersale.insight.options import WhatIfOptions
    from aftersale.progress import Bar

TABLE = "tickets"
# The sandbox writes these words into the names and the remarks of its sheets.
GENERATED = "演示数据"
_LINE_SUFFIXES = frozenset({".jsonl", ".ndjson"})
_BOM = b"\xef\xbb\xbf"
_HEAD = 4096
_TWICE = Text(
    zh="售后单 {id} 前面已经有了，只算第一次",
    en="ticket {id} stands here a second time; the first one counts",
)


class Kind(StrEnum):
    """Tell the forms in which tickets come."""

    SHEET = "sheet"
    LINES = "jsonl"
    PARQUET = "parquet"
    STORED = "stored"


@dataclass(frozen=True, slots=True)
class Left:
    """Name one line that could not be judged; rows count from 1, `column` None means the line as a whole."""

    sheet: str
    row: int
    column: str | None
    value: str
    reason: Text


@dataclass(frozen=True, slots=True)
class Taken:
    """Say what was taken from the files: the table to judge, and everything that was not taken.

    `rows` counts the lines of the files: the tickets in the table and `left` together. `aside` holds lines
    of an order sheet that could not be read or joined, `articles` the names of articles by number.
    """

    kind: Kind
    table: str
    rows: int
    left: tuple[Left, ...]
    aside: tuple[Left, ...] = ()
    articles: Mapping[str, str] = field(default_factory=dict)
    generated: bool = False


def kind_of(path: Path) -> Kind:
    """Tell what a file is by its first bytes, whatever its name ends in; a JSON Lines name is believed."""
    with path.open("rb") as file:
        head = file.read(_HEAD)
    if head.startswith(MAGIC):
        return Kind.PARQUET
    starts_as_object = head.removeprefix(_BOM).lstrip().startswith(b"{")
    return Kind.LINES if starts_as_object or path.suffix.lower() in _LINE_SUFFIXES else Kind.SHEET


def take(connection: DuckDBPyConnection, options: WhatIfOptions, bar: Bar) -> Taken:
    """Read the tickets into a table of the connection; raises SheetRefused for files that hold none."""
    kinds = {kind_of(path) for path in options.tickets}
    if kinds == {Kind.SHEET}:
        return _take_sheets(connection, options, bar)
    if len(options.tickets) > 1:
        raise SheetRefused(
            "whatif.one_file",
            Text(
                zh="几个文件一起给，只能都是后台导出的表。",
                en="Several files together can only be exports of the back office.",
            ),
            Text(
                zh="JSON Lines 或 Parquet 一次给一个文件。",
                en="Give one file of JSON Lines or Parquet at a time.",
            ),
        )
    if kinds == {Kind.LINES}:
        return _take_lines(connection, options, bar)
    return _take_parquet(connection, options.tickets[0])


def _take_parquet(connection: DuckDBPyConnection, path: Path) -> Taken:
    opened = open_parquet(connection, path, TABLE)
    left = tuple(Left(path.name, one.row, one.column, one.value, one.reason) for one in opened.bad)
    return Taken(Kind.PARQUET, TABLE, opened.rows, left, generated=GENERATED in path.name)


@dataclass(slots=True)
class _Tally:
    """Keep the numbers met and the lines left; a ticket that comes twice is judged once."""

    left: list[Left] = field(default_factory=list)
    met: set[str] = field(default_factory=set)
    rows: int = 0

    def is_new(self, ticket: str, sheet: str, row: int) -> bool:
        """Take down a ticket number; one that came before leaves its line."""
        if ticket not in self.met:
            self.met.add(ticket)
            return True
        self.left.append(Left(sheet, row, None, ticket, _TWICE.format(id=ticket)))
        return False


def _take_lines(connection: DuckDBPyConnection, options: WhatIfOptions, bar: Bar) -> Taken:
    path, tally = options.tickets[0], _Tally()
    with path.open("rb") as file:
        store(connection, TABLE, bar.each(_from_lines(file, path.name, tally)))
    return Taken(Kind.LINES, TABLE, tally.rows, tuple(tally.left), generated=GENERATED in path.name)


def _from_lines(lines: Iterable[bytes], name: str, tally: _Tally) -> Iterator[tuple[str, Facts]]:
    for given in read_lines(lines):
        tally.rows += 1
        if isinstance(given, BadLine):
            tally.left.append(Left(name, given.line, given.path or None, "", given.message))
            continue
        ticket = f"#{given.line}" if given.id is None else str(given.id)
        if tally.is_new(ticket, name, given.line):
            yield ticket, given.facts


def _take_sheets(connection: DuckDBPyConnection, options: WhatIfOptions, bar: Bar) -> Taken:
    reading = read(options.tickets, options.mapping)
    tally = _Tally([_left(parked) for parked in reading.parked])
    notices = bar.each(reading.notices, len(reading.notices))
    store(connection, TABLE, _from_notices(notices, reading, options, tally))
    return Taken(
        Kind.SHEET,
        TABLE,
        reading.rows,
        tuple(tally.left),
        tuple(_left(parked) for parked in reading.orders_parked),
        _articles(reading),
        _is_generated(reading, options),
    )


def _left(parked: Parked) -> Left:
    return Left(parked.sheet, parked.row, parked.column, parked.value, parked.message)


def _from_notices(
    notices: Iterable[Notice], reading: Reading, options: WhatIfOptions, tally: _Tally
) -> Iterator[tuple[str, Facts]]:
    # Two platforms may use the same number; then the platform tells the tickets apart.
    platform_of: dict[str, str] = {}
    for notice in notices:
        try:
            known = options.of_article(notice.article_no, notice.product_id)
            facts = facts_at_decision(notice, reading.newest_at, known)
        except FactsInvalid as refusal:
            tally.left.append(_refused(notice, refusal))
            continue
        shared = platform_of.setdefault(notice.ticket_no, notice.channel) != notice.channel
        ticket = f"{notice.ticket_no} ({notice.channel})" if shared else notice.ticket_no
        if tally.is_new(ticket, notice.observed.sheet, notice.observed.row):
            yield ticket, facts


def _refused(notice: Notice, refusal: FactsInvalid) -> Left:
    column, value = notice.fault_of(refusal)
    return Left(notice.observed.sheet, notice.observed.row, column, value, refusal.faults)


def _articles(reading: Reading) -> dict[str, str]:
    return {
        notice.article_no: notice.article
        for notice in reading.notices
        if notice.article_no and notice.article
    }


def _is_generated(reading: Reading, options: WhatIfOptions) -> bool:
    by_name = any(GENERATED in path.name for path in options.tickets)
    return by_name or any(GENERATED in (notice.remark or "") for notice in reading.notices)
