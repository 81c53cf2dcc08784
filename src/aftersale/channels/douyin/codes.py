"""Name every code of 抖店's open platform; what is not here is kept as it came and shown to a person.

Codes stop in this folder. Sources and confidence of each call stand in docs/channels/douyin.md.
"""

from __future__ import annotations

from enum import IntEnum
from typing import TypeVar

_Named = TypeVar("_Named", bound=IntEnum)


def known(kind: type[_Named], code: int | None) -> _Named | None:
    """Name a code; None for one that nobody has seen, which is kept as it came."""
    return kind(code) if code is not None and code in kind._value2member_map_ else None


class Code(IntEnum):
    """Say what became of a call as a whole."""

    SUCCESS = 10000
    PARTLY_FAILED = 10001
    SERVICE_ERROR = 20000
    TIMED_OUT = 20001
    NO_PERMISSION = 30001
    ADDRESS_NOT_LISTED = 30002
    PARAMETER_MISSING = 40001
    PARAMETER_INVALID = 40003
    BUSINESS_PARAMETER = 40004
    TOKEN_FAILED = 50001
    BUSINESS_FAILED = 50002
    THROTTLED = 60000
    API_OFF = 70000
    RISK_CONTROL = 80000
    UNKNOWN = 90000


class Status(IntEnum):
    """Say where an after-sale ticket stands (after_sale_status, aftersale_status)."""

    INITIAL = 0
    EXCHANGE_SHIPPED = 3
    APPLIED = 6
    TO_RETURN = 7
    TO_SHIP = 8
    SENT_BACK = 11
    SUCCEEDED = 12
    SHIPPED_AGAIN = 13
    REPLACED = 14
    REFUSED = 27
    CLOSED = 28
    REFUSED_RETURN = 29
    ORDER_CANCELLED = 51
    REVERSED = 53


class Kind(IntEnum):
    """Say what the buyer applied for (after_sale_type, aftersale_type)."""

    RETURN_REFUND = 0
    REFUND_SHIPPED = 1
    REFUND_UNSHIPPED = 2
    EXCHANGE = 3
    CANCELLED_BY_SYSTEM = 4
    CANCELLED_BY_BUYER = 5
    PRICE_PROTECTION = 6
    RESEND = 7
    REPAIR = 8


class RefundStatus(IntEnum):
    """Say how far the money is (refund_status); a ticket closed by its buyer keeps PENDING."""

    NONE = 0
    PENDING = 1
    PAYING = 2
    PAID = 3
    FAILED = 4
    RECOVERED = 5


class Arbitration(IntEnum):
    """Say how far a dispute is, as tickets carry it; the filter of the list counts otherwise."""

    NONE = 0
    RUNNING = 1
    FOR_BUYER = 2
    FOR_MERCHANT = 3
    EVIDENCE_WANTED = 4
    NEGOTIATING = 5
    ENDED = 255


class Conclusion(IntEnum):
    """Say for whom a dispute was decided (arbitrate_conclusion); AT_ONCE pays without goods coming back."""

    FOR_BUYER = 1
    FOR_MERCHANT = 2
    FOR_BUYER_AT_ONCE = 3


class Blame(IntEnum):
    """Say who is liable by the ruling (arbitrate_blame)."""

    MERCHANT = 1
    BUYER = 2
    BOTH = 3
    PLATFORM = 4
    INFLUENCER = 5


class Audit(IntEnum):
    """Say whether the platform has looked at a picture (audit_status); it shows what has passed alone."""

    WAITING = 1
    REVIEWING = 2
    PASSED = 3
    REFUSED = 4


class RefundBy(IntEnum):
    """Say which of the platform's assistants refunded (refund_type of the list alone)."""

    NOBODY = 0
    FAST_REFUND = 1
    ASSISTANT = 2
    AFTER_SALE_FAST = 3
    LIGHTNING_RETURN = 4


class AutoAudit(IntEnum):
    """Say what decided without a person (auto_audit_bits)."""

    FAST_BEFORE_SHIPPING = 1
    ASSISTANT_REFUND = 2
    FAST_AFTER_SHIPPING = 3
    LIGHTNING_RETURN = 4
    CROSS_BORDER = 5
    WAREHOUSE_STOPPED = 6
    ASSISTANT_RETURN = 7
    ASSISTANT_PARCEL_REFUSED = 8
    FILLED_FOR_BUYER = 9
    GOVERNED_UNSHIPPED = 10
    GOVERNED_SHIPPED = 11
    INTERCEPTED = 12
    NO_INSPECTION = 13
    NEGOTIATED = 14
    PLATFORM_CARD = 15
    THIRD_PARTY_CARD = 16
    GOVERNED_RETURN = 17
    FAST_LOGISTICS = 21
    FAST_BEFORE_SIGNING = 27


class LineStatus(IntEnum):
    """Say how far an order line is, as tickets carry it (order_status)."""

    TO_SHIP = 2
    SHIPPED = 3
    CANCELLED = 4
    RECEIVED = 5
    FINISHED = 255


class Parcel(IntEnum):
    """Say how a parcel fares that the buyer may have refused (logistics_state)."""

    UNTOLD = 0
    REFUSED = 1
    SIGNED = 2
    COMING_BACK = 3
    BACK = 4


class RefuseSign(IntEnum):
    """Say whether the shop agreed to refund once the parcel is refused (agree_refuse_sign)."""

    NONE = 0
    AGREED = 1
    DISAGREED = 2
    MARKED = 257
    UNMARKED = 258


