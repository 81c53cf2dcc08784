"""Write the parameters of each call, out of what the desk wants and what the ticket says now."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from aftersale.channels.douyin import faults
from aftersale.channels.douyin.codes import MERCHANT_ASKS, EvidenceType, SendType
from aftersale.channels.douyin.mapping import FLAGS
from aftersale.channels.douyin.services import id_of
from aftersale.channels.douyin.ways import EXTEND, FILL, IN_WAREHOUSE, STOPPED
from aftersale.channels.verbs import Verb
from aftersale.domain.clock import seconds_of

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from datetime import datetime

    from aftersale.channels.base import Outgoing

INTERCEPT = "afterSale.applyLogisticsIntercept"
MOST_EVIDENCE = 4
LONGEST_REMARK = 60
_FILMS = (".mp4", ".mov", ".avi", ".m4v")


@dataclass(frozen=True, slots=True)
class Call:
    """Hold one write: the platform's method and its parameters."""

    method: str
    params: Mapping[str, object]


def text(outgoing: Outgoing, name: str, zh: str, en: str) -> str:
    """Give a text that must be there; raises Rejected."""
    value = str(outgoing.params.get(name) or "").strip()
    if not value:
        raise faults.missing(zh, en)
    return value


def evidence(outgoing: Outgoing) -> list[str]:
    """Give the addresses of evidence; raises Rejected for more than the platform takes."""
    given = outgoing.params.get("evidence")
    urls = [str(each) for each in given] if isinstance(given, list | tuple) else []
    if len(urls) > MOST_EVIDENCE:
        raise faults.not_taken(f"凭证最多 {MOST_EVIDENCE} 张", f"{MOST_EVIDENCE} pieces of evidence at most")
    return urls


def pieces(urls: list[str]) -> list[dict[str, object]]:
    """Write evidence as afterSale.operate wants it."""
    return [
        {
            "type": int(
                EvidenceType.VIDEO if urlsplit(url).path.lower().endswith(_FILMS) else EvidenceType.PICTURE
            ),
            "url": url,
            "desc": "",
        }
        for url in urls
    ]


def carrier(outgoing: Outgoing) -> str:
    """Give the platform's code of the carrier; raises Rejected for a name that is none of its codes."""
    code = text(outgoing, "carrier", "快递公司", "carrier")
    if not code.isascii():
        raise faults.not_taken(
            f"不认识快递公司“{code}”，请从列表里选，或填抖店的快递编码（如 shunfeng）",
            f"“{code}” is no carrier we know; choose one of the list, or give the platform's code (shunfeng)",
        )
    return code


def waybill(outgoing: Outgoing) -> str:
    """Give the waybill; raises Rejected."""
    return text(outgoing, "waybill", "快递单号", "waybill")


def fill(outgoing: Outgoing, send_type: SendType) -> Call:
    """Enter a waybill."""
    return Call(
        FILL,
        {
            "aftersale_id": int(outgoing.ticket_no),
            "send_type": int(send_type),
            "company_code": carrier(outgoing),
            "tracking_no": waybill(outgoing),
        },
    )


def _extend(outgoing: Outgoing, now: datetime) -> Call:
    del now
    return Call(EXTEND, {"aftersale_id": int(outgoing.ticket_no)})


def _remark(outgoing: Outgoing, now: datetime) -> Call:
    del now
    remark = text(outgoing, "text", "备注", "remark")
    return Call("afterSale.addOrderRemark", {"after_sale_id": outgoing.ticket_no, "remark": remark})


def _flag(outgoing: Outgoing, now: datetime) -> Call:
    del now
    flag = FLAGS.get(text(outgoing, "flag", "旗子颜色", "flag"))
    if flag is None:
        raise faults.not_taken("抖店没有这种颜色的旗子", "抖店 has no flag of that colour")
    remark = str(outgoing.params.get("text") or "")
    if len(remark) > LONGEST_REMARK:
        raise faults.not_taken(f"备注最多 {LONGEST_REMARK} 个字", f"{LONGEST_REMARK} characters at most")
    params = {"order_id": outgoing.order_no, "remark": remark, "is_add_star": "true", "star": str(int(flag))}
    return Call("order.addOrderRemark", params)


def _evidence(outgoing: Outgoing, now: datetime) -> Call:
    del now
    params = {
        "aftersale_id": int(outgoing.ticket_no),
        "comment": text(outgoing, "text", "说明", "text"),
        "evidence": evidence(outgoing),
    }
    return Call("afterSale.submitEvidence", params)


def _return_waybill(outgoing: Outgoing, now: datetime) -> Call:
    del now
    return fill(outgoing, SendType.BUYERS_RETURN)


def _intercept(outgoing: Outgoing, now: datetime) -> Call:
    del now
    target = {"company_code": carrier(outgoing), "tracking_no": waybill(outgoing)}
    params = {
        "after_sale_id": int(outgoing.ticket_no),
        "op_from": MERCHANT_ASKS,
        "intercept_targets": [target],
    }
    return Call(INTERCEPT, params)


def _stopped(outgoing: Outgoing, now: datetime) -> Call:
    params = {"aftersale_id": outgoing.ticket_no, "op_time": seconds_of(now)}
    return Call(STOPPED, params)


def _in_warehouse(outgoing: Outgoing, now: datetime) -> Call:
    params = {
        "aftersale_id": outgoing.ticket_no,
        "op_time": seconds_of(now),
        "tracking_no": str(outgoing.params.get("waybill") or "") or None,
        "logistics_company_code": str(outgoing.params.get("carrier") or "") or None,
    }
    return Call(IN_WAREHOUSE, params)


def _reply(outgoing: Outgoing, now: datetime) -> Call:
    del now
    params = {
        "id": int(id_of(outgoing.ticket_no)),
        "reply": text(outgoing, "text", "回复内容", "text"),
        "evidence": "|".join(evidence(outgoing)) or None,
    }
    return Call("order.replyService", params)


DIRECT: Mapping[Verb, Callable[[Outgoing, datetime], Call]] = {
    Verb.REMARK: _remark,
    Verb.FLAG: _flag,
    Verb.SUBMIT_EVIDENCE: _evidence,
    Verb.RETURN_WAYBILL: _return_waybill,
    Verb.INTERCEPT: _intercept,
    Verb.REPLY_SERVICE: _reply,
}
"""Verbs whose call follows from the wish alone."""

PLAIN: Mapping[str, Callable[[Outgoing, datetime], Call]] = {
    EXTEND: _extend,
    STOPPED: _stopped,
    IN_WAREHOUSE: _in_warehouse,
}
"""Calls that are no operation, for a ticket that was read and stands as it was decided on."""
