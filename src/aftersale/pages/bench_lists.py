"""List what lies at the bench, claim what is nobody's, and confirm the good ones in one go."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

from django.http import HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.views.decorators.http import require_POST

from aftersale.api.access import ticket_for
from aftersale.api.faults import NotHere
from aftersale.domain.errors import AftersaleError
from aftersale.domain.roles import Permission
from aftersale.pages.acting import TAKE_BACK_S, Incomplete
from aftersale.pages.bench import around
from aftersale.pages.bench_scan import photos_of
from aftersale.pages.door import Ask, page, shown
from aftersale.returns import lists
from aftersale.returns.claims import unclaim as unclaim_parcel
from aftersale.returns.confirming import MOST, By, Pick, confirm_all, preview
from aftersale.returns.flow import Booking
from aftersale.returns.models import Match, Parcel, ParcelPhoto
from aftersale.returns.moving import claim_here
from aftersale.returns.photos import add_photos, download
from aftersale.returns.standards import FAULTS
from aftersale.texts import Text
from aftersale.web.environment import say as _

if TYPE_CHECKING:
    from collections.abc import Iterator

    from aftersale.tickets.models import Ticket


class NotFoundByNumber(AftersaleError):
    """Refuse a claim by a number that no ticket has."""

    def __init__(self, said: str) -> None:
        super().__init__(
            "bench.no_such_number",
            Text(
                zh=f"没有订单号或售后单号是“{said[:40]}”的售后单。",
                en=f"No ticket has the order or ticket number {said[:40]!r}.",
            ),
            Text(
                zh="核对号码；售后单还没导入的话，导入后会自动认领。",
                en="Check it. A ticket that comes with a later import is matched by itself.",
            ),
        )


@page
def signed(ask: Ask) -> HttpResponse:
    """Show returns that were signed for and that nobody looked at, what is due first on top."""
    found = lists.signed(ask.caller.seen_shops())
    rows, total = list(found[: lists.MOST]), found.count()
    return shown(ask, "bench_signed.html", rows=rows, total=total, **around(ask, "bench_signed"))


@page
def held(ask: Ask) -> HttpResponse:
    """Show parcels that are held, with why, by which standard, and who decides."""
    matches = lists.held_matches(ask.caller.seen_shops())
    found, total = list(matches[: lists.MOST]), matches.count()
    deciders = lists.Deciders({each.ticket.shop_id for each in found})
    more: dict[str, Any] = {"faults": FAULTS, "deciders": deciders, "total": total}
    return shown(ask, "bench_held.html", rows=lists.explained(found), **more, **around(ask, "bench_held"))


@page
def nobodys(ask: Ask) -> HttpResponse:
    """Show parcels without a ticket."""
    found = lists.nobodys(ask.caller.seen_shops())
    rows, total = list(found[: lists.MOST]), found.count()
    return shown(ask, "bench_nobodys.html", rows=rows, total=total, **around(ask, "bench_nobodys"))


def _parcel(ask: Ask, parcel_id: int, permission: Permission) -> Parcel:
    found = Parcel.objects.select_related("shop", "recorded_by").filter(pk=parcel_id).first()
    ask.caller.let(permission, found.shop_id if found else None)
    if found is None:
        raise NotHere
    return found


@page
def parcel(ask: Ask, parcel_id: int) -> HttpResponse:
    """Show one parcel with its counts, tickets and photos; by a number, the tickets it may belong to."""
    found = _parcel(ask, parcel_id, Permission.VIEW)
    matches = list(Match.objects.filter(parcel=found, ended_at=None).select_related("ticket__shop", "parcel"))
    said = ask.said("number")
    more: dict[str, Any] = {
        "parcel": found,
        "matches": lists.explained(matches),
        "faults": FAULTS,
        "said": said,
        "named": lists.tickets_named(ask.caller.shops(Permission.RECEIVE), said),
    }
    return shown(ask, "bench_parcel.html", **more, **around(ask, "bench_nobodys"))


@require_POST
@page
def claim(ask: Ask, parcel_id: int) -> HttpResponse:
    """Say whose a parcel is, by order or ticket number; where several tickets fit, ask which."""
    found = _parcel(ask, parcel_id, Permission.RECEIVE)
    number, chosen = ask.said("number"), ask.said("ticket")
    if chosen.isascii() and chosen.isdigit():
        return _claimed(ask, found, ticket_for(ask.caller, int(chosen), Permission.RECEIVE))
    if not number:
        raise Incomplete
    named = lists.tickets_named(ask.caller.shops(Permission.RECEIVE), number)
    if not named:
        raise NotFoundByNumber(number)
    if len(named) > 1:
        address = reverse("bench_parcel", args=[found.pk])
        return HttpResponseRedirect(f"{address}?{urlencode({'number': number})}")
    return _claimed(ask, found, named[0])


def _claimed(ask: Ask, found: Parcel, ticket: Ticket) -> HttpResponse:
    claim_here(found.pk, ticket, Booking(ask.person.pk, ask.now, "desk"))
    article = ticket.article or ticket.ticket_no
    ask.tell(_("{waybill} claimed: {article}").format(waybill=found.waybill, article=article))
    return HttpResponseRedirect(reverse("bench_nobodys"))


@require_POST
@page
def unclaim(ask: Ask, parcel_id: int, ticket_id: int) -> HttpResponse:
    """Take back that a parcel holds goods of a ticket."""
    found = _parcel(ask, parcel_id, Permission.RECEIVE)
    unclaim_parcel(found.pk, ticket_for(ask.caller, ticket_id, Permission.VIEW), ask.person.pk, ask.now)
    ask.tell(_("Taken back: {waybill} is not of this ticket.").format(waybill=found.waybill))
    return HttpResponseRedirect(reverse("bench_parcel", args=[found.pk]))


@require_POST
@page
def add(ask: Ask, parcel_id: int) -> HttpResponse:
    """Keep more photos of a parcel."""
    found = _parcel(ask, parcel_id, Permission.RECEIVE)
    photos = photos_of(ask)
    if not photos:
        raise Incomplete
    kept = add_photos(found.pk, photos, ask.person.pk, ask.now)
    ask.tell(_("{count} photos kept").format(count=sum(new for _kept, new in kept)))
    return HttpResponseRedirect(reverse("bench_parcel", args=[found.pk]))


@page
def photo(ask: Ask, parcel_id: int, photo_id: int) -> HttpResponse:
    """Send a photo as it was taken in, to whoever may see its parcel."""
    found = ParcelPhoto.objects.filter(pk=photo_id, parcel=_parcel(ask, parcel_id, Permission.VIEW)).first()
    if found is None:
        raise NotHere
    kept_at = download(found)
    if not kept_at.path.is_file():
        raise NotHere
    return HttpResponse(kept_at.path.read_bytes(), headers=kept_at.headers)


@page
def good(ask: Ask) -> HttpResponse:
    """Show what came back as it should and may be paid back in one go."""
    found = lists.good(ask.caller.seen_shops())
    rows, total = list(found[:MOST]), found.count()
    approves = ask.caller.shops(Permission.APPROVE)
    more: dict[str, Any] = {
        "rows": rows,
        "total": total,
        "fen": sum(each.amount_fen or 0 for each in rows if each.shop_id in approves),
        "approves": approves,
        "deciders": lists.Deciders({each.shop_id for each in rows}),
        "blocked": sorted({each.shop for each in rows if each.shop_id not in approves}, key=str),
    }
    return shown(ask, "bench_good.html", **more, **around(ask, "bench_good"))


@require_POST
@page
def confirm(ask: Ask) -> HttpResponse:
    """Say what confirming would do; when that was sent, confirm each and say what became of it."""
    shops, picks = ask.caller.shops(Permission.APPROVE), list(_picks(ask))
    if not picks:
        raise Incomplete
    ask.caller.let(Permission.APPROVE, _one_shop(ask, picks))
    if not ask.said("sure"):
        told = preview(shops, picks)
        return shown(ask, "bench_sure.html", told=told, delay=TAKE_BACK_S, **around(ask, "bench_good"))
    by = By(ask.person, ask.now, TAKE_BACK_S, vouched=bool(ask.said("vouched")))
    results = confirm_all(shops, picks, by)
    paid = [each.action for each in results if each.action]
    more: dict[str, Any] = {
        "results": sorted(results, key=lambda each: each.action is not None),
        "paid": len(paid),
        "fen": sum(each.amount_fen or 0 for each in paid),
    }
    return shown(ask, "bench_done.html", **more, delay=TAKE_BACK_S, **around(ask, "bench_good"))


def _one_shop(ask: Ask, picks: list[Pick]) -> int | None:
    """Name a picked shop that decides whether the person may do this at all: one that is open to them."""
    shops = lists.shops_of([each.ticket_id for each in picks])
    may = ask.caller.shops(Permission.APPROVE)
    seen = [shop for shop in shops if shop in ask.caller.seen_shops()]
    return next((shop for shop in seen if shop in may), next(iter(seen), None))


def _picks(ask: Ask) -> Iterator[Pick]:
    """Read which tickets were picked and as what they were seen, each once."""
    for said in dict.fromkeys(each for text in ask.all_said("pick") for each in text.split()):
        ticket, _colon, sequence = said.partition(":")
        if ticket.isascii() and ticket.isdigit() and sequence.isascii() and sequence.isdigit():
            yield Pick(int(ticket), int(sequence))
