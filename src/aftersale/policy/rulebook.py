"""Hold a rulebook ready to judge by: everything parsed, checked, ranked."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from aftersale.domain.clock import day_number, start_of

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import date

    from aftersale.domain.clock import Calendar
    from aftersale.domain.states import Goods
    from aftersale.policy.expression import Expr, Type
    from aftersale.policy.talks.wording import Sought
    from aftersale.policy.written import (
        AlternativeW,
        Confidence,
        DocumentW,
        EvidenceW,
        Layer,
        Platform,
        RemedyW,
        Unit,
    )
    from aftersale.texts import Text

ALWAYS_FROM = -(2**62)
ALWAYS_UNTIL = 2**62
REJECT, ASK = "reject", "ask"


def bound(on: date | None, default: int) -> int:
    """Turn a date into the second at which it begins in Shanghai."""
    return default if on is None else start_of(day_number(on))


@dataclass(frozen=True, slots=True)
class Citation:
    """Point to a clause as it can be quoted; `effective_from` is the day its version took effect.

    An assumption has no document; its text stands in `assumption`, and in Chinese as the article.
    """

    short: str
    document: str
    article: str
    rule: str
    effective_from: date | None
    from_second: int = ALWAYS_FROM
    assumption: Text | None = None

    def as_json(self) -> dict[str, str | None]:
        """Write it by its names, the day in ISO 8601."""
        since = self.effective_from.isoformat() if self.effective_from else None
        return {
            "short": self.short,
            "document": self.document,
            "article": self.article,
            "rule": self.rule,
            "effective_from": since,
        }


@dataclass(frozen=True, slots=True)
class Rule:
    """Grant a remedy (entitle) or add a limit, hold or deadline (guard) where its condition is true."""

    id: str
    title: Text
    note: Text
    group: str
    layer: Layer
    platform: Platform
    is_guard: bool
    mode: str
    effective: tuple[date | None, date | None]
    anchor: str
    priority: int
    before: tuple[str, ...]
    follows: str | None
    text: str
    when: Expr
    remedies: tuple[str, ...]
    liability: str
    freight: str
    evidence: tuple[str, ...]
    citations: tuple[Citation, ...]
    confidence: Confidence
    file: str


@dataclass(frozen=True, slots=True)
class ParameterValue:
    """Hold one dated value for one platform, with where it comes from."""

    platform: Platform
    effective: tuple[date | None, date | None]
    value: int
    citations: tuple[Citation, ...]
    confidence: Confidence
    confirmed_by: str | None
    alternatives: tuple[AlternativeW, ...]
    layer: Layer


@dataclass(frozen=True, slots=True)
class Parameter:
    """Hold a number that changes with time or platform; the first value that fits is the one in force."""

    name: str
    title: Text
    unit: Unit
    values: tuple[ParameterValue, ...]

    def value_for(self, platform: str, second: int) -> ParameterValue | None:
        """Give the value in force for a platform at a time, None outside its dates."""
        for value in self.values:
            start, until = bound(value.effective[0], ALWAYS_FROM), bound(value.effective[1], ALWAYS_UNTIL)
            if value.platform in {"any", platform} and start <= second < until:
                return value
        return None


@dataclass(frozen=True, slots=True)
class Derived:
    """Compute a fact from others."""

    name: str
    type: Type
    title: Text
    expr: Expr


@dataclass(frozen=True, slots=True)
class Step:
    """Change an amount where a rule fired, is the main rule, or a condition holds."""

    expr: Expr
    when_fired: str | None
    when_main: tuple[str, ...]
    when: Expr | None


@dataclass(frozen=True, slots=True)
class Deadline:
    """Say when a clock runs out; `platform_when` tells when the platform's own value replaces ours."""

    name: str
    title: Text
    at: Expr
    when: Expr
    source: str
    whose: str
    if_missed: Text
    platform_when: Expr | None


@dataclass(frozen=True, slots=True)
class RefusalReason:
    """Name one reason for refusing: for which claims, what must come with it, where it is from.

    `received` says whether it speaks of goods that the buyer has (True), has not (False), or either (None);
    `goods` names where they have to be, where it speaks of goods that were returned. `says` are parts of the
    words by which a platform's own list names the same reason.
    """

    id: str
    platform: Platform
    words: Text
    hint: Text
    claims: tuple[str, ...]
    received: bool | None
    goods: tuple[Goods, ...]
    says: tuple[str, ...]
    needs_text: bool
    needs_evidence: bool
    effective: tuple[date | None, date | None]
    citations: tuple[Citation, ...]
    confidence: Confidence

    def holds(self, platform: str, claim: str, second: int) -> bool:
        """Tell whether it is offered for a claim on a platform at a time."""
        start, until = bound(self.effective[0], ALWAYS_FROM), bound(self.effective[1], ALWAYS_UNTIL)
        return self.platform in {"any", platform} and claim in self.claims and start <= second < until


@dataclass(frozen=True, slots=True)
class Rulebook:
    """Hold all layers composed: rules stand in rank order, derived facts in order of dependency."""

    rules: tuple[Rule, ...]
    parameters: Mapping[str, Parameter]
    derived: tuple[Derived, ...]
    documents: Mapping[str, DocumentW]
    remedies: Mapping[str, RemedyW]
    evidence: Mapping[str, EvidenceW]
    overrides: tuple[str, ...]
    none_when_main: frozenset[str]
    amount: tuple[Step, ...]
    punitive: tuple[Step, ...]
    deadlines: tuple[Deadline, ...]
    reject_reasons: tuple[RefusalReason, ...]
    wording: tuple[Sought, ...]
    types: Mapping[str, Type]
    calendar: Calendar
    digest: str

    def rule(self, rule_id: str) -> Rule:
        """Give a rule by its id; raises KeyError where there is none."""
        for rule in self.rules:
            if rule.id == rule_id:
                return rule
        raise KeyError(rule_id)

    def floor_for_shops(self, remedy: str) -> int:
        """Tell what a shop's remedy must rank above: this one, and in any case a question."""
        return max(self.rank_of(remedy), self.rank_of(ASK))

    def rank_of(self, remedy: str) -> int:
        """Tell how good a remedy is for the buyer, 0 to 100."""
        return self.remedies[remedy].rank
