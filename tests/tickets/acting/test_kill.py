"""See that a worker killed at any boundary loses nothing and pays once, on a platform that forgets keys."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.ops.desks import empty_database, environ_on
from tests.tickets.acting.desk import PAID
from tests.tickets.acting.dying import BOUNDARIES, SENDING

pytestmark = pytest.mark.server
ROOT = Path(__file__).resolve().parents[3]
_TOOK: dict[str, list[str]] = {
    "accepting": ["approved_again"],
    "accepted": ["approved_again"],
    "begin": ["woken"],
    "claiming": ["woken"],
    "claimed": ["confirmed", "approved_again"],
    "platform_before": ["confirmed", "approved_again"],
    "platform_after": ["read"],
    "answered": ["read"],
    "recording": ["read"],
    "recorded": [],
}


@pytest.fixture(scope="module")
def told(tmp_path_factory: pytest.TempPathFactory) -> dict[str, dict[str, Any]]:
    """Let a program of its own die and go on, over a database of its own."""
    folder = tmp_path_factory.mktemp("dying")
    with empty_database(f"aftersale_acting_{os.getpid()}") as name:
        environ = environ_on(name) | {
            "AFTERSALE_HOME": str(folder),
            "DJANGO_SETTINGS_MODULE": "aftersale.config.settings",
            "PYTHONPATH": str(ROOT),
        }
        done = subprocess.run(
            [sys.executable, "-m", "tests.tickets.acting.dying"],
            env=environ,
            cwd=ROOT,
            capture_output=True,
            encoding="utf-8",
            check=False,
            timeout=300,
        )
    assert done.returncode == 0, done.stderr
    found: dict[str, dict[str, Any]] = json.loads(done.stdout.splitlines()[-1])
    return found


def test_every_boundary_was_died_at(told: dict[str, dict[str, Any]]) -> None:
    assert set(told) == set(_TOOK) == set(BOUNDARIES)
    assert {row["killed"] for row in told.values()} == {signal.SIGKILL}


@pytest.mark.parametrize("boundary", BOUNDARIES)
def test_it_is_paid_exactly_once_in_the_end(told: dict[str, dict[str, Any]], boundary: str) -> None:
    row = told[boundary]
    assert (row["effects"], row["money"], row["reserved"], row["chain"]) == (1, "paid", PAID, True)


@pytest.mark.parametrize("boundary", BOUNDARIES)
def test_what_it_takes_to_go_on_is_as_little_as_can_be(
    told: dict[str, dict[str, Any]], boundary: str
) -> None:
    assert told[boundary]["took"] == _TOOK[boundary]


@pytest.mark.parametrize("boundary", SENDING)
def test_the_job_of_a_killed_worker_stays_running_and_nobody_waits_for_it(
    told: dict[str, dict[str, Any]], boundary: str
) -> None:
    # The row of the job tells nothing any more; the rows of tickets did all of the above.
    assert told[boundary]["left_running"] == SENDING.index(boundary) + 1
