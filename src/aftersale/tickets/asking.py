"""Ask a person for a hand about an action, once."""

from __future__ import annotations

from typing import TYPE_CHECKING

from aftersale.tickets.models import Task
from aftersale.tickets.receipts import AUTHORISE

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from aftersale.tickets.models import Action


def ask_person(action: Action, kind: str, now: datetime, params: Mapping[str, object]) -> None:
    """Ask for a person's hand, once; what concerns the whole shop is not asked for each ticket."""
    of_shop = kind == AUTHORISE
    same = Task.objects.filter(shop_id=action.shop_id, kind=kind, done_at=None)
    if (same if of_shop else same.filter(action_id=action.pk)).exists():
        return
    ticket = action.ticket
    Task.objects.create(
        shop_id=action.shop_id,
        ticket=None if of_shop else ticket,
        action=None if of_shop else action,
        kind=kind,
        params={"verb": action.verb, "amount_fen": action.amount_fen, **params},
        assignee_id=None if of_shop else ticket.assignee_id or action.approved_by_id,
        due_at=ticket.due_at,
        created_at=now,
    )
