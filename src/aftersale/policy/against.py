"""Tell what stands against a refusal: rights that the buyer has, or would have if an unknown proved so."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from aftersale.policy.explain import FALLBACK
from aftersale.policy.generate import HIT, UNKNOWN_FROM
from aftersale.policy.rulebook import ASK, REJECT
from aftersale.policy.verdict import SETTLES_FROM

if TYPE_CHECKING:
    from collections.abc import Iterator

    from aftersale.policy.decide import Judge
    from aftersale.policy.decision import Decision
    from aftersale.policy.rulebook import Rule

_MUST = "M"


@dataclass(frozen=True, slots=True)
class Against:
    """Hold one rule against a refusal.

    `certain`: it holds now; otherwise it would if `unknown` facts proved so. `mandatory`: law or platform
    says that it must be given. `settles`: it grants the claim, where others only ask for a step before.
    A guard limits what may be done and gives no `remedy`.
    """

    rule: Rule
    remedy: str
    certain: bool
    mandatory: bool
    settles: bool
    unknown: tuple[str, ...] = ()

    @property
    def forbids(self) -> bool:
        """Tell whether refusing would break what must be given."""
        return self.certain and self.mandatory and self.settles


def against_refusal(judge: Judge, decision: Decision) -> tuple[Against, ...]:
    """List what stands against refusing the claim of a ticket: what forbids it first, then by rank.

    Where the decision itself is a refusal, only what outranks it is listed.
    """
    found = list(_standing(judge, decision))
    return tuple(sorted(found, key=lambda each: (not each.forbids, not each.certain)))


def _standing(judge: Judge, decision: Decision) -> Iterator[Against]:
    rules, facts, verdict = judge.rulebook.rules, decision.facts, decision.verdict
    refused = verdict.preferred == REJECT
    for rank, code in enumerate(judge.trace(facts)):
        rule = rules[rank]
        outranked = refused and rank >= verdict.main_rank
        if code is None or outranked or not _speaks(rule, judge):
            continue
        if code == HIT:
            yield _against(rule, judge)
        elif code >= UNKNOWN_FROM and not rule.is_guard and rank < verdict.main_rank:
            waits = tuple(sorted(judge.reach(facts, rank) & facts.unknown))
            yield _against(rule, judge, waits)


def _speaks(rule: Rule, judge: Judge) -> bool:
    """Tell whether a rule has a say about refusing: it gives something, or limits what may be done."""
    if rule.group == FALLBACK or (rule.remedies and rule.remedies[0] == REJECT):
        return False
    gives = bool(rule.remedies) and judge.rulebook.rank_of(rule.remedies[0]) > judge.rulebook.rank_of(ASK)
    return rule.is_guard or gives


def _against(rule: Rule, judge: Judge, unknown: tuple[str, ...] = ()) -> Against:
    must, settles = _must(rule), _settles(rule, judge)
    return Against(rule, _remedy(rule), certain=not unknown, mandatory=must, settles=settles, unknown=unknown)


def _remedy(rule: Rule) -> str:
    return "" if rule.is_guard or not rule.remedies else rule.remedies[0]


def _settles(rule: Rule, judge: Judge) -> bool:
    return not rule.is_guard and judge.rulebook.rank_of(rule.remedies[0]) >= SETTLES_FROM


def _must(rule: Rule) -> bool:
    return rule.mode == _MUST and rule.layer != "shop"
