"""Open a sealed value of a buyer: on demand, by a person with a reason, within what a shop allows a day."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

from django.db import transaction

from aftersale.channels.interface import Sealed
from aftersale.connections.hands import hands_of
from aftersale.connections.models import Link
from aftersale.connections.platforms import interface_of
from aftersale.domain.clock import SHANGHAI
from aftersale.domain.errors import AftersaleError
from aftersale.texts import Text
from aftersale.tickets.models import Unmasking
from aftersale.tickets.search import index_buyer
from aftersale.tickets.unmasking import UnmaskRefused, checked_reason, note_opened, opened_between

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from aftersale.channels.base import Hands
    from aftersale.shops.models import Person, Shop
    from aftersale.tickets.disclosures import Viewer
    from aftersale.tickets.models import Ticket


_PHONE = "phone"


class QuotaUsedUp(AftersaleError):
    """Refuse to open more values today than the shop allows itself."""

    def __init__(self, limit: int) -> None:
        super().__init__(
            "reveal.used_up",
            Text(zh=f"今天查看买家信息的 {limit} 次用完了。", en=f"The {limit} looks of today are used up."),
            Text(
                zh="明天再看，到平台后台看，或请店主在店铺连接里调整次数。",
                en="Look tomorrow or in the back office, or have the owner change the number.",
            ),
        )


@dataclass(frozen=True, slots=True)
class Left:
    """Say how many values may still be opened today, of how many."""

    left: int
    limit: int


def left_today(shop_id: int, now: datetime) -> Left:
    """Count what is left of a shop's day in Shanghai; nothing where it is not connected."""
    limit = Link.objects.filter(shop_id=shop_id).values_list("reveals_a_day", flat=True).first() or 0
    midnight = now.astimezone(SHANGHAI).replace(hour=0, minute=0, second=0, microsecond=0)
    used = opened_between(shop_id, midnight, midnight + timedelta(days=1))
    return Left(max(limit - used, 0), limit)


def reveal(
    ticket: Ticket,
    field: str,
    viewer: Viewer,
    reason: str,
    now: datetime,
    hands_of: Callable[[Shop, datetime], Hands] = hands_of,
) -> str:
    """Have the platform open one value and write down who asked why; it is given back and kept nowhere.

    Of a telephone number a keyed hash is kept, by which its ticket is found until the buyer is erased.
    Raises UnmaskRefused, QuotaUsedUp or ChannelError. The place in the day is taken before the platform is
    asked and given back where it does not open the value.
    """
    reason, cipher = checked_reason(reason), ticket.sealed.get(field, "")
    if not cipher:
        raise UnmaskRefused("unmask.nothing")
    looked = _claimed(ticket, field, viewer.person, now)
    try:
        plain = _opened(ticket, cipher, hands_of(ticket.shop, now))
    except Exception:
        looked.delete()
        raise
    note_opened(ticket, field, viewer, reason, now)
    if field == _PHONE:
        index_buyer(ticket.pk, ticket.shop_id, plain)
    return plain


def _opened(ticket: Ticket, cipher: str, hands: Hands) -> str:
    found = interface_of(ticket.shop).reveal((Sealed(ticket.order_no, cipher),), hands).get(cipher, "")
    if not found:
        raise UnmaskRefused("unmask.nothing")
    return found


@transaction.atomic
def _claimed(ticket: Ticket, field: str, person: Person, now: datetime) -> Unmasking:
    """Take one place of the day under a lock, so that two at once cannot both have the last."""
    Link.objects.select_for_update().filter(shop_id=ticket.shop_id).first()
    found = left_today(ticket.shop_id, now)
    if not found.left:
        raise QuotaUsedUp(found.limit)
    return Unmasking.objects.create(ticket_id=ticket.pk, person=person, field=field, at=now)
