"""Write tickets and orders as the calls of 快手小店 do; times are ms."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeAlias
from zlib import crc32

from aftersale.sandbox.kuaishou import codes
from aftersale.sandbox.platform.apps import SHOP_IDS
from aftersale.sandbox.platform.case import Case, Kind, Sold, SoldLine, Step
from aftersale.sandbox.platform.documents import ARTICLES, reason_text
from aftersale.sandbox.platform.moves import EXTENSION
from aftersale.sandbox.platform.personal import address_of, cipher, masked, phone_of, receiver_of

if TYPE_CHECKING:
    from aftersale.sandbox.platform.case import Note

Json: TypeAlias = dict[str, object]
COLOURS = ("", "red", "yellow", "green", "blue", "purple", "grey")


def refund_fee(case: Case) -> int:
    """Give what the shop is asked to pay; nothing for goods in exchange."""
    return case.asked_fen + case.freight_fen


def item_id(line: SoldLine) -> int:
    """Make up the platform's number for a product, stable over runs."""
    return 2_300_000_000_000 + crc32(line.article_no.encode())


def list_item(case: Case, sold: Sold, generation: str) -> Json:
    """Write one item of the list."""
    line = next((line for line in sold.lines if line.no == case.line_no), sold.lines[0])
    return {
        "refundId": int(case.no),
        "oid": int(case.order_no),
        "handlingWay": codes.WAYS[case.kind],
        "negotiateStatus": codes.negotiation_of(case),
        "refundFee": refund_fee(case),
        "skuId": item_id(line) + 1,
        "relSkuId": 0,
        "itemId": item_id(line),
        "relItemId": 0,
        "skuNick": line.article_no,
        "refundReason": codes.REASONS[case.reason],
        "refundReasonDesc": reason_text(case),
        "refundDesc": case.says,
        "refundType": 1,
        "status": codes.status_of(case, generation),
        "sellerId": SHOP_IDS[case.shop],
        "buyerId": 0,
        "submitTime": case.applied_at,
        "createTime": case.applied_at,
        "updateTime": case.updated_at,
        "negotiateUpdateTime": case.updated_at,
        "endTime": case.ended_at,
        "expireTime": case.due_at,
        "receiptStatus": 2 if case.got_parcel else 1,
        "logisticsId": 0,
        "urgeTimes": 0,
        "requireReturnFreight": case.return_freight_fen > 0,
    }


def detail(case: Case, sold: Sold, generation: str) -> Json:
    """Write the detail: the fields of the list and those that only it has."""
    refusal, back = case.refusal, case.sent_back
    refused = case.step in (Step.REFUSED, Step.REFUSED_GOODS)
    answer = list_item(case, sold, generation) | {
        "pictures": ",".join(case.pictures),
        "validNegotiateBuyerModifyTimeStamp": case.due_at if refused else 0,
        "timeLimitNegotiateChange": case.applied_at + EXTENSION,
        "negotiateReason": "10036" if refused else "10033" if case.agreed_at else "0",
        "sellerDisagreeReason": refusal.code if refusal else 0,
        "sellerDisagreeDesc": refusal.text if refusal else "",
        "sellerDisagreeImages": ",".join(refusal.images) if refusal else "",
        "productNum": 0,
        "buyerOpenId": open_id(sold),
        "address": "浙江省宁波市演示区演示路 1 号" if case.agreed_at else "",
        "specialRefundType": int(case.kind is Kind.PRICE),
        "logisticsRiskInfos": [],
    }
    if back:
        code = codes.CARRIERS.get(back.carrier, 0)
        answer["logisticsInfo"] = {"expressNo": back.no, "expressCode": code}
    if case.kind is Kind.EXCHANGE:
        line = sold.lines[0]
        answer["exchangeInfo"] = {
            "skuId": item_id(line) + 1,
            "skuDesc": line.specification,
            "quantity": line.quantity,
        }
        answer["buyerExchangeAddress"] = _address(sold)
    if case.return_freight_fen:
        answer["returnFreightInfo"] = {
            "returnFreightAmount": case.return_freight_fen,
            "returnFreightStatus": case.freight_state,
            "returnFreightApplyDesc": "买家垫付退货运费（演示）",
            "returnFreightApplyImages": [],
        }
    return answer


