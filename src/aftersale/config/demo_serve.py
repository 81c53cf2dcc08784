"""Keep the demo desk open in the background: start it, find it again, stop it; it ends by itself."""

from __future__ import annotations

import argparse
import json
import os
import signal
import socket
import subprocess
import sys
from contextlib import suppress
from dataclasses import asdict, dataclass
from hashlib import sha256
from http.client import HTTPConnection, HTTPException
from pathlib import Path
from threading import Event
from time import monotonic
from typing import TYPE_CHECKING

import typer

from aftersale import __version__
from aftersale.config import demo_sandbox
from aftersale.config.home import Home
from aftersale.config.lock import alone
from aftersale.config.refusals import DeskRefused
from aftersale.config.terminal import REFUSED

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

OWNER = "林总"
PASSWORD = "yunshan-demo-2026"  # noqa: S105  # of a desk that holds generated data only
"""The password of everybody at the demo desk, printed where it is filled."""

HOME, PORT, HOURS = Path("demo/desk"), 8000, 8.0
_HOST, _PORTS, _LOOK_S = "127.0.0.1", 50, 0.1
_START_S, _STOP_S, _ANSWER_S = 60.0, 25.0, 2.0
_CODE = frozenset({".py", ".html", ".css", ".js", ".po", ".yaml", ".csv"})
_PACKAGE = Path(__file__).resolve().parents[1]
_OPEN = """\
售后台开着：http://127.0.0.1:{port}/　用户名 {name}　密码 {password}
The desk is open: http://127.0.0.1:{port}/  name {name}  password {password}
停止 / stop it: make demo-stop（{hours:g} 小时后自动停止 / it ends by itself after {hours:g} hours）"""
_STOPPED = "演示台已停止。/ The demo desk has stopped."
_NOTHING = "演示台没有在运行。/ No demo desk is running."
_BY_HAND = "另有售后台在用 {home}，先停掉它。/ Another desk runs on {home}; stop that one first."
_FAILED = "售后台没有起来，最后几行日志 / The desk did not start; the last lines of {log}:\n{tail}"


@dataclass(frozen=True, slots=True)
class Running:
    """Hold what is written down of a desk in the background; `code` tells which program it runs."""

    pid: int
    port: int
    hours: float
    code: str


@dataclass(frozen=True, slots=True)
class Place:
    """Name the files of a desk in the background."""

    root: Path

    @property
    def note(self) -> Path:
        """Give the file that says where it runs."""
        return self.root / "demo.json"

    @property
    def log(self) -> Path:
        """Give the file that it writes its lines into."""
        return self.root / "demo.log"

    @property
    def begun(self) -> Path:
        """Give the file that says when its generated day was made: the sandbox makes the same one."""
        return self.root / "demo.begun"

    def read(self) -> Running | None:
        """Read what was written down; None where that is nothing."""
        try:
            return Running(**json.loads(self.note.read_text(encoding="utf-8")))
        except (OSError, ValueError, TypeError):
            return None


def main(arguments: Sequence[str] | None = None) -> int:
    """Start the desk, with --look only find it, with --stop end it; gives the exit code."""
    parser = argparse.ArgumentParser(prog="python -m aftersale.config.demo_serve", description=__doc__)
    parser.add_argument("--home", type=Path, default=HOME, help="folder of the desk")
    parser.add_argument("--port", type=int, default=PORT, help="port to begin looking for a free one at")
    parser.add_argument("--hours", type=float, default=HOURS, help="end after so many hours")
    what = parser.add_mutually_exclusive_group()
    what.add_argument("--look", action="store_true", help="exit with 0 where it runs as it is now")
    what.add_argument("--stop", action="store_true", help="end it")
    what.add_argument("--keep", action="store_true", help="be the process that keeps it")
    asked = parser.parse_args(arguments)
    place = Place(asked.home.resolve())
    if asked.keep:
        return keep(place, asked.port, asked.hours)
    if asked.stop:
        typer.echo(_STOPPED if stop(place) else _NOTHING)
        return 0
    if found := current(place):
        typer.echo(_said(found))
        return 0
    stop(place)
    return 1 if asked.look else start(place, asked.port, asked.hours)


def current(place: Place) -> Running | None:
    """Find the desk where it answers and runs the program as it is now."""
    found = place.read()
    return found if found and found.code == code() and answers(found.port) and _ours(found) else None


