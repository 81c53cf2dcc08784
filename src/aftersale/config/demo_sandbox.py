"""Run the sandbox beside the demo desk, and connect the demo's shops to it over HTTP."""

from __future__ import annotations

import json
import subprocess
import sys
from contextlib import contextmanager
from typing import TYPE_CHECKING

from aftersale.sandbox.platform.clock import CLOCK

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

# The sandbox grants the demo more than the platforms are known to grant.
_CALLS_PER_SECOND, _POLL_S, _BACK_DAYS = "200", "30", "3"
_TO_END_S, _TO_CONNECT_S = 10.0, 300.0
_FOLDER = "sandbox"


@contextmanager
def running(root: Path, begun: Path) -> Iterator[Mapping[str, str]]:
    """Run the sandbox on the same generated day until the block ends; no addresses where none was made."""
    if not begun.is_file():
        yield {}
        return
    home, at = root / _FOLDER, begun.read_text(encoding="utf-8").strip()
    command = [sys.executable, "-m", "aftersale", "sandbox", "--home", str(home), "--at", at]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    try:
        line = process.stdout.readline() if process.stdout else ""
        yield json.loads(line)["sandbox"] if line else {}
    finally:
        process.terminate()
        try:
            process.wait(_TO_END_S)
        except subprocess.TimeoutExpired:
            process.kill()
        if process.stdout:
            process.stdout.close()


def environment(root: Path, addresses: Mapping[str, str]) -> dict[str, str]:
    """Give the settings by which a desk calls the sandbox in place of the platforms."""
    if not addresses:
        return {}
    return {
        "AFTERSALE_DOUYIN_URL": addresses["douyin"],
        "AFTERSALE_DOUYIN_AUTHORISE_URL": addresses["douyin"],
        "AFTERSALE_KUAISHOU_URL": addresses["kuaishou"],
        "AFTERSALE_KUAISHOU_AUTHORISE_URL": addresses["kuaishou"],
        "AFTERSALE_PLATFORM_CALLS_PER_SECOND": _CALLS_PER_SECOND,
        "AFTERSALE_POLL_SECONDS": _POLL_S,
        "AFTERSALE_BACKFILL_DAYS": _BACK_DAYS,
        "AFTERSALE_SANDBOX_URL": addresses["control"],
        "AFTERSALE_SANDBOX_CLOCK": str(root / _FOLDER / CLOCK),
    }


def connect(environment: Mapping[str, str], addresses: Mapping[str, str], port: int) -> None:
    """Connect the shops in a process of its own, which ends once each is read; a failure stays in the log."""
    command = [sys.executable, "-m", "aftersale.config.demo_connect", addresses["control"], str(port)]
    try:
        subprocess.run(command, env=dict(environment), check=False, timeout=_TO_CONNECT_S)
    except subprocess.TimeoutExpired:
        return
