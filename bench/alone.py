"""Run a piece of work in a process of its own: one workload neither feeds nor starves another."""

from __future__ import annotations

import os
import sys
from multiprocessing import get_context
from typing import TYPE_CHECKING, Any, TypeVar

if sys.platform != "win32":
    import resource

if TYPE_CHECKING:
    from collections.abc import Callable
    from multiprocessing.connection import Connection

T = TypeVar("T")
_PATIENCE_S = 1_200


def peak_mb() -> float | None:
    """Tell the peak memory of this process in MB, None where the system does not say."""
    if sys.platform == "win32":
        return None
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak / 1e6 if sys.platform == "darwin" else peak * 1024 / 1e6


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
