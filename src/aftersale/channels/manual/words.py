"""Say, for each platform, where in its back office something is done and what to choose there."""

from __future__ import annotations

from typing import TYPE_CHECKING

from aftersale.channels.verbs import FLAG_WORDS, PURPOSES, VERB_WORDS, Verb
from aftersale.domain.money import yuan
from aftersale.domain.value_words import VALUE_WORDS
from aftersale.texts import Text

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from aftersale.channels.base import Outgoing

_PLACES: Mapping[str, Text] = {
    "douyin": Text(zh="抖店后台“售后工作台”", en="抖店 back office, “售后工作台”"),
    "kuaishou": Text(zh="快手小店后台“退款/售后”", en="快手小店 back office, “退款/售后”"),
}
_ELSEWHERE = Text(zh="平台后台的售后页面", en="the after-sales page of the platform's back office")

# What differs from the common word of a verb, because the platform has another way for it.
_OWN_WAYS: Mapping[tuple[str, Verb], Text] = {
    ("douyin", Verb.REFUND_NO_RETURN): Text(
        zh="先改成“仅退款”，再同意退款", en="change it to “仅退款” first, then agree to the refund"
    ),
    ("kuaishou", Verb.REFUND_NO_RETURN): Text(
        zh="选“直接退款”，不用等退货", en="choose “直接退款”; nothing has to come back"
    ),
    ("douyin", Verb.SMALL_PAYOUT): Text(
        zh="打开订单，用“小额打款”付给买家", en="open the order and pay by “小额打款”"
    ),
    ("kuaishou", Verb.SMALL_PAYOUT): Text(
        zh="打开订单，用“小额打款”付给买家", en="open the order and pay by “小额打款”"
    ),
    ("kuaishou", Verb.SEND): Text(
        zh="确认收到旧货，填新单号发出", en="confirm the old goods and enter the new waybill"
    ),
}
_BESIDE: Mapping[Verb, Text] = {
    Verb.AGREE_RETURN: Text(zh="核对退货地址", en="check the address for the return"),
    Verb.REFUND_RECEIVED: Text(zh="先验货", en="inspect the goods first"),
    Verb.REFUSE: Text(zh="填写拒绝原因，上传凭证", en="give the reason and upload the evidence"),
}


def to_do(outgoing: Outgoing, platform: str) -> Text:
    """Say what a person does now: place, ticket, step and amount in yuan."""
    verb = Verb(outgoing.verb)
    step = _OWN_WAYS.get((platform, verb), VERB_WORDS[verb])
    more = [text for text in (_BESIDE.get(verb), _amount(outgoing), *_details(outgoing)) if text]
    place = _PLACES.get(platform, _ELSEWHERE)
    zh, en = "，".join([step.zh, *(t.zh for t in more)]), ", ".join([step.en, *(t.en for t in more)])
    return Text(
        zh=(
            f"在{place.zh}找到售后单 {outgoing.ticket_no}（订单 {outgoing.order_no}）：{zh}。"
            "办完后请回来确认结果。"
        ),
        en=(
            f"In {place.en}, find ticket {outgoing.ticket_no} (order {outgoing.order_no}): {en}. "
            "Then come back and confirm the outcome."
        ),
    )


def _details(outgoing: Outgoing) -> Iterator[Text]:
    """Say what is entered or chosen there; texts for people stand beside, to be copied."""
    for name, value in sorted(outgoing.params.items()):
        if name in _NAMED and value:
            yield _NAMED[name].get(str(value), Text(zh=str(value), en=str(value)))
        elif name in _TYPED and value:
            yield Text(zh=f"{_TYPED[name].zh} {value}", en=f"{_TYPED[name].en} {value}")
    freight = outgoing.params.get("return_freight_fen")
    if isinstance(freight, int):
        yield Text(zh=f"退货运费 {yuan(freight)}", en=f"return freight {yuan(freight)}")


_NAMED: Mapping[str, Mapping[str, Text]] = {
    "flag": FLAG_WORDS,
    "purpose": {code: Text(zh=f"用途 {word.zh}", en=f"for {word.en}") for code, word in PURPOSES.items()},
    "to": {code: Text(zh=f"改成“{word.zh}”", en=f"to {word.en}") for code, word in VALUE_WORDS.items()},
}
_TYPED: Mapping[str, Text] = {
    "carrier": Text(zh="快递公司", en="carrier"),
    "waybill": Text(zh="单号", en="waybill"),
}


def _amount(outgoing: Outgoing) -> Text | None:
    if outgoing.amount_fen is None:
        return None
    said = yuan(outgoing.amount_fen)
    return Text(zh=f"金额 {said}", en=f"amount {said}")
