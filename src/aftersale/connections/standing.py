"""Say and change how a shop stands with its platform: let in, not let in, until when, who can mend it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

from django.db import transaction
from django.db.models import Q

from aftersale.connections.models import Link
from aftersale.domain.roles import MAY, Permission, Role
from aftersale.evidence.shop_journal import journal_shop
from aftersale.shops.models import Connection, Person, Shop
from aftersale.shops.models.shop import ConnectionState
from aftersale.shops.settings import ShopChange
from aftersale.tickets.alarms import AUTHORISATION, UNAUTHORISED, Cause, end_alarm, raise_alarm
from aftersale.tickets.models import Task, Ticket
from aftersale.tickets.receipts import AUTHORISE
from aftersale.tickets.scope import hold

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping
    from datetime import datetime

    from aftersale.domain.errors import AftersaleError

WARN_DAYS = (7, 3, 1)
"""Days before the end of an authorisation at which people hear of it."""

BY_ADDRESS = "channel.address_not_listed"
"""The code of a refusal for where the desk calls from: consent stands, the white list lacks the address."""

_NOTE = 256


def fault_of(error: AftersaleError, now: datetime) -> dict[str, str]:
    """Write what went wrong as a link keeps it."""
    return {
        "code": error.code,
        "zh": error.message.zh,
        "en": error.message.en,
        "next_zh": error.next_step.zh,
        "next_en": error.next_step.en,
        "at": now.isoformat(),
    }


def days_left(link: Link, now: datetime) -> int | None:
    """Count the whole days until a person must authorise again; None where the platform does not tell."""
    if link.refresh_until is None:
        return None
    return max((link.refresh_until - now) // timedelta(days=1), 0)


def let_in(shop: Shop, now: datetime, actor: int | None = None) -> bool:
    """Note that the platform lets the desk in, and hold the shop until it was read; tells whether it is new.

    What waits to be sent waits until the changes meanwhile are known and its tickets were read again.
    """
    with transaction.atomic():
        before = _move(shop, ConnectionState.CONNECTED, now, "")
        end_alarm(f"{UNAUTHORISED}:{shop.pk}", now)
        waiting = Task.objects.filter(shop=shop, kind=AUTHORISE, done_at=None)
        waiting.update(done_at=now, done_by_id=actor, outcome="authorised")
        if before is None:
            return False
        hold(shop.pk, now)
        journal_shop(ShopChange(shop, "connection", before, ConnectionState.CONNECTED.value), actor, now)
    return True


def shut_out(shop: Shop, why: AftersaleError, now: datetime) -> bool:
    """Note that the platform does not let the desk in any more, and ring; tells whether that is new.

    A shop that was never let in, or parted, loses nothing.
    """
    if not Connection.objects.filter(shop=shop).exclude(state=ConnectionState.NONE).exists():
        return False
    Link.objects.filter(shop=shop).update(fault=fault_of(why, now))
    with transaction.atomic():
        before = _move(shop, ConnectionState.UNAUTHORISED, now, why.message.zh)
        if before is None:
            return False
        change = ShopChange(shop, "connection", before, ConnectionState.UNAUTHORISED.value)
        journal_shop(change, None, now)
        raise_alarm(Cause(UNAUTHORISED, f"{UNAUTHORISED}:{shop.pk}", shop), now)
    return True


def part(shop: Shop, now: datetime, actor: int | None) -> None:
    """End the connection of a shop; in the caller's transaction."""
    before = _move(shop, ConnectionState.NONE, now, "")
    end_alarm(f"{UNAUTHORISED}:{shop.pk}", now)
    end_alarm(_end_key(shop.pk), now)
    if before is not None:
        journal_shop(ShopChange(shop, "connection", before, ConnectionState.NONE.value), actor, now)


