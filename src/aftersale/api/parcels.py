"""Answer calls about returned parcels: book them, find whose they are, keep their photos."""

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Annotated, Any

from django.db.models import Prefetch
from django.http import HttpResponse
from ninja import File, Form, Router, UploadedFile
from pydantic import AwareDatetime, Field, StringConstraints

from aftersale.api.access import Call, Caller, ticket_for
from aftersale.api.answer import answered
from aftersale.api.faults import NotHere, language
from aftersale.api.imports import LIMITS as SHEET_LIMITS
from aftersale.api.imports import kept
from aftersale.api.once import Done, once
from aftersale.api.shapes import Before, InPath, Limit, Number, Said, Taken, Word, says
from aftersale.channels.receipts.words import MOST_GRAMS, MOST_PIECES
from aftersale.domain.roles import Permission
from aftersale.returns.claims import claim, unclaim
from aftersale.returns.classes import ODD_WORDS, Odd
from aftersale.returns.counted import Counted, CountedLine
from aftersale.returns.flow import Booking, Outcome, receive
from aftersale.returns.imports import start_parcel_import
from aftersale.returns.models import Match, Parcel, ParcelPhoto
from aftersale.returns.photos import LIMITS, Photo, add_photos, download
from aftersale.shops.models import Shop
from aftersale.shops.uploads import HEAD_BYTES, check_count, check_upload
from aftersale.texts import Lang

if TYPE_CHECKING:
    from django.core.files.uploadedfile import UploadedFile as Uploaded

router = Router(tags=["parcels"])
_MOST_PARCELS, _MOST_LINES = 200, 200

Waybill = Annotated[str, StringConstraints(pattern=r"^[0-9A-Za-z][0-9A-Za-z_\-]*$", max_length=64)]
Pieces = Annotated[int, Field(ge=0, le=MOST_PIECES)]


class LineIn(Taken):
    """Count the pieces of one article (商家编码); `expected` is how many were announced."""

    article_no: Word = ""
    good: Pieces = 0
    bad: Pieces = 0
    expected: Pieces | None = None


class ParcelIn(Taken):
    """Hold one parcel as it was counted; without `arrived_at` it came just now."""

    waybill: Waybill
    order_no: Annotated[str, StringConstraints(pattern=r"^[0-9A-Za-z_\-]*$", max_length=64)] = ""
    lines: list[LineIn] = Field(default_factory=list, max_length=_MOST_LINES)
    weight_g: Annotated[int, Field(ge=0, le=MOST_GRAMS)] | None = None
    remark: Said = ""
    arrived_at: AwareDatetime | None = None

    def counted(self) -> Counted:
        """Give what was counted."""
        lines = [CountedLine(each.article_no, each.good, each.bad, each.expected) for each in self.lines]
        return Counted(self.waybill, tuple(lines), self.order_no, self.weight_g, self.remark, self.arrived_at)


class ReceiptsIn(Taken):
    """Name the shop and its parcels."""

    shop: Number
    parcels: list[ParcelIn] = Field(min_length=1, max_length=_MOST_PARCELS)


class SheetIn(Taken):
    """Name the shop of a warehouse sheet."""

    shop: Number


class PhotosIn(Taken):
    """Say when the photos were taken, where that is known."""

    taken_at: AwareDatetime | None = None


class ClaimIn(Taken):
    """Name the ticket of a parcel by its id."""

    ticket: Number


@dataclass(frozen=True, slots=True)
class Booked:
    """Say what became of one parcel: new, changed, unchanged, or refused with the reason."""

    waybill: str
    taken: str
    id: int | None
    tickets: list[str]
    code: str
    reason: str | None


@dataclass(frozen=True, slots=True)
class ReceiptsBooked:
    """Hold what became of parcels, in the order in which they were sent."""

    parcels: list[Booked]


@dataclass(frozen=True, slots=True)
class OddView:
    """Name what is odd, and say it."""

    code: str
    label: str


@dataclass(frozen=True, slots=True)
class MatchView:
    """Hold one ticket of a parcel, how it was found, and what is odd about the parcel for it."""

    ticket_id: int
    ticket_no: str
    by: str
    odd: list[OddView]


