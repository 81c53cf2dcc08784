"""Check the stored chains: each event, the columns that show it, and the subject it belongs to."""

from __future__ import annotations

from datetime import datetime
from hashlib import sha256
from typing import TYPE_CHECKING, Any, NamedTuple

import msgspec
from django.db import connection
from django.db.models import Min

from aftersale.evidence.chain import genesis, verify_rows
from aftersale.evidence.faults import Broken, Fault
from aftersale.evidence.models import Event
from aftersale.evidence.reading import rows_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from aftersale.evidence.chain import Row

_COUNTED = 1_000
# As an event writes it where its time is in UTC; SQLite would hand a time to a slow reader.
_AT = {"sqlite": "replace(at, ' ', 'T') || '+00:00'"}
_EVENTS = """
    SELECT subject_id, sequence, previous, payload, hash, kind, {at}, CAST(actor AS VARCHAR), shop_id
    FROM evidence_event WHERE subject_kind = %s ORDER BY subject_id, sequence
"""


class Kept(NamedTuple):
    """Hold what a subject says of the end of its own chain."""

    id: int
    shop_id: int
    number: str
    sequence: int
    head: bytes


class _Said(msgspec.Struct, gc=False):
    """Read what an event says of itself."""

    shop: str
    subject: str
    number: str
    seq: int
    kind: str
    at: str
    actor: str | None


_read = msgspec.json.Decoder(_Said).decode
_NOTHING_SAID = _Said(shop="", subject="", number="", seq=0, kind="", at="", actor=None)


def subject_kinds() -> Iterator[str]:
    """Name the kinds of subjects that have events."""
    last = ""
    while kind := Event.objects.filter(subject_kind__gt=last).aggregate(first=Min("subject_kind"))["first"]:
        yield kind
        last = kind


def chain_faults(kind: str, kept: Iterable[Kept] | None, count: Callable[[int], None]) -> Iterator[Broken]:
    """Find every fault in the chains of one kind of subject.

    `kept` comes by id and says how the chains should end; None where the subjects keep no end.
    `count` is told how many events were read since it was told last.
    """
    watched = _Watched(kind, kept, count)
    for _, broken in verify_rows(watched.rows(), watched.genesis_of):
        yield from watched.found()
        yield watched.broken(Fault(broken.kind.value), broken.sequence)
    yield from watched.found()


class _Watched:
    """Pass the events of one kind to the check of their chains, and see what that check does not look at."""

    def __init__(self, kind: str, kept: Iterable[Kept] | None, count: Callable[[int], None]) -> None:
        self._kind, self._count = kind, count
        self._keeps, self._kept = kept is not None, iter(kept or ())
        self._ahead = next(self._kept, None)
        self._shop, self._number, self._said = 0, "", _NOTHING_SAID
        self._owner: Kept | None = None
        self._last: tuple[Any, ...] = ()
        self._found: list[Broken] = []

    def found(self) -> Iterator[Broken]:
        """Hand over what was seen since the last time."""
        found, self._found = self._found, []
        yield from found

    def broken(self, fault: Fault, at: int) -> Broken:
        """Name a fault of the subject at hand."""
        return Broken(fault, self._shop, self._kind, self._number, at)

    def genesis_of(self, _of: int) -> bytes:
        """Give the beginning of the chain of the subject at hand."""
        return genesis(self._kind, str(self._shop), self._number)

    def rows(self) -> Iterator[Row[int]]:
        """Give the events to the check of the chains."""
        sql = _EVENTS.format(at=_AT.get(connection.vendor, "at"))
        subject, number, shop, waiting = None, "", "", 0
        for row in rows_of(sql, [self._kind]):
            of, sequence, previous, payload, digest, kind, at, actor, shop_id = row
            said = _said(payload)
            if of != subject:
                self._turn_to(of, shop_id, said)
                subject, number, shop = of, self._number, str(self._shop)
            if not (
                said.seq == sequence
                and said.kind == kind
                and said.number == number
                and said.shop == shop == str(shop_id)
                and said.subject == self._kind
                and said.actor == actor
                and (said.at == at or _same_moment(said.at, at))
            ):
                self._see_shown(sequence, previous, payload, digest)
            self._last = row
            waiting += 1
            if waiting == _COUNTED:
                self._count(waiting)
                waiting = 0
            yield of, sequence, previous, payload, digest
        self._count(waiting)
        self._turn_to(None, 0, _NOTHING_SAID)

    def _see_shown(self, sequence: int, previous: bytes, payload: bytes, digest: bytes) -> None:
        """Note columns that say otherwise; where the payload itself was altered, the chain says so."""
        if sha256(previous + payload).digest() == digest:
            self._found.append(self.broken(Fault.SHOWN, sequence))

    def _turn_to(self, of: int | None, shop_id: int, said: _Said) -> None:
        """Close the subject that is over, pass those without events, begin the next."""
        self._close()
        while self._ahead and (of is None or self._ahead.id < of):
            self._begin(self._ahead, self._ahead.shop_id, self._ahead.number)
            if self._ahead.sequence:
                self._found.append(self.broken(Fault.EMPTY, self._ahead.sequence))
            self._ahead = next(self._kept, None)
        if of is None:
            return
        owner = self._ahead if self._ahead and self._ahead.id == of else None
        self._begin(owner, owner.shop_id if owner else shop_id, owner.number if owner else said.number)
        if owner:
            self._ahead = next(self._kept, None)
        elif self._keeps:
            self._found.append(self.broken(Fault.ORPHAN, 1))

    def _begin(self, owner: Kept | None, shop_id: int, number: str) -> None:
        self._owner, self._shop, self._number, self._last = owner, shop_id, number, ()

    def _close(self) -> None:
        if self._owner and self._last:
            _, sequence, _, _, digest, *_rest = self._last
            if (sequence, digest) != (self._owner.sequence, self._owner.head):
                self._found.append(self.broken(Fault.END, sequence))


def _said(payload: bytes) -> _Said:
    try:
        return _read(payload)
    except (msgspec.MsgspecError, UnicodeDecodeError):
        return _NOTHING_SAID


def _same_moment(said: str, shown: str | datetime) -> bool:
    try:
        moment = datetime.fromisoformat(said)
        return moment == (datetime.fromisoformat(shown) if isinstance(shown, str) else shown)
    except (TypeError, ValueError):
        return False
