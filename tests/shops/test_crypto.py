"""What is encrypted opens under its key and at its place, and nothing ever opens as empty."""

from __future__ import annotations

import string
from base64 import b64encode
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from aftersale.shops.crypto import KeysInvalid, new_ring, parse_ring, removed, rotated

if TYPE_CHECKING:
    from collections.abc import Callable

RING = new_ring()
KEYS = parse_ring(RING)
WHERE = "tickets_note.text"
SIGNS = string.ascii_letters + string.digits + "-_"


def code_of(attempt: Callable[[], object]) -> str:
    """Give the code by which something is refused."""
    with pytest.raises(KeysInvalid) as caught:
        attempt()
    return caught.value.code


@given(st.text())
def test_what_was_encrypted_opens_again(text: str) -> None:
    stored = KEYS.encrypt(text, WHERE)
    assert KEYS.decrypt(stored, WHERE) == text
    assert stored.startswith("k1.")
    assert stored.isascii()


def test_the_same_value_never_looks_the_same() -> None:
    assert len({KEYS.encrypt("13812345678", WHERE) for _ in range(100)}) == 100


@given(st.data())
def test_a_changed_value_is_refused(data: st.DataObject) -> None:
    stored = KEYS.encrypt("王小明", WHERE)
    at = data.draw(st.integers(3, len(stored) - 2))
    other = data.draw(st.sampled_from([sign for sign in SIGNS if sign != stored[at]]))
    changed = stored[:at] + other + stored[at + 1 :]
    assert code_of(lambda: KEYS.decrypt(changed, WHERE)) == "keys.altered"


@pytest.mark.parametrize(
    "stored",
    [
        "",
        ".",
        "k1.",
        "k1",
        "13812345678",
        "王小明.x",
        "k1.!!!!",
        "k1.YWJj",
        "K1.YWJj",
        "k1.k1.k1",
        "k1.王",
        "a" * 5000,
    ],
)
def test_what_was_never_encrypted_is_refused_and_not_repeated(stored: str) -> None:
    with pytest.raises(KeysInvalid) as caught:
        KEYS.decrypt(stored, WHERE)
    assert caught.value.code == "keys.altered"
    if len(stored) > 6:
        assert stored not in caught.value.message.zh + str(caught.value)


def test_a_value_of_another_place_does_not_open_here() -> None:
    stored = KEYS.encrypt("王小明", "tickets_buyer.contact")
    assert code_of(lambda: KEYS.decrypt(stored, WHERE)) == "keys.altered"


def test_another_key_under_the_same_name_is_told() -> None:
    stored = KEYS.encrypt("王小明", WHERE)
    assert code_of(lambda: parse_ring(new_ring()).decrypt(stored, WHERE)) == "keys.altered"


def test_a_missing_key_is_named() -> None:
    newer = parse_ring(rotated(RING))
    stored = newer.encrypt("王小明", WHERE)
    with pytest.raises(KeysInvalid, match="k2") as caught:
        KEYS.decrypt(stored, WHERE)
    assert caught.value.code == "keys.missing"


def test_rotation_opens_the_old_and_encrypts_under_the_new() -> None:
    old = KEYS.encrypt("王小明", WHERE)
    ring = rotated(RING)
    newer = parse_ring(ring)
    assert newer.current == "k2"
    assert newer.decrypt(old, WHERE) == "王小明"
    assert newer.encrypt("x", WHERE).startswith("k2.")
    assert newer.fingerprint("buyer") == KEYS.fingerprint("buyer")
    assert parse_ring(rotated(ring)).current == "k3"


def test_an_old_key_is_taken_out_and_the_current_one_stays() -> None:
    old = KEYS.encrypt("王小明", WHERE)
    ring = rotated(RING)
    smaller = parse_ring(removed(ring, "k1"))
    assert code_of(lambda: smaller.decrypt(old, WHERE)) == "keys.missing"
    assert code_of(lambda: parse_ring(ring).without("k1").decrypt(old, WHERE)) == "keys.missing"
    assert smaller.fingerprint("buyer") == KEYS.fingerprint("buyer")
    for kept in ("k2", "index1"):
        assert code_of(lambda kept=kept: removed(ring, kept)) == "keys.in_use"  # type: ignore[misc]
    assert code_of(lambda: parse_ring(ring).without("k2")) == "keys.in_use"


KEY = b64encode(bytes(32)).decode()


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("", "keys.incomplete"),
        (f"k1:{KEY}", "keys.incomplete"),
        (f"index1:{KEY}", "keys.incomplete"),
        (f"k1:{KEY}\nindex1:{KEY}\nindex2:{KEY}", "keys.incomplete"),
        (f"k1:{KEY}\nk1:{KEY}\nindex1:{KEY}", "keys.unreadable"),
        (f"k.1:{KEY}\nindex1:{KEY}", "keys.unreadable"),
        (f":{KEY}\nindex1:{KEY}", "keys.unreadable"),
        ("k1:abc\nindex1:abc", "keys.unreadable"),
        (f"k1:{b64encode(bytes(16)).decode()}", "keys.unreadable"),
        ("<html>", "keys.unreadable"),
    ],
)
def test_a_ring_that_is_none_is_refused(text: str, code: str) -> None:
    with pytest.raises(KeysInvalid) as caught:
        parse_ring(text)
    assert caught.value.code == code
    assert KEY not in str(caught.value) + caught.value.message.zh


def test_a_ring_of_the_environment_may_stand_on_one_line() -> None:
    stored = KEYS.encrypt("王小明", WHERE)
    assert parse_ring(" ".join(RING.split())).decrypt(stored, WHERE) == "王小明"


def test_fingerprints_differ_by_value_and_by_key() -> None:
    assert KEYS.fingerprint("a") == KEYS.fingerprint("a")
    assert KEYS.fingerprint("a") != KEYS.fingerprint("b")
    assert KEYS.fingerprint("a") != parse_ring(new_ring()).fingerprint("a")
