"""Write tickets as afterSale.List does."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, TypeAlias
from zlib import crc32

from aftersale.domain.clock import SHANGHAI
from aftersale.sandbox.douyin import codes
from aftersale.sandbox.platform.case import Actor, Case, Kind, Ruling, Sold, Step
from aftersale.sandbox.platform.documents import ARTICLES, reason_text

if TYPE_CHECKING:
    from aftersale.sandbox.platform.case import Note, SoldLine

Json: TypeAlias = dict[str, object]
FREIGHT_INSURANCE: Json = {"tag_detail": "运费险", "tag_detail_en": "freight_insurance", "tag_link_url": ""}


def seconds(at: int) -> int:
    """Turn epoch ms into seconds."""
    return at // 1000


def local(at: int) -> str:
    """Write a time as the platform's pages do, GMT+8."""
    return datetime.fromtimestamp(at / 1000, tz=UTC).astimezone(SHANGHAI).strftime("%Y-%m-%d %H:%M:%S")


def list_item(case: Case, sold: Sold) -> Json:
    """Write one item of afterSale.List."""
    return {
        "aftersale_info": _list_info(case, sold),
        "order_info": _list_order(case, sold),
        "text_part": _text_part(case),
        "seller_logs": [
            {"content": each.text, "op_name": "商家", "create_time": local(each.at), "star": 0}
            for each in case.remarks
        ],
    }


def _list_info(case: Case, sold: Sold) -> Json:
    back, again = case.sent_back, case.sent_again
    return {
        "aftersale_id": case.no,
        "aftersale_order_type": 1,
        "aftersale_type": codes.TYPES[case.kind],
        "aftersale_status": codes.status_of(case),
        "related_id": case.line_no,
        "apply_time": seconds(case.applied_at),
        "create_time": seconds(case.applied_at),
        "update_time": seconds(case.updated_at),
        "status_deadline": seconds(case.due_at),
        "aftersale_status_to_final_time": seconds(case.ended_at),
        "refund_amount": asked_fen(case),
        "refund_post_amount": case.freight_fen,
        "refund_tax_amount": 0,
        "return_promotion_amount": 0,
        "aftersale_num": 1,
        "part_type": int(case.asked_fen < case.paid_fen),
        "aftersale_refund_type": 0 if asked_fen(case) else 4,
        "refund_type": assistant(case),
        "refund_status": codes.refund_status_of(case),
        "arbitrate_status": codes.dispute_of(case),
        "arbitrate_blame": blame(case),
        "left_urge_sms_count": 0,
        "return_logistics_code": back.no if back else "",
        "return_logistics_company_name": back.carrier if back else "",
        "exchange_logistics_company_name": again.carrier if again else "",
        "exchange_sku_info": exchange(case, sold),
        "remark": case.remarks[-1].text if case.remarks else "",
        "got_pkg": int(case.got_parcel),
        "order_logistics": order_logistics(sold),
        "is_agree_refuse_sign": 0,
        "reason_second_labels": [],
        "aftersale_tags": [generated_tag()],
        "risk_decision_code": 0,
        "risk_decision_reason": "",
        "risk_decision_description": "",
        "store_id": 0,
        "store_name": "",
        "aftersale_sub_type": 0,
        "auto_audit_bits": auto_bits(case),
    }


def asked_fen(case: Case) -> int:
    """Give what the buyer asks for, freight included; nothing for goods in exchange."""
    return case.asked_fen + case.freight_fen


def generated_tag() -> Json:
    """Label what is generated."""
    return {"tag_detail": "演示数据", "tag_detail_en": "generated", "tag_detail_text": "", "tag_link_url": ""}


def auto_bits(case: Case) -> list[int]:
    """Say by which of its assistants the platform paid, if it did."""
    if case.ended_by is not Actor.PLATFORM or case.step is not Step.REFUNDED:
        return []
    return [1] if case.kind is Kind.UNSHIPPED else [2]


def assistant(case: Case) -> int:
    """Say how the platform paid: 1 before shipping, 2 its assistant, 0 it did not."""
    return {1: 1, 2: 2}.get(sum(auto_bits(case)), 0)


