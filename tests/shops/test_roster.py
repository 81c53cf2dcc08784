"""Who is on duty is planned by spans, for people of the shop, in times to come."""

from __future__ import annotations

from datetime import datetime

import pytest

from aftersale.domain.clock import SHANGHAI
from aftersale.domain.roles import Role
from aftersale.shops.models import Duty, Person
from aftersale.shops.roster import DutyRefused, Shift, plan, take_off
from tests.shops.desks import NOW, make_person, make_shop

pytestmark = pytest.mark.django_db


def there(text: str) -> datetime:
    """Read a time as it is in Shanghai."""
    return datetime.fromisoformat(text).replace(tzinfo=SHANGHAI)


def test_a_night_goes_to_the_next_morning_for_days_in_a_row() -> None:
    shop = make_shop()
    who = make_person("li", Role.AGENT, shop)
    change = plan(shop, Shift(who, "2026-03-04", "18:00", "09:00", days=2), NOW)
    spans = list(Duty.objects.order_by("starts_at").values_list("starts_at", "ends_at"))
    assert spans == [
        (there("2026-03-04 18:00"), there("2026-03-05 09:00")),
        (there("2026-03-05 18:00"), there("2026-03-06 09:00")),
    ]
    assert change.what == "duty_planned"


def test_days_that_are_over_are_left_out() -> None:
    shop = make_shop()
    who = make_person("li", Role.AGENT, shop)
    plan(shop, Shift(who, "2026-03-03", "08:00", "09:00", days=3), NOW)
    assert Duty.objects.count() == 1


@pytest.mark.parametrize(
    ("shift", "code"),
    [
        (("2026-03-04", "09:00", "09:00", 1), "duty.time"),
        (("soon", "09:00", "18:00", 1), "duty.time"),
        (("2026-03-04", "9", "18:00", 1), "duty.time"),
        (("2026-03-04", "09:00+08:00", "18:00", 1), "duty.time"),
        (("9999-12-31", "09:00", "18:00", 1), "duty.time"),
        (("2026-03-04", "09:00", "18:00", 0), "duty.days"),
        (("2026-03-04", "09:00", "18:00", 63), "duty.days"),
        (("2026-03-03", "09:00", "18:00", 1), "duty.past"),
    ],
)
def test_a_shift_that_cannot_be_is_refused(shift: tuple[str, str, str, int], code: str) -> None:
    shop = make_shop()
    day, starts, ends, days = shift
    with pytest.raises(DutyRefused) as caught:
        plan(shop, Shift(make_person("li", Role.AGENT, shop), day, starts, ends, days), NOW)
    assert caught.value.code == code
    assert not Duty.objects.exists()


def test_only_people_of_the_shop_and_owners_of_everything_serve() -> None:
    shop, elsewhere = make_shop(), make_shop("别家")
    foreign, gone, boss = (
        make_person("a", Role.AGENT, elsewhere),
        make_person("b", Role.AGENT, shop),
        make_person("c"),
    )
    Person.objects.filter(pk=boss.pk).update(is_superuser=True)
    gone.is_active = False
    boss.refresh_from_db()
    for person in (foreign, gone):
        with pytest.raises(DutyRefused, match=r"duty\.person"):
            plan(shop, Shift(person, "2026-03-04", "18:00", "09:00"), NOW)
    plan(shop, Shift(boss, "2026-03-04", "18:00", "09:00", leads=True), NOW)
    assert Duty.objects.get().leads


def test_who_is_taken_off_is_named_in_what_changed() -> None:
    shop = make_shop()
    who = make_person("li", Role.AGENT, shop)
    plan(shop, Shift(who, "2026-03-04", "18:00", "09:00"), NOW)
    change = take_off(Duty.objects.get())
    assert not Duty.objects.exists()
    assert isinstance(change.before, dict)
    assert change.before["person"] == str(who.pk)
