"""Take pushes: checked first, journaled, acknowledged; a job then reads the ticket from the platform itself.

A push is a wake-up and never the truth: duplicates, disorder and old ones cost a read and change nothing.
Platforms have one address for all shops of an app: a message that names its shop is kept for that one.
"""

from __future__ import annotations

import secrets
from base64 import b64encode
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

from django.db import IntegrityError, transaction
from django.db.models import F, Q

from aftersale.channels.base import Parked
from aftersale.channels.interface import AppKeys, PushRefused
from aftersale.connections.hands import hands_of
from aftersale.connections.models import Link, MessageState, Push, PushMessage
from aftersale.connections.parked import park
from aftersale.connections.platforms import interface_of, keys_of
from aftersale.connections.standing import shut_out
from aftersale.connections.taking import table_for
from aftersale.connections.unread import refused_read
from aftersale.domain.errors import ChannelError, Rejected, Unauthorised
from aftersale.jobs.door import enqueue
from aftersale.shops.models import Shop
from aftersale.shops.models.shop import Platform

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from datetime import datetime

    from aftersale.channels.interface import Message
    from aftersale.channels.interface import Push as Pushed

JOB = "push"
LARGEST_PUSH = 1024 * 1024
_OK, _REFUSED = 200, 400
_ID, _KIND, _NUMBER = 128, 64, 64
_LEASE = timedelta(minutes=2)
_FIRST_PAUSE_S, _LONGEST_PAUSE_S = 15, 1_800
_KEEP_BODIES, _KEEP_MESSAGES = timedelta(days=7), timedelta(days=90)
_BEFORE_COUNTING = timedelta(seconds=1)


@dataclass(frozen=True, slots=True)
class Answer:
    """Hold what is sent back to a platform."""

    status: int
    body: bytes
    content_type: str = "application/json"


def receive(
    platform: str, path: str, headers: Mapping[str, str], body: bytes, now: datetime
) -> Answer | None:
    """Check a push and keep it; None for a platform that the desk does not speak to.

    An address that no shop has is answered as one whose keys do not fit, after the same work.
    """
    if platform not in Platform.values:
        return None
    link = Link.objects.select_related("shop").filter(push_path=path, shop__platform=platform).first()
    keys = keys_of(link) if link and link.app_key else _nobodys_keys()
    channel = interface_of(link.shop if link else Shop(platform=platform))
    try:
        pushed = channel.parse_push(headers, body, keys)
    except PushRefused as refusal:
        if link:
            _count(link, refusal.code, now)
        return Answer(_REFUSED, refusal.answer)
    if link is None:
        return Answer(_REFUSED, b"")
    _keep(link, pushed, body, now)
    return Answer(_OK, pushed.answer, pushed.content_type)


def _nobodys_keys() -> AppKeys:
    """Make keys that fit nothing."""
    app_key, secret = secrets.token_hex(16), secrets.token_hex(16)
    return AppKeys(app_key, secret, message_key=b64encode(secrets.token_bytes(16)).decode())


def _count(link: Link, code: str, now: datetime) -> None:
    """Count a push that was refused, once a second at most: whoever sends them must not write for us."""
    due = Q(refused_at=None) | Q(refused_at__lte=now - _BEFORE_COUNTING)
    Link.objects.filter(due, pk=link.pk).update(
        refused_at=now, refused_code=code[:64], refused_count=F("refused_count") + 1
    )


def _keep(link: Link, pushed: Pushed, body: bytes, now: datetime) -> None:
    """Write down what came and ask for a job for each message that is new, in one transaction."""
    shops = _shops_of(link, pushed.messages)
    meant = {link.shop_id, *(found for found in shops.values() if found is not None)}
    Link.objects.filter(shop_id__in=meant).update(pushed_at=now)
    fresh = _fresh(link, pushed.messages, shops)
    if not fresh:
        return
    with transaction.atomic():
        text = body.decode("utf-8", "backslashreplace")
        kept = Push.objects.create(shop_id=link.shop_id, body=text, received_at=now)
        for message in fresh:
            _keep_one(kept, message, shops[message.platform_shop_id], now)
    strangers = {each.platform_shop_id for each in fresh if shops[each.platform_shop_id] is None}
    if strangers:
        park(link.shop, [_stranger(each) for each in sorted(strangers)], [], now)


def _shops_of(link: Link, messages: Sequence[Message]) -> Mapping[str, int | None]:
    """Find the shops of this app that messages name, None for one that nobody has here.

    Of two shops that say they are the same one, that which is let in counts.
    """
    own = {"": link.shop_id, link.shop.platform_shop_id: link.shop_id}
    named = {message.platform_shop_id for message in messages} - own.keys()
    if not named:
        return own
    same_app = Link.objects.filter(shop__platform=link.shop.platform, app_key=link.app_key)
    found = same_app.filter(shop__platform_shop_id__in=named).order_by(
        F("access_until").asc(nulls_first=True)
    )
    # A shop whose id nobody knows yet may well be the one that is named.
    else_whose = None if link.shop.platform_shop_id else link.shop_id
    known = dict(found.values_list("shop__platform_shop_id", "shop_id"))
    return dict.fromkeys(named, else_whose) | known | own


