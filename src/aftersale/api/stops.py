"""Answer calls about the orders whose dispatch is to be stopped (截单表)."""

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from django.http import HttpResponse
from ninja import Router

from aftersale.api.access import Call
from aftersale.api.answer import answered
from aftersale.api.faults import NotHere
from aftersale.api.once import Done, once
from aftersale.api.shapes import Before, InPath, Limit, Taken, says
from aftersale.domain.roles import Permission
from aftersale.tickets.models import StopOrder
from aftersale.tickets.stops import settle, waiting_in

router = Router(tags=["stops"])


@dataclass(frozen=True, slots=True)
class StopView:
    """Hold one order to be stopped; `goods_state` is where its goods are by the platform's newest word."""

    id: int
    shop_id: int
    ticket_id: int
    order_no: str
    line_no: str
    article: str
    article_no: str
    state: str
    goods_state: str
    at: datetime
    settled_at: datetime | None
    settled_by_id: int | None


@dataclass(frozen=True, slots=True)
class StopsPage:
    """Hold orders to be stopped in the order in which they were listed."""

    stops: list[StopView]
    next_after: int | None


class StopSettledIn(Taken):
    """Say what the warehouse made of it."""

    outcome: Literal["stopped", "too_late"]


_PLAIN = tuple(name for name in StopView.__dataclass_fields__ if name != "goods_state")


def _view(row: StopOrder) -> StopView:
    return StopView(**{name: getattr(row, name) for name in _PLAIN}, goods_state=row.ticket.goods_state)


@router.get("/stops", response=says(StopsPage))
def stops(request: Call, after: Before = None, limit: Limit = 50) -> HttpResponse:
    """Read the orders that wait to be stopped in the shops whose parcels the caller handles."""
    rows = waiting_in(request.auth.shops(Permission.RECEIVE)).filter(pk__gt=after or 0).order_by("pk")
    found = [_view(row) for row in rows[: limit + 1]]
    more = len(found) > limit
    return answered(StopsPage(found[:limit], found[limit - 1].id if more else None))


@router.post("/stops/{stop_id}/settle", response=says(StopView))
def say(request: Call, stop_id: InPath, body: StopSettledIn) -> HttpResponse:
    """Say whether an order was stopped or sent already; said once."""

    def work() -> Done:
        row = StopOrder.objects.select_related("ticket").filter(pk=stop_id).first()
        request.auth.let(Permission.RECEIVE, row.shop_id if row else None)
        if row is None:
            raise NotHere
        return Done(_view(settle(row, body.outcome, request.auth.person, request.auth.now)))

    return once(request, work)
