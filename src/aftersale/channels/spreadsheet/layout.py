"""Recognise what a sheet is by its header, wherever the columns stand and however they are called."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from aftersale.channels.base import SheetRefused
from aftersale.channels.spreadsheet.cells import EMPTY, Unreadable, clean
from aftersale.channels.spreadsheet.columns import (
    COLUMNS,
    FOREIGN,
    FOREIGN_AT,
    HABITS,
    NAMES,
    REQUIRED,
    TELLTALES,
    Kind,
    is_required,
    plain_title,
)
from aftersale.channels.spreadsheet.maps import SheetMap, example_map
from aftersale.texts import Text

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

NO_MAP = SheetMap()


@dataclass(frozen=True, slots=True)
class Place:
    """Say where a field stands: the index of its column, the title, and columns of the very same title."""

    index: int
    title: str
    twins: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class Layout:
    """Say what a sheet is and where its fields stand."""

    sheet: str
    channel: str
    kind: Kind
    header_row: int
    width: int
    places: Mapping[str, Place]
    titles: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class _Header:
    """Hold one candidate for the header row."""

    row: int
    titles: tuple[str, ...]

    @property
    def plain(self) -> frozenset[str]:
        return frozenset(plain_title(title) for title in self.titles if title)


def _title(cell: str) -> str:
    try:
        return clean(cell)
    except Unreadable:
        return ""


def _header(row: int, cells: Sequence[str]) -> _Header:
    titles = [_title(cell) for cell in cells]
    while titles and titles[-1] in EMPTY:
        titles.pop()
    return _Header(row, tuple(titles))


def _find(header: _Header, kind: Kind, mapping: SheetMap) -> dict[str, Place]:
    by_title: dict[str, list[int]] = {}
    for index, title in enumerate(header.titles):
        if title:
            by_title.setdefault(plain_title(title), []).append(index)
    places = {}
    for column in COLUMNS[kind]:
        for title in (*mapping.columns.get(column.field, ()), *column.titles):
            indices = by_title.get(plain_title(title))
            if indices:
                places[column.field] = Place(indices[0], header.titles[indices[0]], tuple(indices[1:]))
                break
    return places


def _channel(sheet: str, header: _Header) -> str | None:
    """Tell the platform by the titles only it prints, in doubt by the name of the file, then by habits."""
    hits = {channel: len(header.plain & titles) for channel, titles in TELLTALES.items()}
    leaders = [channel for channel, count in hits.items() if count == max(hits.values())]
    named = [channel for channel, name in NAMES.items() if name.zh in sheet]
    usual = [channel for channel, titles in HABITS.items() if titles <= header.plain]
    for found in (leaders, named, usual):
        if len(found) == 1:
            return found[0]
    return None


def _missing(channel: str | None, kind: Kind, places: Mapping[str, Place]) -> list[str]:
    return [name for name in REQUIRED[kind] if name not in places and is_required(channel, kind, name)]


def _applies(mapping: SheetMap, header: _Header) -> bool:
    """Tell whether the map speaks of this header; two exports read together share one map file."""
    wanted = {plain_title(title) for titles in mapping.columns.values() for title in titles}
    return bool(wanted & header.plain) or not wanted


def _best_guess(headers: Sequence[_Header]) -> _Header:
    return max(
        headers,
        key=lambda header: (
            max(len(_find(header, kind, NO_MAP)) for kind in Kind),
            sum(bool(title) for title in header.titles),
            -header.row,
        ),
    )


def recognise(sheet: str, rows: Sequence[tuple[int, Sequence[str]]], mapping: SheetMap = NO_MAP) -> Layout:
    """Find header, kind and platform of a sheet among its first rows.

    A map goes before every known title. Raises SheetRefused: a header nobody has seen, an export of another
    kind, or a platform that the header does not tell.
    """
    headers = [header for header in (_header(row, cells) for row, cells in rows) if any(header.titles)]
    if not headers:
        raise SheetRefused(
            "sheet.empty",
            Text(zh=f"{sheet} 里没有内容。", en=f"{sheet} is empty."),
            Text(zh="请重新导出后再读。", en="Export it again."),
        )
    for header in headers:
        layout = _read_header(sheet, header, mapping)
        if layout:
            return layout
    guess = _best_guess(headers)
    _refuse_foreign(sheet, guess)
    raise _unknown_header(sheet, guess, mapping)


def _read_header(sheet: str, header: _Header, mapping: SheetMap) -> Layout | None:
    """Read a header with the map if it speaks of it, else as if there were none."""
    if _applies(mapping, header):
        layout = _read_as(sheet, header, mapping)
        if layout or mapping is NO_MAP:
            return layout
    return _read_as(sheet, header, NO_MAP)


def _read_as(sheet: str, header: _Header, mapping: SheetMap) -> Layout | None:
    if not mapping.columns:
        _refuse_foreign(sheet, header)
    channel = mapping.platform or _channel(sheet, header)
    for kind in [mapping.kind] if mapping.kind else list(Kind):
        places = _find(header, kind, mapping)
        if _missing(channel, kind, places):
            continue
        if channel is None:
            raise _which_platform(sheet, header, kind, places)
        return Layout(sheet, channel, kind, header.row, len(header.titles), places, header.titles)
    return None


def _refuse_foreign(sheet: str, header: _Header) -> None:
    for foreign in FOREIGN:
        if len(foreign.titles & header.plain) >= FOREIGN_AT:
            raise SheetRefused(
                "sheet.foreign",
                Text(
                    zh=f"{sheet} 是{foreign.name.zh}，里面没有售后单。",
                    en=f"{sheet} is {foreign.name.en}; it holds no after-sale tickets.",
                ),
                Text(
                    zh="请到抖店「售后工作台」或快手小店「退款/售后」导出售后单；再导出同期的订单表，"
                    "才有付款和发货时间。",
                    en="Export the after-sale tickets from the platform's after-sale desk, and the orders of "
                    "the same days for dispatch and payment times.",
                ),
            )


def _with_example(
    refusal: SheetRefused, header: _Header, missing: Sequence[str], example: str
) -> SheetRefused:
    refusal.headers = tuple(title for title in header.titles if title)
    refusal.missing = tuple(missing)
    refusal.example_map = example
    return refusal


def _how_to_map(example: str) -> Text:
    return Text(
        zh=f"把下面几行存成 map.yaml，冒号右边写你表里的列名，再加上 --map map.yaml 读一次：\n{example}",
        en=f"Save these lines as map.yaml with your own titles on the right, and read again with "
        f"--map map.yaml:\n{example}",
    )


def _which_platform(sheet: str, header: _Header, kind: Kind, places: Mapping[str, Place]) -> SheetRefused:
    example = example_map({name: place.title for name, place in places.items()}, None, kind)
    refusal = SheetRefused(
        "sheet.which_platform",
        Text(
            zh=f"{sheet} 看得出是售后或订单表，看不出是抖店的还是快手的。",
            en=f"{sheet} could be of Douyin or of Kuaishou; its header does not tell.",
        ),
        _how_to_map(example),
    )
    return _with_example(refusal, header, (), example)


def _unknown_header(sheet: str, header: _Header, mapping: SheetMap) -> SheetRefused:
    channel = mapping.platform or _channel(sheet, header)
    kind = mapping.kind or max(Kind, key=lambda kind: len(_find(header, kind, mapping)))
    places = _find(header, kind, mapping)
    missing = _missing(channel, kind, places)
    usual = {column.field: column.titles[0] for column in COLUMNS[kind]}
    zh_missing = "、".join(f"{usual[name]}（{name}）" for name in missing)
    en_missing = ", ".join(f"{name} ({usual[name]})" for name in missing)
    seen = "、".join(title for title in header.titles if title)
    example = example_map({name: place.title for name, place in places.items()}, channel, kind)
    refusal = SheetRefused(
        "sheet.unknown_header",
        Text(
            zh=f"没认出 {sheet} 的表头，缺少：{zh_missing}。第 {header.row} 行的列有：{seen}",
            en=f"The header of {sheet} is unknown; missing: {en_missing}. Row {header.row} has: {seen}",
        ),
        _how_to_map(example),
    )
    return _with_example(refusal, header, missing, example)
