"""Answer calls that read tickets: queue, search, one ticket, its events."""

from typing import Annotated

from django.http import HttpResponse
from ninja import Query, Router

from aftersale.api.access import Call, ticket_for
from aftersale.api.answer import answered
from aftersale.api.faults import NotHere
from aftersale.api.shapes import (
    Before,
    EventsPage,
    FoundPage,
    InPath,
    Limit,
    ParcelView,
    QueueAsked,
    QueuePage,
    TicketPage,
    Word,
    says,
)
from aftersale.domain.roles import Permission
from aftersale.returns.models import Parcel
from aftersale.tickets.detail import events_of, whole
from aftersale.tickets.queries import count, queue_page, read_cursor, rows_of
from aftersale.tickets.search import NEWEST, by_beginning, by_number, by_text

router = Router(tags=["tickets"])


@router.get("", response=says(QueuePage))
def queue(request: Call, asked: Query[QueueAsked]) -> HttpResponse:
    """Read one page of the queue, the earliest deadline first; without a lane every open ticket."""
    seen = request.auth.seen_shops()
    shops = tuple(shop for shop in seen if shop in asked.shop) if asked.shop else seen
    filters = asked.filters()
    after = read_cursor(asked.cursor) if asked.cursor else None
    page = queue_page(shops, filters, after, asked.limit)
    return answered(QueuePage(page.rows, page.next_cursor, count(shops, filters) if asked.count else None))


@router.get("/search", response=says(FoundPage))
def search(
    request: Call, q: Annotated[Word, Query(min_length=1)], before: Before = None, limit: Limit = 50
) -> HttpResponse:
    """Find tickets by order no., ticket no., their last digits, goods, 商家编码, a buyer's phone or id."""
    shops = request.auth.seen_shops()
    exact = by_number(shops, q, limit) if before is None else []
    beginning = exact or by_beginning(shops, q, limit + 1, before or NEWEST)
    found = beginning or by_text(shops, q, limit + 1, before or NEWEST)
    more = len(found) > limit
    return answered(FoundPage(rows_of(found[:limit]), found[limit - 1] if more else None))


@router.get("/{ticket_id}", response=says(TicketPage))
def ticket(request: Call, ticket_id: InPath) -> HttpResponse:
    """Read one ticket with everything on it."""
    found = whole(request.auth.seen_shops(), ticket_id)
    if found is None:
        raise NotHere
    return answered(TicketPage(found, _parcels(ticket_id)))


def _parcels(ticket_id: int) -> list[ParcelView]:
    rows = Parcel.objects.filter(matches__ticket_id=ticket_id, matches__ended_at=None)
    return [
        ParcelView(
            each.pk,
            each.waybill,
            each.matched_by,
            each.weight_g,
            each.arrived_at,
            [
                {"article_no": line.article_no, "good": line.good, "bad": line.bad}
                for line in each.lines.all()
            ],
            [{"id": photo.pk, "name": photo.name, "sha256": photo.sha256} for photo in each.photos.all()],
        )
        for each in rows.defer("remark").prefetch_related("lines", "photos").order_by("-id")
    ]


@router.get("/{ticket_id}/events", response=says(EventsPage))
def events(request: Call, ticket_id: InPath, before: Before = None, limit: Limit = 50) -> HttpResponse:
    """Read the events of a ticket, newest first, with what is needed to check them."""
    ticket_for(request.auth, ticket_id, Permission.VIEW)
    found = events_of(ticket_id, before, limit + 1)
    more = len(found) > limit
    return answered(EventsPage(found[:limit], found[limit - 1].sequence if more else None))
