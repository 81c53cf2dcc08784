"""Answer what only reads: list and detail of tickets, reasons, history, orders, addresses, decryption."""

from __future__ import annotations

from aftersale.sandbox.kuaishou import codes
from aftersale.sandbox.kuaishou.refusals import (
    END_FIRST,
    FOREIGN,
    INVALID,
    NO_ID,
    NOT_FOUND,
    NOT_YOURS,
    TOO_LONG,
    TOO_OLD,
    Call,
    Refused,
)
from aftersale.sandbox.kuaishou.shapes import Json, detail, list_item, order, order_status
from aftersale.sandbox.platform.apps import SHOP_IDS
from aftersale.sandbox.platform.case import DAY, Case, Kind, Sold
from aftersale.sandbox.platform.personal import opened

NO_MORE = "nomore"
MOST_A_PAGE, MOST_ORDERS, MOST_CIPHERS = 100, 50, 100
OLDEST = 90 * DAY
ORDER_WINDOW = 7 * DAY
WAITING, ALL = 8, 9
BY_CREATION, BY_UPDATE = 1, 2
FALLING, RISING = 1, 2


def found_case(call: Call) -> Case:
    """Find the ticket of the call, of the caller's shop, or refuse."""
    number = call.number("refundId", 0)
    if not number:
        raise Refused(NO_ID, "退款单号不能为空")
    case = call.rooms.market.store.case(str(number))
    if case is None:
        raise Refused(NOT_FOUND, "退款单不存在")
    if case.shop != call.shop:
        raise Refused(NOT_YOURS, "无权操作该退款单")
    return case


def found_sold(call: Call, number: int) -> Sold:
    """Find an order of the caller's shop, or refuse: another shop's answers 21."""
    sold = call.rooms.market.store.sold(str(number))
    if sold is None:
        raise Refused(NOT_FOUND, "订单不存在")
    if sold.shop != call.shop:
        raise Refused(FOREIGN, "order operation reject")
    return sold


def generation(call: Call) -> str:
    """Tell which generation of status codes is spoken."""
    return call.rooms.quota.limits().kuaishou_generation


