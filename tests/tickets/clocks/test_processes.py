from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from django.db import connection

from aftersale.config.home import Home, prepare

ROOT = Path(__file__).resolve().parents[3]
TICKETS = 25


def _start(home: Path, *arguments: str, url: str = "") -> subprocess.Popen[str]:
    environment = {
        **os.environ,
        "AFTERSALE_HOME": str(home),
        "DJANGO_SETTINGS_MODULE": "aftersale.config.settings",
    }
    environment |= {"PYTHONPATH": str(ROOT), "DATABASE_URL": url}
    command = [
        sys.executable,
        "-m",
        "tests.tickets.clocks.crew",
        arguments[0],
        str(home / "sent"),
        *arguments[1:],
    ]
    return subprocess.Popen(command, env=environment, cwd=ROOT, stdout=subprocess.PIPE, text=True)


def _answer(process: subprocess.Popen[str]) -> Any:  # noqa: ANN401
    said, _ = process.communicate(timeout=240)
    assert process.returncode == 0
    return json.loads(said) if said else None


@pytest.fixture(scope="module")
def empty_desk(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Make a desk with empty tables, once."""
    home = tmp_path_factory.mktemp("desk")
    prepare(Home(home))
    _answer(_start(home, "tables"))
    return home


@pytest.fixture
def home(empty_desk: Path, tmp_path: Path) -> Path:
    shutil.copytree(empty_desk, tmp_path, dirs_exist_ok=True)
    return tmp_path


def _each_once(found: dict[str, Any], tickets: int) -> None:
    assert found["states"] == [["refund_by", "missed"]] * tickets + [["respond_by", "missed"]] * tickets
    assert [kind for _, kind in found["events"]].count("deadline_missed") == 2 * tickets
    assert found["alarms"] == sorted(
        [["deadline", "escalated", 1]] * tickets + [["deadline", "escalated", 2]] * tickets
    )
    assert found["tasks"] == ["agree_to_return"] * tickets
    assert found["unsent"] == 0


@pytest.mark.django_db(transaction=True)
def test_two_sweepers_at_once_do_each_row_once(home: Path) -> None:
    url = ""
    if connection.vendor == "postgresql":
        at = connection.settings_dict
        url = f"postgresql://{at['USER']}:{at['PASSWORD']}@{at['HOST']}:{at['PORT']}/{at['NAME']}"
    # The embedded database under test lives in memory, where no other process can look: there it is a file.
    _answer(_start(home, "seed", str(TICKETS), url=url))
    # Both read the same clock: one that is minutes ahead would find every lease of the other run out.
    for minutes in ("0", "10", "15"):
        for sweeper in [_start(home, "sweep", minutes, url=url) for _ in range(2)]:
            _answer(sweeper)
    _each_once(_answer(_start(home, "standing", url=url)), TICKETS)


def test_a_sweep_killed_before_any_of_its_writes_loses_nothing_and_repeats_nothing(home: Path) -> None:
    told = _answer(_start(home, "killed"))
    *after_deaths, undisturbed = told["found"]
    assert told["deaths"] > 20
    _each_once(undisturbed, 1)
    assert [found for found in after_deaths if found != undisturbed] == []
    # A message may go out twice where the sender died before it could note it; none is lost.
    *sent_after_deaths, sent = told["sent"]
    assert [messages for messages in sent_after_deaths if not set(messages) >= set(sent)] == []
    assert max(len(messages) - len(sent) for messages in sent_after_deaths) <= 1
