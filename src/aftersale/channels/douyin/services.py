"""Read the platform's service requests (平台服务单) as tickets of their own kind, with their own deadline."""

from __future__ import annotations

from typing import TYPE_CHECKING

from aftersale.channels.base import SERVICE, Notice, Observed, Parked, Turn
from aftersale.channels.douyin.answer import ask, unreadable
from aftersale.channels.douyin.codes import ServiceStatus, known
from aftersale.channels.douyin.mapping import SERVICE_PLACES
from aftersale.channels.douyin.shape import Misread, Shape
from aftersale.channels.draft import Draft
from aftersale.channels.interface import Page
from aftersale.channels.standing import UNSEEN
from aftersale.channels.verbs import Verb
from aftersale.domain.clock import seconds_of

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime

    from aftersale.channels.base import Hands

LIST, DETAIL = "order.getServiceList", "order.serviceDetail"
PREFIX = "service-"
SIZE = 100
_MOST_PAGES = 500
_NOT_SAID = ("apply_type", "reason", "paid_fen", "order_paid_fen", "shipped_at", "signed_at", "paid_at")


def is_service(ticket_no: str) -> bool:
    """Tell whether a ticket is a service request of the platform."""
    return ticket_no.startswith(PREFIX)


def id_of(ticket_no: str) -> str:
    """Give the platform's own number."""
    return ticket_no.removeprefix(PREFIX)


def services_changed(since: datetime, until: datetime, hands: Hands) -> Iterator[Page]:
    """Give the service requests that changed in [since, until); the list of tickets is still to come."""
    for page in range(1, _MOST_PAGES):
        params = {
            "start_time": seconds_of(since),
            "end_time": seconds_of(until),
            "order_by": "update_time",
            "order": "ASC",
            "page": page,
            "size": SIZE,
        }
        data = ask(hands, LIST, params).data
        rows = data.list_of("list")
        if rows is None:
            raise unreadable(writes=False)
        if rows:
            read = [_read(row, number, hands) for number, row in enumerate(rows, start=1)]
            notices = tuple(each for each in read if isinstance(each, Notice))
            yield Page(notices, tuple(each for each in read if isinstance(each, Parked)), since)
        if len(rows) < SIZE:
            return


def read_service(ticket_no: str, hands: Hands) -> Notice | None:
    """Read one service request as it stands; None where the platform does not know it. Raises Misread."""
    detail = _detail(id_of(ticket_no), hands)
    return _notice(detail, Observed(DETAIL, 1)) if detail else None


def _detail(service_id: str, hands: Hands) -> Shape:
    return ask(hands, DETAIL, {"service_id": int(service_id)}).data.at("detail")


def _read(row: Shape, number: int, hands: Hands) -> Notice | Parked:
    """Read one row; the deadline stands only in the detail, and only an open request has one."""
    try:
        if known(ServiceStatus, row.code("operate_status")) is not ServiceStatus.CLOSED:
            row = _detail(row.id("id"), hands) or row
        return _notice(row, Observed(LIST, number))
    except Misread as fault:
        return Parked(LIST, number, fault.field, fault.value, fault.code)


def _notice(row: Shape, observed: Observed) -> Notice:
    number, created, updated = row.id("id"), row.moment("create_time"), row.moment("update_time")
    order_no = row.id("order_id")
    if not number or created is None:
        raise Misread("missing", "create_time" if number else "id", "")
    status = known(ServiceStatus, row.code("operate_status"))
    found = SERVICE_PLACES[status] if status is not None else UNSEEN
    word = row.text("operate_status_desc") or f"（{row.text('operate_status')}）"
    draft = Draft()
    draft.say("platform", "douyin", "抖店")
    draft.say("applied_at", created, "服务单创建时间")
    for name in _NOT_SAID:
        draft.hide(name, "平台服务单不写这一项")
    if found.response is not None:
        draft.say("merchant_response", found.response, "服务单状态")
    if found.open and found.turn is Turn.MERCHANT:
        draft.say("status_deadline", row.moment("expiration_time"), "服务单超时时间")
    return Notice(
        channel="douyin",
        shop=None,
        ticket_no=f"{PREFIX}{number}",
        order_no=order_no,
        line_no=None,
        article="",
        article_no=None,
        product_id=None,
        open=found.open,
        turn=found.turn,
        status=word if status is not None else f"{word}（{row.text('operate_status')}）",
        reason=row.text("detail"),
        claim=SERVICE,
        flag=None,
        remark=row.text("reply") or None,
        amount_fen=None,
        observed=observed,
        facts=draft.facts,
        unknown=frozenset(draft.unknown),
        sources=draft.sources,
        newest_at=updated or created,
        version=row.text("update_time"),
        evidence=row.texts("img_list"),
        offers=(Verb.REPLY_SERVICE,) if status is ServiceStatus.TO_ANSWER else (),
    )
