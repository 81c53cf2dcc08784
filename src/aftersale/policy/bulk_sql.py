"""Write the SQL that judges every row of a table of facts: one query, one layer upon another.

Columns are the facts by name (times and money as BIGINT, enumerations as VARCHAR, tags as VARCHAR[]) and
`unknown`, a VARCHAR[] of the facts nobody knows. The text is the same syntax tree that Python runs.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from aftersale.domain.fact_table import FACTS
from aftersale.domain.vocabulary import Kind
from aftersale.policy.expression import And, Case, Compare, Const, Expr, Name, Type, names_in
from aftersale.policy.fold import all_of
from aftersale.policy.rulebook import ALWAYS_FROM, ALWAYS_UNTIL, bound
from aftersale.policy.sql_source import literal, render
from aftersale.policy.strict import strict
from aftersale.policy.variant import ENUMS_WITH_UNKNOWN, on_platform, window
from aftersale.policy.verdict import ASK, CHOICE, OUTRANKED_BY_NOTHING, REJECT, SETTLES_FROM

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from aftersale.policy.rulebook import Parameter, ParameterValue, Rule, Rulebook, Step

BITS = 62
SQL_TYPE = {
    Kind.TIME: "BIGINT",
    Kind.FEN: "BIGINT",
    Kind.COUNT: "BIGINT",
    Kind.POINTS: "BIGINT",
    Kind.BOOL: "BOOLEAN",
    Kind.ENUM: "VARCHAR",
    Kind.TEXT: "VARCHAR",
    Kind.TAGS: "VARCHAR[]",
}
COLUMNS = {name: SQL_TYPE[spec.kind] for name, spec in FACTS.items()} | {"unknown": "VARCHAR[]"}


def macros(rulebook: Rulebook) -> tuple[str, ...]:
    """Write the two functions that the query calls: the calendar look-up and calendar months."""
    calendar = rulebook.calendar
    days = ", ".join(str(calendar.last_day(day)) for day in range(calendar.first, calendar.last))
    inside = f"d >= {calendar.first} AND d < {calendar.last}"
    rolled = f"list_extract([{days}]::BIGINT[], d - {calendar.first} + 1)"
    months = "DATE '1970-01-01' + CAST(d AS INTEGER) + to_months(CAST(n AS INTEGER))"
    return (
        f"CREATE OR REPLACE TEMP MACRO last_day_of(d) AS CASE WHEN {inside} THEN {rolled} ELSE d END",
        "CREATE OR REPLACE TEMP MACRO months_after(d, n) AS "
        f"date_diff('day', DATE '1970-01-01', CAST({months} AS DATE))",
    )


def _in_force(value: ParameterValue) -> Expr:
    start, until = bound(value.effective[0], ALWAYS_FROM), bound(value.effective[1], ALWAYS_UNTIL)
    applied = Name("applied_at")
    limits: list[Expr] = [] if start == ALWAYS_FROM else [Compare(">=", applied, Const(start))]
    limits += [] if until == ALWAYS_UNTIL else [Compare("<", applied, Const(until))]
    if value.platform != "any":
        limits.append(Compare("=", Name("platform"), Const(value.platform)))
    return all_of(limits)


def parameter_expr(parameter: Parameter) -> Expr:
    """Write a parameter as a choice by platform and date of application; NULL outside its dates."""
    branches = tuple((_in_force(value), Const(value.value)) for value in parameter.values)
    always = next((value for condition, value in branches if condition == Const(value=True)), None)
    settled = branches[: [value for _, value in branches].index(always)] if always else branches
    otherwise = always or Const(None)
    return Case(settled, otherwise) if settled else otherwise


@dataclass(frozen=True, slots=True)
class _Layer:
    """Add columns on top of what is below."""

    columns: tuple[tuple[str, str], ...]

    def over(self, below: str) -> str:
        added = ", ".join(f'{text} AS "{name}"' for name, text in self.columns)
        return f"SELECT *, {added} FROM ({below})" if self.columns else below


class BulkSql:
    """Write the layers of one rulebook; `keep` names the columns that come out beside the verdict."""

    def __init__(self, rulebook: Rulebook) -> None:
        self.rulebook = rulebook
        self._rank = {rule.id: rank for rank, rule in enumerate(rulebook.rules)}
        self._exprs = [self.condition(rule) for rule in rulebook.rules]

    def condition(self, rule: Rule) -> Expr:
        """Write the whole condition of a rule: platform, dates, then its own."""
        return And((on_platform(rule), window(rule), rule.when))

    def needed_facts(self) -> set[str]:
        """Collect the facts that a query reads, so that no other column is touched."""
        wanted = set[str]().union(*(names_in(expr) for expr in self._exprs))
        wanted |= set[str]().union(*(names_in(item.expr) for item in self.rulebook.derived))
        for step in (*self.rulebook.amount, *self.rulebook.punitive):
            wanted |= names_in(step.expr) | (names_in(step.when) if step.when else set())
        return (wanted & FACTS.keys()) | {"platform", "applied_at", "apply_type", "unknown"}

    def hits(self, table: str) -> str:
        """Write the query up to one column `h0`, `h1`, … per rule, and the facts and derived facts it needs."""
        columns = ", ".join(f'"{name}"' for name in [*sorted(self.needed_facts()), "ticket"])
        below = f"SELECT {columns} FROM {table}"  # noqa: S608  # names of our own
        for layer in (self._parameters(), *self._derived(lambda expr: expr)):
            below = layer.over(below)
        flags = [(f"h{rank}", f"({render(expr)} IS TRUE)") for rank, expr in enumerate(self._exprs)]
        return _Layer(tuple(flags)).over(below)

    def verdicts(self, table: str) -> str:
        """Write the query for the columns ticket, main (rank), remedy, amount_fen, hits_low, hits_high.

        `remedy` is the preferred one before unknowns are weighed; see `unsettled`.
        """
        below = _Layer((("law_main", self._first(shop=False)), ("shop_main", self._first(shop=True)))).over(self.hits(table))
        below = _Layer((("main", self._main()),)).over(below)
        below = _Layer((("remedy", self._remedy()),)).over(below)
        for number, step in enumerate(self.rulebook.amount):
            below = _Layer(((f"a{number}", self._step(step, number)),)).over(below)
        amount = f"a{len(self.rulebook.amount) - 1}"
        low, high = self._bits(0), self._bits(BITS)
        return f'SELECT *, "{amount}" AS amount_fen, {low} AS hits_low, {high} AS hits_high FROM ({below})'

    def unsettled(self, table: str) -> str:
        """Write the query for ticket, main, remedy and `settled`: the remedy once unknowns are weighed."""
        columns = [(name, self._as_unknown(name)) for name in sorted(self.needed_facts())]
        texts = ", ".join(f'{text} AS "{name}"' for name, text in [*columns, *((c, c) for c in ("ticket", "main", "remedy"))])
        below = f"SELECT {texts} FROM {table}"  # noqa: S608  # names of our own
        for layer in (self._parameters(), *self._derived(strict)):
            below = layer.over(below)
        flags = [(f"s{rank}", render(strict(expr))) for rank, expr in enumerate(self._exprs)]
        below = _Layer(tuple(flags)).over(below)
        return f"SELECT ticket, main, remedy, {self._settled()} AS settled FROM ({below})"

    def _as_unknown(self, name: str) -> str:
        plain = f'"{name}"'
        return f"CASE WHEN list_contains(unknown, '{name}') THEN NULL ELSE {plain} END" if name in ENUMS_WITH_UNKNOWN else plain

    def _parameters(self) -> _Layer:
        used = set[str]().union(*(names_in(expr) for expr in self._exprs))
        used |= set[str]().union(*(names_in(item.expr) for item in self.rulebook.derived))
        steps = (*self.rulebook.amount, *self.rulebook.punitive)
        used |= set[str]().union(*(names_in(step.expr) for step in steps))
        wanted = sorted(used & self.rulebook.parameters.keys())
        return _Layer(tuple((name, render(parameter_expr(self.rulebook.parameters[name]))) for name in wanted))

    def _derived(self, rewrite: object) -> Iterable[_Layer]:
        """Group derived facts into layers, each using only those below."""
        change = rewrite if callable(rewrite) else strict
        waiting = {item.name: item for item in self.rulebook.derived}
        while waiting:
            ready = [item for item in waiting.values() if not names_in(item.expr) & waiting.keys()]
            yield _Layer(tuple((item.name, render(change(item.expr))) for item in ready))
            for item in ready:
                del waiting[item.name]

    def _first(self, *, shop: bool) -> str:
        """Choose the highest granting rule that fired, of the shop or of law and platform."""
        of_layer = [
            (rank, rule)
            for rank, rule in enumerate(self.rulebook.rules)
            if not rule.is_guard and (rule.layer == "shop") is shop
        ]
        arms = " ".join(f"WHEN h{rank} THEN {rank}" for rank, _ in of_layer)
        return f"CASE {arms} ELSE -1 END" if arms else "-1"

    def _main(self) -> str:
        """Let the shop's rule win only where it gives the buyer more, and never over a fraud or ledger rule."""
        shop = [(rank, rule) for rank, rule in enumerate(self.rulebook.rules) if rule.layer == "shop" and not rule.is_guard]
        if not shop:
            return "law_main"
        arms = []
        for rank, rule in shop:
            buyer_rank = self.rulebook.rank_of(rule.remedies[0])
            beaten = [
                str(other)
                for other, law in enumerate(self.rulebook.rules)
                if law.layer != "shop"
                and not law.is_guard
                and law.group not in OUTRANKED_BY_NOTHING
                and self.rulebook.rank_of(law.remedies[0]) < buyer_rank
            ]
            if beaten:
                arms.append(f"WHEN h{rank} AND law_main IN ({', '.join(beaten)}) THEN {rank}")
        return f"CASE {' '.join(arms)} ELSE law_main END" if arms else "law_main"

    def _remedy(self) -> str:
        exempt = ", ".join(str(self._rank[rule]) for rule in sorted(self.rulebook.none_when_main)) or "-1"
        overriding = [self.rulebook.rule(name) for name in self.rulebook.overrides]
        arms = [f"WHEN main NOT IN ({exempt}) AND h{self._rank[rule.id]} THEN {literal(rule.remedies[0])}" for rule in overriding]
        for asked, offered in CHOICE.items():
            arms += [self._choice(asked, remedy, offered[:place]) for place, remedy in enumerate(offered)]
        first = [f"WHEN main = {rank} THEN {literal(rule.remedies[0])}" for rank, rule in self._granting()]
        return f"CASE {' '.join([*(arm for arm in arms if arm), *first])} END"

    def _choice(self, asked: str, remedy: str, sooner: Sequence[str]) -> str:
        mains = [str(r) for r, rule in self._granting() if remedy in rule.remedies and not set(sooner) & set(rule.remedies)]
        return f"WHEN apply_type = '{asked}' AND main IN ({', '.join(mains)}) THEN '{remedy}'" if mains else ""

    def _granting(self) -> list[tuple[int, Rule]]:
        return [(rank, rule) for rank, rule in enumerate(self.rulebook.rules) if not rule.is_guard]

    def _step(self, step: Step, number: int) -> str:
        before = f'"a{number - 1}"' if number else "0"
        text = render(step.expr).replace('"amount"', before)
        tests = [f"h{self._rank[step.when_fired]}"] if step.when_fired else []
        if step.when_main:
            tests.append(f"main IN ({', '.join(str(self._rank[rule]) for rule in step.when_main)})")
        if step.when is not None:
            tests.append(render(step.when))
        return f"CASE WHEN {' AND '.join(tests)} THEN {text} ELSE {before} END" if tests else text

    def _bits(self, first: int) -> str:
        ranks = range(first, min(first + BITS, len(self.rulebook.rules)))
        return " + ".join(f"CAST(h{rank} AS BIGINT) * {1 << (rank - first)}" for rank in ranks) or "0"

    def _settled(self) -> str:
        """Write, for a refusal or a lesser settlement, whether an open rule forbids it as yet."""
        at_fault = f"WHEN remedy = '{REJECT}' AND merchant_fault THEN 'human_review'"
        mains = " ".join(f"WHEN main = {rank} THEN s{rank} IS NOT TRUE" for rank, _ in self._granting())
        shaky = f"(remedy = '{REJECT}' AND (merchant_fault IS NULL OR CASE {mains} END))"
        knows_all = "len(unknown) = 0"
        return (
            f"CASE {at_fault} WHEN {knows_all} THEN remedy "
            f"WHEN {shaky} OR {self._better_than_refusal()} OR {self._better_than_less()} THEN '{ASK}' ELSE remedy END"
        )

    def _open(self, rank: int) -> str:
        """Write that a rule may be true and did not settle the verdict: unknown, or true only strictly."""
        return f"s{rank} IS NULL"

    def _better_than_refusal(self) -> str:
        tests = []
        for rank, rule in enumerate(self.rulebook.rules):
            if not rule.remedies or self.rulebook.rank_of(rule.remedies[0]) <= self.rulebook.rank_of(REJECT):
                continue
            overrides = rule.is_guard and rule.id in self.rulebook.overrides
            if overrides or (not rule.is_guard and rule.layer == "shop"):
                tests.append(self._open(rank))
            elif not rule.is_guard:
                tests.append(f"({rank} < main AND {self._open(rank)})")
        return f"(remedy = '{REJECT}' AND ({' OR '.join(tests) or 'FALSE'}))"

    def _better_than_less(self) -> str:
        """Write the same for remedies that settle the claim for less than a refund."""
        arms = []
        for remedy in self.rulebook.remedies.values():
            if remedy.rank < SETTLES_FROM or remedy.pays == "refund":
                continue
            tests = [
                self._open(rank) if rule.layer == "shop" else f"({rank} < main AND {self._open(rank)})"
                for rank, rule in self._granting()
                if self.rulebook.remedies[rule.remedies[0]].pays == "refund"
                and self.rulebook.rank_of(rule.remedies[0]) > remedy.rank
            ]
            if tests:
                arms.append(f"WHEN remedy = {literal(remedy.id)} THEN {' OR '.join(tests)}")
        return f"(CASE {' '.join(arms)} ELSE FALSE END)" if arms else "FALSE"
