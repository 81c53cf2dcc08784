"""Compare two rulebooks over the same tickets: who would be treated differently, by what, for how much.

Each ticket is judged at its own time of decision (the fact `now`), never at today's.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from aftersale.domain.fact_table import FACTS
from aftersale.domain.facts import Facts
from aftersale.policy.bulk import judge_pair
from aftersale.policy.decide import Judge
from aftersale.policy.sql_source import literal

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

    from aftersale.policy.decision import Decision
    from aftersale.policy.rulebook import Rulebook

LARGEST = 10
# Pairs of rules are few; articles may be many, and nobody reads the thousandth.
_MOST_PAIRS, _MOST_ARTICLES = 10_000, 50


@dataclass(frozen=True, slots=True)
class Group:
    """Count the changed tickets that share a key; money in fen, `gain_fen` more (or less) for the buyers."""

    before: str
    after: str
    tickets: int
    gain_fen: int


@dataclass(frozen=True, slots=True)
class Example:
    """Show one changed ticket with both decisions."""

    ticket: str
    before: Decision
    after: Decision
    gain_fen: int


@dataclass(frozen=True, slots=True)
class Comparison:
    """Hold the outcome of a what-if; the largest groups first, by_reason and by_article keyed in `before`."""

    tickets: int
    changed: int
    payable_before_fen: int
    payable_after_fen: int
    by_rule: tuple[Group, ...]
    by_remedy: tuple[Group, ...]
    by_reason: tuple[Group, ...]
    by_article: tuple[Group, ...]
    staying: tuple[Group, ...]
    largest: tuple[Example, ...]

    @property
    def same(self) -> int:
        """Count the tickets that are treated as before."""
        return self.tickets - self.changed


def _payable(rulebook: Rulebook, end: str) -> str:
    """Write what a ticket pays: its amount where the remedy pays, else nothing."""
    paying = ", ".join(
        literal(remedy.id)
        for remedy in rulebook.remedies.values()
        if remedy.pays in {"refund", "difference"} and remedy.id != "partial_refund"
    )
    return f"CASE WHEN remedy{end} IN ({paying}) THEN coalesce(amount_fen{end}, 0) ELSE 0 END"


def _rule_name(rulebook: Rulebook, end: str) -> str:
    ids = ", ".join(literal(rule.id) for rule in rulebook.rules)
    return f"list_extract([{ids}], main{end} + 1)"


def _groups(
    connection: DuckDBPyConnection, keys: str, where: str = "TRUE", most: int = _MOST_PAIRS
) -> tuple[Group, ...]:
    rows = connection.execute(
        f"SELECT {keys}, count(*) AS n, sum(gain)::BIGINT AS gain FROM whatif WHERE {where} "
        f"GROUP BY 1, 2 ORDER BY n DESC, abs(sum(gain)) DESC, 1, 2 LIMIT {most}"
    ).fetchall()
    return tuple(
        Group(str(before or ""), str(after or ""), int(n), int(gain)) for before, after, n, gain in rows
    )


def _view(connection: DuckDBPyConnection, before: Rulebook, after: Rulebook) -> None:
    """Name rules, money and what changed on top of the judged pairs."""
    connection.execute(
        "CREATE OR REPLACE TEMP VIEW whatif AS SELECT *, payable_after - payable_before AS gain, "
        "(rule_before <> rule_after OR remedy <> remedy_b OR payable_before <> payable_after) AS changed "
        "FROM ("
        f"SELECT ticket, reason, article_no, remedy, remedy_b, {_rule_name(before, '')} AS rule_before, "
        f"{_rule_name(after, '_b')} AS rule_after, {_payable(before, '')} AS payable_before, "
        f"{_payable(after, '_b')} AS payable_after FROM whatif_pairs)"
    )


def _facts_of(connection: DuckDBPyConnection, source: str, tickets: list[str]) -> dict[str, Facts]:
    columns = ", ".join(f'"{name}"' for name in ("ticket", *FACTS, "unknown"))
    asked = ", ".join("?" for _ in tickets)
    rows = connection.execute(f"SELECT {columns} FROM {source} WHERE ticket IN ({asked})", tickets).fetchall()
    return {
        str(row[0]): Facts(
            tuple(frozenset(value) if isinstance(value, list) else value for value in row[1:-1]),
            frozenset(row[-1] or ()),
        )
        for row in rows
    }


def _largest(
    connection: DuckDBPyConnection, before: Rulebook, after: Rulebook, source: str
) -> tuple[Example, ...]:
    rows = connection.execute(
        "SELECT ticket, gain FROM whatif WHERE changed "
        f"ORDER BY abs(gain) DESC, greatest(payable_before, payable_after) DESC, ticket LIMIT {LARGEST}"
    ).fetchall()
    if not rows:
        return ()
    facts = _facts_of(connection, source, [str(ticket) for ticket, _ in rows])
    judges = Judge(before), Judge(after)
    return tuple(
        Example(str(ticket), judges[0].decide(facts[ticket]), judges[1].decide(facts[ticket]), int(gain))
        for ticket, gain in rows
    )


def compare(connection: DuckDBPyConnection, before: Rulebook, after: Rulebook, source: str) -> Comparison:
    """Judge every ticket of `source` (what stands after FROM) under both rulebooks and compare."""
    judge_pair(connection, (before, after), source, "whatif_pairs")
    _view(connection, before, after)
    totals = connection.execute(
        "SELECT count(*), count(*) FILTER (changed), coalesce(sum(payable_before), 0)::BIGINT, "
        "coalesce(sum(payable_after), 0)::BIGINT FROM whatif"
    ).fetchone()
    assert totals is not None  # noqa: S101  # an aggregate always gives one row
    return Comparison(
        tickets=int(totals[0]),
        changed=int(totals[1]),
        payable_before_fen=int(totals[2]),
        payable_after_fen=int(totals[3]),
        by_rule=_groups(connection, "rule_before, rule_after", "changed"),
        by_remedy=_groups(connection, "remedy, remedy_b", "changed"),
        by_reason=_groups(connection, "reason, ''", "changed"),
        by_article=_groups(connection, "article_no, ''", "changed", _MOST_ARTICLES),
        staying=_groups(connection, "rule_before, remedy", "NOT changed"),
        largest=_largest(connection, before, after, source),
    )
