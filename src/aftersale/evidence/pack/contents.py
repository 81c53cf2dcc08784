"""Name what goes into a pack, as values: who builds one gathers them, this room turns them into bytes."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from aftersale.texts import Text

MOST_SUMMARY = 300
"""So many characters the summary of a pack has at most."""


@dataclass(frozen=True, slots=True)
class Proven:
    """Hold an event of the journal as the log holds it: stored bytes, hashes, its place."""

    kind: str
    payload: bytes
    previous: bytes
    hash: bytes
    index: int


@dataclass(frozen=True, slots=True)
class Exhibit:
    """Hold one piece of evidence: bytes as they go out, what they are, and the event that tells of them.

    `original_sha256` is there where parts of the picture were made black: the file it was made from is kept.
    `drawable` tells whether it can be drawn on a page.
    """

    content: bytes
    sha256: str
    kind: str
    title: str
    source: str
    caption: str
    taken_at: datetime | None
    added_at: datetime
    proven: Proven
    original_sha256: str = ""
    drawable: bool = False

    @property
    def digest(self) -> str:
        """Name the file that was given, whatever was made black in the copy that is shown."""
        return self.original_sha256 or self.sha256


@dataclass(frozen=True, slots=True)
class Line:
    """Hold one line of the timeline."""

    at: datetime
    who: str
    words: str


@dataclass(frozen=True, slots=True)
class Quote:
    """Hold one rule that is relied on: document, article, which version of it, what it says."""

    document: str
    article: str
    version: str
    says: str


@dataclass(frozen=True, slots=True)
class Signed:
    """Hold the signed head of the log that a pack proves its events by."""

    data: bytes
    signature: bytes
    size: int
    root: bytes


@dataclass(frozen=True, slots=True)
class Contents:
    """Hold all of a pack. The first `best` exhibits are the strongest; `title` are pairs of name and value.

    `left_out` names what did not go in, and why.
    """

    number: str
    shop: str
    platform: str
    as_of: datetime
    title: tuple[tuple[str, str], ...]
    summary: str
    statement: str
    timeline: tuple[Line, ...]
    quotes: tuple[Quote, ...]
    exhibits: tuple[Exhibit, ...]
    best: int = 0
    left_out: tuple[Text, ...] = ()
    proofs: Mapping[int, list[bytes]] = field(default_factory=dict)
    head: Signed | None = None
