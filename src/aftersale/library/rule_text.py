"""Write what a form asked for as the text of a rule file."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Any

import yaml

if TYPE_CHECKING:
    from collections.abc import Mapping

_WIDTH = 100


class _Plain(yaml.SafeDumper):
    """Write every value where it stands: people read these files, and an alias says nothing to them."""

    def ignore_aliases(self, data: Any) -> bool:  # noqa: ANN401  # whatever is written
        """Write no alias."""
        del data
        return True


def written(head: str, content: Mapping[str, Any]) -> str:
    """Give the text of a file: a comment, then the entries in the order given."""
    text: str = yaml.dump(dict(content), Dumper=_Plain, allow_unicode=True, sort_keys=False, width=_WIDTH)
    return f"## {head}\n{text}"


def read(text: str) -> dict[str, Any]:
    """Read a file that a form wrote; one that cannot be read holds nothing."""
    try:
        found = yaml.safe_load(text)
    except yaml.YAMLError:
        return {}
    return found if isinstance(found, dict) else {}


def span_of(entry: Mapping[str, Any]) -> tuple[date, date | None]:
    """Read from when until when an entry holds; what has no beginning began with the first day there is."""
    listed = entry.get("effective")
    start, until = listed if isinstance(listed, list) and len(listed) == 2 else (None, None)  # noqa: PLR2004
    return (start if isinstance(start, date) else date.min, until if isinstance(until, date) else None)


def days(start: date, until: date | None) -> list[date | None]:
    """Write from when until when an entry holds."""
    return [None if start == date.min else start, until]