def start(place: Place, port: int, hours: float) -> int:
    """Start the desk in the background, wait until it answers, and say how to get in."""
    place.root.mkdir(parents=True, exist_ok=True)
    if _held(place):
        typer.echo(_BY_HAND.format(home=place.root), err=True)
        return REFUSED
    port = free_port(port)
    options = ["--keep", f"--home={place.root}", f"--port={port}", f"--hours={hours}"]
    with place.log.open("wb") as log:
        keeper = subprocess.Popen(
            [sys.executable, "-m", "aftersale.config.demo_serve", *options],
            env={**os.environ, "AFTERSALE_HOME": str(place.root)},
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
    found = Running(keeper.pid, port, hours, code())
    place.note.write_text(json.dumps(asdict(found)), encoding="utf-8")
    _until(lambda: keeper.poll() is not None or answers(port), _START_S)
    if answers(port):
        # It goes on when this process has ended.
        keeper.returncode = 0
        typer.echo(_said(found))
        return 0
    stop(place)
    tail = "\n".join(place.log.read_text(encoding="utf-8", errors="replace").splitlines()[-10:])
    typer.echo(_FAILED.format(log=place.log, tail=tail), err=True)
    return REFUSED


def stop(place: Place) -> bool:
    """End the desk in the background with all its processes; False where there is none."""
    found = place.read()
    place.note.unlink(missing_ok=True)
    if found is None or not _ours(found):
        return False
    _signal(found.pid, signal.SIGTERM)
    if not _until(lambda: not _held(place), _STOP_S):
        _signal(found.pid, signal.SIGKILL)
        _until(lambda: not _held(place), _STOP_S)
    return True


def keep(place: Place, port: int, hours: float) -> int:
    """Run the desk and the platforms that it is connected to until its time is over."""
    with demo_sandbox.running(place.root, place.begun) as addresses:
        environment = {**os.environ, **demo_sandbox.environment(place.root, addresses)}
        # The sandbox fetches pictures from the desk, as a platform does from where it can be reached.
        environment.setdefault("AFTERSALE_PUBLIC_URL", f"http://{_HOST}:{port}")
        serve = [sys.executable, "-m", "aftersale", "serve", f"--port={port}"]
        desk = subprocess.Popen(serve, env=environment)
        try:
            if addresses and _until(lambda: desk.poll() is not None or answers(port), _START_S):
                demo_sandbox.connect(environment, addresses, port)
            return desk.wait(hours * 3_600)
        except subprocess.TimeoutExpired:
            desk.terminate()
            return desk.wait()


def code() -> str:
    """Tell one state of the program from another: its version, and what its files say."""
    found = sha256(__version__.encode())
    for path in sorted(path for path in _PACKAGE.rglob("*") if path.suffix in _CODE):
        # What set-up copies or compiles follows from the others.
        if "vendor" not in path.parts:
            found.update(str(path.relative_to(_PACKAGE)).encode() + path.read_bytes())
    return found.hexdigest()[:16]


def answers(port: int) -> bool:
    """Tell whether the page to sign in comes back."""
    connection = HTTPConnection(_HOST, port, timeout=_ANSWER_S)
    try:
        connection.request("GET", "/accounts/login/")
        return connection.getresponse().status < 500  # noqa: PLR2004  # what the desk answers, be it to wait
    except (OSError, HTTPException):
        return False
    finally:
        connection.close()


def free_port(first: int) -> int:
    """Find the first port from one on that nobody listens at; the last one tried where all are taken."""
    ports = range(first, first + _PORTS)
    return next((port for port in ports if _free(port)), ports[-1])


def _free(port: int) -> bool:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        with suppress(OSError):
            probe.bind((_HOST, port))
            return True
    return False


def _said(found: Running) -> str:
    return _OPEN.format(port=found.port, hours=found.hours, name=OWNER, password=PASSWORD)


def _ours(found: Running) -> bool:
    """Tell whether the process written down is still the one that was started here."""
    done = subprocess.run(
        ["ps", "-o", "args=", "-p", str(found.pid)],  # noqa: S607  # ps is wherever the system has it
        capture_output=True,
        text=True,
        check=False,
    )
    return "aftersale.config.demo_serve" in done.stdout


def _held(place: Place) -> bool:
    """Tell whether a desk runs on the folder, whoever started it."""
    if not place.root.is_dir():
        return False
    try:
        with alone(Home(place.root)):
            return False
    except DeskRefused:
        return True


def _signal(pid: int, number: signal.Signals) -> None:
    with suppress(ProcessLookupError):
        os.killpg(pid, number)


def _until(true: Callable[[], bool], seconds: float) -> bool:
    until, pause = monotonic() + seconds, Event()
    while not (done := true()) and monotonic() < until:
        pause.wait(_LOOK_S)
    return done


if __name__ == "__main__":
    sys.exit(main())
