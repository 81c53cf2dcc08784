"""Open pushed messages: what decrypts with the app's key comes from the platform, no other seal."""

from __future__ import annotations

import base64
import binascii
from typing import TYPE_CHECKING

from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes
from cryptography.hazmat.primitives.padding import PKCS7

from aftersale.channels.interface import Message, Push, PushRefused
from aftersale.channels.kuaishou import codes
from aftersale.channels.kuaishou.values import Odd, Told, parsed
from aftersale.texts import Text

if TYPE_CHECKING:
    from aftersale.channels.interface import AppKeys

ACCEPTED = b'{"result":1}'
REFUSED = b'{"result":0}'
_NO_VECTOR = bytes(16)
_BLOCK_BITS = 128


def opened(body: bytes, keys: AppKeys) -> Push:
    """Decrypt and read one push; a heartbeat carries no message. Raises PushRefused."""
    told = _read(_decrypted(body, keys.message_key))
    if told.flag("test"):
        return Push((), ACCEPTED)
    if told.text("appKey") != keys.app_key:
        raise _refused("push.other_app", "这条消息是发给别的应用的。", "The message is for another app.")
    try:
        return Push((_message(told),), ACCEPTED)
    except Odd:
        raise _unreadable() from None


def _decrypted(body: bytes, message_key: str) -> bytes:
    """Decrypt; whatever is wrong with it looks the same from outside."""
    try:
        key = base64.b64decode(message_key, validate=True)
        sealed = base64.b64decode(body.strip(), validate=True)
        decryptor = Cipher(algorithms.AES(key), modes.CBC(_NO_VECTOR)).decryptor()
        padded = decryptor.update(sealed) + decryptor.finalize()
        unpadder = PKCS7(_BLOCK_BITS).unpadder()
        return unpadder.update(padded) + unpadder.finalize()
    except (ValueError, binascii.Error):
        raise _refused(
            "push.not_ours",
            "这条消息解不开，不是平台用这个密钥发的。",
            "The message does not open with this key.",
        ) from None


def _read(text: bytes) -> Told:
    try:
        told = parsed(text)
    except (ValueError, RecursionError):
        raise _unreadable() from None
    if not isinstance(told, dict):
        raise _unreadable()
    return Told(told)


def _message(told: Told) -> Message:
    message_id, kind, at = told.text("eventId"), told.text("event"), told.at("createTime")
    if not message_id or not kind or at is None:
        raise Odd("told_missing", "eventId", "")
    info = _inside(told)
    number = info.id("refundId")
    if kind in codes.TICKET_EVENTS and not number:
        raise Odd("told_missing", "refundId", "")
    return Message(message_id, kind, number, at, platform_shop_id=told.text("openId"))


def _inside(told: Told) -> Told:
    """Read what a message says; it stands as JSON in a text."""
    info = told.fields.get("info")
    return _read(info.encode()) if isinstance(info, str) else told.part("info")


def _unreadable() -> PushRefused:
    return _refused("push.unreadable", "这条消息读不懂。", "The message cannot be read.")


def _refused(code: str, zh: str, en: str) -> PushRefused:
    return PushRefused(code, Text(zh=zh, en=en), REFUSED)
