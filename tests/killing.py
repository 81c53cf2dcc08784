"""Kill a program before each of its writes in turn, let another go on, and tell what stands then.

The desk's folder, and its database where that is not a file of it, is put back as it was before every death.
"""

from __future__ import annotations

import os
import shutil
import signal
from typing import TYPE_CHECKING, Any, NamedTuple

from tests.ops.desks import on_server

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

_MOST = 10_000


class Deaths(NamedTuple):
    """Hold how often the program was killed, and what stood after each; the last is of a run not killed."""

    times: int
    found: list[Any]


def at_every_write(
    home: Path, work: Callable[[], object], again: Callable[[], object], standing: Callable[[], Any]
) -> Deaths:
    """Die before every write of `work`, let `again` finish, and read what is `standing`."""
    found = list[Any]()
    put_back = _kept(home)
    for statement in range(_MOST):
        put_back()
        died = forked(lambda number=statement: _killed_at(number, work)) == signal.SIGKILL  # type: ignore[misc]
        if died and forked(again) != 0:
            raise RuntimeError(f"nobody could take over after statement {statement}")
        found.append(standing())
        _close()
        if not died:
            return Deaths(statement, found)
    raise RuntimeError("the program writes without end")


def forked(work: Callable[[], object]) -> int:
    """Run something in a fork with a connection of its own; gives how it ended."""
    _close()
    child = os.fork()
    if child == 0:
        code = 1
        try:
            work()
            code = 0
        finally:
            _close()
            os._exit(code)
    return os.waitpid(child, 0)[1]


def _killed_at(statement: int, work: Callable[[], object]) -> None:
    """Work, and die without a word before the writing statement of that number."""
    from django.db import connection  # noqa: PLC0415  # set up by now

    left = statement

    def die_or_count() -> None:
        nonlocal left
        if left == 0:
            os.kill(os.getpid(), signal.SIGKILL)
        left -= 1

    def count(execute: Any, *arguments: Any) -> Any:  # noqa: ANN401
        # To die before something is read leaves what to die before the next write leaves.
        if not arguments[0].startswith("SELECT"):
            die_or_count()
        return execute(*arguments)

    with connection.execute_wrapper(count):
        work()


def _kept(home: Path) -> Callable[[], None]:
    """Keep a desk as it is, and give what puts it back so."""
    from django.db import connection  # noqa: PLC0415  # set up by now

    name = str(connection.settings_dict["NAME"])
    kept, other = home.with_name(f"{home.name}-before"), connection.vendor == "postgresql"
    _close()
    shutil.copytree(home, kept)
    if other:
        on_server(f'CREATE DATABASE "{before_of(name)}" TEMPLATE "{name}"')

    def put_back() -> None:
        _close()
        shutil.rmtree(home)
        shutil.copytree(kept, home)
        if other:
            on_server(f'DROP DATABASE "{name}" WITH (FORCE)')
            on_server(f'CREATE DATABASE "{name}" TEMPLATE "{before_of(name)}"')

    return put_back


def before_of(database: str) -> str:
    """Name the database that keeps another as it was."""
    return f"{database}_before"


def _close() -> None:
    from django.db import connections  # noqa: PLC0415  # set up by now

    connections.close_all()