@dataclass(frozen=True, slots=True)
class PhotoView:
    """Hold one photo; it is read at its own address and sent as a download."""

    id: int
    name: str
    sha256: str
    size: int
    taken_at: datetime | None
    stored_at: datetime


@dataclass(frozen=True, slots=True)
class ReceiptView:
    """Hold one parcel; without matches it is nobody's."""

    id: int
    shop_id: int
    waybill: str
    order_no: str
    matched_by: str
    weight_g: int | None
    remark: str
    arrived_at: datetime
    recorded_at: datetime
    lines: list[dict[str, Any]]
    matches: list[MatchView]
    photos: list[PhotoView]


@dataclass(frozen=True, slots=True)
class ReceiptsPage:
    """Hold parcels, newest first; `next_before` goes on."""

    parcels: list[ReceiptView]
    next_before: int | None


@dataclass(frozen=True, slots=True)
class PhotosKept:
    """Hold the photos that were sent; one that was there already keeps its id."""

    photos: list[PhotoView]


@dataclass(frozen=True, slots=True)
class SheetTaken:
    """Name the import to follow."""

    id: int
    state: str


_SHOWN = ("id", "name", "sha256", "size", "taken_at", "stored_at")


def _photo(each: ParcelPhoto) -> PhotoView:
    return PhotoView(*(getattr(each, name) for name in _SHOWN))


def _match(each: Match, lang: Lang) -> MatchView:
    odd = [OddView(code, ODD_WORDS[Odd(code)].of(lang)) for code in each.classes]
    return MatchView(each.ticket_id, each.ticket.ticket_no, each.by, odd)


def _view(each: Parcel, lang: Lang) -> ReceiptView:
    return ReceiptView(
        each.pk,
        each.shop_id,
        each.waybill,
        each.order_no,
        each.matched_by,
        each.weight_g,
        each.remark,
        each.arrived_at,
        each.recorded_at,
        [
            {name: getattr(line, name) for name in ("article_no", "good", "bad", "expected")}
            for line in each.lines.all()
        ],
        [_match(match, lang) for match in each.matches.all()],
        [_photo(photo) for photo in each.photos.all()],
    )


_LIVE = Match.objects.filter(ended_at=None).select_related("ticket").order_by("pk")
_WITH = (Prefetch("matches", queryset=_LIVE), "lines", "photos")


def _parcel(caller: Caller, parcel_id: int, permission: Permission) -> Parcel:
    found = Parcel.objects.filter(pk=parcel_id).prefetch_related(*_WITH).first()
    caller.let(permission, found.shop_id if found else None)
    if found is None:
        raise NotHere
    return found


def _booked(each: Outcome, lang: Lang) -> Booked:
    reason = each.reason.of(lang) if each.reason else None
    return Booked(each.waybill, each.taken.value, each.parcel_id, list(each.tickets), each.code, reason)


@router.post("/receipts", response=says(ReceiptsBooked))
def book(request: Call, body: ReceiptsIn) -> HttpResponse:
    """Book parcels that came back; the same parcel again changes nothing, another count takes its place."""

    def work() -> Done:
        request.auth.let(Permission.RECEIVE, body.shop)
        booking = Booking(request.auth.person.pk, request.auth.now, "api")
        told = [each.counted() for each in body.parcels]
        outcomes = receive(Shop.objects.get(pk=body.shop), told, booking)
        return Done(ReceiptsBooked([_booked(each, language(request)) for each in outcomes]))

    return once(request, work)


@router.post("/receipts/import", response=says(SheetTaken, 202))
def take(request: Call, asked: Form[SheetIn], files: File[list[UploadedFile]]) -> HttpResponse:
    """Upload warehouse sheets of one shop; they are read in the background, follow them as an import."""

    def work() -> Done:
        request.auth.let(Permission.RECEIVE, asked.shop)
        with kept(list(files), SHEET_LIMITS) as paths:
            shop = Shop.objects.get(pk=asked.shop)
            made = start_parcel_import(paths, shop, request.auth.person.pk, request.auth.now)
        return Done(SheetTaken(made.pk, made.state), 202)

    return once(request, work)


