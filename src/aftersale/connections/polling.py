"""Ask platforms what changed: from where the last answer ended, with an overlap, never leaving a gap.

How far the list is known stands in the row of the link and moves after each page was taken, so that whoever
comes after a crash goes on from there. A shop on hold is let go when everything up to now is known and every
ticket with a waiting action was read again, or is left to people because the platform will not show it.
"""

from __future__ import annotations

import logging
from dataclasses import dataclass
from datetime import timedelta
from time import monotonic
from typing import TYPE_CHECKING

from django.conf import settings
from django.db.models import F, Q

from aftersale.channels.base import Source, Turn
from aftersale.connections.hands import LiveHands
from aftersale.connections.models import Link
from aftersale.connections.pace import seconds_between
from aftersale.connections.platforms import interface_of
from aftersale.connections.standing import end_warnings, fault_of, let_in, shut_out
from aftersale.connections.taking import table_for
from aftersale.connections.tokens import refreshed
from aftersale.connections.unread import give_to_people, refused_read
from aftersale.domain.errors import AftersaleError, ChannelError, Rejected, TooFast, Unauthorised
from aftersale.domain.states import ActionState
from aftersale.evidence.journal import Entry, record
from aftersale.evidence.shop_journal import subject_of
from aftersale.shops.models.shop import ConnectionState
from aftersale.tickets.draft import Origin
from aftersale.tickets.intake import Taken
from aftersale.tickets.models import Action, Ticket
from aftersale.tickets.scope import release

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from datetime import datetime

    from aftersale.channels.base import Notice
    from aftersale.channels.interface import Interface, Page
    from aftersale.connections.taking import Table

_log = logging.getLogger(__name__)
OVERLAP = timedelta(minutes=10)
"""What is asked for again each time: changes that a platform lists late are not lost."""

LEASE = timedelta(minutes=5)
_LONGEST_S = 20.0
_LONGEST_PAUSE = timedelta(minutes=10)
# Nothing is wrong with the shop: several of one app ask at once; each soon goes on where its last page ended.
_BREATH = timedelta(seconds=5)
_MOST = 50
# Who has tokens and was read once by whoever connected it.
_POLLED = Link.objects.exclude(access_until=None).exclude(checked_at=None)


@dataclass(frozen=True, slots=True)
class Walk:
    """Hold one walk along the list of a shop: since when, until when, and when it was begun."""

    link: Link
    channel: Interface
    hands: LiveHands
    table: Table
    since: datetime
    until: datetime


def poll_due(clock: Callable[[], datetime]) -> int:
    """Poll every shop that is due, one that fails keeping no other from it; gives how many were polled."""
    now = clock()
    due = _POLLED.filter(Q(poll_at=None) | Q(poll_at__lte=now))
    polled = 0
    for link_id in list(due.order_by("poll_at", "pk").values_list("pk", flat=True)[:_MOST]):
        polled += poll(link_id, clock)
    return polled


def poll(link_id: int, clock: Callable[[], datetime]) -> bool:
    """Poll one shop; False where another worker is at it, or it is not connected yet."""
    now = clock()
    free = Q(poll_lease=None) | Q(poll_lease__lte=now)
    if not _POLLED.filter(free, pk=link_id).update(poll_lease=now + LEASE):
        return False
    link = Link.objects.select_related("shop").get(pk=link_id)
    try:
        whole = _let_in_again(link, clock)
    except AftersaleError as fault:
        _put_off(link, fault, clock())
    except Exception:  # noqa: BLE001  # whatever it is, the other shops are polled and this one is tried again
        _log.exception("polling shop %s failed", link.shop_id)
        Link.objects.filter(pk=link_id).update(poll_at=clock() + _pause(link), poll_lease=None)
    else:
        wait = timedelta(seconds=seconds_between(link) if whole else 1)
        Link.objects.filter(pk=link_id).update(poll_at=clock() + wait, poll_lease=None, failures=0, fault={})
    return True


def _let_in_again(link: Link, clock: Callable[[], datetime]) -> bool:
    """Walk; a token that is refused before its end is refreshed once. Tells whether all is known now."""
    try:
        return _polled(link, clock)
    except Unauthorised:
        return _polled(refreshed(link, clock), clock)


def _put_off(link: Link, fault: AftersaleError, now: datetime) -> None:
    """Note what went wrong and wait longer each time; who is shut out waits longest."""
    if isinstance(fault, Unauthorised):
        shut_out(link.shop, fault, now)
    if not isinstance(fault, ChannelError):
        _log.error("polling shop %s: %s", link.shop_id, fault)
    wait = (
        _LONGEST_PAUSE
        if isinstance(fault, Unauthorised)
        else _pause(link, too_fast=isinstance(fault, TooFast))
    )
    Link.objects.filter(pk=link.pk).update(
        poll_at=now + wait, poll_lease=None, failures=F("failures") + 1, fault=fault_of(fault, now)
    )


def _pause(link: Link, *, too_fast: bool = False) -> timedelta:
    usual = timedelta(seconds=seconds_between(link))
    first, most = (_BREATH, usual) if too_fast else (usual, max(usual, _LONGEST_PAUSE))
    longer: timedelta = first * 2 ** min(link.failures, 6)
    return min(longer, most)


def _polled(link: Link, clock: Callable[[], datetime]) -> bool:
    now = clock()
    walk = _walk_for(link, now, clock)
    if not _walked(walk, clock):
        return False
    if link.shop.connection.state != ConnectionState.CONNECTED:
        let_in(link.shop, clock())
        # What waits is read after the hold began, in the round that follows at once.
        return False
    Link.objects.filter(pk=link.pk, filled_at=None).update(filled_at=clock())
    end_warnings(link, now)
    _end_hold(walk, clock)
    return True


