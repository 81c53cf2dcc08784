from __future__ import annotations

from collections import Counter
from datetime import UTC, datetime, timedelta

import pytest

from aftersale.domain.clock import SHANGHAI
from aftersale.sandbox import story
from aftersale.sandbox.history import CLOCKS, respond_hours
from aftersale.sandbox.model import Line, Order, Stage, Ticket, World
from aftersale.sandbox.world import make_world

NOW = datetime(2026, 6, 10, 9, tzinfo=SHANGHAI)
WORLD = make_world(7, NOW)
ALL = (*WORLD.tickets, *WORLD.earlier)
ORDERS = {order.order_no: order for order in WORLD.orders}


def of_line(line: Line) -> list[Ticket]:
    return [ticket for ticket in WORLD.tickets if ticket.line is line]


def moments(order: Order, ticket: Ticket) -> list[datetime]:
    way = (order.paid_at, order.shipped_at, order.first_scan_at, order.signed_at)
    return [*(moment for moment in way if moment), *(moment for _, moment in ticket.times.steps())]


def named(buyer_id: str, world: World = WORLD) -> list[Ticket]:
    return [ticket for ticket in (*world.tickets, *world.earlier) if ticket.buyer_id == buyer_id]


def test_the_same_seed_makes_the_same_world() -> None:
    assert make_world(7, NOW) == WORLD
    assert make_world(8, NOW) != WORLD


def test_the_clock_may_be_given_in_any_zone_but_needs_one() -> None:
    assert make_world(7, NOW.astimezone(UTC)) == WORLD
    with pytest.raises(ValueError, match="zone"):
        make_world(7, NOW.replace(tzinfo=None))


def test_the_day_has_the_tickets_of_the_story() -> None:
    assert Counter(ticket.line for ticket in WORLD.tickets) == {
        Line.UNSHIPPED: 248,
        Line.SHIPPED_REFUND: 126,
        Line.RETURN_REVIEW: 271,
        Line.RETURN_RECEIPT: 186,
        Line.EXCHANGE: 32,
        Line.RESHIP: 24,
        Line.PRICE_PROTECT: 9,
        Line.PLATFORM_SERVICE: 10,
        Line.ARBITRATION: 6,
    }


def test_the_platforms_own_assistants_did_214() -> None:
    assert sum(ticket.handled_by == "platform" for ticket in WORLD.tickets) == 214


def test_300_came_during_the_live_evening() -> None:
    start, end = NOW.replace(day=9, hour=21, minute=30), NOW.replace(day=10, hour=0, minute=30)
    assert sum(start <= ticket.times.applied_at <= end for ticket in WORLD.tickets) >= 300


def test_each_shop_has_its_share() -> None:
    found = Counter(ticket.shop for ticket in WORLD.tickets)
    assert found == {shop.key: shop.share for shop in story.SHOPS if shop.home == story.BRAND}
    assert sum(found.values()) == 912


def test_no_two_tickets_orders_or_lines_share_a_number() -> None:
    numbers = [ticket.ticket_no for ticket in ALL]
    lines = [line.line_no for order in WORLD.orders for line in order.lines]
    assert len(set(numbers)) == len(numbers)
    assert len(ORDERS) == len(WORLD.orders)
    assert len(set(lines)) == len(lines)


def test_every_ticket_belongs_to_a_line_of_an_order_of_its_shop_and_buyer() -> None:
    for ticket in ALL:
        order = ORDERS[ticket.order_no]
        assert (order.shop, order.buyer_id) == (ticket.shop, ticket.buyer_id)
        assert ticket.line_no in {line.line_no for line in order.lines}
        assert WORLD.buyer(ticket.buyer_id).buyer_id == ticket.buyer_id


def test_times_are_in_order_and_nothing_happens_after_now() -> None:
    for ticket in ALL:
        happened = moments(ORDERS[ticket.order_no], ticket)
        assert happened == sorted(happened), ticket
        assert happened[-1] <= NOW
        assert not any(moment.microsecond for moment in happened)


def test_no_clock_has_run_out_unseen() -> None:
    for ticket in ALL:
        assert (ticket.deadline_at is None) == ticket.stage.final
        assert ticket.deadline_at is None or ticket.deadline_at > NOW, ticket


@pytest.mark.parametrize("hours", [-9, -8, 4, 12.6, 14])
def test_the_world_stands_at_any_hour_of_the_day(hours: float) -> None:
    now = NOW + timedelta(hours=hours)
    for ticket in make_world(5, now).tickets:
        assert ticket.deadline_at is None or ticket.deadline_at > now, ticket
        assert all(moment <= now for _, moment in ticket.times.steps()), ticket


def test_the_shop_answered_inside_its_clock() -> None:
    for ticket in ALL:
        answered = ticket.times.agreed_at or (ticket.times.rejected_at if not ticket.return_waybill else None)
        if answered:
            hours = respond_hours(WORLD.shop(ticket.shop).platform, ticket.line)
            assert (answered - ticket.times.applied_at).total_seconds() <= hours * 3600


