"""Stop the clock of the pages: the door reads it once a request."""

from __future__ import annotations

from typing import TYPE_CHECKING

from aftersale.pages import door

if TYPE_CHECKING:
    from datetime import datetime

    import pytest


def stop_at(moment: datetime, patch: pytest.MonkeyPatch) -> None:
    """Let every page be asked for at one moment."""
    patch.setattr(door, "desk_clock", lambda: moment)
