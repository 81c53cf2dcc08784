"""Run the sandbox's own time: as fast as asked, jumped forward, never back."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from aftersale.domain.lapse import Lapse

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from aftersale.sandbox.platform.store import Store

MAX_SPEED = 100_000.0
AT_EASE = 60.0
_read = msgspec.json.Decoder(Lapse).decode
CLOCK = "clock.json"
"""The file in the sandbox's folder that tells a desk how its time runs."""


class Clock:
    """Tell the time of the sandbox; what it is set to survives a kill and runs on meanwhile.

    A desk that lives by it reads how it runs from `told`, which is written anew whenever it is set.
    """

    def __init__(self, store: Store, wall: Callable[[], int], start: Lapse, told: Path | None = None) -> None:
        self._store, self._wall, self._told = store, wall, told
        kept = store.value("clock")
        self._lapse = _read(kept) if kept else start
        self._keep()

    def now(self) -> int:
        """Give the time of the sandbox in epoch ms."""
        return self._lapse.at(self._wall())

    def wall(self) -> int:
        """Give the time of the wall in epoch ms."""
        return self._wall()

    def off_ms(self, given: int) -> int:
        """Tell how far a time is from this clock or the wall's, in epoch ms.

        While this clock runs ahead a call that takes a moment is late by minutes: they count less then.
        """
        pace = max(1.0, self.speed / AT_EASE)
        return min(int(abs(given - self.now()) / pace), abs(given - self.wall()))

    @property
    def speed(self) -> float:
        """Tell how many seconds pass here in one of the wall's."""
        over = self._lapse.ends and self.now() >= self._lapse.until_ms
        return 1.0 if over else self._lapse.speed

    def set(self, *, speed: float | None = None, jump_ms: int = 0, until_ms: int = 0) -> None:
        """Change the speed, for good or until a time, or jump forward.

        A step back or a speed that makes no sense raises ValueError.
        """
        chosen = self.speed if speed is None else speed
        if jump_ms < 0 or not 0 <= chosen <= MAX_SPEED:
            raise ValueError("the clock goes forward only, at a speed between 0 and 100000")
        self._lapse = Lapse(self.now() + jump_ms, self._wall(), chosen, until_ms)
        self._keep()

    def _keep(self) -> None:
        with self._store.change():
            said = msgspec.json.encode(self._lapse)
            self._store.keep_value("clock", said.decode())
        if self._told:
            partial = self._told.with_suffix(".partial")
            partial.write_bytes(said)
            partial.replace(self._told)
