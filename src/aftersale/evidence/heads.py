"""Sign what the log was at one time, so that it can only grow from there on."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum
from hashlib import sha256
from typing import TYPE_CHECKING

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from aftersale.evidence.merkle import roots_at

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from datetime import datetime

MARK = "aftersale-head-1"
_ROOT_BYTES = 32
_KEY_ID_DIGITS = 16


@dataclass(frozen=True, slots=True)
class Head:
    """Hold what a log was at a time: its name, how many entries it had and their root."""

    log: str
    size: int
    root: bytes
    at: datetime

    def __post_init__(self) -> None:
        if not self.log.isprintable() or not self.log:
            raise ValueError(f"a log has a name of one line, not {self.log!r}")
        if self.size < 0 or len(self.root) != _ROOT_BYTES:
            raise ValueError(f"a head has a size and a root of {_ROOT_BYTES} bytes")
        if self.at.utcoffset() != timedelta(0):
            raise ValueError(f"a head has its time in UTC, not {self.at.isoformat()}")


@dataclass(frozen=True, slots=True)
class SignedHead:
    """Hold a head with its signature."""

    head: Head
    signature: bytes


class HeadFault(StrEnum):
    """Name the ways in which a head and the log can contradict each other."""

    SIGNATURE = "signature"
    """The key did not sign this head."""
    ORDER = "order"
    """The log is smaller, the time is earlier or the name is another than in the head before."""
    SHORT = "short"
    """The log has fewer entries than were signed."""
    ROOT = "root"
    """The entries are not those that were signed."""


def head_bytes(head: Head) -> bytes:
    """Write a head as the five lines that are signed."""
    at = head.at.replace(tzinfo=None).isoformat(timespec="microseconds")
    return f"{MARK}\n{head.log}\n{head.size}\n{head.root.hex()}\n{at}Z\n".encode()


def sign(head: Head, key: Ed25519PrivateKey) -> bytes:
    """Sign a head: 64 bytes, the same whenever it is signed again."""
    return key.sign(head_bytes(head))


def verify(head: Head, signature: bytes, public_key: Ed25519PublicKey) -> bool:
    """Tell whether the owner of a key signed this head."""
    try:
        public_key.verify(signature, head_bytes(head))
    except InvalidSignature:
        return False
    return True


def check_heads(
    heads: Sequence[SignedHead], entries: Iterable[bytes], public_key: Ed25519PublicKey
) -> list[tuple[int, HeadFault]]:
    """Find every head, by position, that contradicts its key, the head before it or the log."""
    roots = roots_at(entries, {signed.head.size for signed in heads})
    before = [None, *(signed.head for signed in heads)]
    return [
        (position, fault)
        for position, signed in enumerate(heads)
        for fault in _faults(signed, before[position], roots.get(signed.head.size), public_key)
    ]


def _faults(
    signed: SignedHead, before: Head | None, root: bytes | None, public_key: Ed25519PublicKey
) -> Iterator[HeadFault]:
    if not verify(signed.head, signed.signature, public_key):
        yield HeadFault.SIGNATURE
    if before and not _follows(signed.head, before):
        yield HeadFault.ORDER
    if root is None:
        yield HeadFault.SHORT
    elif root != signed.head.root:
        yield HeadFault.ROOT


def _follows(head: Head, before: Head) -> bool:
    return head.log == before.log and head.size >= before.size and head.at >= before.at


def key_id(public_key: Ed25519PublicKey) -> str:
    """Name a public key by the first 16 hex digits of the hash of its 32 bytes."""
    return sha256(public_key.public_bytes_raw()).hexdigest()[:_KEY_ID_DIGITS]


def private_pem(key: Ed25519PrivateKey) -> bytes:
    """Write a private key as PEM (PKCS #8); whoever reads it can sign."""
    return key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )


def public_pem(key: Ed25519PublicKey) -> bytes:
    """Write a public key as PEM, as openssl reads it."""
    return key.public_bytes(serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo)


def load_private(pem: bytes) -> Ed25519PrivateKey:
    """Read a private key from PEM; a key of another kind raises ValueError."""
    key = serialization.load_pem_private_key(pem, password=None)
    if not isinstance(key, Ed25519PrivateKey):
        raise ValueError("heads are signed with Ed25519")  # noqa: TRY004  # a wrong file, not a wrong type of ours
    return key


def load_public(pem: bytes) -> Ed25519PublicKey:
    """Read a public key from PEM; a key of another kind raises ValueError."""
    key = serialization.load_pem_public_key(pem)
    if not isinstance(key, Ed25519PublicKey):
        raise ValueError("heads are signed with Ed25519")  # noqa: TRY004  # a wrong file, not a wrong type of ours
    return key
