"""Try answers before they are given: ask only what changes something, first what decides by itself."""

from __future__ import annotations

from dataclasses import dataclass
from types import MappingProxyType
from typing import TYPE_CHECKING, cast

from aftersale.domain.clock import moment_of
from aftersale.domain.errors import FactsInvalid
from aftersale.domain.fact_table import FACTS
from aftersale.domain.vocabulary import Kind
from aftersale.policy.explain import FALLBACK, MOST_ASKED, askable, what_would_change
from aftersale.policy.rulebook import ASK
from aftersale.triage.explained import Explainer, answers_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from aftersale.domain.facts import Facts
    from aftersale.domain.vocabulary import Answerer
    from aftersale.policy.decide import Judge
    from aftersale.policy.decision import Decision
    from aftersale.policy.rulebook import Rule
    from aftersale.tickets.judging import Judged

_HOUR, _FEN_OF_A_YUAN = 3_600, 100
# What is typed in cannot be tried in full: times before the application and counts that stand for the rest.
_BEFORE = (_HOUR, *(days * 24 * _HOUR for days in (1, 5, 9, 16, 40, 120, 220, 400)))
_COUNTS = (1, 24, 72, 240)
_NOTHING: Mapping[str, object] = MappingProxyType({})
# More candidates than these are never tried: each costs a few decisions.
_MOST_TRIED = 8
# So many facts may have to be known together before a decision changes.
_MOST_TOGETHER = 3


@dataclass(frozen=True, slots=True)
class Tried:
    """Say where one answer leads.

    Surely: `step` is proposed then. Otherwise it is only what comes nearest, and `asks` has to be known too.
    `decision` is what would be decided.
    """

    answer: bool | int | str
    step: str
    decision: Decision
    asks: tuple[str, ...] = ()

    @property
    def surely(self) -> bool:
        """Tell whether nothing else has to be known."""
        return not self.asks


@dataclass(frozen=True, slots=True)
class TriedQuestion:
    """Hold one thing worth asking; without outcomes it is typed in, and `may` lists what could come of it."""

    fact: str
    who: Answerer
    outcomes: tuple[Tried, ...]
    may: tuple[str, ...]
    decides: bool


