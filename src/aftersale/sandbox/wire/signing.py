"""Check signatures and seal messages, written from the public vectors alone."""

from __future__ import annotations

import base64
import hashlib
import hmac

from cryptography.hazmat.primitives import padding
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes

BLOCK_BITS, ZERO_IV = 128, bytes(16)
DOUYIN_SIGNED = ("app_key", "method", "param_json", "timestamp", "v")
KUAISHOU_SIGNED = ("access_token", "appkey", "method", "param", "signMethod", "timestamp", "version")


def douyin_sign(values: dict[str, str], secret: str, how: str) -> str:
    """Sign the five values of a 抖店 request; `how` is hmac-sha256 or md5."""
    pattern = "".join(name + values.get(name, "") for name in DOUYIN_SIGNED)
    text = f"{secret}{pattern}{secret}".encode()
    if how == "md5":
        return hashlib.md5(text, usedforsecurity=False).hexdigest()
    return hmac.new(secret.encode(), text, hashlib.sha256).hexdigest()


def douyin_event_sign(app_key: str, body: bytes, secret: str) -> str:
    """Sign the raw body of a 抖店 message."""
    return hashlib.md5(app_key.encode() + body + secret.encode(), usedforsecurity=False).hexdigest()


def kuaishou_sign(values: dict[str, str], secret: str) -> str:
    """Sign the seven values of a 快手 request; `signMethod` among them says how."""
    joined = "&".join(f"{name}={values[name]}" for name in KUAISHOU_SIGNED if name in values)
    text = f"{joined}&signSecret={secret}".encode()
    if values.get("signMethod") == "MD5":
        return hashlib.md5(text, usedforsecurity=False).hexdigest()
    return base64.b64encode(hmac.new(secret.encode(), text, hashlib.sha256).digest()).decode()


def same(given: str, right: str) -> bool:
    """Compare two signatures in constant time."""
    return hmac.compare_digest(given.encode(), right.encode())


def kuaishou_seal(plain: bytes, message_key: str) -> bytes:
    """Encrypt the body of a 快手 message: AES-CBC, PKCS7, zero IV, base64."""
    padder = padding.PKCS7(BLOCK_BITS).padder()
    padded = padder.update(plain) + padder.finalize()
    cipher = Cipher(algorithms.AES(base64.b64decode(message_key)), modes.CBC(ZERO_IV)).encryptor()
    return base64.b64encode(cipher.update(padded) + cipher.finalize())
