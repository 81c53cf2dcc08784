"""Cut a large sheet of a workbook into small workbooks, for a reader that holds a whole one in memory."""

from __future__ import annotations

import re
import zipfile
from io import BytesIO
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

_BLOCK_BYTES = 4 << 20
# What all blocks share is read anew with each: at most a fifth of the reading goes into that.
_TIMES_SHARED = 4
_ROWS_BEGIN = re.compile(rb"<(\w+:)?sheetData\s*>")
_ROW = re.compile(rb"<(?:\w+:)?row\b[^<>]*>")
_SHEETS, _NEEDED = "xl/worksheets/", ("xl/", "_rels/", "[Content_Types].xml")
_PLACED = b' r="'


def blocks(archive: zipfile.ZipFile, part: str) -> Iterator[BytesIO]:
    """Yield workbooks that hold the sheet of this part, each some of its rows under their own numbers."""
    others = [
        each
        for each in archive.namelist()
        if each.startswith(_NEEDED) and not each.startswith((_SHEETS, "xl/media/")) and each != part
    ]
    shared = {name: archive.read(name) for name in others}
    size = max(_BLOCK_BYTES, _TIMES_SHARED * sum(map(len, shared.values())))
    for sheet in _sheets(archive, part, size):
        yield _workbook({**shared, part: sheet})


def _workbook(parts: dict[str, bytes]) -> BytesIO:
    made = BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_STORED) as archive:
        for name, content in parts.items():
            archive.writestr(name, content)
    made.seek(0)
    return made


def _sheets(archive: zipfile.ZipFile, part: str, size: int) -> Iterator[bytes]:
    """Cut behind whole rows; rows that do not say their number stay together."""
    with archive.open(part) as file:
        text = file.read(size)
        begin = _ROWS_BEGIN.search(text)
        first = _ROW.search(text)
        if begin is None or first is None or _PLACED not in first[0]:
            yield text + file.read()
            return
        prefix = begin[1] or b""
        head, row_end = text[: begin.end()], b"</%srow>" % prefix
        tail, rest = b"</%ssheetData></%sworksheet>" % (prefix, prefix), text[begin.end() :]
        while more := file.read(size):
            cut = rest.rfind(row_end) + len(row_end) if row_end in rest else 0
            if cut:
                yield b"".join((head, rest[:cut], tail))
            rest = rest[cut:] + more
        yield head + rest
