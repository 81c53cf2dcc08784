"""Take sheets in from the browser, show how far they are, and let people mend the rows that were not read."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.db.models import Q
from django.http import HttpResponseRedirect
from django.urls import reverse
from django.views.decorators.http import require_POST

from aftersale.api.faults import NotHere
from aftersale.api.imports import LIMITS, kept
from aftersale.domain.roles import Permission
from aftersale.finance.imports import KIND as FUNDS
from aftersale.pages.acting import Incomplete
from aftersale.pages.door import Ask, page, shown
from aftersale.pages.words import import_words
from aftersale.returns.imports import are_parcels, start_parcel_import
from aftersale.returns.parked import needs, take_row
from aftersale.shops.models import Shop
from aftersale.tickets.imports import Given, cancel_import, start_import
from aftersale.tickets.models import Import, ParkedRow, Ticket
from aftersale.tickets.models.ticket import Lane
from aftersale.tickets.next_import import expiring_before
from aftersale.tickets.parking import cells_of
from aftersale.tickets.parking import drop as drop_row
from aftersale.tickets.queries import rows_of
from aftersale.tickets.scope import Scope

if TYPE_CHECKING:
    from pathlib import Path

    from django.db.models import QuerySet
    from django.http import HttpResponse

_SHOWN, _ROWS, _CELL = 30, 100, "cell:"
GOING = frozenset({"waiting", "running"})


@page
def imports(ask: Ask) -> HttpResponse:
    """Show imports, and take in sheets."""
    if ask.request.method == "POST":
        return _start(ask)
    shops = Shop.objects.filter(pk__in=ask.caller.shops(Permission.IMPORT)).order_by("name")
    expiring = expiring_before([shop.pk for shop in shops], ask.now)
    made = list(_mine(ask)[:_SHOWN])
    return shown(
        ask,
        "imports.html",
        shops=list(shops),
        made=made,
        going=GOING,
        expiring=expiring,
        import_words=import_words,
    )


def _mine(ask: Ask) -> QuerySet[Import]:
    seen = Q(shop__in=ask.caller.seen_shops()) | Q(shop=None, person=ask.person)
    return Import.objects.filter(seen).exclude(kind=FUNDS).select_related("shop", "person").order_by("-id")


def _start(ask: Ask) -> HttpResponse:
    files = ask.request.FILES.getlist("files")
    if not files:
        raise Incomplete
    shop = _shop(ask)
    with kept(list(files), LIMITS) as paths:
        made = _begun(ask, paths, shop)
    return HttpResponseRedirect(reverse("import", args=[made.pk]))


def _begun(ask: Ask, paths: list[Path], shop: Shop | None) -> Import:
    if shop and are_parcels(paths):
        ask.caller.let(Permission.RECEIVE, shop.pk)
        return start_parcel_import(paths, shop, ask.person.pk, ask.now)
    scope = Scope(partial=bool(ask.said("partial")))
    return start_import(Given(paths, shop, scope), ask.person.pk, ask.now)


def _shop(ask: Ask) -> Shop | None:
    """Find the shop chosen; none means that the sheet says it in each row."""
    said = ask.said("shop")
    if said == "each":
        return None
    number = int(said) if said.isascii() and said.isdigit() else 0
    ask.caller.let(Permission.IMPORT, number)
    return Shop.objects.get(pk=number)


def _one(ask: Ask, import_id: int) -> Import:
    found = _mine(ask).filter(pk=import_id).first()
    if found is None:
        raise NotHere
    return found


@page
def one(ask: Ask, import_id: int) -> HttpResponse:
    """Show one import: how far it is, what came of it, what waits to be mended, what is missing."""
    found = _one(ask, import_id)
    may = ask.caller.shops(needs(found))
    known = found.shop_id is None or found.shop_id in may
    kept = Q(shop__in=may) | Q(shop=None) if known else Q(shop__in=may)
    rows = ParkedRow.objects.filter(kept, batch=found, state="parked")
    parked = [(row, cells_of(row)) for row in rows.order_by("id")[:_ROWS]]
    gone = (
        Ticket.objects.filter(shop=found.shop, lane=Lane.MISSING).order_by("-missing_at")
        if found.shop
        else Ticket.objects.none()
    )
    around: dict[str, Any] = {
        "made": found,
        "parked": parked,
        "waiting": rows.count(),
        "missing": rows_of(list(gone.values_list("pk", flat=True)[:_ROWS])),
        "going": GOING,
        "import_words": import_words,
    }
    return shown(ask, "_import.html" if ask.part else "import.html", **around)


@require_POST
@page
def cancel(ask: Ask, import_id: int) -> HttpResponse:
    """Ask an import to stop; what it took in stays."""
    found = _one(ask, import_id)
    ask.caller.let(Permission.IMPORT, found.shop_id) if found.shop_id else None
    cancel_import(found.pk)
    return HttpResponseRedirect(reverse("import", args=[found.pk]))


def _row(ask: Ask, row_id: int) -> ParkedRow:
    row = ParkedRow.objects.select_related("batch", "shop").filter(pk=row_id, state="parked").first()
    if row is None:
        raise NotHere
    # A row of a sheet of several shops has no shop yet: it is for whoever brought the sheet.
    if row.shop_id is None and row.batch.shop_id is None and row.batch.person_id == ask.person.pk:
        return row
    ask.caller.let(needs(row.batch), row.shop_id or row.batch.shop_id)
    return row


@require_POST
@page
def again(ask: Ask, row_id: int) -> HttpResponse:
    """Take a parked row in with its cells corrected."""
    row = _row(ask, row_id)
    cells = {
        name.removeprefix(_CELL): text for name, text in ask.request.POST.items() if name.startswith(_CELL)
    }
    take_row(row, {name: str(text) for name, text in cells.items()}, ask.person.pk, ask.now)
    return HttpResponseRedirect(reverse("import", args=[row.batch_id]))


@require_POST
@page
def drop(ask: Ask, row_id: int) -> HttpResponse:
    """Leave a parked row out."""
    row = _row(ask, row_id)
    drop_row(row, ask.person.pk, ask.now)
    return HttpResponseRedirect(reverse("import", args=[row.batch_id]))
