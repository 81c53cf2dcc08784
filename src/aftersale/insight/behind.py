"""Name the tickets behind each number of the home page: what is counted is what opens."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING

from django.db.models import Exists, OuterRef, Q

from aftersale.domain.clock import SHANGHAI
from aftersale.domain.states import ActionState, Money
from aftersale.insight.tonight import midnight_after, tonight
from aftersale.tickets.models import Action, Ticket
from aftersale.tickets.models.ticket import Lane
from aftersale.tickets.outcome import OUTSIDE
from aftersale.tickets.tabs import Tab

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Mapping

    from django.db.models import QuerySet

DAYS, RESPONSE_DAYS = 30, 7
"""So far back the page counts, and looks for first responses."""

_HOUR = timedelta(hours=1)


def since(now: datetime, days: int = DAYS) -> datetime:
    """Give the midnight in Shanghai at which a span of so many days begins, today the last of them."""
    return midnight_after(now) - timedelta(days=days)


def lately(shops: Collection[int], now: datetime) -> QuerySet[Ticket]:
    """Find tickets that were applied for in the last thirty days."""
    return Ticket.objects.filter(shop__in=shops, applied_at__gte=since(now), applied_at__lte=now)


def by_machine(shops: Collection[int], now: datetime) -> QuerySet[Action]:
    """Find what the desk approved by its own rules: no person did, and it was not the platform."""
    done = Action.objects.filter(shop__in=shops, approved_by=None, approved_at__gte=since(now))
    return done.exclude(Q(verb=OUTSIDE) | Q(state__in=[ActionState.CANCELLED, ActionState.FAILED]))


def _by_machine(shops: Collection[int], now: datetime, _key: str) -> QuerySet[Ticket]:
    acts = by_machine(shops, now).filter(ticket=OuterRef("pk"))
    return Ticket.objects.filter(Exists(acts), shop__in=shops)


def _by_platform(shops: Collection[int], now: datetime, _key: str) -> QuerySet[Ticket]:
    return lately(shops, now).filter(tab=Tab.AUTO)


def _of_pair(shops: Collection[int], now: datetime, key: str) -> QuerySet[Ticket]:
    """Find tickets of an article, by a reason where one is named; the key is days, reason and article."""
    days, reason, article_no = key.split(":", 2)
    begin = since(now, int(days))
    found = Ticket.objects.filter(shop__in=shops, applied_at__gte=begin, applied_at__lte=now)
    return found.filter(article_no=article_no, **({"reason": reason} if reason else {}))


def _refunded(shops: Collection[int], now: datetime, key: str) -> QuerySet[Ticket]:
    return _of_day(shops, now, key).filter(money_state=Money.PAID)


def _of_day(shops: Collection[int], now: datetime, key: str) -> QuerySet[Ticket]:
    found = lately(shops, now)
    if not key:
        return found
    begin = datetime.combine(date.fromisoformat(key), datetime.min.time(), SHANGHAI)
    return found.filter(applied_at__gte=begin, applied_at__lt=begin + timedelta(days=1))


def _of_hour(shops: Collection[int], now: datetime, key: str) -> QuerySet[Ticket]:
    begin = datetime.fromtimestamp(int(key), UTC)
    ours = Ticket.objects.filter(shop__in=shops, lane=Lane.OURS)
    return ours.filter(queue_at__gte=max(begin, now), queue_at__lt=begin + _HOUR)


def _of_dispute(shops: Collection[int], _now: datetime, key: str) -> QuerySet[Ticket]:
    return Ticket.objects.filter(shop__in=shops, arbitration_state=key)


def answered(shops: Collection[int], now: datetime) -> QuerySet[Action]:
    """Find what the shop did on tickets that were applied for in the last seven days."""
    fresh = since(now, RESPONSE_DAYS)
    done = Action.objects.filter(shop__in=shops, ticket__applied_at__gte=fresh, approved_at__lte=now)
    return done.exclude(Q(verb=OUTSIDE) | Q(state=ActionState.CANCELLED))


def _answered(shops: Collection[int], now: datetime, _key: str) -> QuerySet[Ticket]:
    return Ticket.objects.filter(Exists(answered(shops, now).filter(ticket=OuterRef("pk"))), shop__in=shops)


def _missed_tonight(shops: Collection[int], now: datetime, key: str) -> QuerySet[Ticket]:
    missed = tonight(shops, now).seen.missed
    ids = [due.ticket for due in missed if not key or str(due.holder or 0) == key]
    return Ticket.objects.filter(pk__in=ids, shop__in=shops)


_BEHIND: Mapping[str, Callable[[Collection[int], datetime, str], QuerySet[Ticket]]] = {
    "tonight": _missed_tonight,
    "hour": _of_hour,
    "day": _of_day,
    "reason": lambda shops, now, key: lately(shops, now).filter(reason=key),
    "article": lambda shops, now, key: lately(shops, now).filter(article_no=key),
    "pair": _of_pair,
    "refunded": _refunded,
    "machine": _by_machine,
    "platform": _by_platform,
    "answered": _answered,
    "dispute": _of_dispute,
}
NUMBERS = tuple(_BEHIND)
"""The kinds of numbers that open tickets of their own."""


def tickets_behind(what: str, key: str, shops: Collection[int], now: datetime) -> QuerySet[Ticket] | None:
    """Give the tickets that a number counts, what runs out first on top; None where there is no such one."""
    find = _BEHIND.get(what)
    if find is None:
        return None
    try:
        return find(shops, now, key).order_by("queue_at", "pk")
    except (ValueError, OverflowError, OSError):
        return None
