"""Answer the calls about orders."""

from __future__ import annotations

import msgspec

from aftersale.sandbox.douyin import codes
from aftersale.sandbox.douyin.reading import found_sold
from aftersale.sandbox.douyin.refusals import Call, Refused, business, invalid
from aftersale.sandbox.douyin.shapes import Json, flag_of, product_id, seconds, sku_id
from aftersale.sandbox.platform.apps import SHOP_IDS
from aftersale.sandbox.platform.case import DAY, Actor, Case, Kind, Note, Refusal, Sold, SoldLine, Step
from aftersale.sandbox.platform.moves import Done, Move
from aftersale.sandbox.platform.personal import (
    address_of,
    cipher,
    masked,
    opened,
    phone_of,
    place,
    receiver_of,
)

STATUS_WORDS = {1: "待支付", 2: "备货中", 3: "已发货", 4: "已取消", 5: "已完成"}
MOST_A_PAGE, LONGEST_REMARK, MOST_FLAG = 100, 60, 5
LAST_DAYS = 90 * DAY


def main_status(sold: Sold, cases: list[Case]) -> int:
    """Give an order's main status: one that was refunded as a whole has its own."""
    paid = [case for case in cases if case.step is Step.REFUNDED and case.asked_fen >= case.paid_fen > 0]
    if paid and len(sold.lines) == 1:
        return 21 if not sold.shipped_at else 39 if sold.signed_at else 22
    return 5 if sold.signed_at else 3 if sold.shipped_at else 2


def read_order(call: Call) -> object:
    """Answer order.orderDetail."""
    sold = found_sold(call, call.text("shop_order_id"))
    return {"shop_order_detail": _detail(call, sold)}


def _detail(call: Call, sold: Sold) -> Json:
    cases = call.rooms.market.store.cases("sold = ?", sold.no)
    main = main_status(sold, cases)
    status = {21: 4, 22: 4, 39: 5}.get(main, main)
    return {
        "shop_id": SHOP_IDS[sold.shop],
        "shop_name": call.rooms.market.setting.shops[sold.shop].name,
        "order_id": sold.no,
        "order_status": status,
        "order_status_desc": STATUS_WORDS[status],
        "main_status": main,
        "main_status_desc": STATUS_WORDS.get(main, "退款完结"),
        "order_type": 0,
        "pay_type": 2,
        "create_time": seconds(sold.paid_at),
        "pay_time": seconds(sold.paid_at),
        "update_time": seconds(sold.updated_at),
        "finish_time": seconds(sold.signed_at),
        "exp_ship_time": seconds(sold.promised_at),
        "ship_time": seconds(sold.shipped_at),
        "order_amount": sold.paid_fen,
        "pay_amount": sold.paid_fen,
        "post_amount": sold.freight_fen,
        "promotion_amount": 0,
        "promotion_pay_amount": 0,
        "buyer_words": "",
        "seller_words": "；".join(note.text for note in sold.notes),
        "seller_remark_stars": flag_of(sold.notes),
        "logistics_info": _logistics(sold),
        "doudian_open_id": f"sandbox-open-{sold.buyer_id}",
        "sku_order_list": [_sku(sold, line, cases, status) for line in sold.lines],
        **_receiver(sold),
    }


def _receiver(sold: Sold) -> Json:
    place = {
        "province": {"name": sold.province, "id": "0"},
        "city": {"name": sold.city, "id": "0"},
        "town": {"name": "演示区", "id": "0"},
        "street": {"name": "演示街道", "id": "0"},
    }
    address = address_of(sold)
    return {
        "encrypt_post_receiver": cipher(sold.no, "name", receiver_of(sold)),
        "encrypt_post_tel": cipher(sold.no, "phone", phone_of(sold)),
        "post_addr": {**place, "encrypt_detail": cipher(sold.no, "address", address)},
        "mask_post_receiver": masked(receiver_of(sold)),
        "mask_post_tel": masked(phone_of(sold)),
        "mask_post_addr": {**place, "detail": masked(address)},
    }


