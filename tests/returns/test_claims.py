from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from aftersale.domain.states import Goods
from aftersale.returns.claims import ClaimRefused, claim, match_unclaimed, unclaim
from aftersale.returns.models import Match, Parcel
from aftersale.tickets.models import Answer, Ticket
from aftersale.tickets.warehouse import with_goods_here
from tests.returns.bench import WAYBILL, book, box, coming_back, is_whole, judged_on, kinds, person
from tests.tickets.taking.notices import NOW, shop

if TYPE_CHECKING:
    from aftersale.shops.models import Person, Shop

pytestmark = pytest.mark.django_db
LATER = NOW + timedelta(hours=2)


@pytest.fixture
def of() -> Shop:
    return shop()


@pytest.fixture
def chen() -> Person:
    return person()


def test_nobodys_parcel_is_claimed_for_a_ticket(of: Shop, chen: Person) -> None:
    ticket = coming_back(of, return_waybill=None)
    book(of, chen, box())
    parcel = Parcel.objects.get()
    assert claim(parcel.pk, ticket, chen.pk, LATER) is True
    parcel.refresh_from_db()
    assert (parcel.matched_by, ticket.goods_state) == ("person", "inspected")
    assert kinds(ticket) == ["imported", "goods_received"]
    assert kinds(parcel) == ["received", "matched"]
    assert judged_on(ticket)["goods_back"] is True


def test_a_claim_twice_is_one(of: Shop, chen: Person) -> None:
    ticket = coming_back(of, return_waybill=None)
    book(of, chen, box())
    parcel = Parcel.objects.get()
    claim(parcel.pk, ticket, chen.pk, LATER)
    assert claim(parcel.pk, ticket, chen.pk, LATER) is False
    assert Match.objects.count() == 1


def test_a_parcel_is_not_claimed_for_a_ticket_of_another_shop(of: Shop, chen: Person) -> None:
    ticket = coming_back(shop("二店"))
    book(of, chen, box())
    with pytest.raises(ClaimRefused) as refusal:
        claim(Parcel.objects.get().pk, ticket, chen.pk, LATER)
    assert refusal.value.code == "parcel.other_shop"


def test_a_claim_that_is_taken_back_leaves_the_ticket_as_it_was_and_is_not_made_again(
    of: Shop, chen: Person
) -> None:
    ticket = coming_back(of)
    book(of, chen, box())
    parcel = Parcel.objects.get()
    ticket.refresh_from_db()
    unclaim(parcel.pk, ticket, chen.pk, LATER)
    parcel.refresh_from_db()
    assert (parcel.matched_by, ticket.goods_state) == ("", "coming_back")
    assert judged_on(ticket)["goods_back"] is False
    assert not Answer.objects.filter(withdrawn_at=None).exists()
    assert kinds(ticket) == ["imported", "goods_received", "goods_taken_off"]
    assert kinds(parcel) == ["received", "matched", "unmatched"]
    assert is_whole(ticket)
    assert match_unclaimed(of.pk, LATER) == 0
    assert claim(parcel.pk, ticket, chen.pk, LATER) is True


def test_taking_back_one_of_two_parcels_leaves_the_goods_at_the_shop(of: Shop, chen: Person) -> None:
    ticket = coming_back(of)
    book(of, chen, box(), box(waybill="YT2"))
    claim(Parcel.objects.get(waybill="YT2").pk, Ticket.objects.get(pk=ticket.pk), chen.pk, LATER)
    ticket.refresh_from_db()
    unclaim(Parcel.objects.get(waybill=WAYBILL).pk, ticket, chen.pk, LATER)
    assert ticket.goods_state == Goods.INSPECTED
    assert judged_on(ticket)["goods_back"] is True


def test_what_nobody_claimed_cannot_be_taken_back(of: Shop, chen: Person) -> None:
    ticket = coming_back(of, return_waybill=None)
    book(of, chen, box())
    with pytest.raises(ClaimRefused):
        unclaim(Parcel.objects.get().pk, ticket, chen.pk, LATER)


@pytest.mark.parametrize("waybill", [WAYBILL, WAYBILL.lower()])
def test_a_parcel_that_came_before_its_ticket_is_matched_when_the_ticket_comes(
    of: Shop, chen: Person, waybill: str
) -> None:
    book(of, chen, box())
    assert match_unclaimed(of.pk, LATER) == 0
    ticket = coming_back(of, return_waybill=waybill)
    assert match_unclaimed(of.pk, LATER) == 1
    ticket.refresh_from_db()
    assert ticket.goods_state == "inspected"
    assert match_unclaimed(of.pk, LATER) == 0
    assert kinds(ticket) == ["imported", "goods_received"]


def test_it_is_matched_by_order_number_too_when_the_ticket_comes(of: Shop, chen: Person) -> None:
    book(of, chen, box(order_no=f"69{3:017}"))
    coming_back(of, 3, return_waybill=None)
    assert match_unclaimed(of.pk, LATER) == 1
    assert Parcel.objects.get().matched_by == "order"


def test_a_second_ticket_of_the_same_box_is_matched_when_it_comes(of: Shop, chen: Person) -> None:
    coming_back(of, 1)
    book(of, chen, box(article_no=""))
    second = coming_back(of, 2)
    assert match_unclaimed(of.pk, LATER) == 1
    second.refresh_from_db()
    assert second.goods_state == "inspected"
    assert Match.objects.count() == 2


def test_five_hundred_parcels_of_nobody_are_looked_through_in_pages(
    of: Shop, chen: Person, django_assert_max_num_queries: pytest.FixtureRequest
) -> None:
    Parcel.objects.bulk_create(
        Parcel(
            shop=of,
            waybill=f"ZZ{number}",
            arrived_at=NOW,
            recorded_at=NOW,
            recorded_by=chen,
            digest=b"\0" * 32,
        )
        for number in range(500)
    )
    with django_assert_max_num_queries(12):  # type: ignore[operator]
        assert match_unclaimed(of.pk, LATER) == 0


@pytest.mark.parametrize(
    ("answers", "before", "said", "after"),
    [
        ({"goods_back": True}, "back", "coming_back", "back"),
        ({"goods_back": True}, "inspected", "with_buyer", "inspected"),
        ({"goods_back": True}, "sent", "coming_back", "coming_back"),
        ({"goods_back": True}, "back", "lost", "lost"),
        ({}, "back", "coming_back", "coming_back"),
        ({"goods_back": False}, "back", "coming_back", "coming_back"),
    ],
)
def test_what_the_warehouse_has_the_platform_does_not_send_on_its_way_again(
    answers: dict[str, object], before: str, said: str, after: str
) -> None:
    states = {"goods_state": said, "contradicted": f"money:paid>none,goods:{before}>{said}"}
    kept = with_goods_here(states, answers, before)
    assert kept["goods_state"] == after
    assert (kept["contradicted"] == "money:paid>none") == (after != said)
