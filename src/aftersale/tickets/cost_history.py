"""Count in a shop's own tickets how often the platform was called, and how often the shop lost."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from django.db.models import Count, Q

from aftersale.domain.states import Arbitration, Decision, Money
from aftersale.tickets.models import Ticket

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

NEWEST, SPAN = 5_000, timedelta(days=365)
"""How many of the newest tickets are counted, and how far back: so much work, however large the shop."""

_ENDED = (Arbitration.WON, Arbitration.LOST)


def disputes(shop_id: int, now: datetime) -> Mapping[str, tuple[int, int]]:
    """Count hits and cases by figure in the newest tickets of a year; one query along an index.

    A ticket that was refused and then given counts as given: what stands last is what is counted.
    """
    newest = Ticket.objects.filter(shop_id=shop_id, applied_at__gt=now - SPAN, applied_at__lte=now)
    listed = newest.order_by("-applied_at").values("pk", "decision_state", "money_state", "arbitration_state")
    refused, disputed = Q(decision_state=Decision.REFUSED), ~Q(arbitration_state=Arbitration.NONE)
    given = Q(decision_state=Decision.ACCEPTED, money_state=Money.PAID)
    told = listed[:NEWEST].aggregate(
        refused=Count("pk", filter=refused),
        refused_disputed=Count("pk", filter=refused & disputed),
        given=Count("pk", filter=given),
        given_disputed=Count("pk", filter=given & disputed),
        ended=Count("pk", filter=Q(arbitration_state__in=_ENDED)),
        lost=Count("pk", filter=Q(arbitration_state=Arbitration.LOST)),
    )
    return {
        "dispute_refused_bp": (told["refused_disputed"], told["refused"]),
        "dispute_given_bp": (told["given_disputed"], told["given"]),
        "lost_bp": (told["lost"], told["ended"]),
    }
