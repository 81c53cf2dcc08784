"""Let shop, buyers and clock act at random, and hold the books to what must be true whatever happens."""

from __future__ import annotations

from collections import defaultdict
from random import Random
from typing import TYPE_CHECKING

import pytest

from aftersale.sandbox.platform import buyers, disputes
from aftersale.sandbox.platform.apps import CONNECTED
from aftersale.sandbox.platform.arrivals import Wanted, raise_ticket, sell
from aftersale.sandbox.platform.case import Actor, Case, Kind
from aftersale.sandbox.platform.moves import Done, Move, MoveImpossible
from aftersale.sandbox.platform.opening import Day, open_day
from tests.sandbox.test_buyers import NOW, make_market, pass_hours

if TYPE_CHECKING:
    from collections.abc import Callable

    from aftersale.sandbox.platform.market import Market

STEPS = 250


def a_case(rng: Random, market: Market) -> Case:
    return rng.choice(market.store.cases("1 order by no"))


def shop_moves(rng: Random, market: Market) -> None:
    """Try any move on any ticket: most are refused by its state."""
    case, move = a_case(rng, market), rng.choice([*Move])
    market.move(case, move, Done(Actor.MERCHANT, market.clock.now(), "随机"))


def buyer_acts(rng: Random, market: Market) -> None:
    case, what = a_case(rng, market), rng.choice([*buyers.ACTS])
    if case.open and buyers.allowed(case, what):
        buyers.ACTS[what](market, case, market.clock.now())


def shop_shows_evidence(rng: Random, market: Market) -> None:
    urls = tuple(f"https://p.example.com/{number}.jpg" for number in range(rng.randint(0, 4)))
    disputes.submit(market, a_case(rng, market), rng.choice(("", "发货前已检查，完好无损")), urls)


def buyer_takes_dispute_back(rng: Random, market: Market) -> None:
    disputes.cancel(market, a_case(rng, market), market.clock.now())


def ticket_comes(rng: Random, market: Market) -> None:
    sold = rng.choice(market.store.sold_by("shop in ('home', 'home_ks') order by no"))
    order = rng.choice(("", sold.no))
    raise_ticket(market, Wanted(sold.shop, rng.choice([*Kind]), order), market.clock.now())


def order_comes(rng: Random, market: Market) -> None:
    sell(market, rng.choice([*CONNECTED]), market.clock.now())


def time_passes(rng: Random, market: Market) -> None:
    pass_hours(market, rng.choice((0.1, 1, 5, 20, 60)))


ACTS: tuple[tuple[Callable[[Random, Market], None], int], ...] = (
    (shop_moves, 10),
    (buyer_acts, 4),
    (shop_shows_evidence, 3),
    (buyer_takes_dispute_back, 1),
    (ticket_comes, 2),
    (order_comes, 1),
    (time_passes, 2),
)


def check_books(market: Market, before: dict[str, Case]) -> None:
    paid: dict[str, list[int]] = defaultdict(list)
    for refund in market.store.refunds():
        paid[refund.ticket].append(refund.fen)
    now, by_line = market.clock.now(), defaultdict[str, int](int)
    for case in market.store.cases("1"):
        own = paid.get(case.no, [])
        assert len(own) <= 1, case
        assert sum(own) == case.refunded_fen, case
        by_line[case.line_no] += case.refunded_fen - (case.freight_fen if own else 0)
        assert by_line[case.line_no] <= case.paid_fen
        assert case.open == (case.ended_by is None), case
        assert not case.open or case.due_at > now, case
        old = before.get(case.no, case)
        assert old.open or old == case
        assert case.updated_at > old.updated_at or old == case


@pytest.mark.parametrize("seed", range(10))
def test_whatever_happens_each_refund_is_paid_once_and_nothing_comes_back(seed: int) -> None:
    market, rng = make_market(seed), Random(seed)
    open_day(market, Day(seed, NOW, 50))
    acts, weights = zip(*ACTS, strict=True)
    done = 0
    for _ in range(STEPS):
        before = {case.no: case for case in market.store.cases("1")}
        try:
            with market.store.change():
                rng.choices(acts, weights)[0](rng, market)
                done += 1
        except MoveImpossible:
            assert {case.no: case for case in market.store.cases("1")} == before
        check_books(market, before)
    market.store.close()
    assert done > STEPS // 4
