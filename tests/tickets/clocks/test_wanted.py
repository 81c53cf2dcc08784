from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from time import perf_counter
from types import MappingProxyType
from typing import Any

import pytest

from aftersale.channels.base import Turn
from aftersale.domain.facts import parse_facts
from aftersale.domain.service_hours import ALWAYS, ServiceHours, parse_hours, working_seconds
from aftersale.shops.models import Shop
from aftersale.tickets.clocks import (
    DEFAULT_WARNINGS,
    NO_SERVICE,
    SERVICE_KINDS,
    Clocked,
    Scene,
    Service,
    after_working,
    earliest,
    first_moment,
    hours_of,
    next_warning,
    resumed_due,
    wanted,
    wanted_for,
    warnings_of,
)
from aftersale.tickets.steps import Clock, Stage
from tests.policy.books import judge
from tests.tickets.clocks.desk import DAY, HOUR, MINUTE, NOW, OFFICE, at, clock_of

OFFICE_HOURS = parse_hours(OFFICE)
SCENE = Scene("douyin", "refund_only", Stage.DECIDE, Turn.MERCHANT, NOW - DAY)


def clock(name: str = "respond_by", due: datetime = NOW + DAY, *, from_platform: bool = True) -> Clock:
    return Clock(name, int(due.timestamp()), from_platform)


def service(minutes: dict[str, int], hours: ServiceHours = OFFICE_HOURS) -> Service:
    return Service(minutes, hours)


def test_the_clock_of_a_stage_is_the_shops_with_what_follows() -> None:
    (found,) = wanted(clock(), SCENE, NO_SERVICE)
    assert (found.kind, found.source, found.side, found.due_at) == (
        "respond_by",
        "platform",
        "merchant",
        NOW + DAY,
    )
    assert found.consequence == "approves_refund"


def test_a_clock_by_rule_is_told_from_the_platforms() -> None:
    (found,) = wanted(clock(from_platform=False), SCENE, NO_SERVICE)
    assert found.source == "rulebook"


@pytest.mark.parametrize(
    ("name", "side"),
    [
        ("respond_by", "merchant"),
        ("confirm_by", "merchant"),
        ("refund_by", "merchant"),
        ("evidence_by", "merchant"),
        ("appeal_by", "merchant"),
        ("ship_back_by", "buyer"),
        ("arbitration_by", "buyer"),
    ],
)
def test_each_clock_has_its_side(name: str, side: str) -> None:
    scene = replace(SCENE, turn=Turn.MERCHANT if side == "merchant" else Turn.BUYER)
    (found,) = wanted(clock(name), scene, NO_SERVICE)
    assert found.side == side


def test_while_the_buyer_must_answer_the_clock_for_answering_is_the_buyers() -> None:
    (found,) = wanted(clock(), replace(SCENE, stage=Stage.OTHER, turn=Turn.BUYER), NO_SERVICE)
    assert (found.side, found.consequence) == ("buyer", "not_said")


def test_evidence_stays_ours_while_the_platform_decides() -> None:
    (found,) = wanted(
        clock("evidence_by"), replace(SCENE, stage=Stage.DISPUTE, turn=Turn.PLATFORM), NO_SERVICE
    )
    assert found.side == "merchant"


def test_a_clock_the_platform_gives_in_our_turn_is_ours_whatever_the_rules_call_it() -> None:
    (found,) = wanted(clock("arbitration_by"), replace(SCENE, stage=Stage.REJECTED), NO_SERVICE)
    assert (found.side, found.consequence) == ("merchant", "not_said")


def test_a_clock_without_a_name_is_shown_as_the_platforms() -> None:
    (found,) = wanted(clock(""), replace(SCENE, stage=Stage.SHIP), NO_SERVICE)
    assert (found.kind, found.side, found.consequence) == ("platform_clock", "merchant", "not_said")


def test_a_closed_ticket_has_no_clock() -> None:
    assert wanted(clock(), replace(SCENE, stage=Stage.DONE), service({"resolve": 60})) == ()


def test_a_clock_starts_where_its_step_was_taken() -> None:
    sent = int((NOW - 3 * HOUR).timestamp())
    scene = replace(SCENE, stage=Stage.RECEIVE, since={"return_waybill_at": sent})
    (found,) = wanted(clock("confirm_by"), scene, NO_SERVICE)
    assert found.starts_at == NOW - 3 * HOUR


def test_a_target_of_the_shop_counts_its_hours_with_the_lunch_break() -> None:
    scene = replace(SCENE, applied_at=at("2026-06-08 11:50"))
    (found,) = wanted(None, scene, service({"first_response": 30}))
    assert found.due_at == at("2026-06-08 13:20")
    assert (found.source, found.consequence) == ("service", "own_target")


