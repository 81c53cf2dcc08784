"""Put together what the page of a ticket says of its decision: clauses, questions, other ways, facts."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from aftersale.domain.fact_table import FACTS
from aftersale.domain.value_words import FREIGHT_WORDS, LIABILITY_WORDS, word_of
from aftersale.domain.vocabulary import Kind
from aftersale.pages.words import act_of
from aftersale.policy.rulebook import REJECT
from aftersale.shops.rulebooks import judge_by
from aftersale.tickets.detail import decision_view
from aftersale.tickets.judging import facts_from
from aftersale.tickets.models import StoredDecision
from aftersale.tickets.product_facts import articles_for
from aftersale.tickets.said import said_of
from aftersale.triage.explained import Explainer
from aftersale.triage.vocabulary import answerer_words
from aftersale.triage.words import Words
from aftersale.web.environment import lang
from aftersale.web.environment import say as _

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping

    from aftersale.domain.facts import Facts
    from aftersale.policy.decide import Judge
    from aftersale.policy.decision import Decision
    from aftersale.tickets.models import Ticket
    from aftersale.tickets.said import Said
    from aftersale.triage.rows import Question

_OPEN_ENDED = {Kind.TIME: "datetime-local", Kind.FEN: "money"}


@dataclass(frozen=True, slots=True)
class AnswerShown:
    """Hold one answer to a question: what to send, how it reads, where it leads."""

    value: str
    words: str
    leads_to: str
    surely: bool
    refuses: bool


@dataclass(frozen=True, slots=True)
class Asked:
    """Hold one question; without answers it is typed in, as `kind` of a field."""

    fact: str
    words: str
    whom: str
    answers: tuple[AnswerShown, ...]
    kind: str


@dataclass(frozen=True, slots=True)
class Way:
    """Hold one other way to settle a ticket, with the verb that carries it out."""

    code: str
    words: str
    verb: str


@dataclass(frozen=True, slots=True)
class FactShown:
    """Hold one fact that is known: its words, where it was told; no source where it follows from others."""

    name: str
    label: str
    words: str
    source: str


@dataclass(frozen=True, slots=True)
class Proposal:
    """Hold everything the page says of a decision."""

    step: str
    remedy: str
    how: str
    title: str
    rule_id: str
    liability: str
    freight: str
    cites: tuple[dict[str, Any], ...]
    asked: tuple[Asked, ...]
    inspect: tuple[str, ...]
    ways: tuple[Way, ...]
    evidence: tuple[tuple[str, tuple[str, ...]], ...]
    known: tuple[FactShown, ...]
    derived: tuple[FactShown, ...]
    unknown: tuple[str, ...]
    guards: tuple[str, ...]
    current: bool


def newest_of(ticket_id: int) -> StoredDecision | None:
    """Read the newest decision of a ticket together with the ticket; one query."""
    return StoredDecision.objects.select_related("ticket").filter(ticket_id=ticket_id).order_by("-id").first()


def proposal_of(stored: StoredDecision, answered: Collection[str]) -> Proposal:
    """Explain a decision by the rulebook it was made with; nothing is written.

    `answered` names the facts that people here have answered.
    """
    judge = judge_by(stored.rulebook_digest)
    return _Explaining(judge, judge.decide(facts_from(stored.facts)), stored, answered).all()


class _Explaining:
    def __init__(
        self, judge: Judge, decision: Decision, stored: StoredDecision, answered: Collection[str]
    ) -> None:
        self._judge, self._decision, self._answered = judge, decision, answered
        self._ticket, self._stored = stored.ticket, decision_view(stored)
        self._book = judge.rulebook
        self._words = Words(lang(), judge.rulebook, int(self._ticket.seen_at.timestamp()))
        self._explained = Explainer(judge).explain(decision)

    def all(self) -> Proposal:
        verdict = self._decision.verdict
        facts = list(_known(self._ticket, self._decision.facts, self._words, self._answered))
        return Proposal(
            step=self._words.action(self._ticket.step),
            remedy=self._words.remedy(verdict.preferred),
            how=self._words.text(self._book.remedies[verdict.preferred].verb),
            title=verdict.main.title.of(lang()),
            rule_id=verdict.main.id,
            liability=word_of(LIABILITY_WORDS, verdict.liability, lang()),
            freight=word_of(FREIGHT_WORDS, verdict.freight, lang()),
            cites=tuple(self._stored.cites),
            asked=tuple(map(self._asked, self._explained.ask)),
            inspect=tuple(self._words.fact(change.fact) for change in self._explained.inspect),
            ways=tuple(self._ways()),
            evidence=tuple(self._evidence()),
            known=tuple(fact for fact in facts if fact.source),
            derived=tuple(fact for fact in facts if not fact.source),
            unknown=tuple(self._words.fact(change.fact) for change in self._explained.others),
            guards=tuple(rule.title.of(lang()) for rule in verdict.guards),
            current=True,
        )

    def _asked(self, question: Question) -> Asked:
        spec = FACTS[question.fact]
        answers = tuple(
            AnswerShown(
                _sent(outcome.answer),
                self._words.value(question.fact, outcome.answer),
                self._words.remedy(outcome.remedy),
                outcome.surely,
                outcome.remedy == REJECT,
            )
            for outcome in question.outcomes
        )
        whom = answerer_words(lang())[question.who]
        return Asked(
            question.fact, self._words.fact(question.fact), whom, answers, _OPEN_ENDED.get(spec.kind, "text")
        )

    def _ways(self) -> Iterator[Way]:
        verdict = self._decision.verdict
        names = [*verdict.remedies, *(r.remedies[0] for r in verdict.alternatives if r.group != "fallback")]
        for name in dict.fromkeys(names):
            if name not in {verdict.preferred, REJECT}:
                yield Way(name, self._words.remedy(name), act_of(name))

    def _evidence(self) -> Iterator[tuple[str, tuple[str, ...]]]:
        verdict = self._decision.verdict
        lists = [self._book.evidence[code] for code in verdict.evidence if code in self._book.evidence]
        for whom, side in ((_("from the buyer"), "buyer"), (_("from the shop"), "merchant")):
            wanted = [self._words.text(text) for each in lists for text in getattr(each, side)]
            if wanted:
                yield whom, tuple(dict.fromkeys(wanted))


def _sent(value: bool | int | str) -> str:  # noqa: FBT001  # an answer is the value of a fact
    return ("yes" if value else "no") if isinstance(value, bool) else str(value)


def _known(ticket: Ticket, facts: Facts, words: Words, answered: Collection[str]) -> Iterator[FactShown]:
    """List what is known and worth reading, with where it was said."""
    seen = said_of(ticket)
    register = articles_for(ticket.shop_id, ticket.article_no, ticket.product_id)
    told = register.facts(ticket.article_no, ticket.product_id)
    for name, spec in FACTS.items():
        value = facts[name]
        quiet = name in facts.unknown or name in facts.unalleged or value in (None, "", frozenset())
        if quiet or name in _NOT_WORTH_SAYING:
            continue
        yield FactShown(
            name, spec.label.of(lang()), words.value(name, value), _source(name, answered, seen, told)
        )


_NOT_WORTH_SAYING = frozenset({"now", "platform", "shop", "article_no"})


def _source(name: str, answered: Collection[str], seen: Said, register: Mapping[str, Any]) -> str:
    """Say where a fact was told; empty where it follows from others."""
    if name in answered:
        return _("answered here")
    if name in seen.facts:
        return seen.sources.get(name) or _("from the platform")
    return _("product register") if name in register else ""
