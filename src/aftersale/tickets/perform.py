"""Carry actions out: claim and commit, send outside any transaction, record what came back.

An action that was sent and whose answer is not known is never sent again: it is looked at (mend.py).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Protocol

from django.db import transaction

from aftersale.channels.base import NoConnection, Outcome, Outgoing, Receipt
from aftersale.channels.registry import channel_of
from aftersale.domain.errors import ChannelError
from aftersale.domain.states import ActionState
from aftersale.evidence.journal import Entry
from aftersale.jobs import door
from aftersale.tickets import ledger
from aftersale.tickets.asking import ask_person
from aftersale.tickets.change import change
from aftersale.tickets.look import (
    guard_of,
    is_overtaken,
    is_sent_already,
    look_after_conflict,
    look_again,
    wants_a_look,
)
from aftersale.tickets.models import Action
from aftersale.tickets.outcome import (
    CANCEL,
    CLAIM,
    FAIL,
    is_refund,
    locked,
    move,
    named,
    note_down,
    paid_outside,
)
from aftersale.tickets.receipts import CONFIRM, PERFORM, following, pause, told, unexpected, written
from aftersale.tickets.steps import Stage
from aftersale.tickets.stops import ask_to_stop, stops_dispatch

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from datetime import datetime

    from aftersale.channels.base import Channel, Hands, Notice
    from aftersale.shops.models import Shop
    from aftersale.tickets.models import Ticket
    from aftersale.tickets.receipts import Answer, Following

MANUAL = "manual"
LEASE = timedelta(seconds=30)
"""Who holds an expired one is taken for dead; one that only was slow may still tell what came of it."""

OVER_PAID = "over_paid"
"""The task of checking an action that the money of its order no longer covers."""

_HELD_PAUSE = timedelta(minutes=5)
_HELD = {
    "outcome": "held",
    "code": "shop.held",
    "message": {
        "zh": "要先重新读取一次这家店的售后单，才会执行操作。",
        "en": "The tickets of this shop are read again before anything is sent.",
    },
}


class RaiseAlarm(Protocol):
    """Tell the people on duty; the same cause rings once however often it is raised."""

    def __call__(
        self, kind: str, shop: Shop, ticket: Ticket | None, params: Mapping[str, object], now: datetime
    ) -> None:
        """Raise it."""


def unconnected(shop: Shop, now: datetime) -> Hands:
    """Hand over what a shop without a connection has."""
    return NoConnection(shop.platform, now)


def _nothing(name: str) -> None:
    del name


@dataclass(frozen=True, slots=True)
class Outside:
    """Hold all that reaches beyond the tables.

    `alarm` tells people, `take` takes in a notice that was read (intake: shop, notice, now), `channel_of` and
    `hands_of` give the way to a platform. `step` hears the name of each boundary passed. `holder` names the
    process that claims, and `surely_over` is longer than a call that nobody waits for can be on its way.
    """

    alarm: RaiseAlarm
    take: Callable[[Shop, Notice, datetime], object]
    channel_of: Callable[[str], Channel] = channel_of
    hands_of: Callable[[Shop, datetime], Hands] = unconnected
    step: Callable[[str], None] = _nothing
    holder: Callable[[], str] = str
    surely_over: timedelta = timedelta(seconds=30)

    def channel_for(self, action: Action) -> Channel:
        """Give the channel of an action: the shop's, or people for what that cannot do."""
        by_hand = is_by_hand(action.shop, action.verb, self.channel_of)
        return self.channel_of(MANUAL if by_hand else action.shop.channel)


def is_by_hand(shop: Shop, verb: str, channel_of: Callable[[str], Channel] = channel_of) -> bool:
    """Tell whether people do a verb for a shop: it has no connection, or its interface cannot do it."""
    return shop.channel == MANUAL or verb not in channel_of(shop.channel).verbs


@dataclass(frozen=True, slots=True)
class _Sending:
    action: Action
    channel: Channel
    outgoing: Outgoing
    hands: Hands


def due_actions(now: datetime, limit: int = 500) -> list[int]:
    """List the ids of actions that are to be sent, longest due first; losing their jobs loses nothing."""
    due = Action.objects.filter(state=ActionState.INTENDED, not_before__lte=now)
    return list(due.order_by("not_before", "id").values_list("id", flat=True)[:limit])


def perform(action_id: int, now: datetime, outside: Outside) -> str | None:
    """Send one action if it is due, and give its state after that; None where there was nothing to send."""
    outside.step("begin")
    claimed = _claim(action_id, now, outside)
    if isinstance(claimed, Action):
        claimed = _claim(action_id, now, outside, looked=True) if look_again(claimed, now, outside) else None
    if not isinstance(claimed, _Sending):
        return None
    outside.step("claimed")
    answer = _ask(claimed)
    outside.step("answered")
    state = _record(claimed.action, answer, now, outside)
    outside.step("recorded")
    return state


