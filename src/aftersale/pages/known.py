"""Show what is known of a ticket: each fact with its source and a field to correct it, the goods' way."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, cast

from aftersale.domain.clock import moment_of
from aftersale.domain.fact_table import FACTS
from aftersale.domain.vocabulary import Kind, Silence
from aftersale.web.environment import lang
from aftersale.web.environment import say as _

if TYPE_CHECKING:
    from collections.abc import Iterator

    from aftersale.domain.fact_table import FactSpec
    from aftersale.domain.facts import Value
    from aftersale.pages.told import Told
    from aftersale.policy.decide import Judge
    from aftersale.policy.decision import Decision
    from aftersale.triage.words import Words

_NOT_WORTH_SAYING = frozenset({"now", "platform", "shop", "article_no"})
_FEN_OF_A_YUAN, _POINTS_OF_ONE, _DAY = 100, 10_000, 86_400


@dataclass(frozen=True, slots=True)
class Field:
    """Say how a fact is corrected: `kind` is choice, tags, datetime-local or text; `value` what it is now."""

    kind: str
    value: str
    choices: tuple[tuple[str, str], ...] = ()
    chosen: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class FactShown:
    """Hold one fact that is known: its words, where it was told (no source: it follows from others).

    Without a `field` it is the platform's to say.
    """

    name: str
    label: str
    words: str
    source: str
    answered: bool
    field: Field | None


@dataclass(frozen=True, slots=True)
class Line:
    """Hold one line of the goods' way."""

    label: str
    words: str


def known_facts(decision: Decision, told: Told, words: Words) -> Iterator[FactShown]:
    """List what is known and worth reading."""
    facts = decision.facts
    for name, spec in FACTS.items():
        value = facts[name]
        quiet = name in facts.unknown or name in facts.unalleged or value in (None, "", frozenset())
        if quiet or name in _NOT_WORTH_SAYING:
            continue
        field = None if spec.silence is Silence.GIVEN else _field(spec, value, words)
        said = words.value(name, value)
        source, answered = told.source(name), name in told.answers
        yield FactShown(name, spec.label.of(lang()), said, source, answered, field)


def _field(spec: FactSpec, value: Value, words: Words) -> Field:
    if spec.kind is Kind.BOOL:
        choices = tuple((code, words.value(spec.name, code == "yes")) for code in ("yes", "no"))
        return Field("choice", "yes" if value else "no", choices)
    if spec.kind in {Kind.ENUM, Kind.TAGS}:
        choices = tuple((code, words.value(spec.name, _shown(spec, code))) for code in spec.values)
        chosen = value if isinstance(value, frozenset) else frozenset()
        return Field("tags" if chosen or spec.kind is Kind.TAGS else "choice", str(value), choices, chosen)
    return Field("datetime-local" if spec.kind is Kind.TIME else "text", _typed(spec, value))


def _shown(spec: FactSpec, code: str) -> Value:
    return frozenset({code}) if spec.kind is Kind.TAGS else code


def _typed(spec: FactSpec, value: Value) -> str:
    """Write a value as it is typed."""
    if spec.kind is Kind.TIME:
        return f"{moment_of(cast('int', value)):%Y-%m-%dT%H:%M}"
    if spec.kind is Kind.FEN:
        return f"{cast('int', value) / _FEN_OF_A_YUAN:.2f}"
    return f"{cast('int', value) / _POINTS_OF_ONE:g}" if spec.kind is Kind.POINTS else str(value)


_WAY = (
    "paid_at",
    "promised_ship_at",
    "shipped_at",
    "carrier",
    "first_scan_at",
    "logistics_status",
    "signed_at",
    "sign_proof",
    "confirmed_at",
    "return_waybill_at",
    "return_received_at",
)


def way_of_goods(judge: Judge, decision: Decision, words: Words) -> Iterator[Line]:
    """Tell the way of the goods there and back, and the last day of the seven."""
    facts = decision.facts
    for name in _WAY:
        if name in facts.unknown or name in facts.unalleged or facts[name] in (None, "", "none"):
            continue
        yield Line(FACTS[name].label.of(lang()), words.value(name, facts[name]))
    end = judge.derived(facts).get("nr_end")
    if isinstance(end, int) and not isinstance(end, bool):
        yield Line(_("seven days end"), f"{moment_of(end - _DAY):%m-%d} 24:00")