def blame(case: Case) -> int:
    """Say who is to blame by the ruling: 1 merchant, 2 buyer, 4 the platform that paid and turned."""
    if case.dispute is None:
        return 0
    if case.dispute.turned and case.step is Step.REFUNDED:
        return 4
    return {Ruling.FOR_BUYER: 1, Ruling.FOR_MERCHANT: 2}.get(case.dispute.ruling, 0)


def exchange(case: Case, sold: Sold) -> Json:
    """Write what the buyer wants instead."""
    line = line_of(case, sold) if case.kind is Kind.EXCHANGE else None
    return {
        "sku_id": sku_id(line) if line else "",
        "code": line.article_no if line else "",
        "num": line.quantity if line else 0,
        "out_sku_id": "",
        "out_warehouse_id": "",
        "supplier_id": "",
        "url": "",
        "name": line.title if line else "",
        "price": str(line.price_fen) if line else "",
        "spec_desc": line.specification if line else "",
    }


def order_logistics(sold: Sold) -> list[Json]:
    """Write the parcel of the order."""
    if not sold.waybill:
        return []
    return [
        {
            "tracking_no": sold.waybill,
            "company_name": sold.carrier,
            "company_code": codes.CARRIERS.get(sold.carrier, ""),
            "logistics_time": seconds(sold.shipped_at),
            "logistics_state": 3 if sold.intercepted else 2 if sold.signed_at else 0,
        }
    ]


def line_of(case: Case, sold: Sold) -> SoldLine:
    """Find the line of the order that a ticket is about."""
    return next((line for line in sold.lines if line.no == case.line_no), sold.lines[0])


def product_id(line: SoldLine) -> int:
    """Make up the platform's number for a product, stable over runs."""
    return 3_600_000_000_000_000_000 + crc32(line.article_no.encode())


def sku_id(line: SoldLine) -> str:
    """Make up the platform's number for an article."""
    return str(3_300_000_000_000_000 + crc32(line.article_no.encode()))


def order_status(sold: Sold, case: Case | None = None) -> int:
    """Give the status of an order's line: 2 to ship, 3 shipped, 5 received, 4 cancelled."""
    if case is not None and case.step is Step.REFUNDED and case.kind is Kind.UNSHIPPED:
        return 4
    return 5 if sold.signed_at else 3 if sold.shipped_at else 2


def flag_of(notes: tuple[Note, ...]) -> int:
    """Give the flag that stands on an order."""
    return notes[-1].flag if notes else 0


def _list_order(case: Case, sold: Sold) -> Json:
    line = line_of(case, sold)
    return {
        "shop_order_id": sold.no,
        "order_flag": flag_of(sold.notes),
        "related_order_info": [
            {
                "sku_order_id": line.no,
                "order_status": order_status(sold),
                "pay_amount": line.paid_fen,
                "post_amount": sold.freight_fen,
                "item_num": line.quantity,
                "create_time": seconds(sold.paid_at),
                "tax_amount": 0,
                "is_oversea_order": 0,
                "product_name": line.title,
                "product_id": product_id(line),
                "product_image": "",
                "tags": [],
                "sku_spec": [{"name": "规格", "value": line.specification}],
                "shop_sku_code": line.article_no,
                "logistics_code": sold.waybill,
                "aftersale_pay_amount": case.asked_fen,
                "aftersale_post_amount": case.freight_fen,
                "aftersale_tax_amount": 0,
                "aftersale_item_num": line.quantity,
                "promotion_pay_amount": 0,
                "price": line.price_fen,
                "given_sku_order_ids": [each.no for each in sold.lines if each.gift],
            }
        ],
    }


def _text_part(case: Case) -> Json:
    back = case.sent_back
    return {
        "logistics_text": "",
        "aftersale_status_text": codes.STATUS_WORDS[codes.status_of(case)],
        "aftersale_type_text": codes.TYPE_WORDS[codes.TYPES[case.kind]],
        "return_logistics_text": f"{back.carrier} {back.no}" if back else "",
        "aftersale_refund_type_text": "原路退回",
        "reason_text": reason_text(case),
        "bad_item_text": "",
        "arbitrate_status_text": codes.DISPUTE_WORDS[codes.dispute_of(case)],
    }


def insurance(line: SoldLine) -> list[Json]:
    """Write the badges of insurance that the line has."""
    return [FREIGHT_INSURANCE] if ARTICLES[line.article_no].freight_insurance else []
