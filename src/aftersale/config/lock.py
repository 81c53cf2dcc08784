"""Let one process at a time hold the desk's folder."""

from __future__ import annotations

import os
import sys
from contextlib import contextmanager
from typing import TYPE_CHECKING

from aftersale.config.refusals import DeskRefused
from aftersale.texts import Text

if TYPE_CHECKING:
    from collections.abc import Iterator

    from aftersale.config.home import Home

if sys.platform == "win32":
    import msvcrt

    def take(file: int) -> None:
        """Lock an open file until it is closed, or raise OSError where somebody else holds it."""
        os.lseek(file, 0, os.SEEK_SET)
        msvcrt.locking(file, msvcrt.LK_NBLCK, 1)
else:
    import fcntl

    def take(file: int) -> None:
        """Lock an open file until it is closed, or raise OSError where somebody else holds it."""
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)


@contextmanager
def alone(place: Home) -> Iterator[None]:
    """Hold the folder until the end, or refuse because a desk runs on it; a dead process holds nothing."""
    path = place.root / "serve.lock"
    with path.open("a", encoding="ascii") as file:
        try:
            take(file.fileno())
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
