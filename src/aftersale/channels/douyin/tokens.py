"""Ask for tokens and renew them; who calls sees to it that one shop renews once at a time."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING
from urllib.parse import urlencode

from aftersale.channels.douyin.answer import ask, unreadable
from aftersale.channels.douyin.codes import GRANT_CODE, GRANT_REFRESH, GRANT_SELF
from aftersale.channels.douyin.shape import Misread, Shape
from aftersale.channels.interface import Grant
from aftersale.domain.clock import SHANGHAI

if TYPE_CHECKING:
    from collections.abc import Mapping

    from aftersale.channels.base import Hands
    from aftersale.channels.interface import AppKeys

CREATE, REFRESH = "token.create", "token.refresh"
# An access token lives 7 days and the refresh token given with it 14.
_REFRESH_OUTLIVES = timedelta(days=7)
_IS_A_TIME = 1_000_000_000


def authorise_path(keys: AppKeys, state: str) -> str:
    """Give the page of the service market; empty for a self-use app, which asks without a page."""
    if not keys.service_id:
        return ""
    return f"/authorize?{urlencode({'service_id': keys.service_id, 'state': state})}"


def authorise(code: str, platform_shop_id: str, hands: Hands) -> Grant:
    """Change a code for tokens, or ask as a self-use app for one shop; raises ChannelError."""
    if code:
        return _grant(CREATE, {"code": code, "grant_type": GRANT_CODE}, hands)
    return _grant(CREATE, {"code": "", "grant_type": GRANT_SELF, "shop_id": platform_shop_id}, hands)


def refresh(grant: Grant, hands: Hands) -> Grant:
    """Ask for fresh tokens; more than an hour before their end the platform gives the same again."""
    return _grant(REFRESH, {"grant_type": GRANT_REFRESH, "refresh_token": grant.refresh_token}, hands)


def _grant(method: str, params: Mapping[str, object], hands: Hands) -> Grant:
    data = ask(hands, method, params).data
    access, again, left = data.text("access_token"), data.text("refresh_token"), data.code("expires_in")
    shop = _shop_of(data)
    if not (access and again and left and shop):
        raise unreadable(writes=False)
    until = (
        datetime.fromtimestamp(left, SHANGHAI) if left > _IS_A_TIME else hands.now + timedelta(seconds=left)
    )
    return Grant(
        access_token=access,
        refresh_token=again,
        access_until=until,
        refresh_until=until + _REFRESH_OUTLIVES,
        platform_shop_id=shop,
        shop_name=data.text("shop_name"),
        scopes=tuple(data.text("scope").split()),
    )


def _shop_of(data: Shape) -> str:
    try:
        return data.id("shop_id")
    except Misread:
        return ""
