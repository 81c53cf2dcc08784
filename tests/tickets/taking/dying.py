"""Kill an import and the sealing of the journal before each of their writes, let the next worker go on.

Run as a program with an empty folder in AFTERSALE_HOME; prints what stood after each death.
"""

from __future__ import annotations

import json
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from aftersale.config.django import start
from tests.killing import at_every_write

if TYPE_CHECKING:
    from aftersale.config.home import Home

# Django is set up in main; models are imported after it.
# ruff: noqa: PLC0415


def _play(desk: Home) -> dict[str, Any]:
    from aftersale.config.wiring import sealing
    from aftersale.tickets import pace
    from aftersale.tickets.imports import Given, run_import, start_import
    from tests.tickets.taking.notices import NOW, shop
    from tests.tickets.taking.sheets import PAID, imported, row, sheet

    of, seal = shop(), sealing(desk)
    imported(sheet(desk.root / "before.csv", [row(n) for n in (0, 1, 2, 6)]), of)
    # One that changed, new ones, one that stands there twice, one that cannot be read; two are gone.
    rows = [row(0, PAID), row(1), row(3), row(7), row(7), ["", *row(5)[1:]]]
    made = start_import(Given([sheet(desk.root / "sheet.csv", rows)], of), None, NOW)

    def work() -> None:
        pace.FIRST = pace.MOST = 2
        run_import(made.pk, lambda: NOW)
        seal(NOW)

    def again() -> None:
        # A timed pace cuts the batches of another run otherwise.
        pace.FIRST = pace.MOST = 3
        run_import(made.pk, lambda: NOW + timedelta(minutes=11))
        seal(NOW)

    deaths = at_every_write(desk.root, work, again, lambda: _standing(desk))
    return {"deaths": deaths.times, "found": deaths.found}


def _standing(desk: Home) -> dict[str, Any]:
    """Give what stands in the database, in figures that a repeated or a lost step would change."""
    from aftersale.config.proving import proof_of
    from aftersale.evidence.models import Event
    from aftersale.tickets.models import Import, ParkedRow, StoredDecision, Ticket

    last, proof = Import.objects.order_by("-id")[0], proof_of(desk, lambda _: None)
    numbers = dict(Ticket.objects.values_list("pk", "ticket_no"))
    return {
        "state": last.state,
        "counts": last.counts,
        "done_rows": last.done_rows,
        "tickets": sorted(Ticket.objects.values_list("ticket_no", "lane", "sequence")),
        "decisions": StoredDecision.objects.count(),
        "events": sorted(
            # By number: ids that a dead writer took are not given again everywhere.
            (numbers[subject_id], kind)
            for subject_id, kind in Event.objects.filter(subject_kind="ticket").values_list(
                "subject_id", "kind"
            )
        ),
        "ended": Event.objects.filter(kind="import_ended").count(),
        "parked": ParkedRow.objects.count(),
        "proof": (proof.events, proof.unsealed, proof.breaks),
    }


def main() -> None:
    """Play it on the folder named."""
    desk = start()
    from aftersale.config.fresh import lay_out

    lay_out()
    print(json.dumps(_play(desk)))  # noqa: T201  # the answer of the program


if __name__ == "__main__":
    main()
