"""Bring the platform's service requests in as tickets of their own kind, and answer them."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from aftersale.channels.base import Notice, Outgoing, Turn
from aftersale.channels.douyin import Douyin
from aftersale.channels.verbs import Verb
from aftersale.domain.errors import Unavailable
from aftersale.domain.facts import facts_of_export
from tests.channels.douyin.platform import Doudian, ok, service
from tests.channels.douyin.samples import AT, ORDER_NO

EMPTY = ok({"items": [], "has_more": False, "total": 0})


def listed(*rows: dict[str, object]) -> list[Notice]:
    platform = Doudian(answers={"order.getServiceList": ok({"list": rows}), "afterSale.List": EMPTY})
    return [
        notice
        for page in Douyin().list_changed(AT - timedelta(days=1), AT, platform)
        for notice in page.notices
    ]


def test_a_service_request_is_a_ticket_with_its_own_deadline() -> None:
    read = Douyin().read("service-990011", Doudian())
    assert read is not None
    assert (read.ticket_no, read.order_no, read.claim) == ("service-990011", ORDER_NO, "平台服务单")
    assert (read.open, read.turn, read.status) == (True, Turn.MERCHANT, "待处理")
    assert read.facts["status_deadline"] == datetime(2026, 6, 10, 10, tzinfo=UTC)
    assert read.newest_at == datetime(2026, 6, 9, 10, 0, 5, tzinfo=UTC)
    assert read.evidence == ("https://p3.example.com/s.jpg",)
    facts_of_export(read.facts, read.unknown)


@pytest.mark.parametrize(
    ("status", "is_open", "turn"),
    [
        (0, True, Turn.MERCHANT),
        (5, True, Turn.BUYER),
        (10, True, Turn.PLATFORM),
        (100, False, Turn.DONE),
        (77, True, Turn.MERCHANT),
    ],
)
def test_its_status_says_for_whom_it_waits(status: int, is_open: bool, turn: Turn) -> None:  # noqa: FBT001
    platform = Doudian(answers={"order.serviceDetail": ok({"detail": service(operate_status=status)})})
    read = Douyin().read("service-990011", platform)
    assert read is not None
    assert (read.open, read.turn) == (is_open, turn)
    assert status != 77 or "77" in read.status


def test_listed_requests_are_read_for_their_deadline_unless_they_are_closed() -> None:
    opened, closed = listed(service(expiration_time=""), service(id=990012, operate_status=100))
    assert opened.facts["status_deadline"] == datetime(2026, 6, 10, 10, tzinfo=UTC)
    assert (closed.ticket_no, closed.open) == ("service-990012", False)


def test_requests_come_first_and_say_nothing_about_the_list_of_tickets() -> None:
    since = AT - timedelta(days=1)
    platform = Doudian(answers={"order.getServiceList": ok({"list": [service()]}), "afterSale.List": EMPTY})
    first, last = Douyin().list_changed(since, AT, platform)
    assert (first.complete_until, last.complete_until) == (since, AT)


def test_a_request_that_cannot_be_read_is_parked() -> None:
    rows = [service(id=990012, operate_status=100, create_time="昨天"), service(id="", operate_status=100)]
    platform = Doudian(answers={"order.getServiceList": ok({"list": rows}), "afterSale.List": EMPTY})
    first, _ = Douyin().list_changed(AT - timedelta(days=1), AT, platform)
    assert [(parked.row, parked.code) for parked in first.parked] == [(1, "bad_time"), (2, "missing")]


def test_a_list_of_requests_of_the_wrong_type_is_asked_for_again() -> None:
    platform = Doudian(answers={"order.getServiceList": ok({"list": "none"})})
    with pytest.raises(Unavailable):
        list(Douyin().list_changed(AT - timedelta(days=1), AT, platform))


def test_a_request_is_answered_with_text_and_evidence() -> None:
    platform = Doudian()
    urls = ["https://p3.example.com/a.jpg", "https://p3.example.com/b.jpg"]
    params = {"text": "已补发，单号 SF1", "evidence": urls}
    Douyin().perform(
        Outgoing("k", Verb.REPLY_SERVICE, "service-990011", ORDER_NO, None, params, ""), platform
    )
    assert platform.effects == [
        ("order.replyService", {"id": 990011, "reply": "已补发，单号 SF1", "evidence": "|".join(urls)})
    ]
