"""Set tests up: tables made in one go, and no browser where there is none, which a run says first."""

from __future__ import annotations

import shutil
from typing import TYPE_CHECKING

import pytest
from django.db import connection

from aftersale.config.fresh import complete

if TYPE_CHECKING:
    from pytest_django.plugin import DjangoDbBlocker

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


@pytest.fixture(scope="session")
def django_db_setup(request: pytest.FixtureRequest, django_db_blocker: DjangoDbBlocker) -> None:
    """Make the tables from the models, then what no model shows; that migrations make the same is a test."""
    request.getfixturevalue("django_db_setup")
    with django_db_blocker.unblock(), connection.schema_editor() as editor:
        complete(editor)
