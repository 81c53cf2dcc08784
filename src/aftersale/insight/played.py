"""Sum up a span of the desk: what came, what people and rules did with it, and what is still to do."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.db.models import Count, Q, Sum

from aftersale.channels.verbs import REFUNDS
from aftersale.domain.states import ActionState
from aftersale.tickets.models import Action, Ticket
from aftersale.tickets.models.ticket import Lane
from aftersale.tickets.outcome import OUTSIDE

if TYPE_CHECKING:
    from collections.abc import Collection
    from datetime import datetime


@dataclass(frozen=True, slots=True)
class Span:
    """Hold how many tickets came, how many people and rules dealt with, and what is left.

    `paid_fen` was paid from here, `outside_fen` by the platform without us.
    """

    came: int
    by_people: int
    by_rules: int
    paid_fen: int
    outside_fen: int
    left: int


def span_of(shops: Collection[int], begun: datetime, until: datetime) -> Span:
    """Count a span of some shops; what is left is what waits for the shop now."""
    tickets = Ticket.objects.filter(shop__in=shops).aggregate(
        came=Count("pk", filter=Q(applied_at__gte=begun, applied_at__lte=until)),
        left=Count("pk", filter=Q(lane=Lane.OURS)),
    )
    lost = [ActionState.CANCELLED, ActionState.FAILED]
    acts = Action.objects.filter(shop__in=shops, approved_at__gte=begun, approved_at__lte=until)
    done = acts.exclude(state__in=lost).aggregate(
        people=Count("ticket", distinct=True, filter=Q(approved_by__isnull=False)),
        rules=Count("ticket", distinct=True, filter=Q(approved_by=None) & ~Q(verb=OUTSIDE)),
        fen=Sum("amount_fen", filter=Q(state=ActionState.DONE, verb__in=REFUNDS)),
        outside=Sum("amount_fen", filter=Q(verb=OUTSIDE)),
    )
    numbers = (done["people"], done["rules"], done["fen"] or 0, done["outside"] or 0)
    return Span(tickets["came"], *numbers, tickets["left"])
