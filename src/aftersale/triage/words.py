"""Say a line of the worklist as an agent reads it: time left, proposal, questions, evidence."""

from __future__ import annotations

from typing import TYPE_CHECKING

from aftersale.domain.clock import moment_of
from aftersale.domain.fact_table import FACTS
from aftersale.domain.money import yuan
from aftersale.domain.spans import span_words
from aftersale.domain.value_words import (
    FREIGHT_WORDS,
    LIABILITY_WORDS,
    VALUE_WORDS,
    word_of,
)
from aftersale.domain.vocabulary import APPLY_TYPES, Kind
from aftersale.texts import translator
from aftersale.tickets import steps
from aftersale.tickets.steps import Clock, Stage
from aftersale.triage.rows import Urgency
from aftersale.triage.vocabulary import answerer_words, stage_words, turn_words, urgency_words

if TYPE_CHECKING:
    from collections.abc import Iterable

    from aftersale.domain.facts import Value
    from aftersale.policy.explain import Change
    from aftersale.policy.rulebook import Rulebook
    from aftersale.policy.written import TextW
    from aftersale.texts import Lang
    from aftersale.triage.rows import Outcome, Question, Row

_APPROVES, _REFUNDS = "respond_by", "confirm_by"
_PAID_CLAIMS = frozenset({"refund_only", "return_refund", "price_protect"})
_UNPAID_CLAIMS = frozenset(APPLY_TYPES) - _PAID_CLAIMS


