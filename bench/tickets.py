"""Make the tickets that the benches judge: generated ones, real lines of an export, and Parquet files."""

from __future__ import annotations

from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any

import duckdb

from aftersale.channels.spreadsheet import read
from aftersale.domain.errors import FactsInvalid
from aftersale.domain.fact_table import FACTS
from aftersale.domain.facts import Facts, facts_of_export, parse_facts
from aftersale.domain.vocabulary import Kind
from aftersale.policy.bulk import store
from aftersale.sandbox.scale import facts_stream

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from datetime import datetime

    from aftersale.channels.base import Notice

REAL_LINES = Path(__file__).resolve().parents[2] / "shared" / "data"
PARTS = "tickets-*.parquet"
# What the table engine may hold; the interpreter and what is read come on top.
MEMORY_LIMIT = "600MB"
_DISTINCT = 20_000
_PART = 1_000_000
# Each copy of a ticket happens so much later than the one before, so that no column repeats itself.
_LATER_S = 5_923


def generated(seed: int, number: int, since: datetime | None = None) -> list[Facts]:
    """Make tickets of all kinds, some with facts that nobody knows."""
    made = facts_stream(seed, number, first=since)
    return [parse_facts(_dict(ticket["facts"]), _list(ticket["unknown"])) for ticket in made]


def _dict(value: object) -> dict[str, object]:
    assert isinstance(value, dict)
    return value


def _list(value: object) -> list[str]:
    assert isinstance(value, list)
    return value


def real_lines(folder: Path = REAL_LINES) -> list[Facts]:
    """Read the real after-sale lines as a shop would; none where the folder is not there."""
    sheets = [folder / "douyin_after_sales.csv", folder / "douyin_orders.csv"]
    if not all(sheet.is_file() for sheet in sheets):
        return []
    reading = read(sheets)
    return list(facts_of(reading.notices, reading.newest_at))


def facts_of(notices: Iterable[Notice], now: object) -> Iterator[Facts]:
    """Turn what a sheet says into facts; a ticket that contradicts itself is left out."""
    for notice in notices:
        raw = {**notice.facts, "now": now}
        try:
            yield facts_of_export(raw, notice.unknown - raw.keys())
        except FactsInvalid:
            continue


def write_parquet(folder: Path, number: int) -> None:
    """Write so many tickets as Parquet, a million a file: 20,000 different ones, copied and moved in time."""
    distinct = min(_DISTINCT, number)
    tickets = ((f"{place:05d}", facts) for place, facts in enumerate(generated(7, distinct)))
    with database() as connection:
        store(connection, "tickets", tickets)
        for part, first in enumerate(range(0, number, _PART)):
            copies = min(_PART, number - first) // distinct
            _copy(connection, folder / f"tickets-{part:03d}.parquet", first // distinct, copies)


def _copy(connection: duckdb.DuckDBPyConnection, target: Path, first: int, copies: int) -> None:
    times = [name for name, spec in FACTS.items() if spec.kind is Kind.TIME]
    moved = ", ".join(f'"{name}" + copy.number * {_LATER_S} AS "{name}"' for name in times)
    connection.execute(
        f"COPY (SELECT * EXCLUDE (number) REPLACE (ticket || '-' || copy.number AS ticket, {moved}) "  # noqa: S608  # ours
        f"FROM tickets, range({first}, {first + copies}) AS copy(number)) TO '{target}' (FORMAT parquet)"
    )


@contextmanager
def database() -> Iterator[duckdb.DuckDBPyConnection]:
    """Open the table engine within bounds of memory; what does not fit goes to a folder of its own."""
    with TemporaryDirectory(prefix="aftersale-bench-") as spill:
        connection = duckdb.connect(
            ":memory:", config={"memory_limit": MEMORY_LIMIT, "temp_directory": spill}
        )
        connection.execute("SET enable_progress_bar = false")
        try:
            yield connection
        finally:
            connection.close()


def source(folder: Path) -> str:
    """Write what stands after FROM to read the tickets of a folder."""
    return f"read_parquet('{folder / PARTS}')"


def sample(folder: Path, number: int) -> list[tuple[str, Facts]]:
    """Take about so many tickets from all over the files."""
    with database() as connection:
        table = connection.sql(f"FROM {source(folder)}")
        total = table.aggregate("count(*)").fetchone()
        assert total is not None
        some = table.filter(f"hash(ticket) % {max(1, total[0] // number)} = 0").limit(number)
        columns = ", ".join(f'"{name}"' for name in ("ticket", "unknown", *FACTS))
        rows = some.project(columns).fetchall()
    return [(row[0], _facts(row[2:], row[1])) for row in rows]


def _facts(values: tuple[Any, ...], unknown: list[str] | None) -> Facts:
    known = tuple(frozenset(value) if isinstance(value, list) else value for value in values)
    return Facts(known, frozenset(unknown or ()))
