"""Write a ticket as afterSale.Detail does; here the ids are numbers."""

from __future__ import annotations

from typing import TYPE_CHECKING

from aftersale.sandbox.douyin import codes
from aftersale.sandbox.douyin.shapes import (
    Json,
    asked_fen,
    assistant,
    auto_bits,
    blame,
    exchange,
    generated_tag,
    insurance,
    line_of,
    local,
    order_logistics,
    order_status,
    product_id,
    seconds,
    sku_id,
)
from aftersale.sandbox.platform.case import Actor, Case, Kind, Parcel, Ruling, Sold, Step
from aftersale.sandbox.platform.disputes import returns_first
from aftersale.sandbox.platform.documents import reason_text

if TYPE_CHECKING:
    from aftersale.sandbox.platform.case import Entry


def parcel(parcel: Parcel | None) -> Json:
    """Write one parcel of logistics_info."""
    if parcel is None:
        return {"tracking_no": "", "company_name": "", "company_code": "", "logistics_time": 0}
    return {
        "tracking_no": parcel.no,
        "company_name": parcel.carrier,
        "company_code": codes.CARRIERS.get(parcel.carrier, ""),
        "logistics_time": seconds(parcel.at),
    }


def detail(case: Case, sold: Sold, *, records: bool) -> Json:
    """Write the answer, with the negotiation history where it is wanted."""
    again = case.sent_again
    return {
        "process_info": {
            "after_sale_info": _detail_info(case, sold),
            "arbitrate_info": arbitration(case),
            "after_sale_service_tag": {"after_sale_service_tag": [generated_tag()]},
            "logistics_info": {
                "return": parcel(case.sent_back),
                "exchange": parcel(again if case.kind is Kind.EXCHANGE else None),
                "resend": parcel(again if case.kind is Kind.RESHIP else None),
                "order": [each | {"value_added_services": []} for each in order_logistics(sold)],
            },
            "after_sale_shop_remarks": [_remark(case, each) for each in case.remarks],
            "record_logs_list": [_record(each) for each in reversed(case.log)] if records else [],
        },
        "order_info": _detail_order(case, sold),
    }


def _remark(case: Case, remark: Entry) -> Json:
    return {
        "order_id": int(case.order_no),
        "after_sale_id": int(case.no),
        "remark": remark.text,
        "create_time": seconds(remark.at),
        "operator": "商家",
    }


def _record(entry: Entry) -> Json:
    evidence = [{"type": 1, "urls": list(entry.images), "desc": ""}] if entry.images else []
    return {
        "operator": {Actor.BUYER: "买家", Actor.MERCHANT: "商家", Actor.PLATFORM: "系统"}[entry.by],
        "time": local(entry.at),
        "text": entry.text,
        "images": list(entry.images),
        "desc_kvs": [],
        "action": entry.action,
        "role": codes.ROLES[entry.by],
        "all_evidence": evidence,
    }


def _detail_info(case: Case, sold: Sold) -> Json:
    status, kind = codes.status_of(case), codes.TYPES[case.kind]
    return {
        "after_sale_id": int(case.no),
        "after_sale_status": status,
        "after_sale_status_desc": codes.STATUS_WORDS[status],
        "after_sale_type": kind,
        "after_sale_type_text": codes.TYPE_WORDS[kind],
        "after_sale_sub_type": 0,
        "after_sale_order_type": 1,
        "refund_type": assistant(case),
        "refund_type_text": "订单货款",
        "refund_status": codes.refund_status_of(case),
        "refund_total_amount": asked_fen(case),
        "refund_post_amount": case.freight_fen,
        "refund_promotion_amount": 0,
        "real_refund_amount": case.refunded_fen,
        "apply_time": seconds(case.applied_at),
        "update_time": seconds(case.updated_at),
        "status_deadline": seconds(case.due_at),
        "aftersale_status_to_final_time": seconds(case.ended_at),
        "refund_time": seconds(case.ended_at) if case.step is Step.REFUNDED else 0,
        "reason": reason_text(case),
        "reason_code": codes.REASONS[case.reason],
        "reason_remark": case.says,
        "reason_second_labels": [],
        "evidence": list(case.pictures),
        "after_sale_apply_count": 1,
        "need_return_count": int(case.kind in (Kind.RETURN, Kind.EXCHANGE)),
        "got_pkg": int(case.got_parcel),
        "part_type": int(case.asked_fen < case.paid_fen),
        "deduction_amount": 0,
        "refund_fail_reason": "",
        "return_address_id": case.address_id,
        "exchange_sku_info": exchange(case, sold),
        "risk_decsison_code": 0,
        "risk_decsison_reason": "",
        "risk_decsison_description": "",
        "aftersale_tags": [generated_tag()],
        "store_id": "",
        "store_name": "",
        "agree_refuse_sign": 0,
        "apply_role": 1,
        "return_method": 1 if case.sent_back else 0,
        "auto_audit_bits": auto_bits(case),
    }


def arbitration(case: Case) -> Json:
    """Write arbitrate_info; its deadline is a text."""
    dispute = case.dispute
    if dispute is None:
        return {"arbitrate_id": "", "arbitrate_status": 0, "is_required_evidence": False}
    return {
        "arbitrate_id": dispute.no,
        "arbitrate_status": codes.DISPUTES[dispute.ruling],
        "is_required_evidence": dispute.ruling is Ruling.EVIDENCE,
        "arbitrate_status_deadline": str(seconds(dispute.due_at)),
        "arbitrate_opinion": dispute.opinion,
        "arbitrate_conclusion": conclusion(case),
        "arbitrate_create_time": seconds(dispute.opened_at),
        "arbitrate_update_time": seconds(dispute.updated_at),
        "arbitrate_evidence_tmpl": {
            "images": [],
            "describe": "请上传商品、包装、面单的照片，并说明经过",
            "dead_line": seconds(dispute.due_at),
        },
        "arbitrate_evidence": {"images": list(dispute.images), "describe": dispute.comment},
        "arbitrate_blame": blame(case),
    }


def conclusion(case: Case) -> int:
    """Say for whom it was decided: 1 buyer, 2 merchant, 3 buyer with money at once, 0 not yet."""
    ruling = case.dispute.ruling if case.dispute else None
    if ruling is Ruling.FOR_MERCHANT:
        return 2
    if ruling is not Ruling.FOR_BUYER:
        return 0
    returned = returns_first(case) or case.step is Step.BUYER_RETURNS
    return 1 if returned else 3


def _detail_order(case: Case, sold: Sold) -> Json:
    line = line_of(case, sold)
    return {
        "shop_order_id": int(sold.no),
        "sku_order_infos": [
            {
                "sku_order_id": int(line.no),
                "order_status": order_status(sold),
                "pay_amount": line.paid_fen,
                "post_amount": sold.freight_fen,
                "item_quantity": line.quantity,
                "create_time": seconds(sold.paid_at),
                "tax_amount": 0,
                "is_oversea_order": 0,
                "product_name": line.title,
                "product_id": product_id(line),
                "product_image": "",
                "tags": [],
                "sku_spec": [{"name": "规格", "value": line.specification}],
                "shop_sku_code": line.article_no,
                "sku_id": int(sku_id(line)),
                "item_sum_amount": line.price_fen * line.quantity,
                "sku_pay_amount": line.paid_fen,
                "promotion_amount": line.price_fen * line.quantity - line.paid_fen,
                "pay_type": 4,
                "insurance_tags": insurance(line),
                "after_sale_item_count": line.quantity,
                "given_sku_details": [
                    {"sku_order_id": each.no, "product_name": each.title} for each in sold.lines if each.gift
                ],
            }
        ],
    }
