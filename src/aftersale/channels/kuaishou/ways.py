"""Say which call carries out which verb, and what goes with it; nothing is sent from here."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, NoReturn

from aftersale.channels.kuaishou import codes, contract
from aftersale.channels.kuaishou.codes import FreightAdvice, Way
from aftersale.channels.kuaishou.notices import claimed_freight
from aftersale.channels.verbs import Verb
from aftersale.domain.errors import Rejected
from aftersale.texts import Text

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from aftersale.channels.base import Outgoing
    from aftersale.channels.kuaishou.values import Told

Params = dict[str, object]


@dataclass(frozen=True, slots=True)
class Sending:
    """Hold what is wanted and how the ticket stands at this moment, its version already compared."""

    outgoing: Outgoing
    ticket: Told
    way: Way

    def text(self, name: str) -> str:
        """Read a parameter as text, empty where it was not given."""
        value = self.outgoing.params.get(name)
        return "" if value is None else str(value).strip()


@dataclass(frozen=True, slots=True)
class Step:
    """Name a call and what makes its parameters; `pays` says that it moves the ticket's whole amount."""

    method: str
    params: Callable[[Sending], Params]
    pays: bool = False


def refused(code: str, zh: str, en: str, *, platform_code: str) -> NoReturn:
    """Refuse before anything is sent; `platform_code` is our own word for what stood in the way."""
    raise Rejected(
        code,
        Text(zh=zh, en=en),
        Text(
            zh="看过这一单再决定，或到平台后台处理。", en="Look at the ticket again, or use the back office."
        ),
        platform_code=platform_code,
    )


def _number(sending: Sending, name: str, zh: str) -> int:
    text = sending.text(name)
    if not text.isdecimal() or not text.isascii():
        refused(
            "channel.bad_param",
            f"{zh}“{text}”不是平台的编号。",
            f"{name} {text!r} is no code.",
            platform_code=name,
        )
    return int(text)


def _ticket(sending: Sending) -> Params:
    return {"refundId": int(sending.outgoing.ticket_no)}


def _versioned(sending: Sending) -> Params:
    return {**_ticket(sending), "refundVersion": int(sending.outgoing.guard)}


def _approve(sending: Sending) -> Params:
    ticket = sending.ticket
    return {
        **_ticket(sending),
        "refundAmount": sending.outgoing.amount_fen,
        "status": ticket.code("status"),
        "negotiateStatus": ticket.code("negotiateStatus") or 0,
        "refundHandingWay": int(sending.way),
    }


def _approve_return(sending: Sending) -> Params:
    amount = 0 if sending.way is Way.EXCHANGE else sending.ticket.fen("refundFee")
    return {**_ticket(sending), "refundAmount": amount, **_address(sending, "addressId")}


def _address(sending: Sending, name: str) -> Params:
    return {name: _number(sending, "address_id", "退货地址")} if sending.text("address_id") else {}


def _confirm_receipt(sending: Sending) -> Params:
    return {**_ticket(sending), "status": sending.ticket.code("status"), **_freight(sending)}


def _freight(sending: Sending) -> Params:
    """Answer the claim for return freight, which nobody but a person may leave open."""
    claimed, granted = claimed_freight(sending.ticket), sending.outgoing.params.get("return_freight_fen")
    if claimed is None and not granted:
        return {}
    if claimed is None or granted not in {0, claimed}:
        refused(
            "channel.freight_differs",
            f"退货运费要按买家申请的 {claimed or 0} 分同意，或者拒绝；现在填的是 {granted}。",
            f"return freight is granted as claimed ({claimed or 0} fen) or refused, not as {granted}",
            platform_code="return_freight_fen",
        )
    if granted:
        return {"returnFreightHandlingAdvice": int(FreightAdvice.AGREE), "returnFreightAmount": claimed}
    return _refuse_freight(sending)


