"""See to tickets that a platform refuses to show for good: others do not wait, nothing goes unread."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import transaction

from aftersale.channels.base import Parked
from aftersale.domain.errors import NotSent
from aftersale.domain.states import ActionState
from aftersale.evidence.journal import Entry
from aftersale.texts import Text
from aftersale.tickets.asking import ask_person
from aftersale.tickets.models import Action
from aftersale.tickets.outcome import CLAIM, locked, move
from aftersale.tickets.perform import MANUAL
from aftersale.tickets.receipts import following, told, written

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime

    from aftersale.domain.errors import Rejected

_LIST = "接口"
_BY_HAND = NotSent(
    "channel.unread",
    Text(
        zh="平台不让读这张售后单，没有发送。请到平台后台核对、办理，再回来确认。",
        en="The platform refuses to show this ticket: nothing was sent. See to it there, then confirm.",
    ),
    Text(zh="到平台后台办理。", en="Do it in the back office."),
)


def refused_read(ticket_no: str, fault: Rejected) -> Parked:
    """Tell of a ticket that the platform refused to show, to be parked for a person."""
    return Parked(_LIST, 1, None, ticket_no, "told_refused", {"why": fault.platform_code or fault.code})


def give_to_people(shop_id: int, numbers: Iterable[str], now: datetime) -> None:
    """Let people do what waits to be sent on tickets that cannot be read; gives nothing to the platform."""
    waiting = Action.objects.filter(
        shop_id=shop_id, state=ActionState.INTENDED, ticket__ticket_no__in=list(numbers)
    )
    for action_id in list(waiting.order_by("pk").values_list("pk", flat=True)):
        _give(action_id, now)


@transaction.atomic
def _give(action_id: int, now: datetime) -> None:
    action = locked(action_id)
    if action.state != ActionState.INTENDED:
        return
    receipt, follows = written(_BY_HAND, now), following(_BY_HAND)
    # Money is followed as with everything that people do: claimed first, then handed over.
    move(action, CLAIM, Entry("action_sending", now, data={"channel": MANUAL}))
    move(action, follows.step, Entry(follows.kind, now, data=told(receipt)), receipt=receipt)
    ask_person(action, follows.task, now, {"words": receipt["message"]})
