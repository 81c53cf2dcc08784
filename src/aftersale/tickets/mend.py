"""Find out what became of actions whose sender died or whose answer said nothing: look, never send again."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

from django.db import transaction

from aftersale.domain.errors import ChannelError
from aftersale.domain.states import ActionState
from aftersale.evidence.journal import Entry
from aftersale.tickets.models import Action
from aftersale.tickets.outcome import CLAIM, FAIL, FINISH, LOSE_SIGHT, locked, move, note_down
from aftersale.tickets.perform import ask_to_confirm
from aftersale.tickets.receipts import UNKNOWN_OUTCOME, pause
from aftersale.tickets.sight import LEAVES_NO_TRACE, SHOWS

if TYPE_CHECKING:
    from datetime import datetime

    from aftersale.channels.base import Channel, Notice
    from aftersale.tickets.perform import Outside

_LOOK_AGAIN = timedelta(hours=1)
_SURELY_OVER = timedelta(seconds=30)
"""Longer than a call that timed out can still be on its way."""


@dataclass(frozen=True, slots=True)
class Mended:
    """Count what was done: leases that had expired, actions looked at, settled by that, and still waiting."""

    expired: int
    read: int
    settled: int
    waiting: int


def mend(now: datetime, outside: Outside, limit: int = 200) -> Mended:
    """Turn expired claims into unknown outcomes, look at those, and count what waits to be confirmed."""
    expired = sum(_expire(action_id, now) for action_id in _expired(now, limit))
    looked = [_look(action_id, now, outside) for action_id in _unknown(now, limit)]
    waiting = Action.objects.filter(state__in=[ActionState.HANDED_OVER, ActionState.UNKNOWN]).count()
    return Mended(expired, sum(read for read, _ in looked), sum(ended for _, ended in looked), waiting)


def doubt(shop_id: int, now: datetime) -> int:
    """Mark what a backup shows as not final as unknown: it may have been sent since. Give how many."""
    open_ids = Action.objects.filter(
        shop_id=shop_id,
        state__in=[ActionState.INTENDED, ActionState.SENDING, ActionState.HANDED_OVER],
    ).values_list("id", flat=True)
    return sum(_doubt(action_id, now) for action_id in list(open_ids))


@transaction.atomic
def _doubt(action_id: int, now: datetime) -> int:
    action = locked(action_id)
    if action.state == ActionState.INTENDED:
        move(action, CLAIM, Entry("action_sending", now, data={"restored": True}))
    move(action, LOSE_SIGHT, Entry("action_unknown", now, data={"restored": True}), not_before=now)
    ask_to_confirm(action, now)
    return 1


def _expired(now: datetime, limit: int) -> list[int]:
    over = Action.objects.filter(state=ActionState.SENDING, lease_until__lte=now)
    return list(over.order_by("id").values_list("id", flat=True)[:limit])


def _unknown(now: datetime, limit: int) -> list[int]:
    due = Action.objects.filter(state=ActionState.UNKNOWN, not_before__lte=now)
    return list(due.order_by("not_before", "id").values_list("id", flat=True)[:limit])


@transaction.atomic
def _expire(action_id: int, now: datetime) -> bool:
    action = locked(action_id)
    if action.state != ActionState.SENDING or action.lease_until is None or action.lease_until > now:
        return False
    move(action, LOSE_SIGHT, Entry("action_unknown", now, data={"lease": "expired"}), not_before=now)
    return True


def _look(action_id: int, now: datetime, outside: Outside) -> tuple[bool, bool]:
    """Look at one action: tell whether it could be read, and whether that settled it."""
    action = Action.objects.select_related("shop", "ticket").get(pk=action_id)
    channel = outside.channel_for(action)
    notice = _read(action, channel, now, outside) if channel.can_read else None
    if notice is not None:
        outside.take(action.shop, notice, now)
    settled = _seen_there(action_id, notice, now) or _look_again_later(
        action_id, now, readable=channel.can_read
    )
    if not settled:
        outside.alarm(UNKNOWN_OUTCOME, action.shop, action.ticket, {"action": action.key}, now)
    return notice is not None, settled


def _read(action: Action, channel: Channel, now: datetime, outside: Outside) -> Notice | None:
    try:
        return channel.read(action.ticket.ticket_no, outside.hands_of(action.shop, now))
    except ChannelError:
        return None


@transaction.atomic
def _seen_there(action_id: int, notice: Notice | None, now: datetime) -> bool:
    """End an action as not done where the platform's own version has not moved since it was sent.

    Whatever is done to a ticket moves its version; one that arrived late after all would meet its guard.
    What leaves a mark of its own is known by that.
    """
    action = locked(action_id)
    if action.state != ActionState.UNKNOWN or notice is None or action.sent_at is None:
        return False
    if action.verb in LEAVES_NO_TRACE:
        return False
    if action.verb in SHOWS and SHOWS[action.verb](action.params, notice):
        move(action, FINISH, Entry("action_observed", now, data={"version": notice.version}))
        return True
    same = action.verb in SHOWS or (bool(action.guard) and notice.version == action.guard and notice.open)
    if not same or now - action.sent_at < _SURELY_OVER:
        return False
    move(action, FAIL, Entry("action_not_done", now, data={"version": notice.version}))
    return True


@transaction.atomic
def _look_again_later(action_id: int, now: datetime, *, readable: bool) -> bool:
    """Say when to look again, or whom to ask; an action that is settled by now is left alone."""
    action = locked(action_id)
    if action.state != ActionState.UNKNOWN:
        return True
    wait = pause(action.attempts) if readable else _LOOK_AGAIN
    note_down(action, not_before=now + wait, attempts=min(action.attempts + 1, 10_000))
    ask_to_confirm(action, now)
    return False
