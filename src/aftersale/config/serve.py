"""Run the desk: bring the database up to date, prove its heads, then keep web and worker alive."""

from __future__ import annotations

import signal
import socket
import subprocess
import sys
from contextlib import contextmanager
from dataclasses import dataclass, field
from threading import Event
from time import monotonic
from typing import TYPE_CHECKING

from django.conf import settings
from django.db import connection, connections

from aftersale.config.backup import back_up
from aftersale.config.lock import alone
from aftersale.config.parent import environment
from aftersale.config.proving import refuse_broken_heads
from aftersale.config.refusals import DeskRefused
from aftersale.config.sandboxed import real_platform
from aftersale.config.unfinished import refuse_unfinished
from aftersale.config.upgrade import upgrade
from aftersale.config.web import PROCESSES
from aftersale.connections.playing import has_real_shops
from aftersale.texts import Text

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from datetime import datetime

    from aftersale.config.home import Home
    from aftersale.texts import Lang

_LOOK_S, _PATIENCE_S, _PORT_PATIENCE_S = 0.1, 15.0, 12.0
_FIRST_PAUSE_S, _LONGEST_PAUSE_S, _STEADY_S = 1.0, 30.0, 60.0
_READY = Text(
    zh="售后台已启动：{address}　按 Ctrl+C 停止", en="The desk is running: {address}  Ctrl+C stops it"
)
_AGAIN = Text(
    zh="{name} 退出了（{code}），{pause:.0f} 秒后重新启动",
    en="{name} ended ({code}); starting it again in {pause:.0f} s",
)
_UPGRADED = Text(
    zh="数据库已升级（{n} 步），之前的备份：{path}", en="Upgraded the database ({n} steps); backup: {path}"
)


@dataclass(frozen=True, slots=True)
class Address:
    """Name where the desk answers."""

    host: str
    port: int

    @property
    def url(self) -> str:
        """Write it as a browser reads it."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return f"http://{host}:{self.port}/"


@dataclass(slots=True)
class Child:
    """Hold one process that must run: how it is started, and when again if it ended."""

    name: str
    command: Sequence[str]
    process: subprocess.Popen[bytes] | None = None
    started: float = 0.0
    again_at: float = 0.0
    pause_s: float = _FIRST_PAUSE_S

    def start(self) -> None:
        """Start it; signals of the terminal reach only the parent, which ends its children itself."""
        self.started = monotonic()
        self.process = subprocess.Popen(
            self.command, env=environment(), stdin=subprocess.DEVNULL, start_new_session=True
        )

    def ended(self) -> int | None:
        """Give the exit code of a process that ended since it was started."""
        return self.process.poll() if self.process else None

    def rest(self) -> float:
        """Let it wait before it is started again: longer each time, from a second to half a minute."""
        if monotonic() - self.started >= _STEADY_S:
            self.pause_s = _FIRST_PAUSE_S
        pause, self.pause_s = self.pause_s, min(self.pause_s * 2, _LONGEST_PAUSE_S)
        self.process, self.again_at = None, monotonic() + pause
        return pause


@dataclass(slots=True)
class Supervisor:
    """Keep processes alive until `stop` is set; `say` hears of each that ended."""

    children: Sequence[Child]
    say: Callable[[str], None]
    lang: Lang
    stop: Event = field(default_factory=Event)

    def run(self, ready: Callable[[], bool], said: str) -> None:
        """Start them, say once that the desk is ready, watch, and end all of them at the end."""
        try:
            while not self.stop.is_set():
                for child in self.children:
                    self._look_after(child)
                if said and ready():
                    self.say(said)
                    said = ""
                self.stop.wait(_LOOK_S)
        finally:
            end(self.children)

    def _look_after(self, child: Child) -> None:
        code = child.ended()
        if code is not None:
            pause = child.rest()
            self.say(_AGAIN.format(name=child.name, code=code, pause=pause).of(self.lang))
        if child.process is None and monotonic() >= child.again_at:
            child.start()


def end(children: Sequence[Child]) -> None:
    """End processes: ask all of them, wait 15 s, then force those that are still there."""
    running = [child.process for child in children if child.process]
    for process in running:
        process.terminate()
    until = monotonic() + _PATIENCE_S
    for process in running:
        try:
            process.wait(max(0.0, until - monotonic()))
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


@dataclass(frozen=True, slots=True)
class Terms:
    """Say how the desk is to run and to whom it speaks."""

    address: Address
    web_only: bool
    lang: Lang
    say: Callable[[str], None]


def serve(place: Home, terms: Terms, now: datetime) -> None:
    """Run the desk until SIGTERM, SIGINT or SIGHUP; raises AftersaleError where it must not start."""
    with alone(place):
        made_ready(place, terms, now)
        need_port(terms.address)
        supervisor = Supervisor(children_of(terms), terms.say, terms.lang)
        with _ended_by_signal(supervisor.stop):
            address = terms.address
            supervisor.run(lambda: _answers(address), _READY.format(address=address.url).of(terms.lang))


def made_ready(place: Home, terms: Terms, now: datetime) -> None:
    """Back up and migrate an older database, refuse a newer or half restored one, and prove the heads."""
    refuse_unfinished(place)
    made: list[object] = []
    steps = upgrade(lambda: made.append(back_up(place, now).path))
    if made:
        terms.say(_UPGRADED.format(n=len(steps), path=made[0]).of(terms.lang))
    refuse_broken_heads(place)
    if settings.SANDBOX_URL and has_real_shops():
        raise real_platform()
    connections.close_all()


def children_of(terms: Terms) -> list[Child]:
    """List what runs: web, and the worker unless others do its work."""
    python, address = sys.executable, terms.address
    processes = PROCESSES.get(connection.vendor, 1)
    web = [python, "-m", "aftersale.config.web", f"--host={address.host}", f"--port={address.port}"]
    children = [Child("web", [*web, f"--processes={processes}"])]
    if not terms.web_only:
        children.append(Child("work", [python, "-m", "aftersale", "work"]))
    return children


def need_port(address: Address) -> None:
    """Wait until the port is free, for a desk that was killed lets go of it a little later; else refuse."""
    until = monotonic() + _PORT_PATIENCE_S
    pause = Event()
    while not _free(address):
        if monotonic() > until:
            raise DeskRefused(
                "serve.port",
                Text(
                    zh=f"{address.host}:{address.port} 已被别的程序占用，或者本机没有这个地址。",
                    en=f"{address.host}:{address.port} is taken, or is no address of this host.",
                ),
                Text(
                    zh="换一个端口：aftersale serve --port 8322",
                    en="Choose another: aftersale serve --port 8322",
                ),
            )
        pause.wait(_LOOK_S)


def _free(address: Address) -> bool:
    family = socket.AF_INET6 if ":" in address.host else socket.AF_INET
    with socket.socket(family) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((address.host, address.port))
        except OSError:
            return False
    return True


def _answers(address: Address) -> bool:
    host = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(address.host, address.host)  # noqa: S104  # asked, not bound
    try:
        with socket.create_connection((host, address.port), timeout=1):
            return True
    except OSError:
        return False


@contextmanager
def _ended_by_signal(stop: Event) -> Iterator[None]:
    """Let the signals that end a program end this one in good order."""
    names = [name for name in ("SIGTERM", "SIGINT", "SIGHUP") if hasattr(signal, name)]
    before = {
        getattr(signal, name): signal.signal(getattr(signal, name), lambda *_: stop.set()) for name in names
    }
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
