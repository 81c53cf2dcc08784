"""Look at the connections of shops: who is shut out, whose list is behind, whose pushes are refused."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from aftersale.config.doctor import Finding, Level, ok
from aftersale.connections.models import Link
from aftersale.connections.standing import WARN_DAYS, days_left
from aftersale.shops.models.shop import ConnectionState
from aftersale.texts import Text

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime

    from aftersale.config.home import Home

_BEHIND = timedelta(minutes=15)


def connections(_place: Home, now: datetime) -> Iterator[Finding]:
    """See that every connected shop is let in, up to date, and lets in for some days yet."""
    links = Link.objects.exclude(access_until=None).select_related("shop__connection").order_by("shop__name")
    found = [finding for link in links for finding in _of(link, now)]
    yield from found
    if not found:
        yield ok("店铺连接都正常", "Every connected shop is let in and up to date")


def _of(link: Link, now: datetime) -> Iterator[Finding]:
    name, left = link.shop.name, days_left(link, now)
    if link.shop.connection.state == ConnectionState.UNAUTHORISED:
        said = Text(zh=f"{name} 授权失效", en=f"{name} does not let the desk in")
        yield Finding(Level.BAD, said, _AUTHORISE)
    elif left is not None and left < WARN_DAYS[0]:
        said = Text(zh=f"{name} 的授权还剩 {left} 天", en=f"{name} lets the desk in for {left} more days")
        yield Finding(Level.WARN, said, _AUTHORISE)
    if link.complete_until is None or now - link.complete_until > _BEHIND:
        why = Text(zh=str(link.fault.get("zh", "")), en=str(link.fault.get("en", "")))
        said = Text(zh=f"{name} 的售后单没有读到最新。{why.zh}", en=f"{name} is not up to date. {why.en}")
        yield Finding(Level.WARN, said, _LOOK)
    if link.refused_at and now - link.refused_at < timedelta(days=1):
        said = Text(zh=f"{name} 今天有推送被拒收", en=f"Pushes to {name} were refused today")
        yield Finding(Level.WARN, said, _LOOK)


_AUTHORISE = Text(
    zh="店主在“设置 → 店铺连接”重新授权。", en="The owner authorises it again under Settings, Connections."
)
_LOOK = Text(zh="看“设置 → 店铺连接”里的说明。", en="Settings, Connections says why.")
