"""List the facts of a ticket, one row each: name, labels, what silence means, who answers, from when."""

from __future__ import annotations

from aftersale.domain.vocabulary import (
    APPLY_TYPES,
    CATEGORIES,
    PLATFORMS,
    QUALITY_REASONS,
    REASONS,
    SIGN_PROOFS,
    Answerer,
    Silence,
    Stage,
)

_G, _R, _A, _P, _Q = Silence.GIVEN, Silence.RECORD, Silence.ASSERTED, Silence.REGISTER, Silence.ASK
_PF, _BU, _CA, _WH, _SH = (
    Answerer.PLATFORM,
    Answerer.BUYER,
    Answerer.CARRIER,
    Answerer.WAREHOUSE,
    Answerer.SHOP,
)
_NOW, _SHIPPED, _RECEIVED, _BACK = Stage.APPLIED, Stage.SHIPPED, Stage.RECEIVED, Stage.GOODS_BACK
Row = tuple[str, str, str, Silence, Answerer, Stage]

# A time that may not have happened, with the name and the words of its companion.
TIMES: tuple[tuple[Row, str | None, str, str], ...] = (
    (("paid_at", "付款时间", "paid at", _Q, _PF, _NOW), None, "", ""),
    (
        ("promised_ship_at", "承诺发货时间", "promised dispatch", _R, _PF, _NOW),
        "promised",
        "有承诺发货时间",
        "dispatch was promised",
    ),
    (("shipped_at", "发货时间", "shipped at", _R, _PF, _NOW), "shipped", "已发货", "shipped"),
    (
        ("first_scan_at", "揽收时间", "first scan", _R, _CA, _SHIPPED),
        "scanned",
        "已揽收",
        "collected by the carrier",
    ),
    (("signed_at", "签收时间", "signed for at", _Q, _CA, _SHIPPED), "signed", "已签收", "signed for"),
    (
        ("confirmed_at", "确认收货时间", "confirmed at", _R, _PF, _SHIPPED),
        "confirmed",
        "已确认收货",
        "receipt confirmed",
    ),
    (("applied_at", "申请时间", "applied at", _G, _PF, _NOW), None, "", ""),
    (("now", "判断时间", "time of decision", _G, _SH, _NOW), None, "", ""),
    (
        ("merchant_agreed_at", "商家同意时间", "merchant agreed at", _R, _PF, _NOW),
        "agreed",
        "商家已同意",
        "merchant agreed",
    ),
    (
        ("merchant_rejected_at", "商家拒绝时间", "merchant refused at", _R, _PF, _NOW),
        "rejected",
        "商家已拒绝",
        "merchant refused",
    ),
    (
        ("return_waybill_at", "退货单号填写时间", "return waybill entered", _R, _PF, _NOW),
        "return_sent",
        "买家已寄回",
        "sent back",
    ),
    (
        ("return_received_at", "收到退货时间", "return received at", _R, _WH, _NOW),
        "goods_back",
        "退货已收到",
        "goods are back",
    ),
    (
        ("evidence_requested_at", "要求举证时间", "evidence requested at", _R, _PF, _NOW),
        "evidence_requested",
        "平台要求举证",
        "evidence requested",
    ),
    (
        ("evidence_submitted_at", "提交举证时间", "evidence submitted at", _R, _PF, _NOW),
        "evidence_submitted",
        "已提交举证",
        "evidence submitted",
    ),
    (
        ("arbitration_applied_at", "申请平台介入时间", "dispute opened at", _R, _PF, _NOW),
        "arbitration_applied",
        "已申请平台介入",
        "dispute opened",
    ),
    (("judged_at", "平台判定时间", "judged at", _R, _PF, _NOW), "judged", "平台已判定", "judged"),
    (
        ("status_deadline", "平台处理截止时间", "platform deadline", _R, _PF, _NOW),
        "clock_given",
        "平台给出截止时间",
        "platform gives a deadline",
    ),
    (
        ("force_majeure_at", "不可抗力发生时间", "force majeure at", _A, _SH, _NOW),
        "force_majeure_dated",
        "不可抗力有日期",
        "force majeure is dated",
    ),
)

