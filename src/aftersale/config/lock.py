"""Let one process at a time hold the desk's folder."""

from __future__ import annotations

import sys
from contextlib import contextmanager
from typing import IO, TYPE_CHECKING

from aftersale.config.refusals import DeskRefused
from aftersale.texts import Text

if TYPE_CHECKING:
    from collections.abc import Iterator

    from aftersale.config.home import Home

if sys.platform == "win32":
    import msvcrt

    def _take(file: IO[str]) -> None:
        file.seek(0)
        msvcrt.locking(file.fileno(), msvcrt.LK_NBLCK, 1)
else:
    import fcntl

    def _take(file: IO[str]) -> None:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)


@contextmanager
def alone(place: Home) -> Iterator[None]:
    """Hold the folder until the end, or refuse because a desk runs on it; a dead process holds nothing."""
    path = place.root / "serve.lock"
    with path.open("a", encoding="ascii") as file:
        try:
            _take(file)
        except OSError:
            raise _taken(place) from None
        yield


def _taken(place: Home) -> DeskRefused:
    return DeskRefused(
        "desk.running",
        Text(
            zh=f"售后台已经在用这个文件夹：{place.root}",
            en=f"A desk is already running on {place.root}.",
        ),
        Text(
            zh="先停掉它，或者用 AFTERSALE_HOME 指定另一个文件夹。",
            en="Stop that one first, or name another folder with AFTERSALE_HOME.",
        ),
    )
