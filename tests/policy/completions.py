"""Answer every unknown of a ticket in some way that fits the rest of it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from aftersale.domain.fact_table import COMPANION_OF, FACTS, FactSpec
from aftersale.domain.vocabulary import SERVICE_TAGS, Kind

if TYPE_CHECKING:
    from random import Random

    from aftersale.domain.facts import Facts

DAY = 86_400
_NULLABLE = {name: companion for companion, name in COMPANION_OF.items()}


def _answer(spec: FactSpec, facts: Facts, rng: Random) -> Any:  # noqa: ANN401  # a value of any type
    applied: Any = facts["applied_at"]
    match spec.kind:
        case Kind.TIME:
            return applied + rng.choice((-800, -30, -8, -7, -2, 0, 1, 8)) * DAY + rng.randrange(-DAY, DAY)
        case Kind.BOOL:
            return rng.random() < 0.5
        case Kind.ENUM:
            return rng.choice([value for value in spec.values if value != "unknown"])
        case Kind.TEXT:
            return rng.choice(("", "a", "b"))
        case Kind.TAGS:
            return frozenset(rng.sample(SERVICE_TAGS, rng.randint(0, 3)))
    return rng.choice((0, 1, 30, 900, 1000, 5000, 12_900, 30_000, 600_000))


def completion(facts: Facts, rng: Random) -> Facts:
    """Fill what nobody knows; a thing that did not happen keeps no time, one that did gets one."""
    answers = {name: _answer(FACTS[name], facts, rng) for name in sorted(facts.unknown)}
    for name, companion in _NULLABLE.items():
        happened = answers.get(companion, facts[companion])
        if name in answers and happened is False:
            answers[name] = None
        if name not in answers and companion in answers:
            answers[companion] = facts[name] is not None
    if "received" in answers and "signed" in answers:
        answers["received"] = answers["signed"]
    if answers.get("reason", facts["reason"]) == "signed_not_received":
        proven = answers.get("sign_proof", facts["sign_proof"]) in {
            "buyer_signed",
            "pin_code",
            "authorised_agent",
        }
        answers["received"] = proven and answers.get("received", facts["received"]) is True
    return facts.with_values(answers)
