"""Write a zip whose bytes follow from its files alone, and read no other.

Nothing is compressed, every time is 1980-01-01, files stand in the order of their names. What reads back must
be written again to the same bytes: a flipped byte anywhere, a second file of a name, a comment, something
before or behind, a name that leads out of the folder, all are refused.
"""

from __future__ import annotations

import re
import struct
from typing import TYPE_CHECKING
from zlib import crc32

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

NAME = re.compile(r"(?:[a-z]+/)?[A-Za-z0-9]+(?:\.[a-z0-9]+)?")
MOST_BYTES = 1 << 30

_LOCAL, _CENTRAL, _END = b"PK\x03\x04", b"PK\x01\x02", b"PK\x05\x06"
# version 2.0, no flags, stored, 1980-01-01 00:00; then CRC, both sizes, length of the name, no extra field
_SAID = struct.Struct("<HHHHHIIIHH")
_REST = struct.Struct("<HHHII")
_TAIL = struct.Struct("<HHHHIIH")
_VERSION, _MADE_BY, _DAY = 20, b"\x14\x03", 0x21
_PLAIN_FILE = 0o100644 << 16


class NotAPack(ValueError):
    """Refuse bytes that this program would never have written."""


def write_zip(files: Mapping[str, bytes]) -> bytes:
    """Write files into a zip; raises ValueError for a name that no pack has."""
    body, central, at = bytearray(), bytearray(), 0
    for name, content in sorted(files.items()):
        if not NAME.fullmatch(name):
            raise ValueError(f"no pack has a file {name!r}")
        said, raw = _said(name, content), name.encode("ascii")
        central += _CENTRAL + _MADE_BY + said + _REST.pack(0, 0, 0, _PLAIN_FILE, at) + raw
        body += _LOCAL + said + raw + content
        at = len(body)
    count = len(files)
    return bytes(body + central + _END + _TAIL.pack(0, 0, count, count, len(central), at, 0))


def _said(name: str, content: bytes) -> bytes:
    size = len(content)
    return _SAID.pack(_VERSION, 0, 0, 0, _DAY, crc32(content), size, size, len(name), 0)


def read_zip(data: bytes) -> dict[str, bytes]:
    """Read the files of a zip that `write_zip` wrote; raises NotAPack for any other."""
    if len(data) > MOST_BYTES:
        raise NotAPack("it is larger than any pack")
    files = dict(_entries(data))
    try:
        same = write_zip(files) == data
    except ValueError:
        same = False
    if not same:
        raise NotAPack("it is not as this program writes it")
    return files


def _entries(data: bytes) -> Iterator[tuple[str, bytes]]:
    at, head = 0, len(_LOCAL) + _SAID.size
    while data[at : at + len(_LOCAL)] == _LOCAL:
        if len(data) < at + head:
            raise NotAPack("it is cut off")
        *_, size, _packed, named, _extra = _SAID.unpack_from(data, at + len(_LOCAL))
        start = at + head + named
        if len(data) < start + size:
            raise NotAPack("it is cut off")
        yield data[at + head : start].decode("latin-1"), data[start : start + size]
        at = start + size
