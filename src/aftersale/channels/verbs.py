"""Name what a shop can do to a ticket on its platform, in the words of agents."""

from __future__ import annotations

from enum import StrEnum

from aftersale.texts import Text


class Verb(StrEnum):
    """Name one thing that a channel is asked to do about a ticket."""

    REFUND = "refund"
    REFUND_RECEIVED = "refund_received"
    REFUND_NO_RETURN = "refund_no_return"
    AGREE_RETURN = "agree_return"
    AGREE_EXCHANGE = "agree_exchange"
    AGREE_REPAIR = "agree_repair"
    SEND = "send"
    COMPENSATE = "compensate"
    EXTEND = "extend"
    REFUSE = "refuse"


REFUNDS = frozenset({Verb.REFUND, Verb.REFUND_RECEIVED, Verb.REFUND_NO_RETURN})
"""Verbs that give back what the buyer paid: what is paid for a line is the most they can move."""

PAYS = REFUNDS | {Verb.COMPENSATE}
"""Verbs that need an amount; a compensation is the shop's own money and no part of what was paid."""

VERB_WORDS: dict[Verb, Text] = {
    Verb.REFUND: Text(zh="同意退款", en="agree to the refund"),
    Verb.REFUND_RECEIVED: Text(zh="确认收到退货并退款", en="confirm the return and refund"),
    Verb.REFUND_NO_RETURN: Text(zh="退款不退货", en="refund without return"),
    Verb.AGREE_RETURN: Text(zh="同意退货", en="agree to the return"),
    Verb.AGREE_EXCHANGE: Text(zh="同意换货", en="agree to the exchange"),
    Verb.AGREE_REPAIR: Text(zh="同意维修", en="agree to the repair"),
    Verb.SEND: Text(zh="发出并填写单号", en="send and enter the waybill"),
    Verb.COMPENSATE: Text(zh="小额打款", en="pay a small compensation"),
    Verb.EXTEND: Text(zh="延长寄回时间", en="extend the time for sending back"),
    Verb.REFUSE: Text(zh="拒绝申请", en="refuse the application"),
}
