"""Kill a worker at every boundary of approving and sending, let the next one mend it, and tell what came out.

Run as a program with a desk's folder in AFTERSALE_HOME; prints a JSON object a boundary.
"""

from __future__ import annotations

import json
import os
import signal
from pathlib import Path
from typing import TYPE_CHECKING

import django

if TYPE_CHECKING:
    from aftersale.shops.models import Person
    from aftersale.tickets.models import OrderLine, Ticket
    from tests.tickets.acting.desk import Desk

ACCEPTING = ("accepting", "accepted")
SENDING = (
    "begin",
    "claiming",
    "claimed",
    "platform_before",
    "platform_after",
    "answered",
    "recording",
    "recorded",
)
BOUNDARIES = (*ACCEPTING, *SENDING)


def _die() -> None:
    os.kill(os.getpid(), signal.SIGKILL)


def _die_at(boundary: str, desk: Desk) -> None:
    """Arm a desk: the process is gone when it comes to the boundary."""
    desk.step = lambda name: _die() if name == boundary else None
    if boundary == "platform_before":
        desk.platform.before_acting = _die
    if boundary == "platform_after":
        desk.platform.after_acting = _die


def _approve_and_send(ticket: Ticket, person: Person, desk: Desk) -> None:
    from aftersale.jobs.worker import run_ready  # noqa: PLC0415  # Django is set up by now
    from aftersale.tickets.act import accept  # noqa: PLC0415
    from tests.tickets.acting.desk import NOW, fresh, refund  # noqa: PLC0415

    ticket = fresh(ticket)
    accept(ticket, person, refund(), NOW, ticket.sequence, desk.step)
    run_ready()


def _in_a_child_that_dies(boundary: str, ticket: Ticket, person: Person, desk: Desk) -> int:
    from django.db import connections  # noqa: PLC0415

    connections.close_all()
    child = os.fork()
    if child == 0:
        try:
            _die_at(boundary, desk)
            _approve_and_send(ticket, person, desk)
        finally:
            os._exit(0)
    _, status = os.waitpid(child, 0)
    return os.WTERMSIG(status) if os.WIFSIGNALED(status) else 0


def _go_on(ticket: Ticket, person: Person, desk: Desk) -> list[str]:
    """Do what the next worker and then a person do; list what it took."""
    from aftersale.domain.states import ActionState  # noqa: PLC0415
    from aftersale.jobs.door import enqueue  # noqa: PLC0415
    from aftersale.jobs.worker import run_ready  # noqa: PLC0415
    from aftersale.tickets.confirm import confirm  # noqa: PLC0415
    from aftersale.tickets.mend import mend  # noqa: PLC0415
    from aftersale.tickets.models import Action  # noqa: PLC0415
    from aftersale.tickets.perform import due_actions  # noqa: PLC0415
    from aftersale.tickets.receipts import PERFORM  # noqa: PLC0415
    from tests.tickets.acting.desk import later  # noqa: PLC0415

    took = []
    for action_id in due_actions(later(minutes=3)):
        enqueue(PERFORM, action_id)
        took.append("woken")
    run_ready()
    if mend(later(minutes=3), desk.outside).settled:
        took.append("read")
    action = Action.objects.filter(ticket=ticket).first()
    if action and action.state == ActionState.UNKNOWN:
        # The person looks in the back office: nothing was paid there.
        confirm(action, person, ActionState.FAILED, later(minutes=4))
        took.append("confirmed")
    if action is None or took[-1:] == ["confirmed"]:
        _approve_and_send(ticket, person, desk)
        took.append("approved_again")
    return took


def _told(ticket: Ticket, line: OrderLine, desk: Desk) -> dict[str, object]:
    from django_tasks_db.models import DBTaskResult  # noqa: PLC0415

    from tests.tickets.acting.desk import chain_is_whole, fresh, reserved  # noqa: PLC0415

    effects = [effect for effect in desk.platform.effects if effect["ticket"] == ticket.ticket_no]
    return {
        "effects": len(effects),
        "money": fresh(ticket).money_state,
        "reserved": reserved(line),
        "chain": chain_is_whole(ticket),
        "left_running": DBTaskResult.objects.running().count(),
    }


def play(boundary: str, folder: Path) -> dict[str, object]:
    """Die at one boundary, and go on."""
    from aftersale.tickets.models import Action  # noqa: PLC0415
    from tests.tickets.acting import desk as desks  # noqa: PLC0415

    shop, person = desks.make_shop(boundary), desks.make_person(boundary)
    line = desks.make_line(shop)
    ticket = desks.make_ticket(shop, line, boundary)
    place = folder / boundary
    place.mkdir()
    killed = _in_a_child_that_dies(boundary, ticket, person, desks.Desk.at(place, knows_keys=False))
    after = Action.objects.filter(ticket=ticket).values_list("state", flat=True).first()
    desk = desks.Desk.at(place, knows_keys=False)
    took = _go_on(ticket, person, desk)
    return {"killed": killed, "found": after, "took": took, **_told(ticket, line, desk)}


def main() -> None:
    """Play every boundary."""
    from aftersale.config.home import home, prepare  # noqa: PLC0415

    prepare(home())
    django.setup()
    from aftersale.config.fresh import lay_out  # noqa: PLC0415
    from aftersale.jobs.door import CLOCK  # noqa: PLC0415
    from tests.tickets.acting.desk import NOW  # noqa: PLC0415

    lay_out()
    CLOCK.set(lambda: NOW)
    told = {boundary: play(boundary, Path(os.environ["AFTERSALE_HOME"])) for boundary in BOUNDARIES}
    print(json.dumps(told))  # noqa: T201  # the answer of the program


if __name__ == "__main__":
    main()
