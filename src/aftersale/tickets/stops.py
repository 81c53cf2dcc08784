"""Keep the list of orders whose dispatch is to be stopped (截单表), written before their refund is sent."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import transaction

from aftersale.channels.verbs import REFUNDS
from aftersale.domain.errors import AftersaleError
from aftersale.domain.states import ActionState, Goods
from aftersale.evidence.journal import Entry
from aftersale.texts import Text
from aftersale.tickets.change import change
from aftersale.tickets.models import Action, StopOrder, Ticket
from aftersale.tickets.models.stop import StopState

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable
    from datetime import datetime

    from django.db.models import QuerySet

    from aftersale.shops.models import Person

_SETTLES = frozenset({StopState.STOPPED, StopState.TOO_LATE})


class StopSettled(AftersaleError):
    """Refuse to settle an entry of the list twice."""

    def __init__(self, order_no: str) -> None:
        super().__init__(
            "stop.settled",
            Text(
                zh=f"订单 {order_no} 的截单已经有结果。",
                en=f"Stopping order {order_no} has an outcome already.",
            ),
            Text(zh="刷新看最新的结果。", en="Reload to see it."),
        )


def stops_dispatch(action: Action) -> bool:
    """Tell whether an action refunds what has not been sent yet."""
    return action.verb in REFUNDS and action.ticket.goods_state == Goods.NOT_SENT


def ask_to_stop(action: Action, now: datetime) -> StopOrder:
    """Put the order of an action on the list, once, in the transaction that claims the action."""
    ticket = action.ticket
    row, _new = StopOrder.objects.get_or_create(
        action=action,
        defaults={
            "shop_id": ticket.shop_id,
            "ticket": ticket,
            "order_no": ticket.order_no,
            "line_no": ticket.line.line_no if ticket.line else "",
            "article": ticket.article,
            "article_no": ticket.article_no,
            "at": now,
        },
    )
    return row


def not_needed(action: Action, now: datetime) -> None:
    """Take an order off the list whose refund came to nothing."""
    waiting = StopOrder.objects.filter(action_id=action.pk, state=StopState.WAITING)
    waiting.update(state=StopState.NOT_NEEDED, settled_at=now, told_at=None)


def waiting_in(shops: Collection[int]) -> QuerySet[StopOrder]:
    """Give what the warehouse has not confirmed, oldest first."""
    rows = StopOrder.objects.filter(shop__in=shops, state=StopState.WAITING)
    return rows.select_related("shop", "ticket").order_by("at", "id")


@transaction.atomic
def settle(row: StopOrder, outcome: str, person: Person, now: datetime) -> StopOrder:
    """Take the warehouse's word: stopped, or sent already; an event of the ticket. Raises StopSettled."""
    state = StopState(outcome)
    if state not in _SETTLES:
        raise ValueError(f"{outcome!r} is no word of a warehouse")
    moved = StopOrder.objects.filter(pk=row.pk, state=StopState.WAITING).update(
        state=state, settled_at=now, settled_by=person
    )
    if not moved:
        raise StopSettled(row.order_no)
    ticket = Ticket.objects.select_for_update().get(pk=row.ticket_id)
    if state == StopState.TOO_LATE:
        _look_now(row, now)
    change(ticket, Entry("dispatch_" + state.value, now, person.pk, {"order": row.order_no}))
    row.refresh_from_db()
    return row


def _look_now(row: StopOrder, now: datetime) -> None:
    """Let a refund that was put off be looked at now: it is taken back, for the goods are on their way."""
    Action.objects.filter(pk=row.action_id, state=ActionState.INTENDED).update(not_before=now)


def is_too_late(action: Action) -> bool:
    """Tell whether the warehouse sent the goods of an action before they could be stopped."""
    return StopOrder.objects.filter(action_id=action.pk, state=StopState.TOO_LATE).exists()


def settle_all(rows: Iterable[StopOrder], outcome: str, person: Person, now: datetime) -> tuple[int, int]:
    """Settle many, each by itself; give how many were, and how many had an outcome already."""
    done, before = 0, 0
    for row in rows:
        try:
            settle(row, outcome, person, now)
            done += 1
        except StopSettled:
            before += 1
    return done, before
