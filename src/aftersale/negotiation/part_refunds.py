"""Sum up what part of the price a shop agreed to give back, by how bad the fault was."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from aftersale.negotiation.models import Negotiation, State
from aftersale.policy.costs.estimate import WHOLE
from aftersale.policy.talks.terms import PARTIAL
from aftersale.tickets.models import Answer

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping
    from datetime import datetime

NEWEST, SPAN = 500, timedelta(days=365)
"""How many of the newest agreements are summed, and how far back."""

_FIGURE = {"minor": "minor_bp", "major": "major_bp", "unsellable": "unsellable_bp"}


def part_refunds(shop_id: int, now: datetime) -> Mapping[str, tuple[int, int]]:
    """Give by figure the shares in basis points and the cases; two queries.

    An agreement counts where a person confirmed how bad the fault is and what was paid is known.
    """
    agreed = Negotiation.objects.filter(
        shop_id=shop_id, state=State.AGREED, way=PARTIAL, amount_fen__gt=0, ticket__line__paid_fen__gt=0
    )
    rows = agreed.filter(ended_at__gt=now - SPAN).order_by("-pk")
    shares = dict(_shares(rows.values_list("ticket_id", "amount_fen", "ticket__line__paid_fen")[:NEWEST]))
    found = dict.fromkeys(_FIGURE.values(), (0, 0))
    for ticket, fault in _faults(list(shares)).items():
        if fault in _FIGURE:
            total, cases = found[_FIGURE[fault]]
            found[_FIGURE[fault]] = total + shares[ticket], cases + 1
    return found


def _shares(rows: Iterable[tuple[int, int | None, int | None]]) -> Iterator[tuple[int, int]]:
    """Give the share of the price by ticket; the newest agreement of a ticket, which comes first, counts."""
    seen: set[int] = set()
    for ticket, amount, paid in rows:
        if amount and paid and amount <= paid and ticket not in seen:
            seen.add(ticket)
            yield ticket, amount * WHOLE // paid


def _faults(tickets: list[int]) -> dict[int, str]:
    """Give what people answered last about how bad the fault is."""
    told = Answer.objects.filter(ticket__in=tickets, fact="defect_severity", withdrawn_at=None)
    return {ticket: str(value) for ticket, value in told.order_by("pk").values_list("ticket_id", "value")}
