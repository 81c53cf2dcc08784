"""Write the messages of 抖店: which tags an event has, and what stands in them."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from functools import partial
from typing import TYPE_CHECKING

from aftersale.domain.clock import SHANGHAI
from aftersale.sandbox.douyin import codes
from aftersale.sandbox.douyin.detail import conclusion
from aftersale.sandbox.douyin.shapes import Json, asked_fen, seconds
from aftersale.sandbox.platform.apps import SHOP_IDS
from aftersale.sandbox.platform.case import Case, Kind
from aftersale.sandbox.platform.moves import Move
from aftersale.sandbox.platform.post import put

if TYPE_CHECKING:
    from aftersale.sandbox.platform.market import Market

# Tag, and the name of the time that it carries beside the common fields.
PAID = (("201", "agree_time"), ("206", "success_time"))
TAGS: dict[str, tuple[tuple[str, str], ...]] = {
    "created": (("200", "apply_time"),),
    Move.REFUND.value: PAID,
    Move.CONFIRM.value: PAID,
    Move.REFUND_WITHOUT_GOODS.value: PAID,
    Move.AGREE_RETURN.value: (("202", "agree_time"),),
    Move.SEND_BACK.value: (("203", "return_time"),),
    Move.REFUSE_GOODS.value: (("204", "refuse_time"),),
    Move.WITHDRAW.value: (("207", "close_time"),),
    Move.CLOSE.value: (("207", "close_time"),),
    Move.MODIFY.value: (("208", "modify_time"),),
    Move.CHANGE_KIND.value: (("208", "modify_time"),),
    Move.EXTEND.value: (("209", ""),),
    "dispute": (("212", ""), ("217", ""), ("213", "")),
    "evidence": (("214", ""),),
    "dispute_cancelled": (("215", ""),),
    "ruling": (("216", ""),),
    Move.AGREE_RESHIP.value: (("227", ""),),
}
DISPUTES = frozenset({"212", "213", "214", "215", "216", "217", "218"})
WITHOUT_MONEY = frozenset({"226", "227"})


def tags_of(what: str, case: Case) -> tuple[tuple[str, str], ...]:
    """Say which tags an event has for a ticket; some depend on what it asks for."""
    if what == Move.REFUSE.value:
        returns = case.kind in (Kind.RETURN, Kind.EXCHANGE)
        return (("205" if returns else "204", "refuse_time"),)
    if what == Move.SHIP_AGAIN.value:
        return (("211", "apply_time"),) if case.kind is Kind.EXCHANGE else (("226", ""),)
    return TAGS.get(what, ())


def tell(market: Market, what: str, case: Case) -> None:
    """Put the messages of an event into the post."""
    for tag, time_name in tags_of(what, case):
        put(market, case.shop, tag, partial(body, case, tag, time_name))


def body(case: Case, tag: str, time_name: str, number: int) -> bytes:
    """Write one message: an array of one, its data a text."""
    data = json.dumps(payload(case, tag, time_name), ensure_ascii=False, separators=(",", ":"))
    message = {"tag": tag, "msg_id": f"sandbox::{tag}:{seconds(case.updated_at)}:{number}", "data": data}
    return json.dumps([message], ensure_ascii=False, separators=(",", ":")).encode()


def payload(case: Case, tag: str, time_name: str) -> Json:
    """Write what the tag's message holds."""
    status_name = "after_sale_status" if tag == "227" else "aftersale_status"
    data: Json = {
        "p_id": int(case.order_no),
        "s_id": int(case.line_no),
        "shop_id": SHOP_IDS[case.shop],
        "aftersale_id": int(case.no),
        status_name: codes.status_of(case),
        "aftersale_type": codes.TYPES[case.kind],
    }
    if tag in DISPUTES:
        return data | _dispute(case, tag)
    if tag == "209":
        return data | {"status_deadline": seconds(case.due_at)}
    data |= {"reason_code": codes.REASONS[case.reason], "update_time": _rfc3339(case.updated_at)}
    if tag not in WITHOUT_MONEY:
        money = {"refund_amount": asked_fen(case), "refund_post_amount": case.freight_fen}
        data |= money | {"refund_voucher_num": 0}
    return data | ({time_name: seconds(case.updated_at)} if time_name else {})


def _dispute(case: Case, tag: str) -> Json:
    if case.dispute is None:
        return {}
    data: Json = {
        "arbitrate_id": case.dispute.no,
        "arbitrate_status": codes.DISPUTES[case.dispute.ruling],
    }
    return data | ({"arbitrate_conclusion": conclusion(case)} if tag == "216" else {})


def _rfc3339(at: int) -> str:
    return datetime.fromtimestamp(at // 1000, tz=UTC).astimezone(SHANGHAI).isoformat()


def first_body(at: int) -> bytes:
    """Write the message by which an address is tried when it is saved."""
    return json.dumps([{"tag": "0", "msg_id": "0", "data": _rfc3339(at)}], separators=(",", ":")).encode()
