"""Encrypt single values at rest: AES-256-GCM under a ring of keys, and a keyed hash to find equals by.

A stored value is `key id . base64url(nonce, ciphertext, tag)` without padding, bound to its table and column.
The ring is text, one `id:key` a line (key: 32 bytes, base64): the first line encrypts, all lines decrypt;
the one line whose id starts with `index` serves the keyed hash alone and is never changed, for a hash under
another key would find nothing. No error repeats a stored value or a key.
"""

from __future__ import annotations

import hmac
import re
import secrets
from base64 import b64decode, b64encode, urlsafe_b64encode
from dataclasses import dataclass

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from aftersale.domain.errors import AftersaleError
from aftersale.texts import Text

_NONCE, _KEY, _TAG = 12, 32, 16
_ID = re.compile(r"[a-z][a-z0-9]{0,15}")
_INDEX = "index"


class KeysInvalid(AftersaleError):
    """Refuse a key ring that cannot be read, or a value that no key of it opens."""

    def __init__(self, code: str, zh: str, en: str) -> None:
        super().__init__(
            code,
            Text(zh=zh, en=en),
            Text(
                zh="把加密数据时用的密钥放回 keys/fields.keys，再试。",
                en="Put the keys that the data was encrypted with back into keys/fields.keys and try again.",
            ),
        )


@dataclass(frozen=True, slots=True)
class KeyRing:
    """Hold the keys: `ciphers` by id, the first one encrypts; `index` serves the keyed hash."""

    ciphers: dict[str, AESGCM]
    index: bytes

    @property
    def current(self) -> str:
        """Name the key that encrypts."""
        return next(iter(self.ciphers))

    def encrypt(self, text: str, where: str) -> str:
        """Encrypt a value for one place (`table.column`)."""
        key_id, nonce = self.current, secrets.token_bytes(_NONCE)
        sealed = self.ciphers[key_id].encrypt(nonce, text.encode(), where.encode())
        return f"{key_id}.{urlsafe_b64encode(nonce + sealed).decode().rstrip('=')}"

    def decrypt(self, stored: str, where: str) -> str:
        """Open a stored value; raises KeysInvalid where no key fits or the value was moved or altered."""
        key_id, _, body = stored.partition(".")
        raw = _unpacked(body) if _ID.fullmatch(key_id) else None
        if raw is None:
            raise _altered(where)
        cipher = self.ciphers.get(key_id)
        if cipher is None:
            raise KeysInvalid("keys.missing", f"缺少密钥 {key_id}。", f"Key {key_id} is missing.")
        try:
            return cipher.decrypt(raw[:_NONCE], raw[_NONCE:], where.encode()).decode()
        except InvalidTag:
            raise _altered(where) from None

    def without(self, key_id: str) -> KeyRing:
        """Give the ring without an old key; raises KeysInvalid for the key that encrypts."""
        if key_id == self.current:
            raise _in_use(key_id)
        return KeyRing({name: each for name, each in self.ciphers.items() if name != key_id}, self.index)

    def fingerprint(self, text: str) -> str:
        """Give the keyed hash (hex) by which equal values are found without being read."""
        return hmac.digest(self.index, text.encode(), "sha256").hex()


def _altered(where: str) -> KeysInvalid:
    return KeysInvalid(
        "keys.altered",
        f"{where} 里的一个值打不开：密钥不对，或者值被改动过、不属于这里。",
        f"A value of {where} does not open: the key is another one, or the value was altered or moved.",
    )


def _in_use(key_id: str) -> KeysInvalid:
    return KeysInvalid(
        "keys.in_use", f"密钥 {key_id} 还在用，不能去掉。", f"Key {key_id} is in use and cannot be taken out."
    )


def _unpacked(body: str) -> bytes | None:
    """Give the bytes of a stored value; None for what was never written by `encrypt`."""
    try:
        raw = b64decode(body + "=" * (-len(body) % 4), altchars="-_", validate=True)
    except ValueError:
        return None
    return raw if len(raw) >= _NONCE + _TAG else None


def new_ring() -> str:
    """Write a ring with one fresh key for values and one for the keyed hash."""
    return "".join(f"{name}:{b64encode(secrets.token_bytes(_KEY)).decode()}\n" for name in ("k1", "index1"))


def rotated(ring: str) -> str:
    """Put a fresh key in front of a ring; what was encrypted before still opens."""
    ids = {line.partition(":")[0] for line in ring.split()}
    fresh = next(f"k{number}" for number in range(1, len(ids) + 2) if f"k{number}" not in ids)
    return f"{fresh}:{b64encode(secrets.token_bytes(_KEY)).decode()}\n{ring}"


def removed(ring: str, key_id: str) -> str:
    """Take an old key out of a ring; raises KeysInvalid for the key that encrypts and the key of the hash.

    Only after `rekey` left nothing under it: what it encrypted is lost without it.
    """
    lines = ring.split()
    if key_id == parse_ring(ring).current or key_id.startswith(_INDEX):
        raise _in_use(key_id)
    return "".join(f"{line}\n" for line in lines if line.partition(":")[0] != key_id)


def parse_ring(text: str) -> KeyRing:
    """Read a ring; raises KeysInvalid naming the line that is wrong."""
    keys: dict[str, bytes] = {}
    for number, line in enumerate(text.split(), 1):
        key_id, _, body = line.partition(":")
        try:
            key = b64decode(body, validate=True)
        except ValueError:
            key = b""
        if not _ID.fullmatch(key_id) or len(key) != _KEY or key_id in keys:
            raise KeysInvalid(
                "keys.unreadable",
                f"密钥文件第 {number} 行读不懂。",
                f"Line {number} of the keys is unreadable.",
            )
        keys[key_id] = key
    index = [key for key_id, key in keys.items() if key_id.startswith(_INDEX)]
    ciphers = {key_id: AESGCM(key) for key_id, key in keys.items() if not key_id.startswith(_INDEX)}
    if len(index) != 1 or not ciphers:
        raise KeysInvalid(
            "keys.incomplete",
            "密钥文件不完整：要有一个 index 密钥和至少一个加密密钥。",
            "The keys are incomplete: they need one index key and at least one key that encrypts.",
        )
    return KeyRing(ciphers, index[0])
