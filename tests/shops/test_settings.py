"""Shops are added, renamed and set up; nothing that cannot be meant is stored."""

from __future__ import annotations

import pytest

from aftersale.domain.errors import AftersaleError
from aftersale.shops.models import Connection, Person, Shop
from aftersale.shops.settings import (
    SettingRefused,
    add_shop,
    hours_of_text,
    rename,
    set_hours,
    set_retention,
    set_targets,
    set_warnings,
    text_of_hours,
)
from aftersale.tickets.clocks import MOST_WARNINGS, SERVICE_KINDS, hours_of, warnings_of
from tests.shops.desks import NOW, make_person, make_shop

pytestmark = pytest.mark.django_db


def boss() -> Person:
    """Make who owns everything."""
    made = make_person("boss")
    made.is_superuser = True
    made.save()
    return made


def refusal(caught: pytest.ExceptionInfo[SettingRefused]) -> str:
    """Give the code of a refusal that speaks both languages."""
    assert caught.value.message.zh
    assert caught.value.next_step.en
    return caught.value.code


def test_the_owner_of_the_desk_adds_a_shop_without_interface() -> None:
    change = add_shop(" 山茶  小店 ", "douyin", boss(), NOW)
    assert Shop.objects.get().name == "山茶 小店"
    assert Connection.objects.get().state == "none"
    assert (change.what, change.after) == ("added", "douyin 山茶 小店")


@pytest.mark.parametrize(
    ("name", "platform", "code"),
    [
        ("", "douyin", "shop.name"),
        ("长" * 129, "douyin", "shop.name"),
        ("新店", "taobao", "shop.platform"),
        ("山茶小店", "kuaishou", "shop.name_taken"),
    ],
)
def test_a_shop_that_cannot_be_meant_is_refused(name: str, platform: str, code: str) -> None:
    make_shop("山茶小店")
    with pytest.raises(SettingRefused) as caught:
        add_shop(name, platform, boss(), NOW)
    assert refusal(caught) == code
    assert Shop.objects.count() == 1


def test_nobody_but_the_owner_of_the_desk_adds_shops() -> None:
    with pytest.raises(SettingRefused) as caught:
        add_shop("新店", "douyin", make_person("wang"), NOW)
    assert refusal(caught) == "shop.owner_only"


def test_a_demo_desk_takes_no_real_shop() -> None:
    make_shop("演示", demo=True)
    with pytest.raises(SettingRefused) as caught:
        add_shop("新店", "douyin", boss(), NOW)
    assert refusal(caught) == "shop.demo_desk"
    assert "AFTERSALE_HOME" in caught.value.next_step.zh


def test_a_shop_is_renamed_unless_a_sheet_is_being_read_or_the_name_is_taken() -> None:
    shop, _other = make_shop("旧名"), make_shop("别家")
    change = rename(shop, "新名", reading=False)
    assert (change.before, change.after) == ("旧名", "新名")
    assert Shop.objects.get(pk=shop.pk).name == "新名"
    for name, reading, code in (("别家", False, "shop.name_taken"), ("再改", True, "shop.being_read")):
        with pytest.raises(SettingRefused) as caught:
            rename(shop, name, reading=reading)
        assert refusal(caught) == code
    assert Shop.objects.get(pk=shop.pk).name == "新名"


def test_warnings_are_sorted_once_each_and_none_means_the_usual() -> None:
    shop = make_shop()
    assert set_warnings(shop, "15，60 60、240").after == [240, 60, 15]
    assert warnings_of(Shop.objects.get()) == (240, 60, 15)
    set_warnings(shop, "")
    assert Shop.objects.get().warn_minutes == []


@pytest.mark.parametrize("said", ["0", "-5", "abc", "43201", "9" * 30, "１５", "1.5"])
def test_minutes_that_are_none_are_refused(said: str) -> None:
    shop = make_shop()
    with pytest.raises(SettingRefused) as caught:
        set_warnings(shop, said)
    assert refusal(caught) == "shop.minutes"
    with pytest.raises(SettingRefused):
        set_targets(shop, {"resolve": said}, SERVICE_KINDS)


def test_there_are_no_more_warnings_than_clocks_give() -> None:
    shop = make_shop()
    set_warnings(shop, " ".join(map(str, range(1, MOST_WARNINGS + 1))))
    with pytest.raises(SettingRefused) as caught:
        set_warnings(shop, " ".join(map(str, range(1, MOST_WARNINGS + 2))))
    assert refusal(caught) == "shop.warnings"


def test_targets_are_kept_by_kind_and_unknown_kinds_left_out() -> None:
    shop = make_shop()
    set_targets(shop, {"first_response": "30", "resolve": "", "other": "9"}, SERVICE_KINDS)
    assert Shop.objects.get().service_minutes == {"first_response": 30}


def test_retention_has_two_ends() -> None:
    shop = make_shop()
    assert set_retention(shop, "365").before == 1095
    assert Shop.objects.get().retain_days == 365
    for said in ("29", "3651", "", "x", "99999999"):
        with pytest.raises(SettingRefused) as caught:
            set_retention(shop, said)
        assert refusal(caught) == "shop.days"


def test_hours_are_read_as_people_write_them_and_written_back_so() -> None:
    shop = make_shop()
    week = {"mon": "9：00 - 12:00，13:00－18:00", "sun": "22:00至2:00"}
    change = set_hours(shop, week, "2026-10-01\n2026-10-11 09:00~18:00\n\n")
    shown, days = text_of_hours(Shop.objects.get().hours)
    assert shown["mon"] == "09:00-12:00 13:00-18:00"
    assert shown["sun"] == "22:00-02:00"
    assert shown["tue"] == ""
    assert days == "2026-10-01\n2026-10-11 09:00-18:00"
    assert change.before == {}
    assert hours_of(Shop.objects.get()).week.mon[0].start == 540


def test_hours_that_say_nothing_mean_always() -> None:
    shop = make_shop()
    set_hours(shop, {"mon": "09:00-18:00"}, "")
    assert set_hours(shop, {}, " ").after == {}
    assert text_of_hours({})[1] == ""


@pytest.mark.parametrize(
    ("week", "days"),
    [
        ({"mon": "morning"}, ""),
        ({"mon": "09:00-09:00"}, ""),
        ({"mon": "25:00-26:00"}, ""),
        ({}, "tomorrow"),
        ({}, "2026-02-30"),
        ({}, "2026-10-01\n2026-10-01 09:00-18:00"),
    ],
)
def test_hours_that_cannot_be_read_are_refused(week: dict[str, str], days: str) -> None:
    shop = make_shop()
    with pytest.raises(AftersaleError):
        set_hours(shop, week, days)
    assert Shop.objects.get().hours == {}


def test_a_day_that_differs_is_closed_or_has_spans() -> None:
    raw = hours_of_text({}, "2026-10-01\n2026-10-02 10:00-12:00")
    assert raw["closed"] == ["2026-10-01"]
    assert raw["open"] == {"2026-10-02": [["10:00", "12:00"]]}
