"""Check the stored logs: every sealed event in its place, every head by its key and its root."""

from __future__ import annotations

from typing import TYPE_CHECKING

from aftersale.evidence import heads
from aftersale.evidence.faults import Broken, Fault
from aftersale.evidence.merkle import Frontier
from aftersale.evidence.models import Head
from aftersale.evidence.reading import rows_of
from aftersale.evidence.sealer import log_name

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

_PLACES = """
    SELECT log_index, hash FROM evidence_event
    WHERE shop_id = %s AND log_index IS NOT NULL ORDER BY log_index
"""
_HEADS = 500


class _Log:
    """Read the log of a shop up to one head after the other."""

    def __init__(self, shop_id: int) -> None:
        self._rows = rows_of(_PLACES, [shop_id])
        self._ahead = next(self._rows, None)
        self._shop = shop_id
        self.frontier, self.reached, self.torn = Frontier(), 0, False

    def up_to(self, size: int | None) -> Iterator[Broken]:
        """Read on until the log has this size, or to its end; places that nobody holds are faults."""
        row = self._ahead
        while row is not None and (size is None or row[0] < size):
            place, digest = row
            if place != self.reached:
                self.torn = True
                yield Broken(Fault.MISSING, self._shop, "log", str(self._shop), self.reached)
            if not self.torn:
                self.frontier.append(digest)
            self.reached = place + 1
            row = next(self._rows, None)
        self._ahead = row


def log_faults(shop_id: int, keys: Mapping[str, Ed25519PublicKey]) -> Iterator[Broken]:
    """Find every fault in the log of a shop; `keys` are those that may have signed, by their id."""
    log, before = _Log(shop_id), None
    for head in Head.objects.filter(shop_id=shop_id).order_by("size").iterator(_HEADS):
        for fault in _head_faults(head, before, keys):
            yield _at(head, fault)
        yield from log.up_to(head.size)
        if log.reached < head.size:
            yield _at(head, Fault.SHORT)
        elif not log.torn and log.frontier.root() != bytes(head.root):
            yield _at(head, Fault.ROOT)
        before = head
    signed = before.size if before else 0
    yield from log.up_to(None)
    if log.reached > signed:
        yield Broken(Fault.BEYOND, shop_id, "log", str(shop_id), signed)


def _at(head: Head, fault: Fault) -> Broken:
    return Broken(fault, head.shop_id, "log", str(head.shop_id), head.size)


def _head_faults(head: Head, before: Head | None, keys: Mapping[str, Ed25519PublicKey]) -> Iterator[Fault]:
    """Find what is wrong with a head by itself and beside the one before it."""
    key = keys.get(head.key_id)
    if key is None:
        yield Fault.KEY
    elif not _is_signed(head, key):
        yield Fault.SIGNATURE
    if before and head.at < before.at:
        yield Fault.ORDER
    if not _goes_on(head):
        yield Fault.FRONTIER


def _is_signed(head: Head, key: Ed25519PublicKey) -> bool:
    try:
        said = heads.Head(log_name(head.shop_id), head.size, bytes(head.root), head.at)
    except ValueError:
        return False
    return heads.verify(said, bytes(head.signature), key)


def _goes_on(head: Head) -> bool:
    """Tell whether the frontier from which the sealer goes on is that of the head."""
    try:
        frontier = Frontier.from_bytes(bytes(head.frontier))
    except ValueError:
        return False
    return (frontier.size, frontier.root()) == (head.size, bytes(head.root))
