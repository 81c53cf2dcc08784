"""End a child process once the process that started it is gone, killed hard included."""

from __future__ import annotations

import os
import signal
from threading import Thread
from time import sleep

PARENT = "AFTERSALE_PARENT"
_LOOK_S, _PATIENCE_S = 0.5, 10.0


def environment() -> dict[str, str]:
    """Give a child the environment by which it knows its parent."""
    return {**os.environ, PARENT: str(os.getpid())}


def end_with_parent() -> None:
    """Watch the parent that the environment names; a process that was started by hand watches nobody."""
    named = os.environ.get(PARENT)
    if named:
        Thread(target=_watch, args=(int(named),), daemon=True, name="parent").start()


def _watch(parent: int) -> None:
    while os.getppid() == parent:
        sleep(_LOOK_S)
    os.kill(os.getpid(), signal.SIGTERM)
    sleep(_PATIENCE_S)
    os._exit(1)
