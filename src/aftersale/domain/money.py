"""Keep money as integer fen and split it without losing any."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence


def allocate(total_fen: int, weights: Sequence[int]) -> tuple[int, ...]:
    """Split an amount over lines in proportion to their weights, by largest remainder.

    The parts always sum to `total_fen`; equal remainders go to the later line, so that the last line
    takes the rest. With no weight at all the whole amount falls to the last line.

    >>> allocate(100, [1, 1, 1])
    (33, 33, 34)
    >>> allocate(-5, [2, 1])
    (-3, -2)
    """
    if not weights or min(weights) < 0:
        raise ValueError("weights must be given and none may be negative")
    if total_fen < 0:
        return tuple(-part for part in allocate(-total_fen, weights))
    whole = sum(weights)
    if whole == 0:
        return (0,) * (len(weights) - 1) + (total_fen,)
    parts = [total_fen * weight // whole for weight in weights]
    by_remainder = sorted(
        range(len(weights)), key=lambda i: (total_fen * weights[i] % whole, i), reverse=True
    )
    for line in by_remainder[: total_fen - sum(parts)]:
        parts[line] += 1
    return tuple(parts)


def yuan(fen: int) -> str:
    """Write fen as yuan for a person to read.

    >>> yuan(123456)
    '¥1,234.56'
    >>> yuan(-5)
    '-¥0.05'
    """
    sign = "-" if fen < 0 else ""
    return f"{sign}¥{abs(fen) // 100:,}.{abs(fen) % 100:02d}"
