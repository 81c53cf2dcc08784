"""Put parcels on a bench: dresses on their way back, a gun, a form that is filled in."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import datetime
from typing import TYPE_CHECKING

from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from aftersale.shops.models import Product
from aftersale.tickets.models import Ticket
from tests.api.desk import now
from tests.pages.desk import text_of
from tests.returns.bench import COMING_BACK
from tests.tickets.taking.notices import NOW, origin, took

if TYPE_CHECKING:
    from django.test.client import _MonkeyPatchedWSGIResponse as HttpResponse

    from aftersale.shops.models import Shop
    from tests.pages.desk import Visitor

JPEG = b"\xff\xd8\xff\xe0" + b"a picture" * 30


def register(shop: Shop) -> None:
    """Let the register know what a dress is and weighs."""
    Product.objects.create(
        shop=shop,
        article_no="DRS-M",
        cells={"商家编码": "DRS-M", "发货重量(g)": "1380"},
        facts={"category": "apparel", "perishable": False, "custom_made": False, "opt_out_class": "none"},
        changed_at=now(),
    )


def facts() -> dict[str, object]:
    """Tell of a return of today: a page reads the clock of the day it is opened."""
    since = now() - NOW
    return {
        name: value + since if isinstance(value, datetime) else value
        for name, value in COMING_BACK.facts.items()
    }


def coming(shop: Shop, number: int = 1, **said: object) -> Ticket:
    """Take in a dress on its way back."""
    notice = replace(
        COMING_BACK,
        facts=facts(),
        newest_at=COMING_BACK.newest_at + (now() - NOW) if COMING_BACK.newest_at else None,
        ticket_no=f"71{number:017}",
        order_no=f"69{number:017}",
        line_no=f"70{number:017}",
        article="碎花连衣裙 M",
        article_no="DRS-M",
        return_waybill=waybill(number),
    )
    took(shop, [replace(notice, **said)], origin(as_of=now(), now=now()))  # type: ignore[arg-type]  # fields of a notice
    return Ticket.objects.get(shop=shop, ticket_no=notice.ticket_no)


def waybill(number: int) -> str:
    return f"SF139{number:010}"


def scan(who: Visitor, said: str) -> HttpResponse:
    """Do as the gun does: type, then Enter."""
    return who.get("bench", part=True, waybill=said)


def booked(who: Visitor, ticket: Ticket, **found: object) -> HttpResponse:
    """Fill the form of a scanned ticket in and press Enter in the empty scan field."""
    words: dict[str, object] = {"good": 1, "bad": 0, "expected": 1, "came": "right"}
    loose = {name: found.pop(name) for name in ("weight", "remark", "camera", "photos") if name in found}
    fields = {f"{name}-{ticket.pk}": value for name, value in (words | found).items()}
    typed: dict[str, object] = {"waybill": ticket.return_waybill, "scan": ""}
    typed |= fields | loose
    return who.client.post(reverse("bench_book"), typed, headers={"HX-Request": "true"})


def picture(name: str = "IMG_1.jpg", more: bytes = b"") -> SimpleUploadedFile:
    return SimpleUploadedFile(name, JPEG + more, content_type="image/jpeg")


def picks(response: HttpResponse) -> list[str]:
    """Read the tickets that a page offers to confirm."""
    found = re.findall(r'name="pick" value="([^"]+)"', text_of(response))
    return [each for text in found for each in text.split()]
