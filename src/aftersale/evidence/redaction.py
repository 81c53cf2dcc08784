"""Let a seal stand in an event for a personal value; once the salt is gone, nobody can tell which."""

from __future__ import annotations

import hmac

SALT_BYTES = 32


def seal_value(value: str, salt: bytes) -> str:
    """Give the seal of a value under the salt of its event; raises where the salt is not 32 bytes."""
    if len(salt) != SALT_BYTES:
        raise ValueError(f"a salt has {SALT_BYTES} bytes, not {len(salt)}")
    return hmac.digest(salt, value.encode(), "sha256").hex()


def matches(value: str, salt: bytes, sealed: str) -> bool:
    """Tell whether a seal is that of this value under this salt."""
    return hmac.compare_digest(seal_value(value, salt).encode(), sealed.encode())
