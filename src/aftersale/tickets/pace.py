"""Keep batches so small that nobody who writes beside them waits long."""

from __future__ import annotations

from time import perf_counter
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

FIRST, FEWEST, MOST = 100, 20, 1_000
_AIM_S = 0.15
AIMS_S: Mapping[str, float] = {"sqlite": _AIM_S, "postgresql": 0.5}
"""So long a batch should take, by kind of database: SQLite lets one write at a time."""


class Pace:
    """Give the size of the next batch, from the seconds that the one before held what others may wait for.

    On SQLite a page that saves waits for the batch at hand, whatever it is about.

    >>> ticks = iter((0.0, 0.3))
    >>> pace = Pace(lambda: next(ticks))
    >>> with pace:
    ...     pass
    >>> pace.rows
    50
    """

    def __init__(self, seconds: Callable[[], float] = perf_counter, aim_s: float = _AIM_S) -> None:
        self._seconds, self._aim_s = seconds, aim_s
        self._begun = 0.0
        self.rows = FIRST

    def __enter__(self) -> None:
        """Begin to write a batch."""
        self._begun = self._seconds()

    def __exit__(self, *_: object) -> None:
        """End it; twice as many rows come next at the most."""
        taken = max(self._seconds() - self._begun, self._aim_s / 2)
        self.rows = min(max(round(self.rows * self._aim_s / taken), FEWEST), MOST)
