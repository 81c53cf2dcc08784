from __future__ import annotations

import re
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from aftersale.domain.roles import Role
from aftersale.returns.models import Match, Parcel, ParcelLine, ParcelPhoto
from aftersale.shops.models import Membership, Product
from aftersale.tickets.models import Action, OrderLine, Ticket
from tests.api.desk import make_shop, now
from tests.pages.bench_desk import JPEG, booked, coming, picks, picture, register, scan
from tests.pages.desk import kinds, queries, text_of, visitor, words_of

if TYPE_CHECKING:
    from collections.abc import Callable

    from aftersale.shops.models import Person, Shop
    from tests.pages.desk import Visitor

pytestmark = pytest.mark.django_db
CLASS_STANDARD = "第九条（三）"


@pytest.fixture(autouse=True)
def dresses(shop: Shop) -> None:
    """Let the register know what a dress is and weighs."""
    register(shop)


@pytest.fixture
def chen(as_role: Callable[[Role], Visitor]) -> Visitor:
    return as_role(Role.WAREHOUSE)


def test_the_scan_field_waits_with_the_focus_and_one_enter_looks_up(chen: Visitor) -> None:
    page = text_of(chen.get("bench"))
    assert re.search(r'<input id="scan" name="waybill"[^>]+autofocus', page)
    assert 'method="get" action="/bench/"' in page


def test_a_scanned_label_shows_article_claim_and_what_its_class_asks_for(shop: Shop, chen: Visitor) -> None:
    ticket = coming(shop)
    page = words_of(scan(chen, f" {ticket.return_waybill.lower()} "))
    for said in ("碎花连衣裙 M", "退货退款", "DRS-M", CLASS_STANDARD, "商标标识被摘", "吊牌、标识被摘剪"):
        assert said in page


def test_the_class_of_goods_decides_what_is_looked_at(shop: Shop, chen: Visitor) -> None:
    Product.objects.create(shop=shop, article_no="EAR", facts={"category": "electronics"}, changed_at=now())
    page = words_of(scan(chen, coming(shop, article_no="EAR").return_waybill))
    assert "第九条（二）" in page
    assert "已激活" in page
    assert "吊牌、标识被摘剪" not in page


def test_enter_books_the_parcel_says_so_aloud_and_gives_the_field_back(shop: Shop, chen: Visitor) -> None:
    ticket = coming(shop)
    answer = booked(chen, ticket, weight=1380, remark="盒子压扁了")
    page = text_of(answer)
    assert answer["HX-Push-Url"] == "/bench/"
    assert re.search(r'<input id="scan" name="waybill"[^>]+data-focus', page)
    said = page[page.index('id="bench-said"') :]
    assert f"{ticket.return_waybill} 已登记 · 碎花连衣裙 M · 完好" in said
    parcel = Parcel.objects.get()
    assert (parcel.weight_g, parcel.remark) == (1380, "盒子压扁了")
    assert kinds(ticket)[-1] == "goods_received"


def test_a_page_without_script_books_as_well(shop: Shop, chen: Visitor) -> None:
    ticket = coming(shop)
    typed = {"waybill": ticket.return_waybill, "scan": "", f"good-{ticket.pk}": "1"}
    answer = chen.client.post(reverse("bench_book"), typed, follow=True)
    assert "已登记" in words_of(answer)
    assert answer.redirect_chain == [("/bench/", 302)]


def test_a_parcel_scanned_again_says_when_and_by_whom_it_was_booked(shop: Shop, chen: Visitor) -> None:
    ticket = coming(shop)
    booked(chen, ticket)
    assert "已登记过" in words_of(scan(chen, ticket.return_waybill))
    assert "之前登记过，没有变化" in words_of(booked(chen, ticket))
    assert kinds(ticket).count("goods_received") == 1


