"""Look at a ticket once more before something is sent: what a person decided on must still be so."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import transaction

from aftersale.domain.errors import ChannelError, Unauthorised
from aftersale.domain.states import ActionState, Goods
from aftersale.evidence.journal import Entry
from aftersale.tickets.asking import ask_person
from aftersale.tickets.meanwhile import Moved, moved_since, words_of
from aftersale.tickets.outcome import CANCEL, locked, move, note_down
from aftersale.tickets.receipts import AUTHORISE, UNAUTHORISED, pause, written
from aftersale.tickets.steps import Stage
from aftersale.tickets.stops import is_too_late, stops_dispatch

if TYPE_CHECKING:
    from datetime import datetime

    from aftersale.tickets.models import Action
    from aftersale.tickets.perform import Outside

CHANGED_MEANWHILE = "changed_meanwhile"
"""The task of deciding again, because the ticket moved before what was approved could be sent."""

SHIPPED_MEANWHILE = "shipped_meanwhile"
"""The task of deciding again on goods that were sent before their refund was."""

_MOST_CONFLICTS = 6
_KEEPS_MOVING = {"zh": "平台上一直在变", "en": "it keeps changing on the platform"}


def wants_a_look(action: Action) -> bool:
    """Tell whether the platform is asked again before an action that is due: goods that had not been sent."""
    if action.shop.held or action.ticket.stage == Stage.PAYING:
        return False
    waits = stops_dispatch(action) and not moved_since(action.seen, action.ticket)
    return waits and not is_too_late(action)


def look_after_conflict(action: Action, now: datetime, outside: Outside) -> bool:
    """Tell whether an action may be sent again after the platform knew a newer version.

    A ticket that moves whenever something is sent is a matter for a person.
    """
    return look_again(action, now, outside, tired=action.attempts > _MOST_CONFLICTS)


def look_again(action: Action, now: datetime, outside: Outside, *, tired: bool = False) -> bool:
    """Read the ticket from the platform, take it in, and tell whether the action still holds.

    Where something that mattered has moved, the action is taken back and a person is asked; where the
    platform cannot be read, it waits. A channel that cannot read has nothing to say.
    """
    channel = outside.channel_for(action)
    if not channel.can_read:
        return True
    try:
        notice = channel.read(action.ticket.ticket_no, outside.hands_of(action.shop, now))
    except ChannelError as fault:
        _wait(action.pk, fault, now, outside)
        return False
    if notice is not None:
        outside.take(action.shop, notice, now)
    return _still_holds(action.pk, now, tired=tired)


def _wait(action_id: int, fault: ChannelError, now: datetime, outside: Outside) -> None:
    with transaction.atomic():
        action = locked(action_id)
        if action.state != ActionState.INTENDED:
            return
        tried = min(action.attempts + 1, 10_000)
        note_down(action, receipt=written(fault, now), attempts=tried, not_before=now + pause(tried))
        if isinstance(fault, Unauthorised):
            ask_person(action, AUTHORISE, now, {})
    if isinstance(fault, Unauthorised):
        outside.alarm(UNAUTHORISED, action.shop, action.ticket, {"action": action.key}, now)


@transaction.atomic
def _still_holds(action_id: int, now: datetime, *, tired: bool = False) -> bool:
    action = locked(action_id)
    if action.state != ActionState.INTENDED or is_overtaken(action, now, tired=tired):
        return False
    note_down(action, guard=guard_of(action), not_before=now)
    return True


def is_overtaken(action: Action, now: datetime, *, tired: bool = False) -> bool:
    """Take an action back if something that mattered has moved since somebody decided, and tell so.

    The ticket is locked.
    """
    moved = moved_since(action.seen, action.ticket)
    if moved or tired:
        _take_back(action, moved, now)
    return bool(moved) or tired


def is_sent_already(action: Action, now: datetime) -> bool:
    """Take an action back whose goods the warehouse sent before they could be stopped, and tell so.

    The platform may show them as not sent for hours yet; the warehouse knows. The ticket is locked.
    """
    too_late = stops_dispatch(action) and is_too_late(action)
    if too_late:
        _take_back(action, (Moved("goods_state", Goods.NOT_SENT.value, Goods.SENT.value),), now)
    return too_late


def guard_of(action: Action) -> str:
    """Give the platform's version that an action is sent for: the ticket's own, nothing having moved."""
    return action.ticket.version or action.guard


def _take_back(action: Action, moved: tuple[Moved, ...], now: datetime) -> None:
    told = [{"what": one.what, "before": one.before, "after": one.after} for one in moved]
    move(action, CANCEL, Entry("action_overtaken", now, data={"moved": told}))
    kind = SHIPPED_MEANWHILE if any(one.what == "goods_state" for one in moved) else CHANGED_MEANWHILE
    ask_person(action, kind, now, {"words": words_of(moved) if moved else _KEEPS_MOVING})
