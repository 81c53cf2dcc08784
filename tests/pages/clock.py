"""Stop the clock of the pages: the door reads it once a request."""

from __future__ import annotations

from datetime import datetime, tzinfo
from typing import TYPE_CHECKING

from aftersale.pages import door

if TYPE_CHECKING:
    import pytest


def stop_at(moment: datetime, patch: pytest.MonkeyPatch) -> None:
    """Let every page be asked for at one moment."""

    class Stopped(datetime):
        @classmethod
        def now(cls, tz: tzinfo | None = None) -> datetime:  # type: ignore[override]  # a plain datetime will do
            return moment.astimezone(tz)

    patch.setattr(door, "datetime", Stopped)
