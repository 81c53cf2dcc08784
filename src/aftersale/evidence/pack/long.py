"""Draw exhibits as a platform takes them: a few long pictures, each piece with number, source and digest."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import lru_cache
from itertools import islice
from typing import TYPE_CHECKING

from PIL import Image, ImageDraw, ImageFont

from aftersale.evidence.pack.fonts import font
from aftersale.evidence.pack.records import lines_of
from aftersale.evidence.pack.stills import is_possible, stills_of
from aftersale.evidence.pack.typeset import about
from aftersale.evidence.pictures import Unreadable, jpeg, opened
from aftersale.evidence.vault import WRITTEN
from aftersale.shops.uploads import Kind
from aftersale.texts import Text

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from aftersale.evidence.pack.contents import Exhibit

WIDE, MOST_HIGH, MOST_PIECE = 1_080, 7_000, 1_500
_EDGE, _GAP, _BIG, _SMALL = 24, 18, 34, 24
_QUALITIES = (85, 75, 65, 55, 45)
_SHORT, _STEP = 12, 200
_ENDS = "。！？；\n"


@dataclass(frozen=True, slots=True)
class Limits:
    """Say what a platform takes: pictures, bytes of each, characters of the text."""

    pictures: int
    bytes: int
    text: int


@dataclass(frozen=True, slots=True)
class Fitted:
    """Hold what goes to a platform: pictures (JPEG), text, and what was left out with the reason.

    `shows` names by picture the pieces on it, by SHA-256 and in their order.
    """

    pictures: tuple[bytes, ...]
    text: str
    left_out: tuple[Text, ...]
    shows: tuple[tuple[str, ...], ...] = ()


def fit(exhibits: Sequence[Exhibit], text: str, limits: Limits) -> Fitted:
    """Draw as many exhibits as the platform takes, in their order; name every one that is left out."""
    strips, left_out = list[Image.Image](), list[Text]()
    drawn: list[tuple[int, Exhibit]] = []
    for number, exhibit in enumerate(exhibits, 1):
        strip = _strip(number, exhibit)
        if strip is None:
            left_out.append(_not_drawn(number, exhibit))
        else:
            strips.append(strip)
            drawn.append((number, exhibit))
    piles, over = _piled(strips, limits.pictures)
    left_out += [_too_many(*drawn[len(strips) - 1 - back]) for back in range(over)][::-1]
    pictures = tuple(_written(pile, limits.bytes) for pile in piles)
    short = shortened(text, limits.text)
    if short != text:
        left_out.append(_cut(len(text), limits.text))
    return Fitted(pictures, short, tuple(left_out), tuple(_shows(piles, drawn)))


def _shows(
    piles: Iterable[Sequence[Image.Image]], drawn: Iterable[tuple[int, Exhibit]]
) -> Iterator[tuple[str, ...]]:
    """Name what stands on each picture; strips keep the order in which they were drawn."""
    digests = (exhibit.digest for _, exhibit in drawn)
    for pile in piles:
        # The stills of a film stand for one piece.
        yield tuple(dict.fromkeys(islice(digests, len(pile))))


def shortened(text: str, most: int) -> str:
    """Cut a text at the end of a sentence so that it has so many characters at most."""
    if len(text) <= most:
        return text
    cut = max(text.rfind(end, 0, most) for end in _ENDS) + 1
    return text[:cut] if cut else text[: most - 1] + "…"


def _strip(number: int, exhibit: Exhibit) -> Image.Image | None:
    """Draw one exhibit under its words; None for what cannot be drawn."""
    if exhibit.kind == WRITTEN:
        return _record(number, exhibit)
    if not exhibit.drawable:
        return None
    try:
        image = opened(exhibit.content, max(WIDE, MOST_PIECE))
    except Unreadable:
        return None
    inner = WIDE - 2 * _EDGE
    scale = min(inner / image.width, MOST_PIECE / image.height)
    image = image.resize((max(1, int(image.width * scale)), max(1, int(image.height * scale))))
    strip, top = _headed(number, exhibit, image.height + _GAP)
    strip.paste(image, ((WIDE - image.width) // 2, top))
    return strip


def _record(number: int, exhibit: Exhibit) -> Image.Image | None:
    """Draw what the desk wrote itself as lines; None for what it did not write."""
    said = lines_of(exhibit.content)
    if not said:
        return None
    lines = [line for each in said for line in _wrapped(each, _BIG, WIDE - 2 * _EDGE)]
    strip, top = _headed(number, exhibit, _high(lines) + _GAP)
    _write(strip, lines, top)
    return strip


def _headed(number: int, exhibit: Exhibit, room: int) -> tuple[Image.Image, int]:
    """Make a strip with number, source, time and digest, and so much room below; gives where that begins."""
    inner = WIDE - 2 * _EDGE
    lines = [*_wrapped(f"凭证 {number}　{exhibit.title}", _BIG, inner), *_small(exhibit, inner)]
    top = _GAP + _high(lines)
    strip = Image.new("RGB", (WIDE, top + room), "white")
    _write(strip, lines, _GAP)
    return strip, top


def _high(lines: Sequence[tuple[str, int]]) -> int:
    return sum(size + _GAP // 2 for _, size in lines)


def _small(exhibit: Exhibit, inner: int) -> list[tuple[str, int]]:
    said = [about(exhibit), exhibit.caption, f"SHA-256 {exhibit.sha256[:_SHORT]}"]
    return [line for each in said if each for line in _wrapped(each, _SMALL, inner)]


def _write(strip: Image.Image, lines: Iterable[tuple[str, int]], at: int) -> None:
    draw = ImageDraw.Draw(strip)
    for text, size in lines:
        draw.text((_EDGE, at), text, fill="black", font=_font(size))
        at += size + _GAP // 2


def _wrapped(text: str, size: int, inner: int) -> list[tuple[str, int]]:
    """Break a text into lines that fit; Chinese may break anywhere."""
    lines, line = list[str](), ""
    for sign in text.replace("\n", " "):
        if _font(size).getlength(line + sign) > inner:
            lines.append(line)
            line = ""
        line += sign
    return [(each, size) for each in [*lines, line]]


@lru_cache(maxsize=4)
def _font(size: int) -> ImageFont.FreeTypeFont:
    return ImageFont.truetype(str(font()), size)


def _piled(strips: Sequence[Image.Image], most: int) -> tuple[list[list[Image.Image]], int]:
    """Put strips into so many pictures at most, evenly; the last ones that find no room are counted."""
    kept = list(strips)
    while kept:
        for high in range(max(each.height for each in kept), MOST_HIGH + _STEP, _STEP):
            piles = _filled(kept, min(high, MOST_HIGH))
            if len(piles) <= most:
                return _spread(piles, most), len(strips) - len(kept)
        kept.pop()
    return [], len(strips)


def _spread(piles: list[list[Image.Image]], most: int) -> list[list[Image.Image]]:
    """Use as many pictures as are taken: the highest pile is parted while there is room for one more."""
    while len(piles) < most and any(len(pile) > 1 for pile in piles):
        place = max(
            range(len(piles)), key=lambda at: (len(piles[at]) > 1, sum(each.height for each in piles[at]))
        )
        half = (len(piles[place]) + 1) // 2
        piles[place : place + 1] = [piles[place][:half], piles[place][half:]]
    return piles


def _filled(strips: Sequence[Image.Image], high: int) -> list[list[Image.Image]]:
    piles, height = list[list[Image.Image]](), 0
    for each in strips:
        if not piles or height + each.height > high:
            piles.append([])
            height = 0
        piles[-1].append(each)
        height += each.height
    return piles


def _written(pile: Sequence[Image.Image], most: int) -> bytes:
    """Write a picture as good as its size allows, smaller where nothing else helps."""
    whole = Image.new("RGB", (WIDE, sum(each.height for each in pile)), "white")
    at = 0
    for each in pile:
        whole.paste(each, (0, at))
        at += each.height
    written = b""
    for quality in _QUALITIES:
        written = jpeg(whole, quality)
        if len(written) <= most:
            return written
    while len(written) > most and whole.width > _SMALL:
        whole = whole.resize((whole.width * 3 // 4, max(1, whole.height * 3 // 4)))
        written = jpeg(whole, _QUALITIES[-1])
    return written


def with_stills(exhibits: Iterable[Exhibit]) -> Iterator[Exhibit]:
    """Put stills in the place of films, where they can be taken; each keeps the digest of its film."""
    for exhibit in exhibits:
        stills = stills_of(exhibit.content) if exhibit.kind == Kind.MP4 else []
        for still in stills:
            title = f"{exhibit.title} 视频 {still.time_code}"
            yield replace(exhibit, content=still.picture, kind="jpg", title=title, drawable=True)
        if not stills:
            yield exhibit


def _not_drawn(number: int, exhibit: Exhibit) -> Text:
    if exhibit.kind == Kind.MP4 and not is_possible():
        return Text(
            zh=f"凭证 {number} {exhibit.title}：视频要单独上传；装上 ffmpeg 才能截图",
            en=f"exhibit {number}: upload the film by itself; stills need ffmpeg on this machine",
        )
    if exhibit.kind == Kind.HEIC:
        return Text(
            zh=f"凭证 {number} {exhibit.title}：HEIC 照片画不出来，请对方另发一张 JPEG；原件已留存",
            en=f"exhibit {number}: a HEIC cannot be drawn, ask for a JPEG of it; the original is kept",
        )
    return Text(
        zh=f"凭证 {number} {exhibit.title}：{exhibit.kind} 不能画成图片，要单独上传",
        en=f"exhibit {number}: {exhibit.kind} cannot be drawn; upload it by itself",
    )


def _too_many(number: int, exhibit: Exhibit) -> Text:
    return Text(
        zh=f"凭证 {number} {exhibit.title}：图片数量已满，没有放进来",
        en=f"exhibit {number}: the pictures are full, it is not among them",
    )


def _cut(length: int, most: int) -> Text:
    return Text(
        zh=f"说明共 {length} 字，平台只收 {most} 字，后面的删掉了",
        en=f"the text has {length} signs, the platform takes {most}; the rest is cut",
    )