def _walk_for(link: Link, now: datetime, clock: Callable[[], datetime]) -> Walk:
    shop, channel = link.shop, interface_of(link.shop)
    hands = LiveHands(shop.platform, now, shop.pk, clock, trying=True)
    reach = now - channel.limits.reach
    table = table_for(shop, now)
    begin = link.begun_from or now - timedelta(days=settings.BACKFILL_DAYS)
    if link.begun_from is None:
        Link.objects.filter(pk=link.pk).update(begun_from=max(begin, reach))
    since = link.complete_until - OVERLAP if link.complete_until else begin
    walk = Walk(link, channel, hands, table, max(since, reach), now)
    if link.complete_until and link.complete_until < reach:
        _mend_gap(walk, link.complete_until, reach, clock)
    return walk


def _mend_gap(walk: Walk, since: datetime, until: datetime, clock: Callable[[], datetime]) -> None:
    """Read what was open when the list was known last: the platform lists no change that far back."""
    numbers = list(_open_numbers(walk.link.shop_id))
    data = {"from": since.isoformat(), "until": until.isoformat(), "read": len(numbers)}
    _read_each(walk, numbers, clock)
    record(subject_of(walk.link.shop_id), Entry("poll_gap", clock(), data=data))


def _open_numbers(shop_id: int) -> Iterable[str]:
    rows = Ticket.objects.filter(shop_id=shop_id, open=True).order_by("queue_at", "pk")
    return rows.values_list("ticket_no", flat=True)


def _walked(walk: Walk, clock: Callable[[], datetime]) -> bool:
    """Take page after page; False where it takes too long and goes on in the next round."""
    started = monotonic()
    known = walk.since
    for page in walk.channel.list_changed(walk.since, walk.until, walk.hands):
        _take_page(walk, page, clock())
        known = page.complete_until
        if known < walk.until and monotonic() - started > _LONGEST_S:
            return False
    return known >= walk.until


def _take_page(walk: Walk, page: Page, now: datetime) -> None:
    """Take a page in, then note until when all is known; a crash in between takes the page again."""
    notices = [_whole(walk, notice) for notice in page.notices]
    outcomes = walk.table.take(notices, walk.until, now, page.parked)
    fresh = sum(outcome.taken is not Taken.UNCHANGED for outcome in outcomes)
    known = max(page.complete_until, walk.link.complete_until or page.complete_until)
    walk.link.complete_until = known
    Link.objects.filter(pk=walk.link.pk).update(
        complete_until=known,
        taken_count=F("taken_count") + (0 if walk.link.filled_at else fresh),
        poll_lease=now + LEASE,
    )


def _whole(walk: Walk, notice: Notice) -> Notice:
    """Read a ticket of which the list does not say what matters; else the list will do."""
    if walk.channel.lists_whole or not any(untold(notice) for untold in _UNTOLD):
        return notice
    try:
        return walk.channel.read(notice.ticket_no, walk.hands) or notice
    except Rejected:
        # One ticket that the platform will not show keeps no other from coming in.
        return notice


def _waits_for_us(notice: Notice) -> bool:
    return notice.open and notice.turn is Turn.MERCHANT


def _pays_a_guess(notice: Notice) -> bool:
    """Tell whether it was paid back, and nobody said whether the freight was paid back with it."""
    untold = not notice.open and "refunded_fen" in notice.unknown
    return untold and bool(notice.facts.get("freight_paid_fen"))


def _in_dispute(notice: Notice) -> bool:
    """Tell whether a dispute is spoken of without its number: then clock and ruling are not told either."""
    return notice.dispute is not None and not notice.dispute.number


_UNTOLD = (_waits_for_us, _pays_a_guess, _in_dispute)


def _end_hold(walk: Walk, clock: Callable[[], datetime]) -> None:
    """Read every ticket with an action that waits, then let the shop go."""
    shop = walk.link.shop
    shop.refresh_from_db(fields=["held"])
    if not shop.held:
        return
    waiting = Action.objects.filter(shop=shop, state__in=[ActionState.INTENDED, ActionState.UNKNOWN])
    unread = _read_each(walk, sorted(set(waiting.values_list("ticket__ticket_no", flat=True))), clock)
    now = clock()
    give_to_people(shop.pk, unread, now)
    release(shop.pk, Origin(shop.platform, Source.API, walk.until, now))


def _read_each(walk: Walk, numbers: Iterable[str], clock: Callable[[], datetime]) -> list[str]:
    """Read tickets one by one; one that the platform refuses to show is parked, and its number given."""
    unread = []
    for number in numbers:
        if not _read_one(walk, number, clock):
            unread.append(number)
        Link.objects.filter(pk=walk.link.pk).update(poll_lease=clock() + LEASE)
    return unread


def _read_one(walk: Walk, number: str, clock: Callable[[], datetime]) -> bool:
    asked_at = clock()
    try:
        notice = walk.channel.read(number, walk.hands)
    except Rejected as fault:
        walk.table.take([], asked_at, clock(), [refused_read(number, fault)])
        return False
    if notice is not None:
        walk.table.take([notice], asked_at, clock())
    return True


def poll_soon(shop_id: int, now: datetime) -> None:
    """Let a shop be polled in the next round."""
    Link.objects.filter(shop_id=shop_id).update(poll_at=now)
