"""Choose which of a shop's dated figures holds on a day, for the category of the goods."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import date


@dataclass(frozen=True, slots=True)
class Settled:
    """Hold one figure as a shop set it: from which day, with its source and who set it.

    `category` empty holds for all goods. `value` None takes it back: history or default hold again.
    """

    name: str
    category: str
    value: int | None
    since: date
    source: str = ""
    by: str = ""


def in_force(rows: Iterable[Settled], on: date, category: str = "") -> dict[str, Settled]:
    """Give what holds on a day by figure; rows come oldest first, and of one day the last said counts.

    What was set for a category holds before what was set for all goods.
    """
    found: dict[tuple[str, str], Settled] = {}
    for row in sorted(rows, key=lambda row: row.since):
        if row.since <= on:
            found[row.name, row.category] = row
    chosen = {name: row for (name, scope), row in found.items() if scope == "" and row.value is not None}
    own = {name: row for (name, scope), row in found.items() if scope == category and row.value is not None}
    return chosen | own
