"""Hold the addresses to which a shop lets buyers return, all invented."""

from __future__ import annotations

from typing import TYPE_CHECKING

from aftersale.sandbox.platform.apps import SHOP_IDS

if TYPE_CHECKING:
    from aftersale.sandbox.douyin.refusals import Call

CREATED = 1_767_225_600


def addresses_of(shop: str) -> list[dict[str, object]]:
    """List a shop's addresses: where returns go, and where parcels leave."""
    first = SHOP_IDS[shop] * 10
    return [
        _address(first + 1, "退货仓（演示）", returns=True),
        _address(first + 2, "发货仓（演示）", returns=False),
    ]


def knows_address(shop: str, number: int) -> bool:
    """Tell whether the number is one of the shop's addresses."""
    return any(each["address_id"] == number for each in addresses_of(shop))


def _address(number: int, name: str, *, returns: bool) -> dict[str, object]:
    return {
        "address_id": number,
        "reciever_name": name,
        "receiver_provinc": "浙江省",
        "receiver_city": "宁波市",
        "receiver_district": "演示区",
        "receiver_street": "演示街道",
        "receiver_detail": "演示路 1 号",
        "remark": "演示数据",
        "is_default": int(returns),
        "is_send_default": int(not returns),
        "create_time": CREATED,
        "update_time": CREATED,
    }


def list_addresses(call: Call) -> object:
    """Answer address.list."""
    size, page = call.number("page_size"), call.number("page_no")
    own = addresses_of(call.shop)
    return {"total": len(own), "address_list": own[(page - 1) * size : page * size]}
