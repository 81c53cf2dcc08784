"""Say by which call each verb is carried out: one table over what is asked for and where it stands."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from aftersale.channels.douyin.codes import Kind, Operate, SendType, Status
from aftersale.channels.verbs import Verb

if TYPE_CHECKING:
    from collections.abc import Mapping

OPERATE = "afterSale.operate"
FILL = "afterSale.fillLogistics"
EXTEND = "afterSale.timeExtend"
STOPPED = "afterSale.CancelSendGoodsSuccess"
IN_WAREHOUSE = "afterSale.returnGoodsToWareHouseSuccess"
STRATEGIES = frozenset({STOPPED, IN_WAREHOUSE})


@dataclass(frozen=True, slots=True)
class Way:
    """Name the call of one step: an operation, or a waybill, or more time."""

    method: str
    code: Operate | SendType | None = None


_TYPE_CHANGES = (Status.APPLIED, Status.TO_RETURN, Status.SENT_BACK)
_OPERATIONS: Mapping[tuple[Verb, Kind, Status], Operate] = {
    (Verb.REFUND, Kind.REFUND_UNSHIPPED, Status.APPLIED): Operate.AGREE_UNSHIPPED,
    (Verb.REFUND, Kind.REFUND_SHIPPED, Status.APPLIED): Operate.AGREE_REFUND,
    (Verb.REFUND_NO_RETURN, Kind.REFUND_UNSHIPPED, Status.APPLIED): Operate.AGREE_UNSHIPPED,
    (Verb.REFUND_NO_RETURN, Kind.REFUND_SHIPPED, Status.APPLIED): Operate.AGREE_REFUND,
    (Verb.REFUND_RECEIVED, Kind.RETURN_REFUND, Status.SENT_BACK): Operate.AGREE_RECEIVED,
    (Verb.AGREE_RETURN, Kind.RETURN_REFUND, Status.APPLIED): Operate.AGREE_RETURN,
    (Verb.AGREE_EXCHANGE, Kind.EXCHANGE, Status.APPLIED): Operate.AGREE_EXCHANGE,
    (Verb.SEND, Kind.EXCHANGE, Status.SENT_BACK): Operate.SEND_EXCHANGE,
    # 待商家发货 is a stage of 换货, too; 311 is the one operation that names the parcel of an exchange.
    (Verb.SEND, Kind.EXCHANGE, Status.TO_SHIP): Operate.SEND_EXCHANGE,
    (Verb.REFUSE, Kind.RETURN_REFUND, Status.APPLIED): Operate.REFUSE_RETURN,
    (Verb.REFUSE, Kind.RETURN_REFUND, Status.SENT_BACK): Operate.REFUSE_RECEIVED,
    (Verb.REFUSE, Kind.REFUND_SHIPPED, Status.APPLIED): Operate.REFUSE_REFUND,
    (Verb.REFUSE, Kind.EXCHANGE, Status.APPLIED): Operate.REFUSE_EXCHANGE,
    (Verb.REFUSE, Kind.EXCHANGE, Status.SENT_BACK): Operate.REFUSE_EXCHANGE_RECEIVED,
    # Turning a claim into a refund pays it at once: it is a refund, money held and limits kept.
    **{(Verb.REFUND_NO_RETURN, Kind.RETURN_REFUND, at): Operate.TO_REFUND_ONLY for at in _TYPE_CHANGES},
    **{(Verb.REFUND_NO_RETURN, Kind.EXCHANGE, at): Operate.EXCHANGE_TO_REFUND for at in _TYPE_CHANGES},
}
WAYS: Mapping[tuple[Verb, Kind, Status], Way] = {
    **{step: Way(OPERATE, code) for step, code in _OPERATIONS.items()},
    (Verb.SEND, Kind.RESEND, Status.TO_SHIP): Way(FILL, SendType.RESEND),
    (Verb.SEND, Kind.REPAIR, Status.TO_SHIP): Way(FILL, SendType.REPAIRED),
    **{
        (Verb.EXTEND, kind, Status.SENT_BACK): Way(EXTEND)
        for kind in (Kind.RETURN_REFUND, Kind.EXCHANGE, Kind.REPAIR)
    },
    # Where the shop has a strategy for it the platform pays upon these, without naming an amount.
    (Verb.GOODS_STOPPED, Kind.REFUND_UNSHIPPED, Status.APPLIED): Way(STOPPED),
    (Verb.GOODS_IN_WAREHOUSE, Kind.RETURN_REFUND, Status.SENT_BACK): Way(IN_WAREHOUSE),
}
"""What a verb is on a ticket of one kind at one stage; what is not here the platform does not offer."""

OFFERED = frozenset((verb, kind) for verb, kind, _ in WAYS)
"""Verbs by kind; for any other pair a person acts in the back office, where more is possible."""

TURNED = frozenset({Operate.TO_REFUND_ONLY, Operate.EXCHANGE_TO_REFUND})
"""Operations after which it is looked whether the money really goes: no source tells it for sure."""

WITH_ADDRESS = frozenset({Operate.AGREE_RETURN, Operate.AGREE_EXCHANGE})
REFUSALS = frozenset(code for (verb, _, _), code in _OPERATIONS.items() if verb is Verb.REFUSE)
NOT_OFFERED = frozenset(
    {Verb.COMPENSATE, Verb.SMALL_PAYOUT, Verb.AGREE_REPAIR, Verb.AGREE_RESHIP, Verb.CHANGE_TYPE}
)
"""小额打款 and agreeing to 维修 or 补寄 have no call; any change but into a refund is the buyer's."""

JUDGED = frozenset(verb for verb, _, _ in WAYS)
"""Verbs that need to know how the ticket stands."""

_ALWAYS = (Verb.REMARK, Verb.FLAG)
_WHILE: Mapping[Verb, frozenset[tuple[Kind, Status]]] = {
    Verb.INTERCEPT: frozenset({(Kind.REFUND_SHIPPED, Status.APPLIED)}),
    Verb.RETURN_WAYBILL: frozenset(
        (kind, Status.TO_RETURN) for kind in (Kind.RETURN_REFUND, Kind.EXCHANGE, Kind.REPAIR)
    ),
}


def offers(kind: Kind | None, status: Status | None) -> tuple[str, ...]:
    """List what the interface takes for a ticket of a kind at a stage, remarks and flags at any."""
    if kind is None or status is None:
        return tuple(map(str, _ALWAYS))
    answers = {verb for verb, of, at in WAYS if (of, at) == (kind, status)}
    beside = {verb for verb, places in _WHILE.items() if (kind, status) in places}
    return (*map(str, _ALWAYS), *sorted(map(str, answers | beside)))
