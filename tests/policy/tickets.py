"""Make tickets of every kind: those of the sandbox, wild ones by seed, those that hypothesis draws."""

from __future__ import annotations

from functools import cache
from random import Random
from typing import TYPE_CHECKING, Any

from hypothesis import strategies as st

from aftersale.domain.clock import moment_of
from aftersale.domain.errors import FactsInvalid
from aftersale.domain.fact_table import COMPANION_OF, FACTS, FactSpec
from aftersale.domain.facts import parse_facts
from aftersale.domain.vocabulary import APPLY_TYPES, CATEGORIES, PLATFORMS, REASONS, SERVICE_TAGS, Kind
from aftersale.sandbox.scale import facts_stream

if TYPE_CHECKING:
    from aftersale.domain.facts import Facts

HOUR, DAY = 3_600, 86_400
FIRST, LAST = 1_622_476_800, 1_782_835_200  # 2021-06-01, 2026-07-01
PRICES = (0, 1, 900, 1000, 2000, 4999, 5000, 12_900, 29_999, 30_000, 100_000, 150_000, 600_000)
COMPUTED = {"received", *COMPANION_OF}
FLAGS = [spec for spec in FACTS.values() if spec.kind is Kind.BOOL and spec.name not in COMPUTED]
CHOICES = [
    spec
    for spec in FACTS.values()
    if spec.kind is Kind.ENUM and spec.name not in {"platform", "apply_type", "reason"}
]
# Facts that nobody has to know; without platform and time of application there is no ticket.
DOUBTED = sorted(set(FACTS) - {"platform", "applied_at", "now", "service_tags"})


@cache
def streamed(seed: int, count: int) -> tuple[Facts, ...]:
    """Parse tickets of the sandbox."""
    rows: Any = facts_stream(seed, count)
    return tuple(parse_facts(row["facts"], row["unknown"]) for row in rows)


def _times(rng: Random, raw: dict[str, Any]) -> None:
    """Lay out a life of the order: sent, received, applied, answered, sent back, each of them perhaps."""
    paid = rng.randrange(FIRST, LAST)
    times = {"paid_at": paid, "promised_ship_at": paid + rng.choice((24, 48, 72)) * HOUR}
    last = paid
    if rng.random() < 0.75:
        last = times["shipped_at"] = paid + rng.randrange(4 * DAY)
        if rng.random() < 0.75:
            last = times["signed_at"] = last + rng.randrange(6 * DAY)
    applied = last + (rng.randrange(9 * DAY) if rng.random() < 0.8 else rng.randrange(900 * DAY))
    times["applied_at"] = applied
    for name in ("merchant_agreed_at", "merchant_rejected_at", "return_waybill_at", "return_received_at"):
        if rng.random() < 0.25:
            times[name] = applied + rng.randrange(12 * DAY)
    for name in (
        "evidence_requested_at",
        "evidence_submitted_at",
        "arbitration_applied_at",
        "status_deadline",
    ):
        if rng.random() < 0.12:
            times[name] = applied + rng.randrange(6 * DAY)
    times["now"] = applied + rng.randrange(20 * DAY if rng.random() < 0.4 else 2 * DAY)
    if rng.random() < 0.1:
        times["force_majeure_at"] = paid + rng.randrange(5 * DAY)
    raw |= {name: moment_of(second) for name, second in times.items()}


