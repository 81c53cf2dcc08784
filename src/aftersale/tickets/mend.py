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
from aftersale.tickets.perform import LEASE, ask_to_confirm
from aftersale.tickets.receipts import UNKNOWN_OUTCOME, pause
from aftersale.tickets.sight import IN_THE_LOG, LEAVES_NO_TRACE, SHOWS, said_in_log, still_asked

if TYPE_CHECKING:
    from collections.abc import Collection
    from datetime import datetime

    from aftersale.channels.base import Channel, Notice
    from aftersale.tickets.perform import Outside

_LOOK_AGAIN = timedelta(hours=1)
LOOK = "action.look"
"""The job that looks what became of an action."""


@dataclass(frozen=True, slots=True)
class Mended:
    """Count what was done: leases that had expired, actions looked at, settled by that, and still waiting."""

    expired: int
    read: int
    settled: int
    waiting: int


def mend(now: datetime, outside: Outside, limit: int = 200) -> Mended:
    """Turn expired claims into unknown outcomes, look at those, and count what waits to be confirmed."""
    expired = len(expire(now, limit))
    looked = [look(action_id, now, outside) for action_id in unknown_due(now, limit)]
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


def expire(now: datetime, limit: int) -> list[int]:
    """Lose sight of what is claimed under a lease that is over; gives the ids."""
    over = Action.objects.filter(state=ActionState.SENDING, lease_until__lte=now).order_by("id")
    found = list(over.values_list("id", flat=True)[:limit])
    return [action_id for action_id in found if _lose_sight(action_id, now, "")]


def take_over(dead: Collection[str], now: datetime) -> list[int]:
    """Lose sight at once of what processes sent that are known to have died; gives the ids.

    Nothing of it is sent again: what became of it is read, as after the end of a lease. What they were
    reading is read by others.
    """
    sending = Action.objects.filter(state=ActionState.SENDING, holder__in=dead).exclude(holder="")
    found = list(sending.order_by("id").values_list("id", "holder"))
    lost = [action_id for action_id, holder in found if _lose_sight(action_id, now, holder)]
    return [*_unread(dead, now), *lost]


def _unread(dead: Collection[str], now: datetime) -> list[int]:
    """Let others look at what dead processes had begun to look at, or were about to."""
    held = Action.objects.filter(state=ActionState.UNKNOWN, holder__in=dead).exclude(holder="")
    found = list(held.order_by("id").values_list("id", flat=True))
    held.filter(pk__in=found).update(not_before=now, holder="")
    return found


def unknown_due(now: datetime, limit: int) -> list[int]:
    """List the ids of unknown outcomes that are to be looked at, longest due first."""
    due = Action.objects.filter(state=ActionState.UNKNOWN, not_before__lte=now)
    return list(due.order_by("not_before", "id").values_list("id", flat=True)[:limit])


@transaction.atomic
def _lose_sight(action_id: int, now: datetime, dead: str) -> bool:
    """Lose sight of an action that a dead process holds, or whose lease is over."""
    action = locked(action_id)
    over = action.lease_until is not None and action.lease_until <= now
    if action.state != ActionState.SENDING or not (over or (dead and action.holder == dead)):
        return False
    why = {"lease": "expired" if over else "holder_died"}
    move(action, LOSE_SIGHT, Entry("action_unknown", now, data=why), not_before=now, holder="")
    return True


def look(action_id: int, now: datetime, outside: Outside) -> tuple[bool, bool]:
    """Look at one action: tell whether it could be read, and whether that settled it.

    One that somebody else looks at, or that is not due, is left alone.
    """
    if not _take_turn(action_id, now, outside.holder()):
        return False, False
    action = Action.objects.select_related("shop", "ticket").get(pk=action_id)
    channel = outside.channel_for(action)
    notice = _read(action, channel, now, outside) if channel.can_read else None
    if notice is not None:
        outside.take(action.shop, notice, now)
    in_log = _in_log(action, channel, now, outside) and _arrived(action_id, now)
    seen = in_log or _seen_there(action_id, notice, now, outside.surely_over)
    settled = seen or _look_again_later(
        action_id, now, None if channel.can_read else _LOOK_AGAIN, outside.surely_over
    )
    if not settled:
        outside.alarm(UNKNOWN_OUTCOME, action.shop, action.ticket, {"action": action.key}, now)
    return notice is not None, settled


def _take_turn(action_id: int, now: datetime, holder: str) -> bool:
    due = Action.objects.filter(pk=action_id, state=ActionState.UNKNOWN, not_before__lte=now)
    return bool(due.update(not_before=now + LEASE, holder=holder))


def _read(action: Action, channel: Channel, now: datetime, outside: Outside) -> Notice | None:
    try:
        return channel.read(action.ticket.ticket_no, outside.hands_of(action.shop, now))
    except ChannelError:
        return None


def _in_log(action: Action, channel: Channel, now: datetime, outside: Outside) -> bool:
    """Read the log of a ticket for what was sent, before anybody is asked or anything is tried again."""
    history, text = getattr(channel, "history", None), str(action.params.get("text", ""))
    if history is None or action.verb not in IN_THE_LOG or action.sent_at is None:
        return False
    try:
        lines = history(action.ticket.ticket_no, outside.hands_of(action.shop, now))
    except ChannelError:
        return False
    # Platforms tell whole seconds.
    return said_in_log(text, action.sent_at.replace(microsecond=0), lines)


@transaction.atomic
def _arrived(action_id: int, now: datetime) -> bool:
    """End an action as done whose words stand in the log."""
    action = locked(action_id)
    if action.state != ActionState.UNKNOWN:
        return False
    move(action, FINISH, Entry("action_observed", now, data={"seen": "log"}))
    return True


@transaction.atomic
def _seen_there(action_id: int, notice: Notice | None, now: datetime, surely: timedelta) -> bool:
    """End an action as not done where the platform's own version has not moved since it was sent.

    Whatever is done to a ticket moves its version; one that arrived late after all would meet its guard.
    What leaves a mark of its own is known by that, and a refund that is still asked for was not paid,
    whatever else the buyer has changed meanwhile.
    """
    action = locked(action_id)
    if action.state != ActionState.UNKNOWN or notice is None or action.sent_at is None:
        return False
    if action.verb in LEAVES_NO_TRACE:
        return False
    shown = SHOWS[action.verb](action.params, notice) if action.verb in SHOWS else None
    if shown:
        move(action, FINISH, Entry("action_observed", now, data={"version": notice.version}))
        return True
    unmoved = bool(action.guard) and notice.version == action.guard and notice.open
    same = shown is False or unmoved or still_asked(action.verb, notice)
    if not same or now - action.sent_at < surely:
        return False
    move(action, FAIL, Entry("action_not_done", now, data={"version": notice.version}))
    return True


@transaction.atomic
def _look_again_later(action_id: int, now: datetime, wait: timedelta | None, surely: timedelta) -> bool:
    """Say when to look again, or whom to ask; an action that is settled by now is left alone.

    The second look comes when a call that nobody waits for is surely over, and may settle it.
    """
    action = locked(action_id)
    if action.state != ActionState.UNKNOWN:
        return True
    over = action.sent_at + surely if action.sent_at else now
    again = over if wait is None and over > now else now + (wait or pause(action.attempts))
    tried = min(action.attempts + 1, 10_000)
    note_down(action, not_before=again, attempts=tried, holder="")
    ask_to_confirm(action, now)
    return False
