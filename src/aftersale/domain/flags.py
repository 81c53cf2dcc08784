"""Name the flags that agents set on orders; each platform has some of these colours, sheets write words."""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING

from aftersale.texts import Text

if TYPE_CHECKING:
    from collections.abc import Mapping

_COLOURS = {
    "red": "红",
    "orange": "橙",
    "yellow": "黄",
    "green": "绿",
    "cyan": "青",
    "blue": "蓝",
    "purple": "紫",
    "grey": "灰",
}
FLAGS: Mapping[str, Text] = MappingProxyType(
    {code: Text(zh=f"{word}旗", en=f"{code} flag") for code, word in _COLOURS.items()}
)
_CODES = {word: code for code, word in _COLOURS.items()}


def flag_code(said: str | None) -> str:
    """Give the code of a flag however it is written; a word that is none stays as it is.

    >>> flag_code("红旗"), flag_code("紫色"), flag_code("grey"), flag_code(None), flag_code("7")
    ('red', 'purple', 'grey', '', '7')
    """
    word = (said or "").strip().removesuffix("帜").removesuffix("旗").removesuffix("色")
    return _CODES.get(word, word)
