"""Count in a shop's own tickets how often the platform was called, and how often the shop lost."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from django.db.models import Count, F, OuterRef, Q, Subquery, Sum

from aftersale.channels.verbs import PAYS
from aftersale.domain.states import ActionState, Arbitration, Decision, Money
from aftersale.tickets.models import Action, Ticket
from aftersale.tickets.outcome import OUTSIDE

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

NEWEST, SPAN = 5_000, timedelta(days=365)
"""How many of the newest tickets are counted, and how far back: so much work, however large the shop."""

_ENDED = (Arbitration.WON, Arbitration.LOST)


def disputes(shop_id: int, now: datetime) -> Mapping[str, tuple[int, int]]:
    """Count hits and cases by figure in the newest tickets of a year; one query along an index.

    A ticket that was refused and then given counts as given: what stands last is what is counted. What was
    paid below what is asked for counts as a part.
    """
    newest = Ticket.objects.filter(shop_id=shop_id, applied_at__gt=now - SPAN, applied_at__lte=now)
    listed = newest.annotate(paid_fen=_paid()).order_by("-applied_at")
    columns = ("pk", "decision_state", "money_state", "arbitration_state", "amount_fen", "paid_fen")
    refused, disputed = Q(decision_state=Decision.REFUSED), ~Q(arbitration_state=Arbitration.NONE)
    paid = Q(decision_state=Decision.ACCEPTED, money_state=Money.PAID)
    part = paid & Q(paid_fen__gt=0, paid_fen__lt=F("amount_fen"))
    told = listed.values(*columns)[:NEWEST].aggregate(
        refused=Count("pk", filter=refused),
        refused_disputed=Count("pk", filter=refused & disputed),
        part=Count("pk", filter=part),
        part_disputed=Count("pk", filter=part & disputed),
        paid=Count("pk", filter=paid),
        paid_disputed=Count("pk", filter=paid & disputed),
        ended=Count("pk", filter=Q(arbitration_state__in=_ENDED)),
        lost=Count("pk", filter=Q(arbitration_state=Arbitration.LOST)),
    )
    return {
        "dispute_refused_bp": (told["refused_disputed"], told["refused"]),
        "dispute_part_bp": (told["part_disputed"], told["part"]),
        "dispute_given_bp": (
            told["paid_disputed"] - told["part_disputed"],
            told["paid"] - told["part"],
        ),
        "lost_bp": (told["lost"], told["ended"]),
    }


def _paid() -> Subquery:
    """Sum what was paid on a ticket, by us or not."""
    done = Action.objects.filter(ticket_id=OuterRef("pk"), state=ActionState.DONE, verb__in=[*PAYS, OUTSIDE])
    return Subquery(done.order_by().values("ticket").annotate(fen=Sum("amount_fen")).values("fen"))
