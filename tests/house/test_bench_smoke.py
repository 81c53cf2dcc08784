"""Run every bench at a hundredth of its size: the figures mean nothing, the answers must be right."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
# A workload sets its own desk up: with the settings of the tests its workers would look into an empty one.
OF_THE_TESTS = {"DJANGO_SETTINGS_MODULE", "AFTERSALE_HOME", "DATABASE_URL"}
COMPARED = {"w1a", "w1b"}
"""The workloads whose contenders must all give the same answers."""


@pytest.mark.parametrize("name", ["w1a", "w1b", "w1c", "w2", "w3", "w4", "w5", "w6", "m2"])
def test_a_workload_runs_and_all_contenders_give_the_same_answers(name: str) -> None:
    run = subprocess.run(
        [sys.executable, "-m", "bench", name, "--quick"],
        cwd=ROOT,
        env={name: value for name, value in os.environ.items() if name not in OF_THE_TESTS},
        capture_output=True,
        check=True,
        encoding="utf-8",
        timeout=600,
    )
    assert re.findall(r"^[WM]\d\w*", run.stdout, flags=re.MULTILINE) == [name[0].upper() + name[1:]]
    alike = re.findall(r"([\d,]+) of ([\d,]+) (?:\(|sampled)", run.stdout)
    assert [pair for pair in alike if pair[0] != pair[1]] == []
    assert alike or name not in COMPARED
