"""Write the SQL that judges every row of a table of facts: one query, one layer upon another.

Columns are the facts by name (times and money as BIGINT, enumerations as VARCHAR, tags as VARCHAR[]) and
`unknown`, a VARCHAR[] of the facts nobody knows. The text is the same syntax tree that Python runs. Two
rulebooks can be judged in one pass: what both say alike is computed once.
"""

from __future__ import annotations

from itertools import zip_longest
from typing import TYPE_CHECKING

from aftersale.domain.fact_table import FACTS
from aftersale.domain.vocabulary import Kind
from aftersale.policy.expression import And, Case, Compare, Const, Expr, Name, names_in
from aftersale.policy.fold import all_of, rename
from aftersale.policy.rulebook import ALWAYS_FROM, ALWAYS_UNTIL, bound
from aftersale.policy.sql_source import literal, render
from aftersale.policy.variant import on_platform, window
from aftersale.policy.verdict import CHOICE, OUTRANKED_BY_NOTHING, chosen

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from aftersale.policy.rulebook import Derived, Parameter, ParameterValue, Rule, Rulebook, Step

Layer = list[tuple[str, str]]

BITS = 62
# No remedy of a shop ranks above this.
_UNBEATABLE = 1_000
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


def macros(rulebook: Rulebook, suffix: str = "") -> tuple[str, ...]:
    """Write the two functions that the query calls: the calendar look-up and calendar months."""
    calendar = rulebook.calendar
    days = ", ".join(str(calendar.last_day(day)) for day in range(calendar.first, calendar.last))
    inside = f"d >= {calendar.first} AND d < {calendar.last}"
    rolled = f"list_extract([{days}]::BIGINT[], d - {calendar.first} + 1)"
    months = "CAST(DATE '1970-01-01' + CAST(d AS INTEGER) + to_months(CAST(n AS INTEGER)) AS DATE)"
    counted = f"date_diff('day', DATE '1970-01-01', {months})"
    return (
        f"CREATE OR REPLACE TEMP MACRO last_day_of{suffix}(d) AS CASE WHEN {inside} THEN {rolled} ELSE d END",
        f"CREATE OR REPLACE TEMP MACRO months_after(d, n) AS {counted}",
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
    settled: list[tuple[Expr, Expr]] = []
    otherwise = Const(None)
    for value in parameter.values:
        condition = _in_force(value)
        if condition == Const(value=True):
            otherwise = Const(value.value)
            break
        settled.append((condition, Const(value.value)))
    return Case(tuple(settled), otherwise) if settled else otherwise


def by_level(derived: Sequence[Derived]) -> Iterator[list[Derived]]:
    """Group derived facts into levels, each using only those of lower levels."""
    waiting = {item.name: item for item in derived}
    while waiting:
        ready = [item for item in waiting.values() if not names_in(item.expr) & waiting.keys()]
        yield ready
        for item in ready:
            del waiting[item.name]


def stacked(below: str, layers: Iterable[Layer]) -> str:
    """Put layers of computed columns on top of a query."""
    for layer in layers:
        added = "".join(f', {text} AS "{name}"' for name, text in layer)
        below = f"SELECT *{added} FROM ({below})"
    return below


def _asks(apply_type: str) -> str:
    return f"apply_type = '{apply_type}'"


class BulkSql:
    """Write the layers of one rulebook; beside another one, only what differs gets columns of its own."""

    def __init__(self, rulebook: Rulebook, beside: BulkSql | None = None) -> None:
        self.rulebook = rulebook
        self.suffix = "_b" if beside else ""
        same_days = beside is None or beside.rulebook.calendar == rulebook.calendar
        self.calendar_suffix = "" if same_days else "_b"
        self._rank = {rule.id: rank for rank, rule in enumerate(rulebook.rules)}
        self.conditions = [And((on_platform(rule), window(rule), rule.when)) for rule in rulebook.rules]
        self._own: dict[str, str] = {}  # name → name of its column, where this rulebook differs
        self.texts: dict[str, str] = dict(beside.texts) if beside else {}  # text of a column → its name
        self.parameters = self._layer(
            (name, parameter_expr(rulebook.parameters[name])) for name in self._used()
        )
        self.derived = [self._layer((d.name, d.expr) for d in level) for level in by_level(rulebook.derived)]
        self.flags = self._flags()

    def needed_facts(self) -> set[str]:
        """Collect the facts that a query reads, so that no other column is touched."""
        return (self._mentioned() & FACTS.keys()) | {"platform", "applied_at", "apply_type", "unknown"}

    def column(self, rank: int) -> str:
        """Name the column that says whether the rule of a rank fired."""
        return self._hits[rank]

    def verdict_layers(self) -> list[Layer]:
        """Write main (rank), remedy before unknowns are weighed, and the steps of the amount."""
        end = self.suffix
        amounts = [
            [(f"a{number}{end}", self._step(step, number))]
            for number, step in enumerate(self.rulebook.amount)
        ]
        return [
            [(f"law_main{end}", self._first(shop=False))],
            [(f"law_floor{end}", self._law_floor())],
            [(f"main{end}", self._main())],
            [(f"remedy{end}", self._remedy())],
            *amounts,
        ]

    def outcome(self) -> str:
        """Name the columns that come out: main, remedy, amount_fen."""
        end, last = self.suffix, len(self.rulebook.amount) - 1
        return f'main{end}, remedy{end}, "a{last}{end}" AS amount_fen{end}'

    def masks(self) -> str:
        """Write the hits as one bit per rule, by rank, in as many words of 62 as it takes, at least two."""
        firsts = range(0, max(len(self.rulebook.rules), 2 * BITS), BITS)
        return ", ".join(f"{self._bits(first)} AS hits_{first // BITS}" for first in firsts)

    def granting(self) -> list[tuple[int, Rule]]:
        """List the rules that grant something, with their ranks."""
        return [(rank, rule) for rank, rule in enumerate(self.rulebook.rules) if not rule.is_guard]

    def _mentioned(self) -> set[str]:
        steps = (*self.rulebook.amount, *self.rulebook.punitive)
        exprs = [
            *self.conditions,
            *(item.expr for item in self.rulebook.derived),
            *(step.expr for step in steps),
        ]
        return set[str]().union(*map(names_in, exprs), *(names_in(step.when) for step in steps if step.when))

    def _used(self) -> list[str]:
        return sorted(self._mentioned() & self.rulebook.parameters.keys())

    def _layer(self, items: Iterable[tuple[str, Expr]]) -> Layer:
        """Give columns to those items that no column beside says already."""
        added: Layer = []
        for name, expr in items:
            text = self.render(expr)
            shared = self.texts.get(text)
            column = shared or f"{name}{self.suffix}"
            if not shared:
                added.append((column, text))
                self.texts[text] = column
            if column != name:
                self._own[name] = column
        return added

    def render(self, expr: Expr) -> str:
        """Write an expression over this rulebook's columns."""
        return self.with_own_calendar(render(rename(expr, self._own)))

    def with_own_calendar(self, text: str) -> str:
        """Look days up in this rulebook's calendar where it is not the other's."""
        return text.replace("last_day_of(", f"last_day_of{self.calendar_suffix}(")

    def _flags(self) -> Layer:
        texts = [f"({self.render(expr)} IS TRUE)" for expr in self.conditions]
        added = {text: f"h{rank}{self.suffix}" for rank, text in enumerate(texts) if text not in self.texts}
        self.texts |= added
        self._hits = [self.texts[text] for text in texts]
        return [(name, text) for text, name in added.items()]

    def _hit(self, rule_id: str) -> str:
        return self.column(self._rank[rule_id])

    def _first(self, *, shop: bool) -> str:
        """Choose the highest granting rule that fired, of the shop or of law and platform."""
        of_layer = [rank for rank, rule in self.granting() if (rule.layer == "shop") is shop]
        arms = " ".join(f"WHEN {self.column(rank)} THEN {rank}" for rank in of_layer)
        return f"CASE {arms} ELSE -1 END" if arms else "-1"

    def _law_floor(self) -> str:
        """Write what a shop's remedy must rank above, given the main rule of law and platform."""
        arms = [f"WHEN {_asks(asked)} THEN {self._floors(asked)}" for asked in CHOICE]
        return f"CASE {' '.join(arms)} ELSE {self._floors(None)} END"

    def _floors(self, asked: str | None) -> str:
        floors = [self._floor(rule, asked) for rule in self.rulebook.rules]
        return f"list_extract([{', '.join(map(str, floors))}], law_main{self.suffix} + 1)"

    def _floor(self, rule: Rule, asked: str | None) -> int:
        if rule.is_guard or rule.layer == "shop" or rule.group in OUTRANKED_BY_NOTHING:
            return _UNBEATABLE
        return self.rulebook.floor_for_shops(chosen(rule, asked))

    def _main(self) -> str:
        """Let a shop's rule win only where it gives the buyer more, and never over a fraud or ledger rule."""
        shop = [(rank, rule) for rank, rule in self.granting() if rule.layer == "shop"]
        floor = f"law_floor{self.suffix}"
        arms = [
            f"WHEN {self.column(rank)} AND {floor} < {self._given(rule)} THEN {rank}" for rank, rule in shop
        ]
        return f"CASE {' '.join(arms)} ELSE law_main{self.suffix} END" if arms else f"law_main{self.suffix}"

    def _given(self, rule: Rule) -> str:
        """Write how a shop's remedy ranks for the buyer, whatever he asked for."""
        usual = self.rulebook.rank_of(chosen(rule, None))
        ranks = {asked: self.rulebook.rank_of(chosen(rule, asked)) for asked in CHOICE}
        arms = [f"WHEN {_asks(asked)} THEN {rank}" for asked, rank in ranks.items() if rank != usual]
        return f"(CASE {' '.join(arms)} ELSE {usual} END)" if arms else str(usual)

    def _remedy(self) -> str:
        main = f"main{self.suffix}"
        exempt = ", ".join(str(self._rank[rule]) for rule in sorted(self.rulebook.none_when_main)) or "-1"
        arms = [
            f"WHEN {main} NOT IN ({exempt}) AND {self._hit(rule.id)} THEN {literal(rule.remedies[0])}"
            for rule in map(self.rulebook.rule, self.rulebook.overrides)
        ]
        for asked, offered in CHOICE.items():
            arms += [self._choice(asked, remedy, offered[:place]) for place, remedy in enumerate(offered)]
        arms += [f"WHEN {main} = {rank} THEN {literal(rule.remedies[0])}" for rank, rule in self.granting()]
        return f"CASE {' '.join(arm for arm in arms if arm)} END"

    def _choice(self, asked: str, remedy: str, sooner: Sequence[str]) -> str:
        mains = [
            str(rank)
            for rank, rule in self.granting()
            if remedy in rule.remedies and not set(sooner) & set(rule.remedies)
        ]
        where = f"apply_type = '{asked}' AND main{self.suffix} IN ({', '.join(mains)})"
        return f"WHEN {where} THEN '{remedy}'" if mains else ""

    def _step(self, step: Step, number: int) -> str:
        before = f'"a{number - 1}{self.suffix}"' if number else "0"
        text = self.render(step.expr).replace('"amount"', before)
        tests = [self._hit(step.when_fired)] if step.when_fired else []
        if step.when_main:
            tests.append(
                f"main{self.suffix} IN ({', '.join(str(self._rank[rule]) for rule in step.when_main)})"
            )
        if step.when is not None:
            tests.append(self.render(step.when))
        if step.when is not None:
            # Whether the step applies is not known: neither is the amount.
            return f"CASE WHEN {tests[-1]} THEN {text} WHEN NOT {tests[-1]} THEN {before} END"
        return f"CASE WHEN {' AND '.join(tests)} THEN {text} ELSE {before} END" if tests else text

    def _bits(self, first: int) -> str:
        ranks = range(first, min(first + BITS, len(self.rulebook.rules)))
        return (
            " + ".join(f"CAST({self.column(rank)} AS BIGINT) * {1 << (rank - first)}" for rank in ranks)
            or "0"
        )


def verdict_query(writers: Sequence[BulkSql], table: str, keep: Sequence[str] = ()) -> str:
    """Write one query that judges every row of a table under one or two rulebooks.

    Gives the columns ticket and those of `keep`, then main, remedy and amount_fen of each rulebook (the
    second with `_b`), then the hits of the first.
    """
    facts = sorted(set(keep).union(*(writer.needed_facts() for writer in writers)))
    below = "SELECT " + ", ".join(f'"{name}"' for name in [*facts, "ticket"]) + f" FROM {table}"
    together: list[Layer] = [[column for writer in writers for column in writer.parameters]]
    together += _side_by_side([writer.derived for writer in writers])
    together.append([column for writer in writers for column in writer.flags])
    together += _side_by_side([writer.verdict_layers() for writer in writers])
    columns = ["ticket", *keep, *(writer.outcome() for writer in writers), writers[0].masks()]
    return f"SELECT {', '.join(columns)} FROM ({stacked(below, together)})"


def _side_by_side(stacks: Sequence[Sequence[Layer]]) -> list[Layer]:
    return [[column for layer in level for column in layer] for level in zip_longest(*stacks, fillvalue=[])]
