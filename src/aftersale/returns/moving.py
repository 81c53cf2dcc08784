"""Claim a parcel for a ticket of another shop: a warehouse serves several, and a label does not name one."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from django.db import transaction

from aftersale.evidence.journal import Entry, record
from aftersale.returns.claims import ClaimRefused, claim
from aftersale.returns.counted import stored
from aftersale.returns.flow import receive
from aftersale.returns.matching import live, subject_of
from aftersale.returns.models import MatchedBy, Parcel, ParcelPhoto
from aftersale.texts import Text

if TYPE_CHECKING:
    from aftersale.returns.flow import Booking
    from aftersale.tickets.models import Ticket


@transaction.atomic
def claim_here(parcel_id: int, ticket: Ticket, booking: Booking) -> Parcel:
    """Claim a parcel for a ticket, whichever shop it was booked in; give the parcel that is the ticket's now.

    One of another shop is booked again there with its count and photos, and the first says where it went.
    Raises ClaimRefused for one that has a ticket already, and as `claim` does.
    """
    parcel = Parcel.objects.select_for_update(no_key=True).get(pk=parcel_id)
    if parcel.shop_id != ticket.shop_id:
        parcel = _moved(parcel, ticket, booking)
    claim(parcel.pk, ticket, booking.actor, booking.now)
    return parcel


def _moved(parcel: Parcel, ticket: Ticket, booking: Booking) -> Parcel:
    if parcel.matched_by != MatchedBy.NOBODY or live(parcel).exists():
        raise ClaimRefused(
            "parcel.has_ticket",
            Text(zh="包裹已经对上另一家店的售后单。", en="It belongs to a ticket of another shop already."),
            Text(zh="先在那张单上撤回，再认领。", en="Take that back first, then claim it."),
        )
    told = replace(stored(parcel), order_no="")
    (outcome,) = receive(ticket.shop, [told], booking)
    there = Parcel.objects.get(shop=ticket.shop_id, waybill=outcome.waybill)
    _carry_photos(parcel, there, booking)
    parcel.matched_by = MatchedBy.MOVED
    parcel.save(update_fields=["matched_by"])
    data = {"to_shop": there.shop_id, "parcel": there.pk}
    record(subject_of(parcel), Entry("moved", booking.now, booking.actor, data))
    return there


def _carry_photos(parcel: Parcel, there: Parcel, booking: Booking) -> None:
    """Hang the photos on the parcel of the other shop too; their files, times and hashes stay as they are."""
    known = set(there.photos.values_list("sha256", flat=True))
    for photo in parcel.photos.exclude(sha256__in=known).order_by("pk"):
        ParcelPhoto.objects.create(**{name: getattr(photo, name) for name in _KEPT}, parcel=there)
        data = {"sha256": photo.sha256, "from_parcel": parcel.pk, "stored_at": photo.stored_at.isoformat()}
        record(subject_of(there), Entry("photo", booking.now, booking.actor, data))


_KEPT = ("name", "path", "sha256", "kind", "size", "taken_at", "stored_at", "stored_by")
