"""Explain an open ticket: what it rests on, what to find out, and where each answer would lead."""

from __future__ import annotations

from typing import TYPE_CHECKING

from aftersale.domain.fact_table import FACTS
from aftersale.domain.vocabulary import Kind
from aftersale.policy.explain import FALLBACK, to_ask, to_describe, to_inspect, trace, what_would_change
from aftersale.policy.generate import UNKNOWN_FROM
from aftersale.policy.rulebook import REJECT
from aftersale.triage.rows import Explained, Outcome, Question

if TYPE_CHECKING:
    from collections.abc import Mapping

    from aftersale.domain.facts import Facts, Value
    from aftersale.policy.decide import Judge
    from aftersale.policy.decision import Decision
    from aftersale.policy.explain import Change
    from aftersale.policy.rulebook import Rule

# A question with more answers than these is open: only the usual ones are shown.
_MOST_ANSWERS = 6
_USUAL = {"reason": ("no_reason", "quality_defect", "damaged", "missing_item")}
_NOT_WORTH_SAYING = frozenset(
    {"now", "platform", "shop", "article_no", "sku", "live", "carrier", "warehouse", "province"}
)


def _answered(facts: Facts, fact: str, answer: bool | str) -> dict[str, Value]:  # noqa: FBT001
    """Say what one answer tells; a reason also tells that what only other reasons allege is not alleged."""
    told: dict[str, Value] = {fact: answer}
    if fact == "reason":
        told |= {
            spec.name: spec.default
            for spec in FACTS.values()
            if spec.alleged_by and answer not in spec.alleged_by and spec.name in facts.unknown
        }
    return told


def _grants(rule: Rule) -> bool:
    return not rule.is_guard and rule.remedies[0] != REJECT


def answers_of(fact: str) -> tuple[bool | str, ...]:
    """List the answers that are offered for a fact; none where it is typed in."""
    spec = FACTS[fact]
    if spec.kind is Kind.BOOL:
        return (True, False)
    answers = tuple(value for value in spec.values if value != "unknown")
    return answers if len(answers) <= _MOST_ANSWERS else _USUAL.get(fact, ())


class Explainer:
    """Explain decisions of one judge; what stands `elsewhere`, in a sheet not given, is no question."""

    def __init__(self, judge: Judge, elsewhere: frozenset[str] = frozenset()) -> None:
        self._judge, self._elsewhere = judge, elsewhere
        self._read: dict[tuple[int, tuple[int, int | None]], frozenset[str]] = {}

    def explain(self, decision: Decision) -> Explained:
        """Explain one decision."""
        found = what_would_change(self._judge, decision)
        changes = tuple(change for change in found if change.fact not in self._elsewhere)
        asked, seen, told = to_ask(decision, changes), to_inspect(decision, changes), to_describe(changes)
        sorted_out = {change.fact for change in (*asked, *seen, *told)}
        return Explained(
            ask=tuple(self._question(decision, change) for change in asked),
            inspect=seen,
            describe=told,
            others=tuple(change for change in found if change.fact not in sorted_out),
            used=self._used(decision),
            unalleged=self._unalleged(decision),
        )

    def _question(self, decision: Decision, change: Change) -> Question:
        outcomes = tuple(self._outcome(decision, change.fact, answer) for answer in answers_of(change.fact))
        return Question(change.fact, FACTS[change.fact].answered_by, change, outcomes)

    def _outcome(self, decision: Decision, fact: str, answer: bool | str) -> Outcome:  # noqa: FBT001 - an answer is the value of a fact
        """Say where one answer leads; if it settles nothing alone, to the rule that it brings nearest."""
        then = self._judge.decide(decision.facts.with_values(_answered(decision.facts, fact, answer)))
        nearest = self.nearest(then) if then.verdict.main.group == FALLBACK else None
        if nearest:
            return Outcome(answer, nearest.id, nearest.remedies[0], surely=False)
        return Outcome(answer, then.verdict.main.id, then.verdict.preferred)

    def nearest(self, decision: Decision) -> Rule | None:
        """Find the granting rule that waits for the fewest unknowns; none of them points at a refusal."""
        facts, rules = decision.facts, self._judge.rulebook.rules
        codes = self._judge.trace(facts)[: decision.verdict.main_rank]
        waiting = {
            rank: len(self._judge.reach(facts, rank) & facts.unknown)
            for rank, code in enumerate(codes)
            if code is not None and code >= UNKNOWN_FROM and _grants(rules[rank])
        }
        rank = min(waiting, key=lambda rank: (waiting[rank], rank), default=None)
        return None if rank is None else rules[rank]

    def _used(self, decision: Decision) -> Mapping[str, Value]:
        """Collect the known facts that the winning rule reads."""
        facts = decision.facts
        reach = self._judge.reach(facts, decision.verdict.main_rank) & FACTS.keys()
        return {
            name: facts[name]
            for name in FACTS
            if name in reach
            and name not in facts.unknown | facts.unalleged | _NOT_WORTH_SAYING
            and facts[name] is not None
        }

    def _unalleged(self, decision: Decision) -> tuple[str, ...]:
        """Collect what nobody alleges and what therefore kept the rules above the winner from firing."""
        facts, variant = decision.facts, id(self._judge.variant_of(decision.facts))
        codes = self._judge.trace(facts)[: decision.verdict.main_rank]
        if any((variant, place) not in self._read for place in enumerate(codes)):
            # Which facts the part of a rule reads is the same for every ticket: asked once, kept for all.
            for place, traced in zip(enumerate(codes), trace(self._judge, decision), strict=False):
                self._read[variant, place] = frozenset(traced.values)
        above = frozenset[str]().union(*(self._read[variant, place] for place in enumerate(codes)))
        return tuple(name for name in FACTS if name in above and name in facts.unalleged)
