"""W4: approvals sent to a platform that fails now and then, while the worker is killed again and again."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections import Counter
from dataclasses import dataclass
from tempfile import TemporaryDirectory
from time import perf_counter, sleep
from typing import TYPE_CHECKING

from bench.alone import alone
from bench.lines import Bar, Line, seconds, within

if TYPE_CHECKING:
    from collections.abc import Sequence

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
_IN_FLIGHT = "8"
# The sandbox grants as much as is asked for; what is measured is the desk.
_CALLS = "2000"


@dataclass(frozen=True, slots=True)
class Sent:
    """Hold what came of it: seconds, states of the actions, and the books of both sides."""

    asked: int
    took_s: float
    kills: int
    states: dict[str, int]
    paid_there: int
    twice: int
    disagree: int
    with_result: int


def run(size: Size) -> list[Line]:
    """Send on the embedded file, and on PostgreSQL where an address is given."""
    count, kills = (ACTIONS, KILLS) if size.judged else (10, 0)
    lines = _lines("SQLite", alone(sent, count, kills, ""))
    if url := os.environ.get("BENCH_DATABASE_URL"):
        lines += _lines("PostgreSQL", alone(sent, count, kills, url))
    return lines


def _lines(database: str, done: Sent) -> list[Line]:
    what = f"{database}, {done.asked} approvals, {_IN_FLIGHT} in flight, {done.kills} kills"
    states = ", ".join(f"{name} {many}" for name, many in sorted(done.states.items()))
    once = done.twice == 0 and done.disagree == 0
    said = f"{done.twice} paid twice, {done.disagree} differ"
    whole = Bar("all", done.with_result == done.asked)
    return [
        Line(what, seconds(done.took_s), bar=within(done.took_s, BAR_S, f"{BAR_S} s")),
        Line(f"{database}, paid there {done.paid_there}; here {states}", said, bar=Bar("each once", once)),
        Line(f"{database}, rows with a result", f"{done.with_result} of {done.asked}", bar=whole),
    ]


def sent(count: int, kills: int, url: str) -> Sent:
    """Approve so many tickets in this process and send them from another, which is killed now and then."""
    from aftersale.config.soak.place import sandbox

    with TemporaryDirectory(prefix="aftersale-bench-") as home, sandbox(1, 0) as place:
        os.environ |= {
            "AFTERSALE_HOME": home,
            "AFTERSALE_DOUYIN_URL": place.addresses["douyin"],
            "AFTERSALE_KUAISHOU_URL": place.addresses["kuaishou"],
            "AFTERSALE_PLATFORM_CALLS_PER_SECOND": _CALLS,
            "AFTERSALE_JOBS_AT_ONCE": _IN_FLIGHT,
            "AFTERSALE_POLL_SECONDS": "3600",
            "DATABASE_URL": url,
        }
        place.tell("limits", {"kuaishou_qps": 100_000, "douyin_qps": 100_000})
        place.tell("buyers", {"on": False})
        return _measured(place, count, kills)


def _measured(place: object, count: int, kills: int) -> Sent:
    from aftersale.config.django import start
    from aftersale.config.soak.place import Place

    assert isinstance(place, Place)
    start()
    from aftersale.config.upgrade import need_current

    need_current()
    from aftersale.config.soak.desk import set_up
    from aftersale.tickets.act import Intent, accept
    from aftersale.tickets.models import Action, Ticket

    desk = set_up(place)
    place.tell("tickets", {"shop": _SHOP, "kind": "shipped", "count": count})
    desk.work()
    tickets = list(Ticket.objects.filter(shop=desk.shops[_SHOP], open=True))
    for kind, share in _FAULTS if kills else ():
        place.tell("faults", {"kind": kind, "rate": share, "seconds": _HANGS_S, "platform": "kuaishou"})
    begun = perf_counter()
    for ticket in tickets:
        wanted = Intent("refund", ticket.amount_fen, paid_unknown_accepted=True)
        accept(ticket, desk.person, wanted, desk.clock(), ticket.sequence)
    killed = _work_until_done(len(tickets), kills)
    took = perf_counter() - begun
    place.end_faults()
    return _books(desk.place.ledger(), list(Action.objects.select_related("ticket")), took, killed)


def _work_until_done(count: int, most: int) -> int:
    """Let a worker run; kill it each time a share is done, and start the next one at once; tell how often."""
    from django.db import connection

    from aftersale.tickets.models import Action

    worker, kills, begun = _worker(), 0, perf_counter()
    try:
        while perf_counter() - begun < _LONGEST_S:
            sleep(_LOOK_S)
            connection.close()
            left = Action.objects.filter(state__in=["intended", "sending", "unknown"]).count()
            if not left:
                break
            if kills < most and count - left >= count * (kills + 1) // (most + 1):
                os.kill(worker.pid, signal.SIGKILL)
                worker.wait()
                worker, kills = _worker(), kills + 1
    finally:
        worker.terminate()
        worker.wait()
    return kills


def _worker() -> subprocess.Popen[bytes]:
    command = [sys.executable, "-m", "aftersale", "work"]
    return subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL)


def _books(theirs: dict[str, object], actions: Sequence[object], took: float, kills: int) -> Sent:
    from aftersale.tickets.models import Action

    refunds = theirs["refunds"]
    assert isinstance(refunds, list)
    paid = Counter(str(each["ticket"]) for each in refunds)
    mine = [action for action in actions if isinstance(action, Action)]
    done = {action.ticket.ticket_no for action in mine if action.state == "done"}
    return Sent(
        asked=len(mine),
        took_s=took,
        kills=kills,
        states=dict(Counter(str(action.state) for action in mine)),
        paid_there=sum(paid.values()),
        twice=sum(times > 1 for times in paid.values()),
        disagree=len({action.ticket.ticket_no for action in mine if action.ticket.ticket_no in paid} ^ done),
        with_result=sum(action.state in {"done", "failed", "cancelled"} for action in mine),
    )
