from __future__ import annotations

import json
import signal
import subprocess
import sys
from typing import TYPE_CHECKING

from tests.sandbox.running import SECONDS, running

if TYPE_CHECKING:
    from pathlib import Path


def test_serve_says_one_line_forgets_everything_and_ends_when_told() -> None:
    command = [sys.executable, "-m", "aftersale", "sandbox", "serve", "--tickets", "5", "--seed", "3"]
    with subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, encoding="utf-8"
    ) as process:
        assert process.stdout
        assert process.stderr
        addresses = json.loads(process.stdout.readline())["sandbox"]
        assert set(addresses) == {"douyin", "kuaishou", "control"}
        assert addresses["douyin"] != addresses["kuaishou"]
        process.send_signal(signal.SIGTERM)
        process.wait(timeout=SECONDS)
        assert (process.returncode, process.stdout.read(), process.stderr.read()) == (0, "", "")


def test_a_time_that_is_none_is_refused() -> None:
    command = [sys.executable, "-m", "aftersale", "--lang", "en", "sandbox", "--at", "yesterday"]
    done = subprocess.run(command, capture_output=True, check=False, timeout=SECONDS)
    assert done.returncode == 2


def test_a_folder_belongs_to_one_sandbox(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "aftersale", "--lang", "en", "sandbox", "--home", str(tmp_path)]
    with running(tmp_path):
        done = subprocess.run(command, capture_output=True, check=False, timeout=SECONDS)
    assert done.returncode == 3
    assert b"used by another sandbox" in done.stderr
