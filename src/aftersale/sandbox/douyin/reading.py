"""Answer what only reads: afterSale.List, afterSale.Detail, the reasons for refusals."""

from __future__ import annotations

from typing import TYPE_CHECKING

from aftersale.sandbox.douyin import codes
from aftersale.sandbox.douyin.detail import detail
from aftersale.sandbox.douyin.refusals import Call, business, invalid
from aftersale.sandbox.douyin.shapes import asked_fen, flag_of, list_item
from aftersale.sandbox.platform.case import DAY, Case, Sold, Step

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

MOST_DEEP, MOST_A_PAGE = 50_000, 100
HALF_A_YEAR = 183 * DAY
ORDERS: Mapping[str, Callable[[Case], tuple[int, str]]] = {
    "update_time": lambda case: (case.updated_at, case.no),
    "apply_time": lambda case: (case.applied_at, case.no),
    "status_deadline": lambda case: (case.due_at, case.no),
}
KNOWN_STATUSES = frozenset({6, 7, 8, 11, 12, 13, 14, 27, 28, 29})


def found_case(call: Call, no: str) -> Case:
    """Find a ticket of the caller's shop, or refuse."""
    case = call.rooms.market.store.case(no) if no.isdigit() else None
    if case is None:
        raise business(10002, "售后单不存在")
    if case.shop != call.shop:
        raise business(12000, "售后单不属于当前店铺")
    return case


def found_sold(call: Call, no: str) -> Sold:
    """Find an order of the caller's shop, or refuse."""
    sold = call.rooms.market.store.sold(no)
    if sold is None:
        raise business(12001, "订单不存在")
    if sold.shop != call.shop:
        raise business(12000, "订单不属于当前店铺")
    return sold


def read_detail(call: Call) -> object:
    """Answer afterSale.Detail."""
    case = found_case(call, call.text("after_sale_id"))
    sold = call.rooms.market.sold(case.order_no)
    return detail(case, sold, records=call.flag("need_operation_record"))


def read_list(call: Call) -> object:
    """Answer afterSale.List: filter, sort, one page."""
    page, size = call.number("page"), call.number("size")
    if page < 0 or not 1 <= size <= MOST_A_PAGE:
        raise invalid("page 从 0 开始，size 为 1 到 100")
    if page * size > MOST_DEEP:
        raise invalid("page*size 不能超过 50000", 11003)
    cases = [case for case in _in_windows(call) if _fits(call, case)]
    for rule in reversed(call.items("order_by") or ["apply_time desc"]):
        key, falling = _order(rule)
        cases.sort(key=key, reverse=falling)
    shown = cases[page * size : (page + 1) * size]
    market = call.rooms.market
    return {
        "items": [list_item(case, market.sold(case.order_no)) for case in shown],
        "has_more": (page + 1) * size < len(cases),
        "total": len(cases),
        "page": page,
        "size": size,
    }


def _order(rule: object) -> tuple[Callable[[Case], tuple[int, str]], bool]:
    words = rule.split() if isinstance(rule, str) else []
    if len(words) != 2 or words[0] not in ORDERS or words[1] not in ("asc", "desc"):  # noqa: PLR2004
        raise invalid("order_by 形如 update_time asc")
    return ORDERS[words[0]], words[1] == "desc"


def _in_windows(call: Call) -> list[Case]:
    """List the shop's tickets in the windows asked for; without one, those of the last six months."""
    conditions, given = ["shop = ?"], [call.shop]
    bounds: list[tuple[str, int]] = []
    for column, start, end in (
        ("applied_at", "start_time", "end_time"),
        ("updated_at", "update_start_time", "update_end_time"),
    ):
        low, high = call.number(start, 0), call.number(end, 0)
        if low and high and low > high:
            raise invalid(f"{start} 晚于 {end}")
        bounds += [(f"{column} >= ?", low * 1000)] if low else []
        bounds += [(f"{column} < ?", high * 1000)] if high else []
    numbered = call.text("order_id", "") or call.text("aftersale_id", "")
    if not bounds and not numbered:
        bounds = [("applied_at >= ?", call.now - HALF_A_YEAR)]
    conditions += [condition for condition, _ in bounds]
    return call.rooms.market.store.cases(" and ".join(conditions), *given, *(value for _, value in bounds))


