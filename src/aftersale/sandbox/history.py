"""Give each ticket and its order times that could have happened, in order and inside the clocks."""

from __future__ import annotations

from datetime import datetime, time, timedelta
from typing import TYPE_CHECKING, NamedTuple

from aftersale.sandbox.dice import happens, hours
from aftersale.sandbox.model import Line, Stage, Times

if TYPE_CHECKING:
    from random import Random

    from aftersale.sandbox.mix import Slot


class Clocks(NamedTuple):
    """Hold the hours after which the simulated platform acts by itself."""

    unshipped: int
    shipped: int
    returning: int
    ship_back: int
    confirm: int
    appeal: int
    evidence: int


CLOCKS = {
    "douyin": Clocks(48, 48, 48, ship_back=168, confirm=168, appeal=48, evidence=24),
    "kuaishou": Clocks(24, 36, 48, ship_back=240, confirm=168, appeal=48, evidence=48),
}

# Hours since the application, by stage; none passes a week, so that no clock has run out unseen.
AGES = {
    Stage.BUYER_RETURNS: (3.0, 96.0),
    Stage.RECEIVE: (40.0, 165.0),
    Stage.SHIP: (8.0, 40.0),
    Stage.BUYER_RECEIVES: (72.0, 165.0),
    Stage.REJECTED: (3.0, 44.0),
    Stage.ARBITRATION: (30.0, 48.0),
    Stage.REPLACED: (100.0, 165.0),
    Stage.CLOSED: (1.0, 20.0),
}
BACK = ("agreed_at", "return_sent_at", "return_arrived_at", "received_at")
STEPS = {
    Stage.DECIDE: (),
    Stage.BUYER_RETURNS: ("agreed_at",),
    Stage.RECEIVE: ("agreed_at", "return_sent_at"),
    Stage.SHIP: ("agreed_at",),
    Stage.BUYER_RECEIVES: ("agreed_at", "reshipped_at"),
    Stage.REPLACED: ("agreed_at", "reshipped_at", "finished_at"),
    Stage.REJECTED: ("rejected_at",),
    Stage.ARBITRATION: ("rejected_at", "arbitration_at"),
    Stage.REFUNDED: ("agreed_at", "finished_at"),
    Stage.CLOSED: ("finished_at",),
}
STEPS_BACK = {
    Stage.SHIP: BACK,
    Stage.BUYER_RECEIVES: (*BACK, "reshipped_at"),
    Stage.REPLACED: (*BACK, "reshipped_at", "finished_at"),
    Stage.REFUNDED: (*BACK, "finished_at"),
    Stage.REJECTED: (*BACK[:-1], "rejected_at"),
}


def respond_hours(platform: str, line: Line) -> int:
    """Give the hours in which the shop must answer before the platform does."""
    clocks = CLOCKS[platform]
    if line is Line.UNSHIPPED:
        return clocks.unshipped
    return clocks.shipped if line in (Line.SHIPPED_REFUND, Line.PRICE_PROTECT) else clocks.returning


def live_evening(now: datetime) -> datetime:
    """Find the start, 21:30, of the last evening broadcast that was over before `now`."""
    start = datetime.combine(now.date() - timedelta(days=1), time(21, 30), tzinfo=now.tzinfo)
    return start if start + timedelta(hours=3) <= now else start - timedelta(days=1)


def goods_come_back(slot: Slot) -> bool:
    """Tell whether the goods of this slot have already travelled back to the shop."""
    return slot.stage in STEPS_BACK and slot.line in (Line.RETURN_RECEIPT, Line.EXCHANGE)


def _age(rng: Random, slot: Slot, respond: int) -> timedelta:
    if slot.stage is Stage.DECIDE:
        last_hour = happens(rng, 0.05)
        return hours(rng, respond - 0.95, respond - 0.1) if last_hour else hours(rng, 0.1, respond - 0.2)
    if goods_come_back(slot):
        return hours(rng, 90.0, 165.0)
    if slot.stage is Stage.REFUNDED:
        return hours(rng, 0.5, min(22.0, respond * 0.9))
    return hours(rng, *AGES[slot.stage])


