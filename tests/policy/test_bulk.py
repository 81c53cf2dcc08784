"""Hold Python and SQL together: the same syntax tree must give the same answers, unknowns included."""

from __future__ import annotations

from random import Random
from typing import TYPE_CHECKING, Any, cast

import duckdb
import pytest

from aftersale.domain.fact_table import FACTS
from aftersale.domain.facts import parse_facts
from aftersale.domain.vocabulary import Kind
from aftersale.policy.bulk import judge_pair, judge_table, prepare, store
from aftersale.policy.bulk_sql import BITS
from aftersale.policy.decide import Judge
from aftersale.policy.expression import (
    And,
    Arith,
    Call,
    Case,
    Compare,
    Const,
    Expr,
    In,
    Is,
    Name,
    Not,
    Or,
    Type,
)
from aftersale.policy.generate import compiled
from aftersale.policy.load import load
from aftersale.policy.python_source import PythonSource
from aftersale.policy.sql_source import render
from aftersale.policy.strict import strict
from aftersale.policy.variant import BOOLEANS
from aftersale.sandbox.scale import facts_stream
from aftersale.shops.rule_files import packaged_texts
from tests.policy.books import book
from tests.policy.test_check import rule, with_rules

if TYPE_CHECKING:
    from collections.abc import Iterator

    from aftersale.domain.facts import Facts
    from aftersale.policy.rulebook import Rulebook

Row = dict[str, tuple[object, ...]]
Tickets = list[tuple[str, "Facts"]]
_NAMES = {
    Type.BOOL: [name for name, spec in FACTS.items() if spec.kind is Kind.BOOL],
    Type.TIME: [name for name, spec in FACTS.items() if spec.kind is Kind.TIME],
    Type.NUMBER: [name for name, spec in FACTS.items() if spec.kind in {Kind.FEN, Kind.COUNT, Kind.POINTS}],
}
_ENUMS = [name for name, spec in FACTS.items() if spec.kind is Kind.ENUM]


def streamed(seed: int, number: int) -> Tickets:
    rows = cast("Iterator[dict[str, Any]]", facts_stream(seed, number))
    return [(row["id"], parse_facts(row["facts"], row["unknown"])) for row in rows]


@pytest.fixture(scope="module")
def tickets() -> Tickets:
    return streamed(20_260_610, 4_000)


@pytest.fixture
def connection() -> Iterator[duckdb.DuckDBPyConnection]:
    with duckdb.connect() as opened:
        yield opened


def expected(rulebook: Rulebook, tickets: Tickets) -> Row:
    judge = Judge(rulebook)
    rows: Row = {}
    for ticket, facts in tickets:
        decision = judge.decide(facts)
        mask = sum(1 << rank for rank in decision.verdict.hits)
        words = (mask & ((1 << BITS) - 1), mask >> BITS)
        rows[ticket] = (decision.verdict.main_rank, decision.verdict.preferred, decision.amount_fen, *words)
    return rows


def judged(connection: duckdb.DuckDBPyConnection, columns: str, table: str) -> dict[str, tuple[object, ...]]:
    rows = connection.execute(f"SELECT ticket, {columns} FROM {table}").fetchall()
    return {row[0]: row[1:] for row in rows}


def test_a_table_gets_the_answers_of_one_ticket_at_a_time(
    connection: duckdb.DuckDBPyConnection, tickets: Tickets
) -> None:
    assert store(connection, "facts", tickets) == len(tickets)
    judge_table(connection, book(), "facts", "judged")
    columns = "main, remedy, amount_fen, hits_0, hits_1"
    assert judged(connection, columns, "judged") == expected(book(), tickets)


def with_a_generous_shop() -> Rulebook:
    return load(
        packaged_texts()
        | with_rules(
            rule("S1", "received and paid_fen <= 5000"),
            rule("S2", "reason in ('damaged', 'missing_item') and received", remedy="exchange", priority=600),
            rule("S3", "not received and paid_fen > 300", remedy="negotiate"),
            rule("S5", "received", remedy="human_review", priority=990),
            rule("S4", "received and reason = 'function_failure'", remedy="partial_refund", priority=900),
        )
    )


