"""Explain a decision: why each rule did or did not fire, and what would change the outcome."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from aftersale.domain.clock import date_of, day_of
from aftersale.domain.fact_table import FACTS, FactSpec
from aftersale.domain.vocabulary import Kind, Silence
from aftersale.policy.expression import Expr, conjuncts, names_in
from aftersale.policy.fold import FALSE, TRUE
from aftersale.policy.generate import HIT, UNKNOWN_FROM
from aftersale.policy.rulebook import ASK
from aftersale.policy.sql_source import render
from aftersale.policy.variant import needed
from aftersale.policy.verdict import chosen

if TYPE_CHECKING:
    from collections.abc import Iterator

    from aftersale.domain.facts import Facts, Value
    from aftersale.policy.decide import Judge
    from aftersale.policy.decision import Decision, Verdict
    from aftersale.policy.rulebook import Rule, Rulebook

Answer = bool | int | str | None

MOST_ASKED = 3
FALLBACK = "fallback"


@dataclass(frozen=True, slots=True)
class Traced:
    """Say of one rule what became of it: hit, failed, unknown or out of force, and by which part.

    `values` are the facts that part reads; `unalleged` those that are false because nobody alleges them.
    """

    rule: Rule
    outcome: str
    part: str
    values: dict[str, Value]
    unalleged: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Change:
    """Say what one unknown fact could lead to: with `answer`, `rule` would win and `could_become` follow."""

    fact: str
    answer: Answer
    rule: str
    could_become: str
    gain: int


def _live_parts(condition: Expr) -> list[Expr]:
    return [part for part in conjuncts(condition) if part != TRUE]


def trace(judge: Judge, decision: Decision) -> tuple[Traced, ...]:
    """Trace every rule of the rulebook in rank order, those out of force included."""
    facts = decision.facts
    variant = judge.variant_of(facts)
    known = _readable(judge, facts)
    codes = judge.trace(facts)
    return tuple(
        _traced(rule, condition, code, known, facts)
        for rule, condition, code in zip(judge.rulebook.rules, variant.conditions, codes, strict=True)
    )


def _readable(judge: Judge, facts: Facts) -> dict[str, Value]:
    return dict(zip(FACTS, facts.values, strict=True)) | judge.derived(facts)


def _traced(rule: Rule, condition: Expr, code: int | None, known: dict[str, Value], facts: Facts) -> Traced:
    if code is None or condition == FALSE:
        return Traced(rule, "out_of_force", "", {}, ())
    if code == HIT:
        return Traced(rule, "hit", "", {}, ())
    outcome, number = ("unknown", code - UNKNOWN_FROM) if code >= UNKNOWN_FROM else ("failed", code)
    part = _live_parts(condition)[number]
    values = {name: known[name] for name in sorted(names_in(part)) if name in known}
    silent = tuple(name for name in values if name in facts.unalleged)
    return Traced(rule, outcome, render(part).replace('"', ""), values, silent)


def _answers(spec: FactSpec) -> tuple[bool | str, ...]:
    """List the answers worth trying for a fact; a time or an amount has none to try."""
    if spec.kind is Kind.BOOL:
        return (True, False)
    return tuple(value for value in spec.values if value != "unknown") if spec.kind is Kind.ENUM else ()


class Changes:
    """Find what would change a decision by answering one unknown at a time."""

    def __init__(self, judge: Judge, decision: Decision) -> None:
        self._judge = judge
        self._decision = decision
        self._facts = decision.facts
        self._open = self._open_rules(decision)

    def all(self) -> tuple[Change, ...]:
        """List, dearest first, one change for each unknown fact that could overturn the winner."""
        found: dict[str, Change] = {}
        questions = self._questions()
        for name in questions:
            changes = sorted(self._of(name), key=lambda change: -change.gain)
            if changes:
                found[name] = changes[0]
        for name, change in self._of_combinations(questions):
            found.setdefault(name, change)
        return tuple(sorted(found.values(), key=lambda change: (-change.gain, change.fact)))

    def _open_rules(self, decision: Decision) -> list[int]:
        """List the granting rules above the winner that an unknown keeps open."""
        codes = self._judge.trace(decision.facts)[: decision.verdict.main_rank]
        rules = self._judge.rulebook.rules
        return [
            rank
            for rank, code in enumerate(codes)
            if code is not None and code >= UNKNOWN_FROM and not rules[rank].is_guard
        ]

    def _questions(self) -> list[str]:
        """List the unknowns that the winner or a rule above it depends on; no other matters."""
        unproven = {
            name for name, spec in FACTS.items() if spec.never_null and self._facts[name] == "unknown"
        }
        ranks = [*self._open, self._decision.verdict.main_rank]
        reach = set[str]().union(*(self._judge.reach(self._facts, rank) for rank in ranks))
        return sorted((self._facts.unknown & reach) | unproven)

    def _of(self, name: str) -> Iterator[Change]:
        now = self._decision.verdict
        for answer in _answers(FACTS[name]):
            then = self._judge.decide(self._facts.with_values({name: answer}))
            verdict = then.verdict
            if verdict.main is now.main and verdict.preferred in {now.preferred, ASK}:
                continue
            rule = self._likeliest(then) if verdict.main.group == FALLBACK else None
            yield self._change(name, answer, rule or verdict.main, self._outcome(rule, verdict))

    def _outcome(self, rule: Rule | None, verdict: Verdict) -> str:
        """Say what would come of an answer; under an override that stays, what the rule itself grants."""
        if rule:
            return rule.remedies[0]
        overridden = verdict.preferred in {self._decision.verdict.preferred, ASK}
        apply_type = self._facts["apply_type"]
        return chosen(verdict.main, str(apply_type)) if overridden else verdict.preferred

    def _likeliest(self, decision: Decision) -> Rule | None:
        """Pick, where one answer settles nothing yet, the open rule that waits for the fewest others."""
        facts = decision.facts
        waits = {
            rank: len(self._judge.reach(facts, rank) & facts.unknown) for rank in self._open_rules(decision)
        }
        rank = min(waits, key=lambda rank: (waits[rank], rank), default=None)
        return None if rank is None else self._judge.rulebook.rules[rank]

    def _change(self, name: str, answer: Answer, rule: Rule, preferred: str) -> Change:
        book = self._judge.rulebook
        before = book.rank_of(self._decision.verdict.preferred)
        return Change(name, answer, rule.id, preferred, abs(book.rank_of(preferred) - before))

    def _of_combinations(self, questions: list[str]) -> Iterator[tuple[str, Change]]:
        """Name, for each rule above the winner that is still open, the first unknown it waits for."""
        variant = self._judge.variant_of(self._facts)
        codes = self._judge.trace(self._facts)
        for rank in self._open:
            rule = self._judge.rulebook.rules[rank]
            part = _live_parts(variant.conditions[rank])[(codes[rank] or 0) - UNKNOWN_FROM]
            waiting = needed([part], variant.derived)
            name = next((name for name in questions if name in waiting), None)
            if name:
                yield name, self._change(name, None, rule, rule.remedies[0])


def what_would_change(judge: Judge, decision: Decision) -> tuple[Change, ...]:
    """List the unknown facts that could overturn the winner, dearest first."""
    return Changes(judge, decision).all()


def unannounced_year(rulebook: Rulebook, decision: Decision) -> int | None:
    """Name the year whose holidays are not announced, where the end of the seven days hangs on them."""
    end = decision.due_at("no_reason_end")
    if end is None or rulebook.calendar.is_published(last := day_of(end.at - 1)):
        return None
    return date_of(last).year


def askable(decision: Decision, changes: tuple[Change, ...]) -> tuple[Change, ...]:
    """Pick what can be asked on this ticket: facts of kind ask whose stage is reached."""
    stage, reason_known = decision.facts.stage, decision.facts["reason"] is not None
    # A claim that is its own reason: who asks for the difference of a price alleges nothing else.
    told = frozenset({"reason"}) if decision.facts["apply_type"] == "price_protect" else frozenset[str]()
    return tuple(
        change
        for change in changes
        if (spec := FACTS[change.fact]).silence is Silence.ASK
        and change.fact not in told
        and spec.stage <= stage
        # Until the buyer's reason is known, what only some reasons allege is no question yet.
        and (reason_known or not spec.alleged_by)
    )


def to_ask(decision: Decision, changes: tuple[Change, ...]) -> tuple[Change, ...]:
    """Pick at most three questions for this ticket, dearest first."""
    return askable(decision, changes)[:MOST_ASKED]


def to_inspect(decision: Decision, changes: tuple[Change, ...]) -> tuple[Change, ...]:
    """Pick what is to be checked when the goods arrive: facts that cannot be known before."""
    stage = decision.facts.stage
    return tuple(change for change in changes if FACTS[change.fact].stage > stage)


def to_describe(changes: tuple[Change, ...]) -> tuple[Change, ...]:
    """Pick what the product register should say of the article."""
    return tuple(change for change in changes if FACTS[change.fact].silence is Silence.REGISTER)
