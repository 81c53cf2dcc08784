"""Check the personal values beside their events: each is the one recorded, and none just vanished."""

from __future__ import annotations

from itertools import groupby
from operator import itemgetter
from typing import TYPE_CHECKING, NamedTuple

import msgspec
from django.db import connection
from django.db.models import Max

from aftersale.evidence.faults import Broken, Fault
from aftersale.evidence.models import Event
from aftersale.evidence.reading import rows_of
from aftersale.evidence.redaction import SALT_BYTES, matches
from aftersale.shops.crypto import KeysInvalid
from aftersale.shops.encryption import ring

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

_WHERE = "evidence_personalvalue.value"
_EVENT = "event.payload, event.shop_id, event.subject_kind, event.subject_id, event.sequence"
_VALUES = f"""
    SELECT value.event_id, value.name, value.salt, value.value, {_EVENT}
    FROM evidence_personalvalue AS value JOIN evidence_event AS event ON event.id = value.event_id
    ORDER BY value.event_id, value.name
"""  # noqa: S608  # columns of our own
# Events that hold seals beside which no value stands at all; both databases look for bytes in bytes.
_BARE = f"""
    SELECT event.id, NULL, NULL, NULL, {_EVENT} FROM evidence_event AS event
    WHERE event.subject_kind = %s AND {{find}} = 0
    AND NOT EXISTS (SELECT 1 FROM evidence_personalvalue AS value WHERE value.event_id = event.id)
    ORDER BY event.id
"""  # noqa: S608  # as above
_FIND = {
    "sqlite": """instr(event.payload, CAST('"personal":{}' AS BLOB))""",
    "postgresql": """position('"personal":{}'::bytea IN event.payload)""",
}


class _Sealed(msgspec.Struct, gc=False):
    """Read the seals of an event."""

    number: str = ""
    personal: dict[str, str] = {}


_read = msgspec.json.Decoder(_Sealed).decode


class _Beside(NamedTuple):
    """Hold one value with the event beside which it stands."""

    event_id: int
    name: str
    salt: bytes
    value: str
    payload: bytes
    shop_id: int
    kind: str
    subject_id: int
    sequence: int


def value_faults(erasing: Mapping[str, str]) -> Iterator[Broken]:
    """Find every value that is not the one sealed in its event, and those gone though nothing was erased.

    `erasing` names, by kind of subject, the kind of event that tells of an erasure: it takes every value of
    the subject before it. Of other subjects nobody can tell, and nothing is said.
    """
    erased = last_erasures(erasing)
    for _, rows in groupby(rows_of(_VALUES), itemgetter(0)):
        yield from _of_event(list(map(_Beside._make, rows)), erasing, erased)
    bare = _BARE.format(find=_FIND[connection.vendor])
    for kind in erasing:
        for row in map(_Beside._make, rows_of(bare, [kind])):
            yield from _missing(row, set(), erased)


def last_erasures(erasing: Mapping[str, str]) -> dict[tuple[str, int], int]:
    """Give the last erasure of each subject as its sequence."""
    last = dict[tuple[str, int], int]()
    for kind, erasure in erasing.items():
        rows = Event.objects.filter(subject_kind=kind, kind=erasure).values("subject_id")
        for row in rows.annotate(last=Max("sequence")):
            last[kind, row["subject_id"]] = row["last"]
    return last


def _of_event(
    rows: list[_Beside], erasing: Mapping[str, str], erased: Mapping[tuple[str, int], int]
) -> Iterator[Broken]:
    first, said = rows[0], _said(rows[0])
    if said is None:
        return
    for row in rows:
        if fault := _fault(row.value, bytes(row.salt), said.personal.get(row.name, "")):
            yield Broken(fault, row.shop_id, row.kind, said.number, row.sequence)
    if first.kind in erasing:
        yield from _missing(first, {row.name for row in rows}, erased)


def _missing(row: _Beside, there: Iterable[str], erased: Mapping[tuple[str, int], int]) -> Iterator[Broken]:
    said = _said(row)
    if said is None or said.personal.keys() <= set(there):
        return
    if row.sequence > erased.get((row.kind, row.subject_id), 0):
        yield Broken(Fault.VANISHED, row.shop_id, row.kind, said.number, row.sequence)


def _said(row: _Beside) -> _Sealed | None:
    try:
        return _read(row.payload)
    except (msgspec.MsgspecError, UnicodeDecodeError):
        return None  # the chain has said that the payload was altered


def _fault(stored: str, salt: bytes, sealed: str) -> Fault | None:
    try:
        value = ring().decrypt(stored, _WHERE) if stored else ""
    except (KeysInvalid, ValueError):
        return Fault.UNOPENED
    whole = len(salt) == SALT_BYTES and matches(value, salt, sealed)
    return None if whole else Fault.VALUE
