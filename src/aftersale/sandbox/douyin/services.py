"""Answer the calls about 平台服务单."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

import msgspec

from aftersale.domain.clock import SHANGHAI
from aftersale.sandbox.douyin.refusals import Call, business, invalid
from aftersale.sandbox.douyin.shapes import Json, local, seconds

if TYPE_CHECKING:
    from collections.abc import Iterable

    from aftersale.sandbox.platform.case import Service

WAITING, IN_REVIEW, CLOSED = 0, 10, 100
WORDS = {WAITING: "待处理", IN_REVIEW: "审核中", CLOSED: "已关闭"}
MOST_A_PAGE, MOST_EVIDENCE = 100, 4


def list_services(call: Call) -> object:
    """Answer order.getServiceList: page counts from 1."""
    page, size = call.number("page"), call.number("size")
    if page < 1 or not 1 <= size <= MOST_A_PAGE:
        raise invalid("page 从 1 开始，size 为 1 到 100")
    start, end = _time(call, "start_time"), _time(call, "end_time")
    by_update = call.text("order_by", "create_time") == "update_time"
    found = [
        each
        for each in call.rooms.market.store.services(call.shop)
        if start <= (each.updated_at if by_update else each.created_at) <= end
    ]
    found = [*_narrowed(call, found)]
    found.sort(key=lambda each: each.updated_at if by_update else each.created_at)
    if call.text("order", "ASC") == "DESC":
        found.reverse()
    shown = found[(page - 1) * size : page * size]
    return {"list": [_listed(each, call.now) for each in shown], "total": len(found)}


def _time(call: Call, name: str) -> int:
    """Read a time: seconds since 1970 as everywhere, or a text, since the sources do not say which."""
    if isinstance(call.params.get(name), int):
        return call.number(name) * 1000
    try:
        moment = datetime.strptime(call.text(name), "%Y-%m-%d %H:%M:%S").replace(tzinfo=SHANGHAI)
    except ValueError:
        raise invalid("时间形如 2026-06-10 09:00:00") from None
    return int(moment.timestamp()) * 1000


def _narrowed(call: Call, services: Iterable[Service]) -> Iterable[Service]:
    status = call.number("status") if "status" in call.params else None
    order, number = call.text("order_id", ""), call.number("service_id", 0)
    for each in services:
        named = order in ("", each.order_no) and number in (0, each.no)
        if named and status in (None, status_of(each, call.now)):
            yield each


def status_of(service: Service, now: int) -> int:
    """Give the status: one that nobody answered in time is closed."""
    return CLOSED if service.status == WAITING and now >= service.due_at else service.status


def _listed(service: Service, now: int) -> Json:
    status = status_of(service, now)
    return {
        "id": service.no,
        "order_id": service.order_no,
        "operate_status": status,
        "operate_status_desc": WORDS[status],
        "detail": service.detail,
        "reply": service.reply,
        "create_time": local(service.created_at),
        "update_time": local(service.updated_at),
        "reply_time": local(service.replied_at) if service.replied_at else "",
        "service_type": 1,
    }


def read_service(call: Call) -> object:
    """Answer order.serviceDetail."""
    service = _found(call, call.number("service_id"))
    closed = status_of(service, call.now) == CLOSED
    logs = [{"content": service.detail, "create_time": local(service.created_at), "operator": "平台"}]
    if service.reply:
        logs.append({"content": service.reply, "create_time": local(service.replied_at), "operator": "商家"})
    return {
        "detail": {
            **_listed(service, call.now),
            "is_reject": 0,
            "reject_detail": "",
            "proof_demo": "",
            "evidence_required": False,
            "img_list": list(service.evidence),
            "expiration_time": seconds(service.due_at),
            "close_time": seconds(service.updated_at) if closed else 0,
            "close_detail": "",
            "first_reply_time": seconds(service.replied_at),
        },
        "logs": logs,
    }


def reply_service(call: Call) -> object:
    """Answer order.replyService: once, before the deadline."""
    service = _found(call, call.number("id"))
    evidence = tuple(url for url in call.text("evidence", "").split("|") if url)
    if service.status != WAITING or call.now >= service.due_at:
        raise business(11_001, "服务单当前状态不能回复")
    if not call.text("reply") or len(evidence) > MOST_EVIDENCE:
        raise invalid("reply 必填，evidence 不超过 4 个")
    replied = msgspec.structs.replace(
        service,
        status=IN_REVIEW,
        reply=call.text("reply"),
        evidence=evidence,
        replied_at=call.now,
        updated_at=call.now,
    )
    call.rooms.market.store.keep_service(replied)
    return {}


def _found(call: Call, number: int) -> Service:
    for each in call.rooms.market.store.services(call.shop):
        if each.no == number:
            return each
    raise business(12_001, "服务单不存在")
