"""Fill an empty store with the seeded day: the shops that are connected, and everybody's orders."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import msgspec

from aftersale.sandbox.model import Line, Stage
from aftersale.sandbox.platform import buyers
from aftersale.sandbox.platform.case import DAY, Actor, Refund, Service, Step
from aftersale.sandbox.platform.documents import case_of, ms, sold_of
from aftersale.sandbox.world import make_world

if TYPE_CHECKING:
    from datetime import datetime

    from aftersale.sandbox.model import World
    from aftersale.sandbox.platform.case import Case
    from aftersale.sandbox.platform.market import Market


class Day(NamedTuple):
    """Say which day is wanted: seed, moment, number of tickets."""

    seed: int
    now: datetime
    tickets: int


def open_day(market: Market, day: Day) -> None:
    """Put the world of a day into an empty store; one that holds a day already is left alone."""
    if market.store.value("day"):
        return
    world = make_world(day.seed, day.now, tickets=day.tickets)
    with market.store.change():
        market.store.keep_value("day", world.now.isoformat())
        for order in world.orders:
            market.store.keep_sold(sold_of(order, world.buyer(order.buyer_id)))
        _tickets(market, world)


def _tickets(market: Market, world: World) -> None:
    orders = {order.order_no: order for order in world.orders}
    now = ms(world.now)
    for ticket in (*world.earlier, *world.tickets):
        if ticket.shop not in market.setting.shops:
            continue
        case = case_of(ticket, orders[ticket.order_no], world.buyer(ticket.buyer_id).character)
        case = _paid(market, case) if case.step is Step.REFUNDED else case
        market.store.keep(case)
        buyers.plan(market, case, since=now)
        if ticket.line is Line.PLATFORM_SERVICE and market.platform_of(case.shop) == "douyin":
            opened = open_service(market, case.shop, case.order_no, case.applied_at)
            if ticket.stage is Stage.REFUNDED:
                _answered(market, opened, case.ended_at)


def _paid(market: Market, case: Case) -> Case:
    refund = Refund(
        no=f"R{market.store.number('refund'):09d}",
        ticket=case.no,
        order=case.order_no,
        shop=case.shop,
        fen=case.total_fen,
        at=case.ended_at,
        by=case.ended_by or Actor.MERCHANT,
        why="开场之前已退款",
        shipped=case.kind.value != "unshipped",
    )
    market.store.pay(refund)
    return msgspec.structs.replace(case, refunded_fen=case.total_fen)


def open_service(market: Market, shop: str, order_no: str, at: int) -> Service:
    """Let the platform open a 平台服务单, to be answered within two days."""
    service = Service(
        no=market.store.number("service") + 80_000,
        shop=shop,
        order_no=order_no,
        detail="平台服务单（演示）：请核实后回复",
        created_at=at,
        updated_at=at,
        due_at=at + 2 * DAY,
    )
    market.store.keep_service(service)
    return service


def _answered(market: Market, service: Service, at: int) -> None:
    closed = msgspec.structs.replace(service, status=100, reply="已处理", replied_at=at, updated_at=at)
    market.store.keep_service(closed)
