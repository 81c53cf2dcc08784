"""W6: the sweep: deadlines by one process and by two, each call taking 100 ms, one killed."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from time import perf_counter, sleep
from typing import TYPE_CHECKING

from aftersale.config.home import Home, prepare
from aftersale.config.soak.database import own_database
from bench.lines import Bar, Line, rate, times

if TYPE_CHECKING:
    from collections.abc import Iterator

    from bench.size import Size

TITLE = "W6   the sweep half: deadlines claimed, warned of and ended by one process and by two"
ROOT = Path(__file__).resolve().parents[1]
RATIO = 1.7
LATENCY_S = 0.1
# So many deadlines are swept without latency, and so many where each costs a call of the platform.
_PLAIN, _SLOW = 600, 100
_DATABASE = "aftersale_bench_w6"
_ASKED = ("BENCH_DATABASE_URL", "AFTERSALE_TEST_DATABASE_URL")
_PATIENCE_S = 600


@dataclass(frozen=True, slots=True)
class Place:
    """Hold where the desk of a measurement lives; an empty URL is a file in its folder."""

    home: Path
    url: str

    def start(self, *arguments: str) -> subprocess.Popen[str]:
        """Start a process that does one thing on this desk."""
        environment = {**os.environ, "AFTERSALE_HOME": str(self.home), "DATABASE_URL": self.url}
        environment["DJANGO_SETTINGS_MODULE"] = "aftersale.config.settings"
        command = [sys.executable, "-m", "bench.w6_worker", *arguments]
        return subprocess.Popen(
            command, env=environment, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )

    def ask(self, *arguments: str) -> str:
        """Run a process to its end and give its last line."""
        said, _ = self.start(*arguments).communicate(timeout=_PATIENCE_S)
        return said.strip().splitlines()[-1] if said.strip() else ""


def run(size: Size) -> list[Line]:
    """Measure on the embedded file, and on PostgreSQL where an address is given."""
    few = 1 if size.judged else 20
    lines = [line for place in _embedded() for line in _measured("SQLite", place, few)]
    url = next((os.environ[name] for name in _ASKED if os.environ.get(name)), "")
    if not url:
        said = f"set {' or '.join(_ASKED)}"
        return [*lines, Line("PostgreSQL", "not measured", said)]
    return [*lines, *(line for place in _postgresql(url) for line in _measured("PostgreSQL", place, few))]


def _embedded() -> Iterator[Place]:
    with TemporaryDirectory() as folder:
        prepare(Home(Path(folder)))
        yield Place(Path(folder), "")


def _postgresql(url: str) -> Iterator[Place]:
    """Measure in a database of our own beside the one that was named."""
    with TemporaryDirectory() as folder, own_database(url, _DATABASE) as own:
        prepare(Home(Path(folder)))
        yield Place(Path(folder), own)


def _measured(name: str, place: Place, few: int) -> list[Line]:
    place.ask("migrate")
    plain, slow = max(_PLAIN // few, 20), max(_SLOW // few, 10)
    alone, both = (_rate(place, plain, workers, 0.0) for workers in (1, 2))
    slow_alone, slow_both = (_rate(place, slow, workers, LATENCY_S) for workers in (1, 2))
    return [
        Line(f"{name}, one process", rate(alone)),
        Line(f"{name}, two processes", rate(both), f"ours, one {rate(alone)}", times(both / alone)),
        _bound(name, slow_alone, slow_both),
        _killed(name, place, slow),
    ]


def _bound(name: str, alone: float, both: float) -> Line:
    bar = Bar(f"{RATIO}x one", None, both / alone >= RATIO) if name == "PostgreSQL" else Bar("-", None)
    what = f"{name}, 100 ms each at the platform, two processes"
    return Line(what, rate(both), f"ours, one {rate(alone)}", times(both / alone), bar)


def _ready(place: Place, workers: int, latency_s: float) -> list[subprocess.Popen[str]]:
    """Start workers and wait until each has its connection, so that starting up is not measured."""
    started = [place.start("sweep", str(latency_s)) for _ in range(workers)]
    for worker in started:
        assert worker.stdout is not None
        assert worker.stdout.readline().strip() == "ready"
    return started


def _go(worker: subprocess.Popen[str]) -> None:
    assert worker.stdin is not None
    worker.stdin.write("go\n")
    worker.stdin.flush()


def _rate(place: Place, deadlines: int, workers: int, latency_s: float) -> float:
    place.ask("seed", str(deadlines))
    started = _ready(place, workers, latency_s)
    begin = perf_counter()
    for worker in started:
        _go(worker)
    for worker in started:
        worker.wait(_PATIENCE_S)
    took = perf_counter() - begin
    assert place.ask("standing") == f"{deadlines} {deadlines} 0"
    return deadlines / took


def _killed(name: str, place: Place, deadlines: int) -> Line:
    """Kill one of two in the middle; the other does all but what is leased, that once the lease ends."""
    place.ask("seed", str(deadlines))
    first, second = _ready(place, 2, LATENCY_S)
    _go(first)
    _go(second)
    sleep(deadlines * LATENCY_S / 4)
    first.send_signal(signal.SIGKILL)
    first.wait(_PATIENCE_S)
    second.wait(_PATIENCE_S)
    left = deadlines - int(place.ask("standing").split()[0])
    (after,) = _ready(place, 1, LATENCY_S)
    place.ask("expire")
    _go(after)
    after.wait(_PATIENCE_S)
    ended, events, twice = (int(each) for each in place.ask("standing").split())
    bar = Bar("each once", None, ended == events == deadlines and twice == 0)
    done = f"{ended:,} of {deadlines:,} once"
    return Line(f"{name}, one of two killed", done, f"{left} waited for the lease", bar=bar)
