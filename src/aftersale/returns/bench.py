"""Work at the returns bench: what a waybill stands for, and a parcel booked whole, faults and photos too."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass, replace
from itertools import groupby
from typing import TYPE_CHECKING, NamedTuple

from django.db import transaction

from aftersale.domain.errors import AftersaleError
from aftersale.returns.counted import Counted, CountedLine, counted
from aftersale.returns.flow import Outcome, Taken, receive
from aftersale.returns.inspecting import check, inspect, lines_of, number_of
from aftersale.returns.matching import IN_CASES
from aftersale.returns.models import Match, MatchedBy, Parcel
from aftersale.returns.photos import add_photos
from aftersale.shops.models import Shop
from aftersale.texts import Text
from aftersale.tickets.models import Ticket

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

    from aftersale.returns.flow import Booking
    from aftersale.returns.inspecting import Finding
    from aftersale.returns.photos import Photo

_WAYBILL = re.compile(r"[0-9A-Z][0-9A-Z_\-]{0,63}")


class NotAWaybill(AftersaleError):
    """Refuse what was scanned when it is no tracking number."""

    def __init__(self, said: str) -> None:
        super().__init__(
            "bench.no_waybill",
            Text(zh=f"“{said[:40]}”不像快递单号。", en=f"{said[:40]!r} is no tracking number."),
            Text(zh="再扫一次面单上的条码，或手工输入。", en="Scan the label once more, or type it in."),
        )


class BookingRefused(AftersaleError):
    """Refuse a parcel that the flow does not take."""


@dataclass(frozen=True, slots=True)
class Piece:
    """Hold what one parcel should bring of one article: the tickets that wait for it."""

    shop_id: int
    number: str
    tickets: tuple[Ticket, ...]

    @property
    def key(self) -> int:
        """Name it on a form, by its first ticket."""
        return self.tickets[0].pk


@dataclass(frozen=True, slots=True)
class Scanned:
    """Hold what a waybill stands for: the articles waited for, and the parcels booked under it before."""

    waybill: str
    pieces: tuple[Piece, ...]
    parcels: tuple[Parcel, ...]


class Found(NamedTuple):
    """Hold what was found of the article of one piece."""

    shop_id: int
    finding: Finding


@dataclass(frozen=True, slots=True)
class Parcelled:
    """Hold one parcel as a person at the bench told it; `shop_id` is of one that has no ticket."""

    waybill: str
    shop_id: int | None = None
    found: tuple[Found, ...] = ()
    loose: tuple[CountedLine, ...] = ()
    order_no: str = ""
    weight_g: int | None = None
    remark: str = ""
    photos: tuple[Photo, ...] = ()


@dataclass(frozen=True, slots=True)
class Booked:
    """Say what became of a parcel in one shop; `photos` counts those that were not there before."""

    outcome: Outcome
    parcel: Parcel
    matches: tuple[Match, ...]
    photos: int
    told: int


def read_waybill(said: str) -> str:
    """Read a tracking number as it comes from a gun or a hand: wide letters, blanks and case are no matter.

    Raises NotAWaybill.

    >>> read_waybill(" ｓｆ139 0000 ")
    'SF1390000'
    """
    plain = "".join(unicodedata.normalize("NFKC", said).split()).upper()
    if not _WAYBILL.fullmatch(plain):
        raise NotAWaybill(said)
    return plain


def scanned(shops: Collection[int], waybill: str) -> Scanned:
    """Find what a waybill stands for in some shops: tickets that name it, or that a parcel was matched to."""
    here = Parcel.objects.filter(shop__in=shops, waybill=waybill).exclude(matched_by=MatchedBy.MOVED)
    parcels = here.select_related("shop", "recorded_by")
    held = tuple(parcels.prefetch_related("lines", "photos").order_by("pk"))
    names = {case(waybill) for case in IN_CASES}
    tickets = set(Ticket.objects.filter(shop__in=shops, return_waybill__in=names).select_related("shop"))
    tickets |= {
        match.ticket
        for match in Match.objects.filter(parcel__in=held, ended_at=None).select_related("ticket__shop")
    }
    return Scanned(waybill, _pieces(tickets), held)


def _pieces(tickets: Collection[Ticket]) -> tuple[Piece, ...]:
    """Put tickets of one article together: pieces are counted by article. What is open stands first."""
    listed = sorted(tickets, key=lambda each: (each.shop_id, number_of(each), not each.open, each.pk))
    grouped = groupby(listed, key=lambda each: (each.shop_id, number_of(each)))
    return tuple(Piece(shop_id, number, tuple(some)) for (shop_id, number), some in grouped)


def shop_of_order(shops: Collection[int], order_no: str) -> int | None:
    """Tell the only shop of some that knows an order; None where none or several do."""
    known = Ticket.objects.filter(shop__in=shops, order_no=order_no).order_by()
    found = list(known.values_list("shop_id", flat=True).distinct()[:2])
    return found[0] if len(found) == 1 else None


@transaction.atomic
def book(told: Parcelled, booking: Booking) -> list[Booked]:
    """Book a parcel whole or not at all: counts, faults and photos, in each shop that it brings goods of.

    Raises FindingInvalid, UploadRefused, BookingRefused, FactsInvalid, Overtaken.
    """
    for each in told.found:
        check(each.finding)
    shops = {each.shop_id for each in told.found}
    if told.shop_id is not None and not shops:
        shops = {told.shop_id}
    return [_book(told, shop_id, booking) for shop_id in sorted(shops)]


def _book(told: Parcelled, shop_id: int, booking: Booking) -> Booked:
    findings = [each.finding for each in told.found if each.shop_id == shop_id]
    (outcome,) = receive(Shop.objects.get(pk=shop_id), [_count(told, findings, shop_id)], booking)
    if outcome.parcel_id is None:
        raise BookingRefused(
            outcome.code,
            outcome.reason or Text(zh="这件没有登记。", en="It was not booked."),
            Text(zh="核对后再登记一次。", en="Check it and book it again."),
        )
    parcel = Parcel.objects.get(pk=outcome.parcel_id)
    inspected = inspect(parcel, findings, booking)
    kept = add_photos(parcel.pk, told.photos, booking.actor, booking.now) if told.photos else []
    matches = tuple(parcel.matches.filter(ended_at=None).select_related("ticket").order_by("pk"))
    return Booked(outcome, parcel, matches, sum(new for _, new in kept), inspected)


def _count(told: Parcelled, findings: Sequence[Finding], shop_id: int) -> Counted:
    lines = [line for each in findings for line in lines_of(each)] or list(told.loose)
    made = counted(Counted(told.waybill, tuple(lines), told.order_no, told.weight_g, told.remark))
    before = Parcel.objects.filter(shop_id=shop_id, waybill=told.waybill).first()
    return replace(made, order_no=made.order_no or before.order_no) if before else made


def is_new(booked: Booked) -> bool:
    """Tell whether anything was written that was not there before."""
    return booked.outcome.taken is not Taken.UNCHANGED or bool(booked.photos or booked.told)
