"""W1c: rulebook A against rulebook B over every ticket: who would be treated differently, and by what."""

from __future__ import annotations

from dataclasses import dataclass
from operator import itemgetter
from pathlib import Path
from tempfile import TemporaryDirectory
from time import perf_counter, process_time
from typing import TYPE_CHECKING

from aftersale.policy.whatif import compare
from bench import rulebooks
from bench.alone import peak_mb
from bench.lines import Line, megabytes, seconds, within
from bench.tickets import database, source, write_parquet

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

    from aftersale.policy.rulebook import Rulebook
    from aftersale.policy.whatif import Comparison
    from bench.size import Size

TITLE = "W1c  what-if: two rulebooks over every ticket, by rule, remedy, reason, article and money"
TARGET_S_PER_MILLION = 8
MEMORY_MB = 1_000
_MILLION = 1_000_000
_PASSES = 3
CHANGES = {"usual change": rulebooks.usual_change, "large change": rulebooks.large_change}


@dataclass(frozen=True, slots=True)
class Compared:
    """Hold one comparison: its cost, and how many tickets it would treat differently."""

    tickets: int
    changed: int
    seconds: float
    cpu_s: float
    peak_mb: float | None


def compared(folder: Path, change: str) -> Compared:
    """Compare the packaged rulebook with a changed one, best of some times; loading both is not timed."""
    before, after = rulebooks.packaged(), CHANGES[change]()
    with database() as connection:
        passes = [_once(connection, before, after, folder) for _ in range(_PASSES)]
    took, cpu_s, found = min(passes, key=itemgetter(0))
    assert found.changed, "a change that changes nothing measures nothing"
    return Compared(found.tickets, found.changed, took, cpu_s, peak_mb())


def _once(
    connection: DuckDBPyConnection, before: Rulebook, after: Rulebook, folder: Path
) -> tuple[float, float, Comparison]:
    start, cpu_start = perf_counter(), process_time()
    found = compare(connection, before, after, source(folder))
    return perf_counter() - start, process_time() - cpu_start, found


def run(size: Size) -> list[Line]:
    """Measure a usual and a large change."""
    with TemporaryDirectory(prefix="aftersale-bench-") as name:
        folder = Path(name)
        size.apart(write_parquet, folder, size.what_if_tickets)
        found = {change: size.apart(compared, folder, change) for change in CHANGES}
    return [line for change, cost in found.items() for line in _lines(change, cost)]


def _lines(change: str, cost: Compared) -> list[Line]:
    what = f"{cost.tickets:,} tickets, {change}"
    target = TARGET_S_PER_MILLION * cost.tickets / _MILLION
    took = f"{seconds(cost.seconds)}, CPU {seconds(cost.cpu_s)}"
    time = within(cost.seconds, target, f"{target:g} s")
    memory = within(cost.peak_mb, MEMORY_MB, f"under {MEMORY_MB} MB")
    return [
        Line(f"{what}: {cost.changed:,} differ", took, bar=time),
        Line(f"{what}, peak memory", megabytes(cost.peak_mb), bar=memory),
    ]
