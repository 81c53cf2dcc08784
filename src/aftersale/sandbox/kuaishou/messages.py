"""Write the messages of 快手小店, still readable: they are encrypted when they leave."""

from __future__ import annotations

import json
from functools import partial
from typing import TYPE_CHECKING

from aftersale.sandbox.kuaishou import codes
from aftersale.sandbox.platform.apps import KUAISHOU, OPEN_IDS, SHOP_IDS
from aftersale.sandbox.platform.case import Case, Kind
from aftersale.sandbox.platform.moves import Move
from aftersale.sandbox.platform.post import put

if TYPE_CHECKING:
    from aftersale.sandbox.platform.market import Market

ADDED, UPDATED = "kwaishop_aftersales_addRefund", "kwaishop_aftersales_updateRefund"
PAID = (3, 50, 60)
EVENT_TYPES: dict[str, tuple[int, ...]] = {
    Move.REFUND.value: PAID,
    Move.CONFIRM.value: (7, 50, 60),
    Move.REFUND_WITHOUT_GOODS.value: PAID,
    Move.AGREE_RETURN.value: (3,),
    Move.AGREE_RESHIP.value: (3,),
    Move.REFUSE.value: (2,),
    Move.REFUSE_GOODS.value: (2,),
    Move.SEND_BACK.value: (6,),
    Move.SHIP_AGAIN.value: (7,),
    Move.RECEIVED.value: (60,),
    Move.MODIFY.value: (4,),
    Move.CHANGE_KIND.value: (4,),
    Move.WITHDRAW.value: (70,),
    Move.CLOSE.value: (70,),
    "dispute": (4,),
    "dispute_cancelled": (4,),
    "ruling": (4,),
}
FIRST = json.dumps({"test": True}, separators=(",", ":")).encode()


def tell(market: Market, what: str, case: Case) -> None:
    """Put the messages of an event into the post."""
    kept = market.store.value("limits")
    generation = json.loads(kept).get("kuaishou_generation", "newer") if kept else "newer"
    if what == "created":
        put(market, case.shop, ADDED, partial(body, case, ADDED, _info(case, generation, 0)))
    for event in EVENT_TYPES.get(what, ()):
        put(market, case.shop, UPDATED, partial(body, case, UPDATED, _info(case, generation, event)))


def _info(case: Case, generation: str, event: int) -> dict[str, object]:
    info: dict[str, object] = {
        "orderId": int(case.order_no),
        "refundId": int(case.no),
        "handlingWay": codes.WAYS[case.kind],
        "specialRefundType": int(case.kind is Kind.PRICE),
        "status": 50 if event == 50 else codes.status_of(case, generation),  # noqa: PLR2004  paying now
    }
    if event:
        return info | {"eventType": event, "updateTime": case.updated_at}
    return info | {"createTime": case.applied_at}


def body(case: Case, event: str, info: dict[str, object], number: int) -> bytes:
    """Write one message; its info is a text."""
    message = {
        "eventId": f"sandbox_{SHOP_IDS[case.shop]}_{number}",
        "bizId": int(case.no),
        "userId": SHOP_IDS[case.shop],
        "openId": OPEN_IDS[case.shop],
        "appKey": KUAISHOU.key,
        "event": event,
        "info": json.dumps(info, separators=(",", ":")),
        "createTime": case.updated_at,
        "test": False,
    }
    return json.dumps(message, ensure_ascii=False, separators=(",", ":")).encode()