def _refuse_freight(sending: Sending) -> Params:
    text = sending.text("text")
    if not text or len(text) >= codes.LONGEST_FREIGHT_WORDS:
        refused(
            "channel.bad_param",
            f"拒绝退货运费要写原因，少于 {codes.LONGEST_FREIGHT_WORDS} 字。",
            f"refusing return freight needs a reason below {codes.LONGEST_FREIGHT_WORDS} letters",
            platform_code="text",
        )
    return {
        "returnFreightHandlingAdvice": int(FreightAdvice.REFUSE),
        "returnFreightRejectDesc": text,
        "returnFreightRejectImages": _pictures(sending),
    }


def _refuse(sending: Sending) -> Params:
    said = {**_versioned(sending), "reasonCode": _number(sending, "reason", "拒绝原因")}
    if text := sending.text("text"):
        said["rejectDesc"] = text
    if shown := _pictures(sending):
        said["rejectImages"] = shown
    return said


def _pictures(sending: Sending) -> list[str]:
    """Give the evidence; more than the platform takes is refused, a part of it would be another case."""
    given = sending.outgoing.params.get("evidence")
    shown = [str(each) for each in given] if isinstance(given, list | tuple) else []
    if len(shown) > codes.MOST_PICTURES:
        refused(
            "channel.too_many_pictures",
            f"平台最多收 {codes.MOST_PICTURES} 张图，现在有 {len(shown)} 张。",
            f"the platform takes {codes.MOST_PICTURES} pictures, there are {len(shown)}",
            platform_code="evidence",
        )
    return shown


def _change(sending: Sending) -> Params:
    to = codes.WAY_OF.get(sending.text("to"))
    if to is None or (sending.way, to) not in codes.CHANGES:
        refused(
            "channel.not_possible",
            f"这一单不能改成“{codes.WAY_WORDS[to] if to else sending.text('to')}”。",
            f"this ticket cannot be turned into {sending.text('to')!r}",
            platform_code="to",
        )
    address = _address(sending, "editReturnAddressId") if to is Way.RETURN else {}
    return {**_refuse(sending), "editHandlingWay": int(to), **address}


def _parcel(sending: Sending) -> Params:
    waybill = sending.text("waybill")
    if not waybill:
        refused("channel.bad_param", "没有填快递单号。", "the waybill is missing", platform_code="waybill")
    return {**_ticket(sending), "expressNo": waybill, "expressCode": _number(sending, "carrier", "快递公司")}


STEPS: Mapping[Verb, Step] = {
    Verb.REFUND: Step(contract.APPROVE, _approve, pays=True),
    Verb.REFUND_RECEIVED: Step(contract.CONFIRM_RECEIPT, _confirm_receipt, pays=True),
    Verb.REFUND_NO_RETURN: Step(contract.DIRECT_REFUND, _versioned, pays=True),
    Verb.AGREE_RETURN: Step(contract.APPROVE_RETURN, _approve_return),
    Verb.AGREE_EXCHANGE: Step(contract.APPROVE_RETURN, _approve_return),
    Verb.SEND: Step(contract.CONFIRM_AND_SEND, _parcel),
    Verb.REFUSE: Step(contract.REJECT, _refuse),
    Verb.CHANGE_TYPE: Step(contract.REJECT, _change),
    Verb.RETURN_WAYBILL: Step(contract.RETURN_INFO, _parcel),
}
"""What is done to a ticket."""


def note(outgoing: Outgoing) -> Params:
    """Write a remark or a flag for the order of a ticket; a remark leaves the flag as it is."""
    text = str(outgoing.params.get("text") or "").strip()
    said: Params = {"orderId": int(outgoing.order_no), "note": text}
    if len(text) > codes.LONGEST_NOTE:
        refused(
            "channel.bad_param",
            f"备注最多 {codes.LONGEST_NOTE} 字。",
            f"a remark has {codes.LONGEST_NOTE} letters at most",
            platform_code="text",
        )
    if outgoing.verb != Verb.FLAG:
        return said
    flag = codes.FLAGS.get(str(outgoing.params.get("flag")))
    if flag is None:
        refused("channel.bad_param", "没有这种颜色的旗。", "there is no such flag", platform_code="flag")
    return {**said, "flag": flag}


NOTES = frozenset(codes.ALWAYS)
"""What is written on the order and needs no ticket to be looked at."""