def test_another_count_takes_the_place_of_the_first(shop: Shop, chen: Visitor) -> None:
    ticket = coming(shop)
    booked(chen, ticket, good=0, bad=1, fault="soiled_damaged")
    assert 'value="soiled_damaged" checked' in text_of(scan(chen, ticket.return_waybill))
    assert "完好" in words_of(booked(chen, ticket))
    assert Match.objects.get().classes == []
    assert "吊牌" not in words_of(chen.get("bench_held"))


def test_a_gun_that_fires_twice_books_nothing_unseen(shop: Shop, chen: Visitor) -> None:
    ticket, other = coming(shop), coming(shop, 2)
    for again in (ticket.return_waybill, other.return_waybill):
        answer = chen.post("bench_book", part=True, waybill=ticket.return_waybill, scan=again)
        assert answer.status_code == 422
        assert answer["HX-Retarget"] == "#bench-said"
        assert "还没登记" in words_of(answer)
    assert not Parcel.objects.exists()


@pytest.mark.parametrize(
    ("found", "counted", "odd"),
    [
        ({"fault": "soiled_damaged"}, (0, 1), "有不良品"),
        ({"came": "empty"}, (0, 0), "空包"),
        ({"came": "swapped", "instead": "旧杯子"}, (0, 0), "不是这件商品"),
        ({"weight": 120}, (1, 0), "重量明显偏轻"),
        ({"expected": 2}, (1, 0), "件数不足"),
    ],
)
def test_one_touch_says_what_is_wrong_with_the_one_piece_that_was_to_come(
    shop: Shop, chen: Visitor, found: dict[str, object], counted: tuple[int, int], odd: str
) -> None:
    said = words_of(booked(chen, coming(shop), **found))
    assert "先扣下" in said
    assert odd in said
    line = ParcelLine.objects.get(article_no="DRS-M")
    assert (line.good, line.bad) == counted


@pytest.mark.parametrize(
    ("found", "why"),
    [
        ({"good": 0}, "还没填件数"),
        ({"good": 2, "expected": 2, "fault": "soiled_damaged"}, "不良品却是 0"),
        ({"good": 0, "came": "swapped"}, "换成了什么"),
        ({"good": "1.5"}, "没看懂数字"),
        ({"weight": "99999999999"}, "没看懂数字"),
        ({"photos": SimpleUploadedFile("a.jpg", b"<html>")}, "不支持这种文件"),
    ],
)
def test_what_cannot_be_is_refused_beside_the_form_and_nothing_is_booked(
    shop: Shop, chen: Visitor, found: dict[str, object], why: str
) -> None:
    answer = booked(chen, coming(shop), **found)
    assert answer.status_code == 422
    assert why in words_of(answer)
    assert not Parcel.objects.exists()


def test_what_is_no_tracking_number_is_named(chen: Visitor) -> None:
    answer = scan(chen, "https://example.cn/?a=1")
    assert answer.status_code == 422
    assert "不像快递单号" in words_of(answer)
    assert "不像快递单号" in words_of(chen.get("bench", waybill="？！"))


def test_a_soiled_dress_is_judged_by_its_class_at_once(shop: Shop, chen: Visitor) -> None:
    ticket = coming(shop)
    booked(chen, ticket, good=0, bad=1, fault=["tags_removed", "soiled_damaged"])
    ticket.refresh_from_db()
    assert kinds(ticket)[-2:] == ["goods_received", "goods_inspected"]
    assert ticket.rule_id == "N06"


def test_a_swapped_article_holds_its_ticket_for_a_person(shop: Shop, chen: Visitor) -> None:
    ticket = coming(shop)
    booked(chen, ticket, good=0, bad=0, came="swapped", instead="旧毛巾")
    ticket.refresh_from_db()
    assert ticket.needs_person
    page = words_of(chen.get("bench_held"))
    assert "不是这件商品" in page
    assert "旧毛巾" in page


