"""Decide what the buyer says and what is true: reason, goods, content of the returned box."""

from __future__ import annotations

from typing import TYPE_CHECKING

from aftersale.sandbox.dice import happens, pick
from aftersale.sandbox.model import Line, Stage, Truth

if TYPE_CHECKING:
    from random import Random

    from aftersale.sandbox.mix import Slot
    from aftersale.sandbox.model import Article

HONESTY = {
    "honest": 0.95,
    "patient": 0.97,
    "hurried": 0.9,
    "careless": 0.8,
    "bargains": 0.75,
    "dishonest": 0.3,
    "serial_missing_item": 0.2,
}

# What goes wrong with goods in the buyer's hands, by category; each voids "intact" in the sense of the law.
SPOILT = {
    "apparel": ("tags_removed", "soiled"),
    "intimate_apparel": ("seal_broken", "tags_removed"),
    "food": ("seal_broken",),
    "electronics": ("activated", "accessories_missing"),
    "home_textile": ("washed", "tags_removed"),
    "toys": ("accessories_missing",),
}

APPLY_TYPES = {
    Line.UNSHIPPED: "refund_only",
    Line.SHIPPED_REFUND: "refund_only",
    Line.RETURN_REVIEW: "return_refund",
    Line.RETURN_RECEIPT: "return_refund",
    Line.EXCHANGE: "exchange",
    Line.RESHIP: "reship",
    Line.PRICE_PROTECT: "price_protect",
    Line.PLATFORM_SERVICE: "refund_only",
    Line.ARBITRATION: "return_refund",
}

ONLY_REASONS = {
    Line.PRICE_PROTECT: ("promo_not_honoured",),
    Line.RESHIP: ("missing_item",),
    Line.PLATFORM_SERVICE: ("after_sale_promise_broken", "service_poor", "after_sale_delay"),
}
IN_TRANSIT_REASONS = (("no_reason", 4), ("logistics_stalled", 4), ("late_shipment", 1), ("parcel_refused", 1))
DOUBTED = ("quality_defect", "damaged", "missing_item", "wrong_item", "not_as_described", "function_failure")

SAYINGS = {
    "no_reason": ("不想要了", "不喜欢", "买多了", ""),
    "quality_defect": ("质量有问题，照片发了", "用了一次就坏了", "有瑕疵"),
    "damaged": ("收到就破了", "包装都湿了，里面漏了", "碎了一个"),
    "missing_item": ("少了一件", "数量不对，少发"),
    "wrong_spec": ("尺码不对", "和下单的规格不一样"),
    "not_as_described": ("和图片不一样", "色差大"),
    "function_failure": ("开不了机", "用不了"),
    "logistics_stalled": ("物流好几天没动了", "快递一直不送"),
    "signed_not_received": ("显示签收，我没收到",),
    "late_shipment": ("怎么还不发货", "等太久了，不要了"),
    "parcel_refused": ("我拒收了，退款吧",),
    "promo_not_honoured": ("刚买就降价了，补差价",),
    "after_sale_promise_broken": ("客服答应补发，一直没补",),
    "service_poor": ("客服不回消息",),
    "after_sale_delay": ("售后拖了好几天",),
}


def pick_reason(rng: Random, line: Line, article: Article, *, signed: bool, late: bool) -> str:
    """Choose a reason that a buyer in this queue could give for this article."""
    if line is Line.UNSHIPPED:
        return "late_shipment" if late else "no_reason"
    if line in ONLY_REASONS:
        return rng.choice(ONLY_REASONS[line])
    if not signed:
        return pick(rng, IN_TRANSIT_REASONS)
    if line is Line.SHIPPED_REFUND and happens(rng, 0.06):
        return "signed_not_received"
    claims = tuple(
        trouble for trouble in article.troubles if trouble[0] != "no_reason" and _fits(line, trouble[0])
    )
    needs_claim = line in (Line.EXCHANGE, Line.ARBITRATION)
    return pick(rng, claims if needs_claim and claims else article.troubles)


def _fits(line: Line, reason: str) -> bool:
    return line is not Line.EXCHANGE or reason not in ("missing_item", "logistics_stalled")


def make_truth(rng: Random, character: str, reason: str, article: Article, *, back: bool) -> Truth:
    """Decide whether the claim holds, how the goods are and, if they came back, what the box holds."""
    holds = reason not in DOUBTED or happens(rng, HONESTY.get(character, 0.9))
    box = _box(rng, character) if back else "right"
    sent = article.weight_g + rng.randint(-10, 10)
    return Truth(
        claim_holds=holds,
        goods=_goods(rng, reason, article, holds=holds),
        box=box,
        sent_g=sent,
        returned_g=_weigh(rng, box, sent) if back else 0,
        has_photo=reason in DOUBTED and happens(rng, 0.7),
    )


def _goods(rng: Random, reason: str, article: Article, *, holds: bool) -> str:
    if reason in DOUBTED and holds:
        return "defect"
    return rng.choice(SPOILT.get(article.category, ("soiled",))) if happens(rng, 0.12) else "intact"


def _box(rng: Random, character: str) -> str:
    bad = 0.5 if character == "dishonest" else 0.04
    return rng.choice(("empty", "swapped", "missing_parts", "used")) if happens(rng, bad) else "right"


def _weigh(rng: Random, box: str, sent: int) -> int:
    share = {"empty": 0.1, "missing_parts": 0.8}.get(box, 1.0)
    return max(20, int(sent * share) + rng.randint(-10, 10))


def saying(rng: Random, reason: str) -> str:
    """Choose what the buyer writes; often nothing."""
    return rng.choice(SAYINGS.get(reason, ("",)))


def answer(rng: Random, slot: Slot) -> str:
    """Choose the note that the shop left on the ticket, if any."""
    if slot.line is Line.PLATFORM_SERVICE:
        return "平台服务单：请核实后回复"
    if slot.stage in (Stage.REJECTED, Stage.ARBITRATION):
        return rng.choice(("商品影响二次销售", "凭证不足，请补充照片", "发货前检查完好"))
    return "已与买家沟通" if slot.handled_by == "agent" and happens(rng, 0.2) else ""
