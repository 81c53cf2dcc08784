"""M2: after the live: 300 refunds of what was not sent, twelve of them shipped meanwhile, three withdrawn."""

from __future__ import annotations

import os
from collections import Counter
from dataclasses import dataclass
from time import perf_counter, sleep
from typing import TYPE_CHECKING, Any

from aftersale.config.soak.database import database_of_run, own_database
from bench.alone import alone
from bench.crew import at_work, connected, read_all
from bench.lines import Bar, Line, seconds, within

if TYPE_CHECKING:
    from aftersale.config.soak.desk import Desk
    from bench.size import Size

# Django starts in the measured process, once the desk's folder is known.
# ruff: noqa: PLC0415

TITLE = "M2   after the live: one person clears 300 refunds of what was not sent"
BAR_S, TICKETS, SHIPPED, WITHDRAWN = 600, 300, 12, 3
_SHOPS = ("home", "kitchen", "wear", "snack", "home_ks")
_IN_FLIGHT, _LOOK_S, _LONGEST_S = 8, 0.5, 900.0


@dataclass(frozen=True, slots=True)
class Cleared:
    """Hold what came of it: seconds from the press to the last outcome, and the books of both sides."""

    took_s: float
    tickets: int
    paid: int
    twice: int
    held: int
    gone: int
    sent_and_refunded: int
    listed_late: int


def run(size: Size) -> list[Line]:
    """Clear them on the embedded file, and on PostgreSQL where an address is given."""
    few = 1 if size.judged else 20
    lines = _lines("SQLite", few, alone(cleared, TICKETS // few, SHIPPED // min(few, 6), ""))
    if url := os.environ.get("BENCH_DATABASE_URL"):
        with own_database(url, database_of_run("m2", TICKETS)) as own:
            done = alone(cleared, TICKETS // few, SHIPPED // min(few, 6), own)
            lines += _lines("PostgreSQL", few, done)
    return lines


def _lines(database: str, few: int, done: Cleared) -> list[Line]:
    shipped = SHIPPED // min(few, 6)
    refunded = done.tickets - shipped - WITHDRAWN
    right = (done.paid, done.held, done.gone) == (refunded, shipped, WITHDRAWN)
    wrong = done.twice + done.sent_and_refunded + done.listed_late
    meanwhile = f"{shipped} shipped and {WITHDRAWN} withdrawn meanwhile"
    what = f"{database}, {done.tickets} approved at one press, {meanwhile}"
    said = f"{done.paid} paid once, {done.held} held, {done.gone} gone"
    never = f"{done.twice} twice, {done.sent_and_refunded} sent and refunded, {done.listed_late} listed late"
    return [
        Line(what, seconds(done.took_s), bar=within(done.took_s, BAR_S, f"{BAR_S} s")),
        Line(f"{database}, what came of them", said, bar=Bar(f"{refunded}, {shipped}, {WITHDRAWN}", right)),
        Line(f"{database}, what must never be", never, bar=Bar("0", wrong == 0)),
    ]


def cleared(count: int, shipped: int, url: str) -> Cleared:
    """Raise the refunds, plan the batch, let things happen meanwhile, press, and wait for every outcome."""
    with connected(url, _IN_FLIGHT) as desk:
        made = [
            ticket
            for shop in _SHOPS
            for ticket in desk.place.tell(
                "tickets", {"shop": shop, "kind": "unshipped", "count": count // len(_SHOPS)}
            )["tickets"]
        ]
        read_all(desk, [each["ticket"] for each in made])
        return _pressed(desk, made, shipped)


def _pressed(desk: Desk, made: list[dict[str, str]], shipped: int) -> Cleared:
    from aftersale.tickets.batch import Wanted, begin, plan
    from aftersale.tickets.batch_rows import Hand
    from aftersale.tickets.models import Ticket
    from aftersale.tickets.models.batch import BatchKind

    numbers = [each["ticket"] for each in made]
    ids = list(Ticket.objects.filter(ticket_no__in=numbers, open=True).values_list("pk", flat=True))
    mine = Hand({shop.pk for shop in desk.shops.values()})
    batch = plan(Wanted(BatchKind.APPROVE, ids), desk.person, None, mine, desk.clock())
    # Spread over the shops, so that every platform is met.
    sent, withdrawn = made[:: len(made) // shipped][:shipped], made[1 :: len(made) // WITHDRAWN][:WITHDRAWN]
    for number, each in enumerate(sent):
        desk.place.tell(f"orders/{each['order']}/ship", {"waybill": f"SF{number:012d}"})
    for each in withdrawn:
        desk.place.tell(f"tickets/{each['ticket']}/withdraw")
    with at_work(1):
        begun = perf_counter()
        begin(batch, desk.clock())
        _until_settled(batch.pk)
        took = perf_counter() - begun
    return _books(desk, took, ([each["ticket"] for each in made], [each["ticket"] for each in withdrawn]))


def _until_settled(batch: int) -> None:
    """Wait until the batch has been gone through and no action of it waits for its outcome."""
    from django.db import connection

    from aftersale.tickets.models import Action
    from aftersale.tickets.models.batch import Batch, BatchState

    begun = perf_counter()
    while perf_counter() - begun < _LONGEST_S:
        sleep(_LOOK_S)
        connection.close()
        if Batch.objects.filter(pk=batch, state=BatchState.RUNNING).exists():
            continue
        if not Action.objects.filter(state__in=["intended", "sending", "unknown"]).exists():
            return


def _paid_at(ledger: dict[str, Any], ticket: str) -> int:
    return min(int(each["at"]) for each in ledger["refunds"] if each["ticket"] == ticket)


def _books(desk: Desk, took: float, tickets: tuple[list[str], list[str]]) -> Cleared:
    from aftersale.tickets.look import SHIPPED_MEANWHILE
    from aftersale.tickets.models import StopOrder, Task, Ticket

    ledger, (asked, withdrawn) = desk.place.ledger(), tickets
    paid = Counter(str(each["ticket"]) for each in ledger["refunds"] if each["ticket"] in {*asked})
    listed = {
        number: int(at.timestamp() * 1000)
        for number, at in StopOrder.objects.values_list("ticket__ticket_no", "at")
    }
    # The sandbox began to count a moment after it read the clock: its refunds are as much earlier.
    behind = int(desk.clock().timestamp() * 1000) - int(ledger["now_ms"])
    late = [no for no, at in listed.items() if no in paid and at > _paid_at(ledger, no) + behind]
    unlisted = {*paid} & {*asked} - {*listed}
    held = Task.objects.filter(kind=SHIPPED_MEANWHILE, done_at=None).values("ticket").distinct()
    gone = [no for no in withdrawn if no not in paid]
    return Cleared(
        took_s=took,
        tickets=len(asked),
        paid=sum(times == 1 for times in paid.values()),
        twice=sum(times > 1 for times in paid.values()),
        held=held.count(),
        gone=Ticket.objects.filter(ticket_no__in=gone, open=False).count(),
        sent_and_refunded=len(ledger["refunded_after_shipping"]),
        listed_late=len(late) + len(unlisted),
    )
