"""Write texts into cells so that a spreadsheet program shows them and calculates nothing."""

from __future__ import annotations

_STARTS_A_FORMULA = ("=", "+", "-", "@", "＝", "＋", "－", "＠", "|", "%")
_SKIPPED = " \t\r\n\v\f\u00a0\u200b\u2060\u3000\ufeff"
_BREAKS = ("\t", "\r", "\n", "\v", "\f")
# From so many digits on a spreadsheet program rounds what it takes for a number.
_LONG = 12


def neutral(text: str) -> str:
    """Mark a text that a spreadsheet program would calculate, run or round, so that it stays text.

    >>> neutral("=1+1"), neutral("690563685000149118"), neutral("蓝色 350ml")
    ("'=1+1", "'690563685000149118", '蓝色 350ml')
    """
    begins = text.lstrip(_SKIPPED)
    dangerous = begins.startswith(_STARTS_A_FORMULA) or text.startswith(_BREAKS)
    return f"'{text}" if dangerous or (len(text) >= _LONG and text.isdecimal()) else text
