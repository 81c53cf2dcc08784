"""Know of a restore that was cut off: the desk must not run on what it left until it was done again."""

from __future__ import annotations

import os
import shutil
from typing import TYPE_CHECKING

from aftersale.config.refusals import DeskRefused
from aftersale.texts import Text

if TYPE_CHECKING:
    from pathlib import Path

    from aftersale.config.home import Home

SCRATCH = ".restore-"
"""So begins the name of the folder into which a restore unpacks."""

_SAID = Text(
    zh="上一次恢复没有做完，现在的数据还不能用。",
    en="The last restore was cut off; the data is not fit to be used yet.",
)
_NEXT = Text(
    zh="再运行一次 aftersale restore FILE，用同一份备份。",
    en="Run aftersale restore FILE once more, with the same backup.",
)


def is_unfinished(place: Home) -> bool:
    """Tell whether a restore began here and did not end."""
    return _mark(place).exists()


def refuse_unfinished(place: Home) -> None:
    """Raise DeskRefused where a restore was cut off."""
    if is_unfinished(place):
        raise DeskRefused("restore.unfinished", _SAID, _NEXT)


def begin(place: Home) -> None:
    """Write on the disk that a restore has begun, before it touches anything."""
    with _mark(place).open("w", encoding="ascii") as file:
        os.fsync(file.fileno())
    _settle(place.root)


def end(place: Home) -> None:
    """Take the mark away: every shop is on hold and no action is thought to be under way."""
    _mark(place).unlink()
    _settle(place.root)


def left_over(place: Home) -> list[Path]:
    """List the folders into which restores unpacked that were cut off."""
    return sorted(place.root.glob(f"{SCRATCH}*"))


def clear(place: Home) -> None:
    """Remove what restores before left; only where no other one is running."""
    for folder in left_over(place):
        shutil.rmtree(folder)


def _mark(place: Home) -> Path:
    return place.root / "restoring"


def _settle(folder: Path) -> None:
    """See that the disk knows what a folder holds; some systems have no such call."""
    if os.name == "posix":
        handle = os.open(folder, os.O_RDONLY)
        os.fsync(handle)
        os.close(handle)
