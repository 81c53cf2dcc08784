"""A carrier is named as people say it and goes out by the platform's code, out of the platform's own list."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from aftersale.connections.carriers import CarrierUnknown, carrier_code, carriers_of, renew_due
from aftersale.connections.models import CarrierList
from aftersale.shops.models import Shop

if TYPE_CHECKING:
    from tests.connections.desk import Desk

pytestmark = pytest.mark.django_db
LISTED = {
    "shunfeng": "顺丰速运",
    "sfky": "顺丰快运",
    "yuantong": "圆通速递",
    "jd": "京东快递",
    "debang": "德邦快递",
    "debangky": "德邦物流",
}


def renew(desk: Desk, **later: float) -> int:
    desk.clock.on(**later)
    return renew_due(desk.clock(), lambda _shop, _now: desk.hands())


def shop_of(platform: str, channel: str = "") -> Shop:
    return Shop(platform=platform, channel=channel or platform)


@pytest.fixture
def listed() -> None:
    CarrierList.objects.create(platform="douyin", carriers=LISTED, next_at="2026-06-11T00:00Z")


def test_the_list_is_read_once_a_day_and_kept(connected: Desk) -> None:
    assert (renew(connected), renew(connected, hours=23), renew(connected, hours=2)) == (1, 0, 1)
    assert len(connected.book.named("carriers")) == 2
    assert carriers_of(connected.shop) == {"shunfeng": "顺丰速运", "jd": "京东快递"}
    connected.book.carriers["zto"] = "中通快递"
    renew(connected, hours=25)
    assert carrier_code(connected.shop, "中通") == "zto"


def test_a_list_that_does_not_come_leaves_the_old_one_and_is_asked_for_an_hour_later(connected: Desk) -> None:
    renew(connected)
    connected.book.faults["carriers"] = [503] * 9
    assert (renew(connected, hours=25), renew(connected, minutes=30)) == (0, 0)
    assert carriers_of(connected.shop)["jd"] == "京东快递"
    connected.book.faults["carriers"] = []
    assert renew(connected, minutes=31) == 1


def test_before_a_shop_is_let_in_nothing_is_asked_and_the_common_carriers_are_offered(desk: Desk) -> None:
    assert renew(desk) == 0
    assert carriers_of(shop_of("kuaishou"))["4"] == "顺丰"
    assert desk.book.named("carriers") == []


def test_a_platform_that_lists_none_is_not_asked(connected: Desk) -> None:
    Shop.objects.filter(pk=connected.shop.pk).update(platform="kuaishou")
    assert renew(connected) == 0
    assert not CarrierList.objects.exists()


@pytest.mark.parametrize(
    ("said", "code"),
    [
        ("顺丰速运", "shunfeng"),
        ("顺丰快运", "sfky"),
        ("shunfeng", "shunfeng"),
        # Two of the list are called so in short; the common one of both has that name with the desk.
        ("顺丰", "shunfeng"),
        ("圆通", "yuantong"),
        ("圆通快递", "yuantong"),
        ("京东", "jd"),
        ("京东物流", "jd"),
    ],
)
@pytest.mark.usefixtures("listed")
def test_a_carrier_of_the_list_is_known_by_its_names_and_its_code(said: str, code: str) -> None:
    assert carrier_code(shop_of("douyin"), said) == code


@pytest.mark.parametrize(
    ("said", "close"),
    [("园通速递", "圆通速递"), ("德邦", "德邦快递、德邦物流"), ("zhongtong", ""), ("快递", ""), ("某某", "")],
)
@pytest.mark.usefixtures("listed")
def test_a_carrier_that_the_list_lacks_is_refused_and_close_ones_are_named(said: str, close: str) -> None:
    with pytest.raises(CarrierUnknown) as refused:
        carrier_code(shop_of("douyin"), said)
    assert f"“{said}”" in refused.value.message.zh
    expected = f"是不是：{close}？从列表里选一个。" if close else "从列表里选一个。"
    assert refused.value.next_step.zh == expected


@pytest.mark.usefixtures("listed")
def test_where_people_act_in_the_back_office_any_name_goes() -> None:
    assert carrier_code(shop_of("douyin", "manual"), "某某快递") == "某某快递"
    assert carrier_code(shop_of("douyin", "manual"), "圆通") == "yuantong"


@pytest.mark.parametrize(
    ("platform", "said", "code"),
    [
        ("douyin", "顺丰速运", "shunfeng"),
        ("douyin", "顺丰", "shunfeng"),
        ("douyin", "shunfeng", "shunfeng"),
        ("douyin", "中通快递", "zhongtong"),
        ("douyin", "极兔速递", "jitu"),
        ("douyin", "邮政快递包裹", "youzhengguonei"),
        ("douyin", "danniao", "danniao"),
        ("kuaishou", "顺丰速运", "4"),
        ("kuaishou", "德邦快递", "53"),
        ("kuaishou", "2000", "2000"),
    ],
)
def test_without_a_list_the_common_ones_are_known_and_any_code_goes(
    platform: str, said: str, code: str
) -> None:
    assert carrier_code(shop_of(platform), said) == code


def test_a_name_that_no_code_is_known_for_is_refused_before_anything_is_sent() -> None:
    with pytest.raises(CarrierUnknown) as refused:
        carrier_code(shop_of("kuaishou"), "德邦物流")
    assert "德邦、德邦快递" in refused.value.next_step.zh
