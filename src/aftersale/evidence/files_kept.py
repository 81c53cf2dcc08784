"""Check the vault: every file is the one that was stored, and none just vanished."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from aftersale.domain.errors import EvidenceBroken
from aftersale.evidence.faults import Broken, Fault
from aftersale.evidence.models import Event, StoredFile
from aftersale.evidence.vault import read
from aftersale.shops.crypto import KeysInvalid

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping

_PIECE = 500


class _Data(msgspec.Struct, gc=False):
    sha256: str = ""


class _Named(msgspec.Struct, gc=False):
    """Read which file an event names."""

    data: _Data
    number: str = ""


_read = msgspec.json.Decoder(_Named).decode


def file_faults(naming: Collection[str], erased: Mapping[tuple[str, int], int]) -> Iterator[Broken]:
    """Find every file that is gone or changed, and those that events name and nobody has.

    `naming` are the kinds of events that name a file; `erased` is the last erasure of each subject.
    """
    for key in StoredFile.objects.order_by("pk").values_list("pk", flat=True).iterator(_PIECE):
        yield from _of_file(key)
    there = set(StoredFile.objects.values_list("shop_id", "sha256"))
    for event in Event.objects.filter(kind__in=naming).order_by("pk").iterator(_PIECE):
        said = _said(bytes(event.payload))
        gone = erased.get((event.subject_kind, event.subject_id), 0)
        if said and (event.shop_id, said.data.sha256) not in there and event.sequence > gone:
            yield Broken(Fault.LOST, event.shop_id, event.subject_kind, said.number, event.sequence)


def _of_file(key: int) -> Iterator[Broken]:
    """Look at one file; its row is read alone, for one that cannot be decrypted must not stop the others."""
    shop, digest = StoredFile.objects.values_list("shop_id", "sha256").get(pk=key)
    try:
        read(StoredFile.objects.get(pk=key))
    except (EvidenceBroken, KeysInvalid, ValueError):
        yield Broken(Fault.FILE, shop, "file", digest[:12], 0)


def _said(payload: bytes) -> _Named | None:
    try:
        return _read(payload)
    except (msgspec.MsgspecError, UnicodeDecodeError):
        return None  # the chain has said that the payload was altered