@router.get("/receipts", response=says(ReceiptsPage))
def receipts(
    request: Call,
    shop: Number | None = None,
    unclaimed: bool = False,  # noqa: FBT001, FBT002  # a parameter of the address
    before: Before = None,
    limit: Limit = 50,
) -> HttpResponse:
    """Read parcels, newest first; `unclaimed` asks for those that are nobody's (无主件)."""
    if shop is not None:
        request.auth.let(Permission.VIEW, shop)
    rows = Parcel.objects.filter(shop__in=[shop] if shop else request.auth.seen_shops())
    if unclaimed:
        rows = rows.filter(matched_by="")
    if before is not None:
        rows = rows.filter(pk__lt=before)
    found = list(rows.order_by("-pk").prefetch_related(*_WITH)[: limit + 1])
    listed = [_view(each, language(request)) for each in found[:limit]]
    return answered(ReceiptsPage(listed, listed[-1].id if len(found) > limit else None))


@router.get("/receipts/{parcel_id}", response=says(ReceiptView))
def receipt(request: Call, parcel_id: InPath) -> HttpResponse:
    """Read one parcel."""
    return answered(_view(_parcel(request.auth, parcel_id, Permission.VIEW), language(request)))


@router.post("/receipts/{parcel_id}/claim", response=says(ReceiptView))
def take_claim(request: Call, parcel_id: InPath, body: ClaimIn) -> HttpResponse:
    """Say that a parcel holds goods of a ticket."""

    def work() -> Done:
        parcel = _parcel(request.auth, parcel_id, Permission.RECEIVE)
        ticket = ticket_for(request.auth, body.ticket, Permission.VIEW)
        claim(parcel.pk, ticket, request.auth.person.pk, request.auth.now)
        return Done(_view(_parcel(request.auth, parcel_id, Permission.VIEW), language(request)))

    return once(request, work)


@router.post("/receipts/{parcel_id}/unclaim", response=says(ReceiptView))
def take_back(request: Call, parcel_id: InPath, body: ClaimIn) -> HttpResponse:
    """Take back that a parcel holds goods of a ticket; the desk does not match the two again by itself."""

    def work() -> Done:
        parcel = _parcel(request.auth, parcel_id, Permission.RECEIVE)
        ticket = ticket_for(request.auth, body.ticket, Permission.VIEW)
        unclaim(parcel.pk, ticket, request.auth.person.pk, request.auth.now)
        return Done(_view(_parcel(request.auth, parcel_id, Permission.VIEW), language(request)))

    return once(request, work)


@router.post("/receipts/{parcel_id}/photos", response=says(PhotosKept))
def keep_photos(
    request: Call, parcel_id: InPath, asked: Form[PhotosIn], files: File[list[UploadedFile]]
) -> HttpResponse:
    """Keep photos of a parcel, all or none, each under its SHA-256."""

    def work() -> Done:
        parcel = _parcel(request.auth, parcel_id, Permission.RECEIVE)
        check_count(len(files), LIMITS)
        photos = [_read(each, asked.taken_at) for each in files]
        kept_now = add_photos(parcel.pk, photos, request.auth.person.pk, request.auth.now)
        return Done(PhotosKept([_photo(each) for each, _ in kept_now]))

    return once(request, work)


def _read(file: "Uploaded[bytes]", taken_at: datetime | None) -> Photo:
    """Read a photo into memory once its beginning and its size are borne."""
    name = file.name or ""
    check_upload(name, file.read(HEAD_BYTES), file.size or 0, LIMITS)
    file.seek(0)
    return Photo(name, file.read(), taken_at)


@router.get("/receipts/{parcel_id}/photos/{photo_id}", response=says(bytes))
def photo(request: Call, parcel_id: InPath, photo_id: InPath) -> HttpResponse:
    """Download a photo as it was sent."""
    parcel = _parcel(request.auth, parcel_id, Permission.VIEW)
    found = ParcelPhoto.objects.filter(pk=photo_id, parcel=parcel).first()
    if found is None:
        raise NotHere
    kept_at = download(found)
    if not kept_at.path.is_file():
        raise NotHere
    return HttpResponse(kept_at.path.read_bytes(), headers=kept_at.headers)
