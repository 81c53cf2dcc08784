"""See which processes of this machine have died, and only those."""

from __future__ import annotations

import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING

import pytest

from aftersale.config.alive import bury_dead, own_name

if TYPE_CHECKING:
    from collections.abc import Collection
    from pathlib import Path

_SLEEPS = """
import sys, time
from pathlib import Path
from aftersale.config.alive import own_name
print(own_name(Path(sys.argv[1])), flush=True)
time.sleep(60)
"""


def dead(folder: Path) -> list[str]:
    found: list[str] = []
    bury_dead(folder, found.extend)
    return found


def another(folder: Path) -> tuple[subprocess.Popen[str], str]:
    process = subprocess.Popen(
        [sys.executable, "-c", _SLEEPS, str(folder)], stdout=subprocess.PIPE, text=True
    )
    assert process.stdout
    return process, process.stdout.readline().strip()


def test_a_process_that_was_killed_is_dead_once_and_one_that_lives_is_not(tmp_path: Path) -> None:
    mine = own_name(tmp_path)
    process, theirs = another(tmp_path)
    try:
        assert theirs != mine
        assert dead(tmp_path) == []
    finally:
        process.kill()
        process.communicate()
    assert dead(tmp_path) == [theirs]
    assert dead(tmp_path) == []
    assert own_name(tmp_path) == mine


def test_who_could_not_be_buried_is_found_again(tmp_path: Path) -> None:
    process, theirs = another(tmp_path)
    process.kill()
    process.communicate()

    def breaks(names: Collection[str]) -> None:
        raise RuntimeError(*names)

    with pytest.raises(RuntimeError):
        bury_dead(tmp_path, breaks)
    assert dead(tmp_path) == [theirs]


def test_threads_that_ask_at_once_are_one_process(tmp_path: Path) -> None:
    with ThreadPoolExecutor(16) as pool:
        names = {*pool.map(lambda _: own_name(tmp_path), range(64))}
    assert len(names) == 1
    assert len(list(tmp_path.iterdir())) == 1
    assert dead(tmp_path) == []
