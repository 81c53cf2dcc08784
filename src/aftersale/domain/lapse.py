"""Tell the time of a clock that runs faster than the wall's for a while."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Lapse:
    """Tie a moment of a made-up clock to one of the wall, both epoch ms.

    From there on `speed` seconds pass in one of the wall's (0 stands still), until `until_ms` of the made-up
    clock; after that as many as on the wall. Without an end (0) the speed stays.
    """

    sandbox_ms: int
    wall_ms: int
    speed: float
    until_ms: int = 0

    def at(self, wall_ms: int) -> int:
        """Give the made-up time at a time of the wall, both epoch ms; never before the tied moment."""
        since = max(0, wall_ms - self.wall_ms)
        there = self.sandbox_ms + int(since * self.speed)
        if not self.ends or there <= self.until_ms:
            return there
        return self.until_ms + since - int((self.until_ms - self.sandbox_ms) / self.speed)

    @property
    def ends(self) -> bool:
        """Tell whether the speed is meant for a while only."""
        return self.until_ms > self.sandbox_ms and self.speed > 0
