"""Hold a running sandbox and the clock that it shares with a desk."""

from __future__ import annotations

import json
import subprocess
import sys
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import httpx2

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

_PATIENCE_S = 30.0
_TO_END_S = 10.0


@dataclass(slots=True)
class Place:
    """Give the control interface of a sandbox; `now` is the time on both sides, moved by `jump` alone."""

    addresses: Mapping[str, str]
    client: httpx2.Client
    ahead: timedelta = field(default_factory=timedelta)

    def now(self) -> datetime:
        """Give the time that it is in the sandbox."""
        return datetime.now(UTC) + self.ahead

    def jump(self, span: timedelta) -> None:
        """Let time pass on both sides at once."""
        self.tell("clock", {"jump_seconds": span.total_seconds()})
        self.ahead += span

    def tell(self, place: str, values: Mapping[str, object] | None = None) -> dict[str, Any]:
        """Ask the sandbox to do something; what is not possible now gives an empty answer."""
        answer = self.client.post(f"{self.addresses['control']}/{place}", json=dict(values or {}))
        found: dict[str, Any] = answer.json() if answer.is_success else {}
        return found

    def ledger(self) -> dict[str, Any]:
        """Read the books of the sandbox."""
        found: dict[str, Any] = self.client.get(f"{self.addresses['control']}/ledger").json()
        return found

    def end_faults(self) -> None:
        """Let everything work again."""
        self.client.delete(f"{self.addresses['control']}/faults")


@contextmanager
def sandbox(seed: int, tickets: int, home: Path | None = None) -> Iterator[Place]:
    """Run a sandbox in a process of its own until the block ends; in a folder it tells its time, too."""
    options = ["--seed", str(seed), "--tickets", str(tickets), *(("--home", str(home)) if home else ())]
    command = [sys.executable, "-m", "aftersale", "sandbox", *options]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    try:
        line = process.stdout.readline() if process.stdout else ""
        with httpx2.Client(timeout=_PATIENCE_S) as client:
            yield Place(json.loads(line)["sandbox"], client)
    finally:
        process.terminate()
        try:
            process.wait(_TO_END_S)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
        if process.stdout:
            process.stdout.close()
