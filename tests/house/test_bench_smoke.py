"""Run every bench at a hundredth of its size: the figures mean nothing, the answers must be right."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]


def test_every_workload_runs_and_all_contenders_give_the_same_answers() -> None:
    run = subprocess.run(
        [sys.executable, "-m", "bench", "--quick"],
        cwd=ROOT,
        capture_output=True,
        check=True,
        encoding="utf-8",
        timeout=900,
    )
    measured = re.findall(r"^W\w+", run.stdout, flags=re.MULTILINE)
    assert measured == ["W1a", "W1b", "W1c", "W2", "W3", "W4", "W5", "W6"]
    alike = re.findall(r"([\d,]+) of ([\d,]+) (?:\(|sampled)", run.stdout)
    assert alike
    assert [pair for pair in alike if pair[0] != pair[1]] == []
    assert "none left out" in run.stdout
