"""Name the scenes and stages of a talk, and the variables of a reply."""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING

from aftersale.texts import Text

if TYPE_CHECKING:
    from collections.abc import Mapping


class Scene(StrEnum):
    """Say what a talk is about."""

    GENERAL = "general"
    QUALITY = "quality"
    NO_REASON = "no_reason"
    SHIPPING = "shipping"
    DAMAGED = "damaged"
    PRICE = "price"
    KEEPS_GOODS = "keeps_goods"
    UNCLEAR = "unclear"


class Stage(StrEnum):
    """Say how far a talk is: six steps, in this order."""

    RECEIVE = "receive"
    UNDERSTAND = "understand"
    OFFER = "offer"
    AGAIN = "again"
    AGREE = "agree"
    DECLINE = "decline"
    AFTER = "after"


class Need(StrEnum):
    """Say what keeps a buyer from sending goods back."""

    TIME = "time"
    EFFORT = "effort"
    COST = "cost"
    TRUST = "trust"
    WORTH = "worth"


SCENE_WORDS: Mapping[Scene, Text] = {
    Scene.GENERAL: Text(zh="通用", en="any"),
    Scene.QUALITY: Text(zh="质量、描述不符", en="quality, not as described"),
    Scene.NO_REASON: Text(zh="七天无理由", en="seven days, no reason"),
    Scene.SHIPPING: Text(zh="发货、物流", en="dispatch, carrier"),
    Scene.DAMAGED: Text(zh="破损、少件、错发", en="damaged, missing, wrong"),
    Scene.PRICE: Text(zh="价格", en="price"),
    Scene.KEEPS_GOODS: Text(zh="买家不肯寄回", en="the buyer will not send it back"),
    Scene.UNCLEAR: Text(zh="情况要核实", en="to be looked into"),
}
STAGE_WORDS: Mapping[Stage, Text] = {
    Stage.RECEIVE: Text(zh="先回应", en="receive"),
    Stage.UNDERSTAND: Text(zh="问清楚", en="understand"),
    Stage.OFFER: Text(zh="给方案", en="offer"),
    Stage.AGAIN: Text(zh="再商量", en="offer again"),
    Stage.AGREE: Text(zh="谈妥确认", en="agree"),
    Stage.DECLINE: Text(zh="说明不能", en="decline"),
    Stage.AFTER: Text(zh="办完回访", en="afterwards"),
}
NEED_WORDS: Mapping[Need, Text] = {
    Need.TIME: Text(zh="没时间寄", en="no time"),
    Need.EFFORT: Text(zh="嫌麻烦", en="too much trouble"),
    Need.COST: Text(zh="不想出运费", en="will not pay the freight"),
    Need.TRUST: Text(zh="怕寄了不退", en="fears not to be refunded"),
    Need.WORTH: Text(zh="东西不值得寄", en="not worth the trip"),
}
_OF_REASON: Mapping[str, Scene] = {
    **dict.fromkeys(
        ("quality_defect", "not_as_described", "function_failure", "false_advertising", "counterfeit",
         "safety_hazard", "undisclosed_feature"),
        Scene.QUALITY,
    ),
    **dict.fromkeys(("damaged", "missing_item", "wrong_item", "wrong_spec"), Scene.DAMAGED),
    **dict.fromkeys(
        ("late_shipment", "logistics_stalled", "logistics_lost", "signed_not_received", "parcel_refused",
         "bad_return_address"),
        Scene.SHIPPING,
    ),
    **dict.fromkeys(("price_fraud", "promo_not_honoured", "payment_error", "price_drop"), Scene.PRICE),
    "no_reason": Scene.NO_REASON,
}  # fmt: skip

VARIABLES: Mapping[str, Text] = {
    "店铺": Text(zh="店铺的名字", en="name of the shop"),
    "商品": Text(zh="商品名", en="article"),
    "申请": Text(zh="售后类型", en="kind of claim"),
    "订单号": Text(zh="订单号", en="order number"),
    "申请金额": Text(zh="买家申请的金额", en="amount applied for"),
    "买家要": Text(zh="买家最后一次要的", en="what the buyer wants"),
    "我们给": Text(zh="我们最后一次给的", en="what the shop gives"),
    "方案": Text(zh="两三个可选的办法，一行一个", en="two or three ways, one a line"),
    "谈妥": Text(zh="双方同意的办法", en="what both agree on"),
    "时间": Text(zh="何时前回复或办好", en="until when"),
    "依据": Text(zh="处理建议的依据", en="the clause"),
    "还差": Text(zh="还要买家补的信息或凭证", en="what the buyer is asked for"),
}
"""What a reply may name in braces."""


def scene_of(reason: str, *, keeps_goods: bool) -> Scene:
    """Say which scene a ticket is; a buyer who keeps the goods is one of its own."""
    return Scene.KEEPS_GOODS if keeps_goods else _OF_REASON.get(reason, Scene.GENERAL)
