"""Hold the commands that need no desk to starting without it."""

from __future__ import annotations

import subprocess
import sys

import pytest

WITHOUT = [
    ["--version"],
    ["--help"],
    ["serve", "--help"],
    ["rules", "at", "2026-06-10"],
    ["decide", "-"],
]


@pytest.mark.parametrize("arguments", WITHOUT, ids=" ".join)
def test_a_command_that_needs_no_desk_starts_no_django(arguments: list[str]) -> None:
    program = (
        "import sys\n"
        "from aftersale.cli import main\n"
        "try:\n    main()\nexcept SystemExit as ended:\n    assert not ended.code, ended.code\n"
        "assert not [name for name in sys.modules if name.partition('.')[0] == 'django']\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", program, *arguments], input=b"", capture_output=True, timeout=120, check=False
    )
    assert done.returncode == 0, done.stderr.decode()


def test_the_package_runs_like_the_command() -> None:
    done = subprocess.run(
        [sys.executable, "-m", "aftersale", "--version"], capture_output=True, check=True, text=True
    )
    assert done.stdout.startswith("aftersale ")
