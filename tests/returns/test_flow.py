from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from aftersale.evidence.models import Event, PersonalValue
from aftersale.returns.counted import CountedLine
from aftersale.returns.flow import AHEAD, Taken, tally
from aftersale.returns.models import Match, Parcel, ParcelLine
from aftersale.shops.models import Product
from aftersale.tickets.models import Answer
from tests.returns.bench import WAYBILL, book, box, coming_back, is_whole, judged_on, kinds, person
from tests.tickets.taking.notices import NOW, shop, utc

if TYPE_CHECKING:
    from aftersale.shops.models import Person, Shop

pytestmark = pytest.mark.django_db


@pytest.fixture
def of() -> Shop:
    return shop()


@pytest.fixture
def chen() -> Person:
    return person()


def test_a_good_parcel_reaches_its_ticket_by_waybill(of: Shop, chen: Person) -> None:
    ticket = coming_back(of)
    (outcome,) = book(of, chen, box(weight_g=1380))
    ticket.refresh_from_db()
    parcel = Parcel.objects.get()
    assert (outcome.taken, outcome.tickets) == (Taken.NEW, (ticket.ticket_no,))
    assert (parcel.matched_by, parcel.weight_g) == ("waybill", 1380)
    assert ticket.goods_state == "inspected"
    assert kinds(ticket) == ["imported", "goods_received"]
    assert kinds(parcel) == ["received", "matched"]
    assert is_whole(ticket)
    assert is_whole(parcel)


def test_the_judge_hears_that_goods_are_back_and_good(of: Shop, chen: Person) -> None:
    ticket = coming_back(of)
    assert judged_on(ticket)["goods_back"] is False
    book(of, chen, box(arrived_at=NOW - timedelta(hours=1)))
    facts = judged_on(ticket)
    assert facts["goods_back"] is True
    assert facts["return_received_at"] == int((NOW - timedelta(hours=1)).timestamp())
    assert (facts["soiled_damaged"], facts["resalable"], facts["tags_removed"]) == (False, True, False)
    assert not {"soiled_damaged", "resalable", "goods_back"} & facts.unknown
    assert {answer.person_id for answer in Answer.objects.all()} == {chen.pk}


def test_what_only_shows_when_it_is_switched_on_stays_a_question(of: Shop, chen: Person) -> None:
    ticket = coming_back(of)
    book(of, chen, box())
    assert {"activated", "personal_data_left", "repaired_modified"} <= judged_on(ticket).unknown | judged_on(
        ticket
    ).unalleged


def test_bad_pieces_are_a_class_and_a_question_but_no_verdict(of: Shop, chen: Person) -> None:
    ticket = coming_back(of)
    book(of, chen, box(good=0, bad=1))
    facts = judged_on(ticket)
    assert Match.objects.get().classes == ["bad_pieces"]
    assert facts["resalable"] is False
    assert "soiled_damaged" in facts.unknown
    ticket.refresh_from_db()
    assert ticket.proposal != "reject"


@pytest.mark.parametrize(
    ("told", "odd"),
    [
        (box(good=0), ["empty"]),
        (box(expected=2), ["short"]),
        (box(article_no="DRS-M"), ["other_article"]),
        (box(weight_g=120), ["light"]),
        (box(weight_g=689), ["light"]),
        (box(weight_g=690), []),
        (box(weight_g=691), []),
        (box(expected=1), []),
        (box(), []),
        (box(article_no=""), []),
    ],
)
def test_what_does_not_fit_is_named_and_leaves_open_what_came_back(
    of: Shop, chen: Person, told: object, odd: list[str]
) -> None:
    Product.objects.create(
        shop=of, article_no="CUP-350-BL", cells={"发货重量(kg)": "1.38"}, facts={}, changed_at=NOW
    )
    ticket = coming_back(of)
    book(of, chen, told)  # type: ignore[arg-type]
    assert Match.objects.get().classes == odd
    mismatch = judged_on(ticket)["return_mismatch"]
    assert mismatch == ("unknown" if odd else "none")


def test_the_same_parcel_again_changes_nothing(of: Shop, chen: Person) -> None:
    ticket = coming_back(of)
    book(of, chen, box())
    before = list(Parcel.objects.values()), Event.objects.count(), Answer.objects.count()
    (outcome,) = book(of, chen, box(), hours=3)
    assert (outcome.taken, outcome.tickets) == (Taken.UNCHANGED, (ticket.ticket_no,))
    assert (list(Parcel.objects.values()), Event.objects.count(), Answer.objects.count()) == before


def test_another_count_of_a_parcel_takes_the_place_of_the_first_with_an_event(of: Shop, chen: Person) -> None:
    ticket = coming_back(of)
    book(of, chen, box())
    (outcome,) = book(of, chen, box(good=0, bad=1), hours=1)
    assert outcome.taken is Taken.CHANGED
    parcel = Parcel.objects.get()
    assert [(line.good, line.bad) for line in ParcelLine.objects.all()] == [(0, 1)]
    assert parcel.arrived_at == utc(NOW)
    assert kinds(parcel) == ["received", "matched", "recounted"]
    assert kinds(ticket) == ["imported", "goods_received", "goods_recounted"]
    facts = judged_on(ticket)
    assert facts["resalable"] is False
    assert "soiled_damaged" in facts.unknown
    assert Match.objects.get().classes == ["bad_pieces"]


