"""Leave the tests of the browser out where there is none, and say so in the first lines of a run."""

from __future__ import annotations

import shutil
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import pytest

CHROMIUM = shutil.which("chromium")
collect_ignore = [] if CHROMIUM else ["browser"]


def pytest_report_header() -> str:
    """Say which browser the pages are tested in."""
    missing = "none: tests/browser is left out; apt-get install chromium brings it in"
    return f"browser: {CHROMIUM or missing}"


# What takes longest begins first: at the end of a run nothing long is left for one process alone.
LONG = (
    "test_bench_smoke",
    "tests/ops",
    "tests/soak",
    "test_kill",
    "test_month_end",
    "test_processes",
)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Put long tests before the others, each kind in the order in which it was found."""
    items.sort(key=lambda item: _place(item.nodeid))


def _place(name: str) -> int:
    return next((place for place, each in enumerate(LONG) if each in name), len(LONG))
