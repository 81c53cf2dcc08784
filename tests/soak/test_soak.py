"""See a desk and the sandbox live together: over real HTTP, with faults, kills and time passing."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from pathlib import Path

_NAMES = {"tickets", "refunds", "lost", "twice", "different", "late"}


def soaked(folder: Path, seed: int, steps: int) -> subprocess.CompletedProcess[str]:
    options = [f"--seed={seed}", f"--steps={steps}", "--json"]
    environment = {name: value for name, value in os.environ.items() if name != "DATABASE_URL"}
    return subprocess.run(
        [sys.executable, "-m", "aftersale", "sandbox", "soak", *options],
        env={**environment, "TMPDIR": str(folder)},
        capture_output=True,
        text=True,
        timeout=600,
        check=False,
    )


# Seed 2 once paid for an order that had been sent between its approval and its payment.
@pytest.mark.parametrize(("seed", "steps"), [(2, 40), (11, 30)])
def test_a_random_life_loses_nothing_and_pays_nothing_twice(tmp_path: Path, seed: int, steps: int) -> None:
    done = soaked(tmp_path, seed, steps)
    assert done.returncode == 0, done.stdout + done.stderr
    summary = json.loads(done.stdout.strip().splitlines()[-1])["summary"]
    assert set(summary) == _NAMES
    assert summary["tickets"] > 30
    assert summary["refunds"] > 0
    assert not any(summary[name] for name in ("lost", "twice", "different", "late"))
