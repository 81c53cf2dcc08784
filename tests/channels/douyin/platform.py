"""A small 抖店 that keeps state, answers in bytes and fails on demand."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from aftersale.domain.errors import Unavailable, Unreadable
from aftersale.texts import Text
from tests.channels.douyin.samples import AT, ORDER_NO, detail, order

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from datetime import datetime

SAID = Text(zh="网络没有通。", en="The network failed.")
NEXT = Text(zh="请看一眼。", en="Have a look.")

_ENDS: dict[int, int] = {101: 7, 102: 27, 111: 12, 112: 29, 201: 12, 202: 27, 203: 12, 301: 7, 302: 27}
_ENDS |= {311: 13, 312: 29, 321: 6, 121: 6, 401: 12}
_WRITES = {
    "afterSale.operate",
    "afterSale.fillLogistics",
    "afterSale.timeExtend",
    "afterSale.submitEvidence",
    "afterSale.addOrderRemark",
    "afterSale.applyLogisticsIntercept",
    "afterSale.CancelSendGoodsSuccess",
    "afterSale.returnGoodsToWareHouseSuccess",
    "order.addOrderRemark",
    "order.replyService",
}


def ok(data: object) -> bytes:
    """Wrap data as a success."""
    said = {"code": 10000, "msg": "success", "sub_code": "", "sub_msg": "", "log_id": "log-1", "data": data}
    return json.dumps(said, ensure_ascii=False).encode()


def no(code: int, sub_code: str = "", words: str = "不行") -> bytes:
    """Wrap a refusal."""
    said = {"code": code, "msg": "fail", "sub_code": sub_code, "sub_msg": words, "log_id": "log-2"}
    return json.dumps(said, ensure_ascii=False).encode()


@dataclass
class Doudian:
    """Hold one ticket; `answers` go before what it would say by itself, `faults` before any write of it."""

    now: datetime = AT
    platform: str = "douyin"
    info: dict[str, Any] = field(default_factory=dict)
    process: dict[str, Any] = field(default_factory=dict)
    answers: dict[str, bytes] = field(default_factory=dict)
    faults: list[Callable[[], bytes]] = field(default_factory=list)
    before: Callable[[Doudian], None] = lambda _: None
    calls: list[tuple[str, Mapping[str, Any], bool]] = field(default_factory=list)
    effects: list[tuple[str, Mapping[str, Any]]] = field(default_factory=list)

    def ask(self, method: str, params: Mapping[str, object], *, writes: bool = False) -> bytes:
        self.calls.append((method, params, writes))
        if method in _WRITES:
            self.before(self)
            if self.faults:
                return self.faults.pop(0)()
        if method in self.answers:
            return self.answers[method]
        return self._write(method, params) if method in _WRITES else self._read(method)

    def sent(self, method: str) -> list[Mapping[str, Any]]:
        """Give the parameters of every call of a method."""
        return [params for name, params, _ in self.calls if name == method]

    def reports(self) -> list[str]:
        """Give the ids of the events that were told, call after call."""
        calls = self.sent("security.batchReportOrderSecurityEvent")
        return [event["event_id"] for params in calls for event in params["events"]]

    def _read(self, method: str) -> bytes:
        said: dict[str, object] = {
            "afterSale.Detail": detail(self.process, **self.info),
            "order.orderDetail": order(),
            "address.list": {"total": 1, "address_list": [{"address_id": 77, "is_default": 1}]},
            "afterSale.rejectReasonCodeList": {
                "items": [
                    {"reject_reason_code": 22, "reason": "运费协商不一致", "evidence_need": "N"},
                    {"reject_reason_code": 23, "reason": "买家凭证无效", "evidence_need": "Y"},
                ]
            },
            "order.serviceDetail": {"detail": service()},
            "security.batchReportOrderSecurityEvent": {},
            "order.logisticsCompanyList": [
                {"id": 12, "name": "顺丰速运", "code": "shunfeng"},
                {"id": 15, "name": "圆通速递", "code": "yuantong"},
            ],
        }
        return ok(said[method])

    def _write(self, method: str, params: Mapping[str, Any]) -> bytes:
        if method != "afterSale.operate":
            self.effects.append((method, params))
            return ok({"success_count": 1, "failed_count": 0} if "Intercept" in method else {})
        return self._operate(params)

    def _operate(self, params: Mapping[str, Any]) -> bytes:
        item = params["items"][0]
        stands = detail(self.process, **self.info)["process_info"]
        if item["update_time"] != stands["after_sale_info"]["update_time"]:  # type: ignore[index]
            return no(50002, "isv.business-failed:20309541", "售后单状态已变更")
        self.effects.append(("afterSale.operate", params))
        self.info |= {"after_sale_status": _ENDS[params["type"]], "update_time": item["update_time"] + 60}
        return ok(
            {"items": [{"aftersale_id": int(item["aftersale_id"]), "status_code": 0, "status_msg": ""}]}
        )


def service(**changes: object) -> dict[str, object]:
    """Give a service request as its detail says it."""
    return {
        "id": 990011,
        "order_id": int(ORDER_NO),
        "operate_status": 0,
        "operate_status_desc": "待处理",
        "detail": "买家说少发了一件，请核实。",
        "reply": "",
        "create_time": "2026-06-09 18:00:00",
        "update_time": "2026-06-09 18:00:05",
        "expiration_time": "2026-06-10 18:00:00",
        "img_list": ["https://p3.example.com/s.jpg"],
        **changes,
    }


def off() -> bytes:
    """Fail before anything was sent."""
    raise Unavailable("test.off", SAID, NEXT)


def silent() -> bytes:
    """Send, and hear nothing."""
    raise Unreadable("test.silent", SAID, NEXT)
