"""Say what can be done beside the answer to a ticket now, and whether the channel or a person does it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from aftersale.channels.base import Turn
from aftersale.channels.interface import Choices
from aftersale.channels.registry import CHANNELS
from aftersale.channels.verbs import FLAG_WORDS, VERB_WORDS, Verb
from aftersale.domain.errors import AftersaleError
from aftersale.domain.roles import Permission
from aftersale.domain.states import Goods
from aftersale.texts import Text
from aftersale.tickets.perform import MANUAL
from aftersale.tickets.said import said_of
from aftersale.tickets.steps import Stage, is_service
from aftersale.tickets.verbs import verb_of

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from aftersale.shops.models import Shop
    from aftersale.tickets.models import Ticket

_REPLACES = frozenset({"exchange", "repair", "reship"})
_ANSWERABLE = frozenset({Stage.DECIDE, Stage.RETURN, Stage.RECEIVE})
_ANYWHERE = Choices(
    tuple(FLAG_WORDS),
    {},
    frozenset(),
    reasoned=False,
    longest={},
)
LONGEST = 500
"""Letters that the desk takes where a platform names no limit."""


NEED: Mapping[Verb, Permission] = {
    Verb.REMARK: Permission.NOTE,
    Verb.FLAG: Permission.NOTE,
    Verb.RETURN_WAYBILL: Permission.ANSWER,
    Verb.INTERCEPT: Permission.APPROVE,
    Verb.SEND: Permission.APPROVE,
    Verb.CHANGE_TYPE: Permission.REFUSE,
    Verb.REFUND_NO_RETURN: Permission.APPROVE,
    Verb.SMALL_PAYOUT: Permission.APPROVE,
    Verb.EXTEND: Permission.APPROVE,
    Verb.GOODS_STOPPED: Permission.APPROVE,
    Verb.GOODS_IN_WAREHOUSE: Permission.APPROVE,
    Verb.REPLY_SERVICE: Permission.APPROVE,
}
"""Who may do what; a change of the claim answers otherwise than the buyer asked, as a refusal does."""


class NotNow(AftersaleError):
    """Refuse what the ticket does not take as it stands."""

    def __init__(self, verb: str) -> None:
        said = VERB_WORDS[Verb(verb)]
        super().__init__(
            "beside.not_now",
            Text(zh=f"这张单现在不能“{said.zh}”。", en=f"The ticket does not take it now: {said.en}."),
            Text(zh="刷新后看现在能做什么。", en="Reload to see what can be done now."),
        )


@dataclass(frozen=True, slots=True)
class SideAct:
    """Name one thing that can be done; `sent`: by the channel, else by a person in the back office."""

    verb: Verb
    sent: bool


def choices_of(shop: Shop) -> Choices:
    """Say what the platform of a shop lets one choose from, whether the shop is connected or not."""
    found = getattr(CHANNELS.get(shop.platform), "choices", None)
    return found if isinstance(found, Choices) else _ANYWHERE


def changes_of(ticket: Ticket) -> tuple[str, ...]:
    """List the kinds of claim into which this one may be turned now; goods not sent cannot come back."""
    sent = ticket.goods_state != Goods.NOT_SENT
    pairs = sorted(choices_of(ticket.shop).changes)
    return tuple(to for of, to in pairs if of == ticket.apply_type and (sent or to == "refund_only"))


def side_acts(ticket: Ticket) -> tuple[SideAct, ...]:
    """List what fits the ticket as it stands, in the order in which it is shown."""
    seen, channel = said_of(ticket), CHANNELS.get(ticket.shop.channel)
    can: frozenset[str] = getattr(channel, "verbs", frozenset()) if ticket.shop.channel != MANUAL else _NONE
    told = seen.offers if ticket.channel == ticket.shop.platform else ()
    fits = [verb for verb, fit in _FITS.items() if fit(ticket)]
    if is_service(seen):
        fits = [Verb.REPLY_SERVICE] if ticket.open and seen.turn is Turn.MERCHANT else []
    # What the channel could send at another time is refused now: people are not sent to try it.
    return tuple(SideAct(verb, verb in can) for verb in fits if verb not in can or verb in told or not told)


def allowed(ticket: Ticket, verb: str) -> bool:
    """Tell whether something can be done beside the answer now."""
    return any(each.verb == verb for each in side_acts(ticket))


_NONE: frozenset[str] = frozenset()


def _always(ticket: Ticket) -> bool:
    del ticket
    return True


def _to_send(ticket: Ticket) -> bool:
    if verb_of(ticket.step) is Verb.SEND:  # it is what the page proposes
        return False
    looked = ticket.goods_state == Goods.INSPECTED and not ticket.held
    back = ticket.stage == Stage.RECEIVE and ticket.apply_type in {"exchange", "repair"} and looked
    return ticket.stage == Stage.SHIP or back


def _to_extend(ticket: Ticket) -> bool:
    """Tell whether the time to receive can be extended: 抖店 alone has that, for goods on their way back."""
    return ticket.open and ticket.stage == Stage.RECEIVE and ticket.shop.platform == "douyin"


def _pays_by_itself(ticket: Ticket) -> bool:
    """Tell whether the platform pays once it is told what became of the goods: 抖店 alone has that."""
    return ticket.open and ticket.shop.channel == "douyin"


_FITS: Mapping[Verb, Callable[[Ticket], bool]] = {
    Verb.REMARK: _always,
    Verb.FLAG: _always,
    Verb.INTERCEPT: lambda ticket: (
        ticket.open and ticket.apply_type == "refund_only" and ticket.goods_state == Goods.SENT
    ),
    Verb.SEND: _to_send,
    Verb.RETURN_WAYBILL: lambda ticket: ticket.stage == Stage.RETURN and not ticket.return_waybill,
    Verb.REFUND_NO_RETURN: lambda ticket: (
        ticket.stage in _ANSWERABLE
        and ticket.apply_type in {"return_refund", "exchange"}
        and verb_of(ticket.step) is not Verb.REFUND_NO_RETURN
    ),
    Verb.CHANGE_TYPE: lambda ticket: ticket.stage in _ANSWERABLE and bool(changes_of(ticket)),
    Verb.SMALL_PAYOUT: lambda ticket: ticket.open,
    Verb.EXTEND: _to_extend,
    Verb.GOODS_STOPPED: lambda ticket: (
        _pays_by_itself(ticket)
        and ticket.stage in _ANSWERABLE
        and ticket.apply_type == "refund_only"
        and ticket.goods_state == Goods.NOT_SENT
    ),
    Verb.GOODS_IN_WAREHOUSE: lambda ticket: (
        _pays_by_itself(ticket)
        and ticket.stage == Stage.RECEIVE
        and ticket.apply_type == "return_refund"
        and ticket.goods_state == Goods.INSPECTED
        and not ticket.held
    ),
}
"""When each fits; a ticket that ended may still be marked."""