class Flag(IntEnum):
    """Name the flag of an order (star, order_flag)."""

    GREY = 0
    PURPLE = 1
    CYAN = 2
    GREEN = 3
    ORANGE = 4
    RED = 5


class Operate(IntEnum):
    """Name what afterSale.operate does (type)."""

    AGREE_RETURN = 101
    REFUSE_RETURN = 102
    AGREE_RECEIVED = 111
    REFUSE_RECEIVED = 112
    TO_REFUND_ONLY = 121
    AGREE_REFUND = 201
    REFUSE_REFUND = 202
    AGREE_PARCEL_REFUSED = 203
    AGREE_EXCHANGE = 301
    REFUSE_EXCHANGE = 302
    SEND_EXCHANGE = 311
    REFUSE_EXCHANGE_RECEIVED = 312
    EXCHANGE_TO_REFUND = 321
    AGREE_UNSHIPPED = 401


class SendType(IntEnum):
    """Say which parcel afterSale.fillLogistics speaks of (send_type)."""

    RESEND = 1
    BUYERS_RETURN = 3
    REPAIRED = 4


class EvidenceType(IntEnum):
    """Name the kinds of evidence that come with a refusal."""

    PICTURE = 1
    VIDEO = 2


class Role(IntEnum):
    """Say who acted in the negotiation log."""

    BUYER = 1
    MERCHANT = 2
    PLATFORM = 3
    SYSTEM = 4


class ServiceStatus(IntEnum):
    """Say where a service request of the platform stands (operate_status)."""

    TO_ANSWER = 0
    BUYER_CONFIRMS = 5
    IN_REVIEW = 10
    CLOSED = 100


class Tag(IntEnum):
    """Name the pushed messages that this desk knows."""

    TEST = 0
    REFUND_CREATED = 200
    REFUND_AGREED = 201
    RETURN_APPLY_AGREED = 202
    BUYER_RETURN_GOODS = 203
    REFUND_REFUSED = 204
    RETURN_APPLY_REFUSED = 205
    REFUND_SUCCESS = 206
    REFUND_CLOSED = 207
    REFUND_MODIFIED = 208
    EXPIRATION_CHANGE = 209
    EXCHANGE_CONFIRMED = 211
    ARBITRATE_APPLIED = 212
    ARBITRATE_SUBMITTING = 213
    ARBITRATE_SUBMITTED = 214
    ARBITRATE_CANCELLED = 215
    ARBITRATE_AUDITED = 216
    ARBITRATE_SERVICE_INTERVENE = 217
    ARBITRATE_DISCUSS_UPLOAD = 218
    SPECIAL_REFUND = 224
    SPECIAL_REFUND_SUCCESS = 225
    RESEND_FILL_LOGISTICS = 226
    AUDIT_AGREE_RESEND = 227


YES = "Y"
MERCHANT_ASKS = 1
"""op_from of an interception asked for by the shop."""

ORDER_SEEN = 1
"""event_type of an order that was shown to somebody; 2 would be one that left for a third party."""


class OperationType(IntEnum):
    """Say what was done with an order that was shown; those that the desk does."""

    VIEW_ORDER = 1
    DOWNLOAD_ORDER = 3


REFUSED_PUSH = 40041
ITEM_DONE = 0
GRANT_SELF, GRANT_CODE, GRANT_REFRESH = "authorization_self", "authorization_code", "refresh_token"

INVALID_IP = "isv.invalid_ip"
THROTTLED_SUB = "isv.traffic-limited"
NEEDS_PERSON = (
    "isv.signature-",
    "isv.access-token-",
    "isv.app-id-",
    "isv.authorization-type-",
    "isv.timestamp-",
    "isv.env-suspected",
    INVALID_IP,
    "dop.no-permissions",
    "dop.app-forbidden",
    "dop.authorization-",
    "dop.token-generate-failed",
)
"""How sub_codes begin that no repetition cures: keys, tokens, permissions or the clock must be seen to."""

BUYER_REASONS: dict[int, str] = {
    1: "多拍/错拍/不想要",
    2: "未按约定时间发货",
    3: "快递一直未送达",
    4: "快递无跟踪记录",
    5: "收到商品少件/错件/空包裹",
    6: "不喜欢/效果不好",
    7: "做工粗糙/有瑕疵/破损或污渍",
    8: "功能故障",
    9: "效果与描述不符",
    10: "材质/品牌/外观描述不符",
    11: "生产日期/保质期/规格描述不符",
    12: "假冒品牌",
    13: "协商一致退款",
    14: "缺货",
    15: "其他",
    16: "大小/尺寸/重量不符",
    17: "生产日期/保质期不符",
    18: "品种/规格/成分不符",
    19: "腐烂/变质",
    20: "少件/漏发",
    21: "包装/商品破损",
    22: "商家发错货",
    23: "与商家协商一致退款",
    24: "退运费",
    25: "品种/产品/规格/成分描述不符",
    26: "腐烂/变质/死亡",
    27: "变质/过期",
    28: "规格不符",
    29: "少件/错件/空包裹",
    30: "盗版",
    31: "做工粗糙/有瑕疵/污渍",
    32: "破损/损坏",
    33: "材质/外观与描述不符",
    34: "使用后过敏",
}
"""The buyer's reasons by reason_code; the words that come with a ticket go before these."""
