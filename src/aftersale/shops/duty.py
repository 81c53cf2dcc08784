"""Tell who is on duty, who leads, and when nobody would be reached tonight."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import IntEnum
from itertools import pairwise
from typing import TYPE_CHECKING

from aftersale.domain.clock import SHANGHAI
from aftersale.domain.roles import Role
from aftersale.shops.models import Duty, Membership, NotifyTarget, Person, Shop

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Sequence

_LEADING = (Role.LEAD.value, Role.OWNER.value)
# A night begins and ends at these hours in Shanghai.
NIGHT_FROM, NIGHT_UNTIL = 18, 9


def on_duty(shop: Shop, at: datetime) -> list[Person]:
    """Give who is on duty in a shop at a time; who only leads is not among them."""
    return list(_serving(shop, at, leads=False))


def leads(shop: Shop, at: datetime) -> list[Person]:
    """Give who is asked when nobody takes over: the lead on duty, else the leads and owners of the shop."""
    serving = list(_serving(shop, at, leads=True))
    if serving:
        return serving
    roles = Membership.objects.filter(shop=shop, role__in=_LEADING).values("person")
    return list(Person.objects.filter(pk__in=roles, is_active=True).order_by("pk"))


def _serving(shop: Shop, at: datetime, *, leads: bool) -> Iterable[Person]:
    spans = Duty.objects.filter(shop=shop, leads=leads, starts_at__lte=at, ends_at__gt=at)
    return Person.objects.filter(pk__in=spans.values("person"), is_active=True).order_by("pk")


def reachable(people: Collection[int] | None = None) -> set[int]:
    """Give the ids of those (None: of all) with an active target whose last message arrived."""
    targets = NotifyTarget.objects.filter(active=True, failed_at=None, person__is_active=True)
    if people is not None:
        targets = targets.filter(person__in=people)
    return set(targets.values_list("person_id", flat=True))


class Reach(IntEnum):
    """Say who would hear an urgent alarm."""

    NOBODY = 0
    LEADS_ONLY = 1
    DUTY = 2


@dataclass(frozen=True, slots=True)
class Gap:
    """Hold a span of tonight in which nobody on duty can be reached in a shop, and whether a lead can."""

    shop: Shop
    starts_at: datetime
    ends_at: datetime
    reach: Reach


def tonight(now: datetime) -> tuple[datetime, datetime]:
    """Give what is left of tonight, or all of the night that comes: 18:00 to 09:00 in Shanghai."""
    here = now.astimezone(SHANGHAI)
    end = here.replace(hour=NIGHT_UNTIL, minute=0, second=0, microsecond=0)
    if here >= end:
        end += timedelta(days=1)
    begin = end - timedelta(hours=24 - NIGHT_FROM + NIGHT_UNTIL)
    return max(begin, here), end


def nobody_tonight(now: datetime) -> list[Gap]:
    """List, by shop and time, the spans of tonight in which an urgent alarm reaches nobody on duty."""
    begin, end = tonight(now)
    heard = reachable()
    spans = Duty.objects.filter(starts_at__lt=end, ends_at__gt=begin, person__in=heard, leads=False)
    leading = Duty.objects.filter(starts_at__lt=end, ends_at__gt=begin, leads=True, person__is_active=True)
    always = set(
        Membership.objects.filter(role__in=_LEADING, person__in=heard).values_list("shop_id", flat=True)
    )
    served, led = _by_shop(spans), _by_shop(leading)
    return [
        gap
        for shop in Shop.objects.order_by("name")
        for gap in _gaps(
            _Night(shop, begin, end),
            served.get(shop.pk, []),
            _Leads(led.get(shop.pk, []), heard, shop.pk in always),
        )
    ]


@dataclass(frozen=True, slots=True)
class _Night:
    shop: Shop
    begin: datetime
    end: datetime


@dataclass(frozen=True, slots=True)
class _Leads:
    """Hold a shop's leads on duty, whom a message reaches, and whether its leads by role can be reached."""

    spans: Sequence[Duty]
    heard: Collection[int]
    by_role: bool

    def reached(self, at: datetime) -> bool:
        """Tell whether a lead hears at a time; one on duty stands in for those by role."""
        serving = [duty for duty in self.spans if duty.starts_at <= at < duty.ends_at]
        return any(duty.person_id in self.heard for duty in serving) if serving else self.by_role


def _by_shop(spans: Iterable[Duty]) -> dict[int, list[Duty]]:
    found: dict[int, list[Duty]] = {}
    for duty in spans:
        found.setdefault(duty.shop_id, []).append(duty)
    return found


def _gaps(night: _Night, served: Sequence[Duty], lead: _Leads) -> Iterator[Gap]:
    """Cut the night where anybody comes or goes, and join neighbours that are alike."""
    cuts = {edge for duty in (*served, *lead.spans) for edge in (duty.starts_at, duty.ends_at)}
    edges = [night.begin, *sorted(cut for cut in cuts if night.begin < cut < night.end), night.end]
    open_gap: Gap | None = None
    for begin, end in pairwise(edges):
        gap = Gap(
            night.shop, begin.astimezone(SHANGHAI), end.astimezone(SHANGHAI), _reach(begin, served, lead)
        )
        if open_gap and open_gap.reach == gap.reach:
            open_gap = replace(open_gap, ends_at=gap.ends_at)
            continue
        if open_gap and open_gap.reach != Reach.DUTY:
            yield open_gap
        open_gap = gap
    if open_gap and open_gap.reach != Reach.DUTY:
        yield open_gap


def _reach(at: datetime, served: Sequence[Duty], lead: _Leads) -> Reach:
    if any(duty.starts_at <= at < duty.ends_at for duty in served):
        return Reach.DUTY
    return Reach.LEADS_ONLY if lead.reached(at) else Reach.NOBODY
