"""Read the rows of an xlsx file: bombs are refused before they unpack, formulas and errors are seen."""

from __future__ import annotations

import html
import posixpath
import re
import zipfile
import zlib
from dataclasses import dataclass
from typing import TYPE_CHECKING

from python_calamine import CalamineError, CalamineWorkbook

from aftersale.channels.base import SheetRefused
from aftersale.channels.spreadsheet.blocks import blocks
from aftersale.channels.spreadsheet.cells import Odd
from aftersale.channels.spreadsheet.spool import Spool
from aftersale.texts import Text

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

    from aftersale.channels.spreadsheet.cells import Cell


@dataclass(frozen=True, slots=True)
class Limits:
    """Bound what a workbook may unpack to; the ratio is asked only of parts above `small_bytes`."""

    max_unpacked_bytes: int = 4 << 30
    max_ratio: int = 150
    small_bytes: int = 16 << 20
    max_cells: int = 200_000_000


_CHUNK = 1 << 20
# Plain substrings first: most parts of most sheets hold none, and looking for them is ten times as fast.
_ODD_HINTS = (b"<f", b":f", b'="e"')
_ODD = re.compile(rb'<(?:\w+:)?f[\s/>]|\bt="e"')
_CELL = re.compile(rb"<(?:\w+:)?c\s([^<>]*)(?<!/)>(.*?)</(?:\w+:)?c>", re.DOTALL)
_REF = re.compile(rb'\br="([A-Z]{1,3})(\d{1,7})"')
_FORMULA = re.compile(rb"<(?:\w+:)?f(?:\s[^<>]*)?(?:/>|>([^<]*)<)")
_VALUE = re.compile(rb"<(?:\w+:)?v>([^<]*)<")
# Columns beyond CZ: wider than any export, so that they are worth measuring.
_FAR = re.compile(rb'r="([A-Z]{3}|[D-Z][A-Z])\d')
_ANY_FAR = re.compile(rb'r="(?:[A-Z]{3}|[D-Z][A-Z])\d')
_USUAL_WIDTH = 104
_SHEET = re.compile(r"<(?:\w+:)?sheet\s[^<>]*>")
_RELATION = re.compile(r"<(?:\w+:)?Relationship\s[^<>]*>")
_ATTRIBUTE = re.compile(r'([\w:]+)\s*=\s*"([^"]*)"')

_EXPORT_AGAIN = Text(
    zh="请从后台重新导出，或在表格软件里另存为 xlsx（编号列保持文本格式）后再读。",
    en="Export it again, or save it as xlsx with the id columns kept as text.",
)


def _refuse(path: Path, code: str, zh: str, en: str) -> SheetRefused:
    return SheetRefused(code, Text(zh=f"{path.name}：{zh}", en=f"{path.name}: {en}"), _EXPORT_AGAIN)


def _broken(path: Path) -> SheetRefused:
    return _refuse(
        path, "sheet.broken", "不是能打开的 xlsx 工作簿，可能没下载完整", "is no xlsx workbook that opens"
    )


def _bomb(path: Path, size: int) -> SheetRefused:
    zh = f"解开后有 {size >> 20:,} MB，压得不像导出的表，没有打开"
    return _refuse(
        path, "sheet.too_big", zh, f"would unpack to {size >> 20:,} MB, unlike any export; not opened"
    )


def _void(path: Path, scan: _Scan) -> SheetRefused:
    zh = f"一直延伸到第 {scan.last_row:,} 行、第 {scan.width:,} 列，大片是空的，没有打开。请删掉远处的单元格"
    en = f"reaches to row {scan.last_row:,} and column {scan.width:,}, mostly void; delete the cells far away"
    return _refuse(path, "sheet.too_wide", zh, en)


def _check_size(path: Path, archive: zipfile.ZipFile, limits: Limits) -> None:
    parts = archive.infolist()
    total = sum(part.file_size for part in parts)
    ratios = (
        part.file_size / max(part.compress_size, 1) for part in parts if part.file_size > limits.small_bytes
    )
    if total > limits.max_unpacked_bytes or max(ratios, default=0) > limits.max_ratio:
        raise _bomb(path, total)


def _attributes(tag: str) -> dict[str, str]:
    return {name: html.unescape(value) for name, value in _ATTRIBUTE.findall(tag)}


def _parts_of(archive: zipfile.ZipFile) -> dict[str, str]:
    """Map the names of the sheets to the parts of the archive in which their cells stand."""
    book = archive.read("xl/workbook.xml").decode("utf-8")
    relations = archive.read("xl/_rels/workbook.xml.rels").decode("utf-8")
    targets = {}
    for tag in _RELATION.findall(relations):
        found = _attributes(tag)
        targets[found.get("Id", "")] = posixpath.join("/xl", found.get("Target", "")).lstrip("/")
    sheets = (_attributes(tag) for tag in _SHEET.findall(book))
    return {sheet.get("name", ""): targets.get(sheet.get("r:id", ""), "") for sheet in sheets}