def test_two_rulebooks_in_one_pass_give_what_each_gives_alone(
    connection: duckdb.DuckDBPyConnection, tickets: Tickets
) -> None:
    other = with_a_generous_shop()
    store(connection, "facts", tickets)
    judge_pair(connection, (book(), other), "facts", "pairs")
    alone = {ticket: row[:3] for ticket, row in expected(book(), tickets).items()}
    beside = {ticket: row[:3] for ticket, row in expected(other, tickets).items()}
    assert judged(connection, "main, remedy, amount_fen", "pairs") == alone
    assert judged(connection, "main_b, remedy_b, amount_fen_b", "pairs") == beside
    assert alone != beside


def test_each_of_two_rulebooks_counts_days_by_its_own_calendar(
    connection: duckdb.DuckDBPyConnection, tickets: Tickets
) -> None:
    notice = "calendar:\n  rest: [" + ", ".join(f"2027-03-{day:02}" for day in range(1, 29)) + "]\n"
    other = load(packaged_texts() | {"shop/calendar.yaml": notice})
    base = {"platform": "douyin", "apply_type": "return_refund", "reason": "no_reason", "paid_fen": 100}
    times = {"shipped_at": "2027-02-20T10:00:00+08:00", "signed_at": "2027-03-01T10:00:00+08:00"}
    late = parse_facts(base | times | {"applied_at": "2027-03-12T10:00:00+08:00"})
    store(connection, "facts", [*tickets[:50], ("late", late)])
    judge_pair(connection, (book(), other), "facts", "pairs")
    rows = judged(connection, "remedy, remedy_b", "pairs")
    assert rows["late"] == ("reject", "return_refund")


def test_storing_keeps_every_value_of_every_ticket(
    connection: duckdb.DuckDBPyConnection, tickets: Tickets
) -> None:
    store(connection, "facts", tickets[:200])
    columns = ", ".join(f'"{name}"' for name in FACTS)
    rows = judged(connection, f"{columns}, unknown", "facts")
    for ticket, facts in tickets[:200]:
        values = [sorted(value) if isinstance(value, frozenset) else value for value in facts.values]
        assert list(rows[ticket]) == [*values, sorted(facts.unknown)]


def value(rng: Random, kind: Type, depth: int) -> Expr:
    """Make a random time, day or number."""
    if kind is Type.DAY:
        day = Call("day_of", (value(rng, Type.TIME, depth - 1),))
        later = Call("months_after", (day, Const(rng.randint(1, 8))))
        days: tuple[Expr, ...] = (day, Call("last_day", (day,)), later)
        return rng.choice(days)
    if depth <= 0 or rng.random() < 0.5:
        if kind is Type.NUMBER and rng.random() < 0.5:
            return Const(rng.choice([0, 1, 7, 100, 2_000, 30_000]))
        return Name(rng.choice(_NAMES[kind]))
    left = value(rng, kind, depth - 1)
    if kind is Type.TIME:
        span = Call(rng.choice(["hours", "days"]), (Const(rng.randint(0, 72)),))
        started = Call("start_of", (value(rng, Type.DAY, depth - 1),))
        times: tuple[Expr, ...] = (Arith(rng.choice("+-"), left, span), started)
        return rng.choice(times)
    right = value(rng, kind, depth - 1)
    branch = Case(((condition(rng, depth - 1), left),), right)
    extreme = Call(rng.choice(["least", "greatest"]), (left, right))
    numbers: tuple[Expr, ...] = (Arith(rng.choice("+-*"), left, right), extreme, branch)
    return rng.choice(numbers)


