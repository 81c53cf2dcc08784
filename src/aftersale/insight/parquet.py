"""Judge a Parquet file of facts where it stands, once its columns and its rows are what a query can trust."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from aftersale.channels.base import SheetRefused
from aftersale.domain.fact_table import FACTS
from aftersale.policy.bulk_sql import COLUMNS
from aftersale.policy.sql_source import literal
from aftersale.texts import Text

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from duckdb import DuckDBPyConnection

MAGIC = b"PAR1"
_WANTED = {"ticket": "VARCHAR"} | COLUMNS
# What is narrower holds the same values.
_ALSO = {"BIGINT": frozenset({"BIGINT", "INTEGER", "SMALLINT", "TINYINT", "UINTEGER", "USMALLINT", "UTINYINT"})}
# Without these nothing can be selected by platform and date.
_NEVER_NULL = ("ticket", "platform", "applied_at", "now")
_GLOB = "*?["


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
    source = f"read_parquet({literal(_plain(path))}, file_row_number = true)"
    _check_columns(path, _columns_of(connection, path, source))
    bad = _bad_rows(connection, source)
    selected = ", ".join(_selected(name, kind) for name, kind in _WANTED.items())
    numbers = ", ".join(str(one.row - 1) for one in bad)
    where = f"WHERE file_row_number NOT IN ({numbers})" if bad else ""
    connection.execute(f'CREATE OR REPLACE TEMP VIEW "{view}" AS SELECT {selected} FROM {source} {where}')
    counted = connection.execute(f"SELECT count(*) FROM {source}").fetchone()
    return Opened(int(counted[0]) if counted else 0, bad)


def _plain(path: Path) -> str:
    """Write a path so that its own brackets and stars are no pattern."""
    return "".join(f"[{sign}]" if sign in _GLOB else sign for sign in str(path))


def _selected(name: str, kind: str) -> str:
    if name == "unknown":
        return f"coalesce(\"{name}\", []::{kind}) AS \"{name}\""
    return f'CAST("{name}" AS {kind}) AS "{name}"'


def _columns_of(connection: DuckDBPyConnection, path: Path, source: str) -> dict[str, str]:
    from duckdb import Error  # noqa: PLC0415  # where it is caught, so that reading sheets needs no database

    try:
        described = connection.execute(f"DESCRIBE SELECT * FROM {source}").fetchall()
    except Error as fault:
        raise SheetRefused(
            "parquet.unreadable",
            Text(zh=f"{path.name} 不是完好的 Parquet 文件。", en=f"{path.name} is not a sound Parquet file."),
            Text(zh=f"请重新生成这个文件（{fault}）", en=f"Write the file again ({fault})"),
        ) from None
    return {str(name): str(kind) for name, kind, *_ in described}


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
    zh="每项信息一列，时间是 1970 年起的秒数（BIGINT），金额是分（BIGINT），另有 ticket 和 unknown；见 docs/whatif.md。",
    en="One column a fact, times as seconds since 1970 and money as fen (BIGINT), and ticket and unknown; "
    "see docs/whatif.md.",
)


def _columns_message(path: Path, missing: list[str], wrong: list[str]) -> Text:
    zh, en = [], []
    if missing:
        zh.append(f"缺少 {len(missing)} 列：{'、'.join(missing)}")
        en.append(f"{len(missing)} columns are missing: {', '.join(missing)}")
    if wrong:
        zh.append(f"{len(wrong)} 列类型不对：{'、'.join(wrong)}")
        en.append(f"{len(wrong)} columns have another type: {', '.join(wrong)}")
    return Text(zh=f"{path.name} {'；'.join(zh)}", en=f"{path.name}: {'; '.join(en)}")


def _checks() -> list[tuple[str, str, Text]]:
    """List what may be wrong with a row: column, condition, message."""
    empty = Text(zh="是空的", en="is empty")
    strange = Text(zh="不是可以写的值", en="is not one of the allowed values")
    checks = [(name, f'"{name}" IS NULL', empty) for name in _NEVER_NULL]
    for spec in FACTS.values():
        if spec.values and _WANTED[spec.name] == "VARCHAR":
            allowed = ", ".join(map(literal, spec.values))
            checks.append((spec.name, f'"{spec.name}" NOT IN ({allowed})', strange))
            if spec.never_null:
                checks.append((spec.name, f'"{spec.name}" IS NULL', empty))
    return checks


def _bad_rows(connection: DuckDBPyConnection, source: str) -> tuple[BadRow, ...]:
    checks = _checks()
    arms = " ".join(f"WHEN {condition} THEN {number}" for number, (_, condition, _) in enumerate(checks))
    again = "SELECT ticket AS again FROM {source} WHERE ticket IS NOT NULL GROUP BY ticket HAVING count(*) > 1"
    values = "[" + ", ".join(f'CAST("{name}" AS VARCHAR)' for name, _, _ in checks) + "]"
    rows = connection.execute(
        f"SELECT file_row_number, fault, list_extract({values}, fault + 1) FROM "
        f"(SELECT *, CASE {arms} END AS fault FROM {source}) WHERE fault IS NOT NULL ORDER BY file_row_number"
    ).fetchall()
    faulty = [BadRow(int(row) + 1, checks[fault][0], str(value or ""), checks[fault][2]) for row, fault, value in rows]
    return tuple(sorted((*faulty, *_repeated(connection, source, {one.row for one in faulty})), key=lambda one: one.row))


def _repeated(connection: DuckDBPyConnection, source: str, faulty: set[int]) -> list[BadRow]:
    """Find tickets that stand in several rows; the first sound one counts."""
    again = f"SELECT ticket FROM {source} WHERE ticket IS NOT NULL GROUP BY ticket HAVING count(*) > 1"
    rows = connection.execute(
        f"SELECT file_row_number, ticket FROM {source} WHERE ticket IN ({again}) ORDER BY file_row_number"
    ).fetchall()
    met: set[str] = set()
    found = []
    for row, ticket in rows:
        if int(row) + 1 in faulty:
            continue
        if ticket in met:
            said = Text(zh="前面已经有了，只算第一次", en="stands here a second time; the first one counts")
            found.append(BadRow(int(row) + 1, "ticket", str(ticket), said))
        met.add(ticket)
    return found
