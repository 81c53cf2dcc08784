"""W1b: every ticket decided again under a rulebook, from Parquet: winner, amount, one bit per rule."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from time import perf_counter, process_time
from typing import TYPE_CHECKING

from aftersale.policy.bulk import judge_table
from aftersale.policy.bulk_sql import BITS
from aftersale.policy.decide import Judge
from bench import rulebooks
from bench.alone import peak_mb
from bench.lines import Bar, Line, megabytes, seconds, times, within
from bench.peers import Peers
from bench.tickets import database, sample, source, write_parquet

if TYPE_CHECKING:
    from collections.abc import Callable

    from duckdb import DuckDBPyConnection

    from aftersale.domain.facts import Facts
    from aftersale.policy.rulebook import Rulebook
    from bench.size import Size

TITLE = "W1b  every ticket decided again, from Parquet: winner, amount, a bit per rule"
TARGET_S_PER_MILLION = 4
# 10,000,000 tickets in 40 s, where zen needed 215 s on the machine the bars were measured on.
RATIO = 215 / 40
MEMORY_MB = 1_000
# Ten times the tickets may take so many times as long.
LINEAR = 11
_PASSES = 3
_MILLION = 1_000_000
_COLUMNS = "ticket, main, remedy, amount_fen, hits_0, hits_1"


@dataclass(frozen=True, slots=True)
class Judged:
    """Hold one run over a folder of tickets, and how many of a sample have the answer of one at a time."""

    tickets: int
    seconds: float
    cpu_s: float
    peak_mb: float | None
    sampled: int
    alike: int


def judge(folder: Path, sampled: int, passes: int) -> Judged:
    """Judge every ticket of a folder, best of so many times; loading the rulebook is not timed."""
    rulebook = rulebooks.packaged()
    with database() as connection:
        took, cpu_s = min(_judge_once(connection, rulebook, folder) for _ in range(passes))
        peak = peak_mb()
        verdicts = connection.table("verdicts")
        count = verdicts.aggregate("count(*)").fetchone()
        tickets = dict(sample(folder, sampled))
        wanted = ", ".join(f"'{ticket}'" for ticket in tickets)
        rows = verdicts.filter(f"ticket IN ({wanted})").project(_COLUMNS).fetchall()
    judge_one = Judge(rulebook)
    alike = sum(_answer(judge_one, tickets[ticket]) == tuple(answer) for ticket, *answer in rows)
    assert count is not None
    return Judged(count[0], took, cpu_s, peak, len(tickets), alike)


def _judge_once(connection: DuckDBPyConnection, rulebook: Rulebook, folder: Path) -> tuple[float, float]:
    start, cpu_start = perf_counter(), process_time()
    judge_table(connection, rulebook, source(folder), "verdicts")
    return perf_counter() - start, process_time() - cpu_start


def _answer(judge_one: Judge, facts: Facts) -> tuple[object, ...]:
    """Decide one ticket and write the answer as a row of the table."""
    decision = judge_one.decide(facts)
    bits = sum(1 << rank for rank in decision.verdict.hits)
    words = bits & ((1 << BITS) - 1), bits >> BITS
    return decision.verdict.main_rank, decision.verdict.preferred, decision.amount_fen, *words


def zen_per_second(folder: Path, number: int) -> tuple[float, float]:
    """Measure zen on a sample, in one call and call by call; making its facts of rows is not timed."""
    judge_one = Judge(rulebooks.packaged())
    tickets = [facts for _, facts in sample(folder, number)]
    peers = Peers(judge_one, tickets)
    asked = [peers.asked(facts) for facts in tickets]
    winners = [judge_one.decide(facts).verdict.main_rank for facts in tickets]
    assert peers.by_batch(asked) == winners, "zen and this project disagree"
    batch = _best_rate(lambda: peers.by_batch(asked), len(asked))
    return batch, _best_rate(lambda: [peers.by_static_table(one) for one in asked], len(asked))


def _best_rate(work: Callable[[], object], number: int) -> float:
    best = 0.0
    for _ in range(_PASSES):
        start = perf_counter()
        work()
        best = max(best, number / (perf_counter() - start))
    return best


def run(size: Size) -> list[Line]:
    """Measure each number of tickets; a folder is removed when it has been judged."""
    lines, first = list[Line](), None
    for number in size.bulk_tickets:
        with TemporaryDirectory(prefix="aftersale-bench-") as name:
            folder = Path(name)
            size.apart(write_parquet, folder, number)
            judged = size.apart(judge, folder, size.answer_sample, _PASSES if number <= _MILLION else 1)
            batch, singly = size.apart(zen_per_second, folder, size.peer_sample)
        lines += _lines(judged, (number / batch, number / singly), size.peer_sample)
        lines += [_growth(first, judged)] if first else []
        first = first or judged
    return lines


def _lines(judged: Judged, zen_s: tuple[float, float], sampled: int) -> list[Line]:
    (batch, singly), number = zen_s, judged.tickets
    ratio, took = batch / judged.seconds, f"{seconds(judged.seconds)}, CPU {seconds(judged.cpu_s)}"
    target = TARGET_S_PER_MILLION * number / _MILLION
    bar = Bar(f"{RATIO:.1f}x; {target:g} s", ratio >= RATIO, judged.seconds <= target)
    memory = within(judged.peak_mb, MEMORY_MB, f"under {MEMORY_MB} MB")
    scaled = f"scaled from {sampled:,}"
    answers = Bar("all", None, judged.alike == judged.sampled)
    what, same = f"{number:,} tickets", f"{judged.alike:,} of {judged.sampled:,} sampled"
    return [
        Line(what, took, f"zen batch {seconds(batch)}, {scaled}", times(ratio), bar),
        Line(what, took, f"zen static table {seconds(singly)}, {scaled}", times(singly / judged.seconds)),
        Line(f"{what}, peak memory", megabytes(judged.peak_mb), bar=memory),
        Line(f"{what}, answers of W1a", same, bar=answers),
    ]


def _growth(first: Judged, then: Judged) -> Line:
    more, slower = then.tickets / first.tickets, then.seconds / first.seconds
    bar = within(slower, LINEAR, f"linear: at most {LINEAR}x")
    return Line(f"{more:g} times the tickets", times(slower), "ours with fewer", bar=bar)
