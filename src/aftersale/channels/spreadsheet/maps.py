"""Read the map file by which a shop names the columns of a new header, and write an example of one."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import yaml

from aftersale.channels.base import SheetRefused
from aftersale.channels.spreadsheet.columns import COLUMNS, NAMES, REQUIRED, Kind
from aftersale.texts import Text

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

FIELDS = frozenset(column.field for columns in COLUMNS.values() for column in columns)


@dataclass(frozen=True, slots=True)
class SheetMap:
    """Hold what a map file says: titles for fields, and platform and kind where it names them."""

    columns: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    platform: str | None = None
    kind: Kind | None = None


def _refuse(code: str, zh: str, en: str) -> SheetRefused:
    next_step = Text(
        zh="列名对照文件一行写一项，例如 ticket_no: 售后单号；可写的项："
        + "、".join(sorted(FIELDS))
        + "，以及 platform（douyin 或 kuaishou）和 kind（after_sale 或 order）。",
        en="One line a field, such as ticket_no: 售后单号. Fields: "
        + ", ".join(sorted(FIELDS))
        + "; also platform (douyin or kuaishou) and kind (after_sale or order).",
    )
    return SheetRefused(code, Text(zh=zh, en=en), next_step)


def _titles(name: str, value: object) -> tuple[str, ...]:
    titles = value if isinstance(value, list) else [value]
    if not titles or not all(isinstance(title, str | int) and str(title).strip() for title in titles):
        raise _refuse(
            "map.bad_title",
            f"对照文件里 {name} 的列名没写对：{value!r}",
            f"{name} needs a title, not {value!r}",
        )
    return tuple(str(title) for title in titles)


def _one_of(name: str, value: object, allowed: tuple[str, ...]) -> str | None:
    if value is None or value in allowed:
        return None if value is None else str(value)
    choices = "、".join(allowed)
    raise _refuse(
        "map.bad_choice",
        f"对照文件里 {name} 只能写 {choices}，写的是 {value!r}",
        f"{name} is one of {', '.join(allowed)}, not {value!r}",
    )


def parse_map(text: str) -> SheetMap:
    """Read the text of a map file; raises SheetRefused and says how to write it."""
    try:
        raw = yaml.safe_load(text)
    except yaml.YAMLError as fault:
        raise _refuse(
            "map.unreadable", f"对照文件读不懂：{fault}", f"the map cannot be read: {fault}"
        ) from None
    if not isinstance(raw, dict):
        raise _refuse(
            "map.unreadable", "对照文件里没有“项: 列名”这样的行", "the map holds no lines of field: title"
        )
    platform = _one_of("platform", raw.pop("platform", None), tuple(NAMES))
    kind = _one_of("kind", raw.pop("kind", None), tuple(Kind))
    strange = [str(name) for name in raw if name not in FIELDS]
    if strange:
        listed = "、".join(strange)
        raise _refuse(
            "map.unknown_field", f"对照文件里没有这样的项：{listed}", f"no such field: {', '.join(strange)}"
        )
    columns = {str(name): _titles(str(name), value) for name, value in raw.items()}
    return SheetMap(columns, platform, Kind(kind) if kind else None)


def load_map(path: Path) -> SheetMap:
    """Read a map file in UTF-8; raises SheetRefused where it is missing or says what it may not."""
    try:
        return parse_map(path.read_text(encoding="utf-8-sig"))
    except (OSError, UnicodeDecodeError) as fault:
        raise _refuse(
            "map.unreadable", f"打不开对照文件 {path.name}：{fault}", f"cannot open {path.name}: {fault}"
        ) from None


def example_map(found: Mapping[str, str], platform: str | None, kind: Kind) -> str:
    """Write a map file for a header: what was found stands there, what is missing waits for its title."""
    lines = [
        f"platform: {platform or 'douyin'}  # douyin 抖店 / kuaishou 快手",
        f"kind: {kind.value}  # after_sale 售后单 / order 订单",
    ]
    for column in COLUMNS[kind]:
        usual = column.titles[0]
        if column.field in found:
            lines.append(f"{column.field}: {json.dumps(found[column.field], ensure_ascii=False)}")
        elif column.field in REQUIRED[kind]:
            lines.append(f"{column.field}: {usual}  # 把右边换成你表里的列名 / your title for {usual}")
    return "\n".join(lines) + "\n"
