"""Say how large each workload is."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Size:
    """Hold the sizes of one run; `judged` tells whether they are those of the bars."""

    w1a_tickets: int
    w1a_passes: int
    bulk_tickets: tuple[int, ...]
    peer_sample: int
    answer_sample: int
    what_if_tickets: int
    sheet_rows: int
    judged: bool


USUAL = Size(20_000, 8, (1_000_000,), 20_000, 2_000, 1_000_000, 100_000, judged=True)
FULL = Size(20_000, 8, (1_000_000, 10_000_000), 20_000, 2_000, 1_000_000, 100_000, judged=True)
QUICK = Size(200, 2, (10_000,), 200, 200, 10_000, 1_000, judged=False)
