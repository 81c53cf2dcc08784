from __future__ import annotations

from hashlib import sha256

import pytest
from hypothesis import given
from hypothesis import strategies as st

from aftersale.evidence.merkle import (
    EMPTY,
    Frontier,
    consistency_proof,
    inclusion_proof,
    leaf_hash,
    node_hash,
    root_of,
    roots_at,
    verify_consistency,
    verify_inclusion,
)

# The tree by which implementations of RFC 6962 compare themselves.
ENTRIES = [
    bytes.fromhex(entry)
    for entry in (
        "",
        "00",
        "10",
        "2021",
        "3031",
        "40414243",
        "5051525354555657",
        "606162636465666768696a6b6c6d6e6f",
    )
]
ROOTS = [
    "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
    "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
    "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
    "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
    "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
    "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
    "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
    "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
]
INCLUSION = {
    (0, 8): [
        "96a296d224f285c67bee93c30f8a309157f0daa35dc5b87e410b78630a09cfc7",
        "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e",
        "6b47aaf29ee3c2af9af889bc1fb9254dabd31177f16232dd6aab035ca39bf6e4",
    ],
    (5, 8): [
        "bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b",
        "ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0",
        "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    ],
    (2, 3): ["fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125"],
    (1, 5): [
        "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
        "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e",
        "bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b",
    ],
}
CONSISTENCY = {
    (1, 1): [],
    (1, 8): [
        "96a296d224f285c67bee93c30f8a309157f0daa35dc5b87e410b78630a09cfc7",
        "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e",
        "6b47aaf29ee3c2af9af889bc1fb9254dabd31177f16232dd6aab035ca39bf6e4",
    ],
    (6, 8): [
        "0ebc5d3437fbe2db158b9f126a1d118e308181031d0a949f8dededebc558ef6a",
        "ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0",
        "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    ],
    (2, 5): [
        "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e",
        "bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b",
    ],
}
LOGS = st.lists(st.binary(max_size=8), min_size=1, max_size=70)
PICK = st.integers(0, 10**6)


def naive_root(entries: list[bytes]) -> bytes:
    """Follow the definition of RFC 6962, 2.1, word by word."""
    if len(entries) < 2:
        return sha256(b"\0" + entries[0]).digest() if entries else sha256(b"").digest()
    split = 1
    while split * 2 < len(entries):
        split *= 2
    return sha256(b"\1" + naive_root(entries[:split]) + naive_root(entries[split:])).digest()


def hexes(proof: list[bytes]) -> list[str]:
    return [step.hex() for step in proof]


@pytest.mark.parametrize("size", range(9))
def test_the_known_tree_has_its_known_roots(size: int) -> None:
    assert root_of(ENTRIES[:size]).hex() == ROOTS[size]


@pytest.mark.parametrize(("index", "size"), INCLUSION)
def test_the_known_tree_has_its_known_inclusion_proofs(index: int, size: int) -> None:
    proof = inclusion_proof(ENTRIES[:size], index)
    assert hexes(proof) == INCLUSION[index, size]
    assert verify_inclusion(ENTRIES[index], index, size, proof, bytes.fromhex(ROOTS[size]))


@pytest.mark.parametrize(("first", "second"), CONSISTENCY)
def test_the_known_tree_has_its_known_consistency_proofs(first: int, second: int) -> None:
    proof = consistency_proof(ENTRIES[:second], first)
    assert hexes(proof) == CONSISTENCY[first, second]
    roots = bytes.fromhex(ROOTS[first]), bytes.fromhex(ROOTS[second])
    assert verify_consistency(first, second, *roots, proof)


@given(entries=LOGS)
def test_a_frontier_has_the_root_of_the_definition_after_every_entry(entries: list[bytes]) -> None:
    frontier = Frontier()
    for size, entry in enumerate(entries, start=1):
        frontier.append(entry)
        assert (frontier.size, frontier.root()) == (size, naive_root(entries[:size]))


@given(entries=LOGS, cut=PICK)
def test_a_frontier_that_was_stored_goes_on_where_it_stood(entries: list[bytes], cut: int) -> None:
    cut %= len(entries)
    stored = Frontier().extend(entries[:cut]).to_bytes()
    again = Frontier.from_bytes(stored)
    assert (again.to_bytes(), len(again.peaks)) == (stored, cut.bit_count())
    assert again.extend(entries[cut:]).root() == naive_root(entries)


@pytest.mark.parametrize(
    "data", [b"", bytes(7), bytes(7) + b"\1", bytes(8) + bytes(32), bytes(7) + b"\1" + bytes(33)]
)
def test_bytes_that_are_no_frontier_are_refused(data: bytes) -> None:
    with pytest.raises(ValueError, match=r"frontier begins|not the . peaks"):
        Frontier.from_bytes(data)


def test_a_tree_of_less_than_no_leaves_is_refused() -> None:
    with pytest.raises(ValueError, match="not the 0 peaks of a tree of -1"):
        Frontier(-1, [EMPTY])


@given(entries=LOGS, sizes=st.sets(st.integers(0, 80)))
def test_roots_at_some_sizes_are_those_of_the_log_cut_there(entries: list[bytes], sizes: set[int]) -> None:
    known = {size: naive_root(entries[:size]) for size in sizes if size <= len(entries)}
    assert roots_at(entries, sizes) == known


@given(entries=LOGS, index=PICK)
def test_every_entry_is_proved_to_stand_where_it_stands(entries: list[bytes], index: int) -> None:
    index, size, root = index % len(entries), len(entries), naive_root(entries)
    proof = inclusion_proof(entries, index)
    assert len(proof) <= (size - 1).bit_length()
    assert verify_inclusion(entries[index], index, size, proof, root)


@given(entries=LOGS, index=PICK, bit=PICK)
def test_a_proof_with_anything_changed_proves_nothing(entries: list[bytes], index: int, bit: int) -> None:
    index, size, root = index % len(entries), len(entries), naive_root(entries)
    entry, proof = entries[index], inclusion_proof(entries, index)
    assert not verify_inclusion(entry + b"x", index, size, proof, root)
    assert not verify_inclusion(entry, index, size, proof, flipped(root, bit))
    assert not verify_inclusion(entry, index, size, [*proof, root], root)
    assert not verify_inclusion(entry, index, index, proof, root)
    assert not verify_inclusion(entry, -1, size, proof, root)
    for step in range(len(proof)):
        changed = [*proof[:step], flipped(proof[step], bit), *proof[step + 1 :]]
        assert not verify_inclusion(entry, index, size, changed, root)
        assert not verify_inclusion(entry, index, size, proof[:step], root)


@given(entries=LOGS, first=PICK)
def test_a_log_is_proved_to_have_grown_from_each_earlier_one(entries: list[bytes], first: int) -> None:
    first, second = first % (len(entries) + 1), len(entries)
    proof = consistency_proof(entries, first)
    assert verify_consistency(first, second, naive_root(entries[:first]), naive_root(entries), proof)


@given(entries=LOGS, first=PICK, bit=PICK)
def test_no_growth_is_proved_with_anything_changed(entries: list[bytes], first: int, bit: int) -> None:
    first, second = first % (len(entries) + 1), len(entries)
    old, new, proof = naive_root(entries[:first]), naive_root(entries), consistency_proof(entries, first)
    assert not verify_consistency(first, second, flipped(old, bit), new, proof)
    assert not verify_consistency(first, second, old, new, [*proof, old])
    assert not verify_consistency(second + 1, second, old, new, proof)
    assert not verify_consistency(-1, second, old, new, proof)
    assert first == 0 or not verify_consistency(first, second, old, flipped(new, bit), proof)
    for step in range(len(proof)):
        changed = [*proof[:step], flipped(proof[step], bit), *proof[step + 1 :]]
        assert not verify_consistency(first, second, old, new, changed)
        assert not verify_consistency(first, second, old, new, proof[:step])


def flipped(data: bytes, bit: int) -> bytes:
    place, mask = bit // 8 % len(data), 1 << bit % 8
    return data[:place] + bytes([data[place] ^ mask]) + data[place + 1 :]


def test_every_log_has_grown_from_nothing() -> None:
    assert verify_consistency(0, 8, EMPTY, bytes.fromhex(ROOTS[8]), [])
    assert not verify_consistency(0, 8, bytes(32), bytes.fromhex(ROOTS[8]), [])
    assert verify_consistency(0, 0, EMPTY, EMPTY, [])


@pytest.mark.parametrize("index", [-1, 8])
def test_no_proof_is_made_for_an_entry_that_is_not_there(index: int) -> None:
    with pytest.raises(ValueError, match="has no entry"):
        inclusion_proof(ENTRIES, index)


@pytest.mark.parametrize("first", [-1, 9])
def test_no_proof_is_made_for_a_log_that_never_was(first: int) -> None:
    with pytest.raises(ValueError, match="never had"):
        consistency_proof(ENTRIES, first)


def test_a_leaf_and_a_node_of_the_same_bytes_have_different_hashes() -> None:
    left, right = leaf_hash(b"a"), leaf_hash(b"b")
    assert node_hash(left, right) != leaf_hash(left + right)
