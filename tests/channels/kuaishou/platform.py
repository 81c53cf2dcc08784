"""A tiny 快手 with one ticket: it answers bytes, keeps a version, and fails on demand."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from aftersale.channels.base import Outgoing
from aftersale.channels.kuaishou import contract
from aftersale.channels.verbs import PAYS, REFUNDS, Verb
from aftersale.domain.errors import ChannelError, Rejected, TooFast, Unauthorised, Unreadable

if TYPE_CHECKING:
    from collections.abc import Mapping

TICKET_NO = "7123450000000000678"
ORDER_NO = "6920000000000000001"
VERSION = 1_780_000_000_000
AT = datetime(2026, 6, 10, 2, tzinfo=UTC)
FEE = 12_900

Fields = dict[str, object]

# Which way and status each verb is meant for.
STATES: dict[str, tuple[int, int]] = {
    Verb.REFUND: (10, 10),
    Verb.REFUND_RECEIVED: (1, 40),
    Verb.REFUND_NO_RETURN: (1, 10),
    Verb.AGREE_RETURN: (1, 10),
    Verb.AGREE_EXCHANGE: (3, 10),
    Verb.SEND: (3, 40),
    Verb.REFUSE: (10, 10),
    Verb.CHANGE_TYPE: (1, 11),
    Verb.RETURN_WAYBILL: (1, 30),
}
PARAMS: dict[str, Fields] = {
    Verb.SEND: {"carrier": "4", "waybill": "SF100"},
    Verb.RETURN_WAYBILL: {"carrier": "9", "waybill": "ZT100"},
    Verb.REFUSE: {"reason": "12", "citation": "消法25", "text": "影响二次销售", "evidence": []},
    Verb.CHANGE_TYPE: {"to": "refund_only", "reason": "13", "text": "不用寄回"},
    Verb.REMARK: {"text": "已电话联系"},
    Verb.FLAG: {"flag": "red"},
}


def ticket(**changes: object) -> Fields:
    """Tell of one ticket as the detail does; what is None is left out."""
    told: Fields = {
        "refundId": int(TICKET_NO),
        "oid": int(ORDER_NO),
        "handlingWay": 10,
        "status": 10,
        "negotiateStatus": 1,
        "refundFee": FEE,
        "refundReason": 101,
        "refundReasonDesc": "商品质量问题",
        "refundType": 1,
        "receiptStatus": 2,
        "specialRefundType": 0,
        "createTime": 1_779_900_000_000,
        "submitTime": 1_779_900_000_000,
        "updateTime": VERSION,
        "expireTime": 1_780_150_000_000,
        "itemId": 11223344556677,
        "skuNick": "CUP-350-BL",
        "buyerOpenId": "buyer-0001",
        "pictures": "",
        **changes,
    }
    return {name: value for name, value in told.items() if value is not None}


def order(**changes: object) -> Fields:
    """Tell of its order; `changes` go into the base of it."""
    return {
        "orderBaseInfo": {
            "oid": int(ORDER_NO),
            "status": 40,
            "payTime": 1_779_500_000_000,
            "sendTime": 1_779_550_000_000,
            "recvTime": 0,
            "validPromiseShipmentTimeStamp": 1_779_672_800_000,
            "totalFee": FEE,
            "expressFee": 0,
            **changes,
        },
        "orderItemInfo": {
            "itemTitle": "双层玻璃杯",
            "skuDesc": "蓝 350ml",
            "serviceInfo": {"freight": True, "instantRefund": False},
        },
        "orderLogisticsInfo": [{"expressNo": "SF1", "expressCode": 4}],
        "orderAddress": {
            "province": "浙江省",
            "desensitiseConsignee": "张*",
            "desensitiseMobile": "138****0000",
        },
    }


def well(data: object = None) -> bytes:
    """Answer that it went well."""
    return json.dumps({"result": 1, "error_msg": "SUCCESS", "data": data}).encode()


def refusing(result: object, words: str = "不行", **more: object) -> bytes:
    """Answer with a result of the platform's."""
    return json.dumps({"result": result, "error_msg": words, **more}).encode()


FAULTS: dict[str, tuple[bytes, type[ChannelError]]] = {
    "html": (b"<html>502 Bad Gateway</html>", Unreadable),
    "half": (b'{"result":1,"err', Unreadable),
    "wrong type": (b'["result", 1]', Unreadable),
    "no result": (b'{"data":{}}', Unreadable),
    "server": (refusing(100200500, "server_error"), Unreadable),
    "unknown": (refusing(987654, "??"), Unreadable),
    "throttle": (refusing(1017, "[1017] exceed quota limit,[apiId:1]"), TooFast),
    "quota": (refusing(99, "Exceed qps limit, KEY [apiId:1], MAX_QPS [300.0]"), TooFast),
    "revoked": (refusing(24, "AUTHORIZATION_REVOKED"), Unauthorised),
    "signature": (refusing(28, "sign error"), Unauthorised),
    "conflict": (refusing(300014, "refund updated"), Rejected),
    "state": (refusing(300018, "status not allowed"), Rejected),
}


@dataclass
class Platform:
    """Keep one ticket; writes in `faults` are answered by those bytes, one a call, and do nothing."""

    shown: Fields = field(default_factory=ticket)
    order: Fields | None = field(default_factory=order)
    faults: list[bytes] = field(default_factory=list)
    answers: dict[str, bytes] = field(default_factory=dict)
    asked: list[tuple[str, Fields, bool]] = field(default_factory=list)
    effects: int = 0
    platform: str = "kuaishou"
    now: datetime = AT

    def ask(self, method: str, params: Mapping[str, object], *, writes: bool = False) -> bytes:
        self.asked.append((method, dict(params), writes))
        if method in self.answers:
            return self.answers[method]
        if method == contract.DETAIL:
            return well(self.shown)
        if method == contract.ORDER:
            return refusing(21, "order operation reject") if self.order is None else well(self.order)
        return self.faults.pop(0) if self.faults else self._act(params)

    def _act(self, params: Mapping[str, object]) -> bytes:
        version = self.shown["updateTime"]
        assert isinstance(version, int)
        if params.get("refundVersion", version) != version:
            return refusing(300014, "refund updated, refresh and retry")
        self.shown = {**self.shown, "updateTime": version + 1000}
        self.effects += 1
        return well()

    @property
    def sent(self) -> list[tuple[str, Fields]]:
        """List the writes that came, with what they carried."""
        return [(method, params) for method, params, writes in self.asked if writes]

    def wished(self, verb: str, key: str) -> Outgoing:
        """Ask for one thing, and bring the ticket where it is allowed."""
        way, status = STATES.get(verb, (10, 10))
        self.shown = {**self.shown, "handlingWay": way, "status": status}
        return wish(verb, key=key, guard=str(self.shown["updateTime"]))


def wish(
    verb: str, params: Mapping[str, object] | None = None, *, key: str = "k1", guard: str = str(VERSION)
) -> Outgoing:
    """Ask for one thing about the ticket."""
    return Outgoing(
        key=key,
        verb=verb,
        ticket_no=TICKET_NO,
        order_no=ORDER_NO,
        amount_fen=FEE if verb in REFUNDS else 500 if verb in PAYS else None,
        params={**PARAMS.get(verb, {}), **(params or {})},
        guard=guard,
    )
