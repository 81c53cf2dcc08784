"""Say of each remedy what it moves: the parts that its cost is made of, and how far it meets the buyer."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from aftersale.texts import Text


class Meets(StrEnum):
    """Say how far a remedy gives what was asked for."""

    GIVEN = "given"
    PART = "part"
    REFUSED = "refused"


class Step(StrEnum):
    """Name a part of the cost of a remedy."""

    REFUND = "refund"
    PART_REFUND = "part_refund"
    NEW_GOODS = "new_goods"
    PART_GOODS = "part_goods"
    FORWARD = "forward"
    BACK = "back"
    INSPECT = "inspect"
    RECOVERED = "recovered"
    KEPT_HERE = "kept_here"
    REPAIR = "repair"
    COUPON = "coupon"
    GIFT = "gift"
    SERVICE = "service"
    UPGRADE = "upgrade"
    TALK = "talk"
    DISPUTE = "dispute"
    BUYER = "buyer"


STEP_WORDS: dict[Step, Text] = {
    Step.REFUND: Text(zh="退款", en="refund"),
    Step.PART_REFUND: Text(zh="部分退款", en="part refund"),
    Step.NEW_GOODS: Text(zh="再给一件的成本", en="cost of new goods"),
    Step.PART_GOODS: Text(zh="补寄件成本", en="cost of the part"),
    Step.FORWARD: Text(zh="寄出运费", en="freight out"),
    Step.BACK: Text(zh="退回运费", en="freight back"),
    Step.INSPECT: Text(zh="查验", en="inspection"),
    Step.RECOVERED: Text(zh="退回再卖能收回", en="recovered by resale"),
    Step.KEPT_HERE: Text(zh="货还在店里", en="goods still here"),
    Step.REPAIR: Text(zh="维修", en="repair"),
    Step.COUPON: Text(zh="优惠券（按使用率）", en="coupon, at its use rate"),
    Step.GIFT: Text(zh="赠品", en="gift"),
    Step.SERVICE: Text(zh="服务补偿", en="service"),
    Step.UPGRADE: Text(zh="升级差价", en="upgrade"),
    Step.TALK: Text(zh="多沟通", en="extra talk"),
    Step.DISPUTE: Text(zh="可能的平台介入", en="chance of a dispute"),
    Step.BUYER: Text(zh="可能流失买家", en="chance of losing the buyer"),
}


@dataclass(frozen=True, slots=True)
class Remedied:
    """Hold what a remedy moves; `agreed` ones need the buyer's word where the law grants another.

    `stock`: it needs more of the same article. A gift or an upgrade is goods of its own, whose stock is that
    of the goodwill.
    """

    name: str
    steps: tuple[Step, ...]
    meets: Meets
    agreed: bool = False
    stock: bool = False


_R = Remedied
_GIVEN, _PART, _NONE = Meets.GIVEN, Meets.PART, Meets.REFUSED
WAYS: dict[str, Remedied] = {
    way.name: way
    for way in (
        _R("refund_full_unshipped", (Step.REFUND, Step.KEPT_HERE), _GIVEN),
        _R("refund_no_return", (Step.REFUND,), _GIVEN),
        _R("refund_now", (Step.REFUND,), _GIVEN),
        _R("intercept_or_refuse", (Step.REFUND, Step.BACK, Step.INSPECT, Step.RECOVERED, Step.TALK), _GIVEN),
        _R("refuse_then_refund", (Step.REFUND, Step.BACK, Step.INSPECT, Step.RECOVERED), _GIVEN),
        _R("return_refund", (Step.REFUND, Step.BACK, Step.INSPECT, Step.RECOVERED), _GIVEN),
        _R("pickup", (Step.REFUND, Step.BACK, Step.INSPECT, Step.RECOVERED, Step.TALK), _GIVEN),
        _R(
            "exchange",
            (Step.NEW_GOODS, Step.FORWARD, Step.BACK, Step.INSPECT, Step.RECOVERED),
            _GIVEN,
            stock=True,
        ),
        _R("reship", (Step.NEW_GOODS, Step.FORWARD), _GIVEN, stock=True),
        _R("reship_missing", (Step.PART_GOODS, Step.FORWARD), _GIVEN, stock=True),
        _R("repair", (Step.BACK, Step.REPAIR, Step.FORWARD), _GIVEN),
        _R("partial_refund", (Step.PART_REFUND, Step.TALK), _PART, agreed=True),
        _R("coupon", (Step.COUPON, Step.TALK), _PART, agreed=True),
        _R("gift", (Step.GIFT, Step.TALK), _PART, agreed=True),
        _R("service_compensation", (Step.SERVICE, Step.TALK), _PART, agreed=True),
        _R(
            "upgrade",
            (
                Step.NEW_GOODS,
                Step.UPGRADE,
                Step.FORWARD,
                Step.BACK,
                Step.INSPECT,
                Step.RECOVERED,
                Step.TALK,
            ),
            _GIVEN,
            agreed=True,
        ),
        _R("reject", (Step.TALK,), _NONE),
    )
}
"""What is not listed moves no money by itself (asking, holding, reporting) and has no cost to compare."""

VOLUNTARY = ("partial_refund", "coupon", "gift", "service_compensation", "upgrade")
"""What a shop may offer beside the law's remedies, never instead of one that the buyer insists on."""
