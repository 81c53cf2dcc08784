"""Estimate how often something happens from few cases: beta-binomial with its prior, in basis points."""

from __future__ import annotations

from dataclasses import dataclass

WHOLE = 10_000
FEW = 30
"""Below so many cases an estimate says that it rests on few."""


@dataclass(frozen=True, slots=True)
class Prior:
    """Hold what is believed before any case: a rate in basis points that weighs as much as so many cases."""

    rate_bp: int
    weight: int


@dataclass(frozen=True, slots=True)
class Rate:
    """Hold an estimated rate in basis points with all that it was made of."""

    bp: int
    hits: int
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
    bp = (2 * (prior.rate_bp * prior.weight + WHOLE * hits) + weight) // (2 * weight)
    return Rate(bp, hits, cases, prior)


def share(amount_fen: int, bp: int) -> int:
    """Give a share of an amount in basis points, half a fen away from nothing.

    >>> share(999, 5_000), share(-999, 5_000)
    (500, -500)
    """
    part = (2 * abs(amount_fen) * bp + WHOLE) // (2 * WHOLE)
    return part if amount_fen >= 0 else -part
