from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING

import pytest

from aftersale.domain.clock import SHANGHAI
from aftersale.shops.duty import Reach, leads, nobody_tonight, on_duty, reachable, tonight
from aftersale.shops.models import Duty, Membership, NotifyTarget, Person, Shop

if TYPE_CHECKING:
    from pytest_django import DjangoAssertNumQueries

pytestmark = pytest.mark.django_db
SECOND = timedelta(seconds=1)


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=SHANGHAI)


EVENING, MORNING = at("2026-06-08 18:00"), at("2026-06-09 09:00")


@pytest.fixture
def shop() -> Shop:
    return Shop.objects.create(platform="douyin", name="花花小店", created_at=EVENING)


def person(name: str, *, reached: bool = True) -> Person:
    made = Person.objects.create(username=name, name=name)
    if reached:
        NotifyTarget.objects.create(person=made, name="群", url="wecombot://12345678")
    return made


def serve(shop: Shop, who: Person, starts_at: datetime, ends_at: datetime, *, lead: bool = False) -> None:
    Duty.objects.create(shop=shop, person=who, starts_at=starts_at, ends_at=ends_at, leads=lead)


def spans(now: datetime) -> list[tuple[datetime, datetime, Reach]]:
    return [(gap.starts_at, gap.ends_at, gap.reach) for gap in nobody_tonight(now)]


def test_a_person_is_on_duty_from_the_first_second_to_before_the_last(shop: Shop) -> None:
    who = person("小李")
    serve(shop, who, EVENING, MORNING)
    assert on_duty(shop, EVENING - SECOND) == []
    assert on_duty(shop, EVENING) == [who]
    assert on_duty(shop, MORNING - SECOND) == [who]
    assert on_duty(shop, MORNING) == []


def test_who_has_left_is_not_on_duty(shop: Shop) -> None:
    who = person("小李")
    serve(shop, who, EVENING, MORNING)
    Person.objects.update(is_active=False)
    assert on_duty(shop, EVENING) == []
    assert reachable() == set()


def test_the_lead_on_duty_is_asked_before_the_leads_by_role(shop: Shop) -> None:
    boss, lead, agent = person("店主"), person("主管"), person("客服")
    Membership.objects.create(shop=shop, person=boss, role="owner")
    Membership.objects.create(shop=shop, person=agent, role="agent")
    assert leads(shop, EVENING) == [boss]
    serve(shop, lead, EVENING, MORNING, lead=True)
    assert leads(shop, EVENING) == [lead]
    assert on_duty(shop, EVENING) == []
    assert leads(shop, MORNING) == [boss]


@pytest.mark.parametrize(
    ("now", "begin", "end"),
    [
        ("2026-06-08 10:00", "2026-06-08 18:00", "2026-06-09 09:00"),
        ("2026-06-08 23:30", "2026-06-08 23:30", "2026-06-09 09:00"),
        ("2026-06-09 00:00", "2026-06-09 00:00", "2026-06-09 09:00"),
        ("2026-06-09 08:59", "2026-06-09 08:59", "2026-06-09 09:00"),
        ("2026-06-09 09:00", "2026-06-09 18:00", "2026-06-10 09:00"),
        ("2028-02-28 20:00", "2028-02-28 20:00", "2028-02-29 09:00"),
        ("2028-02-29 20:00", "2028-02-29 20:00", "2028-03-01 09:00"),
    ],
)
def test_tonight_is_the_night_that_runs_or_comes(now: str, begin: str, end: str) -> None:
    assert tonight(at(now)) == (at(begin), at(end))


def test_without_any_duty_nobody_is_reached_all_night(shop: Shop) -> None:
    assert spans(EVENING) == [(EVENING, MORNING, Reach.NOBODY)]
    assert nobody_tonight(EVENING)[0].shop == shop


def test_a_night_with_duty_from_end_to_end_has_no_gap(shop: Shop) -> None:
    midnight = at("2026-06-09 00:00")
    serve(shop, person("小李"), EVENING - SECOND, midnight)
    serve(shop, person("小张"), midnight, MORNING)
    assert spans(EVENING) == []


def test_the_gap_between_two_duties_is_named(shop: Shop) -> None:
    serve(shop, person("小李"), EVENING, at("2026-06-08 23:00"))
    serve(shop, person("小张"), at("2026-06-09 06:00"), MORNING)
    assert spans(EVENING) == [(at("2026-06-08 23:00"), at("2026-06-09 06:00"), Reach.NOBODY)]


@pytest.mark.parametrize("change", [{"active": False}, {"failed_at": EVENING}])
def test_who_is_on_duty_and_cannot_be_reached_closes_no_gap(shop: Shop, change: dict[str, object]) -> None:
    serve(shop, person("小李"), EVENING, MORNING)
    NotifyTarget.objects.update(**change)
    assert spans(EVENING) == [(EVENING, MORNING, Reach.NOBODY)]


def test_where_only_a_lead_would_hear_it_that_is_said(shop: Shop) -> None:
    Membership.objects.create(shop=shop, person=person("店主"), role="owner")
    serve(shop, person("小李"), EVENING, at("2026-06-09 01:00"))
    assert spans(EVENING) == [(at("2026-06-09 01:00"), MORNING, Reach.LEADS_ONLY)]


def test_a_lead_on_duty_who_cannot_be_reached_stands_before_those_who_could(shop: Shop) -> None:
    Membership.objects.create(shop=shop, person=person("店主"), role="owner")
    serve(shop, person("主管", reached=False), at("2026-06-09 02:00"), MORNING, lead=True)
    assert spans(EVENING) == [
        (EVENING, at("2026-06-09 02:00"), Reach.LEADS_ONLY),
        (at("2026-06-09 02:00"), MORNING, Reach.NOBODY),
    ]


def test_each_shop_is_looked_at_for_itself(shop: Shop) -> None:
    other = Shop.objects.create(platform="kuaishou", name="快快小店", created_at=EVENING)
    serve(other, person("小李"), EVENING, MORNING)
    assert [gap.shop for gap in nobody_tonight(EVENING)] == [shop]
    assert reachable([]) == set()


def test_the_questions_do_not_grow_with_the_shops(
    django_assert_max_num_queries: DjangoAssertNumQueries,
) -> None:
    for number in range(5):
        Shop.objects.create(platform="douyin", name=f"店{number}", created_at=EVENING)
    with django_assert_max_num_queries(5):
        assert len(nobody_tonight(EVENING)) == 5
