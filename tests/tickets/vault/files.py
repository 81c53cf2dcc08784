"""Make files as people bring them: photos of a phone, screenshots, papers."""

from __future__ import annotations

from io import BytesIO
from typing import TYPE_CHECKING

from PIL import ExifTags, Image

from aftersale.evidence.vault import Incoming
from aftersale.tickets.vault.adding import Hand, Told, add
from tests.api.desk import now

if TYPE_CHECKING:
    from datetime import datetime

    from aftersale.shops.models import Person
    from aftersale.tickets.models import EvidenceLink, Ticket

PDF = b"%PDF-1.4\n1 0 obj<</Type/Catalog>>endobj\ntrailer<</Root 1 0 R>>\n%%EOF\n"


def photo(number: int = 1, size: tuple[int, int] = (320, 240), taken: str = "", software: str = "") -> bytes:
    """Draw a photo that no other number has."""
    image = Image.new("RGB", size, (number * 53 % 256, number * 97 % 256, number * 31 % 256))
    exif = Image.Exif()
    if taken:
        exif[ExifTags.Base.DateTime] = taken
    if software:
        exif[ExifTags.Base.Software] = software
    out = BytesIO()
    image.save(out, "JPEG", exif=exif)
    return out.getvalue()


def screenshot(number: int = 1) -> bytes:
    out = BytesIO()
    Image.new("RGBA", (200, 400), (0, number % 256, 0, 128)).save(out, "PNG")
    return out.getvalue()


def hand(person: Person | None = None, via: str = "page", at: datetime | None = None) -> Hand:
    return Hand(person.pk if person else None, via, at or now())


def put(
    ticket: Ticket,
    person: Person,
    content: bytes | None = None,
    name: str = "a.jpg",
    told: Told | None = None,
) -> EvidenceLink:
    """Put one file on a ticket."""
    (link,) = add(ticket, [Incoming(name, content or photo())], told or Told(), hand(person))
    return link
