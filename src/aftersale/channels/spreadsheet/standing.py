"""Tell from the platforms' words where a ticket stands and where its parcels are."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from functools import lru_cache

from aftersale.channels.base import Turn
from aftersale.channels.spreadsheet.words import plain
from aftersale.channels.standing import (
    ASKED,
    AT_BUYER,
    CLOSED,
    DISPUTE,
    DISPUTE_AGREED,
    EVIDENCE,
    NEGOTIATING,
    PAY_FAILED,
    PAYING,
    REFUNDED,
    REJECTED,
    REJECTED_RETURN,
    REPLACED,
    RETURNING,
    SENT_BACK,
    SHIPPED_AGAIN,
    TO_SHIP,
    Standing,
)

_STATUS_WORDS: tuple[tuple[Standing, tuple[str, ...]], ...] = (
    (
        ASKED,
        (
            "待商家处理",
            "待商家同意",
            "待商家审核",
            "待商家确认",
            "售后申请",
            "售后申请中",
            "待处理",
            "买家仅退款申请",
            "买家退货退款申请",
            "买家已经申请退款，等待卖家同意",
            "买家已申请退款，待商家处理",
            "买家已申请待卖家同意",
            "等待卖家同意",
            "等待商家处理",
        ),
    ),
    (
        RETURNING,
        (
            "待买家退货",
            "售后退货中",
            "退货中",
            "待买家寄回",
            "待用户退货",
            "商家已同意，待买家退货",
            "同意退货，待买家退货",
            "卖家已经同意退款，等待买家退货",
            "卖家已同意待买家退货",
            "商品回寄信息待买家更新",
            "等待买家退货",
        ),
    ),
    (
        SENT_BACK,
        (
            "待商家收货",
            "待商家确认收货",
            "待商家二次同意",
            "待商家验货",
            "买家已退货，待商家收货",
            "买家已经退货，等待卖家确认收货",
            "买家已退货待卖家确认",
            "商品回寄信息待卖家确认",
            "等待商家确认收货",
            "售后已发货",
        ),
    ),
    (TO_SHIP, ("待商家发货", "补寄维修返回：待商家发货", "换货待商家发货", "待商家补寄", "等待商家发货")),
    (
        SHIPPED_AGAIN,
        (
            "待买家收货",
            "换货待买家收货",
            "待买家确认收货",
            "换货/补寄/维修待买家收货",
            "商家已发货待用户收货",
            "卖家已经发货，等待买家确认收货",
            "卖家已发货待买家确认",
        ),
    ),
    (
        REJECTED,
        (
            "已拒绝",
            "商家已拒绝",
            "商家拒绝",
            "商家一次拒绝",
            "拒绝售后申请",
            "商家拒绝售后申请",
            "卖家已拒绝，等待买家处理",
            "卖家已拒绝待买家处理",
            "商家驳回等待买家修改",
            "商家拒绝退款",
        ),
    ),
    (AT_BUYER, ("待买家处理", "等待买家处理")),
    (REJECTED_RETURN, ("商家二次拒绝", "售后退货拒绝", "商家拒绝收货")),
    (
        DISPUTE,
        (
            "平台介入",
            "平台介入中",
            "平台处理中",
            "待平台处理",
            "仲裁中",
            "客服介入",
            "客服介入中",
            "平台介入-买家仅退款申请",
            "平台介入-买家退货退款申请",
            "协商纠纷，等待平台处理",
            "协商纠纷待平台",
        ),
    ),
    (DISPUTE_AGREED, ("平台介入-已确认退货退款",)),
    (EVIDENCE, ("待商家举证", "平台介入，待商家举证")),
    (NEGOTIATING, ("协商中", "协商期", "待商家协商")),
    (
        PAYING,
        (
            "退款中",
            "待退款",
            "退款执行中",
            "打款中",
            "同意退款，退款中",
            "同意退款，待退款",
            "待系统退款",
            "卖家已经同意退款，等待系统执行退款",
        ),
    ),
    (PAY_FAILED, ("同意退款，退款失败",)),
    (
        REFUNDED,
        (
            "同意退款，退款成功",
            "退款成功",
            "售后成功",
            "退款完成",
            "已退款",
            "订单取消成功",
            "成功",
            "价保成功",
        ),
    ),
    (
        REPLACED,
        ("换货成功", "补寄成功", "维修成功", "换货/补寄/维修成功", "换货完成", "补寄完成", "维修完成"),
    ),
    (
        CLOSED,
        (
            "售后关闭",
            "售后失败",
            "退款关闭",
            "售后失败/关闭",
            "关闭",
            "已关闭",
            "买家取消",
            "买家撤销",
            "买家已撤销",
            "已撤销",
            "已取消",
            "售后取消",
            "逆向交易已完成",
        ),
    ),
)
_STATUSES = {plain(word): standing for standing, words in _STATUS_WORDS for word in words}
# One word, two ends: on 快手 the claim is closed, on 抖店 the money did not go out and the shop must act.
_STATUSES_OF = {
    "kuaishou": {**_STATUSES, "退款失败": CLOSED},
    "douyin": {**_STATUSES, "退款失败": PAY_FAILED},
}


@lru_cache(maxsize=1024)
def standing_of(channel: str, word: str) -> Standing | None:
    """Find where a status word puts a ticket; None for a word nobody has seen."""
    return _STATUSES_OF[channel].get(plain(word))


_SHIP_WORDS = {
    "未发货": False,
    "待发货": False,
    "备货中": False,
    "商家未发货": False,
    "已发货": True,
    "全部发货": True,
    "商家已发货": True,
    "已签收": True,
    "已收货": True,
    "已完成": True,
    "交易成功": True,
}
_PARTS = re.compile(r"(\d+)[/／](\d+)\s*已发货")


def shipped_of(word: str) -> bool | None:
    """Tell whether the goods of a line have left; None where only part of them has, or the word is new.

    >>> shipped_of("1/1已发货"), shipped_of("0/2已发货"), shipped_of("1/2已发货")
    (True, False, None)
    """
    parts = _PARTS.fullmatch(word.strip())
    if parts:
        done, whole = int(parts[1]), int(parts[2])
        return True if done == whole > 0 else False if done == 0 else None
    return _SHIP_WORDS.get(plain(word))


_DELIVERED = (
    "已签收",
    "签收",
    "本人签收",
    "他人签收",
    "代收",
    "已代收",
    "妥投",
    "买家签收",
    "已妥投",
    "商家签收",
)
_TRACKING_WORDS: dict[str, tuple[str, ...]] = {
    "signed": _DELIVERED,
    "in_transit": (
        "运输中",
        "在途",
        "派送中",
        "派件中",
        "已揽收",
        "揽收",
        "揽件",
        "已揽件",
        "到达派送点",
        "待取件",
        "转运中",
    ),
    "returned": ("已退回", "退回", "退回中", "退件", "退回签收", "已退回商家"),
    "exception": ("疑难", "疑难件", "异常", "物流异常", "问题件", "拒签", "已拒签", "拒收", "派送失败"),
    "stalled": ("停滞", "物流停滞", "滞留"),
    "lost": ("丢失", "丢件", "已丢失"),
    "none": ("未发货", "待揽收", "已下单", "待发货"),
}
_TRACKING = {plain(word): code for code, words in _TRACKING_WORDS.items() for word in words}


_NOT_DELIVERED = ("未签收", "未能签收", "待签收", "拒绝签收", "拒签", "签收失败", "退回", "异常")


def tracking_of(word: str) -> str | None:
    """Name the state of a parcel, also from the carrier's last message; None for what nobody has seen."""
    known = _TRACKING.get(plain(word))
    if known is None and "已签收" in word and not any(doubt in word for doubt in _NOT_DELIVERED):
        return "signed"
    return known