def test_a_parcel_without_a_ticket_is_kept_as_nobodys(of: Shop, chen: Person) -> None:
    outcomes = book(of, chen, box())
    assert Parcel.objects.get().matched_by == ""
    assert tally(outcomes) == {"new": 1, "unclaimed": 1}


def test_a_waybill_of_another_shop_matches_nothing(of: Shop, chen: Person) -> None:
    coming_back(shop("二店"))
    (outcome,) = book(of, chen, box())
    assert outcome.tickets == ()


def test_a_scan_gun_may_write_the_waybill_in_small_letters(of: Shop, chen: Person) -> None:
    coming_back(of)
    (first,) = book(of, chen, box(waybill=f" {WAYBILL.lower()} "))
    (again,) = book(of, chen, box())
    assert (first.taken, again.taken) == (Taken.NEW, Taken.UNCHANGED)
    assert first.tickets


def test_without_a_waybill_on_the_ticket_the_order_number_finds_it(of: Shop, chen: Person) -> None:
    ticket = coming_back(of, return_waybill=None)
    (outcome,) = book(of, chen, box(order_no=ticket.order_no))
    assert outcome.tickets == (ticket.ticket_no,)
    assert Parcel.objects.get().matched_by == "order"


def test_an_order_with_two_open_tickets_is_told_apart_by_the_article(of: Shop, chen: Person) -> None:
    coming_back(of, 1, return_waybill=None)
    other = coming_back(of, 2, return_waybill=None, article_no="DRS-M", product_id="9")
    order = "690000000000000000099"
    type(other).objects.update(order_no=order)
    (unsure,) = book(of, chen, box(order_no=order, article_no=""))
    assert unsure.tickets == ()
    (sure,) = book(of, chen, box(waybill="YT2", order_no=order, article_no="DRS-M"))
    assert sure.tickets == (other.ticket_no,)


def test_one_box_with_goods_of_two_tickets_reaches_both(of: Shop, chen: Person) -> None:
    cup = coming_back(of, 1)
    dress = coming_back(of, 2, article_no="DRS-M", product_id="9")
    lines = CountedLine("CUP-350-BL", 1, 0), CountedLine("DRS-M", 0, 1)
    (outcome,) = book(of, chen, box(lines=lines))
    assert outcome.tickets == (cup.ticket_no, dress.ticket_no)
    classes = dict(Match.objects.values_list("ticket_id", "classes"))
    assert classes == {cup.pk: [], dress.pk: ["bad_pieces"]}


def test_a_ticket_whose_article_is_not_in_the_box_of_its_waybill_still_waits(of: Shop, chen: Person) -> None:
    cup = coming_back(of, 1)
    dress = coming_back(of, 2, article_no="DRS-M", product_id="9")
    (outcome,) = book(of, chen, box())
    assert outcome.tickets == (cup.ticket_no,)
    dress.refresh_from_db()
    assert dress.goods_state == "coming_back"


def test_the_register_tells_that_two_numbers_are_one_article(of: Shop, chen: Person) -> None:
    Product.objects.create(shop=of, article_no="CUP-NEW", product_id="3500000000000000001", changed_at=NOW)
    coming_back(of, article_no=None)
    book(of, chen, box(article_no="CUP-NEW"))
    assert Match.objects.get().classes == []


@pytest.mark.parametrize(("minutes", "taken"), [(14, Taken.NEW), (15, Taken.NEW), (16, Taken.REFUSED)])
def test_nothing_arrives_in_the_future_but_a_clock_may_be_a_little_fast(
    of: Shop, chen: Person, minutes: int, taken: Taken
) -> None:
    (outcome,) = book(of, chen, box(arrived_at=NOW + timedelta(minutes=minutes)))
    assert outcome.taken is taken
    assert outcome.code == (AHEAD if taken is Taken.REFUSED else "")
    assert (outcome.reason is not None) == (taken is Taken.REFUSED)


def test_a_remark_stands_in_no_event_in_clear(of: Shop, chen: Person) -> None:
    book(of, chen, box(remark="买家王小明写了纸条"))
    event = Event.objects.get(kind="received")
    assert "王小明".encode() not in bytes(event.payload)
    assert PersonalValue.objects.get(event=event).value == "买家王小明写了纸条"
    assert Parcel.objects.get().remark == "买家王小明写了纸条"


def test_a_parcel_costs_a_bounded_number_of_statements(
    of: Shop, chen: Person, django_assert_max_num_queries: pytest.FixtureRequest
) -> None:
    for number in range(20):
        coming_back(of, number, return_waybill=f"SF{number}")
    book(of, chen, box(waybill="SF0"))
    with django_assert_max_num_queries(60):  # type: ignore[operator]
        book(of, chen, box(waybill="SF1"))
    with django_assert_max_num_queries(10):  # type: ignore[operator]
        book(of, chen, box(waybill="SF1"))


def test_what_is_odd_is_held_on_the_ticket_until_a_count_finds_nothing_odd(of: Shop, chen: Person) -> None:
    ticket = coming_back(of)
    book(of, chen, box(good=0, bad=1))
    ticket.refresh_from_db()
    assert (ticket.goods_state, ticket.held) == ("back", "bad_pieces")
    book(of, chen, box(good=1, bad=0))
    ticket.refresh_from_db()
    assert (ticket.goods_state, ticket.held) == ("inspected", "")