def applied_at(rng: Random, now: datetime, slot: Slot, respond: int) -> datetime:
    """Pick when the buyer applied, late enough that no clock of the slot's stage has run out."""
    if slot.live:
        moment = live_evening(now) + hours(rng, 0.0, 2.999)
        # Late in the day the shorter clock of 快手 would have run out for what is still open.
        if slot.stage.final or moment + timedelta(hours=respond) > now:
            return moment
    return now - _age(rng, slot, respond)


def make_times(rng: Random, now: datetime, slot: Slot, respond: int, applied: datetime) -> Times:
    """Place the steps of the slot between application and now, in order and inside the clocks."""
    names = STEPS_BACK[slot.stage] if goods_come_back(slot) else STEPS[slot.stage]
    if slot.stage is Stage.RECEIVE and happens(rng, 0.55):
        names = (*names, "return_arrived_at")
    if slot.handled_by == "platform":
        return _by_assistant(rng, applied, names)
    span = now - applied
    # The first answer and the last step are bounded by clocks; what lies between is free.
    first = applied + min(span * rng.uniform(0.05, 0.3), timedelta(hours=respond * rng.uniform(0.1, 0.9)))
    last = max(first, now - min(span * 0.4, hours(rng, 0.1, 20.0)))
    if len(names) == 1 and slot.stage in (Stage.BUYER_RETURNS, Stage.REJECTED):
        last = first
    between = sorted(first + (last - first) * rng.random() for _ in names[1:-1])
    moments = [first, *between, last] if len(names) > 1 else [last]
    return Times(applied, **dict(zip(names, (m.replace(microsecond=0) for m in moments), strict=False)))


def _by_assistant(rng: Random, applied: datetime, names: tuple[str, ...]) -> Times:
    moments = [applied + timedelta(seconds=rng.randint(2, 60) * (step + 1)) for step in range(len(names))]
    return Times(applied, **dict(zip(names, sorted(moments), strict=True)))


def deadline(times: Times, slot: Slot, platform: str) -> datetime | None:
    """Compute when the simulated platform acts by itself; None when the ticket is final."""
    clocks = CLOCKS[platform]
    starts = {
        Stage.DECIDE: (times.applied_at, respond_hours(platform, slot.line)),
        Stage.BUYER_RETURNS: (times.agreed_at, clocks.ship_back),
        Stage.RECEIVE: (times.return_sent_at, clocks.confirm),
        Stage.SHIP: (times.received_at or times.agreed_at, 48),
        Stage.BUYER_RECEIVES: (times.reshipped_at, 240),
        Stage.REJECTED: (times.rejected_at, clocks.appeal),
        Stage.ARBITRATION: (times.arbitration_at, clocks.evidence),
    }
    start, hours = starts.get(slot.stage, (None, 0))
    return start + timedelta(hours=hours) if start else None


class Journey(NamedTuple):
    """Hold the times of the goods on their way to the buyer."""

    paid_at: datetime
    promised_ship_at: datetime
    shipped_at: datetime | None
    first_scan_at: datetime | None
    signed_at: datetime | None


def make_journey(
    rng: Random, applied: datetime, *, shipped: bool, signed: timedelta | None, late: bool
) -> Journey:
    """Lay out payment, dispatch and delivery before the application; `signed` is how long before it."""
    if not shipped:
        paid = applied - (hours(rng, 50.0, 80.0) if late else hours(rng, 0.05, 5.8))
        return Journey(paid, paid + timedelta(hours=48), None, None, None)
    signed_at = applied - signed if signed is not None else None
    sent = (signed_at - hours(rng, 30.0, 96.0)) if signed_at else applied - hours(rng, 14.0, 150.0)
    paid = sent - (hours(rng, 50.0, 75.0) if late else hours(rng, 3.0, 40.0))
    return Journey(paid, paid + timedelta(hours=48), sent, sent + hours(rng, 0.5, 12.0), signed_at)
