"""Write what answers an application, after reading how the ticket stands now."""

from __future__ import annotations

from typing import TYPE_CHECKING

from aftersale.channels.douyin import calls, faults
from aftersale.channels.douyin.answer import ask
from aftersale.channels.douyin.codes import Kind, Operate, Parcel, SendType, Status, known
from aftersale.channels.douyin.notice import asked_of, paid_of_lines, status_words
from aftersale.channels.douyin.reasons import reject_reasons
from aftersale.channels.douyin.shape import Misread
from aftersale.channels.douyin.ways import (
    OFFERED,
    REFUSALS,
    WAYS,
    WITH_ADDRESS,
    Way,
)
from aftersale.channels.verbs import REFUNDS, Verb

if TYPE_CHECKING:
    from aftersale.channels.base import Hands, Outgoing
    from aftersale.channels.douyin.calls import Call
    from aftersale.channels.douyin.said import Said

ADDRESSES = "address.list"
_PARCEL_COMES_BACK = frozenset({Parcel.REFUSED, Parcel.COMING_BACK})


def call_for(outgoing: Outgoing, said: Said, hands: Hands) -> Call | None:
    """Write the call of a verb on the ticket as it stands; None where the platform offers none for its kind.

    Raises Rejected where the ticket is not as it was decided on, or what is needed is missing.
    """
    verb, kind = Verb(outgoing.verb), known(Kind, said.kind)
    _same_version(outgoing, said)
    if kind is None or (verb, kind) not in OFFERED:
        return None
    status = known(Status, said.status)
    way = WAYS.get((verb, kind, status)) if status is not None else None
    if way is None:
        raise faults.not_now(status_words(said))
    if isinstance(way.code, SendType):
        return calls.fill(outgoing, way.code)
    # An exchange asks for no money: turned into a refund it pays what was paid.
    due = asked_of(said) or paid_of_lines(said)
    if verb in REFUNDS and outgoing.amount_fen != due:
        raise faults.amount_differs(outgoing.amount_fen, due)
    if not isinstance(way.code, Operate):
        return calls.PLAIN[way.method](outgoing, hands.now)
    return _operate(outgoing, _once_refused(way, said), hands)


def _same_version(outgoing: Outgoing, said: Said) -> None:
    if not outgoing.guard:
        raise faults.no_version()
    if outgoing.guard != said.times.version:
        raise faults.version_conflict()


def _once_refused(way: Way, said: Said) -> Operate:
    """Agree to refund once the parcel is back, where the buyer has refused it and it is on its way."""
    coming = any(known(Parcel, state) in _PARCEL_COMES_BACK for state in said.parcels.states)
    if way.code is Operate.AGREE_REFUND and coming:
        return Operate.AGREE_PARCEL_REFUSED
    return Operate(way.code or 0)


def _operate(outgoing: Outgoing, code: Operate, hands: Hands) -> Call:
    """Write one operation on one ticket; the version goes with it, whatever the operation."""
    item: dict[str, object] = {"aftersale_id": outgoing.ticket_no, "update_time": int(outgoing.guard)}
    if code in REFUSALS:
        item |= _refusal(outgoing, hands)
    if code in WITH_ADDRESS:
        item["logistics"] = {"receiver_address_id": _address(outgoing, hands)}
    if code is Operate.SEND_EXCHANGE:
        item["logistics"] = {
            "company_code": calls.carrier(outgoing),
            "logistics_code": calls.waybill(outgoing),
        }
    return calls.Call("afterSale.operate", {"type": int(code), "items": [item]})


def _refusal(outgoing: Outgoing, hands: Hands) -> dict[str, object]:
    """Write reason, remark and evidence; the reason is one that the platform takes for this ticket now."""
    code = calls.text(outgoing, "reason", "拒绝原因", "reason")
    remark = calls.text(outgoing, "text", "给买家的说明", "text for the buyer")
    found = next((each for each in reject_reasons(outgoing.ticket_no, hands) if each.code == code), None)
    if found is None:
        raise faults.not_taken("平台现在不接受这个拒绝原因", "the platform does not take this reason now")
    urls = calls.evidence(outgoing)
    if found.needs_evidence and not urls:
        raise faults.missing("凭证", "evidence")
    return {
        "reject_reason_code": int(code),
        "reason": found.words,
        "remark": remark,
        "evidence": calls.pieces(urls) or None,
    }


def _address(outgoing: Outgoing, hands: Hands) -> int:
    """Give the address for the return: the one that was chosen, else the shop's default for returns."""
    chosen = str(outgoing.params.get("address_id") or "")
    if chosen:
        if not chosen.isdecimal():
            raise faults.not_taken("退货地址编号不对", "the id of the address is no number")
        return int(chosen)
    params = {"page_no": 1, "page_size": 50, "order_by": "desc", "order_field": "update_time"}
    for each in ask(hands, ADDRESSES, params).data.each("address_list"):
        try:
            number = each.id("address_id")
        except Misread:
            continue
        if number and each.fields.get("is_default") in {1, "1"}:
            return int(number)
    raise faults.missing("退货地址", "address for the return")
