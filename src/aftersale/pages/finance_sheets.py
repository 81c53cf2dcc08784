"""Take fund and settlement exports in from the browser, and show how far they are."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.http import HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.views.decorators.http import require_POST

from aftersale.api.faults import NotHere
from aftersale.api.imports import LIMITS, kept
from aftersale.domain.roles import Permission
from aftersale.finance.imports import KIND, start_fund_import
from aftersale.pages.acting import Incomplete
from aftersale.pages.door import Ask, page, shown
from aftersale.pages.finance import shop_of
from aftersale.pages.imports import GOING
from aftersale.pages.words import import_words
from aftersale.tickets.imports import cancel_import
from aftersale.tickets.models import Import, ParkedRow
from aftersale.tickets.parking import cells_of

if TYPE_CHECKING:
    from django.db.models import QuerySet

_ROWS = 100


@require_POST
@page
def start(ask: Ask) -> HttpResponse:
    """Take in sheets of a shop; the worker reads them."""
    shop = shop_of(ask, Permission.BOOK_MONEY)
    files = ask.request.FILES.getlist("files")
    if not files:
        raise Incomplete
    with kept(list(files), LIMITS) as paths:
        made = start_fund_import(paths, shop, ask.person.pk, ask.now)
    return HttpResponseRedirect(reverse("finance_sheet", args=[made.pk]))


def _one(ask: Ask, import_id: int, permission: Permission) -> Import:
    found = Import.objects.select_related("shop").filter(pk=import_id, kind=KIND).first()
    ask.caller.let(permission, found.shop_id if found else None)
    if found is None:
        raise NotHere
    return found


@page
def one(ask: Ask, import_id: int) -> HttpResponse:
    """Show one sheet: how far it is, what came of it, what was not read and why."""
    found = _one(ask, import_id, Permission.SEE_MONEY)
    rows: QuerySet[ParkedRow] = ParkedRow.objects.filter(batch=found, state="parked").order_by("id")
    parked = [(row, cells_of(row)) for row in rows[:_ROWS]]
    template = "_finance_sheet.html" if ask.part else "finance_sheet.html"
    may = found.shop_id in ask.caller.shops(Permission.BOOK_MONEY)
    return shown(
        ask,
        template,
        made=found,
        parked=parked,
        waiting=rows.count(),
        going=GOING,
        may_book=may,
        import_words=import_words,
    )


@require_POST
@page
def cancel(ask: Ask, import_id: int) -> HttpResponse:
    """Ask an import to stop; what it took in stays."""
    found = _one(ask, import_id, Permission.BOOK_MONEY)
    cancel_import(found.pk)
    return HttpResponseRedirect(reverse("finance_sheet", args=[found.pk]))
