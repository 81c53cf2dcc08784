"""Read the rows of a csv file: encoding by strict trial, and no row lost behind a quote that never closes."""

from __future__ import annotations

import codecs
import csv
from collections import deque
from dataclasses import dataclass
from itertools import islice
from typing import TYPE_CHECKING

from aftersale.channels.base import SheetRefused
from aftersale.texts import Text

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

_CHUNK = 1 << 20
_ENCODINGS = ("utf-8-sig", "gb18030")
_UTF16 = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)
# A remark may hold line ends, but not this many; past it the quote was never closed.
_LONGEST_RECORD = 200


def _decodes(path: Path, encoding: str) -> bool:
    decoder = codecs.getincrementaldecoder(encoding)(errors="strict")
    try:
        with path.open("rb") as file:
            while chunk := file.read(_CHUNK):
                decoder.decode(chunk)
            decoder.decode(b"", final=True)
    except UnicodeDecodeError:
        return False
    return True


def encoding_of(path: Path) -> str:
    """Find the encoding in which the whole file reads; raises SheetRefused if there is none."""
    with path.open("rb") as file:
        start = file.read(3)
    marked = {codecs.BOM_UTF8: ("utf-8-sig",)} | dict.fromkeys(_UTF16, ("utf-16",))
    candidates = marked.get(start) or marked.get(start[:2]) or _ENCODINGS
    for encoding in candidates:
        if _decodes(path, encoding):
            return encoding
    raise SheetRefused(
        "sheet.encoding",
        Text(
            zh=f"{path.name} 既不是 UTF-8 也不是 GB18030 编码的文字，可能没下载完整。",
            en=f"{path.name} is neither UTF-8 nor GB18030 text; the download may be incomplete.",
        ),
        Text(zh="请从后台重新导出这张表。", en="Export this sheet again."),
    )


def _delimiter_of(lines: list[str]) -> str:
    """Choose TAB only where the richest line has more of them: ids behind a TAB stand in comma files too."""
    richest = max(lines, key=lambda line: max(line.count(","), line.count("\t")), default="")
    return "\t" if richest.count("\t") > richest.count(",") else ","


class _Lines:
    """Hand out lines and take some back."""

    def __init__(self, source: Iterator[str]) -> None:
        self._source = source
        self._back: deque[str] = deque()

    def __iter__(self) -> Iterator[str]:
        while True:
            line = self.take()
            if line is None:
                return
            yield line

    def take(self) -> str | None:
        return self._back.popleft() if self._back else next(self._source, None)

    def give_back(self, lines: list[str]) -> None:
        self._back.extendleft(reversed(lines))


def _split(line: str, delimiter: str) -> list[str]:
    bare = line.rstrip("\r\n")
    return bare.split(delimiter) if bare else []


def _parse(lines: list[str], delimiter: str) -> list[list[str]]:
    try:
        return list(csv.reader(lines, delimiter=delimiter))
    except csv.Error:
        return [_split(line, delimiter) for line in lines]


def _record(first: str, lines: _Lines, delimiter: str, width: int) -> list[list[str]]:
    """Read one or more whole records that begin with a line holding quotes.

    A quote that is never closed would swallow the rows after it: they are given back and read by themselves.
    """
    taken = [first]
    quotes = first.count('"')
    while quotes % 2 and len(taken) < _LONGEST_RECORD:
        more = lines.take()
        if more is None:
            break
        taken.append(more)
        quotes += more.count('"')
    records = _parse(taken, delimiter)
    if len(taken) > 1 and (quotes % 2 or _swallowed(records, delimiter, width)):
        lines.give_back(taken[1:])
        return _parse(taken[:1], delimiter)
    return records


def _swallowed(records: list[list[str]], delimiter: str, width: int) -> bool:
    """Tell whether a cell holds what must be a whole row, or a record over several lines is out of step."""
    cells = (cell for record in records for cell in record if "\n" in cell or "\r" in cell)
    return any(
        max(line.count(delimiter) for line in cell.splitlines()) >= max(width - 1, 1) for cell in cells
    ) or any(len(record) != width and any("\n" in cell for cell in record) for record in records)


@dataclass(frozen=True, slots=True)
class TextSheet:
    """Stand for one csv file; its rows can be read again and again and are never held."""

    path: Path
    name: str
    encoding: str
    delimiter: str
    typed: bool = False

    def rows(self, width: int = 0) -> Iterator[tuple[int, list[str]]]:
        """Yield (row, cells) as spreadsheets count rows; `width` is that of the header, if known."""
        with self.path.open(encoding=self.encoding, newline="") as file:
            lines = _Lines(iter(file))
            row = 0
            for line in lines:
                if '"' not in line:
                    row += 1
                    yield row, _split(line, self.delimiter)
                else:
                    for record in _record(line, lines, self.delimiter, width):
                        row += 1
                        yield row, record


def open_text(path: Path) -> TextSheet:
    """Open a csv file; raises SheetRefused where its text cannot be read."""
    encoding = encoding_of(path)
    with path.open(encoding=encoding, newline="") as file:
        delimiter = _delimiter_of(list(islice(file, 5)))
    return TextSheet(path, path.name, encoding, delimiter)
