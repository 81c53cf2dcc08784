"""Group the tickets that want the same thing, ready to be pasted into the platform's batch search."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from aftersale.triage.rows import Row

# The longest text that a cell of a workbook takes, with room for what stands around it.
LONGEST_CELL = 32_000


@dataclass(frozen=True, slots=True)
class Batch:
    """Hold tickets of one shop with one action, as many as one search takes."""

    action: str
    channel: str
    shop: str
    number: int
    batches: int
    rows: tuple[Row, ...]
    joined: str

    @property
    def fen(self) -> int:
        """Sum what is at stake."""
        return sum(row.amount_fen or 0 for row in self.rows)


def _cut(rows: Sequence[Row], separator: str, size: int) -> Iterator[Sequence[Row]]:
    """Cut into batches of at most `size` tickets, and fewer where their numbers would not fit into a cell."""
    batch: list[Row] = []
    length = 0
    for row in rows:
        more = len(row.notice.ticket_no) + len(separator)
        if batch and (len(batch) >= size or length + more > LONGEST_CELL):
            yield batch
            batch, length = [], 0
        batch.append(row)
        length += more
    if batch:
        yield batch


def batches(rows: Iterable[Row], separator: str, size: int) -> list[Batch]:
    """Group the shop's tickets by action and shop; the group with the soonest clock first."""
    groups: dict[tuple[str, str, str], list[Row]] = {}
    for row in rows:
        if row.is_ours:
            notice = row.notice
            groups.setdefault((row.action, notice.channel, notice.shop or ""), []).append(row)
    made = []
    for (action, channel, shop), members in groups.items():
        cut = list(_cut(members, separator, max(size, 1)))
        for number, part in enumerate(cut, 1):
            joined = separator.join(row.notice.ticket_no for row in part)
            made.append(Batch(action, channel, shop, number, len(cut), tuple(part), joined))
    return made