# Money: default None means it may not apply; the companion says whether it does.
MONEY: tuple[tuple[Row, int | None, str | None, str, str], ...] = (
    (("paid_fen", "实付金额", "paid", _G, _PF, _NOW), 0, None, "", ""),
    (("order_paid_fen", "整单实付", "paid for the order", _R, _PF, _NOW), 0, None, "", ""),
    (("freight_paid_fen", "已付运费", "freight paid", _R, _PF, _NOW), 0, None, "", ""),
    (("refunded_fen", "已退金额", "refunded", _R, _PF, _NOW), 0, None, "", ""),
    (("order_refunded_fen", "整单已退", "refunded of the order", _R, _PF, _NOW), 0, None, "", ""),
    (
        ("requested_refund_fen", "申请退款金额", "refund requested", _R, _PF, _NOW),
        None,
        "refund_requested",
        "写明申请金额",
        "an amount is requested",
    ),
    (
        ("retained_price_fen", "保留商品原价", "price of what is kept", _A, _SH, _NOW),
        None,
        "retains_goods",
        "只退一部分",
        "part is kept",
    ),
    (("list_price_total_fen", "整单原价", "list price of the order", _A, _SH, _NOW), 0, None, "", ""),
    (
        ("free_ship_threshold_fen", "包邮门槛", "free-shipping threshold", _A, _SH, _NOW),
        None,
        "free_ship_offered",
        "有包邮门槛",
        "a free-shipping threshold applies",
    ),
    (("forward_freight_fen", "发货运费", "forward freight", _A, _SH, _NOW), 0, None, "", ""),
    (("return_cost_fen", "退货成本", "cost of a return", _P, _SH, _NOW), 1000, None, "", ""),
    (("insurance_limit_fen", "运费险额度", "freight insurance limit", _P, _SH, _NOW), 0, None, "", ""),
    (("gift_declared_fen", "赠品标价", "declared gift price", _A, _SH, _NOW), 0, None, "", ""),
    (("loss_fen", "买家损失", "buyer's loss", _A, _BU, _NOW), 0, None, "", ""),
    (("remit_fen", "小额打款金额", "small payout", _A, _SH, _NOW), 0, None, "", ""),
)

ALLEGED_MONEY: tuple[tuple[Row, tuple[str, ...]], ...] = (
    (("overcharge_fen", "多收金额", "overcharge", _Q, _SH, _NOW), ("payment_error", "undisclosed_fee")),
    (("price_diff_fen", "差价", "price difference", _Q, _SH, _NOW), ("promo_not_honoured", "price_fraud")),
)

COUNTS: tuple[tuple[Row, int], ...] = (
    (("remit_count", "小额打款次数", "small payouts so far", _A, _SH, _NOW), 0),
    (("promise_no_reason_days", "承诺无理由天数", "promised no-reason days", _P, _SH, _NOW), 0),
    (("warranty_days", "质保天数", "warranty days", _P, _SH, _NOW), 0),
    (("apply_count", "第几次申请", "number of applications", _R, _PF, _NOW), 1),
)

