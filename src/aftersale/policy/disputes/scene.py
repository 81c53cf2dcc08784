"""Hold what is known of a dispute, as the tests of this room read it."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

REJECT = "reject"
"""The remedy by which the judge stands by a refusal."""


@dataclass(frozen=True, slots=True)
class Scene:
    """Hold facts by name (None: nobody knows), and what the desk knows beside them.

    `proposal` is what the judge would do, empty where nothing was judged; `layers` whose clauses it cites.
    `late` tells whether a deadline of the shop was missed. `ours` and `wanted` count what the shop has and
    should have, `theirs` the pieces of the buyer. `lost` and `judged` count the shop's own rulings of the
    last 90 days, None where there is no record.
    """

    facts: Mapping[str, object] = field(default_factory=dict)
    proposal: str = ""
    layers: frozenset[str] = frozenset()
    late: bool | None = None
    ours: int = 0
    wanted: int = 0
    theirs: int = 0
    lost: int | None = None
    judged: int | None = None

    def fact(self, name: str) -> object:
        """Give a fact, None where it is not known."""
        return self.facts.get(name)

    def holds(self, name: str) -> bool | None:
        """Tell whether a fact of yes and no holds; None where nobody knows."""
        value = self.fact(name)
        return value if isinstance(value, bool) else None


def either(*answers: bool | None) -> bool | None:
    """Join answers of which one is enough; unknown where none says yes and one says nothing.

    >>> either(False, None), either(True, None), either(False, False)
    (None, True, False)
    """
    if True in answers:
        return True
    return None if None in answers else False
