"""W3: an export of 100,000 lines and 50 columns, read and judged, then taken in as journaled tickets."""

from __future__ import annotations

import csv
import os
from collections import deque
from dataclasses import dataclass
from itertools import chain, islice
from pathlib import Path
from tempfile import TemporaryDirectory
from time import perf_counter
from typing import TYPE_CHECKING

import xlsxwriter
from python_calamine import CalamineWorkbook

from aftersale.channels.base import Notice
from aftersale.channels.spreadsheet import read, read_rows
from aftersale.policy.decide import Judge
from aftersale.sandbox.demo import NOW, SEED
from aftersale.sandbox.headers import DOUYIN_AFTER_SALES
from aftersale.sandbox.sheets import write_douyin_after_sales
from aftersale.sandbox.world import make_world
from bench import rulebooks
from bench.alone import alone, peak_mb
from bench.lines import Line, megabytes, seconds, times, within
from bench.tickets import facts_of
from bench.w3_import import TakenIn, taken_in

if TYPE_CHECKING:
    from collections.abc import Iterator

    from bench.size import Size

TITLE = "W3   an after-sale export: read and decided; then taken in by a desk, and once more"
# For the whole import of 100,000 lines, of which reading and deciding are the first part.
TARGET_S = {"csv": 30, "xlsx": 40}
_RAW = {"csv": "csv.reader", "xlsx": "calamine"}
ROWS = 100_000
MEMORY_MB = 400
# The world also has shops on another platform; so many tickets make enough lines of this one.
_TICKETS_PER_LINE = 1.3


@dataclass(frozen=True, slots=True)
class Imported:
    """Hold one import: reading and deciding apart, and the memory each way of reading takes."""

    rows: int
    parked: int
    reading_s: float
    deciding_s: float
    peak_mb: float | None


def write_sheets(folder: Path, rows: int) -> None:
    """Write one export of the seeded world as csv and as xlsx, all cells text."""
    with (folder / "export.csv").open("w", encoding="utf-8-sig", newline="") as file:
        csv.writer(file).writerows([DOUYIN_AFTER_SALES, *islice(_world_lines(folder, rows), rows)])
    book = xlsxwriter.Workbook(folder / "export.xlsx", {"constant_memory": True, "strings_to_numbers": False})
    sheet = book.add_worksheet("Sheet1")
    for number, cells in enumerate(_cells(folder / "export.csv")):
        for column, cell in enumerate(cells):
            sheet.write_string(number, column, cell)
    book.close()


def _world_lines(folder: Path, rows: int) -> Iterator[list[str]]:
    world = make_world(SEED, NOW, tickets=int(rows * _TICKETS_PER_LINE) + 100)
    shops = [shop for shop in world.shops if shop.platform == "douyin"]
    for number, shop in enumerate(shops):
        write_douyin_after_sales(world, shop, folder / f"{number}.csv")
    return chain.from_iterable(
        islice(_cells(folder / f"{number}.csv"), 1, None) for number in range(len(shops))
    )


def _cells(path: Path) -> Iterator[list[str]]:
    with path.open(encoding="utf-8-sig", newline="") as file:
        yield from csv.reader(file)


def imported(path: Path) -> Imported:
    """Read a sheet whole, then decide every ticket of it."""
    judge = Judge(rulebooks.packaged())
    start = perf_counter()
    reading = read([path])
    read_at = perf_counter()
    deque(map(judge.decide, facts_of(reading.notices, NOW)), maxlen=0)
    return Imported(reading.rows, len(reading.parked), read_at - start, perf_counter() - read_at, peak_mb())


def streamed(path: Path) -> Imported:
    """Read a sheet line by line and decide each ticket before the next is read."""
    judge, taken = Judge(rulebooks.packaged()), 0
    rows = list[int]()
    start = perf_counter()

    def notices() -> Iterator[Notice]:
        for row in read_rows([path]):
            rows.append(1)
            if isinstance(row, Notice):
                yield row

    for facts in facts_of(notices(), NOW):
        judge.decide(facts)
        taken += 1
    return Imported(len(rows), len(rows) - taken, perf_counter() - start, 0.0, peak_mb())


def raw_cells(path: Path) -> float:
    """Read every cell and do nothing with it: the floor that no reader of sheets goes below."""
    start = perf_counter()
    if path.suffix == ".csv":
        deque(_cells(path), maxlen=0)
    else:
        deque(CalamineWorkbook.from_path(path).get_sheet_by_index(0).iter_rows(), maxlen=0)
    return perf_counter() - start


def run(size: Size) -> list[Line]:
    """Write the sheets once and import each."""
    lines = list[Line]()
    with TemporaryDirectory(prefix="aftersale-bench-") as name:
        folder = Path(name)
        size.apart(write_sheets, folder, size.sheet_rows)
        for kind in TARGET_S:
            path = folder / f"export.{kind}"
            whole, flow = size.apart(imported, path), size.apart(streamed, path)
            lines += _lines(kind, whole, flow, size.apart(raw_cells, path))
            lines += _taken(kind, alone(taken_in, path, None), 1)
        if server := os.environ.get("BENCH_DATABASE_URL"):
            lines += _taken("csv", alone(taken_in, folder / "export.csv", server), 2)
    return lines


def _taken(kind: str, done: TakenIn, slower: int) -> list[Line]:
    what = f"{kind}, taken in by a desk on {done.database}"
    target = TARGET_S[kind] * slower * done.rows / ROWS
    fifth = within(done.again_s, done.first_s / 5, "a fifth of the first")
    rate_of, wait = f"{done.rows / done.first_s:,.0f}/s", done.longest_wait_s
    memory = within(done.peak_mb, MEMORY_MB, f"{MEMORY_MB} MB")
    first = within(done.first_s, target, f"{target:g} s")
    return [
        Line(f"{what}, {done.parked} parked, {rate_of}", seconds(done.first_s), bar=first),
        Line(f"{what}, the same again, {done.changed_again} changed", seconds(done.again_s), bar=fifth),
        Line(f"{what}, longest write of a page", seconds(wait), bar=within(wait, 0.5, "0.5 s")),
        Line(f"{what}, peak memory with helpers", megabytes(done.peak_mb), bar=memory),
    ]


def _lines(kind: str, whole: Imported, flow: Imported, floor: float) -> list[Line]:
    what = f"{kind}, {whole.rows:,} x {len(DOUYIN_AFTER_SALES)}"
    cells = f"{_RAW[kind]}, bare cells {seconds(floor)}"
    total, target = whole.reading_s + whole.deciding_s, TARGET_S[kind] * whole.rows / ROWS
    said = f"{target:g} s, whole import"
    memory = within(flow.peak_mb, MEMORY_MB, f"{MEMORY_MB} MB")
    read_only = seconds(whole.reading_s)
    return [
        Line(f"{what}, read, {whole.parked} parked", read_only, cells, times(whole.reading_s / floor)),
        Line(f"{what}, facts and decisions", seconds(whole.deciding_s)),
        Line(f"{what}, both", seconds(total), bar=within(total, target, said)),
        Line(f"{what}, both, peak memory with all held", megabytes(whole.peak_mb)),
        Line(f"{what}, line by line", seconds(flow.reading_s), bar=within(flow.reading_s, target, said)),
        Line(f"{what}, line by line, peak memory", megabytes(flow.peak_mb), bar=memory),
    ]
