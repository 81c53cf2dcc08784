"""Take evidence from somebody without an account: the page behind a link, which shows nothing more."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.shortcuts import render

from aftersale.domain.errors import AftersaleError
from aftersale.evidence.pieces import Giver
from aftersale.evidence.vault import LIMITS
from aftersale.jobs.clock import desk_clock
from aftersale.pages.acting import Incomplete
from aftersale.pages.evidence import incoming
from aftersale.shops.accounts import client_address
from aftersale.shops.uploads import check_count
from aftersale.tickets.vault import requests
from aftersale.tickets.vault.checklist import checklist_of
from aftersale.tickets.vault.gather import newest_decision
from aftersale.web.environment import lang

if TYPE_CHECKING:
    from datetime import datetime

    from django.http import HttpRequest, HttpResponse

    from aftersale.tickets.models import EvidenceRequest

_OVER, _REFUSED, _OFTEN = 404, 422, 429


def give(request: HttpRequest, token: str) -> HttpResponse:
    """Show what is asked for; when sent, keep the files and end the link."""
    now = desk_clock()
    if requests.is_too_often(client_address(request)):
        return _page(request, _OFTEN, refusal=requests.over())
    found = requests.request_of(token, now)
    if found is None:
        return _page(request, _OVER, refusal=requests.over())
    if request.method != "POST":
        return _page(request, 200, found=found, wanted=_wanted(found, now))
    try:
        kept = requests.give(found, _files(request), request.POST.get("giver", ""), now)
    except AftersaleError as refusal:
        return _page(request, _REFUSED, found=found, wanted=_wanted(found, now), refusal=refusal)
    return _page(request, 200, kept=len(kept))


def _files(request: HttpRequest) -> list[Any]:
    """Read the files; raises Incomplete where the box that says yes was not ticked, or nothing came."""
    files = request.FILES.getlist("files")
    if not files or not request.POST.get("agree"):
        raise Incomplete
    check_count(len(files), LIMITS)
    return [incoming(each) for each in files[: requests.MOST_FILES]]


def _wanted(found: EvidenceRequest, now: datetime) -> str:
    line = checklist_of(found.ticket, newest_decision(found.ticket, now), now).find(found.item)
    return line.words.of(lang()) if line else ""


def _page(request: HttpRequest, status: int, **values: Any) -> HttpResponse:  # noqa: ANN401  # what a template takes
    empty: dict[str, Any] = {"found": None, "wanted": "", "refusal": None, "kept": 0}
    more = {"seat": None, "own": Giver.SHOP, "most": requests.MOST_FILES}
    return render(request, "evidence_give.html", {**empty, **more, **values}, status=status)
