from __future__ import annotations

from datetime import UTC, datetime

import pytest

from aftersale.channels.douyin import Douyin
from aftersale.channels.interface import Said
from aftersale.domain.errors import Unavailable
from tests.channels.douyin.platform import Doudian
from tests.channels.douyin.samples import TICKET_NO

_LOG = [
    {"role": 2, "time": "2026-06-10 10:00:00", "text": "同意退货", "action": "商家同意", "images": []},
    {
        "role": 1,
        "time": "2026-06-09 21:34:24",
        "text": "杯子裂了",
        "action": "买家申请",
        "desc_kvs": [{"key": "原因", "value": "质量问题"}],
        "images": ["https://p3.example.com/a.jpg"],
        "all_evidence": [
            {"type": 1, "urls": ["https://p3.example.com/a.jpg", "https://p3.example.com/b.jpg"]},
            {"type": 2, "urls": ["https://p3.example.com/c.mp4"]},
        ],
    },
    {"role": 9, "time": 1781100000, "text": "系统提醒", "action": ""},
]


def test_the_log_is_told_oldest_line_first_with_its_pictures() -> None:
    first, second, third = Douyin().history(TICKET_NO, Doudian(process={"record_logs_list": _LOG}))
    assert first == Said(
        datetime(2026, 6, 9, 13, 34, 24, tzinfo=UTC),
        "buyer",
        "买家申请 · 杯子裂了 · 原因：质量问题",
        ("https://p3.example.com/a.jpg", "https://p3.example.com/b.jpg"),
    )
    assert (second.role, second.words) == ("merchant", "商家同意 · 同意退货")
    assert (third.role, third.words) == ("9", "系统提醒")


def test_a_line_without_a_time_is_no_answer() -> None:
    with pytest.raises(Unavailable):
        Douyin().history(TICKET_NO, Doudian(process={"record_logs_list": [{"role": 1, "text": "x"}]}))


def test_a_ticket_without_a_log_and_a_service_request_have_none() -> None:
    assert Douyin().history(TICKET_NO, Doudian()) == ()
    assert Douyin().history("service-1", Doudian()) == ()