class Trying:
    """Try answers on one ticket, by the very way that an answer takes when it is given.

    `know` puts the facts together with one more answer (it raises FactsInvalid for one that cannot be),
    `settle` judges them.
    """

    def __init__(
        self,
        judge: Judge,
        know: Callable[[Mapping[str, object]], Facts],
        settle: Callable[[Facts], Judged],
    ) -> None:
        self._know, self._settle = know, settle
        self._judge, self._explainer = judge, Explainer(judge)
        self._now = settle(know({}))
        self._tried: dict[str, TriedQuestion] = {}

    def questions(self) -> tuple[TriedQuestion, ...]:
        """List at most three questions: those that decide by themselves first, none that changes nothing."""
        found = self._followed(self._facts_to_ask(self._now.decision)[:_MOST_TRIED])
        worth = {each.fact: each for each in found if each.decides or self._may_move(each)}
        ranked = sorted(worth.values(), key=lambda each: not each.decides)
        return tuple(ranked[:MOST_ASKED])

    def _followed(self, facts: list[str]) -> list[TriedQuestion]:
        """Try facts, and those that their answers would have us ask next, until one decides."""
        waiting, found = list(facts), dict[str, TriedQuestion]()
        while waiting and len(found) < _MOST_TRIED:
            fact = waiting.pop(0)
            if fact not in found:
                found[fact] = self._question(fact)
                waiting += [each for outcome in found[fact].outcomes for each in outcome.asks]
        return list(found.values())

    def _facts_to_ask(self, decision: Decision) -> list[str]:
        changes = what_would_change(self._judge, decision)
        return [change.fact for change in askable(decision, changes)]

    def _question(self, fact: str) -> TriedQuestion:
        if fact not in self._tried:
            self._tried[fact] = self._typed(fact) if self._is_typed(fact) else self._chosen(fact)
        return self._tried[fact]

    def _is_typed(self, fact: str) -> bool:
        return not answers_of(fact)

    def _chosen(self, fact: str) -> TriedQuestion:
        """Try every answer; where all lead to where the ticket stands, there is nothing to ask."""
        tried = {answer: judged for answer in answers_of(fact) if (judged := self._judged(fact, answer))}
        alike = len({self._standing(judged, fact) for judged in tried.values()}) <= 1
        if alike and all(_decided(judged) == _decided(self._now) for judged in tried.values()):
            tried = {}
        outcomes = tuple(self._outcome(answer, judged) for answer, judged in tried.items())
        decides = any(outcome.surely and outcome.step != self._now.step for outcome in outcomes)
        return TriedQuestion(fact, FACTS[fact].answered_by, outcomes, (), decides)

    def _typed(self, fact: str) -> TriedQuestion:
        judged = [found for value in self._probes(fact) if (found := self._judged(fact, value))]
        moved = [each for each in judged if self._standing(each, fact) != self._standing(self._now, fact)]
        outcomes = [self._outcome("", each) for each in moved]
        may = tuple(dict.fromkeys(outcome.step for outcome in outcomes))
        decides = any(each.surely and each.step != self._now.step for each in outcomes)
        return TriedQuestion(fact, FACTS[fact].answered_by, (), may, decides)

    def _probes(self, fact: str) -> Iterator[object]:
        """Give answers that stand for all that could be typed."""
        kind = FACTS[fact].kind
        if kind is Kind.TIME:
            applied = cast("int", self._now.decision.facts["applied_at"])
            yield from (moment_of(applied - seconds).isoformat() for seconds in _BEFORE)
        elif kind is Kind.FEN:
            yield _FEN_OF_A_YUAN
        elif kind is Kind.COUNT:
            yield from _COUNTS

    def _judged(self, fact: str, answer: object, given: Mapping[str, object] = _NOTHING) -> Judged | None:
        try:
            return self._settle(self._know({**given, fact: answer}))
        except FactsInvalid:
            return None

    def _may_move(self, question: TriedQuestion) -> bool:
        return bool(question.outcomes or question.may) and self._moves(question.fact, _NOTHING)

    def _moves(self, fact: str, given: Mapping[str, object]) -> bool:
        """Tell whether an answer changes the decision, at once or with the answers it would have us ask."""
        for answer in (*answers_of(fact), *self._probes(fact)):
            judged = self._judged(fact, answer, given)
            if judged is None:
                continue
            if _decided(judged) != _decided(self._now):
                return True
            known, (_, asks) = {**given, fact: answer}, self._waiting(judged.decision)
            if len(known) < _MOST_TOGETHER and any(self._moves(each, known) for each in asks):
                return True
        return False

    def _standing(self, judged: Judged, fact: str) -> tuple[object, ...]:
        """Give all that a person would see change; which rule it is matters only where none has settled."""
        nearest, asks = self._waiting(judged.decision)
        return (
            *_decided(judged),
            nearest.id if nearest and asks else "",
            frozenset(asks) - {fact},
        )

    def _waiting(self, decision: Decision) -> tuple[Rule | None, tuple[str, ...]]:
        """Give the rule that comes nearest where none has settled the claim, and what to ask for it next."""
        if not _open(decision):
            return None, ()
        return self._explainer.nearest(decision), tuple(self._facts_to_ask(decision)[:1])

    def _outcome(self, answer: bool | int | str, judged: Judged) -> Tried:  # noqa: FBT001  # an answer is the value of a fact
        decision = judged.decision
        nearest, asks = self._waiting(decision)
        if nearest is None or not asks:
            return Tried(answer, judged.step, decision)
        return Tried(answer, nearest.remedies[0], decision, asks)


def _decided(judged: Judged) -> tuple[object, ...]:
    """Give what is decided: what to do, who answers for it, who pays the way back, how much."""
    decision, verdict = judged.decision, judged.decision.verdict
    return (
        judged.step,
        verdict.preferred,
        verdict.liability,
        verdict.freight,
        decision.amount_fen,
        decision.payable_fen,
    )


def _open(decision: Decision) -> bool:
    """Tell whether nothing has settled a claim yet."""
    return decision.verdict.main.group == FALLBACK or decision.verdict.preferred == ASK
