"""See workers as processes: one that ends cleanly on SIGTERM, and jobs through Redis where there is one."""

from __future__ import annotations

import json
import os
import shutil
import socket
import subprocess
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from aftersale.jobs.engine import REDIS, EngineRefused, engine_of

if TYPE_CHECKING:
    from collections.abc import Iterator

ROOT = Path(__file__).resolve().parents[2]


def _run(module: str, folder: Path, *args: str) -> dict[str, Any]:
    environ = {name: value for name, value in os.environ.items() if name != "DATABASE_URL"}
    environ |= {"AFTERSALE_HOME": str(folder), "PYTHONPATH": str(ROOT)}
    environ |= {"DJANGO_SETTINGS_MODULE": "aftersale.config.settings"}
    done = subprocess.run(
        [sys.executable, "-m", module, *args],
        env=environ,
        cwd=ROOT,
        capture_output=True,
        encoding="utf-8",
        check=False,
        timeout=120,
    )
    assert done.returncode == 0, done.stderr
    found: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return found


def test_sigterm_lets_the_job_at_hand_end_and_begins_no_other(tmp_path: Path) -> None:
    assert _run("tests.jobs.ending", tmp_path) == {"ran": 1, "finished": [1], "left": 1}


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def _answers(port: int) -> bool:
    try:
        with socket.create_connection(("127.0.0.1", port), timeout=1):
            return True
    except OSError:
        return False


@pytest.fixture
def redis_url(tmp_path: Path) -> Iterator[str]:
    """Start a Redis of our own; empty where the machine has none."""
    program = shutil.which("redis-server")
    if program is None:
        yield ""
        return
    port = _free_port()
    told = ["--bind", "127.0.0.1", "--port", str(port), "--save", "", "--dir", str(tmp_path)]
    with subprocess.Popen([program, *told], stdout=subprocess.DEVNULL) as server:
        try:
            for _ in range(100):
                if _answers(port):
                    break
                time.sleep(0.1)
            yield f"redis://127.0.0.1:{port}/0"
        finally:
            server.terminate()


def test_jobs_go_through_redis_by_a_setting(tmp_path: Path, redis_url: str) -> None:
    if not redis_url:
        print("redis-server is not installed here; only the refusal of the setting is tested")  # noqa: T201
        with pytest.raises(EngineRefused) as refused:
            engine_of({"AFTERSALE_TASKS": REDIS})
        assert "AFTERSALE_REDIS_URL" in refused.value.next_step.zh
        return
    told = _run("tests.jobs.through_redis", tmp_path, redis_url)
    assert told == {"heard": [7, 9], "waiting": [0, 2], "ours": "jobs.other_engine"}
