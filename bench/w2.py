"""W2: a million tickets over HTTP, eight clients: pages, counts, search, counters, one ticket."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
from contextlib import contextmanager
from dataclasses import dataclass
from http.client import HTTPConnection
from importlib.util import find_spec
from pathlib import Path
from statistics import quantiles
from tempfile import TemporaryDirectory
from threading import Thread
from time import monotonic, perf_counter, sleep
from typing import TYPE_CHECKING, Any

from bench.lines import NONE, Bar, Line, times

if TYPE_CHECKING:
    from collections.abc import Iterator

    from bench.size import Size

TITLE = "W2   queue, search and ticket page over HTTP on loopback; 8 clients at once, and one alone"
ROOT = Path(__file__).resolve().parents[1]
CLIENTS = 8
_WARM, _OK = 4, 200
_PATIENCE_S, _POLL_S = 60.0, 0.1
# A call is made so often by all clients together, or for so long.
_REQUESTS, _SECONDS = 400, 12.0
_QUICK_REQUESTS, _QUICK_SECONDS, _QUICK_TICKETS = 8, 0.5, 1_000
_BYTES = 100_000
# By how a call begins: the p95 in ms and the number of queries that the bar allows.
_BARS = {
    "first page": (50, 10),
    "page of the queue, ": (150, None),
    "page of the queue": (50, 10),
    "page of a ticket": (80, 15),
    "page of the desk": (300, None),
    "page of articles": (1000, None),
    "ticket": (80, 15),
}
_OTHERS = (150, None)
_PEER_OF = {
    "first page": "first page",
    "page of a search": "search",
    "page of the queue, ": "",
    "page of the queue": "first page",
    "page of a ticket": "ticket",
    "page of the desk": "dashboard",
    "page": "page deep",
    "search": "search",
    "ticket": "ticket",
}


@dataclass(frozen=True, slots=True)
class Measured:
    """Hold what a call took: times in ms under load and alone, queries, bytes."""

    p50: float
    p95: float
    p99: float
    alone_p95: float
    queries: int
    size: int


def _python(*arguments: str) -> str:
    command = [sys.executable, "-m", "bench.w2_desk", *arguments]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, check=False, encoding="utf-8")
    if done.returncode:
        raise RuntimeError(f"{' '.join(arguments)}: {done.stderr[-2_000:]}")
    return done.stdout


@contextmanager
def _served(side: str, home: str) -> Iterator[int]:
    """Serve one side on a free port of this machine, and end exactly that server."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    command = [sys.executable, "-m", "bench.w2_desk", side, "serve", home, str(port)]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as server:
        try:
            _wait_for(port)
            yield port
        finally:
            os.kill(server.pid, signal.SIGTERM)


def _wait_for(port: int) -> None:
    until = monotonic() + _PATIENCE_S
    while monotonic() < until:
        try:
            with socket.create_connection(("127.0.0.1", port), timeout=1):
                return
        except OSError:
            sleep(_POLL_S)
    raise TimeoutError("the server did not come up")


def _ask(port: int, call: dict[str, Any], turns: Iterator[int], until: float, into: list[float]) -> None:
    """Make one call after another over one connection, as long as there are turns and time.

    A call that is not answered within a minute is given up and counts as a minute.
    """
    connection = HTTPConnection("127.0.0.1", port, timeout=_PATIENCE_S)
    paths = call["paths"]
    for turn in turns:
        start = perf_counter()
        try:
            connection.request("GET", paths[turn % len(paths)], headers=call["headers"])
            answer = connection.getresponse()
            body = answer.read()
        except TimeoutError:
            # What nobody waits for any longer took so long at least.
            into.append(_PATIENCE_S * 1_000)
            break
        into.append((perf_counter() - start) * 1_000)
        assert answer.status == _OK, body[:500]
        if monotonic() > until:
            break
    connection.close()


def _together(port: int, call: dict[str, Any], clients: int, requests: int, seconds: float) -> list[float]:
    taken, until = list[float](), monotonic() + seconds
    shares = [iter(range(first, requests, clients)) for first in range(clients)]
    threads = [Thread(target=_ask, args=(port, call, share, until, taken)) for share in shares]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return taken


def _measured(port: int, call: dict[str, Any], counted: list[int], size: Size) -> Measured:
    requests, seconds = (_REQUESTS, _SECONDS) if size.judged else (_QUICK_REQUESTS, _QUICK_SECONDS)
    _together(port, call, CLIENTS, CLIENTS * _WARM if size.judged else 1, seconds)
    alone = _together(port, call, 1, max(4, requests // CLIENTS), seconds)
    loaded = _together(port, call, CLIENTS, requests, seconds)
    cuts = quantiles(loaded, n=100) if len(loaded) > 1 else loaded * 99
    alone_cuts = quantiles(alone, n=100) if len(alone) > 1 else alone * 99
    return Measured(cuts[49], cuts[94], cuts[98], alone_cuts[94], *counted)


def side(name: str, tickets: int, size: Size) -> dict[str, Measured]:
    """Fill, count and measure one side in a folder of its own."""
    with TemporaryDirectory(prefix="aftersale-bench-") as home:
        _python(name, "fill", home, str(tickets))
        counted = json.loads(_python(name, "count", home))
        calls = json.loads((Path(home) / "calls.json").read_text(encoding="utf-8"))
        with _served(name, home) as port:
            return {call["name"]: _noted(name, port, call, counted, size) for call in calls}


def _noted(name: str, port: int, call: dict[str, Any], counted: dict[str, list[int]], size: Size) -> Measured:
    """Measure a call and say at once what it took: the whole takes its time, and the table comes last."""
    done = _measured(port, call, counted[call["name"]], size)
    print(f"  {name}, {call['name']}: {_told(done)}", file=sys.stderr, flush=True)
    return done


def run(size: Size) -> list[Line]:
    """Measure the desk, and django-helpdesk where it is installed."""
    tickets = size.what_if_tickets if size.judged else _QUICK_TICKETS
    ours = side("desk", tickets, size)
    # To see that all runs, the desk alone is enough: the peer's pages take their time at any size.
    there = size.judged and find_spec("helpdesk") is not None
    peer = side("helpdesk", tickets, size) if there else {}
    lines = [_line(name, measured, peer.get(_peer_of(name))) for name, measured in ours.items()]
    return lines if there else [*lines, Line("django-helpdesk was not asked", NONE)]


def _peer_of(name: str) -> str:
    return next((other for begins, other in _PEER_OF.items() if name.startswith(begins)), "")


def _line(name: str, ours: Measured, peer: Measured | None) -> Line:
    most_ms, most_queries = next((bar for begins, bar in _BARS.items() if name.startswith(begins)), _OTHERS)
    bar_text = f"p95 {most_ms} ms" + (f", {most_queries} SQL" if most_queries else "")
    binding = None if peer is None else ours.p95 < peer.p95
    few = most_queries is None or ours.queries <= most_queries
    small = ours.size <= _BYTES or name.startswith("ticket")
    return Line(
        name,
        _told(ours),
        NONE if peer is None else f"django-helpdesk {_told(peer)}",
        NONE if peer is None else times(peer.p95 / ours.p95),
        Bar(bar_text, binding, ours.p95 <= most_ms and few and small),
    )


def _told(each: Measured) -> str:
    loaded = f"p50 {each.p50:.0f}, p95 {each.p95:.0f}, p99 {each.p99:.0f} ms"
    return f"{loaded}; alone p95 {each.alone_p95:.0f} ms; {each.queries} SQL, {each.size / 1_000:.0f} kB"