def condition(rng: Random, depth: int) -> Expr:  # noqa: PLR0911  # one answer per kind of node
    """Make a random condition."""
    if depth <= 0:
        return Name(rng.choice(_NAMES[Type.BOOL]))
    match rng.randrange(8):
        case 0:
            return And((condition(rng, depth - 1), condition(rng, depth - 1)))
        case 1:
            return Or((condition(rng, depth - 1), condition(rng, depth - 1)))
        case 2:
            return Not(condition(rng, depth - 1))
        case 3:
            return Is(condition(rng, depth - 1), rng.random() < 0.5, rng.random() < 0.5)
        case 4:
            name = rng.choice(_ENUMS)
            return In(Name(name), tuple(rng.sample(FACTS[name].values, 2)), rng.random() < 0.5)
        case 5:
            return Call("has_tag", (Const(rng.choice(FACTS["service_tags"].values)),))
        case 6:
            return Case(((condition(rng, depth - 1), condition(rng, 0)),), condition(rng, depth - 1))
    kind = rng.choice([Type.TIME, Type.NUMBER, Type.DAY])
    return Compare(rng.choice(["=", "<>", "<", "<=", ">", ">="]), value(rng, kind, 2), value(rng, kind, 2))


def with_holes(tickets: Tickets, rng: Random, never: frozenset[str] = frozenset()) -> Tickets:
    """Make any fact unknown here and there, so that NULL meets every operator."""
    always = {"platform", "applied_at", "now"} | never
    holed = []
    for ticket, facts in tickets:
        gone = rng.sample([name for name in FACTS if name not in always], 25)
        holed.append((ticket, facts.with_values(dict.fromkeys(gone))))
    return holed


def python_answers(expr: Expr, tickets: Tickets) -> list[object]:
    source = PythonSource(frozenset(FACTS), BOOLEANS)
    text = f"def answer(values):\n    ({', '.join(FACTS)},) = values\n    return {source.value(expr)}"
    answer = compiled(text, "answer", rolled=book().calendar.rolled.get)
    return [answer(facts.values) for _, facts in tickets]


@pytest.mark.parametrize("seed", range(6))
def test_generated_conditions_mean_the_same_in_python_and_in_sql(
    seed: int, connection: duckdb.DuckDBPyConnection, tickets: Tickets
) -> None:
    rng = Random(seed)
    some = with_holes(tickets[:150], rng)
    store(connection, "facts", some)
    prepare(connection, book())
    conditions = [condition(rng, 4) for _ in range(60)]
    conditions += [strict(expr) for expr in conditions]
    columns = ", ".join(f"{render(expr)} AS c{number}" for number, expr in enumerate(conditions))
    rows = connection.execute(
        f"SELECT {columns} FROM facts ORDER BY list_position(?, ticket)", [[t for t, _ in some]]
    )
    by_condition = list(zip(*rows.fetchall(), strict=True))
    for number, expr in enumerate(conditions):
        assert list(by_condition[number]) == python_answers(expr, some), render(expr)


def test_a_shop_with_hundreds_of_rules_gets_a_bit_for_each_and_the_same_answers(
    connection: duckdb.DuckDBPyConnection, tickets: Tickets
) -> None:
    many = [rule(f"M{n}", f"received and paid_fen = {n}", priority=n + 2) for n in range(120)]
    several = load(
        packaged_texts() | with_rules(*many, rule("S1", "received and paid_fen <= 5000", priority=1))
    )
    few = tickets[:300]
    store(connection, "facts", few)
    judge_table(connection, several, "facts", "judged")
    rows = judged(connection, "main, remedy, amount_fen, hits_0, hits_1, hits_2, hits_3", "judged")
    judge = Judge(several)
    for ticket, facts in few:
        decision = judge.decide(facts)
        verdict = decision.verdict
        mask = sum(1 << rank for rank in verdict.hits)
        words = [(mask >> (BITS * word)) & ((1 << BITS) - 1) for word in range(4)]
        assert rows[ticket] == (verdict.main_rank, verdict.preferred, decision.amount_fen, *words)
