"""Hold what was decided: the verdict, the money, the clocks, and by which rulebook."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from aftersale.domain.facts import Facts
    from aftersale.policy.rulebook import Citation, Rule


@dataclass(frozen=True, slots=True)
class Verdict:
    """Hold the part of a decision that follows from which rules fired; shared by all tickets alike.

    `hits` are the ranks of all rules that fired; `alternatives` are the other rules that grant something.
    `law_rank` is that of the highest rule of law and platform: what a shop adds leaves its damages and
    clauses standing.
    `remedies` stand in order, the preferred one need not be the first. `flags` are short stable codes.
    """

    hits: tuple[int, ...]
    main: Rule
    main_rank: int
    law_rank: int
    preferred: str
    remedies: tuple[str, ...]
    alternatives: tuple[Rule, ...]
    guards: tuple[Rule, ...]
    liability: str
    freight: str
    citations: tuple[Citation, ...]
    evidence: tuple[str, ...]
    pays: bool
    needs_person: bool
    flags: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Due:
    """Say when a clock runs out (epoch seconds) and where its value comes from."""

    name: str
    at: int
    source: str


@dataclass(frozen=True, slots=True)
class Decision:
    """Hold one decision on one ticket; money in fen, `stable_until` the first second at which it may change.

    `amount_fen` is what is at stake (None: an unknown fact keeps it open), `payable_fen` what the preferred
    remedy pays (None: it pays nothing), `punitive_fen` information only.
    """

    verdict: Verdict
    facts: Facts
    amount_fen: int | None
    payable_fen: int | None
    punitive_fen: int | None
    due: tuple[Due, ...]
    stable_until: int | None
    digest: str

    def due_at(self, name: str) -> Due | None:
        """Give one clock by name, None where it does not run."""
        return next((due for due in self.due if due.name == name), None)
