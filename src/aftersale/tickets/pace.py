"""Keep batches so small that nobody who writes beside them waits long."""

from __future__ import annotations

from time import perf_counter
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

FIRST, FEWEST, MOST = 100, 20, 1_000
_AIM_S = 0.15


class Pace:
    """Give the size of the next batch, from the seconds that the one before held the lock of a writer.

    SQLite lets one write at a time: a page that saves waits for the batch at hand.

    >>> ticks = iter((0.0, 0.3))
    >>> pace = Pace(lambda: next(ticks))
    >>> with pace:
    ...     pass
    >>> pace.rows
    50
    """

    def __init__(self, seconds: Callable[[], float] = perf_counter) -> None:
        self._seconds = seconds
        self._begun = 0.0
        self.rows = FIRST

    def __enter__(self) -> None:
        """Begin to write a batch."""
        self._begun = self._seconds()

    def __exit__(self, *_: object) -> None:
        """End it; twice as many rows come next at the most."""
        taken = max(self._seconds() - self._begun, _AIM_S / 2)
        self.rows = min(max(round(self.rows * _AIM_S / taken), FEWEST), MOST)
