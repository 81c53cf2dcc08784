"""Play the moment at 15:00 small: twelve parcels, one person with a gun, no mouse."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

import pytest

from aftersale.domain.roles import Role
from aftersale.returns.models import Match, Parcel, ParcelPhoto
from aftersale.tickets.models import Action
from tests.pages.bench_desk import booked, coming, picks, picture, register, scan
from tests.pages.desk import text_of, visitor, words_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from aftersale.shops.models import Person, Shop
    from aftersale.tickets.models import Ticket
    from tests.pages.desk import Visitor

pytestmark = pytest.mark.django_db
NOBODYS = "YT999"


@dataclass(frozen=True)
class Day:
    """Hold what went over the bench: eight fine, one dirty, one light, one short, one of nobody."""

    chen: Visitor
    agent: Visitor
    fine: Sequence[Ticket]
    dirty: Ticket
    empty: Ticket
    short: Ticket
    later: Ticket


@pytest.fixture
def day(shop: Shop, people: dict[Role, Person]) -> Day:
    register(shop)
    tickets = [coming(shop, number) for number in range(1, 12)]
    chen, agent = visitor(people[Role.WAREHOUSE]), visitor(people[Role.AGENT])
    dirty, empty, short = tickets[8:]
    later = coming(shop, 12, return_waybill=None)
    made = Day(chen, agent, tickets[:8], dirty, empty, short, later)
    bad: dict[int, dict[str, object]] = {
        made.dirty.pk: {"good": 0, "bad": 1, "fault": "soiled_damaged"},
        made.empty.pk: {"weight": 120},
        made.short.pk: {"good": 1, "expected": 2},
    }
    for each in tickets:
        _over_the_bench(chen, each, bad.get(each.pk, {}))
    assert "没有售后单是这个单号" in words_of(scan(chen, NOBODYS))
    chen.post("bench_book", part=True, waybill=NOBODYS, scan="", weight="1390", photos=picture())
    return made


def _over_the_bench(chen: Visitor, ticket: Ticket, found: dict[str, object]) -> None:
    assert ticket.article in words_of(scan(chen, ticket.return_waybill))
    seen = {"weight": 1380, "photos": picture(more=ticket.return_waybill.encode())} | found
    assert "已登记" in words_of(booked(chen, ticket, **seen))


def test_every_photo_is_in_the_vault_with_its_time_and_hash(day: Day) -> None:
    del day
    photos = list(ParcelPhoto.objects.all())
    assert len(photos) == 12
    assert all(len(each.sha256) == 64 and each.stored_at for each in photos)


def test_the_bad_ones_are_held_with_the_standard_of_their_class_and_who_decides(day: Day) -> None:
    page = text_of(day.chen.get("bench_held"))
    cards = re.findall(r"<section class=\"card-plain\" data-row>.*?</section>", page, re.DOTALL)
    held = {number: card for card in cards for number in re.findall(r"SF139\d+", card)[:1]}
    why = {day.dirty: "脏污或损坏", day.empty: "重量明显偏轻", day.short: "件数不足"}
    assert set(held) == {each.return_waybill for each in why}
    assert all(said in held[each.return_waybill] for each, said in why.items())
    assert all("《七日无理由退货暂行办法》第九条（三）" in card and "lead" in card for card in held.values())


def test_the_good_ones_are_confirmed_and_paid_back_in_one_go(day: Day) -> None:
    offered = picks(day.agent.get("bench_good"))
    assert {int(each.split(":")[0]) for each in offered} == {each.pk for each in day.fine}
    sure = day.agent.post("bench_confirm", pick=offered)
    assert "8 单，¥1,032.00" in words_of(sure)
    done = day.agent.post("bench_confirm", pick=picks(sure), sure=1)
    assert "已确认 8 单，¥1,032.00" in words_of(done)
    paid = Action.objects.values_list("ticket", "verb", "amount_fen")
    assert sorted(paid) == [(each.pk, "refund_received", 12900) for each in day.fine]
    assert "没有待确认的" in words_of(day.agent.get("bench_good"))


def test_the_one_without_a_ticket_is_claimed_by_the_number_of_its_order(day: Day) -> None:
    nobodys = Parcel.objects.get(matched_by="")
    assert NOBODYS in words_of(day.chen.get("bench_nobodys"))
    day.chen.post("bench_claim", nobodys.pk, number=day.later.order_no)
    assert Match.objects.get(parcel=nobodys).ticket == day.later
    assert "没有无主件" in words_of(day.chen.get("bench_nobodys"))
    day.later.refresh_from_db()
    assert day.later.goods_state == "back"
