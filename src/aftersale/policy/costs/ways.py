"""Say of each remedy what it moves: the parts that its cost is made of, and how far it meets the buyer."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


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


@dataclass(frozen=True, slots=True)
class Remedied:
    """Hold what a remedy moves; `agreed` ones need the buyer's word where the law grants another."""

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
        _R("gift", (Step.GIFT, Step.TALK), _PART, agreed=True, stock=True),
        _R("service_compensation", (Step.SERVICE, Step.TALK), _PART, agreed=True),
        _R(
            "upgrade",
            (Step.NEW_GOODS, Step.UPGRADE, Step.FORWARD, Step.TALK),
            _GIVEN,
            agreed=True,
            stock=True,
        ),
        _R("reject", (Step.TALK,), _NONE),
    )
}
"""What is not listed moves no money by itself (asking, holding, reporting) and has no cost to compare."""

VOLUNTARY = ("partial_refund", "coupon", "gift", "service_compensation", "upgrade")
"""What a shop may offer beside the law's remedies, never instead of one that the buyer insists on."""
