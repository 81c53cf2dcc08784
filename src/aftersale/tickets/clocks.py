"""Tell which clocks of a ticket run, for whom, and when each must be heard of. Values in, values out."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, NamedTuple

from aftersale.channels.base import SERVICE as SERVICE_CLAIM
from aftersale.channels.base import Turn
from aftersale.domain.service_hours import (
    ALWAYS,
    MINUTE,
    add_working,
    due_with_pauses,
    opens_next,
    parse_hours,
    working_seconds,
)
from aftersale.tickets.consequences import NOT_SAID, OWN_TARGET, consequence_of
from aftersale.tickets.steps import Stage, is_service

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from aftersale.domain.service_hours import Pause, ServiceHours
    from aftersale.policy.decision import Decision
    from aftersale.shops.models import Shop
    from aftersale.tickets.steps import Clock, Seen

PLATFORM, RULEBOOK, SERVICE = "platform", "rulebook", "service"
MERCHANT, BUYER = "merchant", "buyer"
# The platform says that a step has an end, and no clock of the rulebook is named for it.
NAMELESS = "platform_clock"
DEFAULT_WARNINGS = (240, 60, 15)
MOST_WARNINGS = 12

_SIDES = {
    "respond_by": MERCHANT,
    "confirm_by": MERCHANT,
    "refund_by": MERCHANT,
    "evidence_by": MERCHANT,
    "appeal_by": MERCHANT,
    "ship_back_by": BUYER,
    "arbitration_by": BUYER,
}
_TURNS = {
    Turn.MERCHANT: MERCHANT,
    Turn.BUYER: BUYER,
    Turn.PLATFORM: "platform",
    Turn.PLATFORM_DONE: "platform",
    Turn.DONE: "platform",
}
# While these wait for somebody else, the shop has nothing to answer.
_FOLLOW_THE_TURN = frozenset({NAMELESS, "respond_by"})
_STARTS = {
    "confirm_by": "return_waybill_at",
    "refund_by": "return_received_at",
    "evidence_by": "evidence_requested_at",
    "appeal_by": "judged_at",
    "ship_back_by": "merchant_agreed_at",
    "arbitration_by": "merchant_rejected_at",
}


class _Target(NamedTuple):
    """Say when a target of the shop's own runs: in which stages, and from which fact on (None: applying)."""

    stages: frozenset[Stage]
    since: str | None


_OPEN = frozenset(Stage) - {Stage.DONE}
_TARGETS = {
    "first_response": _Target(frozenset({Stage.DECIDE}), None),
    "inspect": _Target(frozenset({Stage.RECEIVE}), "return_received_at"),
    "submit_evidence": _Target(frozenset({Stage.DISPUTE}), "evidence_requested_at"),
    "resolve": _Target(_OPEN, None),
}
SERVICE_KINDS = tuple(_TARGETS)
"""The targets that a shop may set in `service_minutes`."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """Hold a clock that should run: `paused` while the other side must act, then nothing falls due."""

    kind: str
    source: str
    side: str
    consequence: str
    starts_at: datetime
    due_at: datetime
    paused: bool = False


@dataclass(frozen=True, slots=True)
class Scene:
    """Hold what the clocks of a ticket are read from; `since` has the times of its steps in epoch seconds."""

    platform: str
    claim: str
    stage: Stage
    turn: Turn
    applied_at: datetime
    since: Mapping[str, object] = field(default_factory=dict)

    @property
    def ours(self) -> bool:
        """Tell whether the shop has to move."""
        return self.turn is Turn.MERCHANT


@dataclass(frozen=True, slots=True)
class Service:
    """Hold a shop's own targets in working minutes by kind, and its hours."""

    minutes: Mapping[str, int]
    hours: ServiceHours


NO_SERVICE = Service({}, ALWAYS)


def at_second(second: int) -> datetime:
    """Turn epoch seconds into a time as it is stored."""
    return datetime.fromtimestamp(second, UTC)


_hours_read: dict[str, ServiceHours] = {}
_MOST_HOURS = 1_000


def hours_of(shop: Shop) -> ServiceHours:
    """Read a shop's hours; one that has set none works always. Raises hours.invalid."""
    if not shop.hours:
        return ALWAYS
    key = repr(shop.hours)
    if key not in _hours_read:
        if len(_hours_read) >= _MOST_HOURS:
            _hours_read.clear()
        _hours_read[key] = parse_hours(shop.hours)
    return _hours_read[key]


def warnings_of(shop: Shop) -> tuple[int, ...]:
    """Give the warnings before an end in minutes, longest first; a shop that has set none has the usual."""
    set_ones = {minute for minute in shop.warn_minutes if isinstance(minute, int) and minute > 0}
    return tuple(sorted(set_ones, reverse=True)[:MOST_WARNINGS]) or DEFAULT_WARNINGS


def wanted_for(
    shop: Shop, seen: Seen, decision: Decision, clock: Clock | None, stage: Stage, applied_at: datetime
) -> tuple[Wanted, ...]:
    """Give the clocks that should run for a ticket of a shop as it was seen and decided."""
    if stage is Stage.DONE or not seen.open:
        return ()
    minutes = shop.service_minutes
    if clock is None and not minutes:
        return ()
    service = Service(minutes, hours_of(shop)) if minutes else NO_SERVICE
    facts = decision.facts
    names = (
        _STARTS.get(clock.name) if clock else None,
        *(_TARGETS[kind].since for kind in _running(minutes)),
    )
    since = {name: facts[name] for name in names if name}
    claim = SERVICE_CLAIM if is_service(seen) else str(facts["apply_type"])
    scene = Scene(shop.platform, claim, stage, seen.turn, applied_at, since)
    return wanted(clock, scene, service)


