"""Hold a piece of an article for the ticket that gets a replacement, and give it back where none goes out."""

from __future__ import annotations

from typing import TYPE_CHECKING

from aftersale.channels.verbs import Verb
from aftersale.domain.states import ActionState, Decision, Money
from aftersale.shops import stock
from aftersale.shops.models import StockHeld
from aftersale.tickets.models import Action

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from aftersale.shops.models import Stock
    from aftersale.tickets.models import Ticket

_TAKES = frozenset({Verb.AGREE_EXCHANGE, Verb.AGREE_RESHIP, Verb.SEND})
_OWN_GOODS = "repair"
_NOT_SENT = (ActionState.FAILED, ActionState.CANCELLED)


def stock_for(ticket: Ticket) -> Stock | None:
    """Find the stock of the article of a ticket; None where nobody said it."""
    return stock.stock_of(ticket.shop_id, ticket.article_no, ticket.product_id)


def hold_piece(action: Action, now: datetime) -> dict[str, object]:
    """Hold a piece for an action that promises or sends one, and say so for its event; raises StockGone.

    A repair sends the buyer's own goods. What the register does not count cannot be held.
    """
    ticket = action.ticket
    if action.verb not in _TAKES or ticket.apply_type == _OWN_GOODS:
        return {}
    found = stock_for(ticket)
    held = stock.hold(found, ticket.pk, action.pk, now) if found else None
    return {"piece_held": str(held.product_id)} if held else {}


def piece_back(action: Action, now: datetime) -> dict[str, object]:
    """Give back the piece that an action held which came to nothing, and say so for its event."""
    if action.verb not in _TAKES:
        return {}
    return _returned(StockHeld.objects.filter(action_id=action.pk, returned_at=None).first(), now)


def piece_not_sent(ticket_id: int, states: Mapping[str, object], now: datetime) -> dict[str, object]:
    """Give back what a closed ticket holds that was paid or withdrawn instead; a piece sent stays gone."""
    if states["money_state"] != Money.PAID and states["decision_state"] != Decision.WITHDRAWN:
        return {}
    held = StockHeld.objects.filter(ticket_id=ticket_id, returned_at=None).first()
    if held is None:
        return {}
    sent = Action.objects.filter(ticket_id=ticket_id, verb=Verb.SEND).exclude(state__in=_NOT_SENT)
    return {} if sent.exists() else _returned(held, now)


def _returned(held: StockHeld | None, now: datetime) -> dict[str, object]:
    if held is None or not stock.give_back(held, now):
        return {}
    return {"piece_back": str(held.product_id)}