def test_photos_land_with_time_and_hash_and_are_sent_to_who_may_look(
    shop: Shop, chen: Visitor, agent: Visitor, stranger: Visitor
) -> None:
    booked(chen, coming(shop), camera=picture(), photos=picture("IMG_2.jpg", b"2"))
    parcel, photo = Parcel.objects.get(), ParcelPhoto.objects.order_by("pk")[0]
    assert ParcelPhoto.objects.count() == 2
    assert len(photo.sha256) == 64
    assert photo.stored_at - now() < timedelta(minutes=1)
    sent = agent.get("bench_photo", parcel.pk, photo.pk)
    assert sent.content == JPEG
    assert sent["Content-Disposition"].startswith("attachment")
    assert stranger.get("bench_photo", parcel.pk, photo.pk).status_code == 404
    assert agent.get("bench_photo", parcel.pk, 99).status_code == 404
    assert photo.sha256[:8] in text_of(chen.get("bench_parcel", parcel.pk))


def test_more_photos_can_be_added_later(shop: Shop, chen: Visitor, agent: Visitor) -> None:
    booked(chen, coming(shop))
    parcel = Parcel.objects.get()
    assert chen.post("bench_photos", parcel.pk).status_code == 422
    assert (
        agent.client.post(reverse("bench_photos", args=[parcel.pk]), {"photos": picture()}).status_code == 403
    )
    chen.client.post(reverse("bench_photos", args=[parcel.pk]), {"photos": picture()})
    assert ParcelPhoto.objects.get().parcel == parcel


def test_a_foreign_ticket_is_unknown_at_this_bench(elsewhere: Shop, chen: Visitor) -> None:
    foreign = coming(elsewhere)
    assert "没有售后单是这个单号" in words_of(scan(chen, foreign.return_waybill))


def test_who_works_for_two_shops_names_the_shop_of_an_unknown_parcel(
    shop: Shop, people: dict[Role, Person]
) -> None:
    other, chen = make_shop("二店"), people[Role.WAREHOUSE]
    Membership.objects.create(person=chen, shop=other, role=Role.WAREHOUSE)
    who, known = visitor(chen), coming(shop, return_waybill=None)
    assert "二店" in words_of(scan(who, "YT900"))
    who.post("bench_book", part=True, waybill="YT900", scan="", shop=other.pk, weight="350")
    assert Parcel.objects.get(waybill="YT900").shop == other
    # An order number that only one shop knows says it by itself.
    who.post("bench_book", part=True, waybill="YT901", scan="", shop=other.pk, order_no=known.order_no)
    assert Match.objects.get().ticket == known


def test_an_unknown_parcel_of_a_foreign_shop_is_not_booked(chen: Visitor, elsewhere: Shop) -> None:
    answer = chen.post("bench_book", part=True, waybill="YT900", scan="", shop=elsewhere.pk)
    assert answer.status_code == 422
    assert not Parcel.objects.exists()


def test_the_warehouse_reads_who_can_confirm_and_cannot_do_it(shop: Shop, chen: Visitor) -> None:
    booked(chen, coming(shop))
    page = chen.get("bench_good")
    assert "lead" in words_of(page)
    assert 'name="pick"' not in text_of(page)
    ticket = Ticket.objects.get()
    refused = chen.post("bench_confirm", pick=f"{ticket.pk}:{ticket.sequence}", sure=1)
    assert refused.status_code == 403
    assert not Action.objects.exists()


def test_a_dry_run_writes_nothing_and_a_second_confirmation_pays_nothing(
    shop: Shop, chen: Visitor, agent: Visitor
) -> None:
    for number in (1, 2):
        booked(chen, coming(shop, number))
    offered = picks(agent.get("bench_good"))
    sure = agent.post("bench_confirm", pick=offered)
    assert "2 单，¥258.00" in words_of(sure)
    assert not Action.objects.exists()
    _first, done = (agent.post("bench_confirm", pick=picks(sure), sure=1, vouched=1) for _ in range(2))
    assert Action.objects.filter(verb="refund_received").count() == 2
    assert "2 单没有成功" in words_of(done)