def wanted(
    clock: Clock | None, scene: Scene, service: Service, pauses: Sequence[Pause] = ()
) -> tuple[Wanted, ...]:
    """Give the clock of a ticket's stage and the shop's own targets; a closed ticket has none.

    `pauses` are the spans for which the other side had to act: they stop the shop's targets and nothing else.
    """
    if scene.stage is Stage.DONE:
        return ()
    own = (_target(kind, scene, service, pauses) for kind in _running(service.minutes))
    found = tuple(each for each in own if each is not None)
    return found if clock is None else (_of_stage(clock, scene), *found)


def _running(minutes: Mapping[str, int]) -> list[str]:
    return [kind for kind in _TARGETS if kind in minutes]


def _of_stage(clock: Clock, scene: Scene) -> Wanted:
    kind = clock.name or NAMELESS
    side = _side(kind, scene.turn, from_platform=clock.from_platform)
    # What follows a claim of a buyer follows no request of the platform.
    stands = side == _SIDES.get(kind) and scene.claim != SERVICE_CLAIM
    consequence = consequence_of(scene.platform, kind, scene.claim) if stands else NOT_SAID
    source = PLATFORM if clock.from_platform else RULEBOOK
    starts_at = _since(scene, _STARTS.get(kind)) or scene.applied_at
    due_at = at_second(clock.at)
    return Wanted(kind, source, side, consequence, min(starts_at, due_at), due_at)


def _side(kind: str, turn: Turn, *, from_platform: bool) -> str:
    """Say who must move; the platform's own clock is ours whenever the platform says that it is our turn."""
    if kind in _FOLLOW_THE_TURN or kind not in _SIDES:
        return _TURNS[turn]
    return MERCHANT if from_platform and turn is Turn.MERCHANT else _SIDES[kind]


def _since(scene: Scene, fact: str | None) -> datetime | None:
    second = scene.since.get(fact) if fact else None
    return at_second(second) if isinstance(second, int) else None


def _target(kind: str, scene: Scene, service: Service, pauses: Sequence[Pause]) -> Wanted | None:
    target = _TARGETS[kind]
    starts_at = scene.applied_at if target.since is None else _since(scene, target.since)
    if scene.stage not in target.stages or starts_at is None:
        return None
    due_at = due_with_pauses(service.hours, starts_at, service.minutes[kind], pauses)
    paused = due_at is None or not scene.ours
    due_at = due_at or add_working(service.hours, starts_at, service.minutes[kind])
    if due_at is None:
        return None
    stored = due_at.astimezone(UTC)
    return Wanted(kind, SERVICE, MERCHANT, OWN_TARGET, starts_at, stored, paused=paused)


def after_working(hours: ServiceHours, start: datetime, seconds: int) -> datetime | None:
    """Give the first time at which so many working seconds have passed; None if 400 days do not hold them."""
    at, left = add_working(hours, start, seconds // MINUTE), seconds % MINUTE
    while at is not None and left:
        opened = opens_next(hours, at)
        if opened is None:
            return None
        at = opened + timedelta(seconds=left)
        left -= working_seconds(hours, opened, at)
    return None if at is None else at.astimezone(UTC)


def resumed_due(hours: ServiceHours, due_at: datetime, paused_at: datetime, now: datetime) -> datetime | None:
    """Give the new end of a target whose pause is over: the working time that was left, from now on."""
    return after_working(hours, now, working_seconds(hours, paused_at, due_at))


class Clocked(NamedTuple):
    """Hold what warnings are computed from: `hours` count a shop's own target, None every minute."""

    due_at: datetime
    starts_at: datetime
    hours: ServiceHours | None


def next_warning(clocked: Clocked, warnings: Sequence[int], now: datetime) -> datetime | None:
    """Give the first warning still ahead, None where all are behind.

    A warning that lies before the start of its clock never comes.
    """
    since = max(now, clocked.starts_at)
    ahead = (_moment(clocked, minutes, since) for minutes in warnings)
    return next((at for at in ahead if at is not None), None)


def first_moment(clocked: Clocked, warnings: Sequence[int], now: datetime) -> datetime:
    """Give the time at which a new clock is first heard of.

    One of the platform with less left than its last warning is heard of at once; a short target of the
    shop's own is not, or each new ticket would ring.
    """
    at_once = now if clocked.hours is None and warnings else clocked.due_at
    return next_warning(clocked, warnings, now) or at_once


def _moment(clocked: Clocked, minutes: int, now: datetime) -> datetime | None:
    """Give the time with so many minutes left, working ones where hours count; None if it is past."""
    if clocked.hours is None:
        at = clocked.due_at - timedelta(minutes=minutes)
        return at if at > now else None
    left = working_seconds(clocked.hours, now, clocked.due_at) - minutes * MINUTE
    return after_working(clocked.hours, now, left) if left > 0 else None


class HasEnd(NamedTuple):
    """Hold the earliest end that the shop has to meet, and of which clock."""

    due_at: datetime
    kind: str


def earliest(clocks: Iterable[Wanted], now: datetime) -> HasEnd | None:
    """Give the earliest end the shop has to meet; a target of its own counts only while it is ahead."""
    ours = [
        HasEnd(each.due_at, each.kind)
        for each in clocks
        if each.side == MERCHANT and not each.paused and (each.source != SERVICE or each.due_at > now)
    ]
    return min(ours, default=None)
