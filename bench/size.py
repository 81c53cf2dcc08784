"""Say how large each workload is."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from typing import TYPE_CHECKING, TypeVar

from aftersale.domain.clock import SHANGHAI
from bench.alone import alone

if TYPE_CHECKING:
    from collections.abc import Callable

T = TypeVar("T")


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
    events: int
    judged: bool = True
    # A short span meets few dated versions of the rules, so that little time goes into generating code.
    since: datetime | None = None

    def apart(self, work: Callable[..., T], *arguments: object) -> T:
        """Give work a process of its own, unless the run is so small that starting it would take longer."""
        return alone(work, *arguments) if self.judged else work(*arguments)


USUAL = Size(
    w1a_tickets=20_000,
    w1a_passes=8,
    bulk_tickets=(1_000_000,),
    peer_sample=20_000,
    answer_sample=2_000,
    what_if_tickets=1_000_000,
    sheet_rows=100_000,
    events=1_000_000,
)
FULL = replace(USUAL, bulk_tickets=(1_000_000, 10_000_000))
QUICK = Size(
    w1a_tickets=200,
    w1a_passes=2,
    bulk_tickets=(10_000,),
    peer_sample=200,
    answer_sample=200,
    what_if_tickets=10_000,
    sheet_rows=1_000,
    events=10_000,
    judged=False,
    since=datetime(2026, 4, 1, tzinfo=SHANGHAI),
)
