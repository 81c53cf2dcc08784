"""Reach the platform in a process of its own, so that two can meet and one can be killed.

Called with what to do and the time in seconds; the database is that of AFTERSALE_HOME or DATABASE_URL, the
platform that of AFTERSALE_DOUYIN_URL. Prints a JSON value.
"""

from __future__ import annotations

import json
import os
import signal
import sys
import time
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

import django

from tests.killing import at_every_write

if TYPE_CHECKING:
    from collections.abc import Callable

    from aftersale.connections.models import Link
    from tests.connections.platform import Clock

_PER_SECOND = 20


def _link() -> Link:
    from aftersale.connections.models import Link  # noqa: PLC0415  # models exist only after set-up

    return Link.objects.select_related("shop__connection").get()


def seed(clock: Clock) -> None:
    """Connect a shop; the platform answers for it."""
    from tests.connections.desk import Desk  # noqa: PLC0415
    from tests.connections.platform import Book  # noqa: PLC0415

    Desk.made(Book(clock), clock).connect()


def calls(count: str) -> list[float]:
    """Call as fast as the quota lets; give when each call went out."""
    from aftersale.connections.quota import wait_for_turn  # noqa: PLC0415

    went = []
    for _ in range(int(count)):
        wait_for_turn("shared", _PER_SECOND, lambda: datetime.now(UTC))
        went.append(time.time())
    return went


def token(clock: Clock) -> str:
    """Ask for a token that holds."""
    from aftersale.connections.tokens import token_for  # noqa: PLC0415

    return token_for(_link(), clock)


def token_heard(clock: Clock) -> None:
    """Be killed when the platform has answered, before that is saved."""
    from aftersale.connections import tokens  # noqa: PLC0415

    def die(*_arguments: object) -> dict[str, Any]:
        os.kill(os.getpid(), signal.SIGKILL)
        raise AssertionError

    setattr(tokens, "_kept", die)  # noqa: B010  # the moment between answer and save
    token(clock)


def poll(clock: Clock) -> None:
    """Poll until nothing is left to do at once."""
    from aftersale.connections.polling import poll_due  # noqa: PLC0415

    for _ in range(5):
        poll_due(clock)
        clock.on(seconds=1)


def standing() -> dict[str, Any]:
    """Give what stands, in figures that a repeated or a lost step would change."""
    from aftersale.evidence.models import Event  # noqa: PLC0415
    from aftersale.shops.models import Shop  # noqa: PLC0415
    from aftersale.tickets.models import OrderLine, StoredDecision, Ticket  # noqa: PLC0415

    return {
        "tickets": sorted(Ticket.objects.values_list("ticket_no", "status", "sequence")),
        "events": sorted(Event.objects.values_list("subject_kind", "sequence", "kind")),
        "decisions": StoredDecision.objects.count(),
        "lines": OrderLine.objects.count(),
        "held": Shop.objects.get().held,
        "filled": _link().filled_at is not None,
    }


def killed(clock: Clock) -> dict[str, Any]:
    """Kill a poll before each of its writes in turn, let another go on, and compare what stands then."""
    from aftersale.connections.taking import table_for  # noqa: PLC0415
    from tests.connections.platform import Clock as Hours  # noqa: PLC0415

    # What is in memory here need not be loaded in each fork.
    table_for(_link().shop, clock())
    home, later = Path(os.environ["AFTERSALE_HOME"]), clock.now + timedelta(minutes=6)
    deaths = at_every_write(home, lambda: poll(Hours(clock.now)), lambda: poll(Hours(later)), standing)
    return {"deaths": deaths.times, "found": deaths.found}


def tables() -> None:
    """Make the tables from the models."""
    from aftersale.config.fresh import lay_out  # noqa: PLC0415

    lay_out()


_BY_CLOCK: dict[str, Callable[[Clock], Any]] = {
    "seed": seed,
    "token": token,
    "token_heard": token_heard,
    "poll": poll,
    "killed": killed,
}


def main() -> None:
    """Do what was asked for and print what came of it."""
    django.setup()
    from aftersale.channels.registry import CHANNELS  # noqa: PLC0415
    from aftersale.config.wiring import register_jobs  # noqa: PLC0415
    from tests.connections.interface import Scripted  # noqa: PLC0415
    from tests.connections.platform import Clock as Hours  # noqa: PLC0415

    CHANNELS["douyin"] = Scripted()  # type: ignore[index]  # a mapping to whoever only reads
    register_jobs()
    what, said = sys.argv[1], sys.argv[2] if len(sys.argv) > 2 else ""
    with closing(sys.stdout):
        if what in _BY_CLOCK:
            told = _BY_CLOCK[what](Hours(datetime.fromtimestamp(float(said), UTC)))
        else:
            told = {"tables": tables, "standing": standing}[what]() if what != "calls" else calls(said)
        print(json.dumps(told))  # noqa: T201


if __name__ == "__main__":
    main()
