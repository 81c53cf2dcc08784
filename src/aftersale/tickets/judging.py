"""Judge a ticket: put its facts together, decide, and write the decision as it is stored."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from hashlib import sha256
from itertools import compress
from operator import ne
from typing import TYPE_CHECKING, Any

import msgspec

from aftersale.channels.base import Turn
from aftersale.domain.clock import moment_of
from aftersale.domain.fact_table import FACTS
from aftersale.domain.facts import Facts, facts_of_export
from aftersale.domain.vocabulary import Kind
from aftersale.shops.rulebooks import ENGINE
from aftersale.tickets.shared import text_of
from aftersale.tickets.steps import (
    REPLY,
    WAIT,
    Clock,
    Stage,
    action_of,
    at_stake,
    clock_of,
    is_service,
    stage_of,
)
from aftersale.tickets.tabs import Tab, tab_of

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from aftersale.domain.facts import Value
    from aftersale.policy.decide import Judge
    from aftersale.policy.decision import Decision, Verdict
    from aftersale.tickets.shared import Sharing
    from aftersale.tickets.steps import Seen

_encode = msgspec.json.Encoder().encode


@dataclass(frozen=True, slots=True)
class Judged:
    """Hold a decision with what follows for the work: how far the ticket is, what to do, which clock runs."""

    decision: Decision
    stage: Stage
    tab: Tab
    step: str
    clock: Clock | None
    amount_fen: int | None


def facts_of(
    seen: Seen, register: Mapping[str, object], answers: Mapping[str, object], now: datetime
) -> Facts:
    """Put facts together: the article's from the register, the platform's word over it, a person's over both.

    An answer of None says that nobody knows. Raises FactsInvalid where they cannot belong to one ticket.
    """
    known = {name: value for name, value in answers.items() if value is not None}
    nobody = {name for name, value in answers.items() if value is None}
    raw = {**register, **seen.facts, **known, "now": now}
    for name in nobody:
        raw.pop(name, None)
    return facts_of_export(raw, (seen.unknown | nobody) - raw.keys())


def judge(seen: Seen, facts: Facts, by: Judge) -> Judged:
    """Decide, and say what to do; who is not to move waits."""
    decision = by.decide(facts)
    stage = stage_of(seen)
    step = action_of(decision, stage, by)
    if seen.open and seen.turn is not Turn.MERCHANT:
        step = WAIT
    elif seen.open and is_service(seen):
        step = REPLY
    tab = tab_of(seen, stage, decision.facts)
    return Judged(
        decision, stage, tab, step, clock_of(seen, decision, stage), at_stake(decision.amount_fen, seen)
    )


class _Snapshot(msgspec.Struct):
    facts: dict[str, bool | int | str | list[str] | None]
    unknown: str
    unalleged: str


_decode = msgspec.json.Decoder(_Snapshot).decode
_NAMES = tuple(FACTS)
_TAGS = frozenset(name for name, spec in FACTS.items() if spec.kind is Kind.TAGS)
# Not the defaults of the table: those may change, and what a snapshot leaves out must not.
_EMPTY: dict[Kind, Value] = {Kind.BOOL: False, Kind.TAGS: frozenset[str]()}


@lru_cache(maxsize=4096)
def _left_out(unknown: frozenset[str]) -> tuple[Value, ...]:
    """Give the values that a snapshot leaves out: NULL for what is unknown, else false, empty or NULL."""
    return tuple(None if name in unknown else _EMPTY.get(spec.kind) for name, spec in FACTS.items())


@lru_cache(maxsize=4096)
def _listed(names: frozenset[str]) -> str:
    return " ".join(sorted(names))


@lru_cache(maxsize=4096)
def _named(names: str) -> frozenset[str]:
    return frozenset(text_of(names).split())


def snapshot(facts: Facts, sharing: Sharing) -> bytes:
    """Write every fact that says anything, and the digests of the lists of the unknown and unalleged ones.

    By name and not by place: a later table of facts reads what an earlier one wrote.
    """
    empty = _left_out(facts.unknown)
    said: dict[str, Any] = dict(
        compress(zip(_NAMES, facts.values, strict=True), map(ne, facts.values, empty))
    )
    for name in _TAGS & said.keys():
        said[name] = sorted(said[name])
    lists = [sharing.name(_listed(names)) for names in (facts.unknown, facts.unalleged)]
    return _encode(_Snapshot(said, *lists))


def facts_from(text: str) -> Facts:
    """Read a snapshot back."""
    found = _decode(text)
    unknown = _named(found.unknown)
    said: dict[str, Value] = {
        name: frozenset(value) if isinstance(value, list) else value for name, value in found.facts.items()
    }
    values = Facts(_left_out(unknown)).with_values(said).values
    return Facts(values, unknown, _named(found.unalleged))


def mask_of(ranks: tuple[int, ...]) -> bytes:
    """Write ranks as bits, the lowest rank in the lowest bit of the first byte."""
    return sum(1 << rank for rank in ranks).to_bytes(max(ranks, default=0) // 8 + 1, "little")


class Verdicts:
    """Write what a decision takes from its verdict; tickets share verdicts, and each is written once."""

    def __init__(self) -> None:
        self._written: dict[int, tuple[Verdict, dict[str, object]]] = {}

    def fields(self, verdict: Verdict) -> dict[str, object]:
        """Give the stored fields of a verdict."""
        known = self._written.get(id(verdict))
        if known is None:
            # The verdict is kept with its text: a freed one could give its id to another.
            known = self._written[id(verdict)] = (verdict, _verdict_fields(verdict))
        return known[1]


def _verdict_fields(verdict: Verdict) -> dict[str, object]:
    return {
        "rule_id": verdict.main.id,
        "preferred": verdict.preferred,
        "remedies": _encode(verdict.remedies).decode(),
        "liability": verdict.liability,
        "freight": verdict.freight,
        "needs_person": verdict.needs_person,
        "hits": mask_of(verdict.hits),
        "cites": _encode([cite.as_json() for cite in verdict.citations]).decode(),
        "guards": _encode([rule.id for rule in verdict.guards]).decode(),
        "trace": "",
    }


def decision_fields(
    decision: Decision, verdicts: Verdicts, sharing: Sharing, as_of: datetime
) -> dict[str, object]:
    """Write a decision as it is stored; the digest of the facts is that of the stored snapshot.

    Whoever stores it keeps what it shares in the same transaction.
    """
    stored = snapshot(decision.facts, sharing)
    dues = _encode([(due.name, due.at, due.source) for due in decision.due]).decode()
    stable = decision.stable_until
    return {
        **verdicts.fields(decision.verdict),
        "as_of": as_of,
        "stable_until": None if stable is None else moment_of(stable),
        "rulebook_digest": decision.digest,
        "engine": ENGINE,
        "facts_digest": sha256(stored).hexdigest(),
        "facts": stored.decode(),
        "amount_fen": decision.amount_fen,
        "payable_fen": decision.payable_fen,
        "punitive_fen": decision.punitive_fen,
        "dues": dues,
    }
