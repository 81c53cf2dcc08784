"""Decide one ticket: facts and rulebook in, a decision out. Pure: `now` is one of the facts."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, cast

from aftersale.domain.fact_table import SLOT
from aftersale.policy.decision import Decision, Due, Verdict
from aftersale.policy.generate import compiled, derive_source, judge_source, settle_source, trace_source
from aftersale.policy.rulebook import ASK, REJECT
from aftersale.policy.variant import ENUMS_WITH_UNKNOWN, Variant, Variants, needed
from aftersale.policy.verdict import ALWAYS_A_PERSON, SETTLES_FROM, Verdicts

if TYPE_CHECKING:
    from collections.abc import Callable

    from aftersale.domain.facts import Facts, Value
    from aftersale.policy.rulebook import Rule, Rulebook

_Judged = tuple[Verdict, int | None, int | None, tuple[Due, ...], int | None]
_Settled = tuple[list[int], list[int], bool | None]

_PLATFORM, _APPLIED = SLOT["platform"], SLOT["applied_at"]
_GENERATED = {"settle": settle_source, "trace": trace_source, "derive": derive_source}


class Judge:
    """Judge tickets under one rulebook; the code for each platform and span of dates is generated once."""

    def __init__(self, rulebook: Rulebook) -> None:
        self.rulebook = rulebook
        self._variants = Variants(rulebook)
        self._verdicts = Verdicts(rulebook)
        self._made: dict[tuple[str, int], Variant] = {}
        self._judges: dict[tuple[str, int], Callable[..., object]] = {}
        self._reaches: dict[tuple[str, int, int], frozenset[str]] = {}
        self._others: dict[tuple[str, tuple[str, int]], Callable[..., object]] = {}
        self._turned: dict[tuple[int, str, bool], Verdict] = {}

    def __reduce__(self) -> tuple[type[Judge], tuple[Rulebook]]:
        """Travel to another process as the rulebook, from which everything else is made again."""
        return Judge, (self.rulebook,)

    def decide(self, facts: Facts) -> Decision:
        """Decide one ticket; total: every parsed ticket gets a decision."""
        values = facts.values
        key = self._variants.key(cast("str", values[_PLATFORM]), cast("int", values[_APPLIED]))
        judge = self._judges.get(key)
        if judge is None:
            judge = self._judges[key] = self._compile_judge(key)
        verdict, amount, punitive, due, stable = cast("_Judged", judge(values))
        if facts.unknown or verdict.preferred == REJECT:
            verdict = self._without_rash_refusal(facts, verdict)
        payable = amount if verdict.pays else None
        return Decision(verdict, facts, amount, payable, punitive, due, stable, self.rulebook.digest)

    def variant_of(self, facts: Facts) -> Variant:
        """Give the variant of the rulebook that applies to a ticket."""
        return self._variant(self._key(facts))

    def trace(self, facts: Facts) -> tuple[int | None, ...]:
        """Tell for each rule which part failed (0…) or is unknown (1000…), -1 a hit, None out of force."""
        return cast("tuple[int | None, ...]", self._other("trace", facts)(facts.values))

    def derived(self, facts: Facts) -> dict[str, Value]:
        """Compute every derived fact of a ticket."""
        return cast("dict[str, Value]", self._other("derive", facts)(facts.values))

    def settled(self, facts: Facts) -> _Settled:
        """Tell which ranks are surely and which possibly true, and whether the merchant is at fault."""
        nobody_knows = dict.fromkeys(facts.unknown & ENUMS_WITH_UNKNOWN)
        strict = facts.with_values(cast("dict[str, Value]", nobody_knows)) if nobody_knows else facts
        return cast("_Settled", self._other("settle", facts)(strict.values))

    def reach(self, facts: Facts, rank: int) -> frozenset[str]:
        """Collect every name that a rule depends on for a ticket, through derived facts too."""
        key = (*self._key(facts), rank)
        if key not in self._reaches:
            variant = self.variant_of(facts)
            self._reaches[key] = frozenset(needed([variant.conditions[rank]], variant.derived))
        return self._reaches[key]

    def _key(self, facts: Facts) -> tuple[str, int]:
        return self._variants.key(cast("str", facts["platform"]), cast("int", facts["applied_at"]))

    def _variant(self, key: tuple[str, int]) -> Variant:
        if key not in self._made:
            self._made[key] = self._variants.make(key)
        return self._made[key]

    def _compile_judge(self, key: tuple[str, int]) -> Callable[..., object]:
        rolled = self.rulebook.calendar.rolled.get
        text = judge_source(self._variant(key))
        return compiled(text, "judge", rolled=rolled, verdict_of=self._verdicts.of, Due=Due)

    def _other(self, name: str, facts: Facts) -> Callable[..., object]:
        key = self._key(facts)
        if (name, key) not in self._others:
            text = _GENERATED[name](self._variant(key))
            self._others[name, key] = compiled(text, name, rolled=self.rulebook.calendar.rolled.get)
        return self._others[name, key]

    def _without_rash_refusal(self, facts: Facts, verdict: Verdict) -> Verdict:
        """Turn a refusal that an unknown could overturn into a question, or a review at our fault."""
        remedy = self.rulebook.remedies[verdict.preferred]
        settles_for_less = remedy.rank >= SETTLES_FROM and remedy.pays != "refund"
        if verdict.preferred != REJECT and not settles_for_less:
            return verdict
        surely, possibly, at_fault = self.settled(facts)
        if verdict.preferred == REJECT and at_fault:
            return self._instead(verdict, "human_review", needs_person=True)
        if not facts.unknown:
            return verdict
        better = self._better(
            verdict, [rank for rank in possibly if rank not in verdict.hits or rank not in surely]
        )
        shaky = verdict.preferred == REJECT and (verdict.main_rank not in surely or at_fault is None)
        return self._instead(verdict, ASK, needs_person=False) if better or shaky else verdict

    def _better(self, verdict: Verdict, possible: list[int]) -> bool:
        """Tell whether a rule that may yet prove true would give the buyer more than this verdict."""
        floor = self.rulebook.rank_of(verdict.preferred)
        return any(self._would_win(verdict, rank, self.rulebook.rules[rank], floor) for rank in possible)

    def _would_win(self, verdict: Verdict, rank: int, rule: Rule, floor: int) -> bool:
        if not rule.remedies or rule is verdict.main:
            return False
        outranks = rank < verdict.main_rank or rule.layer == "shop"
        overrides = rule.is_guard and rule.id in self.rulebook.overrides
        gives_more = self.rulebook.rank_of(rule.remedies[0]) > floor
        if verdict.preferred == REJECT:
            return gives_more and (overrides or (outranks and not rule.is_guard))
        pays = self.rulebook.remedies[rule.remedies[0]].pays == "refund"
        return gives_more and pays and outranks and not rule.is_guard

    def _instead(self, verdict: Verdict, preferred: str, *, needs_person: bool) -> Verdict:
        # A verdict is kept for good by those that made it: its place in memory names it.
        key = (id(verdict), preferred, needs_person)
        known = self._turned.get(key)
        if known is None:
            known = self._turned[key] = _turned(verdict, preferred, needs_person=needs_person)
        return known


def _turned(verdict: Verdict, preferred: str, *, needs_person: bool) -> Verdict:
    remedies = tuple(dict.fromkeys((preferred, *verdict.remedies)))
    person = needs_person or bool({verdict.main.id, *verdict.flags} & ALWAYS_A_PERSON)
    return replace(verdict, preferred=preferred, remedies=remedies, pays=False, needs_person=person)
