"""Answer tickets as JSON: names are those of the rulebook and of the facts."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING

from aftersale.channels.lines import BadLine, Ticket
from aftersale.domain.clock import date_of, moment_of
from aftersale.domain.fact_table import FACTS
from aftersale.domain.vocabulary import Kind
from aftersale.policy.explain import trace, what_would_change
from aftersale.policy.expression import Type

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from aftersale.channels.lines import Id
    from aftersale.domain.facts import Value
    from aftersale.policy.decide import Judge
    from aftersale.policy.decision import Decision, Due, Verdict
    from aftersale.policy.explain import Change, Traced
    from aftersale.texts import Lang

Json = dict[str, object]

_DAY_NUMBERS = (-719_162, 2_932_896)  # what a date can hold


@dataclass(frozen=True, slots=True)
class Answer:
    """Hold one decided ticket with what would change it, and the trace where it was asked for."""

    id: Id
    decision: Decision
    changes: tuple[Change, ...]
    trace: tuple[Traced, ...] | None


def answer(judge: Judge, ticket: Ticket, *, explain: bool) -> Answer:
    """Decide one ticket."""
    decision = judge.decide(ticket.facts)
    changes = what_would_change(judge, decision)
    return Answer(ticket.id, decision, changes, trace(judge, decision) if explain else None)


def answers(judge: Judge, lines: Iterable[Ticket | BadLine], *, explain: bool) -> Iterator[Answer | BadLine]:
    """Decide tickets one by one; bad lines pass through and stop nothing."""
    for line in lines:
        yield line if isinstance(line, BadLine) else answer(judge, line, explain=explain)


def as_json(judge: Judge, given: Answer | BadLine, lang: Lang) -> str:
    """Write one line of JSON; half a surrogate pair stays an escape, so that every line is valid UTF-8."""
    shape = _error(given, lang) if isinstance(given, BadLine) else _answer(judge, given)
    text = json.dumps(shape, ensure_ascii=False, separators=(",", ":"))
    return text.encode(errors="backslashreplace").decode()


def _error(bad: BadLine, lang: Lang) -> Json:
    return {"line": bad.line, "error": {"code": bad.code, "path": bad.path, "message": bad.message.of(lang)}}


def _answer(judge: Judge, given: Answer) -> Json:
    decision = given.decision
    shape = {"id": given.id, **_verdict(decision.verdict), **_money(decision)}
    shape |= {
        "mode": decision.verdict.main.mode,
        "guards": [rule.id for rule in decision.verdict.guards],
        "citations": [cite.as_json() for cite in decision.verdict.citations],
        "evidence": list(decision.verdict.evidence),
        "deadlines": {due.name: _due(due) for due in decision.due},
        "unknown": [_change(change) for change in given.changes],
        "needs_person": decision.verdict.needs_person,
        "rulebook": {"digest": decision.digest},
    }
    if given.trace is not None:
        types = value_types(judge)
        shape["trace"] = [_traced(step, types) for step in given.trace]
    return shape


def _verdict(verdict: Verdict) -> Json:
    return {
        "rule": verdict.main.id,
        "preferred": verdict.preferred,
        "remedies": list(verdict.remedies),
        "alternatives": [{"rule": rule.id, "remedies": list(rule.remedies)} for rule in verdict.alternatives],
        "liability": verdict.liability,
        "freight": verdict.freight,
    }


def _money(decision: Decision) -> Json:
    return {
        "amount_fen": decision.amount_fen,
        "payable_fen": decision.payable_fen,
        "punitive_fen": decision.punitive_fen,
    }


def _due(due: Due) -> Json:
    return {"at": moment_of(due.at).isoformat(), "source": due.source}


def _change(change: Change) -> Json:
    return {"fact": change.fact, "rule": change.rule, "could_become": change.could_become}


def _traced(step: Traced, types: Mapping[str, Type]) -> Json:
    return {
        "rule": step.rule.id,
        "outcome": step.outcome,
        "part": step.part,
        "values": {name: plain(value, types.get(name)) for name, value in step.values.items()},
        "unalleged": list(step.unalleged),
    }


def value_types(judge: Judge) -> dict[str, Type]:
    """Tell which names hold a time or a day, facts and derived facts alike."""
    types = {name: Type.TIME for name, spec in FACTS.items() if spec.kind is Kind.TIME}
    return types | {derived.name: derived.type for derived in judge.rulebook.derived}


def plain(value: Value, kind: Type | None) -> object:
    """Write a value as a person or a program reads it: times and days in ISO 8601, tags as a sorted list."""
    if isinstance(value, frozenset):
        return sorted(value)
    if kind is Type.DAY and isinstance(value, int) and _DAY_NUMBERS[0] <= value <= _DAY_NUMBERS[1]:
        return date_of(value).isoformat()
    if kind is Type.TIME and isinstance(value, int):
        return _moment(value)
    return value


def _moment(value: int) -> object:
    try:
        return moment_of(value).isoformat()
    except (OverflowError, ValueError):
        return value
