"""Estimate from few cases how often something happens, or how much it is, each drawn towards its prior."""

from __future__ import annotations

from dataclasses import dataclass

WHOLE = 10_000
FEW = 30
"""Below so many cases an estimate says that it rests on few."""


@dataclass(frozen=True, slots=True)
class Prior:
    """Hold what is believed before any case: a rate in basis points, or a mean in the unit of its figure.

    It weighs as much as so many cases.
    """

    value: int
    weight: int


@dataclass(frozen=True, slots=True)
class Rate:
    """Hold an estimated rate in basis points with all that it was made of."""

    bp: int
    hits: int
    cases: int
    prior: Prior

    @property
    def value(self) -> int:
        """Give the rate, as the mean of amounts gives its own."""
        return self.bp

    @property
    def few(self) -> bool:
        """Tell whether the estimate rests on few cases of the shop's own."""
        return self.cases < FEW


@dataclass(frozen=True, slots=True)
class Mean:
    """Hold an estimated amount in the unit of its figure with all that it was made of."""

    value: int
    total: int
    cases: int
    prior: Prior

    @property
    def few(self) -> bool:
        """Tell whether the estimate rests on few cases of the shop's own."""
        return self.cases < FEW


def estimated(prior: Prior, hits: int, cases: int) -> Rate:
    """Give the mean of the beta distribution after so many hits in so many cases, rounded to the nearest.

    Raises ValueError where there are more hits than cases, or nothing to estimate from.

    >>> estimated(Prior(3_000, 20), 9, 10).bp
    5000
    """
    if not 0 <= hits <= cases or prior.weight + cases <= 0:
        raise ValueError("hits must lie between nothing and the cases, and something must be known")
    weight = prior.weight + cases
    bp = (2 * (prior.value * prior.weight + WHOLE * hits) + weight) // (2 * weight)
    return Rate(bp, hits, cases, prior)


def averaged(prior: Prior, total: int, cases: int) -> Mean:
    """Give the mean of amounts of so many cases, drawn towards the prior, rounded to the nearest.

    Raises ValueError where an amount without a case, or nothing, is to be averaged.

    >>> averaged(Prior(1_000, 20), 6_000, 4).value
    1083
    """
    weight = prior.weight + cases
    if total < 0 or cases < 0 or (total and not cases) or weight <= 0:
        raise ValueError("amounts need cases, and something must be known")
    return Mean((2 * (prior.value * prior.weight + total) + weight) // (2 * weight), total, cases, prior)


def share(amount_fen: int, bp: int) -> int:
    """Give a share of an amount in basis points, half a fen away from nothing.

    >>> share(999, 5_000), share(-999, 5_000)
    (500, -500)
    """
    part = (2 * abs(amount_fen) * bp + WHOLE) // (2 * WHOLE)
    return part if amount_fen >= 0 else -part
