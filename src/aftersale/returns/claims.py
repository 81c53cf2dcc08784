"""Claim a parcel for a ticket, take that back, and find tickets for parcels that came before them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import transaction
from django.db.models import Exists, OuterRef, Q
from django.db.models.functions import Upper

from aftersale.domain.errors import AftersaleError
from aftersale.domain.states import Goods
from aftersale.evidence.journal import Entry, record
from aftersale.returns.counted import stored
from aftersale.returns.matching import IN_CASES, Found, find, held_of, link, live, mark, subject_of
from aftersale.returns.models import Match, MatchedBy, Parcel
from aftersale.texts import Text
from aftersale.tickets.change import Overtaken
from aftersale.tickets.models import Ticket
from aftersale.tickets.warehouse import Sighting, tell

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime

_BATCH, _TRIES = 200, 5
_NEXT = Text(zh="请刷新后再看一遍。", en="Reload and look again.")


class ClaimRefused(AftersaleError):
    """Refuse a claim that cannot be, or to take back one that is not there."""

    status = 409


def _refused(code: str, zh: str, en: str) -> ClaimRefused:
    return ClaimRefused(code, Text(zh=zh, en=en), _NEXT)


def _held(parcel_id: int) -> Parcel:
    return Parcel.objects.select_for_update(no_key=True).get(pk=parcel_id)


@transaction.atomic
def claim(parcel_id: int, ticket: Ticket, person_id: int, now: datetime) -> bool:
    """Say that a parcel holds goods of a ticket; False where it was said before.

    Raises ClaimRefused for a ticket of another shop or one whose facts it would contradict, Overtaken.
    """
    parcel = _held(parcel_id)
    if parcel.shop_id != ticket.shop_id:
        raise _refused("parcel.other_shop", "包裹和售后单不是同一家店铺的。", "They are of two shops.")
    if live(parcel).filter(ticket=ticket).exists():
        return False
    found = Found(MatchedBy.PERSON, [ticket])
    if not link(parcel, stored(parcel), found, person_id, now):
        raise _refused(
            "parcel.contradicts",
            "这张售后单现有的信息和收到退货对不上，没有认领。",
            "What is known of this ticket contradicts a return; it was not claimed.",
        )
    return True


@transaction.atomic
def unclaim(parcel_id: int, ticket: Ticket, person_id: int, now: datetime) -> None:
    """Take back a claim: its answers are withdrawn, the goods of the ticket are where they were.

    Raises ClaimRefused where nobody said so, FactsInvalid, Overtaken.
    """
    parcel = _held(parcel_id)
    match = live(parcel).filter(ticket=ticket).first()
    if match is None:
        raise _refused("parcel.not_claimed", "包裹没有认领到这张售后单。", "The parcel is not matched to it.")
    match.ended_at, match.ended_by_id = now, person_id
    match.save(update_fields=["ended_at", "ended_by"])
    other = Match.objects.filter(ticket=ticket, ended_at=None).exists()
    data = {"parcel": parcel.pk, "waybill": parcel.waybill}
    goods = None if other else Goods(match.goods_before)
    seen = Sighting("goods_taken_off", person_id, goods, {}, match.answers, data, held_of(ticket))
    tell(ticket, seen, now)
    mark(parcel)
    record(subject_of(parcel), Entry("unmatched", now, person_id, {"ticket_no": ticket.ticket_no}))


def match_unclaimed(shop_id: int, now: datetime) -> int:
    """Match parcels to tickets that came after them, after an import; give how many parcels gained one.

    It looks at parcels that are nobody's, and at open tickets whose waybill is that of a parcel which holds
    goods of other tickets already. Safe to call again at any time.
    """
    ids = set(_parcels_waiting(shop_id)) | set(_parcels_of_waiting_tickets(shop_id))
    return sum(_match(parcel_id, now) for parcel_id in sorted(ids))


def _parcels_waiting(shop_id: int) -> Iterator[int]:
    """Give parcels that are nobody's and for which there is a ticket of that waybill or order."""
    last, nobodys = 0, Parcel.objects.filter(shop_id=shop_id, matched_by=MatchedBy.NOBODY).order_by("pk")
    columns = ("pk", "waybill", "order_no")
    while page := list(nobodys.filter(pk__gt=last).values_list(*columns)[:_BATCH]):
        known = _known(shop_id, {row[1] for row in page}, {row[2] for row in page} - {""})
        yield from (pk for pk, waybill, order_no in page if known & {waybill, order_no})
        last = page[-1][0]


def _known(shop_id: int, waybills: set[str], orders: set[str]) -> set[str]:
    """Give the waybills, in capitals, and the orders for which there are tickets."""
    mine = Ticket.objects.filter(shop_id=shop_id)
    of_waybill = mine.filter(return_waybill__in={case(each) for each in waybills for case in IN_CASES})
    of_order = mine.filter(order_no__in=orders, return_waybill="")
    return {each.upper() for each in of_waybill.values_list("return_waybill", flat=True)} | set(
        of_order.values_list("order_no", flat=True)
    )


def _parcels_of_waiting_tickets(shop_id: int) -> Iterator[int]:
    """Give parcels of which an open ticket has the waybill, and that are not matched to it."""
    here = Parcel.objects.filter(shop_id=shop_id, waybill=OuterRef("named"))
    matched = Match.objects.filter(ticket=OuterRef("pk"), parcel__waybill=OuterRef("named"))
    waiting = (
        Ticket.objects.filter(~Q(return_waybill=""), shop_id=shop_id, open=True)
        .annotate(named=Upper("return_waybill"))
        .filter(Exists(here), ~Exists(matched))
    )
    named = sorted(set(waiting.values_list("named", flat=True)))
    for start in range(0, len(named), _BATCH):
        some = Parcel.objects.filter(shop_id=shop_id, waybill__in=named[start : start + _BATCH])
        yield from some.values_list("pk", flat=True)


def _match(parcel_id: int, now: datetime) -> bool:
    """Match one parcel on behalf of the person who booked it."""
    for _ in range(_TRIES):
        try:
            with transaction.atomic():
                parcel = _held(parcel_id)
                told = stored(parcel)
                return bool(link(parcel, told, find(parcel, told), parcel.recorded_by_id, now))
        except Overtaken:
            continue
    return False