def _logistics(sold: Sold) -> list[Json]:
    if not sold.waybill:
        return []
    return [
        {
            "tracking_no": sold.waybill,
            "company": codes.CARRIERS.get(sold.carrier, ""),
            "company_name": sold.carrier,
            "ship_time": seconds(sold.shipped_at),
            "delivery_id": sold.waybill,
            "product_info": [
                {"sku_order_id": line.no, "product_count": line.quantity} for line in sold.lines
            ],
        }
    ]


def _sku(sold: Sold, line: SoldLine, cases: list[Case], status: int) -> Json:
    own = max(
        (case for case in cases if case.line_no == line.no), key=lambda each: each.applied_at, default=None
    )
    return {
        "order_id": line.no,
        "parent_order_id": sold.no,
        "order_status": status,
        "product_id": product_id(line),
        "product_id_str": str(product_id(line)),
        "product_name": line.title,
        "sku_id": int(sku_id(line)),
        "code": line.article_no,
        "out_sku_id": "",
        "spec": [{"name": "规格", "value": line.specification}],
        "item_num": line.quantity,
        "origin_amount": line.price_fen,
        "sum_amount": line.price_fen * line.quantity,
        "order_amount": line.paid_fen,
        "pay_amount": line.paid_fen,
        "post_amount": sold.freight_fen,
        "promotion_amount": line.price_fen * line.quantity - line.paid_fen,
        "promotion_pay_amount": 0,
        "ship_time": seconds(sold.shipped_at),
        "exp_ship_time": seconds(sold.promised_at),
        "logistics_receipt_time": seconds(sold.signed_at),
        "confirm_receipt_time": 0,
        "given_product_type": "FREE" if line.gift else "MASTER",
        "after_sale_info": {
            "after_sale_status": codes.status_of(own) if own else 0,
            "after_sale_type": codes.TYPES[own.kind] if own else 0,
            "refund_status": codes.refund_status_of(own) if own else 0,
        },
        "inventory_list": [],
    }


def search_orders(call: Call) -> object:
    """Answer order.searchList: the last 90 days, by time of creation or change."""
    page, size = call.number("page", 0), call.number("size", 10)
    if page < 0 or not 1 <= size <= MOST_A_PAGE:
        raise invalid("page 从 0 开始，size 为 1 到 100")
    bounds = [("paid_at >= ?", call.now - LAST_DAYS)]
    for column, name in (("paid_at", "create_time"), ("updated_at", "update_time")):
        low, high = call.number(f"{name}_start", 0), call.number(f"{name}_end", 0)
        bounds += [(f"{column} >= ?", low * 1000)] if low else []
        bounds += [(f"{column} < ?", high * 1000)] if high else []
    column = {"create_time": "paid_at", "update_time": "updated_at"}.get(
        call.text("order_by", "create_time"), ""
    )
    if not column:
        raise invalid("order_by 为 create_time 或 update_time")
    way = "asc" if call.flag("order_asc") else "desc"
    where = " and ".join(["shop = ?", *(condition for condition, _ in bounds)])
    found = call.rooms.market.store.sold_by(
        f"{where} order by {column} {way}, no", call.shop, *(value for _, value in bounds)
    )
    shown = found[page * size : (page + 1) * size]
    orders = [_detail(call, sold) for sold in shown]
    return {"page": page, "size": size, "total": len(found), "shop_order_list": orders}


