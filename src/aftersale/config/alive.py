"""Let the workers of one machine see which of them have died: each holds a file for as long as it lives."""

from __future__ import annotations

import os
from contextlib import suppress
from functools import lru_cache
from threading import Lock
from typing import TYPE_CHECKING
from uuid import uuid4

from aftersale.config.lock import take

if TYPE_CHECKING:
    from collections.abc import Callable, Collection
    from pathlib import Path

_ENDING = ".alive"
# Two threads that ask first must not make two names, of which one would be let go.
_ONE = Lock()


def own_name(folder: Path) -> str:
    """Give the name of this process, under which it claims; others find it held until this process ends."""
    with _ONE:
        return _held(folder, os.getpid())[0]


# One file a process: a fork gets a name of its own. The lock goes with the process, however it ends.
@lru_cache(maxsize=4)
def _held(folder: Path, _process: int) -> tuple[str, int]:
    folder.mkdir(exist_ok=True, mode=0o700)
    while True:
        path = folder / f"{uuid4().hex}{_ENDING}"
        file = os.open(path, os.O_CREAT | os.O_EXCL | os.O_RDWR, 0o600)
        with suppress(OSError):
            take(file)
            # Whoever looked between making and locking took it for dead and removed it.
            if path.exists():
                return path.stem, file
        os.close(file)


def bury_dead(folder: Path, bury: Callable[[Collection[str]], None]) -> None:
    """Hand over the names of processes of this machine that ended, then forget them.

    A name is free only when its process is gone. Where `bury` fails, the next one finds the same names.
    """
    found = {path: file for path in folder.glob(f"*{_ENDING}") if (file := _of_the_dead(path)) is not None}
    try:
        if found:
            bury([path.stem for path in found])
            for path in found:
                path.unlink(missing_ok=True)
    finally:
        for file in found.values():
            os.close(file)


def _of_the_dead(path: Path) -> int | None:
    try:
        file = os.open(path, os.O_RDWR)
    except OSError:
        return None
    try:
        take(file)
    except OSError:
        os.close(file)
        return None
    return file
