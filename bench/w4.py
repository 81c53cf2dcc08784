"""W4: approvals sent to a platform that fails now and then, while the worker is killed again and again."""

from __future__ import annotations

import os
import signal
from collections import Counter
from dataclasses import dataclass
from time import perf_counter, sleep
from typing import TYPE_CHECKING

from aftersale.config.soak.database import database_of_run, own_database
from bench.alone import alone
from bench.crew import at_work, connected, read_all, worker
from bench.lines import Bar, Line, seconds, within

if TYPE_CHECKING:
    import subprocess
    from collections.abc import Sequence

    from aftersale.config.soak.desk import Desk
    from bench.size import Size

# Django starts in the measured process, once the desk's folder is known.
# ruff: noqa: PLC0415

TITLE = "W4   approvals against the sandbox with faults, the worker killed three times"
BAR_S, ACTIONS, KILLS = 60, 1_000, 3
_SHOP = "home_ks"
# Half of what times out has acted; a hanging call is longer than the client waits.
_FAULTS = (
    ("timeout_before", 0.01),
    ("timeout_after", 0.01),
    ("error_before", 0.005),
    ("error_after", 0.005),
    ("conflict", 0.01),
)
_HANGS_S, _LOOK_S, _LONGEST_S = 6.0, 0.5, 400.0
_IN_FLIGHT = 8


@dataclass(frozen=True, slots=True)
class Sent:
    """Hold what came of it: seconds, those until all was approved, states, and the books of both sides."""

    asked: int
    took_s: float
    approving_s: float
    kills: int
    states: dict[str, int]
    paid_there: int
    twice: int
    disagree: int
    with_result: int


def run(size: Size) -> list[Line]:
    """Send on the embedded file by one worker and by two, on PostgreSQL by two where an address is given."""
    count, kills = (ACTIONS, KILLS) if size.judged else (10, 0)
    lines = _lines("SQLite, one worker", alone(sent, count, kills, ""))
    if size.judged:
        lines += _lines("SQLite, two workers", alone(sent, count, kills, "", 2))
    if url := os.environ.get("BENCH_DATABASE_URL"):
        with own_database(url, database_of_run("w4", count)) as own:
            lines += _lines("PostgreSQL, two workers", alone(sent, count, kills, own, 2))
    return lines


def _lines(database: str, done: Sent) -> list[Line]:
    what = f"{database}, {done.asked} approvals, {_IN_FLIGHT} in flight, {done.kills} kills"
    states = ", ".join(f"{name} {many}" for name, many in sorted(done.states.items()))
    once = done.twice == 0 and done.disagree == 0
    said = f"{done.twice} paid twice, {done.disagree} differ"
    whole = Bar("all", done.with_result == done.asked)
    return [
        Line(
            what,
            f"{seconds(done.took_s)}, all approved after {seconds(done.approving_s)}",
            bar=within(done.took_s, BAR_S, f"{BAR_S} s"),
        ),
        Line(f"{database}, paid there {done.paid_there}; here {states}", said, bar=Bar("each once", once)),
        Line(f"{database}, rows with a result", f"{done.with_result} of {done.asked}", bar=whole),
    ]


def sent(count: int, kills: int, url: str, workers: int = 1) -> Sent:
    """Approve so many tickets in this process and send them from others, which are killed now and then."""
    with connected(url, _IN_FLIGHT // workers) as desk:
        return _measured(desk, count, kills, workers)


def _measured(desk: Desk, count: int, kills: int, workers: int) -> Sent:
    from aftersale.tickets.act import Intent, accept
    from aftersale.tickets.models import Action, Ticket

    made = desk.place.tell("tickets", {"shop": _SHOP, "kind": "shipped", "count": count})["tickets"]
    read_all(desk, [each["ticket"] for each in made])
    tickets = list(Ticket.objects.filter(shop=desk.shops[_SHOP], open=True))
    for kind, share in _FAULTS if kills else ():
        desk.place.tell("faults", {"kind": kind, "rate": share, "seconds": _HANGS_S, "platform": "kuaishou"})
    with at_work(workers) as crew:
        begun = perf_counter()
        for ticket in tickets:
            wanted = Intent("refund", ticket.amount_fen, paid_unknown_accepted=True)
            accept(ticket, desk.person, wanted, desk.clock(), ticket.sequence)
        approving = perf_counter() - begun
        killed = _until_done(crew, len(tickets), kills)
        took = perf_counter() - begun
    desk.place.end_faults()
    actions = list(Action.objects.select_related("ticket"))
    return _books(desk.place.ledger(), actions, (took, approving), killed)


def _until_done(crew: list[subprocess.Popen[bytes]], count: int, most: int) -> int:
    """Wait; each time a share is done kill one, in turn, and start the next at once; tell how often."""
    from django.db import connection

    from aftersale.tickets.models import Action

    kills, begun = 0, perf_counter()
    while perf_counter() - begun < _LONGEST_S:
        sleep(_LOOK_S)
        connection.close()
        left = Action.objects.filter(state__in=["intended", "sending", "unknown"]).count()
        if not left:
            break
        if kills < most and count - left >= count * (kills + 1) // (most + 1):
            victim = kills % len(crew)
            os.kill(crew[victim].pid, signal.SIGKILL)
            crew[victim].wait()
            crew[victim], kills = worker(), kills + 1
    return kills


def _books(
    theirs: dict[str, object], actions: Sequence[object], took: tuple[float, float], kills: int
) -> Sent:
    from aftersale.tickets.models import Action

    refunds = theirs["refunds"]
    assert isinstance(refunds, list)
    paid = Counter(str(each["ticket"]) for each in refunds)
    mine = [action for action in actions if isinstance(action, Action)]
    done = {action.ticket.ticket_no for action in mine if action.state == "done"}
    return Sent(
        asked=len(mine),
        took_s=took[0],
        approving_s=took[1],
        kills=kills,
        states=dict(Counter(str(action.state) for action in mine)),
        paid_there=sum(paid.values()),
        twice=sum(times > 1 for times in paid.values()),
        disagree=len({action.ticket.ticket_no for action in mine if action.ticket.ticket_no in paid} ^ done),
        with_result=sum(action.state in {"done", "failed", "cancelled"} for action in mine),
    )
