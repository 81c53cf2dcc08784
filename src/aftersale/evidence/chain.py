"""Chain the events of one subject by their hashes, and find what was changed afterwards."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from hashlib import sha256
from typing import TYPE_CHECKING, NamedTuple, TypeAlias, TypeVar

from aftersale.evidence.canonical import canonical

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

S = TypeVar("S")
# A subject, then the fields of Stored: one flat tuple, as a cursor of the database gives it.
Row: TypeAlias = "tuple[S, int, bytes, bytes, bytes]"

MARK = b"aftersale-chain-1\n"
HASH_BYTES = 32


class Stored(NamedTuple):
    """Hold one event as it is stored; the first event of a subject has sequence 1."""

    sequence: int
    previous: bytes
    payload: bytes
    hash: bytes


class BreakKind(StrEnum):
    """Name the ways in which a chain can be broken."""

    GAP = "gap"
    """Events are missing before this one."""
    SEQUENCE = "sequence"
    """The number was already taken, or goes back."""
    RELINKED = "relinked"
    """The event does not name the one before it."""
    ALTERED = "altered"
    """The stored hash is not that of the stored bytes."""


@dataclass(frozen=True, slots=True)
class Break:
    """Name one break and the event at which it shows."""

    kind: BreakKind
    sequence: int


def genesis(kind: str, shop: str, number: str) -> bytes:
    """Give the hash to which the first event of a subject links."""
    return sha256(MARK + canonical({"kind": kind, "shop": shop, "number": number})).digest()


def link(previous: bytes, payload: bytes) -> bytes:
    """Give the hash of an event from that of the event before it; raises where that is no hash."""
    if len(previous) != HASH_BYTES:
        raise ValueError(f"a hash has {HASH_BYTES} bytes, not {len(previous)}")
    return sha256(previous + payload).digest()


def verify(start: bytes, rows: Iterable[Stored]) -> list[Break]:
    """Find every break in the chain of one subject, from its genesis on."""
    return [broken for _, broken in verify_rows(((None, *row) for row in rows), lambda _: start)]


def verify_rows(rows: Iterable[Row[S]], genesis_of: Callable[[S], bytes]) -> Iterator[tuple[S, Break]]:
    """Find every break in the chains of many subjects; rows come by subject, then by sequence.

    A missing tail breaks no chain: the log holds every event, and shows it.
    """
    # Written out flat: this loop meets every event of a shop, and a call an event would halve its speed.
    subject, number, tip = object(), 0, b""
    for of, sequence, previous, payload, digest in rows:
        if of != subject:
            subject, number, tip = of, 0, genesis_of(of)
        number += 1
        intact = sha256(previous + payload).digest() == digest
        if not (intact and sequence == number and previous == tip):
            for kind in _breaks(sequence - number, linked=previous == tip, intact=intact):
                yield of, Break(kind, sequence)
            number = sequence
        tip = digest


def _breaks(ahead: int, *, linked: bool, intact: bool) -> Iterator[BreakKind]:
    """Name what is wrong with the place of an event, then what is wrong with the event."""
    if ahead:
        yield BreakKind.GAP if ahead > 0 else BreakKind.SEQUENCE
    elif not linked:
        yield BreakKind.RELINKED
    if not intact:
        yield BreakKind.ALTERED
