"""Put together what the page of a ticket says of its decision: clauses, questions, other ways, facts."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

from aftersale.domain.fact_table import FACTS
from aftersale.domain.value_words import FREIGHT_WORDS, LIABILITY_WORDS, word_of
from aftersale.domain.vocabulary import Kind
from aftersale.pages.clauses import Clause, clauses_of
from aftersale.pages.known import FactShown, Line, known_facts, way_of_goods
from aftersale.pages.told import Told
from aftersale.pages.ways import Way, ways_of
from aftersale.pages.words import act_on
from aftersale.shops.rulebooks import judge_by
from aftersale.tickets.detail import BESIDE
from aftersale.tickets.judging import facts_from
from aftersale.tickets.judging import judge as settled
from aftersale.tickets.models import StoredDecision
from aftersale.tickets.steps import AFTER_CONSENT, AGREE_TO_RETURN, SUBMIT
from aftersale.triage.explained import Explainer
from aftersale.triage.trying import Trying
from aftersale.triage.vocabulary import answerer_words
from aftersale.triage.words import Words
from aftersale.web.environment import lang, money
from aftersale.web.environment import say as _

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from datetime import datetime

    from django.db.models import QuerySet

    from aftersale.policy.decide import Judge
    from aftersale.policy.decision import Decision
    from aftersale.triage.trying import Tried, TriedQuestion

_OPEN_ENDED = {Kind.TIME: "datetime-local", Kind.FEN: "money"}


@dataclass(frozen=True, slots=True)
class AnswerShown:
    """Hold one answer to a question: what to send, how it reads, where it leads."""

    value: str
    words: str
    leads_to: str
    surely: bool


@dataclass(frozen=True, slots=True)
class Asked:
    """Hold one question; without answers it is typed in, as `kind` of a field, and `may` says to what end."""

    fact: str
    words: str
    whom: str
    answers: tuple[AnswerShown, ...]
    kind: str
    may: str


@dataclass(frozen=True, slots=True)
class Proposal:
    """Hold everything the page says of a decision."""

    step: str
    remedy: str
    how: str
    title: str
    liability: str
    freight: str
    payable_fen: int | None
    cites: tuple[Clause, ...]
    asked: tuple[Asked, ...]
    inspect: tuple[str, ...]
    ways: tuple[Way, ...]
    evidence: tuple[tuple[str, tuple[str, ...]], ...]
    goods: tuple[Line, ...]
    rests: tuple[FactShown, ...]
    known: tuple[FactShown, ...]
    derived: tuple[FactShown, ...]
    unknown: tuple[str, ...]
    guards: tuple[str, ...]

    @property
    def open_facts(self) -> tuple[str, ...]:
        """Name what nobody has said yet: questions, else what only the goods show."""
        return tuple(each.words for each in self.asked) or self.inspect


def decisions_on(ticket_id: int) -> QuerySet[StoredDecision]:
    """Read the decisions of a ticket, newest first, together with the ticket and what stands beside it."""
    beside = ("ticket", *(f"ticket__{name}" for name in BESIDE))
    return StoredDecision.objects.select_related(*beside).filter(ticket_id=ticket_id).order_by("-id")


def newest_of(ticket_id: int) -> StoredDecision | None:
    """Read the newest decision of a ticket together with the ticket; one query."""
    return decisions_on(ticket_id).first()


def proposal_of(stored: StoredDecision, answers: Mapping[str, object], now: datetime) -> Proposal:
    """Explain a decision by the rulebook it was made with; nothing is written.

    `answers` are those of people here that count, by fact.
    """
    judge = judge_by(stored.rulebook_digest)
    told = Told(stored.ticket, answers, now)
    return _Explaining(judge, judge.decide(facts_from(stored.facts)), stored, told).all()


class _Explaining:
    def __init__(self, judge: Judge, decision: Decision, stored: StoredDecision, told: Told) -> None:
        self._judge, self._decision, self._told = judge, decision, told
        self._ticket = stored.ticket
        self._book = judge.rulebook
        self._words = Words(lang(), judge.rulebook, int(self._ticket.seen_at.timestamp()))
        self._explained = Explainer(judge).explain(decision)

    def all(self) -> Proposal:
        verdict = self._decision.verdict
        facts = list(known_facts(self._decision, self._told, self._words))
        return Proposal(
            step=self._words.action(self._ticket.step),
            remedy=self._words.remedy(verdict.preferred),
            how=self._how(),
            title=verdict.main.title.of(lang()),
            liability=word_of(LIABILITY_WORDS, verdict.liability, lang()),
            freight=word_of(FREIGHT_WORDS, verdict.freight, lang()),
            payable_fen=self._decision.payable_fen,
            cites=clauses_of(self._decision.verdict.citations, self._book),
            asked=self._asked() if self._ticket.open else (),
            inspect=tuple(self._words.fact(change.fact) for change in self._explained.inspect),
            ways=ways_of(self._decision, self._book, self._ticket.step, partial(act_on, self._ticket)),
            evidence=tuple(self._evidence()),
            goods=tuple(way_of_goods(self._judge, self._decision, self._words)),
            rests=tuple(fact for fact in facts if fact.source and fact.name in self._explained.used),
            known=tuple(fact for fact in facts if fact.source and fact.name not in self._explained.used),
            derived=tuple(fact for fact in facts if not fact.source),
            unknown=tuple(self._words.fact(change.fact) for change in self._explained.others),
            guards=tuple(rule.title.of(lang()) for rule in verdict.guards),
        )

    def _how(self) -> str:
        """Say how the step is done; empty where it says so itself."""
        step, preferred = self._ticket.step, self._decision.verdict.preferred
        if step == SUBMIT:
            return _("by the rules: {remedy}").format(remedy=self._words.remedy(preferred))
        if step in AFTER_CONSENT:
            return _("agreed; this is what is left to do")
        done = step in self._book.remedies or step == AGREE_TO_RETURN
        return self._words.text(self._book.remedies[preferred].verb) if done else ""

    def _asked(self) -> tuple[Asked, ...]:
        """Ask what changes something, with where each answer leads by the very way it takes."""
        seen, judge_ = self._told.seen, self._judge
        trying = Trying(judge_, self._told.facts, lambda facts: settled(seen, facts, judge_))
        return tuple(map(self._question, trying.questions()))

    def _question(self, question: TriedQuestion) -> Asked:
        fact, outcomes = question.fact, question.outcomes
        return Asked(
            fact,
            self._words.fact(fact),
            answerer_words(lang())[question.who],
            tuple(self._answer(fact, outcome, outcomes) for outcome in outcomes),
            _OPEN_ENDED.get(FACTS[fact].kind, "text"),
            " / ".join(map(self._words.action, question.may)),
        )

    def _answer(self, fact: str, outcome: Tried, outcomes: Sequence[Tried]) -> AnswerShown:
        leads_to = self._words.action(outcome.step)
        if not outcome.surely:
            asks = self._words.facts(outcome.asks)
            leads_to = _("perhaps {step}, then ask: {facts}").format(step=leads_to, facts=asks)
        alike = [each for each in outcomes if each.step == outcome.step and each.asks == outcome.asks]
        told = " · ".join((leads_to, *self._apart(outcome, alike)))
        said = self._words.value(fact, outcome.answer)
        return AnswerShown(_sent(outcome.answer), said, told, outcome.surely)

    def _apart(self, outcome: Tried, alike: Sequence[Tried]) -> Iterator[str]:
        """Say in what an answer differs from those that lead to the same step."""
        said = [self._follows(each.decision) for each in alike]
        for place, words in enumerate(self._follows(outcome.decision)):
            if len({each[place] for each in said}) > 1:
                yield words

    def _follows(self, decision: Decision) -> tuple[str, ...]:
        verdict = decision.verdict
        liability = word_of(LIABILITY_WORDS, verdict.liability, lang())
        freight = word_of(FREIGHT_WORDS, verdict.freight, lang())
        return (
            _("by the rules: {remedy}").format(remedy=self._words.remedy(verdict.preferred)),
            _("liability: {who}").format(who=liability),
            _("freight: {who}").format(who=freight),
            money(decision.amount_fen),
        )

    def _evidence(self) -> Iterator[tuple[str, tuple[str, ...]]]:
        verdict = self._decision.verdict
        lists = [self._book.evidence[code] for code in verdict.evidence if code in self._book.evidence]
        for whom, side in ((_("from the buyer"), "buyer"), (_("from the shop"), "merchant")):
            wanted = [self._words.text(text) for each in lists for text in getattr(each, side)]
            if wanted:
                yield whom, tuple(dict.fromkeys(wanted))


def _sent(value: bool | int | str) -> str:  # noqa: FBT001  # an answer is the value of a fact
    return ("yes" if value else "no") if isinstance(value, bool) else str(value)
