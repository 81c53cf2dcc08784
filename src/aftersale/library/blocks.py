"""Set lines under a title, as every page on the terminal does."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

INDENT = "  "


def block(title: str, lines: Sequence[str]) -> Iterator[str]:
    """Give the title and its lines, indented; nothing where there are no lines."""
    if lines:
        yield INDENT + title
        yield from (INDENT * 2 + line for line in lines)
