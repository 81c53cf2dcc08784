"""Make up the personal values of buyers, and a cipher that only looks like one: nothing here is secret."""

from __future__ import annotations

import base64
import json
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from aftersale.sandbox.platform.case import Sold

PREFIX, SUFFIX = "##", "##"


def receiver_of(sold: Sold) -> str:
    """Make up the name of a receiver."""
    return f"{sold.buyer_name.rstrip('*')}演示"


def phone_of(sold: Sold) -> str:
    """Make up a number that nobody can have: 100 is no prefix of mobile phones."""
    return f"100{int(sold.buyer_id[1:]) % 10**8:08d}"


def address_of(sold: Sold) -> str:
    """Make up an address."""
    return f"演示路{int(sold.buyer_id[1:]) % 500 + 1}号"


def place(sold: Sold) -> str:
    """Name province and city."""
    return f"{sold.province}{sold.city}"


def masked(text: str) -> str:
    """Mask all but the first and the last character, of a phone number more."""
    if text.isdigit():
        return f"{text[:3]}****{text[-4:]}"
    return f"{text[0]}{'*' * max(1, len(text) - 1)}"


def cipher(order: str, kind: str, plain: str) -> str:
    """Wrap a value for one order; `kind` is name, phone or address."""
    inside = json.dumps([order, kind, plain], ensure_ascii=False).encode()
    return f"{PREFIX}{base64.urlsafe_b64encode(inside).decode()}{SUFFIX}"


def opened(order: str, text: str) -> tuple[str, str] | None:
    """Unwrap a value: kind and text, None where it does not belong to the order."""
    try:
        found = json.loads(base64.urlsafe_b64decode(text.removeprefix(PREFIX).removesuffix(SUFFIX)))
    except ValueError:
        return None
    belongs = isinstance(found, list) and len(found) == 3 and found[0] == order  # noqa: PLR2004  order, kind, text
    return (str(found[1]), str(found[2])) if belongs else None
