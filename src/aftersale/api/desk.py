"""Answer calls about the desk itself: who calls, the shops, the alarms."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.http import HttpResponse
from ninja import Router

from aftersale.api.access import Call
from aftersale.api.answer import answered
from aftersale.api.faults import NotHere
from aftersale.api.once import Done, once
from aftersale.api.shapes import Before, InPath, Limit, says
from aftersale.domain.roles import Permission
from aftersale.shops.models import Shop
from aftersale.tickets.alarms import take_over
from aftersale.tickets.models import Alarm

router = Router(tags=["desk"])


@dataclass(frozen=True, slots=True)
class ShopView:
    """Hold a shop and what the caller may do in it."""

    id: int
    name: str
    platform: str
    channel: str
    held: bool
    permissions: list[str]


@dataclass(frozen=True, slots=True)
class Me:
    """Hold who calls."""

    id: int
    username: str
    name: str
    lang: str
    scopes: list[str] | None
    shops: list[ShopView]


@dataclass(frozen=True, slots=True)
class AlarmView:
    """Hold an alarm."""

    id: int
    shop_id: int
    ticket_id: int | None
    kind: str
    urgent: bool
    params: dict[str, Any]
    state: str
    raised_at: datetime
    due_at: datetime | None
    taken_by_id: int | None
    taken_at: datetime | None
    over_at: datetime | None


@dataclass(frozen=True, slots=True)
class AlarmsPage:
    """Hold alarms, newest first."""

    alarms: list[AlarmView]
    next_before: int | None


_ALARM = tuple(AlarmView.__dataclass_fields__)


def _shops(request: Call) -> list[ShopView]:
    allowed = {each: request.auth.shops(each) for each in Permission}
    rows = Shop.objects.filter(pk__in=request.auth.seen_shops()).order_by("name")
    return [
        ShopView(
            shop.pk,
            shop.name,
            shop.platform,
            shop.channel,
            shop.held,
            [each.value for each, shops in allowed.items() if shop.pk in shops],
        )
        for shop in rows
    ]


@router.get("/me", response=says(Me))
def me(request: Call) -> HttpResponse:
    """Read who calls, with which scopes, in which shops."""
    caller = request.auth
    scopes = None if caller.scopes is None else sorted(scope.value for scope in caller.scopes)
    person = caller.person
    return answered(Me(person.pk, person.username, person.name, person.lang, scopes, _shops(request)))


@router.get("/alarms", response=says(AlarmsPage))
def alarms(request: Call, *, over: bool = False, before: Before = None, limit: Limit = 50) -> HttpResponse:
    """Read the alarms of the caller's shops, newest first; `over` reads those that have ended."""
    rows = Alarm.objects.filter(shop__in=request.auth.seen_shops(), over_at__isnull=not over).order_by("-id")
    if before is not None:
        rows = rows.filter(id__lt=before)
    found = [AlarmView(*row) for row in rows.values_list(*_ALARM)[: limit + 1]]
    more = len(found) > limit
    return answered(AlarmsPage(found[:limit], found[limit - 1].id if more else None))


@router.post("/alarms/{alarm_id}/take", response=says(AlarmView))
def take(request: Call, alarm_id: InPath) -> HttpResponse:
    """Take an alarm over; the first has it."""

    def work() -> Done:
        found = Alarm.objects.select_related("shop", "ticket").filter(pk=alarm_id).first()
        request.auth.let(Permission.ANSWER, found.shop_id if found else None)
        if found is None:
            raise NotHere
        take_over(found, request.auth.person, request.auth.now)
        return Done(AlarmView(*Alarm.objects.values_list(*_ALARM).get(pk=alarm_id)))

    return once(request, work)