def _fresh(link: Link, messages: Sequence[Message], shops: Mapping[str, int | None]) -> list[Message]:
    """Leave out what came before; what is nobody's stands with the shop of the address."""
    ids = {message.message_id[:_ID] for message in messages}
    owners = {link.shop_id if found is None else found for found in shops.values()}
    known = PushMessage.objects.filter(shop_id__in=owners, message_id__in=ids)
    seen = set(known.values_list("shop_id", "message_id"))
    return [
        message
        for message in messages
        if (shops[message.platform_shop_id] or link.shop_id, message.message_id[:_ID]) not in seen
    ]


def _stranger(platform_shop_id: str) -> Parked:
    return Parked("推送", 1, None, platform_shop_id, "told_other_shop")


def _keep_one(kept: Push, message: Message, shop_id: int | None, now: datetime) -> None:
    """Keep a message for its shop; of a shop that nobody has here nothing is read."""
    about = message.ticket_no if len(message.ticket_no) <= _NUMBER else ""
    state = MessageState.WAITING if about and shop_id else MessageState.ASIDE
    try:
        with transaction.atomic():
            row = PushMessage.objects.create(
                shop_id=shop_id or kept.shop_id,
                push=kept,
                message_id=message.message_id[:_ID],
                kind=message.kind[:_KIND],
                ticket_no=about,
                said_at=message.at,
                received_at=now,
                state=state,
                not_before=now,
                ended_at=None if state == MessageState.WAITING else now,
            )
    except IntegrityError:
        # The same message came twice at the same moment: one of them is enough.
        return
    if state == MessageState.WAITING:
        enqueue(JOB, row.pk)


def follow(message_id: int, clock: Callable[[], datetime]) -> str | None:
    """Read the ticket that a message speaks of and take it in; None where there is nothing to do.

    What cannot be read waits and is tried again, unless the platform refuses to show it: then it is parked.
    All messages of the ticket that came before are answered.
    """
    now = clock()
    mine = PushMessage.objects.filter(pk=message_id, state=MessageState.WAITING, not_before__lte=now)
    if not mine.update(not_before=now + _LEASE, attempts=F("attempts") + 1):
        return None
    message = PushMessage.objects.select_related("shop__connection").get(pk=message_id)
    shop = message.shop
    try:
        notice = interface_of(shop).read(message.ticket_no, hands_of(shop, now))
    except Rejected as fault:
        table_for(shop, now).take([], now, clock(), [refused_read(message.ticket_no, fault)])
        return _end(message, MessageState.UNKNOWN, now, clock())
    except ChannelError as fault:
        if isinstance(fault, Unauthorised):
            shut_out(shop, fault, now)
        return _later(message, clock())
    if notice is not None:
        table_for(shop, now).take([notice], now, clock())
    return _end(message, MessageState.READ if notice else MessageState.UNKNOWN, now, clock())


def _later(message: PushMessage, now: datetime) -> str:
    pause = timedelta(seconds=min(_FIRST_PAUSE_S * 2 ** min(message.attempts, 8), _LONGEST_PAUSE_S))
    PushMessage.objects.filter(pk=message.pk).update(not_before=now + pause)
    return MessageState.WAITING.value


def _end(message: PushMessage, state: MessageState, asked_at: datetime, now: datetime) -> str:
    """End every message of the ticket that had come when it was read."""
    answered = PushMessage.objects.filter(
        shop_id=message.shop_id,
        ticket_no=message.ticket_no,
        state=MessageState.WAITING,
        received_at__lte=asked_at,
    )
    answered.update(state=state, ended_at=now)
    return state.value


def waiting_messages(now: datetime, limit: int) -> list[int]:
    """List messages that are due, for those whose jobs were lost or put off."""
    due = PushMessage.objects.filter(state=MessageState.WAITING, not_before__lte=now)
    return list(due.order_by("not_before", "pk").values_list("pk", flat=True)[:limit])


def forget(now: datetime) -> int:
    """Delete bodies after a week and messages that ended after some months; gives how many rows went.

    A message that comes again after that reads its ticket once more, which changes nothing.
    """
    bodies = Push.objects.filter(received_at__lt=now - _KEEP_BODIES).delete()[0]
    ended = PushMessage.objects.exclude(state=MessageState.WAITING)
    return bodies + ended.filter(received_at__lt=now - _KEEP_MESSAGES).delete()[0]
