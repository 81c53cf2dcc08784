"""Write down to whom order data with personal values was shown, for the platform that has to hear of it.

The row stands in the transaction in which the values are shown; it is reported afterwards, as often as it
takes (connections.reporting).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING
from uuid import uuid4

from aftersale.channels.registry import CHANNELS
from aftersale.shops.models import Connection
from aftersale.shops.models.shop import ConnectionState
from aftersale.tickets.models import Disclosure

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime

    from aftersale.channels.interface import Shown
    from aftersale.shops.models import Person, Shop
    from aftersale.tickets.models import Ticket

_ADDRESS, _PATH, _REFERER = 45, 128, 256


@dataclass(frozen=True, slots=True)
class Viewer:
    """Say who is shown something and from where: the address of the network, the page and the one before."""

    person: Person
    address: str = ""
    path: str = ""
    referer: str = ""


def disclose(ticket: Ticket, how: Shown, what: Iterable[str], viewer: Viewer, now: datetime) -> None:
    """Write down that values of a ticket's order were shown, where its platform hears of such things."""
    if not _heard(ticket.shop):
        return
    Disclosure.objects.create(
        shop=ticket.shop,
        ticket_id=ticket.pk,
        person=viewer.person,
        key=uuid4().hex,
        kind=how,
        what=",".join(what),
        address=viewer.address[:_ADDRESS],
        path=viewer.path[:_PATH],
        referer=viewer.referer[:_REFERER],
        at=now,
        next_at=now,
    )


def _heard(shop: Shop) -> bool:
    """Tell whether the platform of a shop takes reports, and the shop was let in at all."""
    if not getattr(CHANNELS.get(shop.platform), "takes_reports", False):
        return False
    return Connection.objects.filter(shop=shop).exclude(state=ConnectionState.NONE).exists()
