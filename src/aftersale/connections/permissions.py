"""Try what an app may read: tickets by their list and by one of them, orders by the one that it is about."""

from __future__ import annotations

from typing import TYPE_CHECKING

from aftersale.channels.base import SERVICE
from aftersale.channels.lasting import NO_ORDER
from aftersale.domain.errors import ChannelError, Unauthorised
from aftersale.texts import Text
from aftersale.tickets.models import Ticket

if TYPE_CHECKING:
    from collections.abc import Mapping

    from aftersale.channels.base import Hands, Notice
    from aftersale.channels.interface import Interface, Page
    from aftersale.shops.models import Shop

AREAS: Mapping[str, tuple[Text, Text]] = {
    "tickets": (
        Text(zh="售后单", en="after-sale tickets"),
        Text(zh="给应用开通售后权限。", en="Give the app the after-sale permission."),
    ),
    "orders": (
        Text(zh="订单", en="orders"),
        Text(
            zh="付款、发货、签收和买家信息读不到，建议会不准。给应用开通订单权限。",
            en="Payment, dispatch, delivery and buyer stay unknown. Give the app the order permission.",
        ),
    ),
}
"""Each area with its words, and with what to do where it cannot be read."""


def tried(shop: Shop, channel: Interface, page: Page | None, hands: Hands) -> dict[str, bool]:
    """Say which areas can be read, after a first page was; an area with nothing to try it on is left out.

    Raises Unauthorised; a ticket that cannot be read for another reason tells nothing of orders.
    """
    found = {"tickets": True}
    notice = _read(channel, _one_of(shop, page), hands)
    if notice is not None:
        found["orders"] = NO_ORDER not in notice.sources.values()
    return found


def _read(channel: Interface, number: str, hands: Hands) -> Notice | None:
    try:
        return channel.read(number, hands) if number else None
    except Unauthorised:
        raise
    except ChannelError:
        return None


def _one_of(shop: Shop, page: Page | None) -> str:
    """Give the number of a ticket to try: one of the page, else the newest that the interface told of."""
    told = (each.ticket_no for each in (page.notices if page else ()) if each.claim != SERVICE)
    known = Ticket.objects.filter(shop=shop, channel=shop.platform).exclude(claim=SERVICE).order_by("-id")
    return next(told, "") or known.values_list("ticket_no", flat=True).first() or ""
