"""Read a conversation from a file as it is brought: a workbook, JSON, a table or text."""

from __future__ import annotations

import json
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

from aftersale.channels.chats.read import Chat, decoded, read_chat, read_entries, read_table
from aftersale.channels.spreadsheet.cells import text_of
from aftersale.channels.spreadsheet.workbook import Limits, open_workbook

if TYPE_CHECKING:
    from collections.abc import Collection

_WORKBOOK = b"PK\x03\x04"
# A conversation is small: what unpacks to more is none.
_LIMITS = Limits(max_unpacked_bytes=64 << 20, max_cells=2_000_000)


def read_file(content: bytes, name: str = "", ours: Collection[str] = ()) -> Chat | None:
    """Read a file by what is in it; None for bytes that are no text, SheetRefused for a broken book."""
    if content.startswith(_WORKBOOK):
        return _of_book(content, name, ours)
    text = decoded(content)
    if text is None:
        return None
    entries = _entries(text)
    return read_chat(text, name, ours) if entries is None else read_entries(entries, name, ours)


def _of_book(content: bytes, name: str, ours: Collection[str]) -> Chat:
    """Read all sheets of a workbook that hold anything."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / (Path(name).name or "chat.xlsx")
        path.write_bytes(content)
        chats = [
            read_table(
                ((row, [text_of(cell) for cell in cells]) for row, cells in sheet.rows()), sheet.name, ours
            )
            for sheet in open_workbook(path, _LIMITS)
        ]
    lines = sorted((line for chat in chats for line in chat.lines), key=lambda line: line.at)
    return Chat(tuple(lines), tuple(each for chat in chats for each in chat.parked))


def _entries(text: str) -> list[object] | None:
    """Give the entries of a JSON text: a list, or the first list in an object; None for any other text."""
    try:
        found = json.loads(text)
    except (ValueError, RecursionError):
        return None
    if isinstance(found, dict):
        found = next((value for value in found.values() if isinstance(value, list)), None)
    return found if isinstance(found, list) else None
