"""Prove the journal of the database: every chain, every log, every personal value that is still there."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import chain
from typing import TYPE_CHECKING

import msgspec

from aftersale.evidence.chains_kept import chain_faults, subject_kinds
from aftersale.evidence.faults import Broken, Fault
from aftersale.evidence.logs_kept import log_faults
from aftersale.evidence.models import Event
from aftersale.evidence.reading import one_moment, rows_of
from aftersale.evidence.redaction import SALT_BYTES, matches
from aftersale.shops.crypto import KeysInvalid
from aftersale.shops.encryption import ring
from aftersale.shops.models import Shop

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping

    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

    from aftersale.evidence.chains_kept import Kept

# Whoever lost the keys has a fault for each value; nobody reads more than so many.
SHOWN = 1_000
_VALUES = """
    SELECT value.name, value.salt, value.value,
        event.payload, event.shop_id, event.subject_kind, event.sequence
    FROM evidence_personalvalue AS value JOIN evidence_event AS event ON event.id = value.event_id
    ORDER BY value.event_id, value.name
"""
_WHERE = "evidence_personalvalue.value"


class _Sealed(msgspec.Struct, gc=False):
    """Read the seals of an event."""

    number: str = ""
    personal: dict[str, str] = {}


_read = msgspec.json.Decoder(_Sealed).decode


@dataclass(frozen=True, slots=True)
class Proof:
    """Hold what was checked: events read, events not sealed yet, faults, and the first 1,000 of them."""

    events: int
    unsealed: int
    breaks: int
    first: tuple[Broken, ...]


def prove(
    keepers: Mapping[str, Callable[[], Iterable[Kept]]],
    keys: Mapping[str, Ed25519PublicKey],
    progress: Callable[[int], None],
) -> Proof:
    """Check the whole journal as it is at one moment; writers go on meanwhile, memory stays flat.

    `keepers` give, by kind of subject, what the subjects say of the ends of their chains, by id. `keys` may
    have signed heads, by key id. `progress` is told how many events were read since it was told last.
    """
    events = 0

    def count(read: int) -> None:
        nonlocal events
        events += read
        progress(read)

    with one_moment():
        first, breaks = list[Broken](), 0
        for broken in _faults(keepers, keys, count):
            breaks += 1
            if breaks <= SHOWN:
                first.append(broken)
        return Proof(events, Event.objects.filter(log_index=None).count(), breaks, tuple(first))


def prove_heads(keys: Mapping[str, Ed25519PublicKey]) -> Proof:
    """Check the logs and their heads alone, which every event stands behind."""
    with one_moment():
        found = list(chain.from_iterable(log_faults(shop, keys) for shop in _shops()))
        sealed = Event.objects.exclude(log_index=None).count()
        unsealed = Event.objects.filter(log_index=None).count()
    return Proof(sealed, unsealed, len(found), tuple(found[:SHOWN]))


def _shops() -> Iterator[int]:
    return iter(list(Shop.objects.order_by("pk").values_list("pk", flat=True)))


def _faults(
    keepers: Mapping[str, Callable[[], Iterable[Kept]]],
    keys: Mapping[str, Ed25519PublicKey],
    count: Callable[[int], None],
) -> Iterator[Broken]:
    for kind in sorted({*subject_kinds(), *keepers}):
        keeper = keepers.get(kind)
        yield from chain_faults(kind, keeper() if keeper else None, count)
    for shop in _shops():
        yield from log_faults(shop, keys)
    yield from _value_faults()


def _value_faults() -> Iterator[Broken]:
    """Find every personal value that is not the one whose seal its event holds."""
    for name, salt, stored, payload, shop_id, kind, sequence in rows_of(_VALUES):
        try:
            said = _read(payload)
        except (msgspec.MsgspecError, UnicodeDecodeError):
            continue  # the chain has said that the payload was altered
        fault = _value_fault(stored, bytes(salt), said.personal.get(name, ""))
        if fault:
            yield Broken(fault, shop_id, kind, said.number, sequence)


def _value_fault(stored: str, salt: bytes, sealed: str) -> Fault | None:
    try:
        value = ring().decrypt(stored, _WHERE) if stored else ""
    except (KeysInvalid, ValueError):
        return Fault.UNOPENED
    whole = len(salt) == SALT_BYTES and matches(value, salt, sealed)
    return None if whole else Fault.VALUE
