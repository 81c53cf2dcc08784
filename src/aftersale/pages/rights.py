"""Show what stands against a refusal: rights that hold, rights that may yet prove to, limits."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from aftersale.domain.fact_table import FACTS
from aftersale.pages.clauses import Clause, clauses_of
from aftersale.policy.against import against_refusal
from aftersale.policy.rulebook import REJECT
from aftersale.web.environment import lang

if TYPE_CHECKING:
    from aftersale.policy.against import Against
    from aftersale.policy.decide import Judge
    from aftersale.policy.decision import Decision
    from aftersale.policy.rulebook import Rulebook

_MOST = 4


@dataclass(frozen=True, slots=True)
class Right:
    """Hold one rule against a refusal: what it is about, what the buyer may have, by which clauses.

    `forbids`: refusing breaks it. `missing`: it holds only if these prove so.
    """

    title: str
    remedy: str
    clauses: tuple[Clause, ...]
    forbids: bool
    missing: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Rights:
    """Hold what stands against a refusal; `steps` come before one, `proposed`: the desk proposes one."""

    standing: tuple[Right, ...]
    steps: tuple[Right, ...]
    possible: tuple[Right, ...]
    limits: tuple[str, ...]
    proposed: bool


def rights_against(judge: Judge, decision: Decision) -> Rights:
    """Run the judge for a refusal and show what speaks against it."""
    found, book = against_refusal(judge, decision), judge.rulebook
    rules = [each for each in found if not each.rule.is_guard]
    return Rights(
        tuple(_right(each, book) for each in rules if each.certain and each.settles),
        tuple(_right(each, book) for each in rules if each.certain and not each.settles),
        tuple(_right(each, book) for each in rules if not each.certain and each.settles)[:_MOST],
        tuple(each.rule.title.of(lang()) for each in found if each.rule.is_guard),
        decision.verdict.preferred == REJECT,
    )


def _right(each: Against, book: Rulebook) -> Right:
    return Right(
        each.rule.title.of(lang()),
        book.remedies[each.remedy].of(lang()),
        clauses_of(each.rule.citations, book),
        each.forbids,
        tuple(FACTS[name].label.of(lang()) for name in each.unknown if name in FACTS),
    )
