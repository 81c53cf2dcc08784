"""Leave a sign of life that `doctor` reads: one file a worker in the desk's folder."""

from __future__ import annotations

import json
import os
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

_EVERY = timedelta(seconds=5)


@dataclass(slots=True)
class Pulse:
    """Write the sign of life of this process into a folder, every five seconds."""

    folder: Path
    started_at: datetime
    written_at: datetime | None = None
    done: dict[str, dict[str, str]] = field(default_factory=dict)

    @property
    def path(self) -> Path:
        """Name the file of this process."""
        return self.folder / f"{os.getpid()}.json"

    def note(self, name: str, at: datetime, error: str) -> None:
        """Note that something was done, and how it failed."""
        self.done[name] = {"at": at.isoformat(), "error": error}

    def beat(self, now: datetime) -> None:
        """Write the file unless it was written just now."""
        if self.written_at and timedelta(0) <= now - self.written_at < _EVERY:
            return
        self.folder.mkdir(exist_ok=True, mode=0o700)
        partial = self.path.with_suffix(".partial")
        said = {"pid": os.getpid(), "started_at": self.started_at.isoformat(), "at": now.isoformat()}
        partial.write_text(json.dumps({**said, "done": dict(self.done)}), encoding="utf-8")
        partial.replace(self.path)
        self.written_at = now

    def stop(self) -> None:
        """Take the file away: this worker ended as it should."""
        self.path.unlink(missing_ok=True)


@dataclass(frozen=True, slots=True)
class Seen:
    """Hold the sign of life of a worker: when it last gave one, and what failed in its last round."""

    pid: int
    at: datetime
    failing: tuple[str, ...]


def pulses(folder: Path) -> Iterator[Seen]:
    """Give the signs of life that are there; one that is half written or gone again is passed over."""
    for path in sorted(folder.glob("*.json")):
        try:
            said = json.loads(path.read_text(encoding="utf-8"))
        except (OSError, ValueError):
            continue
        failing = tuple(f"{name}: {each['error']}" for name, each in said["done"].items() if each["error"])
        yield Seen(said["pid"], datetime.fromisoformat(said["at"]), failing)
