"""Run a piece of work in a process of its own: one workload neither feeds nor starves another."""

from __future__ import annotations

import os
import sys
from multiprocessing import get_context
from pathlib import Path
from threading import Event, Thread
from typing import TYPE_CHECKING, Any, Self, TypeVar

if sys.platform != "win32":
    import resource

if TYPE_CHECKING:
    from collections.abc import Callable
    from multiprocessing.connection import Connection

T = TypeVar("T")
_PATIENCE_S = 1_200
_LOOK_S = 0.1


def peak_mb() -> float | None:
    """Tell the peak memory of this process in MB, None where the system does not say."""
    if sys.platform == "win32":
        return None
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak / 1e6 if sys.platform == "darwin" else peak * 1024 / 1e6


class Together:
    """Watch this process and those it starts: the most memory that they held at one time, in MB."""

    def __init__(self) -> None:
        self.peak_mb: float | None = None
        self._stop = Event()
        self._thread = Thread(target=self._watch, daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stop.set()
        self._thread.join()

    def _watch(self) -> None:
        while sys.platform == "linux":
            self.peak_mb = max(self.peak_mb or 0.0, sum(map(_held_mb, [os.getpid(), *_children()])))
            if self._stop.wait(_LOOK_S):
                return


def _children() -> list[int]:
    tasks = Path("/proc/self/task").glob("*/children")
    return [int(pid) for task in tasks for pid in task.read_text().split()]


def _held_mb(pid: int) -> float:
    """Tell what a process holds; pages that it shares with others count for each."""
    try:
        pages = Path(f"/proc/{pid}/statm").read_text().split()[1]
    except OSError:
        return 0.0  # it has just ended
    return int(pages) * resource.getpagesize() / 1e6


def on_one_core() -> None:
    """Stay on one core, where the system lets a process choose."""
    if sys.platform == "linux":
        os.sched_setaffinity(0, {max(os.sched_getaffinity(0))})


def _work(answer: Connection, work: Callable[..., Any], arguments: tuple[object, ...]) -> None:
    answer.send(work(*arguments))
    answer.close()


def alone(work: Callable[..., T], *arguments: object) -> T:
    """Call a function in a fresh process and give what it returns; raises where it dies or hangs."""
    context = get_context("spawn")
    ours, theirs = context.Pipe(duplex=False)
    process = context.Process(target=_work, args=(theirs, work, arguments))
    process.start()
    theirs.close()
    try:
        if not ours.poll(_PATIENCE_S):
            process.kill()
            raise TimeoutError(f"{work.__qualname__} took longer than {_PATIENCE_S} s")
        result: T = ours.recv()
    except EOFError:
        raise RuntimeError(f"{work.__qualname__} ended without a result") from None
    finally:
        process.join()
    return result
