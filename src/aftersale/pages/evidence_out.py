"""Show one picture of a pack to a platform that was given its address: signed, for two days, nothing else."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.conf import settings
from django.core.signing import BadSignature, TimestampSigner
from django.http import Http404, HttpResponse
from django.urls import reverse

from aftersale.domain.errors import EvidenceBroken
from aftersale.shops.accounts import client_address
from aftersale.tickets.models import Pack
from aftersale.tickets.vault import packs, requests

if TYPE_CHECKING:
    from django.http import HttpRequest

LASTS_S = 2 * 24 * 3_600
_OFTEN = 429
_SIGNER = TimestampSigner(salt="evidence-out", sep=".")
_HEADERS = {
    "Content-Security-Policy": "default-src 'none'; sandbox",
    "X-Content-Type-Options": "nosniff",
    "Cache-Control": "private, no-store",
    "X-Robots-Tag": "noindex",
}


def addresses_of(pack: Pack, count: int) -> list[str]:
    """Give the addresses of the pictures of a pack; none where this desk cannot be reached from outside."""
    if not settings.PUBLIC_URL:
        return []
    tokens = [_SIGNER.sign(f"{pack.pk}-{number}") for number in range(1, count + 1)]
    return [f"{settings.PUBLIC_URL}{reverse('evidence_out', args=[token])}" for token in tokens]


def show(request: HttpRequest, token: str) -> HttpResponse:
    """Send a picture to whoever has its address; one that is over or was never given looks the same."""
    if requests.is_too_often(client_address(request)):
        return HttpResponse(status=_OFTEN)
    try:
        pack_id, _, number = _SIGNER.unsign(token, max_age=LASTS_S).partition("-")
    except BadSignature:
        raise Http404 from None
    pack = Pack.objects.select_related("file").filter(pk=int(pack_id)).first()
    try:
        content = packs.parts_of(pack).get(f"{number}.jpg") if pack else None
    except EvidenceBroken:
        content = None
    if content is None:
        raise Http404
    return HttpResponse(content, content_type="image/jpeg", headers=_HEADERS)