def add_logistics(call: Call) -> object:
    """Answer order.logisticsAdd: ship, and where asked refuse the open refund by shipping."""
    sold = found_sold(call, call.text("order_id"))
    carrier, number = call.text("company_code"), call.text("logistics_code")
    if carrier not in codes.CARRIER_NAMES or not number:
        raise invalid("快递公司或运单号不正确")
    if sold.waybill:
        raise business(11_001, "订单已发货")
    cases = call.rooms.market.store.cases("sold = ?", sold.no)
    if any(case.step is Step.REFUNDED and case.kind is Kind.UNSHIPPED for case in cases):
        raise business(11_002, "订单已退款，不能发货")
    waiting = [case for case in cases if case.kind is Kind.UNSHIPPED and case.step is Step.DECIDE]
    if waiting and not call.flag("is_reject_refund"):
        raise business(11_003, "订单正在退款，发货会拒绝退款申请，请确认 is_reject_refund")
    call.rooms.market.ship(sold.no, number, codes.CARRIER_NAMES[carrier], call.now)
    for case in waiting:
        refused = msgspec.structs.replace(case, refusal=Refusal(1, "商品已发货"), refused_at=call.now)
        call.rooms.market.move(refused, Move.REFUSE, Done(Actor.MERCHANT, call.now, "商家发货，拒绝退款"))
    return {"pack_id": number}


def list_companies(call: Call) -> object:
    """Answer order.logisticsCompanyList."""
    del call
    return [
        {"id": at, "name": name, "code": code} for at, (name, code) in enumerate(codes.CARRIERS.items(), 1)
    ]


def track(call: Call) -> object:
    """Answer logistics.trackNoRouteDetail from what the world knows about the parcel."""
    number = call.text("track_no")
    found = call.rooms.market.store.sold_by(
        "shop = ? and no = (select sold from waybill where waybill.no = ?)", call.shop, number
    )
    if not found:
        raise business(12_001, "没有物流轨迹")
    sold = found[0]
    nodes = [(sold.shipped_at, "TAKEN", "已揽收"), (sold.signed_at, "SIGNED", "已签收")]
    return {
        "route_node_list": [
            {
                "content": f"{words}（演示）",
                "timestamp": str(seconds(at)),
                "state": state,
                "state_description": words,
                "site_name": place(sold),
            }
            for at, state, words in nodes
            if at
        ],
        "track_info": {"track_no": number, "express": codes.CARRIERS.get(sold.carrier, "")},
    }


def add_order_remark(call: Call) -> object:
    """Answer order.addOrderRemark: a remark, and a flag where it is wanted."""
    sold = found_sold(call, call.text("order_id"))
    remark, star = call.text("remark"), call.text("star", "0")
    if len(remark) > LONGEST_REMARK or not star.isdigit() or int(star) > MOST_FLAG:
        raise invalid("备注不超过 60 字，star 为 0 到 5")
    flag = int(star) if call.text("is_add_star", "false") == "true" else flag_of(sold.notes)
    note = Note(call.now, remark, flag)
    kept = msgspec.structs.replace(
        sold, notes=(*sold.notes, note), updated_at=max(call.now, sold.updated_at + 1000)
    )
    call.rooms.market.store.keep_sold(kept)
    return {}


def decrypt(call: Call) -> object:
    """Answer order.batchDecrypt: what was encrypted, for orders of the shop alone."""
    infos = call.items("cipher_infos")
    if not 1 <= len(infos) <= 50:  # noqa: PLR2004  the sheet's limit
        raise invalid("cipher_infos 为 1 到 50 个")
    answers = []
    for info in infos:
        own = Call(call.rooms, call.shop, info if isinstance(info, dict) else {}, call.now)
        order, text = own.text("auth_id"), own.text("cipher_text")
        answers.append(_decrypted(call, order, text, opened(order, text)))
    return {"decrypt_infos": answers, "custom_err": {"err_code": 0, "err_msg": ""}}


def _decrypted(call: Call, order: str, text: str, plain: tuple[str, str] | None) -> Json:
    try:
        found_sold(call, order)
    except Refused:
        plain = None
    spent = plain is not None and not call.rooms.quota.revealed(call.shop)
    plain = None if spent else plain
    kinds = {"address": 1, "name": 2, "phone": 3}
    return {
        "auth_id": order,
        "cipher_text": text,
        "decrypt_text": plain[1] if plain else "",
        "err_no": 0 if plain else 300011 if spent else 300008,
        "err_msg": "" if plain else "今日解密额度已用完" if spent else "密文与订单不匹配",
        "data_type": kinds[plain[0]] if plain else 0,
        "is_virtual_tel": False,
        "expire_time": 0,
    }
