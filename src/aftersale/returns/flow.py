"""Take parcels in: once a waybill, however often and in whatever order they are told.

The same count again is nothing; another count of the same parcel takes the place of the first, with an event.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum
from typing import TYPE_CHECKING

from django.db import IntegrityError, transaction

from aftersale.domain.errors import FactsInvalid
from aftersale.evidence.journal import Entry, record
from aftersale.returns.counted import as_data, counted, digest_of
from aftersale.returns.matching import find, link, recount, subject_of
from aftersale.returns.models import Parcel, ParcelLine
from aftersale.texts import Text
from aftersale.tickets.change import Overtaken

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime

    from aftersale.returns.counted import Counted
    from aftersale.shops.models import Shop

_TRIES = 5
# The clock of a bench may be a little fast; nothing arrives tomorrow.
_FAST = timedelta(minutes=15)
AHEAD = "parcel_ahead"
_REASONS = {AHEAD: Text(zh="到货时间比现在还晚。", en="It would arrive in the future.")}


class Taken(StrEnum):
    """Say what became of a parcel."""

    NEW = "new"
    CHANGED = "changed"
    UNCHANGED = "unchanged"
    REFUSED = "refused"


@dataclass(frozen=True, slots=True)
class Booking:
    """Say who booked parcels, when, by which source (sheet, api, desk) and in which import."""

    actor: int
    now: datetime
    source: str
    batch: int | None = None


@dataclass(frozen=True, slots=True)
class Outcome:
    """Say what became of one parcel; `tickets` are the numbers of all tickets it is matched to now."""

    waybill: str
    taken: Taken
    parcel_id: int | None = None
    tickets: tuple[str, ...] = ()
    code: str = ""

    @property
    def reason(self) -> Text | None:
        """Say why it was refused."""
        return _REASONS.get(self.code)


def receive(shop: Shop, parcels: Iterable[Counted], booking: Booking) -> list[Outcome]:
    """Book parcels, a transaction each, and match them; what finds no ticket is kept as nobody's."""
    return [_receive(shop, counted(told), booking) for told in parcels]


def tally(outcomes: Iterable[Outcome]) -> Counter[str]:
    """Count what became of parcels, and those that are nobody's."""
    listed = list(outcomes)
    found = Counter(each.taken.value for each in listed)
    found["unclaimed"] = sum(not each.tickets for each in listed if each.taken is not Taken.REFUSED)
    return found


def _receive(shop: Shop, told: Counted, booking: Booking) -> Outcome:
    if told.arrived_at is not None and told.arrived_at > booking.now + _FAST:
        return Outcome(told.waybill, Taken.REFUSED, code=AHEAD)
    for _ in range(_TRIES):
        try:
            return _book(shop, told, booking)
        except (IntegrityError, Overtaken):
            # Somebody booked the same parcel, or changed its ticket, in between: look again.
            continue
    return _book(shop, told, booking)


@transaction.atomic
def _book(shop: Shop, told: Counted, booking: Booking) -> Outcome:
    held = Parcel.objects.select_for_update(no_key=True)
    parcel = held.filter(shop=shop, waybill=told.waybill).first()
    digest = digest_of(told)
    if parcel is None:
        taken, parcel = Taken.NEW, _new(shop, told, digest, booking)
    elif bytes(parcel.digest) == digest:
        return Outcome(told.waybill, Taken.UNCHANGED, parcel.pk, tickets_of(parcel))
    else:
        taken = Taken.CHANGED
        _change(parcel, told, digest, booking)
        _recounted(parcel, told, booking)
    link(parcel, told, find(parcel, told), booking.actor, booking.now)
    return Outcome(told.waybill, taken, parcel.pk, tickets_of(parcel))


def _new(shop: Shop, told: Counted, digest: bytes, booking: Booking) -> Parcel:
    parcel = Parcel(shop=shop, waybill=told.waybill, arrived_at=told.arrived_at or booking.now)
    _fill(parcel, told, digest, booking)
    parcel.save(force_insert=True)
    _lines(parcel, told)
    _note(parcel, "received", told, digest, booking)
    return parcel


def _change(parcel: Parcel, told: Counted, digest: bytes, booking: Booking) -> None:
    parcel.arrived_at = told.arrived_at or parcel.arrived_at
    _fill(parcel, told, digest, booking)
    parcel.save()
    ParcelLine.objects.filter(parcel=parcel).delete()
    _lines(parcel, told)
    _note(parcel, "recounted", told, digest, booking)


def _fill(parcel: Parcel, told: Counted, digest: bytes, booking: Booking) -> None:
    parcel.order_no, parcel.weight_g, parcel.remark = told.order_no, told.weight_g, told.remark
    parcel.recorded_at, parcel.recorded_by_id = booking.now, booking.actor
    parcel.batch_id, parcel.digest = booking.batch, digest


def _lines(parcel: Parcel, told: Counted) -> None:
    ParcelLine.objects.bulk_create(
        ParcelLine(
            parcel=parcel, article_no=line.article_no, good=line.good, bad=line.bad, expected=line.expected
        )
        for line in told.lines
    )


def _note(parcel: Parcel, kind: str, told: Counted, digest: bytes, booking: Booking) -> None:
    data = {
        "source": booking.source,
        "batch": booking.batch,
        "digest": digest.hex(),
        **as_data(told),
        "arrived_at": parcel.arrived_at.isoformat(),
    }
    personal = {"remark": told.remark} if told.remark else {}
    record(subject_of(parcel), Entry(kind, booking.now, booking.actor, data, personal))


def _recounted(parcel: Parcel, told: Counted, booking: Booking) -> None:
    """Tell the tickets; where the new count contradicts what they know, the parcel is right all the same."""
    try:
        with transaction.atomic():
            recount(parcel, told, booking.actor, booking.now)
    except FactsInvalid as refusal:
        data = {"code": refusal.code, "faults": refusal.faults.en}
        record(subject_of(parcel), Entry("not_told", booking.now, booking.actor, data))


def tickets_of(parcel: Parcel) -> tuple[str, ...]:
    """Give the numbers of the tickets that a parcel is matched to."""
    held = parcel.matches.filter(ended_at=None).order_by("pk")
    return tuple(held.values_list("ticket__ticket_no", flat=True))
