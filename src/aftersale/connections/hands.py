"""Hand a channel the one door to its platform: token and quota in place, the shop's wishes kept."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from aftersale.connections.models import Link
from aftersale.connections.tokens import not_connected, token_for
from aftersale.connections.wire import Call, send
from aftersale.domain.errors import NotSent, Unauthorised
from aftersale.jobs.clock import desk_clock
from aftersale.shops.models.shop import ConnectionState
from aftersale.texts import Text

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from datetime import datetime

    from aftersale.shops.models import Shop


# A call asks for no more than it needs: two are made for each action, and the rest is dear to read.
_NEEDED = (
    "dry_run",
    "app_key",
    "secret",
    "sign_secret",
    "message_key",
    "sign_method",
    "service_id",
    "access_token",
    "access_until",
    "refreshed_at",
    "shop__platform",
    "shop__connection__state",
)


@dataclass(frozen=True, slots=True)
class LiveHands:
    """Carry the calls of one shop; each looks anew at what the shop allows, so that a change holds at once.

    `trying` lets through while the connection does not stand: to find out whether it does. Then nothing that
    changes anything is sent.
    """

    platform: str
    now: datetime
    shop_id: int
    clock: Callable[[], datetime] = desk_clock
    trying: bool = False

    def ask(self, method: str, params: Mapping[str, object], *, writes: bool = False) -> bytes:
        """Send one request and give what was answered; raises ChannelError."""
        link = _link_of(self.shop_id)
        if link is None or not link.app_key:
            raise not_connected()
        if writes and link.dry_run:
            raise _dry_run()
        if (writes or not self.trying) and not _stands(link.shop):
            raise _not_authorised()
        return send(link, Call(method, params, token_for(link, self.clock), writes), self.clock)


def hands_of(shop: Shop, now: datetime) -> LiveHands:
    """Give the hands of a shop; one that is not connected is told so when it asks."""
    return LiveHands(shop.platform, now, shop.pk)


def _link_of(shop_id: int) -> Link | None:
    return Link.objects.select_related("shop__connection").only(*_NEEDED).filter(shop_id=shop_id).first()


def _stands(shop: Shop) -> bool:
    connection = getattr(shop, "connection", None)
    return connection is not None and connection.state == ConnectionState.CONNECTED


def _dry_run() -> NotSent:
    return NotSent(
        "channel.dry_run",
        Text(
            zh="这家店在试运行，什么都没有发给平台。请到平台后台办理，再回来确认。",
            en="This shop is in a dry run: nothing was sent. Do it in the back office, then confirm.",
        ),
        Text(
            zh="要自动发送，请店主在店铺连接里关掉试运行。", en="The owner ends the dry run in the settings."
        ),
    )


def _not_authorised() -> Unauthorised:
    return Unauthorised(
        "channel.unauthorised",
        Text(zh="这家店的授权失效了。", en="This shop does not let the desk in any more."),
        Text(zh="请店主在设置里重新授权。", en="Ask the owner to authorise it again in the settings."),
    )