def _column(letters: bytes) -> int:
    number = 0
    for letter in letters:
        number = number * 26 + letter - 64
    return number


class _Scan:
    """Look through the cells of one sheet for what a reader of values does not see."""

    def __init__(self) -> None:
        self.odd: dict[tuple[int, int], str] = {}
        self.last_row = 0
        self.width = _USUAL_WIDTH

    def look(self, text: bytes) -> None:
        if _ANY_FAR.search(text):
            self.width = max(self.width, *map(_column, _FAR.findall(text)))
        last = _REF.search(text, text.rfind(b' r="'))
        self.last_row = max(self.last_row, int(last[2]) if last else 0)
        if any(hint in text for hint in _ODD_HINTS) and _ODD.search(text):
            for cell in _CELL.finditer(text):
                self._look_at(cell[1], cell[2])

    def _look_at(self, attributes: bytes, inside: bytes) -> None:
        formula = _FORMULA.search(inside)
        if not formula and b't="e"' not in attributes:
            return
        place = _REF.search(attributes)
        if place is None:
            raise ValueError("a formula in a cell without a place")
        value = _VALUE.search(inside)
        text = (formula[1] or b"...") if formula else value[1] if value else b"#N/A"
        shown = html.unescape(text.decode("utf-8"))
        self.odd[int(place[2]), _column(place[1]) - 1] = f"={shown}" if formula else shown


def _scan(archive: zipfile.ZipFile, part: str) -> _Scan:
    scan, rest = _Scan(), b""
    with archive.open(part) as file:
        while chunk := file.read(_CHUNK):
            text = rest + chunk
            # A cell over the seam is looked at whole; where there are no cells nothing piles up.
            cut = max(text.rfind(b"c>") + 2, len(text) - _CHUNK)
            scan.look(text[:cut])
            rest = text[cut:]
    scan.look(rest)
    return scan


@dataclass(frozen=True, slots=True)
class BookSheet:
    """Stand for one sheet of a workbook, whose rows lie beside memory once they are many."""

    name: str
    kept: Spool[tuple[int, list[Cell]]]
    typed: bool = True

    def rows(self, width: int = 0) -> Iterator[tuple[int, list[Cell]]]:
        """Yield (row, cells) with rows and columns as the spreadsheet program shows them."""
        del width  # a workbook keeps its own columns
        return iter(self.kept)


def _rows(
    archive: zipfile.ZipFile, name: str, part: str, odd: Mapping[tuple[int, int], str]
) -> Iterator[tuple[int, list[Cell]]]:
    """Read the rows of a sheet block by block; formulas and errors stand as they are written."""
    odd_rows = {row for row, _ in odd}
    for book in blocks(archive, part):
        with CalamineWorkbook.from_filelike(book) as opened:
            sheet = opened.get_sheet_by_name(name)
        top, left = sheet.start or (0, 0)
        before: list[Cell] = [""] * left
        for row, found in enumerate(sheet.to_python(), top + 1):
            cells: list[Cell] = [*before, *found] if before else found
            if row in odd_rows:
                cells = [_odd_or(odd.get((row, index)), cell) for index, cell in enumerate(cells)]
            yield row, cells


def _odd_or(written: str | None, cell: Cell) -> Cell:
    return cell if written is None else Odd.of(written, cell)


def _open(path: Path, archive: zipfile.ZipFile, limits: Limits) -> list[BookSheet]:
    _check_size(path, archive, limits)
    parts = _parts_of(archive)
    for part in archive.infolist():
        if part.filename not in parts.values():
            _measure(archive, part.filename)
    scans = {name: _scan(archive, part) for name, part in parts.items() if "worksheets/" in part}
    for scan in scans.values():
        if scan.last_row * scan.width > limits.max_cells:
            raise _void(path, scan)
    return [
        BookSheet(f"{path.name} / {name}", Spool(_rows(archive, name, parts[name], scan.odd)))
        for name, scan in scans.items()
    ]


def _measure(archive: zipfile.ZipFile, part: str) -> None:
    """Read a part to its end: one that is larger than the directory says fails its checksum here."""
    with archive.open(part) as file:
        while file.read(_CHUNK):
            pass


def open_workbook(path: Path, limits: Limits) -> list[BookSheet]:
    """Open the sheets of an xlsx file; raises SheetRefused for a bomb, a password or a broken file."""
    try:
        with zipfile.ZipFile(path) as archive:
            return _open(path, archive, limits)
    except (
        CalamineError,
        zipfile.BadZipFile,
        zlib.error,
        KeyError,
        ValueError,
        NotImplementedError,
        RuntimeError,
    ):
        raise _broken(path) from None
