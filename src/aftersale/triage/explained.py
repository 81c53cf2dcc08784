"""Explain an open ticket: what it rests on, what to find out, and where each answer would lead."""

from __future__ import annotations

from typing import TYPE_CHECKING

from aftersale.domain.fact_table import FACTS
from aftersale.domain.vocabulary import Kind
from aftersale.policy.explain import to_ask, to_describe, to_inspect, trace, what_would_change
from aftersale.triage.rows import Explained, Outcome, Question

if TYPE_CHECKING:
    from collections.abc import Mapping

    from aftersale.domain.facts import Value
    from aftersale.policy.decide import Judge
    from aftersale.policy.decision import Decision
    from aftersale.policy.explain import Change

# A question with more answers than these is open: only the dearest answer is shown.
_MOST_ANSWERS = 6
_NOT_WORTH_SAYING = frozenset({"now", "platform", "shop", "article_no", "sku", "live", "carrier", "warehouse", "province"})


class Explainer:
    """Explain decisions of one judge."""

    def __init__(self, judge: Judge) -> None:
        self._judge = judge

    def explain(self, decision: Decision) -> Explained:
        """Explain one decision."""
        changes = what_would_change(self._judge, decision)
        asked, seen, told = to_ask(decision, changes), to_inspect(decision, changes), to_describe(changes)
        sorted_out = {change.fact for change in (*asked, *seen, *told)}
        return Explained(
            ask=tuple(self._question(decision, change) for change in asked),
            inspect=seen,
            describe=told,
            others=tuple(change for change in changes if change.fact not in sorted_out),
            used=self._used(decision),
            unalleged=self._unalleged(decision),
        )

    def _question(self, decision: Decision, change: Change) -> Question:
        spec = FACTS[change.fact]
        answers = (True, False) if spec.kind is Kind.BOOL else tuple(v for v in spec.values if v != "unknown")
        if not answers or len(answers) > _MOST_ANSWERS:
            return Question(change.fact, spec.answered_by, change, ())
        return Question(
            change.fact, spec.answered_by, change, tuple(self._outcome(decision, change.fact, a) for a in answers)
        )

    def _outcome(self, decision: Decision, fact: str, answer: bool | str) -> Outcome:  # noqa: FBT001 - the answer is the value of a fact
        then = self._judge.decide(decision.facts.with_values({fact: answer})).verdict
        return Outcome(answer, then.main.id, then.preferred)

    def _used(self, decision: Decision) -> Mapping[str, Value]:
        """Collect the known facts that the winning rule reads."""
        facts = decision.facts
        reach = self._judge.reach(facts, decision.verdict.main_rank) & FACTS.keys()
        return {
            name: facts[name]
            for name in FACTS
            if name in reach and name not in facts.unknown | facts.unalleged | _NOT_WORTH_SAYING and facts[name] is not None
        }

    def _unalleged(self, decision: Decision) -> tuple[str, ...]:
        """Collect what nobody alleges and what therefore kept the rules above the winner from firing."""
        above = trace(self._judge, decision)[: decision.verdict.main_rank]
        return tuple(dict.fromkeys(name for traced in above for name in traced.unalleged))
