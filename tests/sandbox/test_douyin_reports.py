"""Tell the sandbox who saw values of a buyer: it checks every field and keeps each event once."""

from __future__ import annotations

import pytest

from tests.sandbox.running import SHOP_IDS, Running

REPORT = "security.batchReportOrderSecurityEvent"


def seen(sandbox: Running, **changed: object) -> dict[str, object]:
    """Tell of one look at an order of the shop."""
    orders = sandbox.douyin("order.searchList", {"page": 0, "size": 1, "order_by": "create_time"})
    event: dict[str, object] = {
        "event_id": "e-1",
        "account_id": "a-1",
        "account_type": "sub_account",
        "order_related_shop_id": SHOP_IDS["home"],
        "order_ids": [orders["data"]["shop_order_list"][0]["order_id"]],
        "operation_type": 1,
        "operate_time": str(sandbox.now() // 1000),
        "url": "/tickets/1/buyer",
        "ip": "203.0.113.7",
        "identify_info_list": [{"name": "encrypt_post_tel", "encrypted": False}],
        "referer": "",
    }
    return {"event_type": 1, "events": [{**event, **changed}]}


def test_a_report_of_a_look_is_kept_once_however_often_it_is_told(sandbox: Running) -> None:
    told = seen(sandbox, event_id="e-kept")
    for _ in range(2):
        assert sandbox.douyin(REPORT, told)["code"] == 10000
    kept = [each for each in sandbox.get("ledger")["reports"] if each["event_id"] == "e-kept"]
    assert kept == [{"shop": "home", **told["events"][0]}]  # type: ignore[index]


@pytest.mark.parametrize(
    "changed",
    [
        {"event_id": ""},
        {"account_type": "boss"},
        {"order_related_shop_id": SHOP_IDS["kitchen"]},
        {"order_ids": []},
        {"order_ids": ["1"] * 51},
        {"order_ids": ["7000000000000000001"]},
        {"operation_type": 10},
        {"operate_time": "soon"},
        {"operate_time": "99999999999"},
        {"ip": "home"},
        {"ip": None},
        {"referer": None},
        {"identify_info_list": [{"name": "encrypt_post_tel"}]},
    ],
)
def test_a_report_that_is_not_whole_is_refused_and_not_kept(
    sandbox: Running, changed: dict[str, object]
) -> None:
    told = seen(sandbox, **{"event_id": "e-bad", **changed})
    assert sandbox.douyin(REPORT, told)["code"] != 10000
    assert "e-bad" not in {each["event_id"] for each in sandbox.get("ledger")["reports"]}


@pytest.mark.parametrize("told", [{"event_type": 1, "events": []}, {"event_type": 3, "events": [{}]}, {}])
def test_a_report_of_nothing_is_refused(sandbox: Running, told: dict[str, object]) -> None:
    assert sandbox.douyin(REPORT, told)["code"] in {40001, 40004}
