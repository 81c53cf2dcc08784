"""Decrypt values of buyers, on a person's demand, fifty at most in one call."""

from __future__ import annotations

from typing import TYPE_CHECKING

from aftersale.channels.douyin.answer import ask

if TYPE_CHECKING:
    from aftersale.channels.base import Hands
    from aftersale.channels.interface import Sealed

DECRYPT = "order.batchDecrypt"
MOST = 50


def reveal(sealed: tuple[Sealed, ...], hands: Hands) -> dict[str, str]:
    """Give the plain values by cipher; what the platform does not open is left out."""
    plain: dict[str, str] = {}
    for start in range(0, len(sealed), MOST):
        some = sealed[start : start + MOST]
        asked = [{"auth_id": each.order_no, "cipher_text": each.cipher} for each in some]
        for opened in ask(hands, DECRYPT, {"cipher_infos": asked}).data.each("decrypt_infos"):
            if opened.code("err_no") == 0 and opened.text("decrypt_text"):
                plain[opened.text("cipher_text")] = opened.text("decrypt_text")
    return plain