def test_one_that_fails_says_why_and_the_others_go_on(shop: Shop, chen: Visitor, agent: Visitor) -> None:
    tickets = [coming(shop, number) for number in (1, 2)]
    for each in tickets:
        booked(chen, each)
    offered = picks(agent.get("bench_good"))
    Ticket.objects.filter(pk=tickets[0].pk).update(sequence=99)
    done = agent.post("bench_confirm", pick=offered, sure=1, vouched=1)
    assert "有人处理过" in words_of(done)
    assert Action.objects.get().ticket == tickets[1]


def test_where_nobody_knows_what_was_paid_a_person_vouches(shop: Shop, chen: Visitor, agent: Visitor) -> None:
    booked(chen, coming(shop))
    OrderLine.objects.update(paid_fen=None)
    offered = picks(agent.get("bench_good"))
    assert "不知道实付" in words_of(agent.post("bench_confirm", pick=offered))
    assert "不知道买家实付" in words_of(agent.post("bench_confirm", pick=offered, sure=1))
    agent.post("bench_confirm", pick=offered, sure=1, vouched=1)
    assert Action.objects.get().amount_fen == 12900


def test_nothing_picked_is_said(agent: Visitor) -> None:
    assert agent.post("bench_confirm").status_code == 422


def test_a_stranger_finds_no_parcel_and_confirms_none(shop: Shop, chen: Visitor, stranger: Visitor) -> None:
    ticket = coming(shop)
    booked(chen, ticket)
    parcel = Parcel.objects.get()
    calls = [
        stranger.get("bench_parcel", parcel.pk),
        stranger.post("bench_claim", parcel.pk, number=ticket.order_no),
        stranger.post("bench_unclaim", parcel.pk, ticket.pk),
        stranger.post("bench_photos", parcel.pk),
        stranger.post("bench_confirm", pick=f"{ticket.pk}:{ticket.sequence}", sure=1),
    ]
    assert {each.status_code for each in calls} == {404}
    for name in ("bench_good", "bench_held", "bench_signed", "bench_nobodys"):
        assert "碎花连衣裙" not in text_of(stranger.get(name))


def test_what_the_carrier_handed_over_waits_with_its_time_until_it_is_counted(
    shop: Shop, chen: Visitor
) -> None:
    late, soon = coming(shop, 1), coming(shop, 2)
    Ticket.objects.update(goods_state="back")
    Ticket.objects.filter(pk=soon.pk).update(queue_at=now(), due_at=now() + timedelta(minutes=50))
    page = text_of(chen.get("bench_signed"))
    assert page.index(soon.ticket_no) < page.index(late.ticket_no)
    assert "clock-red" in page
    booked(chen, soon)
    assert soon.ticket_no not in text_of(chen.get("bench_signed"))


def test_a_claim_can_be_taken_back(shop: Shop, chen: Visitor) -> None:
    ticket = coming(shop)
    booked(chen, ticket, good=0, bad=1, fault="soiled_damaged")
    parcel = Parcel.objects.get()
    answer = chen.post("bench_unclaim", parcel.pk, ticket.pk)
    assert answer.status_code == 302
    assert parcel.waybill in text_of(chen.get("bench_nobodys"))
    assert "碎花连衣裙" not in text_of(chen.get("bench_held"))


def test_an_order_with_two_tickets_asks_which(shop: Shop, chen: Visitor) -> None:
    one, two = coming(shop, 1, return_waybill=None), coming(shop, 2, return_waybill=None)
    Ticket.objects.filter(pk=two.pk).update(order_no=one.order_no)
    chen.post("bench_book", part=True, waybill="YT1", scan="", weight="300")
    parcel = Parcel.objects.get()
    answer = chen.post("bench_claim", parcel.pk, number=one.order_no)
    page = text_of(chen.client.get(answer["Location"]))
    assert one.ticket_no in page
    assert two.ticket_no in page
    chen.post("bench_claim", parcel.pk, ticket=two.pk)
    assert Match.objects.get().ticket == two


