"""Keep the list of erased tickets outside of the database too, for a backup knows nothing of later erasures.

It is a file of lines in the desk's folder, one JSON object each: shop, number of the ticket, ground, who and
when. No value stands in it. A line is written before the erasure is committed: one too many does no harm.
"""

from __future__ import annotations

import os
from datetime import datetime  # noqa: TC003  # msgspec reads it when it decodes
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec
from django.conf import settings

from aftersale.domain.errors import AftersaleError
from aftersale.shops.models import Person, Shop
from aftersale.texts import Text
from aftersale.tickets.models import Erasure

if TYPE_CHECKING:
    from collections.abc import Iterable

NAME = "erasures.jsonl"
_OWNER_ONLY = 0o600


class Line(msgspec.Struct, frozen=True):
    """Hold one line: `erased_at` None means that it was asked for and something held it."""

    shop: int
    ticket_no: str
    why: str
    person: int | None
    requested_at: datetime
    erased_at: datetime | None = None


class ListBroken(AftersaleError):
    """Report a line of the list that cannot be read."""

    def __init__(self, row: int) -> None:
        super().__init__(
            "erasure.list_broken",
            Text(
                zh=f"{NAME} 第 {row} 行读不了，没有重新删除任何信息。",
                en=f"Line {row} of {NAME} cannot be read; nothing was erased again.",
            ),
            Text(
                zh="从另一份拷贝补上这一行；只有最后一行写了一半时可以删掉它。",
                en="Take the line from another copy; a last line that was half written may be dropped.",
            ),
        )


_write = msgspec.json.encode
_read = msgspec.json.Decoder(Line).decode


def list_path() -> Path:
    """Give the place of the list: the desk's folder, which neither a backup nor a restore replaces."""
    return Path(settings.HOME.root) / NAME


def line_of(row: Erasure, erased_at: datetime | None = None) -> Line:
    """Write a row of the database as a line."""
    return Line(
        row.shop_id, row.ticket_no, row.why, row.person_id, row.requested_at, erased_at or row.erased_at
    )


def note_down(lines: Iterable[Line]) -> None:
    """Append lines and bring them to the disk."""
    written = b"".join(_write(line) + b"\n" for line in lines)
    if not written:
        return
    handle = os.open(list_path(), os.O_WRONLY | os.O_CREAT | os.O_APPEND, _OWNER_ONLY)
    try:
        os.write(handle, written)
        os.fsync(handle)
    finally:
        os.close(handle)


def lines() -> list[Line]:
    """Read the list, the last word on each ticket; no file is an empty list. Raises ListBroken."""
    path = list_path()
    last: dict[tuple[int, str], Line] = {}
    for number, text in enumerate(path.read_bytes().splitlines() if path.exists() else (), 1):
        try:
            line = _read(text)
        except msgspec.MsgspecError:
            raise ListBroken(number) from None
        last[line.shop, line.ticket_no] = line
    return list(last.values())


def bring_back() -> int:
    """Put what the list knows into a database that was restored; give how many rows were new or went on."""
    shops, people = _ids(Shop), _ids(Person)
    return sum(_bring_back(line, people) for line in lines() if line.shop in shops)


def _ids(model: type[Shop | Person]) -> frozenset[int]:
    return frozenset(model._default_manager.values_list("pk", flat=True))  # noqa: SLF001  # public API


def _bring_back(line: Line, people: frozenset[int]) -> bool:
    known = {
        "why": line.why,
        "person_id": line.person if line.person in people else None,
        "requested_at": line.requested_at,
        "erased_at": line.erased_at,
        "next_at": None if line.erased_at else line.requested_at,
    }
    row, new = Erasure.objects.get_or_create(shop_id=line.shop, ticket_no=line.ticket_no, defaults=known)
    if new or row.erased_at is not None or line.erased_at is None:
        return new
    Erasure.objects.filter(pk=row.pk).update(erased_at=line.erased_at, next_at=None)
    return True
