"""Write small tables that open as they are meant: ids as text, nothing taken for a formula."""

from __future__ import annotations

import csv
from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from pathlib import Path

_STARTS_A_FORMULA = ("=", "+", "-", "@", "＝", "＋", "－", "＠", "\t", "\r", "\n")
# From so many digits on a spreadsheet program rounds what it takes for a number.
_LONG = 12


def harmless(text: str) -> str:
    """Mark a text that a spreadsheet program would calculate or round, so that it stays text.

    >>> harmless("=1+1"), harmless("690563685000149118"), harmless("蓝色 350ml")
    ("'=1+1", "'690563685000149118", '蓝色 350ml')
    """
    if text.startswith(_STARTS_A_FORMULA) or (len(text) >= _LONG and text.isdecimal()):
        return f"'{text}"
    return text


@contextmanager
def whole(path: Path) -> Iterator[Path]:
    """Give a file to write beside `path`; it takes that place once it is whole and is gone if it failed."""
    partial = path.with_name(f"{path.name}.partial")
    try:
        yield partial
        partial.replace(path)
    finally:
        partial.unlink(missing_ok=True)


def write_csv(path: Path, header: Sequence[str], rows: Iterable[Sequence[str]]) -> None:
    """Write a csv that Excel reads as UTF-8."""
    # In this order: the file is closed before it takes its place.
    with whole(path) as partial, partial.open("w", encoding="utf-8-sig", newline="") as file:
        writer = csv.writer(file)
        writer.writerow([harmless(title) for title in header])
        writer.writerows([harmless(cell) for cell in row] for row in rows)