def test_the_buyer_sent_back_inside_the_clock() -> None:
    for ticket in ALL:
        if ticket.times.return_sent_at and ticket.times.agreed_at:
            hours = CLOCKS[WORLD.shop(ticket.shop).platform].ship_back
            assert (ticket.times.return_sent_at - ticket.times.agreed_at).total_seconds() <= hours * 3600


def test_nobody_asks_for_more_than_was_paid() -> None:
    for ticket in ALL:
        order = ORDERS[ticket.order_no]
        line = next(line for line in order.lines if line.line_no == ticket.line_no)
        assert 0 <= ticket.requested_fen <= line.paid_fen
        assert ticket.requested_fen + ticket.freight_fen <= order.paid_fen


def test_unshipped_tickets_have_unshipped_orders_and_only_they() -> None:
    for ticket in ALL:
        assert (ORDERS[ticket.order_no].shipped_at is None) == (ticket.line is Line.UNSHIPPED)


def test_every_article_and_every_stage_occurs() -> None:
    assert {ticket.article_no for ticket in WORLD.tickets} == {
        article.article_no for article in story.ARTICLES
    }
    assert {ticket.stage for ticket in WORLD.tickets} == set(Stage)


def test_every_named_buyer_has_a_ticket() -> None:
    for buyer in story.NAMED_BUYERS:
        assert named(buyer.buyer_id), buyer.masked_name


def test_the_patient_buyer_has_six_orders_and_one_ticket() -> None:
    assert len(named("C0000001")) == 1
    assert sum(order.buyer_id == "C0000001" for order in WORLD.orders) == 6


def test_one_buyer_says_missing_nine_times_over_eleven_orders_in_three_shops() -> None:
    tickets = named("C0000004")
    assert [ticket.reason for ticket in tickets] == ["missing_item"] * 9
    assert len({ticket.shop for ticket in tickets}) == 3
    assert sum(order.buyer_id == "C0000004" for order in WORLD.orders) == 11


def test_the_cracked_cup_is_due_in_42_minutes() -> None:
    (cup,) = named("C0000001")
    assert cup.deadline_at == NOW.replace(hour=9, minute=42)
    assert ORDERS[cup.order_no].signed_at == NOW.replace(day=3, hour=10, minute=15)


def test_fourteen_pots_of_one_batch_have_cracked_handles() -> None:
    assert sum("2505C" in ticket.truth.story for ticket in WORLD.tickets) == 14


def test_the_box_that_came_back_weighs_120_grams() -> None:
    (box,) = named("C0000003")
    assert (box.truth.box, box.truth.sent_g, box.truth.returned_g) == ("empty", 1380, 120)
    assert box.stage is Stage.RECEIVE


def test_arbitration_follows_a_refusal() -> None:
    for ticket in of_line(Line.ARBITRATION):
        assert ticket.times.rejected_at
        assert ticket.times.arbitration_at


@pytest.mark.parametrize("count", [0, 1, 30, 5_000])
def test_any_number_of_tickets_can_be_made(count: int) -> None:
    world = make_world(3, NOW, tickets=count)
    assert len(world.tickets) == count
    assert len({ticket.ticket_no for ticket in world.tickets}) == count


def test_the_one_person_shop_is_a_home_of_its_own() -> None:
    world = make_world(7, NOW, tickets=23, home=story.ONE_PERSON)
    assert [shop.name for shop in world.shops] == ["阿桃的杯子铺(演示)"]
    assert {ticket.article_no for ticket in world.tickets} == {"CUP-350-BL"}
    assert not world.earlier


def test_every_shop_supplier_and_brand_says_that_it_is_a_demo() -> None:
    names = [shop.name for shop in story.SHOPS] + [article.supplier for article in story.ARTICLES]
    assert all("(演示)" in name for name in (*names, story.BRAND, story.ONE_PERSON))


def test_some_orders_have_two_tickets_of_two_lines_and_the_named_ones_have_not() -> None:
    together = Counter(ticket.order_no for ticket in WORLD.tickets)
    paired = [ticket for ticket in WORLD.tickets if together[ticket.order_no] > 1]
    assert len(paired) >= 24
    assert max(together.values()) == 2
    assert len({ticket.line_no for ticket in paired}) == len(paired)
    assert not any(ticket.truth.story for ticket in paired)


def test_some_orders_that_somebody_complains_of_carry_a_flag() -> None:
    waiting = {ticket.order_no for ticket in WORLD.tickets if not ticket.stage.final}
    flagged = [order for order in WORLD.orders if order.flag]
    assert {order.flag for order in flagged} == {"红", "绿", "紫"}
    assert {order.order_no for order in flagged} <= waiting
    assert 0.04 < len(flagged) / len(waiting) < 0.15
