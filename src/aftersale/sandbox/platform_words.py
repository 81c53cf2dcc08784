"""Say stages, types and reasons in the words that each platform's export uses."""

from __future__ import annotations

from aftersale.sandbox.model import Line, Stage

DOUYIN_TYPES = {
    Line.UNSHIPPED: "未发货退款",
    Line.SHIPPED_REFUND: "已发货退款",
    Line.RETURN_REVIEW: "退货退款",
    Line.RETURN_RECEIPT: "退货退款",
    Line.EXCHANGE: "换货",
    Line.RESHIP: "补寄",
    Line.PRICE_PROTECT: "价保",
    Line.PLATFORM_SERVICE: "已发货退款",
    Line.ARBITRATION: "退货退款",
}
KUAISHOU_TYPES = DOUYIN_TYPES | {
    Line.UNSHIPPED: "仅退款",
    Line.SHIPPED_REFUND: "仅退款",
    Line.PLATFORM_SERVICE: "仅退款",
}

DOUYIN_STAGES = {
    Stage.DECIDE: "待商家处理",
    Stage.BUYER_RETURNS: "待买家退货",
    Stage.RECEIVE: "待商家收货",
    Stage.SHIP: "待商家发货",
    Stage.BUYER_RECEIVES: "换货待买家收货",
    Stage.REJECTED: "商家一次拒绝",
    Stage.ARBITRATION: "商家一次拒绝",
    Stage.REFUNDED: "同意退款，退款成功",
    Stage.REPLACED: "换货成功",
    Stage.CLOSED: "售后关闭",
}
DOUYIN_OWN_STAGES = {
    Line.RESHIP: {Stage.BUYER_RECEIVES: "待买家收货", Stage.REPLACED: "补寄成功"},
    Line.RETURN_RECEIPT: {Stage.REJECTED: "商家二次拒绝"},
}
KUAISHOU_STAGES = {
    Stage.DECIDE: "买家已经申请退款，等待卖家同意",
    Stage.BUYER_RETURNS: "卖家已经同意退款，等待买家退货",
    Stage.RECEIVE: "买家已经退货，等待卖家确认收货",
    Stage.SHIP: "待商家发货",
    Stage.BUYER_RECEIVES: "卖家已经发货，等待买家确认收货",
    Stage.REJECTED: "卖家已拒绝，等待买家处理",
    Stage.ARBITRATION: "协商纠纷，等待平台处理",
    Stage.REFUNDED: "售后成功",
    Stage.REPLACED: "售后成功",
    Stage.CLOSED: "退款关闭",
}

REASONS = {
    "no_reason": "7天无理由退货",
    "quality_defect": "商品质量问题",
    "not_as_described": "商品信息描述不符",
    "function_failure": "功能故障",
    "wrong_spec": "大小尺寸重量不符",
    "wrong_item": "商家发错货",
    "missing_item": "少件/漏发",
    "damaged": "商品破损",
    "logistics_stalled": "快递一直未送达",
    "signed_not_received": "显示已签收但未收到货",
    "parcel_refused": "拒收",
    "late_shipment": "未按约定时间发货",
    "promo_not_honoured": "价保",
    "minor_purchase": "其他",
    "after_sale_promise_broken": "未履行售后承诺",
    "service_poor": "服务态度差",
    "after_sale_delay": "商家处理慢",
}
UNSHIPPED_NO_REASON = "多拍/拍错/不想要"
FRESH_QUALITY = "腐烂/变质"


def douyin_stage(line: Line, stage: Stage) -> str:
    """Give 抖店's word for a stage; a 补寄 and a return that came back have their own."""
    own = DOUYIN_OWN_STAGES.get(line, {})
    return own.get(stage) or DOUYIN_STAGES[stage]


def reason_text(reason: str, line: Line, category: str) -> str:
    """Give the text that the buyer picked from the platform's list."""
    if reason == "no_reason" and line is Line.UNSHIPPED:
        return UNSHIPPED_NO_REASON
    if reason == "quality_defect" and category == "fresh":
        return FRESH_QUALITY
    return REASONS[reason]
