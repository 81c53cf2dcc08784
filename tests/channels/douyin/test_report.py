"""Tell the platform who saw values of a buyer: whole, and with its own words where it refuses."""

from __future__ import annotations

import pytest

from aftersale.channels.douyin import Douyin
from aftersale.channels.interface import Shown
from aftersale.domain.errors import Rejected, Unauthorised
from tests.channels.conformance import disclosed
from tests.channels.douyin.platform import Doudian, no, ok

METHOD = "security.batchReportOrderSecurityEvent"


def test_an_event_says_who_when_from_where_and_which_values_and_names_nobody() -> None:
    platform = Doudian()
    Douyin().report("4463798", (disclosed(Shown.VIEWED, "k1"), disclosed(Shown.DOWNLOADED, "k2")), platform)
    ((method, params, writes),) = platform.calls
    # A dry run keeps writes back; a look is to be reported in one, too.
    assert (method, params["event_type"], writes) == (METHOD, 1, False)
    viewed, downloaded = params["events"]
    assert viewed == {
        "event_id": "k1",
        "account_id": "a1b2c3",
        "account_type": "sub_account",
        "order_related_shop_id": "4463798",
        "order_ids": ["6920000000000000001"],
        "operation_type": 1,
        "operate_time": "1781056800",
        "url": "/tickets/1/buyer",
        "ip": "203.0.113.7",
        "identify_info_list": [{"name": "encrypt_post_tel", "encrypted": False}],
        "referer": "",
    }
    assert (downloaded["operation_type"], downloaded["identify_info_list"]) == (3, [])


def test_twenty_events_go_in_one_call() -> None:
    platform = Doudian()
    Douyin().report("1", tuple(disclosed(Shown.VIEWED, f"k{each}") for each in range(41)), platform)
    assert [len(params["events"]) for params in platform.sent(METHOD)] == [20, 20, 1]


def test_what_the_platform_does_not_take_comes_back_in_its_words() -> None:
    platform = Doudian(answers={METHOD: ok({"CustomError": {"ErrNo": 1001, "ErrMsg": "订单不存在"}})})
    with pytest.raises(Rejected) as refused:
        Douyin().report("1", (disclosed(Shown.VIEWED, "k1"),), platform)
    assert "订单不存在（1001）" in refused.value.message.zh


def test_an_app_without_the_permission_is_not_let_in() -> None:
    platform = Doudian(answers={METHOD: no(30001, "isv.app-permissions-insufficient")})
    with pytest.raises(Unauthorised):
        Douyin().report("1", (disclosed(Shown.VIEWED, "k1"),), platform)
