"""Keep a log of hashes as the Merkle tree of RFC 6962: a short proof of what it holds and that it only grew.

Proofs are made and checked as in RFC 9162, 2.1.3 and 2.1.4. An entry of our log is the hash of an event.
"""

from __future__ import annotations

from hashlib import sha256
from typing import TYPE_CHECKING, Self

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Sequence

EMPTY = sha256(b"").digest()
_HASH_BYTES = 32
_SIZE_BYTES = 8


def leaf_hash(entry: bytes) -> bytes:
    """Hash an entry as a leaf."""
    return sha256(b"\x00" + entry).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    """Hash two subtrees as one."""
    return sha256(b"\x01" + left + right).digest()


class Frontier:
    """Hold the right edge of a growing tree: all that is needed to append and to give the root.

    `peaks` are the roots of the complete subtrees, the largest first: one for each bit of the size.
    """

    __slots__ = ("_peaks", "_size")

    def __init__(self, size: int = 0, peaks: Iterable[bytes] = ()) -> None:
        self._size, self._peaks = size, list(peaks)
        hashes = all(len(peak) == _HASH_BYTES for peak in self._peaks)
        if size < 0 or len(self._peaks) != size.bit_count() or not hashes:
            raise ValueError(f"these are not the {max(size, 0).bit_count()} peaks of a tree of {size} leaves")

    @property
    def size(self) -> int:
        """Count the leaves."""
        return self._size

    @property
    def peaks(self) -> tuple[bytes, ...]:
        """Give the roots of the complete subtrees, the largest first."""
        return tuple(self._peaks)

    def append(self, entry: bytes) -> None:
        """Add an entry behind the last one."""
        top, full = sha256(b"\x00" + entry).digest(), self._size
        while full & 1:
            top = sha256(b"\x01" + self._peaks.pop() + top).digest()
            full >>= 1
        self._peaks.append(top)
        self._size += 1

    def extend(self, entries: Iterable[bytes]) -> Self:
        """Add entries in their order."""
        for entry in entries:
            self.append(entry)
        return self

    def root(self) -> bytes:
        """Give the root of the tree as it is now."""
        if not self._peaks:
            return EMPTY
        top = self._peaks[-1]
        for peak in self._peaks[-2::-1]:
            top = node_hash(peak, top)
        return top

    def to_bytes(self) -> bytes:
        """Write the size as eight bytes, the highest first, and the peaks behind it."""
        return self._size.to_bytes(_SIZE_BYTES, "big") + b"".join(self._peaks)

    @classmethod
    def from_bytes(cls, data: bytes) -> Self:
        """Read what `to_bytes` wrote; anything else raises ValueError."""
        if len(data) < _SIZE_BYTES:
            raise ValueError("a frontier begins with its size")
        peaks = range(_SIZE_BYTES, len(data), _HASH_BYTES)
        size = int.from_bytes(data[:_SIZE_BYTES], "big")
        return cls(size, (data[start : start + _HASH_BYTES] for start in peaks))


def root_of(entries: Iterable[bytes]) -> bytes:
    """Give the root of the tree over these entries."""
    return Frontier().extend(entries).root()


def roots_at(entries: Iterable[bytes], sizes: Collection[int]) -> dict[int, bytes]:
    """Give the root at each of these sizes in one pass; a size that the log never had is absent."""
    frontier, wanted = Frontier(), set(sizes)
    roots = {0: EMPTY} if 0 in wanted else {}
    for entry in entries:
        frontier.append(entry)
        if frontier.size in wanted:
            roots[frontier.size] = frontier.root()
    return roots


def inclusion_proof(entries: Sequence[bytes], index: int) -> list[bytes]:
    """Give the hashes by which the root over `entries` follows from the entry at `index`."""
    if not 0 <= index < len(entries):
        raise ValueError(f"a log of {len(entries)} entries has no entry {index}")
    start, end, proof = 0, len(entries), list[bytes]()
    while end - start > 1:
        middle = start + _split(end - start)
        if index < middle:
            proof.append(root_of(entries[middle:end]))
            end = middle
        else:
            proof.append(root_of(entries[start:middle]))
            start = middle
    return proof[::-1]


