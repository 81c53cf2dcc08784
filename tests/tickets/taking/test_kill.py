"""See that an import and the sealing, killed before any of their writes, lose nothing and repeat nothing."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.ops.desks import empty_database, environ_on

pytestmark = pytest.mark.server
ROOT = Path(__file__).resolve().parents[3]
# Fewer would mean that the program was not killed inside of most of its steps.
FEWEST = 40


def test_an_import_killed_before_any_of_its_writes_ends_as_one_that_was_not(tmp_path: Path) -> None:
    home = tmp_path / "desk"
    with empty_database(f"aftersale_intake_{os.getpid()}") as name:
        environ = environ_on(name) | {"AFTERSALE_HOME": str(home), "PYTHONPATH": str(ROOT)}
        environ.pop("DJANGO_SETTINGS_MODULE", None)
        done = subprocess.run(
            [sys.executable, "-m", "tests.tickets.taking.dying"],
            env=environ,
            cwd=ROOT,
            capture_output=True,
            encoding="utf-8",
            check=False,
            timeout=500,
        )
    assert done.returncode == 0, done.stderr
    told = json.loads(done.stdout.splitlines()[-1])
    *after_deaths, whole = told["found"]
    assert (whole["state"], whole["done_rows"], whole["parked"]) == ("done", 6, 2)
    assert whole["counts"] == {
        "rows": 6,
        "new": 2,
        "changed": 1,
        "unchanged": 1,
        "parked": 2,
        "missing": 2,
        "other_shop": 0,
    }
    assert whole["proof"] == [12, 0, 0]
    assert len(after_deaths) == told["deaths"] >= FEWEST
    assert [found for found in after_deaths if found != whole] == []
