"""Say which lines of a shop's rule files are new and which are gone."""

from __future__ import annotations

from dataclasses import dataclass
from difflib import unified_diff
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

_SIGNS = {"+": "new", "-": "gone", "@": "place"}


@dataclass(frozen=True, slots=True)
class LineChange:
    """Hold one line of a comparison: `kind` is new, gone, same or place (where the next lines stand)."""

    kind: str
    text: str


@dataclass(frozen=True, slots=True)
class FileChange:
    """Hold what changed in one file."""

    name: str
    lines: tuple[LineChange, ...]


def text_changes(before: Mapping[str, str], after: Mapping[str, str]) -> tuple[FileChange, ...]:
    """Compare two sets of files, in order of their names; files that are alike are left out."""
    names = sorted(before.keys() | after.keys())
    changed = [FileChange(name, tuple(_lines(before.get(name, ""), after.get(name, "")))) for name in names]
    return tuple(each for each in changed if each.lines)


def _lines(before: str, after: str) -> Iterator[LineChange]:
    found = list(unified_diff(before.splitlines(), after.splitlines(), lineterm="", n=2))
    # The first two lines name the files.
    for line in found[2:]:
        yield LineChange(_SIGNS.get(line[0], "same"), line)
