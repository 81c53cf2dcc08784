"""Sweep in a process of its own, so that it can be killed: tables, seed, sweep, standing or killed.

The database is that of AFTERSALE_HOME or DATABASE_URL.
"""

from __future__ import annotations

import json
import sys
from contextlib import closing
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

import django

from tests.killing import at_every_write

if TYPE_CHECKING:
    from collections.abc import Iterable

# The last finds what the lease of one killed in the third kept.
SWEEPS = tuple(timedelta(minutes=minutes) for minutes in (0, 5, 10, 15))


def _desk() -> Any:  # noqa: ANN401  # models exist only after set-up
    from tests.tickets.clocks import desk  # noqa: PLC0415

    return desk


def seed(tickets: int) -> None:
    """Put tickets with clocks that run out now and in ten minutes; agreeing to returns is allowed."""
    desk = _desk()
    shop = desk.shop_of(automatic=["agree_to_return"])
    desk.on_duty(shop)
    desk.lead_of(shop)
    for number in range(tickets):
        ticket = desk.ticket_of(shop, step="agree_to_return", ticket_no=f"no-{number}")
        desk.row_of(ticket, desk.clock_of(desk.NOW, consequence="approves_return"), desk.NOW - desk.DAY)
        soon = desk.clock_of(desk.NOW + 10 * desk.MINUTE, kind="refund_by", consequence="approves_return")
        desk.row_of(ticket, soon, desk.NOW - desk.DAY)


def run(log: Path, sweeps: Iterable[timedelta] = SWEEPS) -> None:
    """Sweep until every lease is over; what is sent goes into a file, what is done into tasks."""
    from aftersale.tickets.models import Task, Ticket  # noqa: PLC0415
    from aftersale.tickets.sweep import Hands, sweep  # noqa: PLC0415

    def send(url: str, title: str, body: str) -> bool:
        with log.open("a", encoding="utf-8") as file:
            file.write(json.dumps([url, title, body]) + "\n")
        return True

    def carry_out(ticket: Ticket, verb: str, now: Any) -> None:  # noqa: ANN401
        Task.objects.create(shop=ticket.shop, ticket=ticket, kind=verb, created_at=now)

    hands = Hands(lambda *_: None, carry_out, lambda _now: 0, lambda *_: None, send)
    for later in sweeps:
        done = sweep(_desk().NOW + later, 1_000, hands)
        if done.all_errors:
            raise RuntimeError(done.all_errors)


def standing() -> dict[str, Any]:
    """Give what stands in the database, in figures that a repeated or a lost step would change."""
    from aftersale.evidence.models import Event  # noqa: PLC0415
    from aftersale.tickets.models import Alarm, Deadline, Outbox, Task, Ticket  # noqa: PLC0415

    return {
        "states": sorted(Deadline.objects.values_list("kind", "state")),
        "steps": sorted(Deadline.objects.values_list("step", flat=True)),
        "events": sorted(Event.objects.filter(subject_kind="ticket").values_list("sequence", "kind")),
        "sequences": sorted(Ticket.objects.values_list("sequence", flat=True)),
        "alarms": sorted(Alarm.objects.values_list("kind", "state", "rung")),
        "tasks": sorted(Task.objects.values_list("kind", flat=True)),
        "unsent": Outbox.objects.filter(sent_at=None).count(),
        "messages": sorted(Outbox.objects.values_list("title", flat=True)),
    }


def killed(home: Path) -> dict[str, Any]:
    """Kill a sweep before each of its writes in turn, let another finish, and compare what stands then."""
    seed(1)
    log = home / "sent"

    def all_that_stands() -> tuple[dict[str, Any], list[str]]:
        return standing(), log.read_text(encoding="utf-8").splitlines()

    deaths = at_every_write(home, lambda: run(log), lambda: run(log), all_that_stands)
    found, sent = zip(*deaths.found, strict=True)
    return {"deaths": deaths.times, "found": found, "sent": sent}


def main() -> None:
    """Do what was asked for and print what stands."""
    django.setup()
    from aftersale.config.fresh import lay_out  # noqa: PLC0415

    with closing(sys.stdout):
        what, log = sys.argv[1], Path(sys.argv[2])
        if what == "tables":
            lay_out()
        elif what == "seed":
            seed(int(sys.argv[3]))
        elif what == "sweep":
            run(log, [timedelta(minutes=int(sys.argv[3]))])
        elif what == "standing":
            print(json.dumps(standing()))  # noqa: T201
        else:
            print(json.dumps(killed(log.parent)))  # noqa: T201


if __name__ == "__main__":
    main()
