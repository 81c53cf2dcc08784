"""W5: evidence: canonical bytes, chaining, the log, and checking every stored event."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from tempfile import TemporaryDirectory
from time import perf_counter
from typing import TYPE_CHECKING, Any

import rfc8785

from aftersale.evidence.canonical import canonical
from aftersale.evidence.chain import genesis, link, verify_rows
from aftersale.evidence.merkle import Frontier
from bench.alone import on_one_core, peak_mb
from bench.lines import Bar, Line, megabytes, rate, seconds, times, within
from bench.w5_pack import ALTERED, BUILD_S, FILES, packed

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from bench.size import Size
    from bench.w5_pack import Packed

TITLE = "W5   evidence: events of 600 bytes chained, logged, stored and checked, one core; packs"
CHECKED = 200_000
PAYLOAD_BYTES = 600
MEMORY_MB = 100
# A ticket has so many events; so many of all are altered in the store before it is checked again.
_PER_TICKET, _ALTERED = 10, 100
_PASSES = 3
_SCHEMA = """
CREATE TABLE event (
    subject INTEGER, sequence INTEGER, previous BLOB, payload BLOB, hash BLOB, PRIMARY KEY (subject, sequence)
) WITHOUT ROWID
"""
_READ = "SELECT subject, sequence, previous, payload, hash FROM event ORDER BY subject, sequence"
_ALTER = "UPDATE event SET payload = CAST(? || substr(payload, 2) AS BLOB) WHERE subject = ? AND sequence = 1"


@dataclass(frozen=True, slots=True)
class Checked:
    """Hold how long each part took, and how many altered events were found."""

    chaining_s: float
    logging_s: float
    reading_s: float
    checking_s: float
    altered: int
    found: int
    peak_mb: float | None


def _start_of(ticket: int) -> bytes:
    return genesis("ticket", "shop-1", str(ticket))


def _payload(number: int) -> bytes:
    """Make 600 bytes that no other event has."""
    return b"%0*d" % (PAYLOAD_BYTES, number)


def _chained(tickets: int) -> Iterator[tuple[int, int, bytes, bytes, bytes]]:
    for ticket in range(tickets):
        tip = _start_of(ticket)
        for sequence in range(1, _PER_TICKET + 1):
            previous, payload = tip, _payload(ticket * _PER_TICKET + sequence)
            tip = link(previous, payload)
            yield ticket, sequence, previous, payload, tip


def checked(path: Path, events: int) -> Checked:
    """Chain, log and store events, then read and check all of them: whole, and with some altered."""
    on_one_core()
    tickets = events // _PER_TICKET
    with closing(sqlite3.connect(path)) as connection:
        connection.execute(_SCHEMA)
        connection.executemany("INSERT INTO event VALUES (?, ?, ?, ?, ?)", _chained(tickets))
        connection.commit()
        reading = _best(lambda: sum(1 for _ in connection.execute(_READ)))
        checking = _best(lambda: _whole(connection))
        altered = range(0, tickets, max(1, tickets // _ALTERED))[:_ALTERED]
        connection.executemany(_ALTER, [("1", ticket) for ticket in altered])
        found = {ticket for ticket, _ in verify_rows(connection.execute(_READ), _start_of)}
    chaining, logging = _chaining(tickets), _logging(events)
    return Checked(chaining, logging, reading, checking, len(altered), len(found & {*altered}), peak_mb())


def _whole(connection: sqlite3.Connection) -> None:
    broken = list(verify_rows(connection.execute(_READ), _start_of))
    assert not broken, "a chain that nobody changed is whole"


def _chaining(tickets: int) -> float:
    """Time the chaining without the storing; making the payloads is in it."""
    return _best(lambda: sum(1 for _ in _chained(tickets)))


def _logging(events: int) -> float:
    hashes = [sha256(b"%d" % (number % 1_000)).digest() for number in range(1_000)] * (events // 1_000)
    return _best(lambda: Frontier().extend(hashes).root())


def _best(work: Callable[[], object]) -> float:
    times_s = list[float]()
    for _ in range(_PASSES):
        start = perf_counter()
        work()
        times_s.append(perf_counter() - start)
    return min(times_s)


def _decision(number: int) -> dict[str, Any]:
    """Make an event of about 1.5 kB, as a decision with its facts and citations is."""
    kinds = (number, True, None, "2026-06-10T09:00:00+08:00", "质量问题", "douyin", number % 99_999, False)
    cited = [{"document": "consumer-law", "article": f"第{n}条", "read": "2026-01-01"} for n in range(6)]
    facts = {f"fact_{n}": kinds[n % len(kinds)] for n in range(40)}
    note = "买家说收到的商品有破损，要求退货退款。" * 3
    return {"kind": "decided", "at": 1_780_000_000, "facts": facts, "cited": cited, "note": note}


def written(events: int) -> tuple[float, float, int]:
    """Give the rates of our canonical bytes and of rfc8785, and the size of one event."""
    on_one_core()
    decisions = [_decision(number) for number in range(events)]
    assert all(canonical(each) == rfc8785.dumps(each) for each in decisions[:100])
    ours = _best(lambda: [len(canonical(each)) for each in decisions])
    theirs = _best(lambda: [len(rfc8785.dumps(each)) for each in decisions])
    return events / ours, events / theirs, len(canonical(decisions[0]))


def run(size: Size) -> list[Line]:
    """Measure the writing on a hundredth of the events, everything else on all of them."""
    ours, theirs, length = size.apart(written, size.events // 100)
    with TemporaryDirectory(prefix="aftersale-bench-") as name:
        cost = size.apart(checked, Path(name) / "events.db", size.events)
    pack = size.apart(packed, *((FILES, size.events, ALTERED) if size.judged else (4, size.events, 40)))
    what = f"canonical bytes of an event, {length:,} bytes"
    line = Line(what, rate(ours), f"rfc8785 {rate(theirs)}", times(ours / theirs))
    return [line, *_lines(size.events, cost), *_pack_lines(pack)]


def _pack_lines(pack: Packed) -> list[Line]:
    what = f"pack of {pack.files} files, {pack.bytes / 1e6:.0f} MB, from a log of {pack.log:,} events"
    parts = f"{seconds(pack.building_s)} ({seconds(pack.proving_s)} proofs, {seconds(pack.printing_s)} PDF)"
    found = f"{pack.found:,} of {pack.altered:,}"
    return [
        Line(f"{what}, built", parts, bar=Bar(seconds(BUILD_S), None, pack.building_s <= BUILD_S)),
        Line(f"{what}, checked", seconds(pack.checking_s)),
        Line(f"{what}, built twice: the same bytes", "yes" if pack.same else "NO", bar=Bar("yes", pack.same)),
        Line(f"{what}, altered ones found", found, bar=Bar("all", None, pack.found == pack.altered)),
    ]


def _lines(events: int, cost: Checked) -> list[Line]:
    what, speed = f"{events:,} events", events / cost.checking_s
    bar = Bar(rate(CHECKED), None, speed >= CHECKED)
    floor = f"bare rows {rate(events / cost.reading_s)}"
    found = f"{cost.found:,} of {cost.altered:,} (one bit of the payload)"
    return [
        Line(f"{what}, made and chained", rate(events / cost.chaining_s)),
        Line(f"{what}, into the log", rate(events / cost.logging_s)),
        Line(f"{what}, read from a file and checked", rate(speed), floor, bar=bar),
        Line(f"{what}, altered ones found", found, bar=Bar("all", None, cost.found == cost.altered)),
        Line(
            f"{what}, peak memory",
            megabytes(cost.peak_mb),
            bar=within(cost.peak_mb, MEMORY_MB, f"{MEMORY_MB} MB"),
        ),
    ]
