"""Run a desk of its own in a folder of its own, as processes, on the database that the tests are on."""

from __future__ import annotations

import os
import shutil
import signal
import socket
import subprocess
import sys
import textwrap
from contextlib import contextmanager
from dataclasses import dataclass
from time import monotonic, sleep
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit, urlunsplit

import psycopg

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

LIMIT_S = 120
ON_POSTGRESQL = os.environ.get("AFTERSALE_TESTS_ON") == "postgresql"


@dataclass(frozen=True, slots=True)
class OwnDesk:
    """Hold the folder of a desk and the name of its database, empty where that is a file of the folder."""

    home: Path
    database: str = ""

    @property
    def env(self) -> dict[str, str]:
        """Give the environment of its processes."""
        kept = {
            name: value for name, value in os.environ.items() if not name.startswith(("AFTERSALE", "DJANGO"))
        }
        kept.pop("DATABASE_URL", None)
        url = {"DATABASE_URL": url_of(self.database)} if self.database else {}
        return {**kept, **url, "AFTERSALE_HOME": str(self.home), "AFTERSALE_LANG": "en"}

    def run(self, *arguments: object, given: str = "") -> subprocess.CompletedProcess[str]:
        """Run the command to its end."""
        return subprocess.run(
            [sys.executable, "-m", "aftersale", *map(str, arguments)],
            env=self.env,
            input=given,
            capture_output=True,
            text=True,
            timeout=LIMIT_S,
            check=False,
        )

    def start(self, *arguments: object) -> subprocess.Popen[str]:
        """Start the command and leave it running."""
        command = [sys.executable, "-m", "aftersale", *map(str, arguments)]
        return subprocess.Popen(
            command, env=self.env, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
        )

    def program(self, code: str) -> list[str]:
        """Give the command that runs code where Django was started."""
        begin = "from aftersale.config.django import start; place = start()\n"
        return [sys.executable, "-c", begin + textwrap.dedent(code)]

    def python(self, code: str) -> str:
        """Run code where Django was started, and give what it printed."""
        done = subprocess.run(
            self.program(code), env=self.env, capture_output=True, text=True, timeout=LIMIT_S, check=False
        )
        assert done.returncode == 0, done.stderr
        return done.stdout.strip()

    def copy(self, home: Path, name: str) -> OwnDesk:
        """Make another desk of this one, with its keys."""
        shutil.copytree(self.home, home, ignore=shutil.ignore_patterns("serve.lock", "run"))
        if self.database:
            on_server(f'CREATE DATABASE "{name}" TEMPLATE "{self.database}"')
        return OwnDesk(home, name if self.database else "")


def url_of(database: str) -> str:
    """Name a database of the server that the tests are on."""
    return urlunsplit(urlsplit(os.environ["AFTERSALE_TEST_DATABASE_URL"])._replace(path=f"/{database}"))


def on_server(sql: str) -> None:
    """Make or drop a database."""
    with psycopg.connect(url_of("postgres"), autocommit=True) as connection:
        connection.execute(sql)


@contextmanager
def empty_database(name: str) -> Iterator[str]:
    """Give an empty database where the tests are on PostgreSQL, else none."""
    if not ON_POSTGRESQL:
        yield ""
        return
    _drop(name)
    on_server(f'CREATE DATABASE "{name}"')
    try:
        yield name
    finally:
        _drop(name)


def _drop(name: str) -> None:
    """Drop a database, and the copy of it that a test of killing keeps."""
    for each in (name, f"{name}_before"):
        on_server(f'DROP DATABASE IF EXISTS "{each}" WITH (FORCE)')


def environ_on(database: str) -> dict[str, str]:
    """Give the environment of a program on a database, '' for an embedded file of its own."""
    kept = {name: value for name, value in os.environ.items() if name != "DATABASE_URL"}
    return kept | ({"DATABASE_URL": url_of(database)} if database else {})


def free_port() -> int:
    """Find a port that nobody listens at."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def wait_for(what: Callable[[], Any], seconds: float = 60) -> Any:  # noqa: ANN401  # whatever it gives
    """Wait until something is true, and give it; fail after so many seconds."""
    until = monotonic() + seconds
    while not (found := what()):
        assert monotonic() < until, "it did not happen in time"
        sleep(0.1)
    return found


def gone(pid: int) -> bool:
    """Tell whether a process is gone; one that only waits to be collected is."""
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return True
    return _ps("-o", "stat=", "-p", str(pid)).strip()[:1] in {"Z", ""}


def _ps(*asked: str) -> str:
    done = subprocess.run(["ps", *asked], capture_output=True, text=True, check=False)  # noqa: S607  # ps is wherever the system has it
    return done.stdout


def children_of(pid: int) -> list[int]:
    """List the processes that a process has started."""
    return [int(each) for each in _ps("-o", "pid=", "--ppid", str(pid)).split()]


def family_of(pid: int) -> list[int]:
    """List the processes that a process has started, with those that they have started."""
    found = children_of(pid)
    return found + [grandchild for child in found for grandchild in children_of(child)]


@contextmanager
def running(process: subprocess.Popen[str]) -> Iterator[subprocess.Popen[str]]:
    """End a process and what it started, at the latest when the test is over."""
    family: list[int] = []
    try:
        yield process
        family = family_of(process.pid)
    finally:
        family = family or family_of(process.pid)
        process.terminate()
        try:
            sys.stdout.write(process.communicate(timeout=30)[0] or "")
        except subprocess.TimeoutExpired:
            process.kill()
            process.communicate()
        for pid in family:
            if not gone(pid):
                os.kill(pid, signal.SIGKILL)
