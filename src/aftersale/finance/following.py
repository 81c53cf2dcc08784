"""Follow the journal: whatever happened to a ticket since the last time leaves its legs."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING

from django.db.models import Max

from aftersale.evidence.models import Event
from aftersale.finance.derive import derive
from aftersale.finance.matching import Cause
from aftersale.finance.models import CaughtUp, Difference
from aftersale.finance.reconcile import reconcile
from aftersale.tickets.change import TICKET
from aftersale.tickets.models import Ticket

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

_log = logging.getLogger(__name__)

_AT_ONCE, _EVENTS = 500, 20_000
# Events are numbered when they begin and seen when they are committed: the last ones are looked at again.
_OVERLAP = 2_000


def follow(now: datetime) -> int:
    """Add the legs of tickets that changed since the last time, and compare the shops that got any.

    Gives how many events were new. One call looks at a bounded number of them; the next one goes on.
    """
    mark, _ = CaughtUp.objects.get_or_create(pk=1)
    newest = Event.objects.aggregate(last=Max("id"))["last"] or 0
    if newest <= mark.event_id:
        return 0
    until = min(newest, mark.event_id + _EVENTS)
    events = Event.objects.filter(subject_kind=TICKET, id__gt=mark.event_id - _OVERLAP, id__lte=until)
    touched = sorted(set(events.values_list("subject_id", flat=True)))
    unknown = Difference.objects.filter(cause=Cause.UNKNOWN_OPEN, ended_at=None)
    for shop_id in _derive_all(touched) | set(unknown.values_list("shop_id", flat=True)):
        _compare(shop_id, now)
    new = until - mark.event_id
    CaughtUp.objects.filter(pk=1, event_id__lt=until).update(event_id=until)
    return new


def _compare(shop_id: int, now: datetime) -> None:
    try:
        reconcile(shop_id, now)
    except Exception:  # noqa: BLE001  # whatever it is, the ledgers of the other shops go on
        _log.exception("the ledger of shop %s was not compared", shop_id)


def follow_shop(shop_id: int, now: datetime) -> int:
    """Go through every ticket of a shop again and compare; gives how many differences are open."""
    tickets = Ticket.objects.filter(shop_id=shop_id).order_by("id")
    _derive_all(list(tickets.values_list("id", flat=True)))
    return reconcile(shop_id, now)


def _derive_all(ticket_ids: Sequence[int]) -> set[int]:
    shops: set[int] = set()
    for start in range(0, len(ticket_ids), _AT_ONCE):
        shops |= derive(ticket_ids[start : start + _AT_ONCE])
    return shops