def _move(shop: Shop, state: ConnectionState, now: datetime, note: str) -> str | None:
    """Move the state of a shop's connection and give the one before; None where it stood so already."""
    found, _made = Connection.objects.get_or_create(shop=shop, defaults={"since": now})
    seen = Connection.objects.filter(pk=found.pk, state=found.state)
    if found.state == state or not seen.update(state=state, since=now, note=note[:_NOTE]):
        return None
    return found.state


def warn_of_ends(now: datetime) -> int:
    """Ring once for each warning before an authorisation ends; gives how many rang."""
    soon = Q(refresh_until__lte=now + timedelta(days=WARN_DAYS[0]))
    ends = Link.objects.filter(soon, shop__connection__state=ConnectionState.CONNECTED)
    return sum(_warn(link, now) for link in ends.select_related("shop"))


def _warn(link: Link, now: datetime) -> bool:
    left = link.refresh_until - now if link.refresh_until else timedelta.max
    due = min(days for days in WARN_DAYS if left <= timedelta(days=days))
    fresh = Q(warned_days=None) | Q(warned_days__gt=due)
    with transaction.atomic():
        if not Link.objects.filter(fresh, pk=link.pk).update(warned_days=due):
            return False
        cause = Cause(AUTHORISATION, _end_key(link.shop_id), link.shop, None, link.refresh_until)
        raise_alarm(cause, now)
    return True


def end_warnings(link: Link, now: datetime) -> None:
    """End the warnings of a link whose authorisation was given or prolonged."""
    left = days_left(link, now)
    if link.warned_days is not None and (left is None or left >= WARN_DAYS[0]):
        Link.objects.filter(pk=link.pk).update(warned_days=None)
        end_alarm(_end_key(link.shop_id), now)


def _end_key(shop_id: int) -> str:
    return f"{AUTHORISATION}:{shop_id}"


@dataclass(frozen=True, slots=True)
class ShutOut:
    """Say what a lost authorisation means: since when, how many tickets count down, who can mend it."""

    shop_id: int
    shop: str
    since: datetime
    counting: int
    owners: tuple[str, ...]
    by_address: bool


@dataclass(frozen=True, slots=True)
class Ending:
    """Say how many days a shop's consent still lasts, and who can give it anew."""

    shop: str
    days: int
    owners: tuple[str, ...]


def shut_out_now(shops: Mapping[int, Connection], now: datetime) -> list[ShutOut]:
    """Describe those shops of the given ones that are not let in."""
    out = [shop for shop, each in shops.items() if each.state == ConnectionState.UNAUTHORISED]
    refused = Link.objects.filter(shop__in=out, fault__code=BY_ADDRESS).values_list("shop_id", flat=True)
    by_address = set(refused) if out else set()
    return [
        ShutOut(
            shop_id,
            connection.shop.name,
            connection.since,
            Ticket.objects.filter(shop_id=shop_id, open=True, due_at__gt=now).count(),
            _owners(shop_id),
            shop_id in by_address,
        )
        for shop_id, connection in ((shop, shops[shop]) for shop in out)
    ]


def ending_soon(shops: Collection[int], now: datetime) -> list[Ending]:
    """Describe those shops whose consent ends within the days of the first warning, the next one first."""
    soon = Q(refresh_until__lte=now + timedelta(days=WARN_DAYS[0]), refresh_until__gt=now)
    ends = Link.objects.filter(soon, shop__in=shops, shop__connection__state=ConnectionState.CONNECTED)
    return [
        Ending(link.shop.name, days_left(link, now) or 0, _owners(link.shop_id))
        for link in ends.select_related("shop").order_by("refresh_until")
    ]


def _owners(shop_id: int) -> tuple[str, ...]:
    roles = [role.value for role in Role if Permission.CONNECT in MAY[role]]
    here = Q(memberships__shop_id=shop_id, memberships__role__in=roles)
    people = Person.objects.filter(here | Q(is_superuser=True), is_active=True).distinct().order_by("pk")
    return tuple(str(person) for person in people[:3])