# Booleans with a false default.
FLAGS: tuple[tuple[Row, tuple[str, ...]], ...] = (
    (("cross_border", "跨境订单", "cross-border", _A, _PF, _NOW), ()),
    (("virtual", "虚拟商品", "virtual goods", _A, _SH, _NOW), ()),
    (("custom_made", "按买家要求定做", "made to order", _P, _SH, _NOW), ()),
    (("perishable", "鲜活易腐", "perishable", _P, _SH, _NOW), ()),
    (
        (
            "digital_downloaded_or_unsealed",
            "数字商品已下载或拆封",
            "digital goods downloaded or unsealed",
            _A,
            _SH,
            _NOW,
        ),
        (),
    ),
    (("periodical_delivered", "已交付的报刊", "delivered periodical", _A, _SH, _NOW), ()),
    (
        (
            "opt_out_confirmed",
            "下单时单独确认过不支持无理由",
            "exclusion confirmed at purchase",
            _P,
            _SH,
            _NOW,
        ),
        (),
    ),
    (("shop_freight_promise", "店铺承诺包退货运费", "shop pays return freight", _P, _SH, _NOW), ()),
    (("freight_insurance", "有运费险", "freight insurance", _P, _SH, _NOW), ()),
    (("pkg_opened", "外包装已拆", "outer package opened", _Q, _WH, _BACK), ()),
    (("hygiene_seal_broken", "一次性密封已拆", "hygiene seal broken", _Q, _WH, _BACK), ()),
    (("activated", "已激活", "activated", _Q, _WH, _BACK), ()),
    (("personal_data_left", "留有个人数据", "personal data left", _Q, _WH, _BACK), ()),
    (("repaired_modified", "私自维修改动", "repaired or altered", _Q, _WH, _BACK), ()),
    (("tags_removed", "吊牌已剪", "tags removed", _Q, _WH, _BACK), ()),
    (("soiled_damaged", "脏污或损坏", "soiled or damaged", _Q, _WH, _BACK), ()),
    (("used_beyond_inspection", "超出试用查验的使用", "used beyond inspection", _Q, _WH, _BACK), ()),
    (("gift_present", "订单有赠品", "a gift came with it", _A, _SH, _NOW), ()),
    (("defect_disclosed", "页面已说明这处瑕疵", "this flaw was disclosed", _P, _SH, _NOW), ()),
    (("durable_goods", "耐用商品", "durable goods", _P, _SH, _NOW), ()),
    (("food_unsafe", "食品不安全", "unsafe food", _A, _BU, _RECEIVED), ()),
    (("label_flaw_only", "只是标签瑕疵", "label flaw only", _A, _SH, _RECEIVED), ()),
    (("safety_hazard", "有安全隐患", "safety hazard", _Q, _BU, _RECEIVED), ("safety_hazard",)),
    (("wrong_item", "确实发错", "wrong item sent", _Q, _BU, _RECEIVED), ("wrong_item", "wrong_spec")),
    (("missing_item", "确实少件", "item missing", _Q, _BU, _RECEIVED), ("missing_item",)),
    (("damaged_on_arrival", "到货时已破损", "damaged on arrival", _Q, _BU, _RECEIVED), ("damaged",)),
    (
        (
            "merchant_agrees_refund_only",
            "商家同意仅退款",
            "merchant grants refund without return",
            _A,
            _SH,
            _NOW,
        ),
        (),
    ),
    (("merchant_needs_inspection", "商家要收回检测", "merchant needs to inspect", _A, _SH, _NOW), ()),
    (("merchant_refused_parcel", "商家拒收退货", "merchant refused the parcel", _A, _WH, _NOW), ()),
    (("banned_goods", "禁售商品", "banned goods", _A, _PF, _NOW), ()),
    (("privacy_leak", "泄露买家信息", "buyer's data leaked", _A, _BU, _NOW), ()),
    (
        ("promise_broken", "售后承诺未履行", "after-sale promise broken", _Q, _SH, _NOW),
        ("after_sale_promise_broken",),
    ),
    (("service_poor", "服务态度差", "poor service", _Q, _SH, _NOW), ("service_poor",)),
    (("service_delay", "服务未按时", "service late", _Q, _SH, _NOW), ("service_delay",)),
    (("platform_trend_flag", "平台判定商品问题趋势", "platform flags a trend", _A, _PF, _NOW), ()),
    (("platform_plan_open", "平台协商方案进行中", "platform plan open", _R, _PF, _NOW), ()),
    (
        (
            "platform_reason_accepted",
            "平台按7天无理由受理",
            "platform accepted the 7-day reason",
            _R,
            _PF,
            _NOW,
        ),
        (),
    ),
    (("extortion", "敲诈勒索", "extortion", _A, _SH, _NOW), ()),
    (("buyer_cannot_return", "买家暂时寄不了", "buyer cannot send it back", _A, _BU, _NOW), ()),
    (("buyer_is_minor", "未成年人下单", "ordered by a minor", _Q, _BU, _NOW), ("minor_purchase",)),
    (("force_majeure", "不可抗力", "force majeure", _Q, _SH, _NOW), ("force_majeure",)),
    (("resalable", "可二次销售", "fit for resale", _Q, _WH, _BACK), ()),
    (("gold_card", "金卡买家", "gold-card buyer", _A, _PF, _NOW), ()),
    (("platform_excellent_buyer", "平台优质买家", "platform's quality buyer", _A, _PF, _NOW), ()),
    (("buyer_agreed_channel", "买家同意换退款方式", "buyer agreed to another route", _A, _BU, _NOW), ()),
)

# Booleans whose default is true.
TRUE_FLAGS: tuple[Row, ...] = (
    (
        "class_marked_and_confirmed",
        "不支持无理由已标注并确认",
        "exclusion marked and confirmed",
        _P,
        _SH,
        _NOW,
    ),
    ("accessories_complete", "配件齐全", "accessories complete", _Q, _WH, _BACK),
    ("gift_returned", "赠品已退回", "gift returned", _Q, _WH, _BACK),
    ("merchant_offers_fix", "商家提供换货或维修", "merchant offers a fix", _A, _SH, _NOW),
    ("return_address_ok", "退货地址有效", "return address is good", _A, _SH, _NOW),
    ("pay_online", "在线支付", "paid online", _A, _PF, _NOW),
)

