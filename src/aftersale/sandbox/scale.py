"""Stream any number of tickets as fact dictionaries, for benchmarks and property tests.

Each ticket is consistent in itself (paid ≤ shipped ≤ signed ≤ applied ≤ answered …, refunds ≤ paid), and all
reasons, categories and claims occur. The form is that of a case file: ISO times at +08:00, integer fen, the
names of what nobody knows under `unknown`.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import lru_cache
from itertools import accumulate
from random import Random
from typing import TYPE_CHECKING

from aftersale.domain.clock import DAY, SHANGHAI_OFFSET, date_of, seconds_of
from aftersale.domain.vocabulary import QUALITY_REASONS
from aftersale.sandbox import scale_tables as tables

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime

Facts = dict[str, object]
HOUR = 3600


def facts_stream(
    seed: int, n: int, *, first: datetime | None = None, last: datetime | None = None
) -> Iterator[Facts]:
    """Yield n tickets as {'id', 'facts', 'unknown'}.

    The same seed gives the same tickets, and fewer are a prefix of more. Applications lie between `first` and
    `last`, by default 2023-07-01 to 2026-06-10, so that every dated version of a rule is met.
    """
    rng = Random(seed)  # noqa: S311  a stream that repeats, not a secret
    start = seconds_of(first) if first else _FIRST
    end = seconds_of(last) if last else _LAST
    for number in range(n):
        yield _ticket(rng, number, rng.randrange(start, end))


_FIRST, _LAST = 1_688_140_800, 1_781_020_800


@dataclass(slots=True)
class _Draft:
    """Carry one ticket while it is made; `goods` are before (dispatch), sent, received or back."""

    rng: Random
    facts: Facts
    times: dict[str, int]
    goods: str = "before"
    now: int = 0
    unknown: list[str] = field(default_factory=list)

    def text(self, name: str) -> str:
        """Give a fact that is a word."""
        return str(self.facts[name])

    def chance(self, share: float) -> bool:
        """Toss a coin of that bias."""
        return self.rng.random() < share

    def after(self, start: int, low_h: float, high_h: float) -> int:
        """Pick a time so many hours after another."""
        return start + self.rng.randint(int(low_h * HOUR), int(high_h * HOUR))


def _ticket(rng: Random, number: int, applied: int) -> Facts:
    draft = _Draft(rng, {}, {"applied_at": applied})
    _draw_claim(draft)
    _draw_journey(draft, applied)
    _draw_reason(draft)
    _draw_article(draft)
    _draw_money(draft)
    _draw_verification(draft)
    _draw_answer(draft, applied)
    _draw_goods_back(draft)
    _draw_rare(draft)
    _draw_unknown(draft)
    draft.times["now"] = draft.now
    draft.facts.update((name, _iso(moment)) for name, moment in draft.times.items())
    return {"id": f"G{number:08d}", "facts": draft.facts, "unknown": sorted(draft.unknown)}


@lru_cache(maxsize=4096)
def _day_text(day: int) -> str:
    return date_of(day).isoformat()


def _iso(moment: int) -> str:
    day, second = divmod(moment + SHANGHAI_OFFSET, DAY)
    return f"{_day_text(day)}T{second // 3600:02d}:{second // 60 % 60:02d}:{second % 60:02d}+08:00"


@lru_cache(maxsize=64)
def _cumulated(weights: tables.Weights) -> tuple[tuple[str, ...], tuple[float, ...]]:
    words, shares = zip(*weights, strict=True)
    return words, tuple(accumulate(shares))


def _pick(rng: Random, weights: tables.Weights) -> str:
    words, shares = _cumulated(weights)
    return rng.choices(words, cum_weights=shares)[0]


def _draw_claim(draft: _Draft) -> None:
    draft.facts["platform"] = _pick(draft.rng, tables.PLATFORMS)
    draft.facts["apply_type"] = _pick(draft.rng, tables.APPLY_TYPES)


def _draw_journey(draft: _Draft, applied: int) -> None:
    """Lay payment, dispatch, first scan, delivery and confirmation before the application."""
    refund_only = draft.facts["apply_type"] == "refund_only"
    if draft.chance(0.55 if refund_only else 0.0):
        paid = draft.after(applied, -100, -0.02)
        draft.times |= {"paid_at": paid, "promised_ship_at": paid + draft.rng.choice((24, 48, 48, 72)) * HOUR}
        return
    draft.goods = "sent" if draft.chance(0.35 if refund_only else 0.03) else "received"
    signed = (
        draft.after(applied, -24 * 6, -0.5)
        if draft.chance(0.85)
        else draft.after(applied, -24 * 200, -24 * 7)
    )
    shipped = draft.after(signed if draft.goods == "received" else applied, -120, -20)
    paid = draft.after(shipped, -70, -1)
    draft.times |= {"paid_at": paid, "promised_ship_at": paid + 48 * HOUR, "shipped_at": shipped}
    draft.times["first_scan_at"] = draft.after(shipped, 0.2, 15)
    if draft.goods == "received":
        draft.times["signed_at"] = signed
        if draft.chance(0.3):
            draft.times["confirmed_at"] = draft.rng.randint(signed, applied)


def _draw_reason(draft: _Draft) -> None:
    tables_of = {"before": tables.BEFORE_DISPATCH, "sent": tables.ON_THE_WAY, "received": tables.RECEIVED}
    weights = tables_of[draft.goods]
    if draft.facts["apply_type"] == "price_protect":
        weights = tables.PRICE_PROTECTION
    draft.facts["reason"] = _pick(draft.rng, weights)


def _draw_article(draft: _Draft) -> None:
    facts, category = draft.facts, _pick(draft.rng, tables.CATEGORIES)
    facts["category"] = category
    facts["article_no"] = f"{category[:3].upper()}-{draft.rng.randrange(400):03d}"
    facts["shop"] = f"{facts['platform']}-{draft.rng.randrange(20):02d}"
    if category in tables.PERISHABLE:
        facts["perishable"] = True
    if category == "custom":
        facts |= {"custom_made": True, "class_marked_and_confirmed": draft.chance(0.7)}
    if category == "virtual":
        facts["virtual"] = True
    if category in tables.SEALED and draft.chance(0.5):
        facts |= {"opt_out_class": "unseal_safety", "opt_out_confirmed": draft.chance(0.5)}
    if category == "electronics":
        facts["durable_goods"] = True
        if draft.chance(0.4):
            facts |= {"opt_out_class": "activation_devalue", "opt_out_confirmed": draft.chance(0.5)}
    if draft.chance(0.15):
        facts["promise_no_reason_days"] = draft.rng.choice((7, 15, 30))


def _draw_money(draft: _Draft) -> None:
    """Price the lines; whatever was or is asked back never exceeds what was paid."""
    facts, rng = draft.facts, draft.rng
    paid = min(900_000, max(100, int(rng.lognormvariate(8.7, 1.0))))
    facts |= {"paid_fen": paid, "return_cost_fen": rng.choice((600, 800, 1000, 1200, 1600, 2500))}
    facts["order_paid_fen"] = paid + (rng.randint(500, 30_000) if draft.chance(0.25) else 0)
    facts["freight_insurance"] = draft.chance(0.6)
    if facts["apply_type"] not in ("exchange", "repair", "reship"):
        facts["requested_refund_fen"] = paid if draft.chance(0.8) else rng.randint(1, paid)
    if draft.chance(0.04):
        facts["refunded_fen"] = facts["order_refunded_fen"] = (
            paid if draft.chance(0.2) else rng.randint(1, paid)
        )
    if facts["reason"] in ("payment_error", "undisclosed_fee"):
        facts["overcharge_fen"] = rng.randint(0, paid // 2)
    if facts["reason"] in ("promo_not_honoured", "price_fraud"):
        facts["price_diff_fen"] = rng.randint(0, paid // 3)
    _draw_deal(draft, paid)


def _draw_deal(draft: _Draft, paid: int) -> None:
    facts, rng = draft.facts, draft.rng
    if facts["reason"] != "no_reason" or draft.goods != "received":
        return
    if facts["order_paid_fen"] != paid and draft.chance(0.5):
        facts["retained_price_fen"] = rng.randint(100, paid)
        if draft.chance(0.4):
            facts |= {"free_ship_threshold_fen": rng.choice((4900, 9900)), "forward_freight_fen": 800}
    if draft.chance(0.08):
        facts |= {"gift_present": True, "gift_declared_fen": rng.choice((990, 1900, 3900))}


def _draw_verification(draft: _Draft) -> None:
    """Say how far the claim has been verified; what is open stays unknown."""
    facts, reason = draft.facts, draft.text("reason")
    if reason in QUALITY_REASONS and draft.goods == "received":
        facts["quality_proven"] = _pick(draft.rng, tables.QUALITY_PROVEN)
        if facts["quality_proven"] == "yes":
            facts["defect_severity"] = _pick(draft.rng, tables.SEVERITIES)
    claimed = tables.CLAIMED.get(reason)
    if claimed:
        verified = _pick(draft.rng, tables.VERIFIED)
        if verified == "unknown":
            draft.unknown.append(claimed)
        else:
            facts[claimed] = verified == "true"
    if reason == "signed_not_received":
        facts["sign_proof"] = _pick(draft.rng, tables.SIGN_PROOFS)
    _draw_tracking(draft, reason)
    _draw_tags(draft)


def _draw_tracking(draft: _Draft, reason: str) -> None:
    if draft.goods == "before":
        return
    facts = draft.facts
    facts["logistics_status"] = (
        "signed" if draft.goods == "received" else tables.TRACKING.get(reason, "in_transit")
    )
    if facts["logistics_status"] == "stalled":
        facts["stalled_hours"] = draft.rng.randint(12, 200)


def _draw_tags(draft: _Draft) -> None:
    if draft.chance(0.3):
        draft.facts["service_tags"] = sorted(
            draft.rng.sample(tables.SERVICE_TAGS, draft.rng.choice((1, 1, 2)))
        )


def _draw_answer(draft: _Draft, applied: int) -> None:
    """Let the shop answer, or not yet; then let the platform be asked."""
    answer = _pick(draft.rng, tables.ANSWERS)
    draft.facts["merchant_response"] = answer
    if draft.chance(0.3):
        draft.times["status_deadline"] = applied + draft.rng.choice((24, 36, 48)) * HOUR
    answered = draft.after(applied, 0.01, 47)
    if answer == "none":
        draft.now = draft.after(applied, 0.0, 47 if draft.chance(0.95) else 120)
    elif answer == "negotiating":
        draft.now = draft.after(applied, 1, 90)
    elif answer == "agreed":
        draft.times["merchant_agreed_at"] = answered
        draft.now = draft.after(answered, 0.0, 24 * 8)
    else:
        draft.times["merchant_rejected_at"] = answered
        _draw_dispute(draft, answered)


def _draw_dispute(draft: _Draft, rejected: int) -> None:
    draft.now = draft.after(rejected, 0.0, 60)
    if draft.chance(0.3):
        draft.facts["rejection_reason_valid"] = draft.chance(0.5)
    if not draft.chance(0.5):
        return
    asked = draft.after(rejected, 0.5, 47)
    draft.times |= {"arbitration_applied_at": asked, "evidence_requested_at": draft.after(asked, 0.1, 3)}
    last = draft.times["evidence_requested_at"]
    if draft.chance(0.6):
        last = draft.times["evidence_submitted_at"] = draft.after(last, 0.5, 23)
        if draft.chance(0.4):
            last = draft.times["judged_at"] = draft.after(last, 10, 100)
    draft.now = draft.after(last, 0.0, 40)


def _draw_goods_back(draft: _Draft) -> None:
    """Send the goods back and let the warehouse look at them."""
    comes_back = draft.facts["apply_type"] in ("return_refund", "exchange", "repair")
    agreed = draft.times.get("merchant_agreed_at")
    if agreed is None or draft.goods != "received" or not comes_back or not draft.chance(0.75):
        return
    sent = draft.times["return_waybill_at"] = draft.after(agreed, 0.5, 150)
    draft.now = draft.after(sent, 0.0, 24 * 9)
    if draft.chance(0.7):
        draft.goods = "back"
        draft.times["return_received_at"] = draft.after(sent, 12, 140)
        draft.now = draft.after(draft.times["return_received_at"], 0.0, 24 * (4 if draft.chance(0.9) else 20))
        _inspect(draft)


def _inspect(draft: _Draft) -> None:
    facts, category = draft.facts, draft.text("category")
    facts["return_mismatch"] = _pick(draft.rng, tables.MISMATCHES)
    facts["pkg_opened"] = draft.chance(0.7)
    if category in tables.SEALED:
        facts["hygiene_seal_broken"] = draft.chance(0.2)
    if category in tables.TAGGED:
        facts["tags_removed"] = draft.chance(0.1)
    if category in ("electronics", "software"):
        facts["activated"] = draft.chance(0.3)
    facts |= {"soiled_damaged": draft.chance(0.06), "accessories_complete": draft.chance(0.93)}
    if facts.get("gift_present"):
        facts["gift_returned"] = draft.chance(0.8)


def _draw_rare(draft: _Draft) -> None:
    if draft.chance(0.125):
        name, value = draft.rng.choice(tables.RARE)
        if name not in draft.unknown:
            draft.facts.setdefault(name, value)


def _draw_unknown(draft: _Draft) -> None:
    """Forget what a sheet often cannot tell; a fact is either known or unknown, never both."""
    if not draft.chance(0.3):
        return
    name = draft.rng.choice(tables.OFTEN_UNKNOWN[draft.goods])
    draft.unknown.append(name)
    draft.facts.pop(name, None)
    if draft.times.pop(name, None) is not None and name == "signed_at":
        draft.facts["signed"] = True
