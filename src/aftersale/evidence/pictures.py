"""Draw pictures of evidence anew: small ones, ones to look at, ones with parts black; never the original."""

from __future__ import annotations

from datetime import datetime
from io import BytesIO
from typing import TYPE_CHECKING, NamedTuple

from PIL import ExifTags, Image, ImageDraw, ImageOps

from aftersale.domain.clock import SHANGHAI
from aftersale.shops.uploads import Kind

if TYPE_CHECKING:
    from collections.abc import Iterable

DRAWN = frozenset({Kind.JPEG, Kind.PNG, Kind.WEBP})
"""Kinds that can be drawn; a HEIC is kept and listed, a phone sends a JPEG where that is asked for."""

THUMB_PX, LOOK_PX = 160, 1_600
# More than any phone takes; what unpacks to more is a bomb.
MOST_PIXELS = 120_000_000
_FORMATS = ("JPEG", "PNG", "WEBP")
_WHOLE = 1_000


class Unreadable(ValueError):
    """Say that the bytes are no picture after all, or one too large to be drawn."""


class Told(NamedTuple):
    """Hold what a picture says of itself: when it was taken, and the program that wrote it."""

    taken_at: datetime | None
    software: str


def opened(content: bytes, within_px: int | None = None) -> Image.Image:
    """Open a picture upright in plain colours, at most `within_px` wide and high; raises Unreadable."""
    try:
        image: Image.Image = Image.open(BytesIO(content), formats=_FORMATS)
        if image.width * image.height > MOST_PIXELS:
            raise Unreadable(f"{image.width} x {image.height} is too large")
        if within_px:
            image.draft("RGB", (within_px, within_px))
        image = ImageOps.exif_transpose(image)
        if within_px:
            image.thumbnail((within_px, within_px))
        return _plain(image)
    except (OSError, ValueError, SyntaxError, EOFError, Image.DecompressionBombError) as error:
        raise Unreadable(str(error)) from error


def _plain(image: Image.Image) -> Image.Image:
    """Take away transparency: what shines through is white."""
    if image.mode == "RGB":
        return image
    with_alpha = image.convert("RGBA")
    paper = Image.new("RGB", image.size, "white")
    paper.paste(with_alpha, mask=with_alpha.getchannel("A"))
    return paper


def jpeg(image: Image.Image, quality: int = 85) -> bytes:
    """Write a picture as JPEG without anything but the picture."""
    out = BytesIO()
    image.save(out, "JPEG", quality=quality)
    return out.getvalue()


def smaller(content: bytes, kind: Kind, within_px: int) -> bytes | None:
    """Draw a picture within a size; None for what is none or cannot be drawn."""
    if kind not in DRAWN:
        return None
    try:
        return jpeg(opened(content, within_px), 70 if within_px <= THUMB_PX else 85)
    except Unreadable:
        return None


def blackened(content: bytes, areas: Iterable[tuple[int, int, int, int]]) -> bytes:
    """Draw a picture with areas black: left, top, right, bottom in thousandths; raises Unreadable."""
    image = opened(content)
    draw = ImageDraw.Draw(image)
    for left, top, right, bottom in areas:
        across, down = image.width, image.height
        box = (
            left * across // _WHOLE,
            top * down // _WHOLE,
            right * across // _WHOLE,
            bottom * down // _WHOLE,
        )
        draw.rectangle(box, fill="black")
    return jpeg(image, 90)


def told_by(content: bytes, kind: Kind) -> Told:
    """Read when a picture says it was taken, and which program wrote it last."""
    if kind not in DRAWN:
        return Told(None, "")
    try:
        exif = Image.open(BytesIO(content), formats=_FORMATS).getexif()
        details = exif.get_ifd(ExifTags.IFD.Exif)
    except (OSError, ValueError, SyntaxError, Image.DecompressionBombError):
        return Told(None, "")
    taken = details.get(ExifTags.Base.DateTimeOriginal) or exif.get(ExifTags.Base.DateTime)
    return Told(_moment(taken), str(exif.get(ExifTags.Base.Software) or "").strip("\0 ")[:60])


def _moment(said: object) -> datetime | None:
    """Read the time of a camera, which tells no zone: those here are set to Shanghai."""
    try:
        return datetime.strptime(str(said).strip("\0 "), "%Y:%m:%d %H:%M:%S").replace(tzinfo=SHANGHAI)
    except ValueError:
        return None