def test_a_target_rests_over_the_weekend_and_a_holiday() -> None:
    hours = parse_hours({**OFFICE, "closed": ["2026-06-15"]})
    scene = replace(SCENE, applied_at=at("2026-06-12 17:50"))
    (found,) = wanted(None, scene, service({"first_response": 30}, hours))
    assert found.due_at == at("2026-06-16 09:20")


def test_a_made_up_workday_is_worked() -> None:
    hours = parse_hours({**OFFICE, "open": {"2026-06-13": [["09:00", "18:00"]]}})
    scene = replace(SCENE, applied_at=at("2026-06-12 17:50"))
    (found,) = wanted(None, scene, service({"first_response": 30}, hours))
    assert found.due_at == at("2026-06-13 09:20")


@pytest.mark.parametrize(
    ("applied", "due"),
    [
        ("2028-02-28 17:50", "2028-02-29 09:20"),
        ("2028-02-29 17:50", "2028-03-01 09:20"),
        ("2027-02-26 17:50", "2027-03-01 09:20"),
    ],
)
def test_the_end_of_february_is_counted(applied: str, due: str) -> None:
    (found,) = wanted(None, replace(SCENE, applied_at=at(applied)), service({"first_response": 30}))
    assert found.due_at == at(due)


@pytest.mark.parametrize(
    ("applied", "due"),
    [
        ("2026-06-08 23:59:59", "2026-06-09 00:29:59"),
        ("2026-06-09 00:00:00", "2026-06-09 00:30:00"),
        ("2026-06-09 00:00:01", "2026-06-09 00:30:01"),
    ],
)
def test_midnight_in_shanghai_loses_no_second(applied: str, due: str) -> None:
    (found,) = wanted(None, replace(SCENE, applied_at=at(applied)), service({"first_response": 30}, ALWAYS))
    assert found.due_at == at(due)


def test_a_pause_stops_a_target_and_not_the_platforms_clock() -> None:
    scene = replace(SCENE, applied_at=at("2026-06-08 09:00"))
    pauses = [(at("2026-06-08 09:10"), at("2026-06-08 10:10"))]
    platform, own = wanted(clock(), scene, service({"resolve": 30}), pauses)
    assert (platform.due_at, own.due_at) == (NOW + DAY, at("2026-06-08 10:30"))


def test_a_target_is_paused_while_the_buyer_must_act() -> None:
    scene = replace(SCENE, stage=Stage.RETURN, turn=Turn.BUYER)
    (found,) = wanted(None, scene, service({"resolve": 600}))
    assert found.paused


def test_a_pause_without_an_end_pauses() -> None:
    (found,) = wanted(None, SCENE, service({"resolve": 6_000}), [(NOW, None)])
    assert found.paused


def test_a_shop_that_never_opens_has_no_targets() -> None:
    assert wanted(None, SCENE, service({"resolve": 30}, parse_hours({}))) == ()


def test_each_target_runs_in_its_stage_and_waits_for_its_start() -> None:
    since = {"return_received_at": int(NOW.timestamp())}
    minutes = dict.fromkeys(SERVICE_KINDS, 30)
    assert [each.kind for each in wanted(None, SCENE, service(minutes))] == ["first_response", "resolve"]
    receiving = replace(SCENE, stage=Stage.RECEIVE)
    assert [each.kind for each in wanted(None, receiving, service(minutes))] == ["resolve"]
    arrived = replace(receiving, since=since)
    assert [each.kind for each in wanted(None, arrived, service(minutes))] == ["inspect", "resolve"]


def test_a_resumed_target_has_the_working_time_that_was_left() -> None:
    due, paused = at("2026-06-08 10:00"), at("2026-06-08 09:29:30")
    assert resumed_due(OFFICE_HOURS, due, paused, at("2026-06-08 11:45")) == at("2026-06-08 13:15:30")


@pytest.mark.parametrize("seconds", [0, 1, 59, 60, 61, 3_599, 3_600, 28_800, 28_801, 100_000])
@pytest.mark.parametrize("start", ["2026-06-08 11:59:40", "2026-06-12 17:59:59", "2026-06-13 10:00:00"])
def test_working_seconds_lead_to_the_time_at_which_they_have_passed(seconds: int, start: str) -> None:
    begin = at(start)
    found = after_working(OFFICE_HOURS, begin, seconds)
    assert found is not None
    assert working_seconds(OFFICE_HOURS, begin, found) == seconds
    assert seconds == 0 or working_seconds(OFFICE_HOURS, begin, found - timedelta(seconds=1)) == seconds - 1


def test_no_working_time_comes_where_a_shop_never_opens() -> None:
    assert after_working(parse_hours({}), NOW, 30) is None
    assert after_working(parse_hours({}), NOW, 90) is None


@pytest.mark.parametrize(
    ("left", "first"),
    [
        (5 * HOUR, 4 * HOUR),
        (4 * HOUR + timedelta(seconds=1), 4 * HOUR),
        (4 * HOUR, HOUR),
        (2 * HOUR, HOUR),
        (16 * MINUTE, 15 * MINUTE),
    ],
)
def test_the_first_warning_is_the_first_still_ahead(left: timedelta, first: timedelta) -> None:
    due = NOW + left
    assert first_moment(Clocked(due, NOW - DAY, None), DEFAULT_WARNINGS, NOW) == due - first


