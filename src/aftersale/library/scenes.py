"""List the typical tickets that a refund page for buyers explains."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, time, timedelta
from typing import TYPE_CHECKING

from aftersale.domain.clock import SHANGHAI
from aftersale.domain.facts import Facts, parse_facts
from aftersale.texts import Text

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import date

_NO_FACTS: Mapping[str, object] = {}


@dataclass(frozen=True, slots=True)
class Scene:
    """Describe one typical ticket; days are counted back from the application, None has not happened."""

    title: Text
    apply_type: str
    reason: str
    shipped: int | None = None
    signed: int | None = None
    promised: int | None = None
    facts: Mapping[str, object] = field(default_factory=lambda: _NO_FACTS)


@dataclass(frozen=True, slots=True)
class Part:
    """Hold the scenes of one part of the page."""

    title: Text
    scenes: tuple[Scene, ...]


def _received(
    zh: str, en: str, reason: str, signed: int, apply_type: str = "return_refund", **facts: object
) -> Scene:
    return Scene(Text(zh=zh, en=en), apply_type, reason, shipped=signed + 2, signed=signed, facts=facts)


def _travelling(zh: str, en: str, reason: str, shipped: int, **facts: object) -> Scene:
    return Scene(Text(zh=zh, en=en), "refund_only", reason, shipped=shipped, facts=facts)


_FAULT = {"quality_proven": "yes", "defect_severity": "minor"}

PARTS = (
    Part(
        Text(zh="还没收到货", en="Before the goods arrive"),
        (
            Scene(
                Text(zh="还没发货，不想要了", en="Not dispatched yet, you changed your mind"),
                "refund_only",
                "no_reason",
            ),
            Scene(
                Text(zh="过了承诺的发货时间还没发货", en="Not dispatched by the promised time"),
                "refund_only",
                "late_shipment",
                promised=1,
            ),
            _travelling("已经发货，还在路上，不想要了", "On its way, you changed your mind", "no_reason", 2),
            _travelling(
                "物流很久不更新",
                "Tracking has stood still",
                "logistics_stalled",
                8,
                logistics_status="stalled",
                stalled_hours=120,
            ),
            _travelling("快递丢了", "The parcel was lost", "logistics_lost", 8, logistics_status="lost"),
            Scene(
                Text(zh="显示签收，但没有收到", en="Signed for, but you did not get it"),
                "refund_only",
                "signed_not_received",
                shipped=5,
                signed=2,
                facts={"sign_proof": "stranger"},
            ),
        ),
    ),
    Part(
        Text(zh="收到货，不想要了", en="You have the goods and do not want them"),
        (_received("签收七天内，商品完好", "Within seven days, goods intact", "no_reason", 3),),
    ),
    Part(
        Text(zh="收到货，有问题", en="You have the goods and something is wrong"),
        (
            _received(
                "七天内发现质量问题或与页面不符", "Defect within seven days", "quality_defect", 3, **_FAULT
            ),
            _received("七天后发现质量问题", "Defect after seven days", "quality_defect", 30, **_FAULT),
            _received(
                "七天后发现严重质量问题",
                "Grave defect after seven days",
                "quality_defect",
                30,
                quality_proven="yes",
                defect_severity="major",
            ),
            _received("发错货、规格不对", "Wrong goods or variant", "wrong_item", 3, wrong_item=True),
            _received("少件、漏发", "Something is missing", "missing_item", 3, missing_item=True),
            _received("收到时已经破损", "Broken on arrival", "damaged", 1, damaged_on_arrival=True),
            _received(
                "商品有问题，又不便寄回（如生鲜）",
                "Faulty and unfit to send back, such as fresh food",
                "quality_defect",
                1,
                "refund_only",
                category="fresh",
                **_FAULT,
            ),
            _received("问题还需要核实", "The problem still has to be verified", "quality_defect", 12),
        ),
    ),
    Part(
        Text(zh="钱不对", en="The money is wrong"),
        (
            _received(
                "重复扣款或多扣款",
                "Charged twice or too much",
                "payment_error",
                3,
                "refund_only",
                overcharge_fen=1000,
            ),
            _received(
                "优惠没有兑现",
                "A promotion was not honoured",
                "promo_not_honoured",
                3,
                "refund_only",
                price_diff_fen=1000,
            ),
            _received(
                "收了没标明的费用",
                "An undisclosed fee",
                "undisclosed_fee",
                3,
                "refund_only",
                overcharge_fen=1000,
            ),
        ),
    ),
)

EXCEPTIONS = (
    _received(
        "按您的要求定做的、鲜活易腐的商品，您拆封的音像和软件，已交付的报纸期刊（商品页已标明，您下单时已确认）",
        "Goods made to your order, perishables, unsealed recordings and software, delivered newspapers "
        "(marked on the page and confirmed by you)",
        "no_reason",
        3,
        custom_made=True,
    ),
    _received(
        "拆封后影响安全或卫生、激活试用后价值贬损较大、临期或有标明瑕疵的商品（您下单时单独确认过不支持）",
        "Goods unsafe once unsealed, much devalued by use, near expiry or with a marked flaw "
        "(you confirmed this at purchase)",
        "no_reason",
        3,
        opt_out_class="unseal_safety",
        opt_out_confirmed=True,
    ),
    _received(
        "商品已经不完好（查验拆封不算）",
        "Goods no longer intact (opening to inspect does not count)",
        "no_reason",
        3,
        soiled_damaged=True,
    ),
)


def facts_of(scene: Scene, platform: str, on: date) -> Facts:
    """Make the facts of a typical ticket of a platform, applied for at ten on a day."""
    applied = datetime.combine(on, time(10), SHANGHAI)
    moments = {
        "paid_at": applied - timedelta(days=(scene.shipped or 1) + 1),
        "shipped_at": _back(applied, scene.shipped),
        "signed_at": _back(applied, scene.signed),
        "promised_ship_at": _back(applied, scene.promised),
        "applied_at": applied,
    }
    given = {"platform": platform, "apply_type": scene.apply_type, "reason": scene.reason, "paid_fen": 12_900}
    return parse_facts(given | moments | dict(scene.facts))


def _back(moment: datetime, days: int | None) -> datetime | None:
    return None if days is None else moment - timedelta(days=days)
