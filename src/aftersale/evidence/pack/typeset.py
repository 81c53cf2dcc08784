"""Set a pack for reading: a PDF in Chinese with its font in it, the same bytes every time."""

from __future__ import annotations

import json
from concurrent.futures import ThreadPoolExecutor
from importlib.resources import files
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any, NamedTuple

import typst

from aftersale.domain.clock import SHANGHAI
from aftersale.evidence.pack.fonts import folder
from aftersale.evidence.pictures import Unreadable, jpeg, opened

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from datetime import datetime

    from aftersale.evidence.pack.contents import Contents, Exhibit

PRINTED_PX = 1_400
_TEMPLATE = "pack.typ"
_HANDS = 2
_WORDS = {
    "summary": "摘要",
    "timeline": "经过",
    "best": "重点凭证",
    "quotes": "依据的规则",
    "statement": "说明",
    "rest": "其他凭证",
    "index": "凭证目录",
    "left_out": "没有放进来的",
    "how": "怎么核对",
    "columns": ["编号", "内容", "拍摄或形成时间", "SHA-256"],
}
_HOW = (
    "压缩包里的 manifest.json 列出每个文件的 SHA-256，并由店铺的密钥签名；"
    "每件凭证入库时写进店铺日志，日志的树根另有签名。用 aftersale verify 文件名 一步核对；"
    "没有这个软件时，按 how.txt 用 sha256sum 和 openssl 逐步核对。"
)


def typeset(contents: Contents, picture: Callable[[], object] = lambda: None) -> bytes:
    """Set a pack as PDF; `picture` is called for each exhibit that was drawn."""
    with TemporaryDirectory(prefix="aftersale-pack-") as name:
        place = Path(name)
        with ThreadPoolExecutor(_HANDS) as hands:
            drawn = list[_Drawn]()
            for each in hands.map(lambda one: _drawn(place, *one), enumerate(contents.exhibits, 1)):
                drawn.append(each)
                picture()
        (place / _TEMPLATE).write_bytes((files(__package__) / _TEMPLATE).read_bytes())
        return typst.compile(
            place / _TEMPLATE,
            root=place,
            font_paths=[folder()],
            ignore_system_fonts=True,
            sys_inputs={"data": json.dumps(_data(contents, drawn), ensure_ascii=False)},
        )


class _Drawn(NamedTuple):
    """Hold the name of a picture as it is printed, empty where there is none, and whether it is tall."""

    name: str = ""
    tall: bool = False


def _drawn(place: Path, number: int, exhibit: Exhibit) -> _Drawn:
    """Draw an exhibit small enough for a page."""
    if not exhibit.drawable:
        return _Drawn()
    try:
        image = opened(exhibit.content, PRINTED_PX)
    except Unreadable:
        return _Drawn()
    (place / f"{number:02}.jpg").write_bytes(jpeg(image, 80))
    return _Drawn(f"{number:02}.jpg", image.height * 4 > image.width * 3)


def _data(contents: Contents, drawn: Sequence[_Drawn]) -> dict[str, Any]:
    shown = [_exhibit(n, each, drawn[n - 1]) for n, each in enumerate(contents.exhibits, 1)]
    return {
        "heading": f"举证材料　{contents.number}",
        "demo": contents.shop,
        "footer": f"{contents.platform} · {contents.shop} · {written(contents.as_of)}",
        "title": [list(pair) for pair in contents.title],
        "summary": contents.summary,
        "statement": contents.statement,
        "timeline": [[written(line.at), line.who, line.words] for line in contents.timeline],
        "quotes": [[each.document, each.article, each.version, each.says] for each in contents.quotes],
        "best": shown[: contents.best],
        "rest": shown[contents.best :],
        "index": [
            [f"{n:02}", each.title, written(each.taken_at or each.added_at), each.sha256[:16]]
            for n, each in enumerate(contents.exhibits, 1)
        ],
        "left_out": [each.zh for each in contents.left_out],
        "how": _HOW,
        "words": _WORDS,
    }


def _exhibit(number: int, exhibit: Exhibit, picture: _Drawn) -> dict[str, Any]:
    return {
        "number": f"{number:02}",
        "title": exhibit.title,
        "about": about(exhibit),
        "caption": exhibit.caption,
        "picture": picture.name,
        "tall": picture.tall,
        "digest": exhibit.sha256,
    }


def about(exhibit: Exhibit) -> str:
    """Say of an exhibit who gave it, when it was taken and when it was kept, and whether parts are black."""
    taken = f"拍摄 {written(exhibit.taken_at)}" if exhibit.taken_at else "拍摄时间不详"
    masked = f" · 已打码，原件 {exhibit.original_sha256[:16]} 留存" if exhibit.original_sha256 else ""
    return f"来源 {exhibit.source} · {taken} · 入库 {written(exhibit.added_at)}{masked}"


def written(moment: datetime) -> str:
    """Write a time to the minute, in Shanghai."""
    return f"{moment.astimezone(SHANGHAI):%Y-%m-%d %H:%M}"
