"""Keep the tokens of a shop fresh: one worker at a time, and no crash loses the way in.

Some platforms give a new refresh token with each answer and let the old one live for some minutes. Whoever
dies between the answer and the save leaves the old one stored; the next worker asks with that in time. The
one before the last is kept as well and tried once where the last is refused.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

from django.db.models import Q

from aftersale.channels.interface import Grant
from aftersale.connections.models import Link
from aftersale.connections.platforms import interface_of, keys_of
from aftersale.connections.wire import Call, send
from aftersale.domain.errors import Unauthorised, Unavailable
from aftersale.texts import Text

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from datetime import datetime

LEASE = timedelta(seconds=60)
"""Longer than a refresh may take, and far shorter than an old refresh token lives."""

# A platform may give the same pair again; it is not asked more often than this.
_PAUSE = timedelta(minutes=5)


@dataclass(frozen=True, slots=True)
class KeyHands:
    """Carry the calls that ask for a token: they are signed and have none."""

    link: Link
    now: datetime
    clock: Callable[[], datetime]

    @property
    def platform(self) -> str:
        """Name the platform of the shop."""
        return self.link.shop.platform

    def ask(self, method: str, params: Mapping[str, object], *, writes: bool = False) -> bytes:
        """Send one request without a token; raises ChannelError."""
        return send(self.link, Call(method, params, "", writes), self.clock)


def not_connected() -> Unauthorised:
    """Say that nobody has let the desk in."""
    return Unauthorised(
        "channel.not_connected",
        Text(zh="这家店还没有连接平台接口。", en="This shop is not connected to its platform."),
        Text(zh="请店主在设置里连接。", en="Ask the owner to connect it in the settings."),
    )


def token_for(link: Link, clock: Callable[[], datetime]) -> str:
    """Give a token that holds now, refreshed where its end is near; raises ChannelError."""
    if link.access_until is None:
        raise not_connected()
    now = clock()
    if not near_its_end(link, now):
        return link.access_token
    try:
        return refreshed(link, clock).access_token
    except Unavailable:
        if link.access_until > now:
            return link.access_token
        raise


def near_its_end(link: Link, now: datetime) -> bool:
    """Tell whether a token is to be refreshed now."""
    if link.access_until is None or link.access_until - interface_of(link.shop).limits.refresh_before > now:
        return False
    just_now = link.refreshed_at is not None and link.refreshed_at > now - _PAUSE
    return link.access_until <= now or not just_now


def refreshed(link: Link, clock: Callable[[], datetime]) -> Link:
    """Refresh the tokens as `link` shows them and give what stands then; raises ChannelError.

    Where somebody else has refreshed them since, theirs are given; where somebody is at it, Unavailable.
    """
    now = clock()
    free = Q(refresh_lease=None) | Q(refresh_lease__lte=now)
    seen = Link.objects.filter(pk=link.pk, refreshed_at=link.refreshed_at)
    if not seen.filter(free).update(refresh_lease=now + LEASE):
        return _by_somebody_else(link)
    try:
        grant = _granted(_reread(link), now, clock)
    except BaseException:
        Link.objects.filter(pk=link.pk, refresh_lease=now + LEASE).update(refresh_lease=None)
        raise
    seen.update(**_kept(link, grant, clock()))
    return _reread(link)


def _reread(link: Link) -> Link:
    return Link.objects.select_related("shop").get(pk=link.pk)


def _by_somebody_else(link: Link) -> Link:
    found = _reread(link)
    if found.refreshed_at != link.refreshed_at and found.access_until is not None:
        return found
    raise Unavailable(
        "channel.refreshing",
        Text(zh="正在更新这家店的授权，稍等几秒。", en="The authorisation is being refreshed just now."),
        Text(zh="系统会自动重试。", en="The desk tries again by itself."),
    )


def _granted(link: Link, now: datetime, clock: Callable[[], datetime]) -> Grant:
    channel, keys, hands = interface_of(link.shop), keys_of(link), KeyHands(link, now, clock)
    try:
        return channel.refresh(_grant(link, link.refresh_token), keys, hands)
    except Unauthorised:
        if not link.previous_token:
            raise
        return channel.refresh(_grant(link, link.previous_token), keys, hands)


def _grant(link: Link, refresh_token: str) -> Grant:
    if link.access_until is None:
        raise not_connected()
    return Grant(
        access_token=link.access_token,
        refresh_token=refresh_token,
        access_until=link.access_until,
        refresh_until=link.refresh_until,
        platform_shop_id=link.shop.platform_shop_id,
    )


def _kept(link: Link, grant: Grant, now: datetime) -> dict[str, object]:
    """Give the fields after a refresh; a token that did not rotate is no earlier one."""
    before = _reread(link)
    rotated = before.refresh_token != grant.refresh_token
    return {
        **granted_fields(grant, now),
        "previous_token": before.refresh_token if rotated else before.previous_token,
    }


def granted_fields(grant: Grant, now: datetime) -> dict[str, object]:
    """Give the fields that a grant fills."""
    return {
        "access_token": grant.access_token,
        "refresh_token": grant.refresh_token,
        "access_until": grant.access_until,
        "refresh_until": grant.refresh_until,
        "refreshed_at": now,
        "refresh_lease": None,
    }