def _claim(
    action_id: int, now: datetime, outside: Outside, *, looked: bool = False
) -> _Sending | Action | None:
    """Claim an action under a lease; the claim is committed before anything is sent (durable).

    Gives the action itself, unclaimed, where its ticket is to be looked at before.
    """
    with transaction.atomic(durable=True):
        action = locked(action_id)
        if action.state != ActionState.INTENDED or action.not_before > now:
            return None
        if not looked and wants_a_look(action):
            return action
        paying = action.ticket.stage == Stage.PAYING
        if _is_stopped(action, now, paying=paying):
            return None
        channel, hands = outside.channel_for(action), outside.hands_of(action.shop, now)
        if stops_dispatch(action):
            ask_to_stop(action, now)
        entry = Entry("action_sending", now, data={"channel": channel.name})
        tried = action.attempts + 1
        guard = action.guard if paying else guard_of(action)
        lease = {"lease_until": now + LEASE, "holder": outside.holder()}
        move(action, CLAIM, entry, sent_at=now, attempts=tried, guard=guard, **lease)
        outside.step("claiming")
    return _Sending(action, channel, _outgoing(action), hands)


def _is_stopped(action: Action, now: datetime, *, paying: bool) -> bool:
    """Tell whether an action that is due is not sent after all, and say why on it; the ticket is locked."""
    if is_sent_already(action, now):
        return True
    if action.shop.held:
        note_down(action, receipt={**_HELD, "at": now.isoformat()}, not_before=now + _HELD_PAUSE)
        return True
    if paying and is_refund(action):
        move(action, CANCEL, Entry("action_under_way", now))
        return True
    if not paying and is_overtaken(action, now):
        return True
    if not _covered(action):
        _give_up(action, now)
        return True
    return False


def _covered(action: Action) -> bool:
    """Tell whether the order still covers a refund: the platform may have paid without us in between."""
    left = ledger.left_of(action.ticket) if is_refund(action) else None
    return left is None or left >= 0


def _give_up(action: Action, now: datetime) -> None:
    """Cancel what is not covered any more, and ask a person to look."""
    move(action, CANCEL, Entry("action_not_covered", now))
    ask_person(action, OVER_PAID, now, {"amount_fen": action.amount_fen})


def _outgoing(action: Action) -> Outgoing:
    return Outgoing(
        key=action.key,
        verb=action.verb,
        ticket_no=action.ticket.ticket_no,
        order_no=action.ticket.order_no,
        amount_fen=action.amount_fen,
        params=action.params,
        guard=action.guard,
    )


def _ask(sending: _Sending) -> Answer:
    """Send; whatever goes wrong once it may have been sent is an answer that says nothing."""
    try:
        answer: object = sending.channel.perform(sending.outgoing, sending.hands)
    except ChannelError as fault:
        return fault
    except Exception as fault:  # noqa: BLE001  # what a channel did not foresee may have happened after sending
        return unexpected(fault)
    return answer if isinstance(answer, Receipt) else unexpected(answer)


def _record(sent: Action, answer: Answer, now: datetime, outside: Outside) -> str:
    """Write down what came back; people hear of it once that is committed."""
    follows, receipt = following(answer), written(answer, now)
    with transaction.atomic():
        action = locked(sent.pk, sent.ticket_id)
        if action.state == ActionState.SENDING:
            _follow(action, follows, receipt, now)
        else:
            _follow_late(action, answer, receipt, now)
        outside.step("recording")
    if follows.alarm and action.state in {ActionState.INTENDED, ActionState.UNKNOWN}:
        outside.alarm(follows.alarm, action.shop, action.ticket, {"action": action.key}, now)
    if follows.look and action.state == ActionState.INTENDED and look_after_conflict(action, now, outside):
        door.enqueue(PERFORM, action.pk)
    return action.state


def _follow(action: Action, follows: Following, receipt: Mapping[str, object], now: datetime) -> None:
    fields: dict[str, object] = {"receipt": dict(receipt), "lease_until": None}
    if follows.again:
        fields["not_before"] = now + pause(action.attempts)
    move(action, follows.step, Entry(follows.kind, now, data=told(receipt)), **fields)
    if follows.task:
        ask_person(action, follows.task, now, {"words": receipt["message"]})


def _follow_late(action: Action, answer: Answer, receipt: Mapping[str, object], now: datetime) -> None:
    """Take an answer that comes when the lease is over: it may complete what is known, never undo it."""
    done = isinstance(answer, Receipt) and answer.outcome is Outcome.DONE
    follows = following(answer)
    if action.state == ActionState.UNKNOWN and (done or follows.step is FAIL):
        move(action, follows.step, Entry(follows.kind, now, data=told(receipt)), receipt=dict(receipt))
        return
    if not done or action.state == ActionState.DONE:
        return
    if is_refund(action) and action.amount_fen:
        paid_outside(action.ticket, action.amount_fen, now, receipt)
    entry = Entry("answer_late", now, data={**named(action), "state": action.state, **told(receipt)})
    change(action.ticket, entry, contradicted=f"action:{action.state}>done")


def ask_to_confirm(action: Action, now: datetime) -> None:
    """Ask a person to look in the back office what became of an action; the ticket is locked."""
    words = {
        "zh": "请到平台后台核对这个操作有没有办成，再回来确认。不会重复发送。",
        "en": "Look in the back office whether this was done, then confirm. Nothing is sent twice.",
    }
    ask_person(action, CONFIRM, now, {"words": words})
