"""An empty sheet says that nothing is left, where a person states of which days and time it is."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from aftersale.tickets.imports import Given
from aftersale.tickets.models import Ticket
from aftersale.tickets.models.intake import ImportState
from aftersale.tickets.models.ticket import Lane
from aftersale.tickets.scope import Scope, hold
from tests.tickets.taking.notices import NOW, shop
from tests.tickets.taking.sheets import ASKED, row, sheet
from tests.tickets.taking.test_imports_again import DAY, brought, run

if TYPE_CHECKING:
    from datetime import datetime
    from pathlib import Path

pytestmark = pytest.mark.django_db

DAYS = Scope(since=NOW - DAY, until=NOW + DAY)


@pytest.mark.parametrize(
    ("scope", "as_of", "missing"),
    [
        (DAYS, NOW + DAY, 3),
        (Scope(frozenset({ASKED}), DAYS.since, DAYS.until), NOW + DAY, 3),
        (Scope(frozenset({"待买家退货"}), DAYS.since, DAYS.until), NOW + DAY, 0),
        (Scope(since=NOW - 9 * DAY, until=NOW - 5 * DAY), NOW + DAY, 0),
        (Scope(since=DAYS.since, until=DAYS.until, partial=True), NOW + DAY, 0),
        (Scope(), NOW + DAY, 0),
        (DAYS, None, 0),
        (DAYS, NOW - DAY, 0),
    ],
    ids=["days", "state", "other state", "other days", "partial", "no days", "no time", "older"],
)
def test_an_empty_sheet_of_stated_days_and_time_says_that_all_its_tickets_are_gone(
    tmp_path: Path, scope: Scope, as_of: datetime | None, missing: int
) -> None:
    of, other = shop("一店"), shop("二店")
    brought(tmp_path / "a.csv", (1, 2, 3), of, NOW, NOW)
    brought(tmp_path / "b.csv", (4, 5), other, NOW, NOW)
    done = run(Given([sheet(tmp_path / "empty.csv", [])], of, scope, as_of), NOW + 2 * DAY)
    assert (done.state, done.counts["rows"], done.counts["missing"]) == (ImportState.DONE, 0, missing)
    assert Ticket.objects.filter(lane=Lane.MISSING, shop=of).count() == missing
    assert not Ticket.objects.filter(lane=Lane.MISSING, shop=other).exists()


@pytest.mark.parametrize(("as_of", "held"), [(NOW + DAY, False), (NOW - DAY, True), (None, True)])
def test_an_empty_sheet_newer_than_the_restore_ends_the_hold(
    tmp_path: Path, as_of: datetime | None, *, held: bool
) -> None:
    of = shop()
    hold(of.pk, NOW)
    run(Given([sheet(tmp_path / "empty.csv", [])], of, as_of=as_of), NOW + 2 * DAY)
    of.refresh_from_db()
    assert of.held is held


def test_a_sheet_whose_rows_are_all_of_another_shop_says_nothing_of_the_shop_given(tmp_path: Path) -> None:
    of, _other = shop("一店"), shop("二店")
    brought(tmp_path / "a.csv", (1, 2, 3), of, NOW, NOW)
    rows = [row(n, 店铺名称="二店") for n in (7, 8)]
    done = run(Given([sheet(tmp_path / "b.csv", rows)], of, DAYS, NOW + DAY), NOW + 2 * DAY)
    assert (done.counts["new"], done.counts["missing"]) == (2, 0)
