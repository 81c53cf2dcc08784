"""Set tests up: one migrated database for all, and no browser where there is none, which a run says first."""

from __future__ import annotations

import shutil
from contextlib import closing
from typing import TYPE_CHECKING

import pytest
from django.conf import settings

from tests.migrated import alone, fill, keep, kept_in

if TYPE_CHECKING:
    from collections.abc import Iterator

CHROMIUM = shutil.which("chromium")
IN_MEMORY = "file:memorydb_default?mode=memory&cache=shared"  # as Django names it
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


@pytest.fixture(scope="session")
def django_db_setup(request: pytest.FixtureRequest) -> Iterator[None]:
    """Make the database in memory from what one process has migrated; on a server each makes its own."""
    cache = getattr(request.config, "cache", None)
    if cache is None or settings.DATABASES["default"].get("TEST", {}).get("NAME") != ":memory:":
        request.getfixturevalue("django_db_setup")
        yield
        return
    kept = kept_in(cache.mkdir("migrated"))
    with alone(kept):
        if not kept.exists():
            request.getfixturevalue("django_db_setup")
            keep(kept, IN_MEMORY)
    with closing(fill(kept, IN_MEMORY)):
        request.getfixturevalue("django_db_setup")
        yield
