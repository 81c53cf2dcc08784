"""Run the sandbox's own time: as fast as asked, jumped forward, never back."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

if TYPE_CHECKING:
    from collections.abc import Callable

    from aftersale.sandbox.platform.store import Store

MAX_SPEED = 100_000.0


class Reading(msgspec.Struct, frozen=True):
    """Tie a moment of the sandbox to one of the wall, both epoch ms; a speed of 0 stands still."""

    sandbox_ms: int
    wall_ms: int
    speed: float


class Clock:
    """Tell the time of the sandbox; what it is set to survives a kill and runs on meanwhile."""

    def __init__(self, store: Store, wall: Callable[[], int], start: Reading) -> None:
        self._store, self._wall = store, wall
        kept = store.value("clock")
        self._reading = msgspec.json.decode(kept, type=Reading) if kept else start
        if not kept:
            self._keep()

    def now(self) -> int:
        """Give the time of the sandbox in epoch ms."""
        since = max(0, self._wall() - self._reading.wall_ms)
        return self._reading.sandbox_ms + int(since * self._reading.speed)

    def wall(self) -> int:
        """Give the time of the wall in epoch ms."""
        return self._wall()

    @property
    def speed(self) -> float:
        """Tell how many seconds pass here in one of the wall's."""
        return self._reading.speed

    def set(self, *, speed: float | None = None, jump_ms: int = 0) -> None:
        """Change the speed, or jump forward; a step back or a speed that makes no sense raises ValueError."""
        chosen = self._reading.speed if speed is None else speed
        if jump_ms < 0 or not 0 <= chosen <= MAX_SPEED:
            raise ValueError("the clock goes forward only, at a speed between 0 and 100000")
        self._reading = Reading(self.now() + jump_ms, self._wall(), chosen)
        self._keep()

    def _keep(self) -> None:
        with self._store.change():
            self._store.keep_value("clock", msgspec.json.encode(self._reading).decode())
