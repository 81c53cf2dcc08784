"""Find or make the buyers and order lines that notices speak of."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeAlias

from django.db import connection

from aftersale.domain.masking import mask_name
from aftersale.shops.encryption import ring
from aftersale.tickets.bulk import insert, take_ids
from aftersale.tickets.models import Buyer, OrderLine

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from aftersale.channels.base import Notice
    from aftersale.tickets.models import Ticket

_Line: TypeAlias = tuple[str, str]
_HOLD = "UPDATE tickets_orderline SET reserved_fen = reserved_fen + %s WHERE id = %s"


def buyer_key(shop_id: int, platform_id: str) -> str:
    """Give the keyed hash under which a shop knows a buyer; the same person elsewhere has another."""
    return ring().fingerprint(f"{shop_id}:{platform_id}")


def line_key(notice: Notice) -> _Line:
    """Name the order line of a notice; without a line number the whole order stands for it."""
    return notice.order_no, notice.line_no or ""


@dataclass(frozen=True, slots=True)
class Parties:
    """Give the ids of what notices of one shop speak of."""

    shop_id: int
    buyers: Mapping[str, int]
    lines: Mapping[_Line, int]

    def buyer(self, notice: Notice) -> int | None:
        """Give the buyer, where the source tells one."""
        return self.buyers[buyer_key(self.shop_id, notice.buyer)] if notice.buyer else None

    def line(self, notice: Notice) -> int:
        """Give the order line."""
        return self.lines[line_key(notice)]


def parties_of(shop_id: int, notices: Sequence[Notice]) -> Parties:
    """Find buyers and order lines, and make those that are new, inside the caller's transaction."""
    return Parties(shop_id, _buyers(shop_id, notices), _lines(shop_id, notices))


def parties_again(ticket: Ticket, notice: Notice) -> Parties:
    """Find the parties of a ticket that is known: its first line is its line for good.

    What was promised and paid is counted there. A later notice may name the line otherwise, or at all.
    """
    if ticket.line_id is None:
        return parties_of(ticket.shop_id, [notice])
    key, paid = line_key(notice), _paid(notice)
    _fill_in({key: (ticket.line_id, None)}, {key: paid})
    return Parties(ticket.shop_id, _buyers(ticket.shop_id, [notice]), {key: ticket.line_id})


def hold_refunds(parties: Parties, notices: Iterable[Notice]) -> None:
    """Count on their order lines what the platform had refunded on tickets that were never seen before."""
    held = Counter[int]()
    for notice in notices:
        held[parties.line(notice)] += refunded_by(notice)
    rows = [(fen, line_id) for line_id, fen in held.items() if fen]
    if rows:
        with connection.cursor() as cursor:
            cursor.executemany(_HOLD, rows)


def refunded_by(notice: Notice) -> int:
    """Tell what was refunded; of a refund of unknown amount, the most it may have been."""
    refunded = notice.facts.get("refunded_fen")
    if isinstance(refunded, int):
        return refunded
    if notice.open or "refunded_fen" not in notice.unknown:
        return 0
    return notice.amount_fen or _paid(notice) or 0


def _buyers(shop_id: int, notices: Sequence[Notice]) -> dict[str, int]:
    told = {buyer_key(shop_id, notice.buyer): notice for notice in notices if notice.buyer}
    rows = Buyer.objects.filter(shop_id=shop_id, key__in=told)
    found = list(rows.values_list("key", "id", "mask", "erased_at"))
    _name(shop_id, {key: mask_of(told[key]) for key, _id, mask, erased in found if not mask and not erased})
    known = {key: pk for key, pk, _mask, _erased in found}
    fresh = [key for key in told if key not in known]
    ids = dict(zip(fresh, take_ids(Buyer, len(fresh)), strict=True)) if fresh else {}
    insert(
        Buyer,
        [
            {
                "id": ids[key],
                "shop_id": shop_id,
                "key": key,
                "mask": mask_of(told[key]),
                "contact": told[key].contact or "",
            }
            for key in fresh
        ],
        with_id=True,
    )
    return known | ids


def mask_of(notice: Notice) -> str:
    """Say what a buyer is called, masked; empty where a source says nothing or seals it."""
    name = (notice.buyer_name or "").strip()
    return "" if name.startswith(_SEALS) else mask_name(name)


_SEALS = ("#", "$", "~")


def _name(shop_id: int, masks: Mapping[str, str]) -> None:
    """Write down what buyers are called of whom that was not known before."""
    for key, mask in masks.items():
        if mask:
            Buyer.objects.filter(shop_id=shop_id, key=key, erased_at=None).update(mask=mask)


def _paid(notice: Notice) -> int | None:
    paid = notice.facts.get("paid_fen")
    return paid if isinstance(paid, int) else None


def _lines(shop_id: int, notices: Sequence[Notice]) -> dict[_Line, int]:
    told = {line_key(notice): _paid(notice) for notice in notices}
    orders = {order_no for order_no, _ in told}
    rows = OrderLine.objects.filter(shop_id=shop_id, order_no__in=orders)
    known = {
        (order, line): (pk, paid)
        for order, line, pk, paid in rows.values_list("order_no", "line_no", "id", "paid_fen")
    }
    fresh = [key for key in told if key not in known]
    ids = dict(zip(fresh, take_ids(OrderLine, len(fresh)), strict=True)) if fresh else {}
    insert(
        OrderLine,
        [
            {
                "id": ids[key],
                "shop_id": shop_id,
                "order_no": key[0],
                "line_no": key[1],
                "paid_fen": told[key],
            }
            for key in fresh
        ],
        with_id=True,
    )
    _fill_in(known, told)
    return {key: pk for key, (pk, _) in known.items()} | ids


def _fill_in(known: Mapping[_Line, tuple[int, int | None]], told: Mapping[_Line, int | None]) -> None:
    """Fill in what was paid where nobody knew."""
    for key, (pk, paid) in known.items():
        if paid is None and told.get(key) is not None:
            OrderLine.objects.filter(pk=pk, paid_fen=None).update(paid_fen=told[key])
