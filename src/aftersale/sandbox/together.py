"""Let some orders have two tickets and some a flag, drawn apart so that the rest stays as it is."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING, NamedTuple

from aftersale.sandbox.dice import happens, pick
from aftersale.sandbox.model import Line, Stage

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping, Sequence
    from random import Random

    from aftersale.sandbox.model import Article, Order, OrderLine, Ticket

_LINES = frozenset({Line.UNSHIPPED, Line.SHIPPED_REFUND, Line.RETURN_REVIEW, Line.RETURN_RECEIPT})
_STAGES = frozenset({Stage.DECIDE, Stage.RECEIVE})
_NEAR = timedelta(hours=6)
_PAIRED = 0.5
_FLAGGED, _COLOURS = 0.09, (("红", 3), ("紫", 2), ("绿", 1))


class _Kind(NamedTuple):
    shop: str
    line: Line
    stage: Stage
    handled_by: str


def _kind(ticket: Ticket) -> _Kind:
    return _Kind(ticket.shop, ticket.line, ticket.stage, ticket.handled_by)


def pair_up(
    rng: Random, orders: Sequence[Order], tickets: Sequence[Ticket], articles: Mapping[str, Article]
) -> tuple[list[Order], list[Ticket]]:
    """Ask for the second line of an order too: a ticket of the same kind and time moves there.

    The order that it leaves is gone; what the story tells by name stays as it is told.
    """
    by_no = {order.order_no: order for order in orders}
    moved: dict[str, Ticket] = {}
    hosts: set[str] = set()
    plain = [each for each in tickets if _is_plain(each)]
    for ticket in plain:
        second = _second_line(by_no[ticket.order_no])
        if second is None or ticket.ticket_no in moved or not happens(rng, _PAIRED):
            continue
        guest = _guest(ticket, plain, moved.keys() | hosts)
        if guest is not None:
            hosts.add(ticket.ticket_no)
            moved[guest.ticket_no] = _beside(ticket, guest, second, articles[second.article_no])
    left = {each.order_no for each in tickets if each.ticket_no in moved}
    kept = [moved.get(each.ticket_no, each) for each in tickets]
    gone = left - {each.order_no for each in kept}
    return [order for order in orders if order.order_no not in gone], kept


def _is_plain(ticket: Ticket) -> bool:
    return ticket.line in _LINES and ticket.stage in _STAGES and not ticket.truth.story


def _second_line(order: Order) -> OrderLine | None:
    bought = [line for line in order.lines if not line.gift]
    return bought[1] if len(bought) > 1 else None


def _guest(host: Ticket, plain: Iterable[Ticket], taken: Collection[str]) -> Ticket | None:
    """Find a ticket of the same kind and about the same time that has not been moved and hosts nobody."""
    near = (
        each
        for each in plain
        if each.ticket_no != host.ticket_no
        and each.ticket_no not in taken
        and _kind(each) == _kind(host)
        and abs(each.times.applied_at - host.times.applied_at) < _NEAR
    )
    return next(near, None)


def _beside(host: Ticket, guest: Ticket, line: OrderLine, article: Article) -> Ticket:
    """Write the guest's number on a ticket like the host's, about another line of the same order."""
    sent = article.weight_g
    returned = sent if host.truth.returned_g else 0
    truth = replace(
        host.truth, goods="intact", box="right", sent_g=sent, returned_g=returned, has_photo=False
    )
    return replace(
        host,
        ticket_no=guest.ticket_no,
        line_no=line.line_no,
        article_no=line.article_no,
        requested_fen=line.paid_fen,
        freight_fen=0,
        return_waybill=guest.return_waybill,
        truth=truth,
        buyer_says="",
        shop_says="",
    )


def with_flags(rng: Random, orders: Iterable[Order], tickets: Iterable[Ticket]) -> list[Order]:
    """Let the shop have flagged some of the orders that somebody complains of."""
    asked = {each.order_no for each in tickets if not each.stage.final}
    return [
        replace(order, flag=pick(rng, _COLOURS))
        if order.order_no in asked and happens(rng, _FLAGGED)
        else order
        for order in orders
    ]