def _fits(call: Call, case: Case) -> bool:
    return all(fits(call, case) for fits in FILTERS)


def _by_numbers(call: Call, case: Case) -> bool:
    order, ticket = call.text("order_id", ""), call.text("aftersale_id", "")
    return order in ("", case.order_no) and ticket in ("", case.no)


def _by_type(call: Call, case: Case) -> bool:
    return "aftersale_type" not in call.params or call.number("aftersale_type") == codes.TYPES[case.kind]


def _by_status(call: Call, case: Case) -> bool:
    """Filter by status; unknown values are ignored, and with unknown values alone everything fits."""
    wanted = KNOWN_STATUSES & {
        value for value in call.items("standard_aftersale_status") if value in KNOWN_STATUSES
    }
    return not wanted or codes.status_of(case) in wanted


def _by_dispute(call: Call, case: Case) -> bool:
    wanted = set(call.items("arbitrate_status"))
    own = codes.DISPUTE_FILTERS[case.dispute.ruling] if case.dispute else {0}
    return not wanted or bool(wanted & own)


def _by_amount(call: Call, case: Case) -> bool:
    low, high = call.number("amount_start", 0), call.number("amount_end", 0)
    return low <= asked_fen(case) and (not high or asked_fen(case) <= high)


def _by_reason(call: Call, case: Case) -> bool:
    wanted = call.number("reason", 0)
    return not wanted or (wanted == 1) == (case.reason == "no_reason")


def _by_logistics(call: Call, case: Case) -> bool:
    wanted = call.number("logistics_status", 1)
    return wanted == 1 or (wanted == 2) == (case.sent_back is not None)  # noqa: PLR2004  2 is returned


def _by_flag(call: Call, case: Case) -> bool:
    wanted = call.items("order_flag")
    return not wanted or flag_of(call.rooms.market.sold(case.order_no).notes) in wanted


def _by_waybill(call: Call, case: Case) -> bool:
    wanted = call.items("order_logistics_tracking_no")
    return not wanted or call.rooms.market.sold(case.order_no).waybill in wanted


FILTERS: tuple[Callable[[Call, Case], bool], ...] = (
    _by_numbers,
    _by_type,
    _by_status,
    _by_dispute,
    _by_amount,
    _by_reason,
    _by_logistics,
    _by_flag,
    _by_waybill,
)


def read_reject_reasons(call: Call) -> object:
    """Answer afterSale.rejectReasonCodeList: the whole table, or what fits one ticket."""
    number = call.number("aftersale_id", 0)
    reasons = codes.reasons_for(found_case(call, str(number))) if number else [*codes.REJECT_REASONS]
    return {
        "items": [
            {
                "reject_reason_code": each.code,
                "reason": each.reason,
                "evidence_description": each.evidence,
                "evidence_need": "Y" if each.evidence else "N",
                "image": "",
                "order_type": -1,
                "pkg": each.pkg,
            }
            for each in reasons
        ]
    }


def read_channel(call: Call) -> object:
    """Answer afterSale.OpenAfterSaleChannel: what a buyer may still apply for."""
    sold = found_sold(call, str(call.number("order_id")))
    over = bool(sold.signed_at) and call.now - sold.signed_at > 15 * DAY
    can = [] if over else [0, 1, 3] if sold.shipped_at else [2]
    paid = call.rooms.market.store.cases("sold = ?", sold.no)
    counted = any(case.step is Step.REFUNDED for case in paid)
    return {
        "conclusion": {
            "match_conclusion": 1 if over else 4 if counted else 0,
            "match_message": "已超过售后期" if over else "已退款" if counted else "",
            "can_apply_type_list": [] if counted else can,
            "match_success": not over and not counted,
        }
    }
