"""Remember the last calls, to see what a client really sent; a restart forgets them."""

from __future__ import annotations

from collections import deque
from threading import Lock
from typing import NamedTuple

LAST = 20_000


class Called(NamedTuple):
    """Hold one call: when, what, about which ticket, spoilt by which faults, answered with which status."""

    at: int
    platform: str
    method: str
    shop: str
    ticket: str
    faults: tuple[str, ...]
    status: int


class Calls:
    """Keep the last calls in memory."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._kept: deque[Called] = deque(maxlen=LAST)

    def add(self, called: Called) -> None:
        """Remember a call."""
        with self._lock:
            self._kept.append(called)

    def listed(self, ticket: str, method: str) -> list[dict[str, object]]:
        """List calls, oldest first, about a ticket and of a method where they are named."""
        with self._lock:
            kept = list(self._kept)
        return [
            called._asdict()
            for called in kept
            if ticket in ("", called.ticket) and method in ("", called.method)
        ]
