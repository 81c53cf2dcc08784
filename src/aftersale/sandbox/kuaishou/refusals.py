"""Refuse as 快手小店 does: a number and a sentence; and read parameters strictly by their type."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Mapping

    from aftersale.sandbox.wire.gateway import Rooms

OK = 1
FOREIGN = 21
NO_SCOPE = 25
BAD_TOKEN = 24
SIGN_MISSING, SIGN_WRONG = 27, 28
QPS, QUOTA = 1016, 1017
WRONG_KIND = 300002
END_FIRST = 300003
TOO_OLD = 300005
NO_ID = 300006
WRONG_WAY = 300008
ZERO = 300009
NOT_PAYABLE = 300010
NOT_FOUND = 300011
NOT_YOURS = 300012
WITHDRAWN = 300013
CHANGED = 300014
TOO_MANY_IMAGES = 300015
NEGOTIATION_CHANGED = 300017
WRONG_STATE = 300018
TOO_LONG = 300019
# Of wrong parameters no public number is known.
INVALID = 400
MOST = 2**63 - 1


class Refused(Exception):
    """Stop a call with what the platform answers."""

    def __init__(self, result: int, words: str, sub_code: str = "") -> None:
        super().__init__(f"{result} {words}")
        self.result, self.words, self.sub_code = result, words, sub_code


class Call(NamedTuple):
    """Hold one call that was let in: whose it is, what it asks, when."""

    rooms: Rooms
    shop: str
    params: Mapping[str, object]
    now: int

    def text(self, name: str, default: str | None = None) -> str:
        """Read a text; without a default it has to be there."""
        value = self.params.get(name, default)
        if not isinstance(value, str):
            raise Refused(INVALID, f"参数 {name} 缺失或不是字符串")
        return value

    def number(self, name: str, default: int | None = None) -> int:
        """Read an integer; without a default it has to be there."""
        value = self.params.get(name, default)
        if not isinstance(value, int) or isinstance(value, bool) or abs(value) > MOST:
            raise Refused(INVALID, f"参数 {name} 缺失或不是整数")
        return value

    def texts(self, name: str) -> tuple[str, ...]:
        """Read a list of texts; nothing is an empty one."""
        value = self.params.get(name, [])
        if not isinstance(value, list) or not all(isinstance(each, str) for each in value):
            raise Refused(INVALID, f"参数 {name} 应为字符串数组")
        return tuple(value)