def test_with_less_left_than_the_last_warning_it_is_heard_of_at_once() -> None:
    assert first_moment(Clocked(NOW + 5 * MINUTE, NOW - DAY, None), DEFAULT_WARNINGS, NOW) == NOW


def test_a_short_target_of_the_shops_own_does_not_ring_when_a_ticket_comes() -> None:
    short = Clocked(NOW + 10 * MINUTE, NOW, OFFICE_HOURS)
    assert first_moment(short, DEFAULT_WARNINGS, NOW) == NOW + 10 * MINUTE


def test_a_warning_of_a_target_keeps_to_the_shops_hours() -> None:
    # Ten minutes into Monday it is due; an hour of work before that is Friday afternoon, not Monday at eight.
    friday, monday = at("2026-06-12 15:00"), at("2026-06-15 09:10")
    found = next_warning(Clocked(monday, friday, OFFICE_HOURS), (60, 15), friday)
    assert found == at("2026-06-12 17:10")


def test_no_warning_is_left_in_the_last_minutes() -> None:
    assert next_warning(Clocked(NOW + 15 * MINUTE, NOW - DAY, None), DEFAULT_WARNINGS, NOW) is None


@pytest.mark.parametrize(
    ("own", "read"),
    [
        ([], (240, 60, 15)),
        ([30, 120], (120, 30)),
        ([30, 30], (30,)),
        ([0, -5], (240, 60, 15)),
        (["x"], (240, 60, 15)),
    ],
)
def test_the_shops_warnings_are_read_longest_first(own: list[Any], read: tuple[int, ...]) -> None:
    assert warnings_of(Shop(warn_minutes=own)) == read


def test_hours_are_read_once_and_a_shop_without_any_always_works() -> None:
    assert hours_of(Shop(hours={})) is ALWAYS
    assert hours_of(Shop(hours=OFFICE)) is hours_of(Shop(hours=OFFICE))


def test_the_earliest_end_is_the_shops_own_and_still_ahead_where_nobody_else_set_it() -> None:
    late, soon = clock_of(NOW + 2 * DAY, kind="confirm_by"), clock_of(NOW + DAY)
    buyers = clock_of(NOW + HOUR, side="buyer", kind="ship_back_by")
    passed = clock_of(NOW - HOUR, source="service", kind="first_response")
    resting = clock_of(NOW + HOUR, source="service", kind="resolve", paused=True)
    assert earliest([late, soon, buyers, passed, resting], NOW) == (soon.due_at, "respond_by")
    assert earliest([buyers, passed, resting], NOW) is None


def test_an_overdue_clock_of_the_platform_stays_the_earliest() -> None:
    assert earliest([clock_of(NOW - HOUR), clock_of(NOW + HOUR, kind="confirm_by")], NOW) == (
        NOW - HOUR,
        "respond_by",
    )


class _Seen:
    """Say what a notice says."""

    def __init__(self, *, is_open: bool, turn: Turn = Turn.MERCHANT) -> None:
        self.open, self.turn = is_open, turn
        self.amount_fen, self.claim = None, ""
        self.facts: MappingProxyType[str, object] = MappingProxyType({})
        self.unknown: frozenset[str] = frozenset()
        self.dispute = None


def test_a_judged_ticket_has_the_clocks_of_its_stage_and_the_shops_targets() -> None:
    facts = parse_facts(
        {
            "platform": "douyin",
            "apply_type": "refund_only",
            "reason": "no_reason",
            "applied_at": NOW - HOUR,
            "now": NOW,
        }
    )
    decision = judge().decide(facts)
    shop = Shop(platform="douyin", service_minutes={"first_response": 30}, hours={})
    found = wanted_for(shop, _Seen(is_open=True), decision, clock(), Stage.DECIDE, NOW - HOUR)
    assert [(each.kind, each.consequence) for each in found] == [
        ("respond_by", "approves_refund"),
        ("first_response", "own_target"),
    ]
    assert wanted_for(Shop(), _Seen(is_open=True), decision, None, Stage.PAYING, NOW) == ()


def test_a_closed_ticket_of_an_import_costs_next_to_nothing() -> None:
    facts = parse_facts(
        {
            "platform": "douyin",
            "apply_type": "refund_only",
            "reason": "no_reason",
            "applied_at": NOW,
            "now": NOW,
        }
    )
    decision, seen, shop = judge().decide(facts), _Seen(is_open=False), Shop(service_minutes={"resolve": 60})
    start = perf_counter()
    found = [wanted_for(shop, seen, decision, None, Stage.DONE, NOW) for _ in range(20_000)]
    took = perf_counter() - start
    assert not any(found)
    assert took / 20_000 < 10e-6
