"""Take reports of who saw personal values of an order, and keep them."""

from __future__ import annotations

from ipaddress import ip_address

from aftersale.sandbox.douyin.reading import found_sold
from aftersale.sandbox.douyin.refusals import Call, invalid
from aftersale.sandbox.platform.apps import SHOP_IDS

EVENT_TYPES = (1, 2)
ACCOUNT_TYPES = ("main_account", "sub_account")
OPERATIONS = range(1, 10)
MOST_ORDERS = 50
SECOND, LATE = 1000, 60_000
_TEXTS = ("event_id", "account_id", "account_type", "order_related_shop_id", "operate_time", "url", "ip")


def report_access(call: Call) -> object:
    """Answer security.batchReportOrderSecurityEvent; an event that was told before changes nothing."""
    if call.number("event_type") not in EVENT_TYPES:
        raise invalid("event_type 为 1 或 2")
    events = call.items("events")
    if not events:
        raise invalid("events 不能为空")
    for event in events:
        own = Call(call.rooms, call.shop, event if isinstance(event, dict) else {}, call.now)
        _check(own)
        call.rooms.market.store.keep_report(own.text("event_id"), call.shop, dict(own.params))
    return {}


def _check(event: Call) -> None:
    said = {name: event.text(name) for name in _TEXTS}
    event.text("referer")
    if not all(said.values()):
        raise invalid("事件里有空字段")
    if said["account_type"] not in ACCOUNT_TYPES or event.number("operation_type") not in OPERATIONS:
        raise invalid("account_type 或 operation_type 不正确")
    if said["order_related_shop_id"] != str(SHOP_IDS[event.shop]):
        raise invalid("order_related_shop_id 不是授权店铺")
    time = said["operate_time"]
    if not time.isdecimal() or int(time) * SECOND > event.now + LATE:
        raise invalid("operate_time 为到秒的时间戳")
    _check_address(said["ip"])
    _check_orders(event)
    if not all(_names(each) for each in event.items("identify_info_list")):
        raise invalid("identify_info_list 不正确")


def _check_address(text: str) -> None:
    try:
        ip_address(text)
    except ValueError as wrong:
        raise invalid("ip 不正确") from wrong


def _check_orders(event: Call) -> None:
    orders = event.items("order_ids")
    if not 1 <= len(orders) <= MOST_ORDERS or not all(isinstance(each, str) for each in orders):
        raise invalid(f"order_ids 为 1 到 {MOST_ORDERS} 个")
    for each in orders:
        found_sold(event, str(each))


def _names(info: object) -> bool:
    told = info if isinstance(info, dict) else {}
    name = told.get("name")
    return isinstance(name, str) and bool(name) and isinstance(told.get("encrypted"), bool)
