"""Run one side of W2 in a process of its own: fill a database, count the SQL of each call, or serve it.

python -m bench.w2_desk (desk | helpdesk) (fill | count | serve) HOME [TICKETS | PORT]
"""

from __future__ import annotations

import json
import os
import sys
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from types import ModuleType

_THREADS, _WORKERS = 4, 2
OK = 200


def _set_up(side: str, home: str) -> ModuleType:
    os.environ["AFTERSALE_HOME"] = home
    os.environ["DJANGO_SETTINGS_MODULE"] = (
        "aftersale.config.settings" if side == "desk" else "bench.helpdesk.settings"
    )
    if side == "desk":
        place = import_module("aftersale.config.home")
        place.prepare(place.home())
    import_module("django").setup()
    return import_module("bench.w2_data" if side == "desk" else "bench.helpdesk.data")


def _fill(data: ModuleType, home: str, tickets: int) -> None:
    """Fill the database and leave beside it the calls to make."""
    if data.__name__ == "bench.w2_data":
        import_module("aftersale.config.fresh").lay_out()
    else:
        import_module("django.core.management").call_command("migrate", verbosity=0)
    (Path(home) / "calls.json").write_text(json.dumps(data.prepare(tickets)), encoding="utf-8")


def _count(home: str) -> None:
    """Say how many queries and bytes each call takes, once the process is warm."""
    client = import_module("django.test").Client(SERVER_NAME="localhost")
    capture = import_module("django.test.utils").CaptureQueriesContext
    connection = import_module("django.db").connection
    counted = {}
    for call in json.loads((Path(home) / "calls.json").read_text(encoding="utf-8")):
        client.get(call["paths"][-1], headers=call["headers"])
        with capture(connection) as queries:
            response = client.get(call["paths"][0], headers=call["headers"])
        assert response.status_code == OK, (call["paths"][0], response.status_code)
        counted[call["name"]] = [len(queries), len(response.content)]
    print(json.dumps(counted))


def _serve(side: str, port: int) -> None:
    granian = import_module("granian")
    granian.Granian(
        f"{'aftersale.config' if side == 'desk' else 'bench.helpdesk'}.wsgi:application",
        address="127.0.0.1",
        port=port,
        interface="wsgi",
        workers=_WORKERS,
        blocking_threads=_THREADS,
        log_enabled=False,
    ).serve()


def main() -> None:
    """Do what the line asks for."""
    side, what, home, *number = sys.argv[1:]
    data = _set_up(side, home)
    if what == "fill":
        _fill(data, home, int(number[0]))
    elif what == "count":
        _count(home)
    else:
        _serve(side, int(number[0]))


if __name__ == "__main__":
    main()
