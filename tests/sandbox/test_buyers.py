from __future__ import annotations

from collections import Counter
from datetime import datetime
from typing import TYPE_CHECKING

import pytest

from aftersale.domain.clock import SHANGHAI
from aftersale.domain.lapse import Lapse
from aftersale.sandbox.claims import HONESTY
from aftersale.sandbox.platform import buyers
from aftersale.sandbox.platform.apps import CONNECTED
from aftersale.sandbox.platform.arrivals import Wanted, raise_ticket, sell
from aftersale.sandbox.platform.case import ENDED, HOUR, Actor, Case, Kind, Step
from aftersale.sandbox.platform.clock import Clock
from aftersale.sandbox.platform.market import Market, Setting
from aftersale.sandbox.platform.moves import TIMED_OUT, Done, Move, moved, possible, timed_out
from aftersale.sandbox.platform.opening import Day, open_day
from aftersale.sandbox.platform.store import Store
from aftersale.sandbox.story import CHARACTERS, NAMED_BUYERS

if TYPE_CHECKING:
    from collections.abc import Iterator

NOW = datetime(2026, 6, 10, 9, tzinfo=SHANGHAI)
START = int(NOW.timestamp()) * 1000


def untold(market: Market, what: str, case: Case) -> None:
    """Listen to nothing."""


def make_market(seed: int) -> Market:
    store = Store(None)
    clock = Clock(store, lambda: START, Lapse(START, START, 0.0))
    return Market(store, clock, Setting(seed, CONNECTED, {"douyin": untold, "kuaishou": untold}))


@pytest.fixture
def market() -> Iterator[Market]:
    made = make_market(7)
    yield made
    made.store.close()


def raised(market: Market, character: str, kind: Kind = Kind.RETURN, count: int = 60) -> list[str]:
    wanted = Wanted("home", kind, character=character, reason="no_reason")
    return [raise_ticket(market, wanted, market.clock.now()).no for _ in range(count)]


def agree(market: Market, numbers: list[str]) -> None:
    for number in numbers:
        done = Done(Actor.MERCHANT, market.clock.now(), "同意")
        market.move(market.case(number), Move.AGREE_RETURN, done)


def refuse(market: Market, numbers: list[str]) -> None:
    for number in numbers:
        market.move(market.case(number), Move.REFUSE, Done(Actor.MERCHANT, market.clock.now(), "拒绝"))


def pass_hours(market: Market, hours: float) -> None:
    market.clock.set(jump_ms=int(hours * HOUR))
    market.advance()


def test_every_character_of_the_world_has_a_habit() -> None:
    names = {name for name, _ in CHARACTERS} | {buyer.character for buyer in NAMED_BUYERS} | set(HONESTY)
    assert names <= set(buyers.HABITS)


def test_every_open_state_has_an_end_that_the_platform_brings() -> None:
    market = make_market(1)
    for kind in Kind:
        base = raise_ticket(market, Wanted("home", kind), START)
        reachable, waiting = {base.step}, [base]
        while waiting:
            case = waiting.pop()
            for move in Move:
                if possible(case, move):
                    after = moved(case, move, Done(Actor.PLATFORM, START, ""), "douyin")
                    if after.step not in reachable:
                        reachable.add(after.step)
                        waiting.append(after)
            if case.open:
                move, text = timed_out(case)
                assert possible(case, move), case
                assert text
    market.store.close()
    assert {step for step, _ in TIMED_OUT} == set(Step) - ENDED


def test_who_changes_the_mind_withdraws_most_and_who_is_patient_hardly_ever(market: Market) -> None:
    fickle, patient = raised(market, "changes_mind"), raised(market, "patient")
    pass_hours(market, 24)
    gone = [sum(market.case(number).step is Step.CLOSED for number in each) for each in (fickle, patient)]
    assert gone[0] > 30
    assert gone[1] < 8


def test_who_is_hurried_complains_at_once_and_who_is_patient_never(market: Market) -> None:
    hurried, patient = raised(market, "hurried"), raised(market, "patient")
    refuse(market, hurried)
    refuse(market, patient)
    pass_hours(market, 2.5)
    disputed = [sum(market.case(number).disputed for number in each) for each in (hurried, patient)]
    assert disputed[0] > 35
    assert disputed[1] == 0


def test_who_bargains_settles_for_half(market: Market) -> None:
    numbers = raised(market, "bargains", Kind.SHIPPED)
    before = {number: market.case(number).asked_fen for number in numbers}
    refuse(market, numbers)
    pass_hours(market, 8)
    halved = [number for number in numbers if market.case(number).asked_fen == before[number] // 2]
    assert len(halved) > 25


def test_an_empty_box_comes_from_those_who_send_one(market: Market) -> None:
    dishonest, honest = raised(market, "returns_empty_box"), raised(market, "honest")
    agree(market, dishonest)
    agree(market, honest)
    pass_hours(market, 80)
    came = {
        name: Counter(market.case(number).box for number in each if market.case(number).sent_back)
        for name, each in (("dishonest", dishonest), ("honest", honest))
    }
    assert set(came["dishonest"]) == {"empty"}
    assert came["honest"]["right"] > 40


def test_new_orders_bring_as_many_tickets_as_the_real_figures_say(market: Market) -> None:
    sales = [sell(market, shop, START) for shop in CONNECTED for _ in range(700)]
    raised_by = {case.buyer_id for _, case in sales if case}
    orders_with, all_fen = sum(case is not None for _, case in sales), sum(sold.paid_fen for sold, _ in sales)
    back_fen = sum(case.asked_fen for _, case in sales if case)
    assert orders_with / len(sales) == pytest.approx(0.148, abs=0.02)
    assert back_fen / all_fen == pytest.approx(0.084, abs=0.02)
    assert len(raised_by) / len({sold.buyer_id for sold, _ in sales}) == pytest.approx(0.36, abs=0.03)


def test_the_same_seed_gives_the_same_week(market: Market) -> None:
    other = make_market(7)
    for each in (market, other):
        open_day(each, Day(7, NOW, 80))
        pass_hours(each, 24 * 7)
    states = [
        [(case.no, case.step, case.updated_at) for case in each.store.cases("1 order by no")]
        for each in (market, other)
    ]
    assert states[0] == states[1]
    assert [refund.fen for refund in market.store.refunds()] == [
        refund.fen for refund in other.store.refunds()
    ]
    other.store.close()


def test_after_three_months_nothing_is_open_and_no_refund_is_paid_twice(market: Market) -> None:
    open_day(market, Day(7, NOW, 300))
    pass_hours(market, 24 * 90)
    cases = market.store.cases("1")
    assert [case.no for case in cases if case.open] == []
    paid = Counter(refund.ticket for refund in market.store.refunds())
    refunded = {case.no for case in cases if case.step is Step.REFUNDED}
    assert set(paid) == refunded
    assert set(paid.values()) == {1}


def test_the_opening_day_holds_the_shops_that_are_connected(market: Market) -> None:
    open_day(market, Day(7, NOW, 912))
    cases = market.store.cases("1")
    assert {case.shop for case in cases} == set(CONNECTED)
    assert all(case.label == "演示数据" for case in cases)
    assert all(case.due_at > START for case in cases if case.open)
    assert sum(case.disputed for case in cases) >= 5
    before = len(cases)
    open_day(market, Day(8, NOW, 912))
    assert len(market.store.cases("1")) == before
