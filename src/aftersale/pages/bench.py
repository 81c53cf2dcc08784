"""Work at the returns bench with a scan gun: look up a parcel, book it, and be ready for the next."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.http import HttpResponseRedirect
from django.urls import reverse
from django.views.decorators.http import require_POST

from aftersale.domain.errors import AftersaleError
from aftersale.domain.roles import Permission
from aftersale.pages.bench_scan import came_words, shown_pieces, told
from aftersale.pages.door import Ask, page, refused, shown
from aftersale.pages.words import Speech, value
from aftersale.returns.bench import book as book_parcel
from aftersale.returns.bench import is_new, read_waybill, scanned
from aftersale.returns.classes import ODD_WORDS, Odd
from aftersale.returns.flow import Booking
from aftersale.returns.lists import counts
from aftersale.shops.models import Shop
from aftersale.shops.permissions import NotAllowed
from aftersale.texts import Text
from aftersale.web.environment import lang
from aftersale.web.environment import say as _

if TYPE_CHECKING:
    from collections.abc import Sequence

    from django.http import HttpResponse

    from aftersale.returns.bench import Booked

LISTS = ("bench", "bench_signed", "bench_good", "bench_held", "bench_nobodys")


class StillOpen(AftersaleError):
    """Refuse a second parcel while one lies open on the bench; what was typed of it stays."""

    def __init__(self, waybill: str, said: str) -> None:
        super().__init__(
            "bench.still_open",
            Text(
                zh=f"{waybill} 还没登记，{said[:64]} 先放一边。",
                en=f"{waybill} is not booked yet; leave {said[:64]} for a moment.",
            ),
            Text(zh="扫描框里直接回车就登记，再扫这一件。", en="Press Enter to book it, then scan this one."),
        )


def tabs(ask: Ask) -> list[tuple[str, str, int | None]]:
    """Name the pages of the bench with what lies on each."""
    found = counts(ask.caller.seen_shops())
    names = (_("Scan"), _("Signed, not checked"), _("Good, to be refunded"), _("Held"), _("Without a ticket"))
    numbers = (None, found.signed, found.good, found.held, found.nobodys)
    named = list(zip(LISTS, names, numbers, strict=True))
    return named if ask.caller.shops(Permission.RECEIVE) else named[1:]


def around(ask: Ask, here: str) -> dict[str, Any]:
    """Collect what every page of the bench needs."""
    return {
        "tabs": tabs(ask),
        "here": here,
        "odd_words": ODD_WORDS,
        "value": value,
        "speech": Speech(ask.now),
        "receives": ask.caller.shops(Permission.RECEIVE),
    }


def _receiving(ask: Ask) -> frozenset[int]:
    """Give the shops whose parcels the person books; raises NotAllowed where there is none."""
    shops = ask.caller.shops(Permission.RECEIVE)
    if not shops:
        raise NotAllowed(Permission.RECEIVE)
    return shops


@page
def bench(ask: Ask) -> HttpResponse:
    """Show the scan field, and what a scanned parcel stands for."""
    said = ask.said("waybill")
    try:
        found = _found(ask, said)
    except AftersaleError as refusal:
        return _kept(ask, refusal)
    return shown(ask, "_bench_looked.html" if ask.part else "bench.html", **around(ask, "bench"), **found)


def _found(ask: Ask, said: str) -> dict[str, Any]:
    shops = _receiving(ask)
    found = scanned(shops, read_waybill(said)) if said else None
    open_to = Shop.objects.filter(pk__in=shops).order_by("name") if found and not found.pieces else ()
    return {
        "found": found,
        "pieces": shown_pieces(found) if found else [],
        "came": came_words(),
        "shops": list(open_to),
        "booked": "",
    }


@require_POST
@page
def book(ask: Ask) -> HttpResponse:
    """Book the parcel that lies open and give the scan field back; a refusal leaves the form as it is."""
    try:
        done = _book(ask)
    except AftersaleError as refusal:
        return _kept(ask, refusal)
    said = "；".join(map(spoken, done))
    if not ask.part:
        ask.tell(said)
        return HttpResponseRedirect(reverse("bench"))
    answer = shown(ask, "_bench_looked.html", **around(ask, "bench"), **{**_found(ask, ""), "booked": said})
    answer["HX-Push-Url"] = reverse("bench")
    return answer


def _book(ask: Ask) -> Sequence[Booked]:
    shops, waybill = _receiving(ask), read_waybill(ask.said("waybill"))
    again = ask.said("scan")
    if again and read_waybill(again) != waybill:
        raise StillOpen(waybill, again)
    if again:
        # A gun that fires twice must not book what nobody has looked at.
        raise ScannedTwice(waybill)
    found = scanned(shops, waybill)
    return book_parcel(told(ask, found), Booking(ask.person.pk, ask.now, "desk"))


class ScannedTwice(AftersaleError):
    """Say that a parcel lies open already; only Enter in the empty field books it."""

    def __init__(self, waybill: str) -> None:
        super().__init__(
            "bench.twice",
            Text(zh=f"{waybill} 扫了两次，还没登记。", en=f"{waybill} was scanned twice and is not booked."),
            Text(zh="看过以后直接回车登记。", en="Look at it, then press Enter to book it."),
        )


def _kept(ask: Ask, refusal: AftersaleError) -> HttpResponse:
    """Say a refusal beside the form, which stays as it is; the scan field is empty and ready."""
    if not ask.part:
        return refused(ask, refusal)
    said = {"message": refusal.message.of(lang()), "next_step": refusal.next_step.of(lang())}
    answer = shown(ask, "_bench_refused.html", status=422, **said)
    answer["HX-Retarget"], answer["HX-Reswap"] = "#bench-said", "innerHTML"
    return answer


def spoken(booked: Booked) -> str:
    """Say what was booked, in one sentence that can be heard."""
    head = _("{waybill} booked") if is_new(booked) else _("{waybill} was booked before, nothing changed")
    parts = [head.format(waybill=booked.parcel.waybill)]
    if not booked.matches:
        parts.append(_("no ticket: kept without an owner"))
    parts += [each.ticket.article or each.ticket.ticket_no for each in booked.matches]
    odd = dict.fromkeys(Odd(code) for each in booked.matches for code in each.classes)
    if odd:
        parts.append(_("held: {why}").format(why="、".join(ODD_WORDS[each].of(lang()) for each in odd)))
    elif booked.matches:
        parts.append(_("good"))
    if booked.photos:
        parts.append(_("{count} photos kept").format(count=booked.photos))
    return " · ".join(parts)