ORDER_RECEIVED = frozenset({"已签收", "已收货", "已完成", "交易成功", "交易完成", "已确认收货"})
ORDER_CONFIRMED = frozenset({"已完成", "交易成功", "交易完成", "已确认收货"})

# Who acted when no person of the shop did.
_MACHINES = frozenset(
    plain(word)
    for word in (
        "系统",
        "平台",
        "system",
        "System",
        "系统自动",
        "系统自动处理",
        "平台系统",
        "抖店系统",
        "抖音平台",
        "快手平台",
        "自动处理",
        "极速退款助手",
        "售后小助手",
        "售后急速退",
        "售后极速退",
        "闪电退货",
    )
)


def is_machine(operator: str | None) -> bool:
    """Tell whether the platform itself, or its assistant, acted."""
    return operator is not None and plain(operator) in _MACHINES


@dataclass(frozen=True, slots=True)
class Ruling:
    """Say what a word of the dispute column adds to an open ticket."""

    turn: Turn | None
    steps: tuple[tuple[str, bool], ...]
    response: str | None = None


_OPENED = ("arbitration_applied", True)
_JUDGED = Ruling(None, (_OPENED, ("judged", True)))
RULINGS: dict[str, Ruling] = {
    "仲裁中": Ruling(Turn.PLATFORM, (_OPENED,)),
    "平台介入中": Ruling(Turn.PLATFORM, (_OPENED,)),
    "待商家举证": Ruling(Turn.MERCHANT, (_OPENED, ("evidence_requested", True))),
    "协商期": Ruling(Turn.MERCHANT, (_OPENED,), "negotiating"),
    "客服同意": _JUDGED,
    "客服拒绝": _JUDGED,
    "仲裁结束": _JUDGED,
}
NO_DISPUTE = frozenset({"无仲裁记录", "无仲裁", "未仲裁", "无", "未介入"})


@lru_cache(maxsize=1024)
def with_ruling(found: Standing, word: str | None) -> Standing:
    """Add to an open ticket what the dispute column says; a new word leaves the dispute unknown."""
    if not found.open or word is None or plain(word) in NO_DISPUTE:
        return found
    ruling = RULINGS.get(plain(word))
    if ruling is None:
        return replace(found, hidden=(*found.hidden, "arbitration_applied_at"))
    steps = (*found.steps, *ruling.steps)
    return replace(
        found, turn=ruling.turn or found.turn, steps=steps, response=ruling.response or found.response
    )
