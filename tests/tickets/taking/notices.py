"""Make notices and shops for tests of intake."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from aftersale.channels.base import Notice, Observed, Source, Turn
from aftersale.domain.clock import SHANGHAI
from aftersale.shops.models import Shop
from aftersale.tickets.bench import bench_for
from aftersale.tickets.draft import Origin
from aftersale.tickets.intake import Outcome, take, tally
from aftersale.tickets.models import Ticket

if TYPE_CHECKING:
    from collections import Counter
    from collections.abc import Sequence

NOW = datetime(2026, 6, 10, 9, tzinfo=SHANGHAI)
APPLIED = NOW - timedelta(hours=3)

ASKED = Notice(
    channel="douyin",
    shop=None,
    ticket_no="7100000000000000001",
    order_no="6900000000000000001",
    line_no="69000000000000000011",
    article="双层玻璃杯 蓝",
    article_no="CUP-350-BL",
    product_id="3500000000000000001",
    open=True,
    turn=Turn.MERCHANT,
    status="待商家处理",
    reason="多拍/拍错/不想要",
    claim="仅退款",
    flag=None,
    remark="客户电话 13800138000",
    amount_fen=12900,
    observed=Observed("售后.csv", 2),
    facts={
        "platform": "douyin",
        "apply_type": "refund_only",
        "reason": "no_reason",
        "applied_at": APPLIED,
        "paid_at": APPLIED - timedelta(hours=1),
        "merchant_response": "none",
        "shipped": False,
        "paid_fen": 12900,
        "requested_refund_fen": 12900,
        "status_deadline": APPLIED + timedelta(hours=48),
    },
    unknown=frozenset(),
    sources={"applied_at": "售后申请时间"},
    newest_at=APPLIED,
    buyer="##C1##|$$C1$$",
    contact="王小明，13800138000",
)


def shop(name: str = "云杉家居旗舰店", platform: str = "douyin") -> Shop:
    """Make a shop."""
    return Shop.objects.create(name=name, platform=platform, created_at=NOW)


def origin(source: Source = Source.SHEET, as_of: datetime = NOW, now: datetime = NOW) -> Origin:
    """Say where notices come from."""
    return Origin(source.name.lower(), int(source), as_of, now)


def took(of: Shop, notices: Sequence[Notice], by: Origin | None = None) -> list[Outcome]:
    """Take notices in."""
    by = by or origin()
    return take(bench_for(of, by.now), by, notices)


def counted(of: Shop, notices: Sequence[Notice], by: Origin | None = None) -> Counter[str]:
    """Take notices in and count what became of them."""
    return tally(took(of, notices, by))


def refunded(notice: Notice = ASKED, hours: int = 2) -> Notice:
    """Let the platform pay some hours after the application."""
    at = APPLIED + timedelta(hours=hours)
    facts = {**notice.facts, "merchant_response": "agreed", "merchant_agreed_at": at, "refunded_fen": 12900}
    facts.pop("status_deadline", None)
    facts.pop("requested_refund_fen", None)
    return replace(notice, open=False, turn=Turn.DONE, status="同意退款，退款成功", facts=facts, newest_at=at)


def the_ticket(number: str = ASKED.ticket_no) -> Ticket:
    """Read a ticket anew."""
    return Ticket.objects.get(ticket_no=number)


def utc(moment: datetime) -> datetime:
    """Write a time as the database gives it back."""
    return moment.astimezone(UTC)
