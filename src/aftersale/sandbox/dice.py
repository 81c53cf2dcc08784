"""Throw the seed's dice."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from random import Random

HOUR = 3600


def happens(rng: Random, share: float) -> bool:
    """Tell whether something happens that happens in this share of cases."""
    return rng.random() < share


def pick(rng: Random, weighted: tuple[tuple[str, int], ...]) -> str:
    """Choose one of the weighted words."""
    words, weights = zip(*weighted, strict=True)
    return str(rng.choices(words, weights)[0])


def hours(rng: Random, low: float, high: float) -> timedelta:
    """Choose a span between so many hours, to the second."""
    return timedelta(seconds=rng.randint(int(low * HOUR), int(high * HOUR)))
