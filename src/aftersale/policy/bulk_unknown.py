"""Write the SQL that looks again, strictly, at rows that refuse or settle for less."""

from __future__ import annotations

from typing import TYPE_CHECKING

from aftersale.policy.bulk_sql import by_level, parameter_expr, stacked
from aftersale.policy.rulebook import ASK, REJECT
from aftersale.policy.sql_source import literal, render
from aftersale.policy.strict import strict
from aftersale.policy.variant import ENUMS_WITH_UNKNOWN
from aftersale.policy.verdict import SETTLES_FROM

if TYPE_CHECKING:
    from aftersale.policy.bulk_sql import BulkSql, Layer
    from aftersale.policy.expression import Expr
    from aftersale.policy.rulebook import Rule
    from aftersale.policy.written import RemedyW


def settles_for_less(remedy: RemedyW) -> bool:
    """Tell whether a remedy ends the claim for less than a refund."""
    return remedy.rank >= SETTLES_FROM and remedy.pays != "refund"


def _as_unknown(name: str) -> str:
    plain = f'"{name}"'
    if name not in ENUMS_WITH_UNKNOWN:
        return plain
    return f"CASE WHEN list_contains(unknown, '{name}') THEN NULL ELSE {plain} END"


class UnknownSql:
    """Write the second look for the rulebook of a query."""

    def __init__(self, writer: BulkSql) -> None:
        self._writer = writer
        self._book = writer.rulebook

    def doubtful_remedies(self) -> str:
        """List the remedies that need a second look."""
        remedies = self._book.remedies.values()
        return ", ".join(literal(item.id) for item in remedies if item.id == REJECT or settles_for_less(item))

    def query(self, table: str) -> str:
        """Write the query for ticket and `settled`, over rows with their main and remedy."""
        facts = [f'{_as_unknown(name)} AS "{name}"' for name in sorted(self._writer.needed_facts())]
        below = f"SELECT {', '.join([*facts, 'ticket', 'main', 'remedy'])} FROM {table}"
        used = sorted(self._book.parameters)
        parameters: Layer = [(name, render(parameter_expr(self._book.parameters[name]))) for name in used]
        derived = [
            [(item.name, self._render(item.expr)) for item in level] for level in by_level(self._book.derived)
        ]
        flags: Layer = [(f"s{rank}", self._render(expr)) for rank, expr in enumerate(self._writer.conditions)]
        layers = [parameters, *derived, flags]
        return f"SELECT ticket, {self._settled()} AS settled FROM ({stacked(below, layers)})"

    def _render(self, expr: Expr) -> str:
        return self._writer.with_own_calendar(render(strict(expr)))

    def _settled(self) -> str:
        at_fault = f"WHEN remedy = '{REJECT}' AND merchant_fault THEN 'human_review'"
        mains = " ".join(
            f"WHEN main = {rank} THEN s{rank} IS NOT TRUE" for rank, _ in self._writer.granting()
        )
        shaky = f"(remedy = '{REJECT}' AND (merchant_fault IS NULL OR CASE {mains} END))"
        better = f"{shaky} OR {self._better_than_refusal()} OR {self._better_than_less()}"
        return f"CASE {at_fault} WHEN len(unknown) = 0 THEN remedy WHEN {better} THEN '{ASK}' ELSE remedy END"

    def _would_win(self, rank: int, rule: Rule) -> str:
        return f"s{rank} IS NULL" if rule.layer == "shop" else f"({rank} < main AND s{rank} IS NULL)"

    def _better_than_refusal(self) -> str:
        tests = []
        for rank, rule in enumerate(self._book.rules):
            if not rule.remedies or self._book.rank_of(rule.remedies[0]) <= self._book.rank_of(REJECT):
                continue
            if not rule.is_guard:
                tests.append(self._would_win(rank, rule))
            elif rule.id in self._book.overrides:
                tests.append(f"s{rank} IS NULL")
        return f"(remedy = '{REJECT}' AND ({' OR '.join(tests) or 'FALSE'}))"

    def _better_than_less(self) -> str:
        arms = [self._better_than(item) for item in self._book.remedies.values() if settles_for_less(item)]
        return f"(CASE {' '.join(arm for arm in arms if arm)} ELSE FALSE END)" if any(arms) else "FALSE"

    def _better_than(self, remedy: RemedyW) -> str:
        tests = [
            self._would_win(rank, rule)
            for rank, rule in self._writer.granting()
            if self._book.remedies[rule.remedies[0]].pays == "refund"
            and self._book.rank_of(rule.remedies[0]) > remedy.rank
        ]
        return f"WHEN remedy = {literal(remedy.id)} THEN {' OR '.join(tests)}" if tests else ""
