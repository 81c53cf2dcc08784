"""Read what stands around a ticket: its buyer in this shop, its order, how old the data are."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.db.models import Count, Max, OuterRef, Q, Subquery
from django.db.models.functions import Coalesce

from aftersale.channels.verbs import Verb
from aftersale.domain.states import ActionState, Decision, Money
from aftersale.tickets.models import Action, Import, Ticket
from aftersale.tickets.models.intake import ImportState
from aftersale.tickets.reject_reasons import said_reason

if TYPE_CHECKING:
    from datetime import datetime

_GONE = (ActionState.CANCELLED, ActionState.FAILED)
_MOST = 20


@dataclass(frozen=True, slots=True)
class History:
    """Count what a buyer had in this shop before and beside a ticket: signals and no verdict."""

    orders: int
    tickets: int
    refunded: int
    refused: int
    latest: datetime | None


@dataclass(frozen=True, slots=True)
class Earlier:
    """Hold an earlier application of the same order that was refused, with what the refusal said."""

    ticket_id: int
    ticket_no: str
    article: str
    applied_at: datetime
    refused_at: datetime | None
    reason: str
    citation: str
    text: str


def history_of(ticket: Ticket) -> History | None:
    """Count the other tickets of a buyer in the shop; None where nobody knows who it is. One query."""
    if ticket.buyer_id is None:
        return None
    others = Ticket.objects.filter(shop_id=ticket.shop_id, buyer_id=ticket.buyer_id).exclude(pk=ticket.pk)
    found = others.aggregate(
        orders=Count("order_no", distinct=True),
        tickets=Count("id"),
        refunded=Count("id", filter=Q(money_state=Money.PAID)),
        refused=Count("id", filter=Q(decision_state=Decision.REFUSED)),
        latest=Max("applied_at"),
    )
    return History(**found)


def siblings_of(ticket: Ticket) -> list[int]:
    """Name the other tickets of an order, newest first."""
    others = Ticket.objects.filter(shop_id=ticket.shop_id, order_no=ticket.order_no).exclude(pk=ticket.pk)
    return list(others.order_by("-applied_at", "-id").values_list("pk", flat=True)[:_MOST])


def refused_before(ticket: Ticket, siblings: list[int]) -> list[Earlier]:
    """Give the earlier applications among siblings that were refused, newest first; one query, or none."""
    if not siblings:
        return []
    earlier = Ticket.objects.filter(pk__in=siblings, applied_at__lte=ticket.applied_at)
    refusals = Action.objects.filter(ticket__in=siblings, verb=Verb.REFUSE).exclude(state__in=_GONE)
    said = {action.ticket_id: action for action in refusals.order_by("id")}
    found = [each for each in earlier if each.pk in said or each.decision_state == Decision.REFUSED]
    return [_earlier(each, said.get(each.pk)) for each in sorted(found, key=lambda e: e.applied_at)[::-1]]


def _earlier(ticket: Ticket, refusal: Action | None) -> Earlier:
    params = refusal.params if refusal else {}
    return Earlier(
        ticket.pk,
        ticket.ticket_no,
        ticket.article,
        ticket.applied_at,
        refusal.approved_at if refusal else None,
        said_reason(params),
        str(params.get("citation", "")),
        str(params.get("text", "")),
    )


def import_number(shop: str) -> Coalesce:
    """Count as a column the imports of tickets that a shop has had; `shop` names its key outside."""
    done = Import.objects.filter(shop_id=OuterRef(shop), kind="tickets", state=ImportState.DONE)
    counted = done.order_by().values("shop_id").annotate(number=Count("id")).values("number")
    return Coalesce(Subquery(counted), 0)