def open_id(sold: Sold) -> str:
    """Make up the buyer's id for this developer."""
    return f"sandbox-open-{sold.buyer_id}"


def _address(sold: Sold) -> Json:
    return {
        "encryptedConsignee": cipher(sold.no, "name", receiver_of(sold)),
        "desensitiseConsignee": masked(receiver_of(sold)),
        "encryptedMobile": cipher(sold.no, "phone", phone_of(sold)),
        "desensitiseMobile": masked(phone_of(sold)),
        "encryptedAddress": cipher(sold.no, "address", address_of(sold)),
        "desensitiseAddress": masked(address_of(sold)),
        "province": sold.province,
        "provinceCode": 0,
        "city": sold.city,
        "cityCode": 0,
        "district": "演示区",
        "districtCode": 0,
    }


def order_status(sold: Sold, cases: list[Case]) -> int:
    """Give an order's status: 30 paid, 40 shipped, 50 signed, 80 refunded as a whole."""
    if any(case.step is Step.REFUNDED and case.asked_fen >= case.paid_fen > 0 for case in cases):
        return 80
    return 50 if sold.signed_at else 40 if sold.shipped_at else 30


def order(sold: Sold, cases: list[Case], generation: str) -> Json:
    """Write open.order.detail; an order has one article."""
    line = sold.lines[0]
    newest = sorted(cases, key=lambda case: case.applied_at, reverse=True)
    refunds = [
        {"refundId": int(case.no), "refundStatus": codes.status_of(case, generation)} for case in newest
    ]
    return {
        "orderBaseInfo": _base(sold, cases),
        "orderItemInfo": {
            "skuId": item_id(line) + 1,
            "relSkuId": 0,
            "skuDesc": line.specification,
            "skuNick": line.article_no,
            "itemId": item_id(line),
            "itemTitle": line.title,
            "itemPicUrl": "",
            "num": line.quantity,
            "originalPrice": line.price_fen,
            "price": line.price_fen,
            "discountFee": line.price_fen * line.quantity - line.paid_fen,
            "serviceInfo": {
                "freight": ARTICLES[line.article_no].freight_insurance,
                "instantRefund": False,
                "serviceRuleInfo": {"refundRule": "7天无理由", "promiseDeliveryTime": sold.promised_at},
            },
        },
        "orderRefundList": refunds,
        "orderDetailRefundList": refunds[:1],
        "orderLogisticsInfo": _logistics(sold),
        "orderNote": {"orderNoteInfo": [_note(each) for each in sold.notes[-30:]]},
        "orderAddress": _address(sold),
        "orderStepInfo": {},
        "orderCpsInfo": {},
        "orderDeliveryInfo": {"deliveryNum": int(bool(sold.waybill))},
        "subOrderInfo": [],
    }


def _base(sold: Sold, cases: list[Case]) -> Json:
    paid = [case.ended_at for case in cases if case.step is Step.REFUNDED]
    return {
        "oid": int(sold.no),
        "status": order_status(sold, cases),
        "createTime": sold.paid_at,
        "payTime": sold.paid_at,
        "sendTime": sold.shipped_at,
        "recvTime": sold.signed_at,
        "refundTime": max(paid, default=0),
        "updateTime": sold.updated_at,
        "totalFee": sold.paid_fen,
        "expressFee": sold.freight_fen,
        "discountFee": 0,
        "buyerOpenId": open_id(sold),
        "buyerNick": sold.buyer_name,
        "remark": "",
        "payType": 1,
        "validPromiseShipmentTimeStamp": sold.promised_at,
    }


def _logistics(sold: Sold) -> list[Json]:
    if not sold.waybill:
        return []
    code = codes.CARRIERS.get(sold.carrier, 0)
    return [{"expressNo": sold.waybill, "expressCode": code, "logisticsId": 1}]


def _note(note: Note) -> Json:
    return {"createTime": note.at, "note": note.text, "flagTagCode": _flag(note), "operatorName": "商家"}


def _flag(note: Note) -> str:
    return f"{COLOURS[note.flag]}_flag_tag_order" if note.flag else ""