ENUMS: tuple[tuple[Row, str | None, tuple[str, ...], tuple[str, ...]], ...] = (
    (("platform", "平台", "platform", _G, _PF, _NOW), None, PLATFORMS, ()),
    (("apply_type", "售后类型", "claim", _G, _PF, _NOW), None, APPLY_TYPES, ()),
    (("reason", "售后原因", "reason", _Q, _BU, _NOW), None, REASONS, ()),
    (("category", "类目", "category", _P, _SH, _NOW), "general", CATEGORIES, ()),
    (
        ("opt_out_class", "可排除无理由的类别", "exclusion class", _P, _SH, _NOW),
        "none",
        ("none", "unseal_safety", "activation_devalue", "near_expiry_or_flaw"),
        (),
    ),
    (
        ("quality_proven", "质量问题是否属实", "defect proven", _Q, _BU, _RECEIVED),
        "unknown",
        ("yes", "no", "unknown"),
        QUALITY_REASONS,
    ),
    (
        ("defect_severity", "问题程度", "severity", _Q, _BU, _RECEIVED),
        "none",
        ("none", "minor", "major", "unsellable"),
        QUALITY_REASONS,
    ),
    (
        ("fraud_by_merchant", "商家欺诈", "fraud by the merchant", _A, _BU, _NOW),
        "none",
        ("none", "alleged", "proven"),
        (),
    ),
    (
        ("sign_proof", "签收凭证", "proof of delivery", _Q, _CA, _SHIPPED),
        "none",
        SIGN_PROOFS,
        ("signed_not_received",),
    ),
    (
        ("logistics_status", "物流状态", "tracking", _Q, _CA, _SHIPPED),
        "none",
        ("none", "in_transit", "stalled", "exception", "signed", "returned", "lost"),
        (
            "logistics_stalled",
            "logistics_lost",
            "signed_not_received",
            "parcel_refused",
            "late_shipment",
            "no_reason",
        ),
    ),
    (
        ("carrier_chosen_by", "快递由谁指定", "who chose the carrier", _A, _SH, _NOW),
        "merchant",
        ("merchant", "buyer"),
        (),
    ),
    (
        ("merchant_response", "商家处理", "merchant's answer", _R, _PF, _NOW),
        "none",
        ("none", "agreed", "rejected", "negotiating"),
        (),
    ),
    (
        ("merchant_violation_level", "店铺违规程度", "merchant violation", _A, _PF, _NOW),
        "none",
        ("none", "minor", "serious"),
        (),
    ),
    (
        ("buyer_fraud", "买家欺诈", "fraud by the buyer", _A, _WH, _NOW),
        "none",
        ("none", "suspected", "proven"),
        (),
    ),
    (
        ("return_mismatch", "退回与发出不符", "return mismatch", _A, _WH, _BACK),
        "none",
        ("none", "empty", "swapped", "missing_parts", "used", "unknown"),
        (),
    ),
    (
        ("refund_channel", "退款方式", "refund route", _R, _PF, _NOW),
        "original",
        ("original", "balance", "bank", "wechat_transfer"),
        (),
    ),
)

TEXTS: tuple[Row, ...] = (
    ("shop", "店铺", "shop", _R, _PF, _NOW),
    ("article_no", "商家编码", "article no.", _R, _PF, _NOW),
    ("sku", "规格", "SKU", _R, _PF, _NOW),
    ("batch", "批次", "batch", _A, _SH, _NOW),
    ("live", "直播场次", "live session", _R, _PF, _NOW),
    ("carrier", "快递公司", "carrier", _R, _PF, _NOW),
    ("warehouse", "仓库", "warehouse", _R, _PF, _NOW),
    ("province", "省份", "province", _R, _PF, _NOW),
)

# Rows whose kind or default stands alone.
STALLED_HOURS: Row = ("stalled_hours", "物流停滞小时数", "hours since last scan", _Q, _CA, _SHIPPED)
RISK_SCORE: Row = ("buyer_risk_score", "店内风险分", "own-shop risk score", _A, _SH, _NOW)
RECEIVED: Row = ("received", "买家已收到货", "the buyer has the goods", _Q, _CA, _SHIPPED)
REVIEW: Row = ("rejection_reason_valid", "拒绝理由成立", "refusal found valid", _A, _PF, _NOW)
TAGS: Row = ("service_tags", "服务标签", "service tags", _R, _PF, _NOW)