class Words:
    """Put lines of the worklist into one language, with the titles of one rulebook, at one time."""

    def __init__(self, lang: Lang, book: Rulebook, now: int) -> None:
        self.lang = lang
        self._book, self._now = book, now
        self.translate = self._ = translator(lang)
        self._if_missed = {deadline.name: deadline.if_missed.of(lang) for deadline in book.deadlines}
        self._granted = {rule.id: rule.remedies for rule in book.rules}
        self._guarded = {rule.remedies[0] for rule in book.rules if rule.is_guard and rule.remedies}
        self.comma = self._(", ")
        self.semicolon = self._("; ")

    def text(self, text: TextW) -> str:
        """Read a text of the rulebook."""
        return text.of(self.lang)

    def fact(self, name: str) -> str:
        """Name a fact."""
        return FACTS[name].label.of(self.lang)

    def facts(self, names: Iterable[str]) -> str:
        """List facts."""
        return self.comma.join(self.fact(name) for name in names)

    def value(self, name: str, value: Value) -> str:
        """Say the value of a fact with its unit."""
        kind = FACTS[name].kind
        if isinstance(value, int) and not isinstance(value, bool):
            return self.at(value) if kind is Kind.TIME else yuan(value) if kind is Kind.FEN else str(value)
        if isinstance(value, frozenset):
            return self.comma.join(word_of(VALUE_WORDS, tag, self.lang) for tag in sorted(value))
        if kind is Kind.TEXT:
            return str(value)
        code = ("yes" if value else "no") if isinstance(value, bool) else str(value)
        return word_of(VALUE_WORDS, code, self.lang)

    def at(self, second: int) -> str:
        """Write a time to the minute."""
        return f"{moment_of(second):%Y-%m-%d %H:%M}"

    def span(self, seconds: int) -> str:
        """Write a span as agents do, down to the minute."""
        return span_words(seconds, self.lang)

    def stage(self, row: Row) -> str:
        """Name the stage; where we have no word for it, the platform's own stands."""
        return stage_words(self.lang).get(row.stage, row.notice.status)

    def turn(self, row: Row) -> str:
        """Say whose turn it is."""
        return turn_words(self.lang)[row.notice.turn]

    def urgency(self, row: Row) -> str:
        """Say how urgent a ticket is."""
        return urgency_words(self.lang)[row.urgency]

    def channel(self, row: Row) -> str:
        """Name the platform of a ticket."""
        return word_of(VALUE_WORDS, row.notice.channel, self.lang)

    def liability(self, row: Row) -> str:
        """Say who answers for the fault."""
        return word_of(LIABILITY_WORDS, row.verdict.liability, self.lang)

    def freight(self, row: Row) -> str:
        """Say who pays for the way back; empty where nothing travels back."""
        verdict = row.verdict
        granted = (
            verdict.preferred if verdict.preferred in verdict.main.remedies else verdict.main.remedies[0]
        )
        if not self._book.remedies[granted].returns_goods:
            return ""
        return word_of(FREIGHT_WORDS, row.verdict.freight, self.lang)

    def left(self, row: Row) -> str:
        """Say the time left, or by how much a clock was missed."""
        if row.clock is None:
            return self.urgency(row) if row.is_ours else ""
        left = row.clock.at - self._now
        said = self._("{span} left") if left > 0 else self._("overdue by {span}")
        return said.format(span=self.span(abs(left)))

    def due(self, row: Row) -> str:
        """Say the time left and what happens when nobody acts."""
        if row.clock is None or row.urgency is Urgency.DONE:
            return self.left(row)
        told = [self.left(row), self._then(row, row.clock)]
        said = " · ".join(part for part in told if part)
        return said if row.clock.from_platform else self._("{due} (estimate by rule)").format(due=said)

    def _then(self, row: Row, clock: Clock) -> str:
        missed = self._if_missed.get(clock.name, "")
        if clock.name == _APPROVES and clock.at <= self._now:
            return self._("probably approved by the platform: look there first")
        if clock.name == _REFUNDS and row.apply_type in _UNPAID_CLAIMS:
            return self._("the platform confirms the return by itself")
        amount = yuan(row.amount_fen) if row.amount_fen is not None else ""
        if clock.name == _APPROVES:
            claim = word_of(VALUE_WORDS, row.apply_type or "", self.lang)
            paid = amount if row.apply_type in _PAID_CLAIMS else ""
            return (
                self._("{missed}: {claim} {amount}").format(missed=missed, claim=claim, amount=paid).strip()
            )
        return (
            self._("{missed}: {amount}").format(missed=missed, amount=amount)
            if clock.name == _REFUNDS
            else missed
        )

    def remedy(self, name: str) -> str:
        """Name a remedy."""
        return self._book.remedies[name].of(self.lang)

    def action(self, action: str) -> str:
        """Name what is to be done."""
        words = {
            steps.AGREE_TO_RETURN: self._("Agree to the return, inspect on arrival"),
            steps.INSPECT_THEN_REFUND: self._("Inspect the return, then refund"),
            steps.INSPECT_THEN_SEND: self._("Inspect the return, then send the new one"),
            steps.SEND: self._("Send and enter the waybill"),
            steps.SUBMIT: self._("Submit the evidence to the platform"),
            steps.REPLY: self._("Answer the platform's request"),
            steps.CARRY_OUT: self._("Agreed: carry it out on the platform"),
            steps.WAIT: self._("Wait"),
            steps.NOTHING: self._("Finished"),
        }
        return words.get(action) or self.remedy(action)

    def proposal(self, row: Row) -> str:
        """Say what to do now, or for whom to wait."""
        if row.action != steps.WAIT:
            return self.action(row.action)
        waits = {
            Stage.RETURN: self._("Wait for the buyer to send it back"),
            Stage.BUYER_RECEIVES: self._("Wait for the buyer to receive it"),
            Stage.REJECTED: self._("Refused: wait for the buyer"),
            Stage.DISPUTE: self._("Wait for the platform to judge"),
            Stage.PAYING: self._("Wait for the platform to pay"),
        }
        return waits.get(row.stage) or self._("Wait for {whom}").format(whom=self.turn(row))

    def steps(self, row: Row) -> str:
        """Say how to do it, with what to look at when the goods arrive."""
        if not row.is_ours:
            return ""
        told = [self._how(row)]
        if row.action in {steps.AGREE_TO_RETURN, steps.INSPECT_THEN_REFUND, steps.INSPECT_THEN_SEND}:
            checked = self.facts(change.fact for change in row.explained.inspect)
            if checked:
                told.append(self._("check on arrival: {facts}").format(facts=checked))
        if row.verdict.needs_person:
            told.append(self._("a person has to confirm"))
        return self.semicolon.join(part for part in told if part)

    def _how(self, row: Row) -> str:
        if row.action in self._book.remedies or row.action == steps.AGREE_TO_RETURN:
            return self.text(self._book.remedies[row.verdict.preferred].verb)
        if row.action == steps.SUBMIT:
            return self._("by the rules: {remedy}").format(remedy=self.remedy(row.verdict.preferred))
        return ""

    def alternatives(self, row: Row) -> str:
        """List what may be offered instead."""
        verdict = row.verdict
        names = [
            *verdict.remedies,
            *(rule.remedies[0] for rule in verdict.alternatives if rule.group != "fallback"),
        ]
        others = dict.fromkeys(name for name in names if name != verdict.preferred)
        return self.comma.join(self.remedy(name) for name in others) if row.is_ours else ""

    def citations(self, row: Row) -> str:
        """List the clauses."""
        return self.semicolon.join(cite.short for cite in row.verdict.citations)

    def questions(self, row: Row) -> str:
        """List what to find out, from whom, and where each answer leads."""
        return "\n".join(self.question(question) for question in row.explained.ask)

    def to_find_out(self, row: Row) -> str:
        """List what to find out and from whom, without the answers."""
        return "\n".join(self._asked(question) for question in row.explained.ask)

    def _asked(self, question: Question) -> str:
        whom = answerer_words(self.lang)[question.who]
        return self._("{whom}: {fact}?").format(whom=whom, fact=self.fact(question.fact))

    def question(self, question: Question) -> str:
        """Say one question."""
        asked = self._asked(question)
        answers = [self._answer(question.fact, outcome) for outcome in question.outcomes]
        return f"{asked} {self.semicolon.join(answers) or self._dearest(question.change)}"

    def _answer(self, fact: str, outcome: Outcome) -> str:
        surely, maybe = self._("{answer} → {remedy} ({rule})"), self._("{answer} → perhaps {remedy} ({rule})")
        return (surely if outcome.surely else maybe).format(
            answer=self.value(fact, outcome.answer),
            remedy=self._leads_to(outcome.rule, outcome.remedy),
            rule=outcome.rule,
        )

    def _dearest(self, change: Change) -> str:
        return self._("may become {remedy} ({rule})").format(
            remedy=self._leads_to(change.rule, change.could_become), rule=change.rule
        )

    def _leads_to(self, rule_id: str, preferred: str) -> str:
        """Name the remedy that a rule grants; what a guard puts in its place says nothing here."""
        granted = self._granted.get(rule_id, ())
        from_guard = preferred not in granted and preferred in self._guarded
        return self.remedy(granted[0] if from_guard and granted else preferred)

    def change(self, change: Change) -> str:
        """Say what one answer could lead to."""
        answer = "" if change.answer is None else f" = {self.value(change.fact, change.answer)}"
        return self._("if {fact}{answer} → {remedy} ({rule})").format(
            fact=self.fact(change.fact),
            answer=answer,
            remedy=self._leads_to(change.rule, change.could_become),
            rule=change.rule,
        )

    def evidence(self, row: Row, side: str) -> str:
        """List what one side, buyer or merchant, should bring; an export shows none of it."""
        if not row.is_ours:
            return ""
        lists = [self._book.evidence[code] for code in row.verdict.evidence if code in self._book.evidence]
        wanted = [text for listed in lists for text in (listed.buyer if side == "buyer" else listed.merchant)]
        return self.comma.join(dict.fromkeys(self.text(text) for text in wanted))

    def decides(self, row: Row) -> str:
        """Say what usually decides a case like this."""
        listed = (self._book.evidence.get(code) for code in row.verdict.evidence)
        return self.semicolon.join(dict.fromkeys(self.text(one.decides) for one in listed if one))
