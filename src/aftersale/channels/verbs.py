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
    AGREE_RESHIP = "agree_reship"
    SEND = "send"
    COMPENSATE = "compensate"
    EXTEND = "extend"
    REFUSE = "refuse"
    CHANGE_TYPE = "change_type"
    SUBMIT_EVIDENCE = "submit_evidence"
    REMARK = "remark"
    FLAG = "flag"
    RETURN_WAYBILL = "return_waybill"
    INTERCEPT = "intercept"
    GOODS_STOPPED = "goods_stopped"
    GOODS_IN_WAREHOUSE = "goods_in_warehouse"
    REPLY_SERVICE = "reply_service"
    SMALL_PAYOUT = "small_payout"


BY_STRATEGY = frozenset({Verb.GOODS_STOPPED, Verb.GOODS_IN_WAREHOUSE})
"""Verbs that tell the platform what became of the goods; by a strategy of the shop there it pays at once."""

REFUNDS = frozenset({Verb.REFUND, Verb.REFUND_RECEIVED, Verb.REFUND_NO_RETURN}) | BY_STRATEGY
"""Verbs that give back what the buyer paid: what is paid for a line is the most they can move."""

PAYS = REFUNDS | {Verb.COMPENSATE, Verb.SMALL_PAYOUT}
"""Verbs that need an amount; a compensation is the shop's own money and no part of what was paid."""

BESIDE = frozenset(
    {
        Verb.REMARK,
        Verb.FLAG,
        Verb.SUBMIT_EVIDENCE,
        Verb.RETURN_WAYBILL,
        Verb.INTERCEPT,
        Verb.SMALL_PAYOUT,
    }
)
"""Verbs that answer no application: nothing is decided and no money of the order is held by them."""

ANSWERS = frozenset(Verb) - BESIDE - {Verb.REPLY_SERVICE}
"""Verbs that answer what the buyer applied for: they need an accepted proposal."""

PARAMS: dict[Verb, frozenset[str]] = {
    Verb.REFUND: frozenset(),
    Verb.REFUND_RECEIVED: frozenset({"return_freight_fen", "text", "evidence"}),
    Verb.REFUND_NO_RETURN: frozenset(),
    Verb.AGREE_RETURN: frozenset({"address_id"}),
    Verb.AGREE_EXCHANGE: frozenset({"address_id"}),
    Verb.AGREE_REPAIR: frozenset({"address_id"}),
    Verb.AGREE_RESHIP: frozenset(),
    Verb.SEND: frozenset({"carrier", "waybill"}),
    Verb.COMPENSATE: frozenset({"text"}),
    Verb.EXTEND: frozenset(),
    Verb.REFUSE: frozenset({"reason", "reason_words", "citation", "text", "evidence"}),
    Verb.CHANGE_TYPE: frozenset({"to", "reason", "text", "address_id"}),
    Verb.SUBMIT_EVIDENCE: frozenset({"text", "evidence", "pictures", "pack"}),
    Verb.REMARK: frozenset({"text"}),
    Verb.FLAG: frozenset({"flag", "text"}),
    Verb.RETURN_WAYBILL: frozenset({"carrier", "waybill"}),
    Verb.INTERCEPT: frozenset({"carrier", "waybill"}),
    Verb.GOODS_STOPPED: frozenset(),
    Verb.GOODS_IN_WAREHOUSE: frozenset({"carrier", "waybill"}),
    Verb.REPLY_SERVICE: frozenset({"text", "evidence"}),
    Verb.SMALL_PAYOUT: frozenset({"purpose", "text"}),
}
"""What may stand beside the amount, by verb.

`reason` is the platform's code as it gave it, `reason_words` its words for that, `evidence` a list of
addresses the platform can open, `pictures` addresses of this desk that a platform is to fetch first, `pack`
the pack that they are of, `carrier` its code of a carrier, `to` one of the domain's apply types, `flag`
red, yellow, green, blue, purple or grey, `return_freight_fen` what is granted of the return freight that the
buyer claims: 0 refuses, `text` says why, `purpose` what a small payout is for: one of PURPOSES.
"""

FLAG_WORDS: dict[str, Text] = {
    "red": Text(zh="红旗", en="red flag"),
    "yellow": Text(zh="黄旗", en="yellow flag"),
    "green": Text(zh="绿旗", en="green flag"),
    "blue": Text(zh="蓝旗", en="blue flag"),
    "purple": Text(zh="紫旗", en="purple flag"),
    "grey": Text(zh="灰旗", en="grey flag"),
}
"""The flags of the desk; a platform may lack some."""

PURPOSES: dict[str, Text] = {
    "goodwill": Text(zh="补偿", en="goodwill"),
    "return_freight": Text(zh="退货运费", en="return freight"),
    "price": Text(zh="退差价", en="price difference"),
}
"""What a small payout may be for."""

VERB_WORDS: dict[Verb, Text] = {
    Verb.REFUND: Text(zh="同意退款", en="agree to the refund"),
    Verb.REFUND_RECEIVED: Text(zh="确认收到退货并退款", en="confirm the return and refund"),
    Verb.REFUND_NO_RETURN: Text(zh="退款不退货", en="refund without return"),
    Verb.AGREE_RETURN: Text(zh="同意退货", en="agree to the return"),
    Verb.AGREE_EXCHANGE: Text(zh="同意换货", en="agree to the exchange"),
    Verb.AGREE_REPAIR: Text(zh="同意维修", en="agree to the repair"),
    Verb.AGREE_RESHIP: Text(zh="同意补寄", en="agree to send what is missing"),
    Verb.SEND: Text(zh="发出并填写单号", en="send and enter the waybill"),
    Verb.COMPENSATE: Text(zh="小额打款", en="pay a small compensation"),
    Verb.EXTEND: Text(zh="延长收货", en="extend the time to receive"),
    Verb.REFUSE: Text(zh="拒绝申请", en="refuse the application"),
    Verb.CHANGE_TYPE: Text(zh="更改售后类型", en="change the kind of claim"),
    Verb.SUBMIT_EVIDENCE: Text(zh="提交举证", en="submit evidence"),
    Verb.REMARK: Text(zh="写备注", en="write a remark"),
    Verb.FLAG: Text(zh="插旗", en="set a flag"),
    Verb.RETURN_WAYBILL: Text(zh="填写退货单号", en="enter the return waybill"),
    Verb.INTERCEPT: Text(zh="拦截快递", en="intercept the parcel"),
    Verb.GOODS_STOPPED: Text(zh="确认已截单", en="confirm that dispatch was stopped"),
    Verb.GOODS_IN_WAREHOUSE: Text(zh="确认退货入库", en="confirm the return into stock"),
    Verb.REPLY_SERVICE: Text(zh="回复平台服务单", en="answer a service request of the platform"),
    Verb.SMALL_PAYOUT: Text(zh="另付小额打款", en="pay a small amount beside the claim"),
}
