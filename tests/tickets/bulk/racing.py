"""Approve by a rule, or write notes, in a process of its own: tables, seed, race, notes or standing."""

from __future__ import annotations

import json
import sys
from contextlib import closing, suppress

import django

STEP = "refund_full_unshipped"
TICKETS, OUT, NOTES = 12, 3, 20


def seed() -> None:
    """Put tickets of one shop, and a rule whose day has room for a few of them."""
    from aftersale.tickets.models import OrderLine, Ticket  # noqa: PLC0415
    from tests.tickets.acting.desk import PAID, make_shop  # noqa: PLC0415
    from tests.tickets.bulk.desk import allow, numbered  # noqa: PLC0415

    assert (OrderLine.objects.count(), Ticket.objects.count()) == (0, 0)
    shop = make_shop()
    allow(shop, STEP, cap_fen=PAID, day_fen=OUT * PAID + PAID - 1)
    for number in range(TICKETS):
        numbered(shop, number)


def race(mine: int) -> None:
    """Approve every second ticket; what a cap refuses stays."""
    from aftersale.jobs import door  # noqa: PLC0415
    from aftersale.tickets.act import accept  # noqa: PLC0415
    from aftersale.tickets.models import Ticket  # noqa: PLC0415
    from aftersale.tickets.receipts import PERFORM  # noqa: PLC0415
    from aftersale.tickets.refusal import NotAutomatic  # noqa: PLC0415
    from tests.tickets.acting.desk import NOW, refund  # noqa: PLC0415

    door.register(PERFORM, lambda _pk, _now: None)
    for ticket in list(Ticket.objects.order_by("pk"))[mine::2]:
        with suppress(NotAutomatic):
            accept(ticket, None, refund(), NOW, 0)


def notes() -> None:
    """Put notes on the first ticket, as it was when the process began."""
    from aftersale.shops.models import Person  # noqa: PLC0415
    from aftersale.tickets.handling import add_note  # noqa: PLC0415
    from aftersale.tickets.models import Ticket  # noqa: PLC0415
    from tests.tickets.acting.desk import NOW  # noqa: PLC0415

    person = Person.objects.get_or_create(username="writer")[0]
    for ticket in [Ticket.objects.order_by("pk")[0] for _ in range(NOTES)]:
        add_note(ticket, person, "x", NOW)


def standing() -> dict[str, int]:
    """Count what went out."""
    from aftersale.tickets.models import Action, AutomaticUse, Note  # noqa: PLC0415

    made = {"actions": Action.objects, "uses": AutomaticUse.objects, "notes": Note.objects}
    return {name: rows.count() for name, rows in made.items()}


def main() -> None:
    """Do what was asked for."""
    django.setup()
    from aftersale.config.fresh import lay_out  # noqa: PLC0415

    with closing(sys.stdout):
        what = sys.argv[1]
        if what == "tables":
            lay_out()
        elif what == "seed":
            seed()
        elif what == "race":
            race(int(sys.argv[2]))
        elif what == "notes":
            notes()
        else:
            print(json.dumps(standing()))  # noqa: T201


if __name__ == "__main__":
    main()