def _money(rng: Random, raw: dict[str, Any]) -> None:
    paid = rng.choice(PRICES)
    raw |= {"paid_fen": paid, "return_cost_fen": rng.choice((0, 600, 1000, 2500))}
    raw["order_paid_fen"] = paid + rng.choice((0, 0, 5000, 40_000))
    if rng.random() < 0.6:
        raw["requested_refund_fen"] = rng.choice((paid, paid, paid + 1, paid // 2, 0, -1))
    if rng.random() < 0.15:
        raw["refunded_fen"] = rng.choice((paid, paid // 3))
    for name in ("overcharge_fen", "price_diff_fen", "gift_declared_fen", "loss_fen", "forward_freight_fen"):
        if rng.random() < 0.2:
            raw[name] = rng.choice((1, 300, paid, paid + 1))
    for name in ("retained_price_fen", "free_ship_threshold_fen", "remit_fen"):
        if rng.random() < 0.1:
            raw[name] = rng.choice((1, 2000, 9900, 60_000))


def wild_ticket(rng: Random) -> tuple[dict[str, Any], list[str]]:
    """Draw facts that need not be likely, only possible, and what nobody knows of them."""
    raw: dict[str, Any] = {
        "platform": rng.choice(PLATFORMS),
        "apply_type": rng.choice(APPLY_TYPES),
        "reason": rng.choice(REASONS) if rng.random() < 0.6 else rng.choice(("no_reason", "quality_defect")),
        "category": rng.choice(CATEGORIES),
    }
    _times(rng, raw)
    _money(rng, raw)
    raw |= {spec.name: not spec.default for spec in FLAGS if rng.random() < 0.06}
    raw |= {spec.name: rng.choice(spec.values) for spec in CHOICES if rng.random() < 0.25}
    raw["merchant_response"] = rng.choice(("none", "agreed", "agreed", "rejected", "negotiating"))
    raw["rejection_reason_valid"] = rng.choice((None, None, True, False))
    for name in ("return_mismatch", "buyer_fraud"):
        raw[name] = rng.choice(FACTS[name].values) if rng.random() < 0.1 else "none"
    raw["stalled_hours"] = rng.choice((0, 71, 72, 200))
    raw["promise_no_reason_days"] = rng.choice((0, 0, 0, 15, 30))
    raw["buyer_risk_score"] = rng.choice((0, 0, 0, 0.79, 0.8, 1))
    if rng.random() < 0.3:
        raw["service_tags"] = rng.sample(SERVICE_TAGS, rng.randint(1, 4))
    unknown = rng.sample(DOUBTED, rng.choice((1, 2, 5, 12))) if rng.random() < 0.4 else []
    return {name: value for name, value in raw.items() if name not in unknown}, unknown


@cache
def wild(seed: int, count: int) -> tuple[Facts, ...]:
    """Parse wild tickets; one whose facts contradict one another is left out."""
    rng = Random(seed)  # a search that repeats, not a secret
    return tuple(facts for _ in range(count) if (facts := _parsed(*wild_ticket(rng))))


def _parsed(raw: dict[str, Any], unknown: list[str]) -> Facts | None:
    try:
        return parse_facts(raw, unknown)
    except FactsInvalid:
        return None


def _values(spec: FactSpec) -> st.SearchStrategy[Any]:
    by_kind: dict[Kind, st.SearchStrategy[Any]] = {
        Kind.TIME: st.integers(FIRST, LAST).map(moment_of),
        Kind.FEN: st.sampled_from(PRICES) | st.integers(0, 10**9),
        Kind.COUNT: st.integers(0, 1000),
        Kind.POINTS: st.floats(0, 1),
        Kind.BOOL: st.booleans(),
        Kind.TEXT: st.text(max_size=8),
        Kind.TAGS: st.lists(st.sampled_from(SERVICE_TAGS), max_size=4),
    }
    return st.sampled_from(spec.values) if spec.kind is Kind.ENUM else by_kind[spec.kind]


_ANY_FACT = st.one_of(
    [st.tuples(st.just(spec.name), _values(spec)) for spec in FACTS.values() if spec.name != "applied_at"]
)


@st.composite
def tickets(draw: st.DrawFn) -> Facts:
    """Draw a wild ticket, change some of its facts in any way, and forget some."""
    raw, unknown = wild_ticket(Random(draw(st.integers(0, 10_000))))  # a seed, not a secret
    raw |= dict(draw(st.lists(_ANY_FACT, max_size=8)))
    forgotten = {*unknown, *draw(st.sets(st.sampled_from(DOUBTED), max_size=6))}
    facts = _parsed({name: value for name, value in raw.items() if name not in forgotten}, sorted(forgotten))
    return facts or draw(st.sampled_from(wild(3, 200)))
