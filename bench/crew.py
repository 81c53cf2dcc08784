"""Set a desk up beside a sandbox, and let workers of the running program do its work."""

from __future__ import annotations

import os
import subprocess
import sys
from contextlib import contextmanager
from tempfile import TemporaryDirectory
from time import sleep
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator

    from aftersale.config.soak.desk import Desk
    from aftersale.config.soak.place import Place

# Django starts in the measured process, once the desk's folder is known.
# ruff: noqa: PLC0415

# The sandbox grants as much as is asked for; what is measured is the desk.
_CALLS, _TO_START_S, _ROUNDS, _SECOND_S = "2000", 4.0, 40, 1.0


@contextmanager
def connected(url: str, in_flight: int) -> Iterator[Desk]:
    """Connect a desk of its own to a sandbox of its own, whose buyers do nothing by themselves."""
    from aftersale.config.soak.place import sandbox

    with TemporaryDirectory(prefix="aftersale-bench-") as home, sandbox(1, 0) as place:
        os.environ |= {
            "AFTERSALE_HOME": home,
            "AFTERSALE_DOUYIN_URL": place.addresses["douyin"],
            "AFTERSALE_KUAISHOU_URL": place.addresses["kuaishou"],
            "AFTERSALE_PLATFORM_CALLS_PER_SECOND": _CALLS,
            "AFTERSALE_JOBS_AT_ONCE": str(in_flight),
            "AFTERSALE_POLL_SECONDS": "3600",
            "DATABASE_URL": url,
        }
        place.tell("limits", {"kuaishou_qps": 100_000, "douyin_qps": 100_000})
        place.tell("buyers", {"on": False})
        yield _set_up(place)


def _set_up(place: Place) -> Desk:
    from aftersale.config.django import start

    start()
    from aftersale.config.upgrade import need_current

    need_current()
    from aftersale.config.soak.desk import set_up

    return set_up(place)


def read_all(desk: Desk, numbers: Collection[str]) -> None:
    """Let everything be read that is there; a shop is held until then, which may take more than one round.

    A platform lists a change once its second is over, so tickets made a moment ago want another round.
    """
    from aftersale.shops.models import Shop
    from aftersale.tickets.models import Ticket

    for _ in range(_ROUNDS):
        desk.work()
        unread = len(numbers) - Ticket.objects.filter(ticket_no__in=numbers).count()
        if not unread and not Shop.objects.filter(held=True).exists():
            return
        sleep(_SECOND_S)
    raise RuntimeError("not every ticket was read, or a shop is still held")


def worker() -> subprocess.Popen[bytes]:
    """Start a worker of the running program."""
    command = [sys.executable, "-m", "aftersale", "work"]
    return subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL)


@contextmanager
def at_work(count: int) -> Iterator[list[subprocess.Popen[bytes]]]:
    """Let workers run until the block ends, as they do while people approve."""
    crew = [worker() for _ in range(count)]
    try:
        sleep(_TO_START_S)
        yield crew
    finally:
        for each in crew:
            each.terminate()
        for each in crew:
            each.wait()
