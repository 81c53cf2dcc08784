"""Report to platforms to whom values of buyers were shown: each until it is taken, however long that takes.

A report keeps its key, so that one whose answer was lost is simply sent again. Reports wait while a shop is
not let in, and nobody who looks waits for them.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

from django.db.models import F

from aftersale.channels.interface import Disclosed, Shown
from aftersale.connections.hands import hands_of
from aftersale.connections.platforms import interface_of
from aftersale.connections.standing import fault_of
from aftersale.domain.errors import ChannelError, Rejected
from aftersale.domain.roles import Role
from aftersale.shops.encryption import ring
from aftersale.shops.models import Membership, Shop
from aftersale.shops.models.shop import ConnectionState
from aftersale.tickets.models import Disclosure

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping
    from datetime import datetime

    from aftersale.channels.base import Hands

_MOST = 20
_FIRST_PAUSE, _LONGEST_PAUSE = timedelta(seconds=30), timedelta(hours=6)
_LEASE = timedelta(minutes=1)
_DOUBLED = 10
_KEPT = timedelta(days=183)
"""Reported rows hold where colleagues called from: they go after half a year (Cybersecurity Law 21)."""


@dataclass(frozen=True, slots=True)
class Unreported:
    """Say how many reports of a shop failed and wait to be sent again, since when, and why the last did."""

    count: int
    since: datetime
    fault: Mapping[str, str]


def report_due(now: datetime, hands_of: Callable[[Shop, datetime], Hands] = hands_of) -> int:
    """Report what is due for shops that are let in; gives how many events were taken."""
    due = Disclosure.objects.filter(next_at__lte=now, shop__connection__state=ConnectionState.CONNECTED)
    shops = Shop.objects.filter(pk__in=due.values("shop_id")).order_by("pk")
    return sum(_report(shop, hands_of(shop, now)) for shop in shops)


def _report(shop: Shop, hands: Hands) -> int:
    """Report a shop's events: new ones in one call, one that failed alone, so that it holds up no other."""
    due = Disclosure.objects.filter(shop=shop, next_at__lte=hands.now)
    rows = list(due.select_related("ticket", "person").order_by("tries", "pk")[:_MOST])
    mine = [row for row in rows if _claimed(row, hands.now)]
    fresh = [row for row in mine if not row.tries]
    taken = 0
    for call in [*([fresh] if fresh else []), *([row] for row in mine if row.tries)]:
        fault = _sent(shop, call, hands)
        if fault is None:
            taken += len(call)
        elif not isinstance(fault, Rejected):
            break
    return taken


def _claimed(row: Disclosure, now: datetime) -> bool:
    """Take a row for a minute, so that another worker leaves it alone; after a death it is due again."""
    mine = Disclosure.objects.filter(pk=row.pk, tries=row.tries, next_at=row.next_at)
    return bool(mine.update(tries=F("tries") + 1, next_at=now + _LEASE))


def _sent(shop: Shop, rows: list[Disclosure], hands: Hands) -> ChannelError | None:
    """Send rows in one call and note what came of it."""
    ours = Disclosure.objects.filter(pk__in=[row.pk for row in rows])
    owners = _owners(shop)
    told = tuple(_told(row, main=row.person.is_superuser or row.person_id in owners) for row in rows)
    try:
        interface_of(shop).report(shop.platform_shop_id, told, hands)
    except ChannelError as fault:
        again = hands.now + _pause(max(row.tries for row in rows))
        ours.update(next_at=again, fault=fault_of(fault, hands.now))
        return fault
    ours.update(next_at=None, reported_at=hands.now, fault={})
    return None


def _pause(tries: int) -> timedelta:
    return min(_FIRST_PAUSE * (1 << min(tries, _DOUBLED)), _LONGEST_PAUSE)


def _owners(shop: Shop) -> frozenset[int]:
    rows = Membership.objects.filter(shop=shop, role=Role.OWNER)
    return frozenset(rows.values_list("person_id", flat=True))


def _told(row: Disclosure, *, main: bool) -> Disclosed:
    return Disclosed(
        key=row.key,
        order_no=row.ticket.order_no,
        how=Shown(row.kind),
        what=tuple(name for name in row.what.split(",") if name),
        account=ring().fingerprint(f"account:{row.person_id}")[:32],
        main=main,
        at=row.at,
        address=row.address,
        path=row.path,
        referer=row.referer,
    )


def unreported(shops: Iterable[int]) -> dict[int, Unreported]:
    """Say of those shops whose reports fail how many wait, since when, and why."""
    failed = Disclosure.objects.filter(shop__in=list(shops)).exclude(next_at=None).exclude(fault={})
    found: dict[int, Unreported] = {}
    for row in failed.order_by("-at"):
        newer = found.get(row.shop_id)
        found[row.shop_id] = Unreported(
            newer.count + 1 if newer else 1, row.at, newer.fault if newer else row.fault
        )
    return found


def forget(now: datetime) -> int:
    """Let reports go that the platform took half a year ago; gives how many."""
    return Disclosure.objects.filter(reported_at__lt=now - _KEPT).delete()[0]
