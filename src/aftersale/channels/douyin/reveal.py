"""Decrypt values of buyers, on a person's demand, fifty at most in one call."""

from __future__ import annotations

from typing import TYPE_CHECKING

from aftersale.channels.douyin.answer import ask
from aftersale.domain.errors import Rejected
from aftersale.texts import Text

if TYPE_CHECKING:
    from aftersale.channels.base import Hands
    from aftersale.channels.interface import Sealed

DECRYPT = "order.batchDecrypt"
MOST = 50


def reveal(sealed: tuple[Sealed, ...], hands: Hands) -> dict[str, str]:
    """Give the plain values by cipher; what the platform does not open is left out.

    Raises ChannelError; Rejected with the platform's words where it opens none.
    """
    plain: dict[str, str] = {}
    words = ""
    for start in range(0, len(sealed), MOST):
        some = sealed[start : start + MOST]
        asked = [{"auth_id": each.order_no, "cipher_text": each.cipher} for each in some]
        for opened in ask(hands, DECRYPT, {"cipher_infos": asked}).data.each("decrypt_infos"):
            if opened.code("err_no") == 0 and opened.text("decrypt_text"):
                plain[opened.text("cipher_text")] = opened.text("decrypt_text")
            else:
                words = words or f"{opened.text('err_msg')}（{opened.code('err_no')}）"
    if words and not plain:
        raise not_opened(words)
    return plain


def not_opened(words: str) -> Rejected:
    """Say that the platform opens none of them, in its words."""
    return Rejected(
        "channel.not_opened",
        Text(zh=f"平台没有解密：{words}", en=f"The platform did not open it: {words}"),
        Text(zh="需要时到平台后台查看。", en="Look in the platform's back office if you need it."),
        platform_code="decrypt",
    )