def test_a_number_that_no_ticket_has_is_said(shop: Shop, chen: Visitor) -> None:
    del shop
    chen.post("bench_book", part=True, waybill="YT1", scan="", weight="300")
    parcel = Parcel.objects.get()
    answer = chen.post("bench_claim", parcel.pk, number="12345678")
    assert answer.status_code == 422
    assert "没有订单号或售后单号是" in words_of(answer)
    assert chen.post("bench_claim", parcel.pk).status_code == 422


def test_a_parcel_of_nobody_can_be_counted_again(chen: Visitor) -> None:
    chen.post("bench_book", part=True, waybill="YT1", scan="", weight="300")
    assert 'value="300"' in text_of(scan(chen, "YT1"))
    answer = chen.post("bench_book", part=True, waybill="YT1", scan="", weight="310", good="2")
    assert "先放无主件" in words_of(answer)
    parcel = Parcel.objects.get()
    assert (parcel.weight_g, parcel.lines.get().good) == (310, 2)
    assert 'name="good" type="number" inputmode="numeric" min="0" max="100000" value="2"' in text_of(
        scan(chen, "YT1")
    )


def test_an_unknown_parcel_is_claimed_by_an_order_of_another_shop_of_the_same_warehouse(
    shop: Shop, people: dict[Role, Person]
) -> None:
    other, chen = make_shop("二店"), people[Role.WAREHOUSE]
    Membership.objects.create(person=chen, shop=other, role=Role.WAREHOUSE)
    who, ticket = visitor(chen), coming(other, return_waybill=None)
    who.post("bench_book", part=True, waybill="YT900", scan="", shop=shop.pk, weight="350", photos=picture())
    first = Parcel.objects.get()
    assert ticket.ticket_no in text_of(who.get("bench_parcel", first.pk, number=ticket.order_no))
    assert who.post("bench_claim", first.pk, number=ticket.order_no).status_code == 302
    match = Match.objects.get()
    assert (match.ticket, match.parcel.shop, match.parcel.weight_g) == (ticket, other, 350)
    assert match.parcel.photos.count() == 1
    assert "没有无主件" in words_of(who.get("bench_nobodys"))
    assert "另一家店铺" in words_of(who.get("bench_parcel", first.pk))
    assert "碎花连衣裙 M" in words_of(scan(who, "YT900"))


def test_a_parcel_is_not_claimed_for_a_ticket_of_a_foreign_shop(chen: Visitor, elsewhere: Shop) -> None:
    foreign = coming(elsewhere, return_waybill=None)
    chen.post("bench_book", part=True, waybill="YT1", scan="", weight="300")
    parcel = Parcel.objects.get()
    assert chen.post("bench_claim", parcel.pk, ticket=foreign.pk).status_code == 404
    assert chen.post("bench_claim", parcel.pk, number=foreign.order_no).status_code == 422
    assert not Match.objects.exists()


@pytest.mark.parametrize("name", ["bench_held", "bench_good", "bench_nobodys", "bench_signed"])
def test_a_long_list_takes_as_many_statements_as_a_short_one(shop: Shop, lead: Visitor, name: str) -> None:
    def brings(numbers: range) -> int:
        for number in numbers:
            booked(lead, coming(shop, 3 * number))
            booked(
                lead, coming(shop, 3 * number + 1), good=0, bad=1, fault="soiled_damaged", photos=picture()
            )
            Ticket.objects.filter(pk=coming(shop, 3 * number + 2).pk).update(goods_state="back")
            lead.post("bench_book", part=True, waybill=f"YT{number}", scan="", weight="300")
        return queries(lead, reverse(name))

    assert brings(range(1, 2)) == brings(range(2, 5))
