"""Goodwill is held within its stock, budget and days, once a ticket, and is there again when taken back."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from functools import partial
from typing import TYPE_CHECKING

import pytest
from django.db import IntegrityError, connection, connections, transaction

from aftersale.domain.roles import Role
from aftersale.shops import goodwill as flows
from aftersale.shops.goodwill import GoodwillRefused, Kept
from aftersale.shops.models import Goodwill, GoodwillGiven
from tests.api.desk import make_person, make_shop

if TYPE_CHECKING:
    from aftersale.shops.models import Person, Shop

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 5, 10, 4, tzinfo=UTC)
TODAY = date(2026, 5, 10)
GIFT = Kept("gift", "收纳袋", "", 1_500, 600, 3, 1_300, date(2026, 5, 1), date(2026, 5, 31))


@pytest.fixture
def shop() -> Shop:
    return make_shop("补偿店")


@pytest.fixture
def lead(shop: Shop) -> Person:
    return make_person("goodwill-lead", Role.LEAD, shop)


def kept(shop: Shop, lead: Person, wanted: Kept = GIFT) -> Goodwill:
    flows.keep(shop, wanted, lead, NOW)
    return Goodwill.objects.latest("pk")


def test_the_budget_ends_before_the_stock_and_a_refused_one_leaves_nothing(shop: Shop, lead: Person) -> None:
    gift = kept(shop, lead)
    # 6.00 and 6.00 of 13.00; the third would make 18.00.
    for ticket in (1, 2):
        flows.hold(gift, ticket, "", lead, NOW)
    with pytest.raises(GoodwillRefused) as refused:
        flows.hold(gift, 3, "", lead, NOW)
    assert refused.value.code == "goodwill.gone"
    gift.refresh_from_db()
    assert (gift.given, gift.spent_fen, GoodwillGiven.objects.count()) == (2, 1_200, 2)


def test_the_stock_ends_before_the_budget(shop: Shop, lead: Person) -> None:
    gift = kept(shop, lead, replace(GIFT, stock=1, budget_fen=None))
    flows.hold(gift, 1, "", lead, NOW)
    assert not flows.left(shop.pk, TODAY).exists()
    with pytest.raises(GoodwillRefused):
        flows.hold(gift, 2, "", lead, NOW)


@pytest.mark.django_db(transaction=True)
def test_many_hands_at_once_never_give_more_than_there_is() -> None:
    shop = make_shop("抢着给")
    lead = make_person("hands", Role.LEAD, shop)
    gift = kept(shop, lead, replace(GIFT, stock=3, budget_fen=None))
    # A database in memory belongs to one connection; there the hands take turns.
    if connection.vendor == "postgresql":
        with ThreadPoolExecutor(8) as pool:
            won = sum(pool.map(partial(_try, gift, lead), range(16)))
    else:
        won = sum(_take_turn(gift, lead, ticket) for ticket in range(16))
    gift.refresh_from_db()
    assert (won, gift.given, gift.spent_fen, GoodwillGiven.objects.count()) == (3, 3, 1_800, 3)


def _try(gift: Goodwill, lead: Person, ticket: int) -> int:
    try:
        return _take_turn(gift, lead, ticket)
    finally:
        connections.close_all()


def _take_turn(gift: Goodwill, lead: Person, ticket: int) -> int:
    try:
        flows.hold(gift, ticket, "", lead, NOW)
    except GoodwillRefused:
        return 0
    return 1


@pytest.mark.parametrize(("day", "can"), [(-10, False), (-9, True), (0, True), (21, True), (22, False)])
def test_it_can_be_given_from_its_first_day_to_its_last(
    shop: Shop,
    lead: Person,
    day: int,
    can: bool,  # noqa: FBT001
) -> None:
    kept(shop, lead)
    assert flows.left(shop.pk, TODAY + timedelta(days=day)).exists() is can


def test_one_ticket_holds_one_and_another_after_it_was_taken_back(shop: Shop, lead: Person) -> None:
    gift = kept(shop, lead)
    first = flows.hold(gift, 1, "", lead, NOW)
    with pytest.raises(GoodwillRefused) as refused:
        flows.hold(gift, 1, "", lead, NOW)
    assert refused.value.code == "goodwill.given_already"
    flows.withdraw(first, NOW)
    with pytest.raises(GoodwillRefused):
        flows.withdraw(first, NOW)
    with pytest.raises(GoodwillRefused):
        flows.deliver(first, NOW)
    flows.hold(gift, 1, "", lead, NOW)
    gift.refresh_from_db()
    assert (gift.given, gift.spent_fen) == (1, 600)


def test_what_was_handed_over_is_not_taken_back_and_used_once(shop: Shop, lead: Person) -> None:
    given = flows.hold(kept(shop, lead), 1, "", lead, NOW)
    with pytest.raises(GoodwillRefused):
        flows.use(given, NOW)
    flows.deliver(given, NOW)
    with pytest.raises(GoodwillRefused):
        flows.withdraw(given, NOW)
    flows.use(given, NOW)
    with pytest.raises(GoodwillRefused):
        flows.use(given, NOW)


def test_what_has_ended_is_given_no_more_and_ends_once(shop: Shop, lead: Person) -> None:
    gift = kept(shop, lead)
    flows.end(shop, gift.pk, NOW)
    with pytest.raises(GoodwillRefused):
        flows.hold(gift, 1, "", lead, NOW)
    with pytest.raises(GoodwillRefused):
        flows.end(shop, gift.pk, NOW)
    with pytest.raises(GoodwillRefused):
        flows.end(make_shop("别的补偿店"), gift.pk, NOW)


def test_the_database_itself_keeps_the_limits(shop: Shop, lead: Person) -> None:
    gift = kept(shop, lead)
    for beyond in ({"given": 4}, {"spent_fen": 1_301}, {"spent_fen": -1}):
        with pytest.raises(IntegrityError), transaction.atomic():
            Goodwill.objects.filter(pk=gift.pk).update(**beyond)


def test_coupons_count_as_not_used_only_when_they_have_ended(shop: Shop, lead: Person) -> None:
    coupon = kept(shop, lead, replace(GIFT, kind="coupon", stock=None, budget_fen=None))
    assert coupon.cost_fen == coupon.worth_fen == 1_500
    for ticket in range(4):
        given = flows.hold(coupon, ticket, "", lead, NOW)
        if ticket:
            flows.deliver(given, NOW)
        if ticket == 1:
            flows.use(given, NOW)
    # Three handed over, one used; on the last day the two others may yet be used.
    assert flows.coupon_use(shop.pk, date(2026, 5, 31))["coupon_use_bp"] == (1, 1)
    assert flows.coupon_use(shop.pk, date(2026, 6, 1))["coupon_use_bp"] == (1, 3)


@pytest.mark.parametrize(
    "wanted",
    [
        replace(GIFT, kind="money"),
        replace(GIFT, name="  "),
        replace(GIFT, cost_fen=None),
        replace(GIFT, worth_fen=10**9),
        replace(GIFT, stock=10**7),
        replace(GIFT, until=date(2026, 4, 30)),
        replace(GIFT, text="五星好评送"),
    ],
)
def test_what_cannot_be_kept_is_refused(shop: Shop, lead: Person, wanted: Kept) -> None:
    with pytest.raises(GoodwillRefused):
        flows.keep(shop, wanted, lead, NOW)
    assert not Goodwill.objects.exists()
