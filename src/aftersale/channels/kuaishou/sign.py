"""Sign calls: the fixed fields in order, the secret at the end, HMAC or MD5 over exactly what is sent."""

from __future__ import annotations

import base64
import hashlib
import hmac
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

SIGNED = ("access_token", "appkey", "method", "param", "signMethod", "timestamp", "version")


def _hmac(text: bytes, secret: bytes) -> str:
    return base64.b64encode(hmac.digest(secret, text, "sha256")).decode()


def _md5(text: bytes, secret: bytes) -> str:
    del secret  # it is the last field of the text
    return hashlib.md5(text, usedforsecurity=False).hexdigest()


_WAYS: Mapping[str, Callable[[bytes, bytes], str]] = {"HMAC_SHA256": _hmac, "MD5": _md5}
METHOD_NAMES: Mapping[str, str] = {"hmac": "HMAC_SHA256", "md5": "MD5"}
"""How the platform calls the two ways of signing that keys may name."""


def text_to_sign(fields: Mapping[str, str], sign_secret: str) -> str:
    """Write the text that is signed: raw values, before any URL encoding."""
    told = [f"{name}={fields[name]}" for name in SIGNED if name in fields]
    return "&".join([*told, f"signSecret={sign_secret}"])


def signature(fields: Mapping[str, str], sign_secret: str) -> str:
    """Sign the fields of a call in the way that its `signMethod` names."""
    text = text_to_sign(fields, sign_secret)
    return _WAYS[fields["signMethod"]](text.encode(), sign_secret.encode())