def inclusion_proofs(
    entries: Iterable[bytes], size: int, indices: Collection[int]
) -> tuple[bytes, dict[int, list[bytes]]]:
    """Give the root over the first `size` entries, and a proof for each index, all in one pass.

    Memory stays flat however large the log is; raises ValueError where it ends before `size`.
    """
    proofs: dict[int, list[bytes]] = {index: [] for index in indices}
    if not all(0 <= index < size for index in proofs):
        raise ValueError(f"a log of {size} entries has not all of {sorted(proofs)}")
    return _subtree(iter(entries), 0, size, sorted(proofs), proofs), proofs


def _subtree(
    entries: Iterator[bytes], start: int, size: int, wanted: Sequence[int], proofs: dict[int, list[bytes]]
) -> bytes:
    """Read a subtree, and tell each wanted leaf in it the hash that stands beside it on every level."""
    if not wanted:
        return _read_root(entries, size)
    if size == 1:
        return leaf_hash(_next(entries))
    left = _split(size)
    here = [index for index in wanted if index < start + left]
    there = wanted[len(here) :]
    one = _subtree(entries, start, left, here, proofs)
    other = _subtree(entries, start + left, size - left, there, proofs)
    for index in here:
        proofs[index].append(other)
    for index in there:
        proofs[index].append(one)
    return node_hash(one, other)


def _read_root(entries: Iterator[bytes], size: int) -> bytes:
    frontier = Frontier()
    for _ in range(size):
        frontier.append(_next(entries))
    return frontier.root()


def _next(entries: Iterator[bytes]) -> bytes:
    try:
        return next(entries)
    except StopIteration:
        raise ValueError("the log has fewer entries than that") from None


def sides(index: int, size: int) -> list[str]:
    """Say for each step of an inclusion proof on which side the other hash stands: left or right."""
    last, found = size - 1, list[str]()
    while last:
        if index & 1:
            found.append("left")
        elif index < last:
            found.append("right")
        index, last = index >> 1, last >> 1
    return found


def consistency_proof(entries: Sequence[bytes], first: int) -> list[bytes]:
    """Give the hashes which show that the log of `entries` began as the log of its `first` entries."""
    if not 0 <= first <= len(entries):
        raise ValueError(f"a log of {len(entries)} entries never had {first}")
    start, end, proof = 0, len(entries), list[bytes]()
    while 0 < first < end:
        middle = start + _split(end - start)
        if first <= middle:
            proof.append(root_of(entries[middle:end]))
            end = middle
        else:
            proof.append(root_of(entries[start:middle]))
            start = middle
    # The old tree is itself a subtree unless the way to its end turned right; only then it must be told.
    if start:
        proof.append(root_of(entries[start:end]))
    return proof[::-1]


def _split(size: int) -> int:
    """Give the largest power of two below a size."""
    return 1 << ((size - 1).bit_length() - 1)


def verify_inclusion(entry: bytes, index: int, size: int, proof: Sequence[bytes], root: bytes) -> bool:
    """Tell whether a tree of this size and root holds the entry at this index."""
    if not 0 <= index < size:
        return False
    at, last, top = index, size - 1, leaf_hash(entry)
    for step in proof:
        if not last:
            return False
        if at & 1 or at == last:
            top = node_hash(step, top)
            at, last = _up_to_right(at, last)
        else:
            top = node_hash(top, step)
        at, last = at >> 1, last >> 1
    return not last and top == root


def verify_consistency(
    first: int, second: int, first_root: bytes, second_root: bytes, proof: Sequence[bytes]
) -> bool:
    """Tell whether the log with the second size and root began as the log with the first."""
    if not 0 < first < second:
        same = first == second and first_root == second_root
        return not proof and (same or (first == 0 < second and first_root == EMPTY))
    at, last = _without_full(first - 1, second - 1)
    steps = [*proof] if at else [first_root, *proof]
    if not steps:
        return False
    old = new = steps[0]
    for step in steps[1:]:
        if not last:
            return False
        if at & 1 or at == last:
            old, new = node_hash(step, old), node_hash(step, new)
            at, last = _up_to_right(at, last)
        else:
            new = node_hash(new, step)
        at, last = at >> 1, last >> 1
    return not last and old == first_root and new == second_root


def _up_to_right(at: int, last: int) -> tuple[int, int]:
    """Climb from a node without a right neighbour to the level on which it has a left one."""
    while at and not at & 1:
        at, last = at >> 1, last >> 1
    return at, last


def _without_full(at: int, last: int) -> tuple[int, int]:
    """Climb from the last leaf of the old tree over what is complete in both trees."""
    while at & 1:
        at, last = at >> 1, last >> 1
    return at, last
