"""See that of two processes at once not both have the last of a day, and that both write their notes."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from django.db import connection

from aftersale.config.home import Home, prepare
from tests.tickets.bulk.racing import NOTES, OUT

ROOT = Path(__file__).resolve().parents[3]


def _start(home: Path, *arguments: str, url: str = "") -> subprocess.Popen[str]:
    environment = {
        **os.environ,
        "AFTERSALE_HOME": str(home),
        "DJANGO_SETTINGS_MODULE": "aftersale.config.settings",
        "PYTHONPATH": str(ROOT),
        "DATABASE_URL": url,
    }
    command = [sys.executable, "-m", "tests.tickets.bulk.racing", *arguments]
    return subprocess.Popen(command, env=environment, cwd=ROOT, stdout=subprocess.PIPE, text=True)


def _said(process: subprocess.Popen[str]) -> str:
    said, _ = process.communicate(timeout=240)
    assert process.returncode == 0
    return said


@pytest.mark.django_db(transaction=True)
def test_two_at_once_stay_within_the_cap_of_the_day_and_lose_no_note(tmp_path: Path) -> None:
    url = ""
    prepare(Home(tmp_path))
    if connection.vendor == "postgresql":
        at = connection.settings_dict
        url = f"postgresql://{at['USER']}:{at['PASSWORD']}@{at['HOST']}:{at['PORT']}/{at['NAME']}"
    else:
        # The embedded database under test lives in memory, where no other process can look.
        _said(_start(tmp_path, "tables"))
    _said(_start(tmp_path, "seed", url=url))
    for process in [_start(tmp_path, "race", str(mine), url=url) for mine in (0, 1)]:
        _said(process)
    for process in [_start(tmp_path, "notes", url=url) for _ in range(2)]:
        _said(process)
    standing = json.loads(_said(_start(tmp_path, "standing", url=url)))
    assert standing == {"actions": OUT, "uses": OUT, "notes": 2 * NOTES}
