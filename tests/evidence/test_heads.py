from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone
from hashlib import sha256

import pytest
from cryptography.hazmat.primitives.asymmetric.ec import SECP256R1, generate_private_key
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
)

from aftersale.evidence.heads import (
    Head,
    HeadFault,
    SignedHead,
    check_heads,
    head_bytes,
    key_id,
    load_private,
    load_public,
    private_pem,
    public_pem,
    sign,
    verify,
)
from aftersale.evidence.merkle import EMPTY, root_of

AT = datetime(2026, 6, 10, 1, 2, 3, 45, tzinfo=UTC)
KEY = Ed25519PrivateKey.from_private_bytes(bytes(range(32)))
PUBLIC = KEY.public_key()
ENTRIES = [sha256(bytes([number])).digest() for number in range(5)]
HEAD = Head("店 1", 3, root_of(ENTRIES[:3]), AT)


def signed(head: Head) -> SignedHead:
    return SignedHead(head, sign(head, KEY))


def test_a_head_is_written_as_five_lines() -> None:
    lines = ["aftersale-head-1", "店 1", "3", HEAD.root.hex(), "2026-06-10T01:02:03.000045Z", ""]
    assert head_bytes(HEAD).decode().split("\n") == lines


def test_a_time_on_the_second_is_written_as_long_as_any_other() -> None:
    assert head_bytes(replace(HEAD, at=AT.replace(microsecond=0))).endswith(
        b"\n2026-06-10T01:02:03.000000Z\n"
    )


def test_a_signature_is_that_of_the_head_and_of_the_key() -> None:
    assert verify(HEAD, sign(HEAD, KEY), PUBLIC)
    assert sign(HEAD, KEY) == sign(HEAD, KEY)
    other = Ed25519PrivateKey.from_private_bytes(bytes(32))
    assert not verify(HEAD, sign(HEAD, other), PUBLIC)
    assert not verify(HEAD, sign(HEAD, KEY)[:-1], PUBLIC)


@pytest.mark.parametrize(
    "other",
    [
        replace(HEAD, log="店 2"),
        replace(HEAD, size=4),
        replace(HEAD, root=EMPTY),
        replace(HEAD, at=AT + timedelta(microseconds=1)),
    ],
)
def test_a_signature_holds_for_no_other_head(other: Head) -> None:
    assert not verify(other, sign(HEAD, KEY), PUBLIC)


@pytest.mark.parametrize("log", ["", "a\n4", "a\r", "a\x85b", "\ud800"])
def test_a_log_whose_name_is_not_one_line_is_refused(log: str) -> None:
    with pytest.raises(ValueError, match="a name of one line"):
        replace(HEAD, log=log)


def test_a_head_without_a_size_or_a_root_is_refused() -> None:
    with pytest.raises(ValueError, match="a root of 32 bytes"):
        replace(HEAD, size=-1)
    with pytest.raises(ValueError, match="a root of 32 bytes"):
        replace(HEAD, root=b"")


@pytest.mark.parametrize(
    "at", [AT.replace(tzinfo=None), AT.astimezone(timezone(timedelta(hours=8)))], ids=["naive", "Shanghai"]
)
def test_a_head_whose_time_is_not_in_utc_is_refused(at: datetime) -> None:
    with pytest.raises(ValueError, match="its time in UTC"):
        replace(HEAD, at=at)


def test_a_key_is_known_by_the_hash_of_its_bytes() -> None:
    assert key_id(PUBLIC) == sha256(PUBLIC.public_bytes_raw()).hexdigest()[:16]


def test_keys_are_written_and_read_as_pem() -> None:
    assert load_private(private_pem(KEY)).private_bytes_raw() == bytes(range(32))
    assert load_public(public_pem(PUBLIC)).public_bytes_raw() == PUBLIC.public_bytes_raw()
    assert public_pem(PUBLIC).startswith(b"-----BEGIN PUBLIC KEY-----\n")


def test_a_key_of_another_kind_is_refused() -> None:
    curve = generate_private_key(SECP256R1())
    private = curve.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    public = curve.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
    with pytest.raises(ValueError, match="Ed25519"):
        load_private(private)
    with pytest.raises(ValueError, match="Ed25519"):
        load_public(public)


@pytest.mark.parametrize("load", [load_private, load_public])
def test_what_is_no_pem_is_refused(load: object) -> None:
    assert callable(load)
    with pytest.raises(ValueError, match="PEM"):
        load(b"not a key")


def test_heads_of_a_log_that_only_grew_contradict_nothing() -> None:
    heads = [
        signed(Head("店 1", size, root_of(ENTRIES[:size]), AT + timedelta(hours=size))) for size in (0, 3, 5)
    ]
    assert check_heads(heads, ENTRIES, PUBLIC) == []
    assert check_heads([], [], PUBLIC) == []


def test_a_log_that_was_cut_or_changed_contradicts_its_head() -> None:
    assert check_heads([signed(HEAD)], ENTRIES[:2], PUBLIC) == [(0, HeadFault.SHORT)]
    assert check_heads([signed(HEAD)], [ENTRIES[1], ENTRIES[0], *ENTRIES[2:]], PUBLIC) == [
        (0, HeadFault.ROOT)
    ]


def test_a_head_that_nobody_signed_is_found() -> None:
    forged = SignedHead(replace(HEAD, size=2, root=root_of(ENTRIES[:2])), sign(HEAD, KEY))
    assert check_heads([forged], ENTRIES, PUBLIC) == [(0, HeadFault.SIGNATURE)]


@pytest.mark.parametrize(
    "before",
    [
        Head("店 1", 5, root_of(ENTRIES), AT),
        replace(HEAD, at=AT + timedelta(seconds=1)),
        replace(HEAD, log="店 2"),
    ],
    ids=["larger", "later", "of another log"],
)
def test_a_head_that_does_not_follow_the_one_before_is_found(before: Head) -> None:
    assert check_heads([signed(before), signed(HEAD)], ENTRIES, PUBLIC) == [(1, HeadFault.ORDER)]
