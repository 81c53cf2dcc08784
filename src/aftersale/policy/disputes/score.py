"""Show what one more lost dispute does to a shop: its rate of liable disputes, its points.

The formula is an assumption: liable disputes by paid orders of the window. No public page of 抖店 gives it;
that of 快手 is alike (2022, medium). Nothing here says what score follows: the ranking is not known.
"""

from __future__ import annotations

from dataclasses import dataclass

WINDOW_DAYS = 90
"""So many days the score looks back (several public pages, medium)."""

NODE_A, NODES_B = 12, (4, 8, 12)
"""Points at which measures follow: each 12 of A; 4, 8 and 12 of B (public pages, medium to high)."""

_MILLION = 1_000_000


@dataclass(frozen=True, slots=True)
class Effect:
    """Hold liable disputes of the window, and one more; rates are parts of a million, None unknown."""

    liable: int
    orders: int | None

    @property
    def before(self) -> int | None:
        """Give the rate as it is."""
        return _rate(self.liable, self.orders)

    @property
    def after(self) -> int | None:
        """Give the rate with one more."""
        return _rate(self.liable + 1, self.orders)


def _rate(liable: int, orders: int | None) -> int | None:
    return liable * _MILLION // orders if orders else None


def percent(rate: int) -> str:
    """Write parts of a million as percent with three places.

    >>> percent(417)
    '0.041%'
    """
    return f"{rate // 10_000}.{rate % 10_000 // 10:03}%"


def left_a(points: int) -> int:
    """Give how many points of A are left before the next measure.

    >>> left_a(0), left_a(11), left_a(12)
    (12, 1, 12)
    """
    return NODE_A - points % NODE_A


def left_b(points: int) -> int:
    """Give how many points of B are left before the next measure; 0 at the last.

    >>> left_b(3), left_b(4), left_b(12)
    (1, 4, 0)
    """
    return next((node - points for node in NODES_B if node > points), 0)