def read_list(call: Call) -> object:
    """Answer open.seller.order.refund.pcursor.list: one page behind the cursor."""
    begin, end, size = call.number("beginTime"), call.number("endTime"), call.number("pageSize")
    kind, cursor = call.number("type"), call.text("pcursor")
    call.number("currentPage")
    check_window(call, begin, end, call.rooms.quota.limits().kuaishou_window_ms)
    if kind not in (WAITING, ALL) or not 1 <= size <= MOST_A_PAGE:
        raise Refused(INVALID, "type 为 8 或 9，pageSize 不超过 100")
    column = {BY_CREATION: "applied_at", BY_UPDATE: "updated_at"}.get(call.number("queryType", BY_CREATION))
    way = {FALLING: "desc", RISING: "asc"}.get(call.number("sort", FALLING))
    if column is None or way is None:
        raise Refused(INVALID, "queryType 与 sort 为 1 或 2")
    cases = _wanted(call, column, way)
    start = _start(cursor, cases, column, falling=way == "desc")
    shown = cases[start : start + size]
    more = start + size < len(cases)
    market = call.rooms.market
    items = [list_item(case, market.sold(case.order_no), generation(call)) for case in shown]
    answer: Json = {
        "pageSize": size,
        "beginTime": begin,
        "endTime": end,
        "pcursor": f"{_at(shown[-1], column)}_{shown[-1].no}" if more else NO_MORE,
        "refundOrderInfoList": items,
    }
    if not cursor:
        total = len(cases)
        answer |= {"currentPage": 1, "totalPage": -(-total // size), "totalSize": total}
    return answer


def check_window(call: Call, begin: int, end: int, widest: int) -> None:
    """Refuse a window that is turned round, too old or too wide."""
    if end < begin:
        raise Refused(END_FIRST, "endTime must be after beginTime")
    if begin < call.now - OLDEST:
        raise Refused(TOO_OLD, "只能查询 90 天内的数据")
    if end - begin > widest:
        raise Refused(TOO_LONG, "查询时间范围超过限制")


def _wanted(call: Call, column: str, way: str) -> list[Case]:
    found = call.rooms.market.store.cases(
        f"shop = ? and {column} >= ? and {column} <= ? order by {column} {way}, no {way}",
        call.shop,
        call.number("beginTime"),
        call.number("endTime"),
    )
    option = call.params.get("option")
    exchanges = isinstance(option, dict) and option.get("needExchange") is True
    status, negotiation = call.number("status", 0), call.number("negotiateStatus", 0)
    spoken, number = generation(call), call.number("orderId", 0)
    return [
        case
        for case in found
        if (exchanges or case.kind is not Kind.EXCHANGE)
        and (call.number("type") == ALL or case.open)
        and status in (0, codes.status_of(case, spoken))
        and negotiation in (0, codes.negotiation_of(case))
        and number in (0, int(case.order_no))
    ]


def _at(case: Case, column: str) -> int:
    return case.applied_at if column == "applied_at" else case.updated_at


def _start(cursor: str, cases: list[Case], column: str, *, falling: bool) -> int:
    """Find where to go on: behind the place where the cursor stands, wherever the rows have moved."""
    if not cursor:
        return 0
    if cursor == NO_MORE:
        return len(cases)
    at, _, no = cursor.partition("_")
    if not at.isdigit() or not no.isdigit():
        raise Refused(INVALID, "pcursor 不正确")
    place = (int(at), no)
    passed = [
        (_at(case, column), case.no) >= place if falling else (_at(case, column), case.no) <= place
        for case in cases
    ]
    return sum(passed)


def read_detail(call: Call) -> object:
    """Answer open.seller.order.refund.detail."""
    case = found_case(call)
    return detail(case, call.rooms.market.sold(case.order_no), generation(call))


def read_reject_reasons(call: Call) -> object:
    """Answer open.refund.reject.reason."""
    return [
        {
            "code": each.code,
            "desc": each.words,
            "tip": each.tip,
            "requiredRejectDesc": "words" in each.needs,
            "requiredRejectImage": "images" in each.needs,
        }
        for each in codes.reasons_for(found_case(call))
    ]


def read_history(call: Call) -> object:
    """Answer open.refund.comment.basic.list, newest first."""
    return [
        {"title": entry.text, "role": codes.ROLES[entry.by], "createTime": entry.at}
        for entry in reversed(found_case(call).log)
    ]


def read_order(call: Call) -> object:
    """Answer open.order.detail."""
    sold = found_sold(call, call.number("oid"))
    return order(sold, call.rooms.market.store.cases("sold = ?", sold.no), generation(call))


def list_orders(call: Call) -> object:
    """Answer open.order.cursor.list: one page behind the cursor."""
    begin, end, size = call.number("beginTime"), call.number("endTime"), call.number("pageSize")
    check_window(call, begin, end, ORDER_WINDOW)
    if not 1 <= size <= MOST_ORDERS:
        raise Refused(INVALID, "pageSize 不超过 50")
    column = {BY_CREATION: "paid_at", BY_UPDATE: "updated_at"}.get(call.number("queryType", BY_CREATION))
    way = {FALLING: "desc", RISING: "asc"}.get(call.number("sort", FALLING))
    if column is None or way is None:
        raise Refused(INVALID, "queryType 与 sort 为 1 或 2")
    store, cursor = call.rooms.market.store, call.text("cursor")
    start = int(cursor) if cursor.isdigit() else 0
    found = store.sold_by(
        f"shop = ? and {column} >= ? and {column} <= ? order by {column} {way}, no", call.shop, begin, end
    )
    view = call.number("orderViewStatus", 1)
    orders = [(sold, store.cases("sold = ?", sold.no)) for sold in found]
    fits = [pair for pair in orders if view == 1 or order_status(*pair) == VIEWS.get(view)]
    shown = [] if cursor == NO_MORE else fits[start : start + size]
    following = start + size
    return {
        "cursor": str(following) if following < len(fits) and shown else NO_MORE,
        "pageSize": size,
        "beginTime": begin,
        "endTime": end,
        "orderList": [order(sold, cases, generation(call)) for sold, cases in shown],
    }


VIEWS = {2: 10, 3: 30, 4: 40, 5: 50, 6: 70, 7: 80}


def list_addresses(call: Call) -> object:
    """Answer open.address.seller.list: 2 return, 3 ship."""
    kind = call.number("addressType")
    if kind not in (2, 3):
        raise Refused(INVALID, "addressType 为 2 或 3")
    return [
        {
            "addressId": address_id(call.shop, kind),
            "baseInfo": {
                "consignee": "退货仓（演示）",
                "mobile": "10000000000",
                "province": "浙江省",
                "city": "宁波市",
                "district": "演示区",
                "town": "演示街道",
                "address": "演示路 1 号",
            },
            "defaultAddress": True,
            "addressStatus": 1,
        }
    ]


def address_id(shop: str, kind: int = 2) -> int:
    """Make up the number of a shop's address."""
    return SHOP_IDS[shop] * 10 + kind


def read_fees(call: Call) -> object:
    """Answer open.seller.order.fee.detail."""
    sold = found_sold(call, call.number("orderId"))
    return {
        "totalFee": sold.paid_fen,
        "discountFee": 0,
        "expressFee": sold.freight_fen,
        "platformAllowance": 0,
        "sellerRecv": sold.paid_fen,
        "buyerPay": sold.paid_fen,
        "platformBearAmount": 0,
        "merchantBearAmount": 0,
    }


def report_access(call: Call) -> None:
    """Answer open.security.log.order: every look at personal values is to be reported."""
    orders = call.params.get("orderIds")
    if not isinstance(orders, list) or not 1 <= len(orders) <= MOST_CIPHERS:
        raise Refused(INVALID, "orderIds 为 1 到 100 个")


def decrypt(call: Call) -> dict[str, object]:
    """Answer open.order.decrypt.batch; the result stands beside `data`."""
    infos = call.params.get("batchDecryptList")
    if not isinstance(infos, list) or not 1 <= len(infos) <= MOST_CIPHERS:
        raise Refused(INVALID, "batchDecryptList 为 1 到 100 个")
    return {"batchDecryptResultList": [_decrypted(call, each) for each in infos]}


def _decrypted(call: Call, info: object) -> Json:
    own = Call(call.rooms, call.shop, info if isinstance(info, dict) else {}, call.now)
    text, number = own.text("encryptedData"), own.text("bizId")
    sold = call.rooms.market.store.sold(number)
    plain = opened(number, text) if sold and sold.shop == call.shop else None
    spent = plain is not None and not call.rooms.quota.revealed(call.shop)
    plain = None if spent else plain
    return {
        "decryptedData": plain[1] if plain else "",
        "encryptedData": text,
        "bizId": number,
        "errorCode": 1 if plain else 0,
        "errorMsg": "" if plain else "今日解密额度已用完" if spent else "密文与订单不匹配",
    }
