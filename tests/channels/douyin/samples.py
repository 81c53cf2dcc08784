"""Made-up payloads in the shape of 抖店's own; no number in them belongs to anybody."""

from __future__ import annotations

from datetime import UTC, datetime

from aftersale.channels.interface import AppKeys

KEYS = AppKeys("7000000000000000001", "00000000-1111-2222-3333-444444444444")
AT = datetime(2026, 6, 10, 2, tzinfo=UTC)
TICKET_NO, ORDER_NO, LINE_NO = "7123450000000000678", "6920000000000000001", "6920000000000000003"
APPLIED, UPDATED, DEADLINE = 1_780_900_000, 1_781_000_003, 1_781_172_800


def listed(order: dict[str, object] | None = None, **info: object) -> dict[str, object]:
    """Give an item of afterSale.List."""
    line = {
        "sku_order_id": LINE_NO,
        "order_status": 3,
        "pay_amount": 12900,
        "post_amount": 0,
        "item_num": 1,
        "product_name": "双层玻璃杯",
        "product_id": 3600000000000000011,
        "shop_sku_code": "CUP-350-BL",
        "promotion_pay_amount": 0,
        "sku_spec": [{"name": "颜色", "value": "蓝色"}],
        "tags": [{"tag_detail": "7天", "tag_detail_en": "supply_7day_return"}],
    }
    words = {
        "aftersale_status_text": info.pop("status_text", "待商家同意"),
        "aftersale_type_text": info.pop("type_text", "已发货退款"),
        "reason_text": info.pop("reason_text", "质量问题"),
        "logistics_text": info.pop("logistics_text", ""),
    }
    told = {
        "aftersale_id": TICKET_NO,
        "aftersale_type": 1,
        "aftersale_status": 6,
        "related_id": LINE_NO,
        "apply_time": APPLIED,
        "update_time": UPDATED,
        "status_deadline": DEADLINE,
        "refund_amount": 12900,
        "refund_post_amount": 0,
        "refund_type": 0,
        "refund_status": 0,
        "arbitrate_status": 0,
        "got_pkg": 0,
        "order_logistics": [],
        "auto_audit_bits": [],
        "aftersale_status_to_final_time": 0,
        "return_logistics_code": "",
        "remark": "",
    }
    asked = {"shop_order_id": ORDER_NO, "order_flag": 0, "related_order_info": [line], **(order or {})}
    return {"aftersale_info": {**told, **info}, "order_info": asked, "text_part": words, "seller_logs": []}


def detail(process: dict[str, object] | None = None, **info: object) -> dict[str, object]:
    """Give the data of afterSale.Detail: ids are numbers there."""
    told = {
        "after_sale_id": int(TICKET_NO),
        "after_sale_status": 6,
        "after_sale_status_desc": "售后申请",
        "after_sale_type": 1,
        "after_sale_type_text": "售后仅退款",
        "refund_type": 4,
        "refund_type_text": "订单货款",
        "refund_status": 0,
        "refund_total_amount": 12900,
        "refund_post_amount": 0,
        "real_refund_amount": 0,
        "apply_time": APPLIED,
        "update_time": UPDATED,
        "status_deadline": DEADLINE,
        "reason": "质量问题",
        "reason_code": 7,
        "evidence": ["https://p3.example.com/a.jpg"],
        "got_pkg": 0,
    }
    line = {
        "sku_order_id": int(LINE_NO),
        "order_status": 3,
        "pay_amount": 12900,
        "post_amount": 0,
        "product_name": "双层玻璃杯",
        "product_id": 3600000000000000011,
        "shop_sku_code": "CUP-350-BL",
        "sku_spec": [{"name": "颜色", "value": "蓝色"}],
    }
    return {
        "process_info": {"after_sale_info": {**told, **info}, **(process or {})},
        "order_info": {"shop_order_id": int(ORDER_NO), "sku_order_infos": [line]},
    }


def order(**changes: object) -> dict[str, object]:
    """Give the data of order.orderDetail."""
    line = {
        "order_id": LINE_NO,
        "pay_amount": 13000,
        "promotion_pay_amount": 100,
        "author_name": "小蓝直播间",
        "logistics_receipt_time": 1_780_800_000,
        "confirm_receipt_time": 0,
    }
    told = {
        "order_id": ORDER_NO,
        "pay_time": 1_780_500_000,
        "exp_ship_time": 1_780_672_800,
        "ship_time": 1_780_600_000,
        "pay_amount": 13000,
        "promotion_pay_amount": 100,
        "doudian_open_id": "open-1",
        "mask_post_receiver": "王*",
        "mask_post_tel": "1*********4",
        "encrypt_post_tel": "#cipher#",
        "post_addr": {"province": {"id": "33", "name": "浙江省"}},
        "sku_order_list": [line],
    }
    return {"shop_order_detail": {**told, **changes}}
