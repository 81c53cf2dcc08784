"""Refuse as 抖店 does: a code, a sub code, a sentence; and read parameters strictly by their type."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Mapping

    from aftersale.sandbox.wire.gateway import Rooms

OK = 10000
UNAVAILABLE = 20000
NO_PERMISSION = 30001
IP_REFUSED = 30002
MISSING = 40001
INVALID = 40003
BUSINESS_INVALID = 40004
TOKEN_FAILED = 50001
BUSINESS = 50002
THROTTLED = 60000
NO_SUCH_API = 70000

MOST = 2**63 - 1

WORDS = {
    UNAVAILABLE: "服务不可用",
    NO_PERMISSION: "权限不足",
    IP_REFUSED: "IP 不在白名单",
    MISSING: "缺少参数",
    INVALID: "非法参数",
    BUSINESS_INVALID: "业务参数不合法",
    TOKEN_FAILED: "token 生成失败",
    BUSINESS: "业务处理失败",
    THROTTLED: "触发限流",
    NO_SUCH_API: "接口不存在或已下线",
}


class Refused(Exception):
    """Stop a call with what the platform answers."""

    def __init__(self, code: int, sub_code: str, sub_msg: str, data: object = None) -> None:
        super().__init__(f"{code} {sub_code}")
        self.code, self.sub_code, self.sub_msg, self.data = code, sub_code, sub_msg, data


def business(number: int, words: str) -> Refused:
    """Refuse for a reason of the business, by its number."""
    return Refused(BUSINESS, f"isv.business-failed:{number}", words)


def invalid(words: str, number: int = 11000) -> Refused:
    """Refuse a parameter of the business."""
    return Refused(BUSINESS_INVALID, f"isv.parameter-invalid:{number}", words)


class Call(NamedTuple):
    """Hold one call that was let in: whose it is, what it asks, when."""

    rooms: Rooms
    shop: str
    params: Mapping[str, object]
    now: int

    def text(self, name: str, default: str | None = None) -> str:
        """Read a text; without a default it has to be there."""
        value = self.params.get(name, default)
        if value is None:
            raise Refused(MISSING, "isv.parameter-missing", f"缺少参数 {name}")
        if not isinstance(value, str):
            raise Refused(INVALID, "isv.parameter-format-invalid", f"{name} 应为字符串")
        return value

    def number(self, name: str, default: int | None = None) -> int:
        """Read an integer; without a default it has to be there."""
        value = self.params.get(name, default)
        if value is None:
            raise Refused(MISSING, "isv.parameter-missing", f"缺少参数 {name}")
        if not isinstance(value, int) or isinstance(value, bool) or abs(value) > MOST:
            raise Refused(INVALID, "isv.parameter-format-invalid", f"{name} 应为整数")
        return value

    def items(self, name: str) -> list[object]:
        """Read a list; nothing is an empty one."""
        value = self.params.get(name, [])
        if not isinstance(value, list):
            raise Refused(INVALID, "isv.parameter-format-invalid", f"{name} 应为数组")
        return value

    def flag(self, name: str) -> bool:
        """Read a truth; nothing is false."""
        return self.params.get(name, False) is True
