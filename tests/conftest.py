"""Set tests up: tables made in one go, and no browser where there is none, which a run says first."""

from __future__ import annotations

import shutil
from itertools import chain, islice
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


# What takes longest begins first, in all processes: at the end nothing long is left for one alone.
LONG = (
    "test_bench_smoke",
    "tests/ops",
    "tests/soak",
    "test_kill",
    "test_month_end",
    "test_processes",
)


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Put long tests at the head of what each process gets; files stay whole, for what their tests share."""
    workers = int(getattr(config, "workerinput", {}).get("workercount", 1))
    files = dict[str, list[pytest.Item]]()
    for item in sorted((each for each in items if _place(each) < len(LONG)), key=_place):
        whole = item.nodeid if LONG[0] in item.nodeid else item.nodeid.split("::")[0]
        files.setdefault(whole, []).append(item)
    others = iter([each for each in items if _place(each) == len(LONG)])
    shares = [list(chain(*list(files.values())[place::workers])) for place in range(workers)]
    most = max(len(items) // workers, *map(len, shares))
    items[:] = [*chain(*([*share, *islice(others, most - len(share))] for share in shares)), *others]


def _place(item: pytest.Item) -> int:
    return next((place for place, each in enumerate(LONG) if each in item.nodeid), len(LONG))


@pytest.fixture(scope="session")
def django_db_setup(request: pytest.FixtureRequest, django_db_blocker: DjangoDbBlocker) -> None:
    """Make the tables from the models, then what no model shows; that migrations make the same is a test."""
    request.getfixturevalue("django_db_setup")
    with django_db_blocker.unblock(), connection.schema_editor() as editor:
        complete(editor)
