"""Get tokens and keep them fresh; each refresh gives a new refresh token in place of the old one.

An answer that was lost or cannot be read is Unavailable: the same may be asked again. The old refresh token
answers for about five minutes, and a code that was used up sends the owner back to the page of consent.
"""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from aftersale.channels.interface import Grant
from aftersale.channels.kuaishou.answer import envelope
from aftersale.channels.kuaishou.contract import ACCESS_TOKEN, REFRESH_TOKEN
from aftersale.channels.kuaishou.values import Odd
from aftersale.domain.errors import Unauthorised, Unavailable
from aftersale.texts import Text

if TYPE_CHECKING:
    from datetime import datetime

    from aftersale.channels.base import Hands
    from aftersale.channels.kuaishou.values import Told

REFRESH_LIFE = timedelta(days=180)
"""How long a consent holds, from the first code on; no refresh makes it longer."""


def authorise(code: str, hands: Hands) -> Grant:
    """Change a code for tokens; raises ChannelError. An app of one's own needs the owner's code, too."""
    if not code:
        raise Unauthorised(
            "channel.code_needed",
            Text(
                zh="快手小店只能用授权链接连接。",
                en="快手小店 is connected through the authorisation page only.",
            ),
            Text(zh="请店主打开授权链接并同意。", en="Ask the owner to open the page and say yes."),
        )
    told = envelope(hands.ask(ACCESS_TOKEN, {"grant_type": "code", "code": code}))
    return _grant(told, hands.now, hands.now + REFRESH_LIFE)


def refresh(grant: Grant, hands: Hands) -> Grant:
    """Ask for fresh tokens; the grant that comes back holds the new refresh token. Raises ChannelError."""
    asked = {"grant_type": "refresh_token", "refresh_token": grant.refresh_token}
    fresh = _grant(envelope(hands.ask(REFRESH_TOKEN, asked)), hands.now, grant.refresh_until)
    return Grant(
        access_token=fresh.access_token,
        refresh_token=fresh.refresh_token,
        access_until=fresh.access_until,
        refresh_until=fresh.refresh_until,
        platform_shop_id=fresh.platform_shop_id or grant.platform_shop_id,
        shop_name=grant.shop_name,
        scopes=fresh.scopes or grant.scopes,
    )


def _grant(told: Told, now: datetime, last_day: datetime | None) -> Grant:
    access, again, lasts = told.text("access_token"), told.text("refresh_token"), _seconds(told, "expires_in")
    if not access or not again or not lasts:
        raise _no_tokens()
    scopes = told.fields.get("scopes")
    return Grant(
        access_token=access,
        refresh_token=again,
        access_until=now + lasts,
        refresh_until=_until(told, now, last_day),
        platform_shop_id=told.text("open_id"),
        scopes=tuple(str(scope) for scope in scopes) if isinstance(scopes, list) else (),
    )


def _until(told: Told, now: datetime, last_day: datetime | None) -> datetime | None:
    """Say until when the consent holds: the earlier of what was known and what is told."""
    lasts = _seconds(told, "refresh_token_expires_in")
    return min((each for each in (last_day, now + lasts if lasts else None) if each), default=None)


def _seconds(told: Told, name: str) -> timedelta | None:
    try:
        lasts = told.code(name)
    except Odd:
        raise _no_tokens() from None
    return timedelta(seconds=lasts) if lasts else None


def _no_tokens() -> Unavailable:
    return Unavailable(
        "channel.no_tokens",
        Text(zh="平台的回答里没有令牌。", en="The platform's answer holds no tokens."),
        Text(
            zh="稍后再试；不行就请店主重新授权。", en="Try again; if that fails, ask the owner to authorise."
        ),
    )
