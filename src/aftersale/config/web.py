"""Run the pages and the interface: granian, threads that speak WSGI."""

from __future__ import annotations

import argparse
import os
from typing import TYPE_CHECKING

from django.core.wsgi import get_wsgi_application
from granian import Granian
from granian.constants import HTTPModes, Interfaces
from granian.log import LogLevels

from aftersale.config.django import start
from aftersale.config.parent import PARENT, end_with_parent

if TYPE_CHECKING:
    from collections.abc import Sequence

    from django.core.handlers.wsgi import WSGIHandler

# SQLite lets one process keep its cache warm; PostgreSQL has room for one a core.
PROCESSES = {"sqlite": 1, "postgresql": 2}
_THREADS, _PATIENCE_S = 8, 10


def application() -> WSGIHandler:
    """Give the desk to a process of the server; it ends when the server is gone."""
    place = start()
    # WhiteNoise warns of a folder that is not there, though it finds its files without one.
    (place.root / "static").mkdir(exist_ok=True)
    end_with_parent()
    return get_wsgi_application()


def main(arguments: Sequence[str] | None = None) -> None:
    """Serve until SIGTERM or SIGINT; requests that run are answered first."""
    parser = argparse.ArgumentParser(prog="python -m aftersale.config.web", description=__doc__)
    parser.add_argument("--host", required=True)
    parser.add_argument("--port", type=int, required=True)
    parser.add_argument("--processes", type=int, required=True)
    asked = parser.parse_args(arguments)
    end_with_parent()
    # From here on the parent is this process: that of the processes which answer.
    os.environ[PARENT] = str(os.getpid())
    Granian(
        "aftersale.config.web:application",
        address=asked.host,
        port=asked.port,
        interface=Interfaces.WSGI,
        http=HTTPModes.auto,
        websockets=False,
        workers=asked.processes,
        blocking_threads=_THREADS,
        factory=True,
        log_level=LogLevels.error,
        respawn_failed_workers=True,
        workers_kill_timeout=_PATIENCE_S,
    ).serve()


if __name__ == "__main__":
    main()
