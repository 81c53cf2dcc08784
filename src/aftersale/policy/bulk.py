"""Judge a whole table of tickets in DuckDB: the same answers as one at a time, by the same syntax tree."""

from __future__ import annotations

import json
from itertools import islice
from typing import TYPE_CHECKING

from aftersale.domain.fact_table import FACTS
from aftersale.policy.bulk_sql import COLUMNS, BulkSql, macros, verdict_query
from aftersale.policy.bulk_unknown import UnknownSql

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from duckdb import DuckDBPyConnection

    from aftersale.domain.facts import Facts
    from aftersale.policy.rulebook import Rulebook

_BATCH = 5_000
_COLUMN_LIST = ", ".join(f'"{name}" {kind}' for name, kind in ({"ticket": "VARCHAR"} | COLUMNS).items())
_SHAPE = json.dumps(
    [{"ticket": "VARCHAR"} | {name: ["VARCHAR"] if "[]" in kind else kind for name, kind in COLUMNS.items()}]
)


def _row(ticket: str, facts: Facts) -> dict[str, object]:
    row: dict[str, object] = {"ticket": ticket, "unknown": sorted(facts.unknown)}
    for name, value in zip(FACTS, facts.values, strict=True):
        row[name] = sorted(value) if isinstance(value, frozenset) else value
    return row


def _batches(rows: Iterable[dict[str, object]]) -> Iterator[list[dict[str, object]]]:
    rows = iter(rows)
    while batch := list(islice(rows, _BATCH)):
        yield batch


def store(connection: DuckDBPyConnection, table: str, tickets: Iterable[tuple[str, Facts]]) -> int:
    """Create a table of facts and fill it; gives the number of tickets stored."""
    connection.execute(f'CREATE OR REPLACE TABLE "{table}" ({_COLUMN_LIST})')
    total = 0
    for batch in _batches(_row(ticket, facts) for ticket, facts in tickets):
        text = json.dumps(batch, ensure_ascii=False)
        connection.execute(
            f'INSERT INTO "{table}" SELECT unnest(items, recursive := true) '
            "FROM (SELECT unnest(from_json(?, ?)) AS items)",
            [text, _SHAPE],
        )
        total += len(batch)
    return total


def prepare(connection: DuckDBPyConnection, rulebook: Rulebook, suffix: str = "") -> None:
    """Give the connection the functions that the queries call."""
    for macro in macros(rulebook, suffix):
        connection.execute(macro)


def judge_table(connection: DuckDBPyConnection, rulebook: Rulebook, source: str, target: str) -> None:
    """Judge every row of a table or file of facts into a table.

    Its columns are ticket, main, remedy, amount_fen and hits_0, hits_1, …: one bit per rule, by rank, 62 to
    a word. `source` is what stands after FROM, such as `tickets` or `read_parquet('…')`; `main` is the rank
    of the main rule. The remedy is final: refusals that an unknown could overturn are questions, as decide
    has it.
    """
    prepare(connection, rulebook)
    writer = BulkSql(rulebook)
    query = verdict_query([writer], source)
    connection.execute(f'CREATE OR REPLACE TABLE "{target}" AS {query}')
    weigh_unknowns(connection, writer, source, target)


def judge_pair(
    connection: DuckDBPyConnection, rulebooks: tuple[Rulebook, Rulebook], source: str, target: str
) -> None:
    """Judge every row under two rulebooks in one pass; the columns of the second end in `_b`."""
    prepare(connection, rulebooks[0])
    first = BulkSql(rulebooks[0])
    second = BulkSql(rulebooks[1], beside=first)
    prepare(connection, rulebooks[1], second.calendar_suffix)
    query = verdict_query([first, second], source, keep=("reason", "article_no"))
    connection.execute(f'CREATE OR REPLACE TABLE "{target}" AS {query}')
    for writer in (first, second):
        weigh_unknowns(connection, writer, source, target)


def weigh_unknowns(connection: DuckDBPyConnection, writer: BulkSql, source: str, target: str) -> None:
    """Look again, strictly, at the rows that refuse or settle for less."""
    second_look, end = UnknownSql(writer), writer.suffix
    facts = ", ".join(f't."{name}"' for name in [*sorted(writer.needed_facts()), "ticket"])
    doubtful = (
        f"(SELECT {facts}, v.main{end} AS main, v.remedy{end} AS remedy FROM {source} AS t "
        f'JOIN "{target}" AS v USING (ticket) WHERE v.remedy{end} IN ({second_look.doubtful_remedies()}))'
    )
    connection.execute(
        f'UPDATE "{target}" SET remedy{end} = weighed.settled '
        f"FROM ({second_look.query(doubtful)}) AS weighed "
        f'WHERE "{target}".ticket = weighed.ticket AND "{target}".remedy{end} <> weighed.settled'
    )
