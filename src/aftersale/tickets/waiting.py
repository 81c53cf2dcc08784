"""Mark a ticket on which the shop has done its part, so that it leaves the queue and comes back by itself.

The platform's word is not touched by a mark: it only says where agents look. It ends with the next news of
the platform, an answer or a parcel, when its time is over, or when a person says so; then the ticket stands
where the platform's last word puts it. One mark sets itself: a clock of the platform that ran out leaves
nothing to press, the platform answers by itself, and only what it shows later tells whether it did.
"""

from __future__ import annotations

from datetime import timedelta
from enum import StrEnum
from typing import TYPE_CHECKING

from django.db import transaction

from aftersale.channels.base import Turn
from aftersale.evidence.journal import Entry
from aftersale.tickets.change import change
from aftersale.tickets.judging import facts_from
from aftersale.tickets.models import StoredDecision
from aftersale.tickets.models.ticket import Lane
from aftersale.tickets.said import said_of
from aftersale.tickets.steps import Stage
from aftersale.tickets.tabs import LANE_OF, Tab, tab_of

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from aftersale.shops.models import Person
    from aftersale.tickets.judging import Judged
    from aftersale.tickets.models import Ticket


class Whom(StrEnum):
    """Say whom or what a ticket waits for."""

    BUYER = "buyer"  # asked for evidence, or for a word on a proposal
    CARRIER = "carrier"  # asked to stop a parcel
    CHECK = "check"  # a colleague looks into it
    CLOCK = "clock"  # the platform's time ran out: it acts by itself
    HANDS = "hands"  # prepared: somebody does it in the back office
    PLATFORM = "platform"  # done, to be seen there


TAB_OF: Mapping[Whom, Tab] = {
    Whom.BUYER: Tab.BUYER,
    Whom.CARRIER: Tab.UNDER_WAY,
    Whom.CHECK: Tab.UNDER_WAY,
    Whom.CLOCK: Tab.PLATFORM,
    Whom.HANDS: Tab.UNDER_WAY,
    Whom.PLATFORM: Tab.PLATFORM,
}
SEEN_THERE = frozenset({Whom.CLOCK, Whom.PLATFORM})
"""Waits that end as soon as the platform shows a ticket as it was."""

BY_ITSELF = frozenset({"auto_approved", "auto_refunded"})
"""Steps that the platform has taken by itself, if its clock ran out as it said."""

_TALKS = frozenset({Whom.BUYER, Whom.CARRIER, Whom.CHECK})
_LEAST, _MOST = timedelta(minutes=15), timedelta(hours=24)
_TO_ACT = timedelta(minutes=5)
NOT_WAITING: Mapping[str, object] = {"waits_for": "", "waits_since": None, "waits_until": None}


def until(ticket: Ticket, now: datetime) -> datetime:
    """Say when to look again: half way to the deadline, a quarter of an hour to a day from now.

    The platform's time never runs out meanwhile: five minutes are left to act, or half of what is left.
    """
    left = ticket.due_at - now if ticket.due_at else 2 * _MOST
    wait = min(max(left / 2, _LEAST), _MOST)
    return now + (min(wait, max(left - _TO_ACT, left / 2)) if left > timedelta(0) else wait)


def begun(ticket: Ticket, whom: Whom, now: datetime, end: datetime | None = None) -> dict[str, object]:
    """Give the fields of a ticket that waits from now on; none where it is not the shop's turn anyway."""
    if ticket.lane != Lane.OURS and not ticket.waits_for:
        return {}
    mark = {"waits_for": whom.value, "waits_since": now, "waits_until": end or until(ticket, now)}
    return {**mark, **_place(whom)}


def _place(whom: Whom) -> dict[str, object]:
    tab = TAB_OF[whom]
    return {"lane": LANE_OF[tab].value, "tab": tab.value}


def left_to_the_platform(before: str, judged: Judged, turn: Turn, now: datetime) -> dict[str, object]:
    """Give the fields of a ticket that is the platform's from now on, since its own clock ran out; else none.

    `before` is the step until now: once the platform has shown that it did nothing, people look into it.
    An estimate of ours is no clock of the platform.
    """
    clock = judged.clock
    ran_out = judged.step in BY_ITSELF and clock is not None and clock.from_platform
    if not ran_out or before in BY_ITSELF or turn is not Turn.MERCHANT:
        return {}
    mark = {"waits_for": Whom.CLOCK.value, "waits_since": now, "waits_until": now + _MOST}
    return {**mark, **_place(Whom.CLOCK)}


def ended(ticket: Ticket) -> dict[str, object]:
    """Give the fields of a ticket that waits no longer; none where it did not."""
    if not ticket.waits_for:
        return {}
    if ticket.lane != Lane.WAITING or Turn(ticket.turn) is not Turn.MERCHANT:
        return dict(NOT_WAITING)
    newest = StoredDecision.objects.filter(ticket_id=ticket.pk).order_by("-id").only("facts").first()
    tab = tab_of(said_of(ticket), Stage(ticket.stage), facts_from(newest.facts)) if newest else Tab.OTHER
    return {**NOT_WAITING, "lane": Lane.OURS.value, "tab": tab.value}


@transaction.atomic
def end(ticket: Ticket, why: str, now: datetime, person: Person | None = None) -> None:
    """End a wait with an event; `why` is time, unchanged or person. Nothing where there is none."""
    if ticket.waits_for:
        data = {"why": why, "waited_for": ticket.waits_for}
        change(ticket, Entry("wait_ended", now, person.pk if person else None, data), **ended(ticket))


def after_judging(ticket: Ticket, kind: str, judged: Judged, now: datetime) -> dict[str, object]:
    """Say what becomes of a wait when a ticket is judged again; `kind` is that of the event that tells why.

    News for which it waited ends it; the turn of a date or of a rule does not.
    """
    if not ticket.waits_for:
        return left_to_the_platform(ticket.step, judged, Turn(ticket.turn), now)
    if ticket.lane != Lane.WAITING:
        return {}
    whom = Whom(ticket.waits_for)
    over = judged.step not in BY_ITSELF if whom is Whom.CLOCK else whom in _TALKS and kind not in _NO_NEWS
    return {**NOT_WAITING, "lane": Lane.OURS.value, "tab": judged.tab.value} if over else _place(whom)


_NO_NEWS = frozenset({"decided", "answer_withdrawn"})


def after_news(ticket: Ticket, ours: bool, as_of: datetime, *, pending: bool) -> dict[str, object]:  # noqa: FBT001  # whose turn it is now
    """Say what becomes of a wait when the platform tells something new, as of a time.

    `ours` says that the shop is to move by that word, `pending` that an action of ours has no outcome yet.
    """
    if not ticket.waits_for:
        return {}
    whom, since = Whom(ticket.waits_for), ticket.waits_since
    goes_on = ours and ((since is not None and as_of <= since) or (whom not in _TALKS and pending))
    return _place(whom) if goes_on else dict(NOT_WAITING)
