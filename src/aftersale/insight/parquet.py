"""Judge a Parquet file of facts where it stands, once its columns and its rows are what a query can trust."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import duckdb

from aftersale.channels.base import SheetRefused
from aftersale.domain.fact_table import FACTS
from aftersale.policy.bulk_sql import COLUMNS
from aftersale.policy.sql_source import literal
from aftersale.texts import Text

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from duckdb import DuckDBPyConnection, DuckDBPyRelation

MAGIC = b"PAR1"
_WANTED = {"ticket": "VARCHAR"} | COLUMNS
# What is narrower holds the same values.
_ALSO = {
    "BIGINT": frozenset({"BIGINT", "INTEGER", "SMALLINT", "TINYINT", "UINTEGER", "USMALLINT", "UTINYINT"})
}
# Without these nothing can be selected by platform and date.
_NEVER_NULL = ("ticket", "platform", "applied_at", "now")
_GLOB = "*?["
_BAD = "rows_left_out"


@dataclass(frozen=True, slots=True)
class BadRow:
    """Name one row that cannot be judged, from 1."""

    row: int
    column: str
    value: str
    reason: Text


@dataclass(frozen=True, slots=True)
class Opened:
    """Count the rows of a file, and name those that the view leaves out."""

    rows: int
    bad: tuple[BadRow, ...]


def open_parquet(connection: DuckDBPyConnection, path: Path, view: str) -> Opened:
    """Make a view of the rows that can be judged; raises SheetRefused for missing or mistyped columns."""
    rows = _rows_of(connection, path)
    _check_columns(path, dict(zip(rows.columns, map(str, rows.types), strict=True)))
    bad = _bad_rows(connection, rows)
    sound = rows.filter(f"file_row_number NOT IN (FROM {_BAD} SELECT row)") if bad else rows
    sound.project(", ".join(_selected(name, kind) for name, kind in _WANTED.items())).create_view(view)
    counted = rows.aggregate("count(*)").fetchone()
    return Opened(int(counted[0]) if counted else 0, bad)


def _rows_of(connection: DuckDBPyConnection, path: Path) -> DuckDBPyRelation:
    try:
        return connection.read_parquet(_plain(path), file_row_number=True)
    except duckdb.Error as fault:
        raise SheetRefused(
            "parquet.unreadable",
            Text(zh=f"{path.name} 不是完好的 Parquet 文件。", en=f"{path.name} is not a sound Parquet file."),
            Text(zh=f"请重新生成这个文件（{fault}）", en=f"Write the file again ({fault})"),
        ) from None


def _plain(path: Path) -> str:
    """Write a path so that its own brackets and stars are no pattern."""
    return "".join(f"[{sign}]" if sign in _GLOB else sign for sign in str(path))


def _selected(name: str, kind: str) -> str:
    if name == "unknown":
        return f'coalesce("{name}", []::{kind}) AS "{name}"'
    return f'CAST("{name}" AS {kind}) AS "{name}"'


def _check_columns(path: Path, found: Mapping[str, str]) -> None:
    missing = [name for name in _WANTED if name not in found]
    mistyped = [
        (name, kind, found[name])
        for name, kind in _WANTED.items()
        if name in found and found[name] not in _ALSO.get(kind, {kind})
    ]
    if not missing and not mistyped:
        return
    wrong = [f"{name}: {is_kind} → {kind}" for name, kind, is_kind in mistyped]
    refusal = SheetRefused("parquet.columns", _columns_message(path, missing, wrong), _NEXT)
    refusal.headers, refusal.missing = tuple(found), tuple(missing)
    raise refusal


_NEXT = Text(
    zh="每项信息一列，时间是 1970 年起的秒数，金额是分，都是 BIGINT，"
    "另有 ticket 和 unknown 两列；见 docs/whatif.md。",
    en="One column a fact, times as seconds since 1970 and money as fen (BIGINT), and ticket and unknown; "
    "see docs/whatif.md.",
)


def _columns_message(path: Path, missing: list[str], wrong: list[str]) -> Text:
    zh, en = [], []
    if missing:
        zh.append(f"缺少这些列：{'、'.join(missing)}")
        en.append(f"columns missing: {', '.join(missing)}")
    if wrong:
        zh.append(f"这些列类型不对：{'、'.join(wrong)}")
        en.append(f"columns of another type: {', '.join(wrong)}")
    return Text(zh=f"{path.name}：{'；'.join(zh)}", en=f"{path.name}: {'; '.join(en)}")


_Check = tuple[str, str, Text]


def _checks() -> list[_Check]:
    """List what may be wrong with a row: column, condition, message."""
    empty = Text(zh="{column} 是空的", en="{column} is empty")
    strange = Text(zh="{column} 不能写 {value}", en="{column} cannot be {value}")
    checks = [(name, f'"{name}" IS NULL', empty) for name in _NEVER_NULL]
    for spec in FACTS.values():
        if spec.values and _WANTED[spec.name] == "VARCHAR":
            allowed = ", ".join(map(literal, spec.values))
            checks.append((spec.name, f'"{spec.name}" NOT IN ({allowed})', strange))
        if spec.never_null:
            checks.append((spec.name, f'"{spec.name}" IS NULL', empty))
    return checks


def _bad_rows(connection: DuckDBPyConnection, rows: DuckDBPyRelation) -> tuple[BadRow, ...]:
    """Find rows with a fault, and of rows that name the same ticket all but the first sound one."""
    again = Text(
        zh="售后单 {value} 前面已经有了，只算第一次",
        en="ticket {value} stands here a second time; the first one counts",
    )
    checks = [*_checks(), ("ticket", "FALSE", again)]
    arms = " ".join(f"WHEN {condition} THEN {number}" for number, (_, condition, _) in enumerate(checks))
    values = ", ".join(f'CAST("{name}" AS VARCHAR)' for name, _, _ in checks)
    looked_at = rows.project(
        f"file_row_number AS row, ticket, CASE {arms} END AS fault, [{values}] AS values"
    )
    numbered = looked_at.project(
        "*, row_number() OVER (PARTITION BY ticket, fault IS NULL ORDER BY row) AS nth"
    )
    left = numbered.filter("fault IS NOT NULL OR nth > 1")
    last = len(checks) - 1
    named = left.project(f"row, values, coalesce(fault, {last}) AS fault")
    named.project("row, fault, list_extract(values, fault + 1) AS value").create(_BAD)
    found = connection.table(_BAD).order("row").fetchall()
    return tuple(_bad_row(int(row), checks[fault], str(value or "")) for row, fault, value in found)


def _bad_row(row: int, check: _Check, value: str) -> BadRow:
    column, _condition, reason = check
    return BadRow(row + 1, column, value, reason.format(column=column, value=value))
